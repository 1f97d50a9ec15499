-- name: target_progress
-- title_zh: 规划目标进展
-- title_en: Progress towards the targets of the plan
-- question_zh: 规划的每个目标到最近一次调查完成得怎样,还差多少,能否达到?
-- question_en: How far is every target of the plan, what is missing, and will it be reached?
-- grain: target_id, definition
-- command: sinkcalc target
-- param: $indicator VARCHAR? growing_stock | 指标,缺省为全部 | indicator, all by default
-- returns: target_id - | 目标编号 | target
-- returns: region_code - | 行政区代码 | region code
-- returns: region_name - | 行政区 | region
-- returns: indicator - | 指标 | indicator
-- returns: indicator_zh - | 指标名称 | indicator in Chinese
-- returns: definition - | 口径 | definition
-- returns: unit - | 单位 | unit
-- returns: baseline_year - | 基期 | baseline year
-- returns: baseline_value - | 基期值,单位见 unit | baseline, unit as in unit
-- returns: target_year - | 目标年 | target year
-- returns: target_value - | 目标值 | target
-- returns: current_year - | 现状年度 | year of the last survey
-- returns: current_value - | 现状值 | value of the last survey
-- returns: current_se - | 现状值标准误 | its standard error
-- returns: gap - | 差距 | gap
-- returns: needed_per_year - | 年均所需 | needed a year
-- returns: observed_per_year - | 年均实际 | observed a year
-- returns: projected_value - | 目标年推算值 | value projected to the target year
-- returns: probability - | 达标概率 | probability to reach it
-- returns: probability_reason - | 概率依据 | what it rests on
-- returns: status - | 状态 | status
-- returns: status_zh - | 状态名称 | status in Chinese
-- returns: status_reason - | 状态依据 | what the status rests on
-- returns: result_id - | 结果编号 | result
-- returns: simulated - | 模拟 | simulated
WITH
targets AS (
    SELECT
        target_id,
        region_code,
        region_name,
        indicator,
        indicator_zh,
        definition,
        unit,
        baseline_year,
        baseline_value,
        target_year,
        target_value,
        current_year,
        current_value,
        current_se,
        gap,
        needed_per_year,
        observed_per_year,
        projected_value,
        probability,
        probability_reason,
        status,
        status_zh,
        status_reason,
        result_id,
        simulated
    FROM bureau.target
    WHERE is_latest
),

final AS (
    SELECT
        target_id,
        region_code,
        region_name,
        indicator,
        indicator_zh,
        definition,
        unit,
        baseline_year,
        baseline_value,
        target_year,
        target_value,
        current_year,
        current_value,
        current_se,
        gap,
        needed_per_year,
        observed_per_year,
        projected_value,
        probability,
        probability_reason,
        status,
        status_zh,
        status_reason,
        result_id,
        simulated
    FROM targets
    WHERE indicator = coalesce($indicator, indicator)
)

SELECT
    target_id,
    region_code,
    region_name,
    indicator,
    indicator_zh,
    definition,
    unit,
    baseline_year,
    baseline_value,
    target_year,
    target_value,
    current_year,
    current_value,
    current_se,
    gap,
    needed_per_year,
    observed_per_year,
    projected_value,
    probability,
    probability_reason,
    status,
    status_zh,
    status_reason,
    result_id,
    simulated
FROM final
ORDER BY target_year, indicator, target_id, definition;
