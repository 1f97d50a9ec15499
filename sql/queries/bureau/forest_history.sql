-- name: forest_history
-- title_zh: 历次调查的全市森林面积、蓄积与碳储量
-- title_en: Forest area, growing stock and carbon of the city at every survey
-- question_zh: 全市历次调查的森林面积、森林蓄积量、活立木蓄积量和碳储量各是多少?
-- question_en: What were forest area, growing stock, living stock and carbon of the city at each
--   survey?
-- grain: survey
-- command: sinkcalc estimate --survey {survey}
-- param: $survey INTEGER? 2023 | 末次调查年度,缺省为全部调查 | last survey to show, all by default
-- param: $method VARCHAR? cbef-zhejiang | 方法,缺省为默认方法 | method, the default one if none
-- returns: survey - | 调查年度 | survey year
-- returns: forest_area_ha ha | 森林面积 | forest area
-- returns: forest_area_ha_se ha | 森林面积标准误 | standard error of the forest area
-- returns: forest_area_ha_ci_low ha | 森林面积区间下限 | lower bound of the forest area
-- returns: forest_area_ha_ci_high ha | 森林面积区间上限 | upper bound of the forest area
-- returns: growing_stock_m3 m3 | 森林蓄积量 | growing stock
-- returns: growing_stock_m3_se m3 | 森林蓄积量标准误 | standard error of the growing stock
-- returns: growing_stock_m3_ci_low m3 | 森林蓄积量区间下限 | lower bound of the growing stock
-- returns: growing_stock_m3_ci_high m3 | 森林蓄积量区间上限 | upper bound of the growing stock
-- returns: living_stock_m3 m3 | 活立木蓄积量 | living stock
-- returns: living_stock_m3_se m3 | 活立木蓄积量标准误 | standard error of the living stock
-- returns: living_stock_m3_ci_low m3 | 活立木蓄积量区间下限 | lower bound of the living stock
-- returns: living_stock_m3_ci_high m3 | 活立木蓄积量区间上限 | upper bound of the living stock
-- returns: vegetation_carbon_t t C | 植被碳储量 | vegetation carbon
-- returns: vegetation_carbon_t_se t C | 植被碳储量标准误 | standard error of the vegetation carbon
-- returns: vegetation_carbon_t_ci_low t C | 植被碳储量区间下限 | lower bound of the vegetation carbon
-- returns: vegetation_carbon_t_ci_high t C | 植被碳储量区间上限 | upper bound of the vegetation carbon
-- returns: total_carbon_t t C | 总碳储量(含土壤) | total carbon, with soil
-- returns: total_carbon_t_se t C | 总碳储量(含土壤)标准误 | standard error of the total carbon, with soil
-- returns: total_carbon_t_ci_low t C | 总碳储量(含土壤)区间下限 | lower bound of the total carbon, with soil
-- returns: total_carbon_t_ci_high t C | 总碳储量(含土壤)区间上限 | upper bound of the total carbon, with soil
-- returns: vegetation_carbon_t_per_ha t C/ha | 单位面积植被碳储量 | vegetation carbon per hectare
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
        AND by_keys = ''
        AND quantity IN ('area', 'growing_stock', 'living_stock', 'carbon')
        AND method = coalesce($method, bureau.default_method())
        AND survey <= coalesce($survey, survey)
),

wide AS (
    SELECT
        estimates.survey,
        estimates.method,
        estimates.run_id,
        estimates.simulated,
        max(estimates.value) FILTER (WHERE estimates.quantity = 'area') AS forest_area_ha,
        max(estimates.se) FILTER (WHERE estimates.quantity = 'area') AS forest_area_ha_se,
        max(estimates.ci_low) FILTER (WHERE estimates.quantity = 'area') AS forest_area_ha_ci_low,
        max(estimates.ci_high) FILTER (WHERE estimates.quantity = 'area') AS forest_area_ha_ci_high,
        max(estimates.value) FILTER (
            WHERE estimates.quantity = 'growing_stock'
        ) AS growing_stock_m3,
        max(estimates.se) FILTER (
            WHERE estimates.quantity = 'growing_stock'
        ) AS growing_stock_m3_se,
        max(estimates.ci_low) FILTER (
            WHERE estimates.quantity = 'growing_stock'
        ) AS growing_stock_m3_ci_low,
        max(estimates.ci_high) FILTER (
            WHERE estimates.quantity = 'growing_stock'
        ) AS growing_stock_m3_ci_high,
        max(estimates.value) FILTER (WHERE estimates.quantity = 'living_stock') AS living_stock_m3,
        max(estimates.se) FILTER (WHERE estimates.quantity = 'living_stock') AS living_stock_m3_se,
        max(estimates.ci_low) FILTER (
            WHERE estimates.quantity = 'living_stock'
        ) AS living_stock_m3_ci_low,
        max(estimates.ci_high) FILTER (
            WHERE estimates.quantity = 'living_stock'
        ) AS living_stock_m3_ci_high,
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
        string_agg(
            DISTINCT estimates.definition, '; ' ORDER BY estimates.definition
        ) AS definition,
        max(estimates.depth_cm) AS depth_cm
    FROM estimates
    GROUP BY
        estimates.survey,
        estimates.method,
        estimates.run_id,
        estimates.simulated
)

SELECT
    survey,
    forest_area_ha,
    forest_area_ha_se,
    forest_area_ha_ci_low,
    forest_area_ha_ci_high,
    growing_stock_m3,
    growing_stock_m3_se,
    growing_stock_m3_ci_low,
    growing_stock_m3_ci_high,
    living_stock_m3,
    living_stock_m3_se,
    living_stock_m3_ci_low,
    living_stock_m3_ci_high,
    vegetation_carbon_t,
    vegetation_carbon_t_se,
    vegetation_carbon_t_ci_low,
    vegetation_carbon_t_ci_high,
    total_carbon_t,
    total_carbon_t_se,
    total_carbon_t_ci_low,
    total_carbon_t_ci_high,
    vegetation_carbon_t / nullif(forest_area_ha, 0) AS vegetation_carbon_t_per_ha,
    depth_cm,
    method,
    definition,
    run_id,
    simulated
FROM wide
ORDER BY survey;
