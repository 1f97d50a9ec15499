-- name: forest_area_by_county
-- title_zh: 各县森林面积
-- title_en: Forest area by county
-- question_zh: 各县(市、区)有多少森林(公顷、亩),占全市森林的多少?
-- question_en: How much forest has each county, in hectares and mu, and which share of the forest
--   of all?
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
-- returns: forest_area_mu mu | 森林面积(亩) | forest area in mu
-- returns: share_of_forest_fraction 1 | 占全市森林面积 | share of the forest of all counties
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
        AND quantity = 'area'
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
        string_agg(
            DISTINCT estimates.definition, '; ' ORDER BY estimates.definition
        ) AS definition
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
    bureau.mu(forest_area_ha) AS forest_area_mu,
    forest_area_ha / nullif(sum(forest_area_ha) OVER (PARTITION BY survey), 0)
        AS share_of_forest_fraction,
    method,
    definition,
    run_id,
    simulated
FROM wide
ORDER BY survey, region_code;
