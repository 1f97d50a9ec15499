-- name: growing_stock_history
-- title_zh: 各县历次调查的森林蓄积量与乔木林亩均蓄积
-- title_en: Growing stock and m3 per mu by county at every survey
-- question_zh: 各县(市、区)历次调查的森林蓄积量和乔木林亩均蓄积是多少,比上一次年均增加多少?
-- question_en: What were growing stock and volume per mu of every county at each survey, and how
--   much did they gain a year since the survey before?
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
-- returns: previous_survey - | 上一次同口径调查 | survey before it of the same definition
-- returns: gain_m3_per_year m3/yr | 年均增量(误差见 growing_stock_change_by_county) | gain a year; its
--   error: growing_stock_change_by_county
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

-- figures of different definitions are never chained
chained AS (
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
        simulated,
        lag(survey) OVER series AS previous_survey,
        lag(value) OVER series AS previous_value
    FROM estimates
    WINDOW series AS (PARTITION BY region_code, definition ORDER BY survey)
),

final AS (
    SELECT
        chained.survey,
        chained.region_code,
        chained.region_name,
        chained.value AS growing_stock_m3,
        chained.se AS growing_stock_m3_se,
        chained.ci_low AS growing_stock_m3_ci_low,
        chained.ci_high AS growing_stock_m3_ci_high,
        arbor.area_ha AS arbor_area_ha,
        bureau.per_mu(chained.value / nullif(arbor.area_ha, 0)) AS growing_stock_m3_per_mu,
        chained.previous_survey,
        (chained.value - chained.previous_value)
        / (chained.survey - chained.previous_survey) AS gain_m3_per_year,
        chained.method,
        chained.definition,
        chained.run_id,
        chained.simulated
    FROM chained
    LEFT JOIN arbor
        ON chained.survey = arbor.survey AND chained.region_code = arbor.region_code
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
    previous_survey,
    gain_m3_per_year,
    method,
    definition,
    run_id,
    simulated
FROM final
ORDER BY survey, region_code;
