-- name: estimates_by_method
-- title_zh: 各方法的估算值并列
-- title_en: Estimates by method side by side
-- question_zh: 同一次调查用各种方法估算,结果和误差各是多少,与默认方法差多少?
-- question_en: What do the methods give for one survey, with which errors, and how far are they
--   from the default method?
-- grain: survey, method
-- command: sinkcalc estimate --survey {survey} --method all
-- param: $survey INTEGER? 2023 | 调查年度,缺省为最近一次已估算的 | survey year, the
--   latest that is estimated by default
-- param: $quantity VARCHAR carbon | 量:area、growing_stock、biomass、carbon、co2e | quantity: area,
--   growing_stock, biomass, carbon or co2e
-- param: $pool VARCHAR? vegetation | 碳库,缺省为 total(没有碳库的量为空) | pool, total by default; quantities
--   without pools have none
-- returns: survey - | 调查年度 | survey year
-- returns: method - | 方法 | method
-- returns: quantity - | 量 | quantity
-- returns: quantity_zh - | 量(中文) | quantity in Chinese
-- returns: pool - | 碳库 | pool
-- returns: pool_zh - | 碳库(中文) | pool in Chinese
-- returns: value unit | 估算值(单位见 unit 列) | estimate in the unit of the column unit
-- returns: unit - | 单位 | unit
-- returns: se unit | 标准误 | standard error
-- returns: ci_low unit | 区间下限 | lower bound of the interval
-- returns: ci_high unit | 区间上限 | upper bound of the interval
-- returns: difference_fraction 1 | 与默认方法之差(相对) | relative difference from the default method
-- returns: carbon_fraction_set - | 含碳率 | set of carbon fractions
-- returns: depth_cm cm | 土壤深度 | depth of the soil
-- returns: definition - | 口径 | definition
-- returns: run_id - | 运行编号 | run
-- returns: simulated - | 模拟 | simulated
WITH
estimates AS (
    SELECT
        run_id,
        survey,
        method,
        quantity,
        quantity_zh,
        pool,
        pool_zh,
        value,
        unit,
        se,
        ci_low,
        ci_high,
        carbon_fraction_set,
        depth_cm,
        definition,
        simulated
    FROM bureau.latest_estimates
    WHERE
        kind = 'forest'
        AND by_keys = ''
        AND quantity = $quantity
        AND coalesce(pool, '') = CASE WHEN pool IS NULL THEN '' ELSE coalesce($pool, 'total') END
),

asked AS (
    SELECT coalesce($survey, max(survey)) AS survey
    FROM estimates
),

by_default AS (
    SELECT
        survey,
        value
    FROM estimates
    WHERE method = bureau.default_method()
)

SELECT
    estimates.survey,
    estimates.method,
    estimates.quantity,
    estimates.quantity_zh,
    estimates.pool,
    estimates.pool_zh,
    estimates.value,
    estimates.unit,
    estimates.se,
    estimates.ci_low,
    estimates.ci_high,
    estimates.value / nullif(by_default.value, 0) - 1 AS difference_fraction,
    estimates.carbon_fraction_set,
    estimates.depth_cm,
    estimates.definition,
    estimates.run_id,
    estimates.simulated
FROM estimates
INNER JOIN asked ON estimates.survey = asked.survey
LEFT JOIN by_default ON estimates.survey = by_default.survey
ORDER BY estimates.survey, estimates.method;
