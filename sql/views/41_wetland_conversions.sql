-- zh: 湿地的转换与一次性损失;每行一次结果的一个地区、原类、现类与变动
-- en: conversions of wetlands and what is lost at once; one row a result, region, class before,
-- class now and event
CREATE VIEW bureau.wetland_conversions AS
SELECT
    wetland_conversions.result_id,
    results.is_current,
    results.is_latest,
    results.made_at,
    wetland_conversions.place,
    wetland_conversions.survey_from,
    wetland_conversions.survey_to,
    wetland_conversions.region_code,
    wetland_conversions.region_name,
    wetland_conversions.class_from,
    class_from_words.zh AS class_from_zh,
    wetland_conversions.class_to,
    class_to_words.zh AS class_to_zh,
    wetland_conversions.event,
    event_words.zh AS event_zh,
    wetland_conversions.wetlands,
    wetland_conversions.area_from_ha,
    wetland_conversions.area_to_ha,
    wetland_conversions.loss_t_c,
    wetland_conversions.loss_t_co2e,
    wetland_conversions.soil_id,
    wetland_conversions.loss_reason,
    loss_reason_words.zh AS loss_reason_zh,
    wetland_conversions.simulated
FROM main.wetland_conversions
LEFT JOIN bureau.results ON wetland_conversions.result_id = results.result_id
LEFT JOIN main.words AS class_from_words ON wetland_conversions.class_from = class_from_words.word
LEFT JOIN main.words AS class_to_words ON wetland_conversions.class_to = class_to_words.word
LEFT JOIN
    main.words AS event_words
    ON 'wetland_event.' || wetland_conversions.event = event_words.word
LEFT JOIN
    main.words AS loss_reason_words
    ON wetland_conversions.loss_reason = loss_reason_words.word;
