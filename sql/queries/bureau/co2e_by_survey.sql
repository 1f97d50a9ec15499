-- name: co2e_by_survey
-- title_zh: 历次调查的森林碳储量折二氧化碳当量
-- title_en: Forest carbon as CO2 equivalent at every survey
-- question_zh: 全市森林植被和全部碳库的碳储量折二氧化碳当量是多少,历次调查如何?
-- question_en: What is the carbon of vegetation and of all pools as CO2 equivalent, at each survey?
-- grain: survey, pool
-- command: sinkcalc estimate --survey {survey}
-- param: $survey INTEGER? 2023 | 末次调查年度,缺省为全部调查 | last survey to show, all by default
-- param: $method VARCHAR? cbef-zhejiang | 方法,缺省为默认方法 | method, the default one if none
-- returns: survey - | 调查年度 | survey year
-- returns: pool - | 碳库 | pool
-- returns: pool_zh - | 碳库(中文) | pool in Chinese
-- returns: carbon_t t C | 碳储量 | carbon
-- returns: carbon_t_se t C | 碳储量标准误 | standard error of the carbon
-- returns: carbon_t_ci_low t C | 碳储量区间下限 | lower bound of the carbon
-- returns: carbon_t_ci_high t C | 碳储量区间上限 | upper bound of the carbon
-- returns: co2e_t t CO2e | 二氧化碳当量 | CO2 equivalent
-- returns: co2e_t_se t CO2e | 二氧化碳当量标准误 | standard error of the CO2 equivalent
-- returns: co2e_t_ci_low t CO2e | 二氧化碳当量区间下限 | lower bound of the CO2 equivalent
-- returns: co2e_t_ci_high t CO2e | 二氧化碳当量区间上限 | upper bound of the CO2 equivalent
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
        quantity,
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
        AND quantity IN ('carbon', 'co2e')
        AND pool IN ('vegetation', 'total')
        AND method = coalesce($method, bureau.default_method())
        AND survey <= coalesce($survey, survey)
),

carbon AS (
    SELECT
        run_id,
        pool,
        value,
        se,
        ci_low,
        ci_high
    FROM estimates
    WHERE quantity = 'carbon'
),

co2e AS (
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
    FROM estimates
    WHERE quantity = 'co2e'
)

SELECT
    co2e.survey,
    co2e.pool,
    co2e.pool_zh,
    carbon.value AS carbon_t,
    carbon.se AS carbon_t_se,
    carbon.ci_low AS carbon_t_ci_low,
    carbon.ci_high AS carbon_t_ci_high,
    co2e.value AS co2e_t,
    co2e.se AS co2e_t_se,
    co2e.ci_low AS co2e_t_ci_low,
    co2e.ci_high AS co2e_t_ci_high,
    co2e.depth_cm,
    co2e.method,
    co2e.definition,
    co2e.run_id,
    co2e.simulated
FROM co2e
LEFT JOIN carbon ON co2e.run_id = carbon.run_id AND co2e.pool = carbon.pool
ORDER BY co2e.survey, co2e.pool;
