-- name: carbon_by_county
-- title_zh: 各县森林碳储量
-- title_en: Forest carbon by county
-- question_zh: 各县(市、区)森林植被碳储量、总碳储量和二氧化碳当量各是多少,误差多大?
-- question_en: How much carbon do the forests of each county hold, in vegetation and in all, and
--   with which error?
-- grain: survey, region_code
-- command: sinkcalc estimate --survey {survey} --by region
-- param: $survey INTEGER? 2023 | 调查年度,缺省为最近一次已估算的 | survey year, the
--   latest that is estimated by default
-- param: $method VARCHAR? cbef-zhejiang | 方法,缺省为默认方法 | method, the default one if none
-- returns: survey - | 调查年度 | survey year
-- returns: region_code - | 行政区代码 | region code
-- returns: region_name - | 行政区 | region
-- returns: vegetation_carbon_t t C | 植被碳储量 | vegetation carbon
-- returns: vegetation_carbon_t_se t C | 植被碳储量标准误 | standard error of the vegetation carbon
-- returns: vegetation_carbon_t_ci_low t C | 植被碳储量区间下限 | lower bound of the vegetation carbon
-- returns: vegetation_carbon_t_ci_high t C | 植被碳储量区间上限 | upper bound of the vegetation carbon
-- returns: total_carbon_t t C | 总碳储量(含土壤) | total carbon, with soil
-- returns: total_carbon_t_se t C | 总碳储量(含土壤)标准误 | standard error of the total carbon, with soil
-- returns: total_carbon_t_ci_low t C | 总碳储量(含土壤)区间下限 | lower bound of the total carbon, with soil
-- returns: total_carbon_t_ci_high t C | 总碳储量(含土壤)区间上限 | upper bound of the total carbon, with soil
-- returns: total_co2e_t t CO2e | 总碳储量的二氧化碳当量 | total carbon as CO2 equivalent
-- returns: total_co2e_t_se t CO2e | 总碳储量的二氧化碳当量标准误 | standard error of the total carbon as CO2
--   equivalent
-- returns: total_co2e_t_ci_low t CO2e | 总碳储量的二氧化碳当量区间下限 | lower bound of the total carbon as CO2
--   equivalent
-- returns: total_co2e_t_ci_high t CO2e | 总碳储量的二氧化碳当量区间上限 | upper bound of the total carbon as CO2
--   equivalent
-- returns: depth_cm cm | 土壤深度 | depth of the soil
-- returns: method - | 方法 | method
-- returns: definition - | 口径(各量不同时以分号分开) | definition, of all quantities where they differ
-- returns: run_id - | 运行编号 | run
-- returns: simulated - | 模拟 | simulated
WITH
estimates AS (
    SELECT
        run_id,
        survey,
        region_code,
        region_name,
        quantity,
        pool,
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
        AND by_keys = 'region'
        AND quantity IN ('carbon', 'co2e')
        AND method = coalesce($method, bureau.default_method())
),

asked AS (
    SELECT coalesce($survey, max(survey)) AS survey
    FROM estimates
),

wide AS (
    SELECT
        estimates.survey,
        estimates.region_code,
        estimates.region_name,
        estimates.method,
        estimates.run_id,
        estimates.simulated,
        max(estimates.value) FILTER (
            WHERE estimates.quantity = 'carbon' AND estimates.pool = 'vegetation'
        ) AS vegetation_carbon_t,
        max(estimates.se) FILTER (
            WHERE estimates.quantity = 'carbon' AND estimates.pool = 'vegetation'
        ) AS vegetation_carbon_t_se,
        max(estimates.ci_low) FILTER (
            WHERE estimates.quantity = 'carbon' AND estimates.pool = 'vegetation'
        ) AS vegetation_carbon_t_ci_low,
        max(estimates.ci_high) FILTER (
            WHERE estimates.quantity = 'carbon' AND estimates.pool = 'vegetation'
        ) AS vegetation_carbon_t_ci_high,
        max(estimates.value) FILTER (
            WHERE estimates.quantity = 'carbon' AND estimates.pool = 'total'
        ) AS total_carbon_t,
        max(estimates.se) FILTER (
            WHERE estimates.quantity = 'carbon' AND estimates.pool = 'total'
        ) AS total_carbon_t_se,
        max(estimates.ci_low) FILTER (
            WHERE estimates.quantity = 'carbon' AND estimates.pool = 'total'
        ) AS total_carbon_t_ci_low,
        max(estimates.ci_high) FILTER (
            WHERE estimates.quantity = 'carbon' AND estimates.pool = 'total'
        ) AS total_carbon_t_ci_high,
        max(estimates.value) FILTER (
            WHERE estimates.quantity = 'co2e' AND estimates.pool = 'total'
        ) AS total_co2e_t,
        max(estimates.se) FILTER (
            WHERE estimates.quantity = 'co2e' AND estimates.pool = 'total'
        ) AS total_co2e_t_se,
        max(estimates.ci_low) FILTER (
            WHERE estimates.quantity = 'co2e' AND estimates.pool = 'total'
        ) AS total_co2e_t_ci_low,
        max(estimates.ci_high) FILTER (
            WHERE estimates.quantity = 'co2e' AND estimates.pool = 'total'
        ) AS total_co2e_t_ci_high,
        string_agg(
            DISTINCT estimates.definition, '; ' ORDER BY estimates.definition
        ) AS definition,
        max(estimates.depth_cm) AS depth_cm
    FROM estimates
    INNER JOIN asked ON estimates.survey = asked.survey
    GROUP BY
        estimates.survey,
        estimates.region_code,
        estimates.region_name,
        estimates.method,
        estimates.run_id,
        estimates.simulated
)

SELECT
    survey,
    region_code,
    region_name,
    vegetation_carbon_t,
    vegetation_carbon_t_se,
    vegetation_carbon_t_ci_low,
    vegetation_carbon_t_ci_high,
    total_carbon_t,
    total_carbon_t_se,
    total_carbon_t_ci_low,
    total_carbon_t_ci_high,
    total_co2e_t,
    total_co2e_t_se,
    total_co2e_t_ci_low,
    total_co2e_t_ci_high,
    depth_cm,
    method,
    definition,
    run_id,
    simulated
FROM wide
ORDER BY survey, region_code;
