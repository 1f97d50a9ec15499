-- name: wetland_soil_carbon_by_class
-- title_zh: 各类湿地的土壤碳
-- title_en: Soil carbon of wetlands by class
-- question_zh: 各类湿地面积与土壤碳储量是多少,算到多深,误差多大?
-- question_en: How large are the wetlands of every class and their soil carbon, to which depth
--   and with which error?
-- grain: survey, wetland_class
-- command: sinkcalc estimate --survey {survey} --kind wetland --by wetland_class
-- param: $survey INTEGER? 2023 | 调查年度,缺省为最近一次 | survey year, the latest by default
-- returns: survey - | 调查年度 | survey year
-- returns: wetland_class - | 湿地类 | wetland class
-- returns: wetland_class_zh - | 湿地类(中文) | wetland class in Chinese
-- returns: wetlands - | 湿地数 | wetlands
-- returns: area_ha ha | 面积 | area
-- returns: area_ha_se ha | 面积标准误 | standard error of the area
-- returns: area_ha_ci_low ha | 面积区间下限 | lower bound of the area
-- returns: area_ha_ci_high ha | 面积区间上限 | upper bound of the area
-- returns: wetlands_with_soil - | 有土壤碳数值的湿地数 | wetlands whose soil has a figure
-- returns: soil_carbon_t t C | 土壤碳储量 | soil carbon
-- returns: soil_carbon_t_se t C | 土壤碳储量标准误 | standard error of the soil carbon
-- returns: soil_carbon_t_ci_low t C | 土壤碳储量区间下限 | lower bound of the soil carbon
-- returns: soil_carbon_t_ci_high t C | 土壤碳储量区间上限 | upper bound of the soil carbon
-- returns: depth_cm cm | 土壤深度 | depth of the soil
-- returns: share_fallback_fraction 1 | 没有本次土芯的面积所占 | share of the area without any core of the
--   survey
-- returns: se_reason - | 土壤碳误差依据 | what the error of the soil carbon rests on
-- returns: method - | 方法 | method
-- returns: definition - | 口径(各量不同时以分号分开) | definition, of all quantities where they differ
-- returns: run_id - | 运行编号 | run
-- returns: simulated - | 模拟 | simulated
WITH
estimates AS (
    SELECT
        run_id,
        survey,
        wetland_class,
        wetland_class_zh,
        quantity,
        pool,
        depth_cm,
        value,
        se,
        ci_low,
        ci_high,
        n,
        share_fallback,
        se_reason,
        method,
        definition,
        simulated
    FROM bureau.latest_estimates
    WHERE
        kind = 'wetland'
        AND by_keys = 'wetland_class'
        AND (quantity = 'area' OR (quantity = 'carbon' AND pool = 'soil'))
),

asked AS (
    SELECT coalesce($survey, max(survey)) AS survey
    FROM estimates
),

wide AS (
    SELECT
        estimates.run_id,
        estimates.survey,
        estimates.wetland_class,
        estimates.wetland_class_zh,
        estimates.method,
        estimates.simulated,
        max(estimates.n) FILTER (WHERE estimates.quantity = 'area') AS wetlands,
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
        max(estimates.n) FILTER (WHERE estimates.quantity = 'carbon') AS wetlands_with_soil,
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
        max(estimates.depth_cm) AS depth_cm,
        max(estimates.share_fallback) FILTER (
            WHERE estimates.quantity = 'carbon'
        ) AS share_fallback_fraction,
        max(estimates.se_reason) FILTER (WHERE estimates.quantity = 'carbon') AS se_reason,
        string_agg(
            DISTINCT estimates.definition, '; ' ORDER BY estimates.definition
        ) AS definition
    FROM estimates
    INNER JOIN asked ON estimates.survey = asked.survey
    GROUP BY
        estimates.run_id,
        estimates.survey,
        estimates.wetland_class,
        estimates.wetland_class_zh,
        estimates.method,
        estimates.simulated
)

SELECT
    survey,
    wetland_class,
    wetland_class_zh,
    wetlands,
    area_ha,
    area_ha_se,
    area_ha_ci_low,
    area_ha_ci_high,
    wetlands_with_soil,
    soil_carbon_t,
    soil_carbon_t_se,
    soil_carbon_t_ci_low,
    soil_carbon_t_ci_high,
    depth_cm,
    share_fallback_fraction,
    se_reason,
    method,
    definition,
    run_id,
    simulated
FROM wide
ORDER BY survey, wetland_class;
