-- name: carbon_by_pool
-- title_zh: 全市森林碳储量分碳库
-- title_en: Forest carbon of the city by pool
-- question_zh: 全市森林地上、地下、灌草、枯死木、枯落物和土壤各储碳多少,各占多少?
-- question_en: How much carbon is above ground, below ground, in understorey, dead wood, litter and
--   soil, and which share is each?
-- grain: survey, pool
-- command: sinkcalc estimate --survey {survey}
-- param: $survey INTEGER? 2023 | 调查年度,缺省为最近一次已估算的 | survey year, the
--   latest that is estimated by default
-- param: $method VARCHAR? cbef-zhejiang | 方法,缺省为默认方法 | method, the default one if none
-- returns: survey - | 调查年度 | survey year
-- returns: pool - | 碳库(vegetation 为前三项之和,total 为全部之和) | pool; vegetation is the sum of the first
--   three, total of all but it
-- returns: pool_zh - | 碳库(中文) | pool in Chinese
-- returns: carbon_t t C | 碳储量 | carbon
-- returns: carbon_t_se t C | 碳储量标准误 | standard error of the carbon
-- returns: carbon_t_ci_low t C | 碳储量区间下限 | lower bound of the carbon
-- returns: carbon_t_ci_high t C | 碳储量区间上限 | upper bound of the carbon
-- returns: share_of_total_fraction 1 | 占总碳储量 | share of the total
-- returns: depth_cm cm | 土壤深度 | depth of the soil
-- returns: method - | 方法 | method
-- returns: definition - | 口径 | definition
-- returns: run_id - | 运行编号 | run
-- returns: simulated - | 模拟 | simulated
WITH
estimates AS (
    SELECT
        run_id,
        survey,
        pool,
        pool_zh,
        depth_cm,
        value,
        se,
        ci_low,
        ci_high,
        method,
        definition,
        simulated
    FROM bureau.latest_estimates
    WHERE
        kind = 'forest'
        AND by_keys = ''
        AND quantity = 'carbon'
        AND method = coalesce($method, bureau.default_method())
),

asked AS (
    SELECT coalesce($survey, max(survey)) AS survey
    FROM estimates
),

totals AS (
    SELECT
        run_id,
        value
    FROM estimates
    WHERE pool = 'total'
),

final AS (
    SELECT
        estimates.survey,
        estimates.pool,
        estimates.pool_zh,
        estimates.value AS carbon_t,
        estimates.se AS carbon_t_se,
        estimates.ci_low AS carbon_t_ci_low,
        estimates.ci_high AS carbon_t_ci_high,
        estimates.value / nullif(totals.value, 0) AS share_of_total_fraction,
        estimates.depth_cm,
        estimates.method,
        estimates.definition,
        estimates.run_id,
        estimates.simulated
    FROM estimates
    INNER JOIN asked ON estimates.survey = asked.survey
    LEFT JOIN totals ON estimates.run_id = totals.run_id
)

SELECT
    survey,
    pool,
    pool_zh,
    carbon_t,
    carbon_t_se,
    carbon_t_ci_low,
    carbon_t_ci_high,
    share_of_total_fraction,
    depth_cm,
    method,
    definition,
    run_id,
    simulated
FROM final
ORDER BY
    survey,
    list_position(
        [
            'above_ground',
            'below_ground',
            'understorey',
            'vegetation',
            'dead_wood',
            'litter',
            'soil',
            'total'
        ],
        pool
    );
