-- name: public_benefit_area_and_stock
-- title_zh: 各县公益林与商品林的面积和蓄积
-- title_en: Area and growing stock of public-benefit and commercial forest by county
-- question_zh: 各县(市、区)公益林和商品林的面积、蓄积各是多少,各占多少?没有森林类别的有多少?
-- question_en: What are area and growing stock of public-benefit and of commercial forest in each
--   county, and which shares are they; how much has no category?
-- grain: survey, region_code, forest_category
-- command: sinkcalc estimate --survey {survey} --by region,forest_category
-- param: $survey INTEGER? 2023 | 调查年度,缺省为最近一次已估算的 | survey year, the
--   latest that is estimated by default
-- param: $method VARCHAR? cbef-zhejiang | 方法,缺省为默认方法 | method, the default one if none
-- returns: survey - | 调查年度 | survey year
-- returns: region_code - | 行政区代码 | region code
-- returns: region_name - | 行政区 | region
-- returns: forest_category - | 森林类别,空为无类别 | forest category, null where none is recorded
-- returns: forest_category_zh - | 森林类别(中文) | forest category in Chinese
-- returns: forest_area_ha ha | 森林面积 | forest area
-- returns: forest_area_ha_se ha | 森林面积标准误 | standard error of the forest area
-- returns: forest_area_ha_ci_low ha | 森林面积区间下限 | lower bound of the forest area
-- returns: forest_area_ha_ci_high ha | 森林面积区间上限 | upper bound of the forest area
-- returns: forest_area_mu mu | 森林面积(亩) | forest area in mu
-- returns: share_of_county_area_fraction 1 | 占该行政区森林面积 | share of the forest area of the region
-- returns: growing_stock_m3 m3 | 森林蓄积量 | growing stock
-- returns: growing_stock_m3_se m3 | 森林蓄积量标准误 | standard error of the growing stock
-- returns: growing_stock_m3_ci_low m3 | 森林蓄积量区间下限 | lower bound of the growing stock
-- returns: growing_stock_m3_ci_high m3 | 森林蓄积量区间上限 | upper bound of the growing stock
-- returns: share_of_county_stock_fraction 1 | 占该行政区森林蓄积量 | share of the growing stock of the region
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
        forest_category,
        forest_category_zh,
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
        AND by_keys = 'region,forest_category'
        AND quantity IN ('area', 'growing_stock')
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
        estimates.forest_category,
        estimates.forest_category_zh,
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
        string_agg(
            DISTINCT estimates.definition, '; ' ORDER BY estimates.definition
        ) AS definition
    FROM estimates
    INNER JOIN asked ON estimates.survey = asked.survey
    GROUP BY
        estimates.survey,
        estimates.region_code,
        estimates.region_name,
        estimates.forest_category,
        estimates.forest_category_zh,
        estimates.method,
        estimates.run_id,
        estimates.simulated
)

SELECT
    survey,
    region_code,
    region_name,
    forest_category,
    forest_category_zh,
    forest_area_ha,
    forest_area_ha_se,
    forest_area_ha_ci_low,
    forest_area_ha_ci_high,
    bureau.mu(forest_area_ha) AS forest_area_mu,
    forest_area_ha / nullif(sum(forest_area_ha) OVER (PARTITION BY survey, region_code), 0)
        AS share_of_county_area_fraction,
    growing_stock_m3,
    growing_stock_m3_se,
    growing_stock_m3_ci_low,
    growing_stock_m3_ci_high,
    growing_stock_m3 / nullif(sum(growing_stock_m3) OVER (PARTITION BY survey, region_code), 0)
        AS share_of_county_stock_fraction,
    method,
    definition,
    run_id,
    simulated
FROM wide
ORDER BY survey, region_code, forest_category;
