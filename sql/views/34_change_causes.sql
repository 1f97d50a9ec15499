-- zh: 变化的原因:固定样地的生长、枯损与采伐,小班的地类转移;每行一次结果的一个原因、地区与变量
-- en: causes of change: growth, mortality and harvest on plots, transitions of land between
-- stands; one row a result, cause, region and variable
CREATE VIEW bureau.change_causes AS
WITH
united AS (
    SELECT
        result_id,
        place,
        source AS basis,
        survey_from,
        survey_to,
        NULL AS region_code,
        NULL AS region_name,
        domain,
        NULL AS class_from,
        NULL AS class_to,
        estimator,
        stat,
        variable,
        value,
        coalesce(unit, measure_unit) AS unit,
        se,
        ci_low,
        ci_high,
        n AS records,
        simulated,
        NULL AS series_break
    FROM main.stock_components
    UNION ALL
    SELECT
        result_id,
        place,
        basis,
        survey_from,
        survey_to,
        region_code,
        region_name,
        NULL AS domain,  -- noqa: RF04
        class_from,
        class_to,
        NULL AS estimator,
        NULL AS stat,
        'area' AS variable,  -- noqa: RF04
        area_change_ha::DOUBLE AS value,  -- noqa: RF04
        'ha' AS unit,
        NULL AS se,
        NULL AS ci_low,
        NULL AS ci_high,
        stands AS records,
        simulated,
        series_break
    FROM main.land_transitions
    UNION ALL
    SELECT
        result_id,
        place,
        basis,
        survey_from,
        survey_to,
        region_code,
        region_name,
        NULL AS domain,  -- noqa: RF04
        class_from,
        class_to,
        NULL AS estimator,
        NULL AS stat,
        'growing_stock' AS variable,  -- noqa: RF04
        growing_stock_change_m3::DOUBLE AS value,  -- noqa: RF04
        'm3' AS unit,
        NULL AS se,
        NULL AS ci_low,
        NULL AS ci_high,
        stands AS records,
        simulated,
        series_break
    FROM main.land_transitions
    WHERE growing_stock_change_m3 IS NOT NULL
)

SELECT
    united.result_id,
    results.kind,
    results.kind_zh,
    results.is_current,
    results.is_latest,
    results.made_at,
    united.place,
    united.survey_from,
    united.survey_to,
    united.basis,
    bases.zh AS basis_zh,
    united.region_code,
    united.region_name,
    united.domain,
    united.class_from,
    classes_from.zh AS class_from_zh,
    united.class_to,
    classes_to.zh AS class_to_zh,
    united.estimator,
    estimators.zh AS estimator_zh,
    united.stat,
    stats.zh AS stat_zh,
    united.variable,
    followed.zh AS variable_zh,
    united.value,
    united.unit,
    united.se,
    united.ci_low,
    united.ci_high,
    united.records,
    united.simulated,
    united.series_break
FROM united
LEFT JOIN bureau.results ON united.result_id = results.result_id
LEFT JOIN main.words AS bases ON united.basis = bases.word
LEFT JOIN main.words AS classes_from ON united.class_from = classes_from.word
LEFT JOIN main.words AS classes_to ON united.class_to = classes_to.word
LEFT JOIN main.words AS estimators ON united.estimator = estimators.word
LEFT JOIN main.words AS stats ON united.stat = stats.word
LEFT JOIN main.words AS followed ON united.variable = followed.word;
