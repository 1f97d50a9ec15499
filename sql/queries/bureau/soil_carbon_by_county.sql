-- name: soil_carbon_by_county
-- title_zh: 各县森林土壤碳库
-- title_en: Forest soil carbon by county
-- question_zh: 各县(市、区)森林土壤(到给定深度)储有机碳多少,每公顷多少?
-- question_en: How much organic carbon do the forest soils of each county hold down to the depth
--   given, in all and per hectare?
-- grain: survey, region_code
-- command: sinkcalc estimate --survey {survey} --by region
-- param: $survey INTEGER? 2023 | 调查年度,缺省为最近一次已估算的 | survey year, the
--   latest that is estimated by default
-- param: $method VARCHAR? cbef-zhejiang | 方法,缺省为默认方法 | method, the default one if none
-- returns: survey - | 调查年度 | survey year
-- returns: region_code - | 行政区代码 | region code
-- returns: region_name - | 行政区 | region
-- returns: forest_area_ha ha | 森林面积 | forest area
-- returns: forest_area_ha_se ha | 森林面积标准误 | standard error of the forest area
-- returns: forest_area_ha_ci_low ha | 森林面积区间下限 | lower bound of the forest area
-- returns: forest_area_ha_ci_high ha | 森林面积区间上限 | upper bound of the forest area
-- returns: soil_carbon_t t C | 土壤有机碳储量 | soil organic carbon
-- returns: soil_carbon_t_se t C | 土壤有机碳储量标准误 | standard error of the soil organic carbon
-- returns: soil_carbon_t_ci_low t C | 土壤有机碳储量区间下限 | lower bound of the soil organic carbon
-- returns: soil_carbon_t_ci_high t C | 土壤有机碳储量区间上限 | upper bound of the soil organic carbon
-- returns: soil_carbon_t_per_ha t C/ha | 单位面积土壤碳 | soil carbon per hectare
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
        AND quantity IN ('area', 'carbon')
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
        max(estimates.value) FILTER (WHERE estimates.quantity = 'area') AS forest_area_ha,
        max(estimates.se) FILTER (WHERE estimates.quantity = 'area') AS forest_area_ha_se,
        max(estimates.ci_low) FILTER (WHERE estimates.quantity = 'area') AS forest_area_ha_ci_low,
        max(estimates.ci_high) FILTER (WHERE estimates.quantity = 'area') AS forest_area_ha_ci_high,
        max(estimates.value) FILTER (
            WHERE estimates.quantity = 'carbon' AND estimates.pool = 'soil'
        ) AS soil_carbon_t,
        max(estimates.se) FILTER (
            WHERE estimates.quantity = 'carbon' AND estimates.pool = 'soil'
        ) AS soil_carbon_t_se,
        max(estimates.ci_low) FILTER (
            WHERE estimates.quantity = 'carbon' AND estimates.pool = 'soil'
        ) AS soil_carbon_t_ci_low,
        max(estimates.ci_high) FILTER (
            WHERE estimates.quantity = 'carbon' AND estimates.pool = 'soil'
        ) AS soil_carbon_t_ci_high,
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
    forest_area_ha,
    forest_area_ha_se,
    forest_area_ha_ci_low,
    forest_area_ha_ci_high,
    soil_carbon_t,
    soil_carbon_t_se,
    soil_carbon_t_ci_low,
    soil_carbon_t_ci_high,
    soil_carbon_t / nullif(forest_area_ha, 0) AS soil_carbon_t_per_ha,
    depth_cm,
    method,
    definition,
    run_id,
    simulated
FROM wide
ORDER BY survey, region_code;
