-- name: plots_by_county
-- title_zh: 各县固定样地及其平均蓄积
-- title_en: Permanent plots and their mean growing stock by county
-- question_zh: 各县有多少固定样地,乔木林蓄积按全部样地平均每公顷多少,误差多大?
-- question_en: How many permanent plots has every county, what is the growing stock per hectare
--   over all of them, and its error?
-- grain: survey, region_code
-- command: sinkcalc survey mean --survey {survey} --y growing_stock_m3_per_ha --domain region_code
-- param: $survey INTEGER? 2023 | 调查年度,缺省为最近一次 | survey year, the latest by default
-- returns: survey - | 调查年度 | survey year
-- returns: region_code - | 行政区代码 | region code
-- returns: region_name - | 行政区 | region
-- returns: plots - | 样地数 | plots
-- returns: arbor_plots - | 其中乔木林样地 | of them in arbor forest
-- returns: plots_without_volume - | 无蓄积记录、未计入的样地 | plots without a volume, left out
-- returns: mean_m3_per_ha m3/ha | 每公顷蓄积均值(非乔木林样地为零) | mean growing stock; plots outside arbor
--   forest hold none
-- returns: mean_m3_per_ha_se m3/ha | 每公顷蓄积均值的标准误(简单随机) | standard error of the mean, by simple
--   random sampling
-- returns: mean_m3_per_mu m3/mu | 每亩蓄积均值 | mean growing stock per mu
-- returns: definition - | 口径 | definition
-- returns: simulated - | 模拟 | simulated
WITH
plots AS (
    SELECT
        survey,
        region_code,
        region_name,
        definition,
        simulated,
        vegetation_class = 'arbor' AS is_arbor,
        CASE
            WHEN vegetation_class = 'arbor' THEN (volume_m3 / nullif(plot_area_ha, 0))::DOUBLE
            WHEN vegetation_class IS NOT NULL THEN 0
        END AS m3_per_ha
    FROM bureau.plots
),

asked AS (
    SELECT coalesce($survey, max(survey)) AS survey
    FROM plots
),

counted AS (
    SELECT
        plots.survey,
        plots.region_code,
        plots.region_name,
        plots.definition,
        plots.simulated,
        count(*) AS plots,
        count(*) FILTER (WHERE plots.is_arbor) AS arbor_plots,
        count(*) - count(plots.m3_per_ha) AS plots_without_volume,
        avg(plots.m3_per_ha) AS mean_m3_per_ha,
        stddev_samp(plots.m3_per_ha) / sqrt(count(plots.m3_per_ha)) AS mean_m3_per_ha_se
    FROM plots
    INNER JOIN asked ON plots.survey = asked.survey
    GROUP BY
        plots.survey,
        plots.region_code,
        plots.region_name,
        plots.definition,
        plots.simulated
)

SELECT
    survey,
    region_code,
    region_name,
    plots,
    arbor_plots,
    plots_without_volume,
    mean_m3_per_ha,
    mean_m3_per_ha_se,
    bureau.per_mu(mean_m3_per_ha) AS mean_m3_per_mu,
    definition,
    simulated
FROM counted
ORDER BY survey, region_code NULLS LAST;
