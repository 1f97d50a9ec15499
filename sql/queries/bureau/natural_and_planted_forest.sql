-- name: natural_and_planted_forest
-- title_zh: 天然林与人工林对比
-- title_en: Natural and planted forest
-- question_zh: 天然林和人工林的面积、蓄积和碳储量各是多少?
-- question_en: How do natural and planted forest compare in area, growing stock and carbon?
-- grain: survey, origin
-- command: sinkcalc estimate --survey {survey} --by origin
-- param: $survey INTEGER? 2023 | 调查年度,缺省为最近一次已估算的 | survey year, the
--   latest that is estimated by default
-- param: $method VARCHAR? cbef-zhejiang | 方法,缺省为默认方法 | method, the default one if none
-- returns: survey - | 调查年度 | survey year
-- returns: origin - | 起源 | origin
-- returns: origin_zh - | 起源(中文) | origin in Chinese
-- returns: forest_area_ha ha | 森林面积 | forest area
-- returns: forest_area_ha_se ha | 森林面积标准误 | standard error of the forest area
-- returns: forest_area_ha_ci_low ha | 森林面积区间下限 | lower bound of the forest area
-- returns: forest_area_ha_ci_high ha | 森林面积区间上限 | upper bound of the forest area
-- returns: growing_stock_m3 m3 | 森林蓄积量 | growing stock
-- returns: growing_stock_m3_se m3 | 森林蓄积量标准误 | standard error of the growing stock
-- returns: growing_stock_m3_ci_low m3 | 森林蓄积量区间下限 | lower bound of the growing stock
-- returns: growing_stock_m3_ci_high m3 | 森林蓄积量区间上限 | upper bound of the growing stock
-- returns: vegetation_carbon_t t C | 植被碳储量 | vegetation carbon
-- returns: vegetation_carbon_t_se t C | 植被碳储量标准误 | standard error of the vegetation carbon
-- returns: vegetation_carbon_t_ci_low t C | 植被碳储量区间下限 | lower bound of the vegetation carbon
-- returns: vegetation_carbon_t_ci_high t C | 植被碳储量区间上限 | upper bound of the vegetation carbon
-- returns: vegetation_carbon_t_per_ha t C/ha | 植被碳密度 | vegetation carbon per hectare
-- returns: share_of_forest_fraction 1 | 占森林面积 | share of the forest
-- returns: method - | 方法 | method
-- returns: definition - | 口径(各量不同时以分号分开) | definition, of all quantities where they differ
-- returns: run_id - | 运行编号 | run
-- returns: simulated - | 模拟 | simulated
WITH
estimates AS (
    SELECT
        run_id,
        survey,
        origin,
        origin_zh,
        quantity,
        pool,
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
        AND by_keys = 'origin'
        AND quantity IN ('area', 'growing_stock', 'carbon')
        AND method = coalesce($method, bureau.default_method())
),

asked AS (
    SELECT coalesce($survey, max(survey)) AS survey
    FROM estimates
),

wide AS (
    SELECT
        estimates.survey,
        estimates.origin,
        estimates.origin_zh,
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
        string_agg(
            DISTINCT estimates.definition, '; ' ORDER BY estimates.definition
        ) AS definition
    FROM estimates
    INNER JOIN asked ON estimates.survey = asked.survey
    GROUP BY
        estimates.survey,
        estimates.origin,
        estimates.origin_zh,
        estimates.method,
        estimates.run_id,
        estimates.simulated
)

SELECT
    survey,
    origin,
    origin_zh,
    forest_area_ha,
    forest_area_ha_se,
    forest_area_ha_ci_low,
    forest_area_ha_ci_high,
    growing_stock_m3,
    growing_stock_m3_se,
    growing_stock_m3_ci_low,
    growing_stock_m3_ci_high,
    vegetation_carbon_t,
    vegetation_carbon_t_se,
    vegetation_carbon_t_ci_low,
    vegetation_carbon_t_ci_high,
    vegetation_carbon_t / nullif(forest_area_ha, 0) AS vegetation_carbon_t_per_ha,
    forest_area_ha / nullif(sum(forest_area_ha) OVER (PARTITION BY survey), 0)
        AS share_of_forest_fraction,
    method,
    definition,
    run_id,
    simulated
FROM wide
ORDER BY survey, origin;
