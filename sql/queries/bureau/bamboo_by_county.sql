-- name: bamboo_by_county
-- title_zh: 各县竹林
-- title_en: Bamboo forest by county
-- question_zh: 各县(市、区)竹林面积、株数和碳储量各是多少?
-- question_en: What are area, culms and carbon of the bamboo forest of each county?
-- grain: survey, region_code
-- command: sinkcalc estimate --survey {survey} --by region,vegetation_class
-- param: $survey INTEGER? 2023 | 调查年度,缺省为最近一次已估算的 | survey year, the
--   latest that is estimated by default
-- param: $method VARCHAR? cbef-zhejiang | 方法,缺省为默认方法 | method, the default one if none
-- returns: survey - | 调查年度 | survey year
-- returns: region_code - | 行政区代码 | region code
-- returns: region_name - | 行政区 | region
-- returns: bamboo_area_ha ha | 竹林面积 | area of bamboo forest
-- returns: bamboo_area_ha_se ha | 竹林面积标准误 | standard error of the area of bamboo forest
-- returns: bamboo_area_ha_ci_low ha | 竹林面积区间下限 | lower bound of the area of bamboo forest
-- returns: bamboo_area_ha_ci_high ha | 竹林面积区间上限 | upper bound of the area of bamboo forest
-- returns: bamboo_area_mu mu | 竹林面积(亩) | area of bamboo forest in mu
-- returns: culms - | 有记录的株数 | culms on record
-- returns: culms_per_ha 1/ha | 每公顷株数(有株数记录的小班) | culms per hectare of stands that record them
-- returns: area_without_culms_ha ha | 未记株数的面积(碳按均值插补) | area without a count, whose carbon is
--   imputed
-- returns: vegetation_carbon_t t C | 植被碳储量 | vegetation carbon
-- returns: vegetation_carbon_t_se t C | 植被碳储量标准误 | standard error of the vegetation carbon
-- returns: vegetation_carbon_t_ci_low t C | 植被碳储量区间下限 | lower bound of the vegetation carbon
-- returns: vegetation_carbon_t_ci_high t C | 植被碳储量区间上限 | upper bound of the vegetation carbon
-- returns: total_carbon_t t C | 总碳储量(含土壤) | total carbon, with soil
-- returns: total_carbon_t_se t C | 总碳储量(含土壤)标准误 | standard error of the total carbon, with soil
-- returns: total_carbon_t_ci_low t C | 总碳储量(含土壤)区间下限 | lower bound of the total carbon, with soil
-- returns: total_carbon_t_ci_high t C | 总碳储量(含土壤)区间上限 | upper bound of the total carbon, with soil
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
        AND by_keys = 'region,vegetation_class'
        AND vegetation_class = 'bamboo'
        AND quantity IN ('area', 'carbon')
        AND method = coalesce($method, bureau.default_method())
),

stands AS (
    SELECT
        survey,
        region_code,
        area_ha,
        culms
    FROM bureau.stands
    WHERE vegetation_class = 'bamboo'
),

asked AS (
    SELECT coalesce($survey, max(survey)) AS survey
    FROM estimates
),

counted AS (
    SELECT
        survey,
        region_code,
        sum(culms) AS culms,
        sum(area_ha) FILTER (WHERE culms IS NOT NULL) AS area_with_culms_ha,
        coalesce(sum(area_ha) FILTER (WHERE culms IS NULL), 0) AS area_without_culms_ha
    FROM stands
    GROUP BY survey, region_code
),

wide AS (
    SELECT
        estimates.survey,
        estimates.region_code,
        estimates.region_name,
        estimates.method,
        estimates.definition,
        estimates.run_id,
        estimates.simulated,
        max(estimates.value) FILTER (WHERE estimates.quantity = 'area') AS bamboo_area_ha,
        max(estimates.se) FILTER (WHERE estimates.quantity = 'area') AS bamboo_area_ha_se,
        max(estimates.ci_low) FILTER (WHERE estimates.quantity = 'area') AS bamboo_area_ha_ci_low,
        max(estimates.ci_high) FILTER (WHERE estimates.quantity = 'area') AS bamboo_area_ha_ci_high,
        max(estimates.value) FILTER (WHERE estimates.pool = 'vegetation') AS vegetation_carbon_t,
        max(estimates.se) FILTER (WHERE estimates.pool = 'vegetation') AS vegetation_carbon_t_se,
        max(estimates.ci_low) FILTER (
            WHERE estimates.pool = 'vegetation'
        ) AS vegetation_carbon_t_ci_low,
        max(estimates.ci_high) FILTER (
            WHERE estimates.pool = 'vegetation'
        ) AS vegetation_carbon_t_ci_high,
        max(estimates.value) FILTER (WHERE estimates.pool = 'total') AS total_carbon_t,
        max(estimates.se) FILTER (WHERE estimates.pool = 'total') AS total_carbon_t_se,
        max(estimates.ci_low) FILTER (WHERE estimates.pool = 'total') AS total_carbon_t_ci_low,
        max(estimates.ci_high) FILTER (WHERE estimates.pool = 'total') AS total_carbon_t_ci_high,
        max(estimates.depth_cm) AS depth_cm
    FROM estimates
    INNER JOIN asked ON estimates.survey = asked.survey
    GROUP BY
        estimates.survey,
        estimates.region_code,
        estimates.region_name,
        estimates.method,
        estimates.definition,
        estimates.run_id,
        estimates.simulated
)

SELECT
    wide.survey,
    wide.region_code,
    wide.region_name,
    wide.bamboo_area_ha,
    wide.bamboo_area_ha_se,
    wide.bamboo_area_ha_ci_low,
    wide.bamboo_area_ha_ci_high,
    bureau.mu(wide.bamboo_area_ha) AS bamboo_area_mu,
    counted.culms,
    counted.culms / nullif(counted.area_with_culms_ha, 0) AS culms_per_ha,
    counted.area_without_culms_ha,
    wide.vegetation_carbon_t,
    wide.vegetation_carbon_t_se,
    wide.vegetation_carbon_t_ci_low,
    wide.vegetation_carbon_t_ci_high,
    wide.total_carbon_t,
    wide.total_carbon_t_se,
    wide.total_carbon_t_ci_low,
    wide.total_carbon_t_ci_high,
    wide.depth_cm,
    wide.method,
    wide.definition,
    wide.run_id,
    wide.simulated
FROM wide
LEFT JOIN counted
    ON wide.survey = counted.survey AND wide.region_code = counted.region_code
ORDER BY wide.survey, wide.region_code;
