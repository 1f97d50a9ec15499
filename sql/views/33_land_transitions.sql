-- zh: 两期之间的地类转移;每行一次结果的一个地区、原类与现类
-- en: transitions of land between two surveys; one row a result, region, class before and class now
CREATE VIEW bureau.land_transitions AS
SELECT
    land_transitions.result_id,
    results.is_current,
    results.is_latest,
    results.made_at,
    land_transitions.place,
    land_transitions.survey_from,
    land_transitions.survey_to,
    land_transitions.region_code,
    land_transitions.region_name,
    land_transitions.class_from,
    class_from_words.zh AS class_from_zh,
    land_transitions.class_to,
    class_to_words.zh AS class_to_zh,
    land_transitions.basis,
    basis_words.zh AS basis_zh,
    land_transitions.stands,
    land_transitions.area_ha,
    land_transitions.area_change_ha,
    land_transitions.growing_stock_change_m3,
    land_transitions.simulated,
    land_transitions.series_break
FROM main.land_transitions
LEFT JOIN bureau.results ON land_transitions.result_id = results.result_id
LEFT JOIN main.words AS class_from_words ON land_transitions.class_from = class_from_words.word
LEFT JOIN main.words AS class_to_words ON land_transitions.class_to = class_to_words.word
LEFT JOIN main.words AS basis_words ON land_transitions.basis = basis_words.word;
