-- name: probability_of_target
-- title_zh: 全市与各县达到蓄积目标的概率
-- title_en: Probability that city and counties reach the target of growing stock
-- question_zh: 全市和各县到目标年达到蓄积量目标的概率是多少?
-- question_en: How probable is it that the city, and every county, reaches its growing stock?
-- grain: target_id, region_code
-- command: sinkcalc target --allocation
-- param: $region_code VARCHAR? 330106 | 行政区代码,缺省为全部 | region code, all by default
-- returns: target_id - | 目标编号 | target
-- returns: target_year - | 目标年 | target year
-- returns: region_code - | 行政区代码 | region code
-- returns: region_name - | 行政区 | region
-- returns: target_m3 m3 | 目标蓄积量 | target of growing stock
-- returns: projected_m3 m3 | 目标年推算值 | projected to the target year
-- returns: shortfall_m3 m3 | 缺口(负值为超出) | shortfall; negative is above
-- returns: probability 1 | 达标概率 | probability to reach it
-- returns: probability_reason - | 概率依据 | what it rests on
-- returns: probability_reason_zh - | 依据名称 | what it rests on, in Chinese
-- returns: progress - | 进度 | progress
-- returns: result_id - | 结果编号 | result
-- returns: simulated - | 模拟 | simulated
WITH
targets AS (
    SELECT
        target_id,
        target_year,
        region_code,
        region_name,
        target_value,
        projected_value,
        probability,
        probability_reason,
        probability_reason_zh,
        status,
        result_id,
        simulated
    FROM bureau.target
    WHERE is_latest AND indicator = 'growing_stock'
),

shares AS (
    SELECT
        target_id,
        target_year,
        region_code,
        region_name,
        target_m3,
        forecast_m3,
        probability,
        probability_reason,
        probability_reason_zh,
        progress,
        result_id,
        simulated
    FROM bureau.target_shares
    WHERE is_latest
),

united AS (
    SELECT
        target_id,
        target_year,
        region_code,
        region_name,
        target_value AS target_m3,
        projected_value AS projected_m3,
        probability,
        probability_reason,
        probability_reason_zh,
        status AS progress,
        result_id,
        simulated
    FROM targets
    UNION ALL
    SELECT
        target_id,
        target_year,
        region_code,
        region_name,
        target_m3::DOUBLE AS target_m3,
        forecast_m3 AS projected_m3,
        probability,
        probability_reason,
        probability_reason_zh,
        progress,
        result_id,
        simulated
    FROM shares
),

final AS (
    SELECT
        target_id,
        target_year,
        region_code,
        region_name,
        target_m3,
        projected_m3,
        target_m3 - projected_m3 AS shortfall_m3,
        probability,
        probability_reason,
        probability_reason_zh,
        progress,
        result_id,
        simulated
    FROM united
    WHERE region_code = coalesce($region_code, region_code)
)

SELECT
    target_id,
    target_year,
    region_code,
    region_name,
    target_m3,
    projected_m3,
    shortfall_m3,
    probability,
    probability_reason,
    probability_reason_zh,
    progress,
    result_id,
    simulated
FROM final
ORDER BY target_year, target_id, region_code;
