-- name: error_budget
-- title_zh: 估算误差的来源
-- title_en: Error budget of an estimate
-- question_zh: 全市某个量的误差来自哪些来源,各占方差多少?
-- question_en: Where does the error of a figure of the city come from, and which share of the
--   variance has each source?
-- grain: survey, source
-- command: sinkcalc estimate --survey {survey} --budget
-- param: $survey INTEGER? 2023 | 调查年度,缺省为最近一次已估算的 | survey year, the
--   latest that is estimated by default
-- param: $method VARCHAR? cbef-zhejiang | 方法,缺省为默认方法 | method, the default one if none
-- param: $quantity VARCHAR carbon | 量:area、growing_stock、biomass、carbon、co2e | quantity: area,
--   growing_stock, biomass, carbon or co2e
-- param: $pool VARCHAR? vegetation | 碳库,缺省为 total(没有碳库的量为空) | pool, total by default; quantities
--   without pools have none
-- returns: survey - | 调查年度 | survey year
-- returns: quantity - | 量 | quantity
-- returns: quantity_zh - | 量(中文) | quantity in Chinese
-- returns: pool - | 碳库 | pool
-- returns: pool_zh - | 碳库(中文) | pool in Chinese
-- returns: value unit | 估算值(单位见 unit 列) | estimate in the unit of the column unit
-- returns: unit - | 单位 | unit
-- returns: se_of_value unit | 估算值标准误 | standard error of the estimate
-- returns: source - | 误差来源 | source of error
-- returns: source_zh - | 误差来源(中文) | source of error in Chinese
-- returns: se unit | 该来源的标准误 | standard error by this source
-- returns: variance_fraction 1 | 占方差 | share of the variance
-- returns: method - | 方法 | method
-- returns: definition - | 口径 | definition
-- returns: run_id - | 运行编号 | run
-- returns: simulated - | 模拟 | simulated
WITH
budgets AS (
    SELECT
        run_id,
        quantity,
        quantity_zh,
        pool,
        pool_zh,
        source,
        source_zh,
        se,
        variance_fraction
    FROM bureau.error_budgets
    WHERE
        quantity = $quantity
        AND coalesce(pool, '') = CASE WHEN pool IS NULL THEN '' ELSE coalesce($pool, 'total') END
),

estimates AS (
    SELECT
        run_id,
        survey,
        pool,
        value,
        unit,
        se,
        method,
        definition,
        simulated
    FROM bureau.latest_estimates
    WHERE
        kind = 'forest'
        AND by_keys = ''
        AND quantity = $quantity
        AND method = coalesce($method, bureau.default_method())
),

asked AS (
    SELECT coalesce($survey, max(survey)) AS survey
    FROM estimates
)

SELECT
    estimates.survey,
    budgets.quantity,
    budgets.quantity_zh,
    budgets.pool,
    budgets.pool_zh,
    estimates.value,
    estimates.unit,
    estimates.se AS se_of_value,
    budgets.source,
    budgets.source_zh,
    budgets.se,
    budgets.variance_fraction,
    estimates.method,
    estimates.definition,
    estimates.run_id,
    estimates.simulated
FROM budgets
INNER JOIN estimates
    ON
        budgets.run_id = estimates.run_id
        AND budgets.pool IS NOT DISTINCT FROM estimates.pool
INNER JOIN asked ON estimates.survey = asked.survey
ORDER BY estimates.survey ASC, budgets.se DESC, budgets.source ASC;
