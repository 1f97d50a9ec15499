-- name: stands_against_plots
-- title_zh: 小班总量对样地总量
-- title_en: Totals of the stands against the plots
-- question_zh: 各县小班汇总的蓄积与固定样地估计的总量相差多少,检验结论如何?
-- question_en: How far are the stands' totals from those of the plots, and what is the verdict?
-- grain: survey, plot_survey, region_code
-- command: sinkcalc survey verdict --survey {survey}
-- param: $survey INTEGER? 2023 | 样地调查,缺省为最近的 | survey of the plots, the latest by default
-- returns: survey - | 小班调查 | survey of the stands
-- returns: plot_survey - | 样地调查 | survey of the plots
-- returns: region_code - | 行政区代码 | region code
-- returns: region_name - | 行政区 | region
-- returns: stands_value m3 | 小班总蓄积 | growing stock of the stands
-- returns: plots_value m3 | 样地总蓄积 | growing stock by the plots
-- returns: plots_se m3 | 样地标准误 | standard error of the plots
-- returns: difference m3 | 差值 | difference
-- returns: difference_in_se - | 差值与标准误之比 | difference in standard errors
-- returns: verdict - | 检验结论 | verdict
-- returns: verdict_zh - | 结论名称 | verdict in Chinese
-- returns: verdict_reason - | 原因 | reason
-- returns: sampling_precision 1 | 抽样精度 | sampling precision
-- returns: result_id - | 结果编号 | result
-- returns: simulated - | 模拟 | simulated
WITH
judged AS (
    SELECT
        survey,
        plot_survey,
        region_code,
        region_name,
        stands_value,
        plots_value,
        plots_se,
        difference,
        difference_in_se,
        verdict,
        verdict_zh,
        verdict_reason,
        sampling_precision,
        result_id,
        simulated
    FROM bureau.stands_and_plots
    WHERE
        is_latest
        AND plot_survey = coalesce($survey, plot_survey)
),

years AS (
    SELECT
        survey,
        plot_survey
    FROM judged
    ORDER BY plot_survey DESC, survey DESC
    LIMIT 1
),

final AS (
    SELECT
        judged.survey,
        judged.plot_survey,
        judged.region_code,
        judged.region_name,
        judged.stands_value,
        judged.plots_value,
        judged.plots_se,
        judged.difference,
        judged.difference_in_se,
        judged.verdict,
        judged.verdict_zh,
        judged.verdict_reason,
        judged.sampling_precision,
        judged.result_id,
        judged.simulated
    FROM judged
    INNER JOIN years
        ON judged.survey = years.survey AND judged.plot_survey = years.plot_survey
)

SELECT
    survey,
    plot_survey,
    region_code,
    region_name,
    stands_value,
    plots_value,
    plots_se,
    difference,
    difference_in_se,
    verdict,
    verdict_zh,
    verdict_reason,
    sampling_precision,
    result_id,
    simulated
FROM final
ORDER BY survey, plot_survey, region_code NULLS FIRST;
