-- name: forest_area_by_class
-- title_zh: 各类森林面积
-- title_en: Forest area by vegetation class
-- question_zh: 乔木林、竹林、经济林和特别规定灌木林各有多少,各占多少?
-- question_en: How much is arbor forest, bamboo, economic forest and special shrub, and which share
--   is each?
-- grain: survey, vegetation_class
-- command: sinkcalc estimate --survey {survey} --by vegetation_class
-- param: $survey INTEGER? 2023 | 调查年度,缺省为最近一次已估算的 | survey year, the
--   latest that is estimated by default
-- param: $method VARCHAR? cbef-zhejiang | 方法,缺省为默认方法 | method, the default one if none
-- returns: survey - | 调查年度 | survey year
-- returns: vegetation_class - | 植被类别 | vegetation class
-- returns: vegetation_class_zh - | 植被类别(中文) | vegetation class in Chinese
-- returns: forest_area_ha ha | 森林面积 | forest area
-- returns: forest_area_ha_se ha | 森林面积标准误 | standard error of the forest area
-- returns: forest_area_ha_ci_low ha | 森林面积区间下限 | lower bound of the forest area
-- returns: forest_area_ha_ci_high ha | 森林面积区间上限 | upper bound of the forest area
-- returns: forest_area_mu mu | 森林面积(亩) | forest area in mu
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
        vegetation_class,
        vegetation_class_zh,
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
        AND by_keys = 'vegetation_class'
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
        estimates.vegetation_class,
        estimates.vegetation_class_zh,
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
        estimates.vegetation_class,
        estimates.vegetation_class_zh,
        estimates.method,
        estimates.run_id,
        estimates.simulated
)

SELECT
    survey,
    vegetation_class,
    vegetation_class_zh,
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
ORDER BY survey, vegetation_class;
