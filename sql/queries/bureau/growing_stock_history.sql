-- name: growing_stock_history
-- title_zh: 各县历次调查的森林蓄积量与乔木林亩均蓄积
-- title_en: Growing stock and m3 per mu by county at every survey
-- question_zh: 各县(市、区)历次调查的森林蓄积量和乔木林亩均蓄积是多少?(两次之差及其误差见 growing_stock_change_by_county)
-- question_en: What were growing stock and volume per mu of every county at each survey? What
--   changed between two, with its error: growing_stock_change_by_county
-- grain: survey, region_code
-- command: sinkcalc estimate --survey {survey} --by region
-- param: $survey INTEGER? 2023 | 末次调查年度,缺省为全部调查 | last survey to show, all by default
-- param: $method VARCHAR? cbef-zhejiang | 方法,缺省为默认方法 | method, the default one if none
-- returns: survey - | 调查年度 | survey year
-- returns: region_code - | 行政区代码 | region code
-- returns: region_name - | 行政区 | region
-- returns: growing_stock_m3 m3 | 森林蓄积量 | growing stock
-- returns: growing_stock_m3_se m3 | 蓄积量标准误 | its standard error
-- returns: growing_stock_m3_ci_low m3 | 蓄积量区间下限 | lower bound of the growing stock
-- returns: growing_stock_m3_ci_high m3 | 蓄积量区间上限 | upper bound of the growing stock
-- returns: arbor_area_ha ha | 乔木林面积 | area of arbor forest
-- returns: growing_stock_m3_per_mu m3/mu | 乔木林亩均蓄积 | growing stock per mu of arbor forest
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
        AND quantity = 'growing_stock'
        AND method = coalesce($method, bureau.default_method())
        AND survey <= coalesce($survey, survey)
),

stands AS (
    SELECT
        survey,
        region_code,
        area_ha
    FROM bureau.stands
    WHERE vegetation_class = 'arbor'
),

arbor AS (
    SELECT
        survey,
        region_code,
        sum(area_ha) AS area_ha
    FROM stands
    GROUP BY survey, region_code
),

final AS (
    SELECT
        estimates.survey,
        estimates.region_code,
        estimates.region_name,
        estimates.value AS growing_stock_m3,
        estimates.se AS growing_stock_m3_se,
        estimates.ci_low AS growing_stock_m3_ci_low,
        estimates.ci_high AS growing_stock_m3_ci_high,
        arbor.area_ha AS arbor_area_ha,
        bureau.per_mu(estimates.value / nullif(arbor.area_ha, 0)) AS growing_stock_m3_per_mu,
        estimates.method,
        estimates.definition,
        estimates.run_id,
        estimates.simulated
    FROM estimates
    LEFT JOIN arbor
        ON estimates.survey = arbor.survey AND estimates.region_code = arbor.region_code
)

SELECT
    survey,
    region_code,
    region_name,
    growing_stock_m3,
    growing_stock_m3_se,
    growing_stock_m3_ci_low,
    growing_stock_m3_ci_high,
    arbor_area_ha,
    growing_stock_m3_per_mu,
    method,
    definition,
    run_id,
    simulated
FROM final
ORDER BY survey, region_code;
