-- name: wetland_area_against_target
-- title_zh: 湿地保有量与保护率对照目标
-- title_en: Area and protection of wetlands against the targets
-- question_zh: 按规划清单,湿地保有量与保护率离目标还差多少?公布值与目标的口径是否可比?
-- question_en: How far are area and protection of wetlands, by the list of the plan, from the
--   targets, and which published figures follow another definition?
-- grain: target_id, definition
-- command: sinkcalc target
-- returns: target_id - | 目标编号 | target
-- returns: region_code - | 行政区代码 | region code
-- returns: region_name - | 行政区 | region
-- returns: indicator - | 指标 | indicator
-- returns: indicator_zh - | 指标名称 | indicator in Chinese
-- returns: definition - | 口径 | definition
-- returns: comparable - | 与目标口径可比 | follows the definition of the target
-- returns: unit - | 单位 | unit
-- returns: target_year - | 目标年 | target year
-- returns: target_value - | 目标值,单位见 unit | target, unit as in unit
-- returns: current_year - | 现状年度 | year of the last figure
-- returns: current_value - | 现状值 | last figure
-- returns: current_se - | 现状值标准误(全数记录,非抽样) | its standard error: records of all wetlands are no
--   sample
-- returns: gap - | 差距 | gap
-- returns: needed_per_year - | 年均所需 | needed a year
-- returns: observed_per_year - | 年均实际 | observed a year
-- returns: projected_value - | 目标年推算值 | value projected to the target year
-- returns: status - | 状态 | status
-- returns: status_zh - | 状态名称 | status in Chinese
-- returns: status_reason - | 状态依据 | what the status rests on
-- returns: status_reason_zh - | 状态依据(中文) | what the status rests on, in Chinese
-- returns: result_id - | 结果编号 | result
-- returns: simulated - | 模拟 | simulated
WITH
final AS (
    SELECT
        target_id,
        region_code,
        region_name,
        indicator,
        indicator_zh,
        definition,
        unit,
        target_year,
        target_value,
        current_year,
        current_value,
        current_se,
        gap,
        needed_per_year,
        observed_per_year,
        projected_value,
        status,
        status_zh,
        status_reason,
        status_reason_zh,
        result_id,
        simulated,
        status != 'not_comparable' AS comparable
    FROM bureau.target
    WHERE
        is_latest
        AND indicator IN ('wetland_area', 'wetland_protection_rate')
)

SELECT
    target_id,
    region_code,
    region_name,
    indicator,
    indicator_zh,
    definition,
    comparable,
    unit,
    target_year,
    target_value,
    current_year,
    current_value,
    current_se,
    gap,
    needed_per_year,
    observed_per_year,
    projected_value,
    status,
    status_zh,
    status_reason,
    status_reason_zh,
    result_id,
    simulated
FROM final
ORDER BY target_year ASC, indicator ASC, comparable DESC, target_id ASC, definition ASC;
