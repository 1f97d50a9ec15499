-- name: land_class_transitions
-- title_zh: 地类转移
-- title_en: Transitions of land classes
-- question_zh: 两次调查之间各地类的土地变成了什么地类,面积多少?
-- question_en: What did the land of every class become between two surveys, and how much of it?
-- grain: survey_from, survey_to, region_code, class_from, class_to
-- command: sinkcalc change --from {first} --to {last} --transitions
-- param: $first INTEGER? 2020 | 起年,缺省为止年之前最近的 | earlier survey, the nearest by default
-- param: $last INTEGER? 2023 | 止年,缺省为最近的 | later survey, the latest by default
-- param: $region_code VARCHAR? 330106 | 县级代码,缺省为全市 | county code, the whole city by default
-- returns: survey_from - | 起年 | earlier survey
-- returns: survey_to - | 止年 | later survey
-- returns: region_code - | 行政区代码 | region code
-- returns: region_name - | 行政区 | region
-- returns: class_from - | 前期地类 | class before
-- returns: class_from_zh - | 前期地类名称 | class before in Chinese
-- returns: class_to - | 后期地类 | class now
-- returns: class_to_zh - | 后期地类名称 | class now in Chinese
-- returns: basis - | 前期地类的依据 | how the class before is known
-- returns: stands - | 小班数 | stands
-- returns: area_ha ha | 面积 | area
-- returns: area_mu mu | 面积(亩) | area in mu
-- returns: area_change_ha ha | 同号小班面积变化 | change of area of stands of both surveys
-- returns: growing_stock_change_m3 m3 | 蓄积变化(无抽样误差) | change of growing stock; sum of records
-- returns: series_break - | 序列中断 | break of the series
-- returns: result_id - | 结果编号 | result
-- returns: simulated - | 模拟 | simulated
WITH
transitions AS (
    SELECT
        survey_from,
        survey_to,
        region_code,
        region_name,
        class_from,
        class_from_zh,
        class_to,
        class_to_zh,
        basis,
        stands,
        area_ha,
        area_change_ha,
        growing_stock_change_m3,
        series_break,
        result_id,
        simulated
    FROM bureau.land_transitions
    WHERE
        is_latest
        AND region_code IS NOT DISTINCT FROM $region_code
),

results AS (
    SELECT result_id
    FROM bureau.results
    WHERE is_latest AND by_keys = if($region_code IS NULL, '', 'region')
),

picked AS (
    SELECT
        transitions.survey_from,
        transitions.survey_to,
        transitions.region_code,
        transitions.region_name,
        transitions.class_from,
        transitions.class_from_zh,
        transitions.class_to,
        transitions.class_to_zh,
        transitions.basis,
        transitions.stands,
        transitions.area_ha,
        transitions.area_change_ha,
        transitions.growing_stock_change_m3,
        transitions.series_break,
        transitions.result_id,
        transitions.simulated
    FROM transitions
    INNER JOIN results ON transitions.result_id = results.result_id
),

years AS (
    SELECT
        survey_from,
        survey_to
    FROM picked
    WHERE
        survey_from = coalesce($first, survey_from)
        AND survey_to = coalesce($last, survey_to)
    ORDER BY survey_to DESC, survey_from DESC
    LIMIT 1
),

final AS (
    SELECT
        picked.survey_from,
        picked.survey_to,
        picked.region_code,
        picked.region_name,
        picked.class_from,
        picked.class_from_zh,
        picked.class_to,
        picked.class_to_zh,
        picked.basis,
        picked.stands,
        picked.area_ha,
        bureau.mu(picked.area_ha) AS area_mu,
        picked.area_change_ha,
        picked.growing_stock_change_m3,
        picked.series_break,
        picked.result_id,
        picked.simulated
    FROM picked
    INNER JOIN years
        ON picked.survey_from = years.survey_from AND picked.survey_to = years.survey_to
)

SELECT
    survey_from,
    survey_to,
    region_code,
    region_name,
    class_from,
    class_from_zh,
    class_to,
    class_to_zh,
    basis,
    stands,
    area_ha,
    area_mu,
    area_change_ha,
    growing_stock_change_m3,
    series_break,
    result_id,
    simulated
FROM final
ORDER BY survey_from, survey_to, region_code, class_from NULLS LAST, class_to NULLS LAST;
