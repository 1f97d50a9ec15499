-- name: carbon_change_by_county
-- title_zh: 各县森林碳储量的变化
-- title_en: Change of forest carbon by county
-- question_zh: 两次调查之间各县的森林碳储量变化多少,误差多大?
-- question_en: How much did the forest carbon of every county change, and with which error?
-- grain: survey_from, survey_to, region_code
-- command: sinkcalc change --from {first} --to {last} --by region
-- param: $first INTEGER? 2020 | 起年,缺省为止年之前最近的 | earlier survey, the nearest by default
-- param: $last INTEGER? 2023 | 止年,缺省为最近的 | later survey, the latest by default
-- param: $pool VARCHAR? vegetation | 碳库,缺省为植被 | carbon pool, vegetation by default
-- param: $method VARCHAR? cbef-zhejiang | 方法,缺省为默认方法 | method, the default one if none
-- returns: survey_from - | 起年 | earlier survey
-- returns: survey_to - | 止年 | later survey
-- returns: region_code - | 行政区代码 | region code
-- returns: region_name - | 行政区 | region
-- returns: pool - | 碳库 | pool
-- returns: depth_cm cm | 土壤深度 | depth of the soil
-- returns: value_from - | 起年碳储量 | carbon at the earlier survey
-- returns: value_to - | 止年碳储量 | carbon at the later survey
-- returns: change - | 变化 | change
-- returns: unit - | 单位 | unit
-- returns: se - | 变化的标准误 | standard error of the change
-- returns: ci_low - | 变化区间下限 | lower bound of the change
-- returns: ci_high - | 变化区间上限 | upper bound of the change
-- returns: change_per_year - | 年均变化 | change a year
-- returns: change_fraction_per_year 1/yr | 年均变化率 | yearly rate of change
-- returns: se_reason - | 误差依据 | what the error rests on
-- returns: series_break - | 序列中断 | break of the series
-- returns: method - | 方法 | method
-- returns: definition - | 口径 | definition
-- returns: result_id - | 结果编号 | result
-- returns: simulated - | 模拟 | simulated
WITH
changes AS (
    SELECT
        survey_from,
        survey_to,
        region_code,
        region_name,
        pool,
        depth_cm,
        value_from,
        value_to,
        change,
        unit,
        se,
        ci_low,
        ci_high,
        change_per_year,
        change_fraction_per_year,
        se_reason,
        series_break,
        method,
        definition,
        result_id,
        simulated
    FROM bureau.change
    WHERE
        is_latest
        AND kind = 'forest'
        AND quantity = 'carbon'
        AND pool = coalesce($pool, 'vegetation')
        AND method = coalesce($method, bureau.default_method())
),

results AS (
    SELECT
        result_id,
        by_keys
    FROM bureau.results
    WHERE is_latest
),

counties AS (
    SELECT
        changes.survey_from,
        changes.survey_to,
        changes.region_code,
        changes.region_name,
        changes.pool,
        changes.depth_cm,
        changes.value_from,
        changes.value_to,
        changes.change,
        changes.unit,
        changes.se,
        changes.ci_low,
        changes.ci_high,
        changes.change_per_year,
        changes.change_fraction_per_year,
        changes.se_reason,
        changes.series_break,
        changes.method,
        changes.definition,
        changes.result_id,
        changes.simulated
    FROM changes
    INNER JOIN results ON changes.result_id = results.result_id
    WHERE results.by_keys = 'region'
),

years AS (
    SELECT
        survey_from,
        survey_to
    FROM counties
    WHERE
        survey_from = coalesce($first, survey_from)
        AND survey_to = coalesce($last, survey_to)
    ORDER BY survey_to DESC, survey_from DESC
    LIMIT 1
),

final AS (
    SELECT
        counties.survey_from,
        counties.survey_to,
        counties.region_code,
        counties.region_name,
        counties.pool,
        counties.depth_cm,
        counties.value_from,
        counties.value_to,
        counties.change,
        counties.unit,
        counties.se,
        counties.ci_low,
        counties.ci_high,
        counties.change_per_year,
        counties.change_fraction_per_year,
        counties.se_reason,
        counties.series_break,
        counties.method,
        counties.definition,
        counties.result_id,
        counties.simulated
    FROM counties
    INNER JOIN years
        ON counties.survey_from = years.survey_from AND counties.survey_to = years.survey_to
)

SELECT
    survey_from,
    survey_to,
    region_code,
    region_name,
    pool,
    depth_cm,
    value_from,
    value_to,
    change,
    unit,
    se,
    ci_low,
    ci_high,
    change_per_year,
    change_fraction_per_year,
    se_reason,
    series_break,
    method,
    definition,
    result_id,
    simulated
FROM final
ORDER BY survey_from, survey_to, region_code;
