-- name: soil_pool_of_the_land
-- title_zh: 森林、湿地与农田的土壤碳库
-- title_en: Soil pool of forest, wetland and farmland
-- question_zh: 森林、湿地、农田 0–30 cm 土壤各有多少碳,合计多少,误差多大?
-- question_en: How much carbon do the soils of forest, wetland and farmland hold to 30 cm, each
--   and together, and with which error?
-- grain: survey, land
-- command: sinkcalc estimate --survey {survey} --kind soil
-- param: $survey INTEGER? 2023 | 调查年度,缺省为最近一次 | survey year, the latest by default
-- returns: survey - | 调查年度 | survey year
-- returns: land - | 土地;sum_of_lands 为合计,缺一类时不给出 | land; sum_of_lands is all of them, left out
--   where one is missing
-- returns: land_zh - | 土地(中文) | land in Chinese
-- returns: records - | 记录数 | records
-- returns: area_ha ha | 面积 | area
-- returns: area_ha_se ha | 面积标准误 | standard error of the area
-- returns: area_ha_ci_low ha | 面积区间下限 | lower bound of the area
-- returns: area_ha_ci_high ha | 面积区间上限 | upper bound of the area
-- returns: soil_carbon_t t C | 土壤碳储量 | soil carbon
-- returns: soil_carbon_t_se t C | 土壤碳储量标准误 | standard error of the soil carbon
-- returns: soil_carbon_t_ci_low t C | 土壤碳储量区间下限 | lower bound of the soil carbon
-- returns: soil_carbon_t_ci_high t C | 土壤碳储量区间上限 | upper bound of the soil carbon
-- returns: soil_co2e_t t CO2e | 土壤碳储量的二氧化碳当量 | soil carbon as CO2 equivalent
-- returns: soil_co2e_t_se t CO2e | 土壤碳储量的二氧化碳当量标准误 | standard error of the soil carbon as CO2
--   equivalent
-- returns: soil_co2e_t_ci_low t CO2e | 土壤碳储量的二氧化碳当量区间下限 | lower bound of the soil carbon as CO2
--   equivalent
-- returns: soil_co2e_t_ci_high t CO2e | 土壤碳储量的二氧化碳当量区间上限 | upper bound of the soil carbon as CO2
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
        coalesce(land, 'sum_of_lands') AS land,
        quantity,
        depth_cm,
        value,
        se,
        ci_low,
        ci_high,
        n,
        method,
        definition,
        simulated
    FROM bureau.latest_estimates
    WHERE
        kind = 'soil'
        AND by_keys = ''
),

asked AS (
    SELECT coalesce($survey, max(survey)) AS survey
    FROM estimates
),

wide AS (
    SELECT
        estimates.run_id,
        estimates.survey,
        estimates.land,
        estimates.method,
        estimates.simulated,
        max(estimates.n) FILTER (WHERE estimates.quantity = 'area') AS records,
        max(estimates.value) FILTER (
            WHERE estimates.quantity = 'area'
        ) AS area_ha,
        max(estimates.se) FILTER (
            WHERE estimates.quantity = 'area'
        ) AS area_ha_se,
        max(estimates.ci_low) FILTER (
            WHERE estimates.quantity = 'area'
        ) AS area_ha_ci_low,
        max(estimates.ci_high) FILTER (
            WHERE estimates.quantity = 'area'
        ) AS area_ha_ci_high,
        max(estimates.value) FILTER (
            WHERE estimates.quantity = 'carbon'
        ) AS soil_carbon_t,
        max(estimates.se) FILTER (
            WHERE estimates.quantity = 'carbon'
        ) AS soil_carbon_t_se,
        max(estimates.ci_low) FILTER (
            WHERE estimates.quantity = 'carbon'
        ) AS soil_carbon_t_ci_low,
        max(estimates.ci_high) FILTER (
            WHERE estimates.quantity = 'carbon'
        ) AS soil_carbon_t_ci_high,
        max(estimates.value) FILTER (
            WHERE estimates.quantity = 'co2e'
        ) AS soil_co2e_t,
        max(estimates.se) FILTER (
            WHERE estimates.quantity = 'co2e'
        ) AS soil_co2e_t_se,
        max(estimates.ci_low) FILTER (
            WHERE estimates.quantity = 'co2e'
        ) AS soil_co2e_t_ci_low,
        max(estimates.ci_high) FILTER (
            WHERE estimates.quantity = 'co2e'
        ) AS soil_co2e_t_ci_high,
        max(estimates.depth_cm) AS depth_cm,
        string_agg(
            DISTINCT estimates.definition, '; ' ORDER BY estimates.definition
        ) AS definition
    FROM estimates
    INNER JOIN asked ON estimates.survey = asked.survey
    GROUP BY
        estimates.run_id,
        estimates.survey,
        estimates.land,
        estimates.method,
        estimates.simulated
)

SELECT
    survey,
    land,
    bureau.zh(land) AS land_zh,
    records,
    area_ha,
    area_ha_se,
    area_ha_ci_low,
    area_ha_ci_high,
    soil_carbon_t,
    soil_carbon_t_se,
    soil_carbon_t_ci_low,
    soil_carbon_t_ci_high,
    soil_co2e_t,
    soil_co2e_t_se,
    soil_co2e_t_ci_low,
    soil_co2e_t_ci_high,
    depth_cm,
    method,
    definition,
    run_id,
    simulated
FROM wide
ORDER BY survey ASC, land = 'sum_of_lands' ASC, land ASC;
