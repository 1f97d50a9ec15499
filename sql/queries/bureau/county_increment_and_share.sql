-- name: county_increment_and_share
-- title_zh: 各县蓄积增量与所缺份额
-- title_en: Increment of every county and its share of the gap
-- question_zh: 各县蓄积年均增加多少,占全市所缺的多少,进度如何?
-- question_en: What does every county add a year, and which share of the city's gap falls to it?
-- grain: target_id, region_code
-- command: sinkcalc target --allocation
-- param: $target VARCHAR? plan-2025.growing_stock | 目标编号,缺省为全部 | target, all by default
-- returns: target_id - | 目标编号 | target
-- returns: target_year - | 目标年 | target year
-- returns: region_code - | 行政区代码 | region code
-- returns: region_name - | 行政区 | region
-- returns: survey - | 调查 | survey
-- returns: growing_stock_m3 m3 | 蓄积量 | growing stock
-- returns: observed_m3_per_year m3/yr | 年均增量 | increment a year
-- returns: observed_se_m3_per_year m3/yr | 年均增量标准误(已运行 change --by region 时) | its standard
--   error, where change --by region was run
-- returns: share 1 | 占全市所缺蓄积的份额 | share of what the city lacks
-- returns: needed_m3 m3 | 该县所需 | needed of the county
-- returns: needed_m3_per_year m3/yr | 年均所需 | needed a year
-- returns: covered_fraction 1 | 年均增量与所需之比 | increment by need
-- returns: target_m3 m3 | 该县目标 | target of the county
-- returns: forecast_m3 m3 | 目标年预测 | forecast for the target year
-- returns: probability 1 | 达标概率 | probability to reach it
-- returns: progress - | 进度 | progress
-- returns: progress_zh - | 进度名称 | progress in Chinese
-- returns: result_id - | 结果编号 | result
-- returns: simulated - | 模拟 | simulated
WITH
shares AS (
    SELECT
        target_id,
        target_year,
        region_code,
        region_name,
        survey,
        growing_stock_m3,
        observed_m3_per_year,
        share,
        needed_m3,
        needed_m3_per_year,
        target_m3,
        forecast_m3,
        probability,
        progress,
        progress_zh,
        result_id,
        simulated
    FROM bureau.target_shares
    WHERE is_latest AND target_id = coalesce($target, target_id)
),

changes AS (
    SELECT
        result_id,
        survey_from,
        survey_to,
        region_code,
        se
    FROM bureau.change
    WHERE
        is_latest
        AND kind = 'forest'
        AND quantity = 'growing_stock'
        AND method = bureau.default_method()
),

results AS (
    SELECT
        result_id,
        by_keys
    FROM bureau.results
    WHERE is_latest
),

surveys AS (
    SELECT
        survey,
        definition,
        simulated
    FROM bureau.surveys
    WHERE kind = 'stands'
),

-- the increment is that since the survey before of the same series
before AS (
    SELECT
        later.survey,
        max(earlier.survey) AS survey_from
    FROM surveys AS later
    INNER JOIN surveys AS earlier
        ON
            later.definition = earlier.definition
            AND later.simulated = earlier.simulated
            AND later.survey > earlier.survey
    GROUP BY later.survey
),

counties AS (
    SELECT
        changes.survey_to,
        changes.region_code,
        changes.se / (changes.survey_to - changes.survey_from) AS se_per_year
    FROM changes
    INNER JOIN results ON changes.result_id = results.result_id
    INNER JOIN before
        ON
            changes.survey_to = before.survey
            AND changes.survey_from = before.survey_from
    WHERE results.by_keys = 'region'
),

final AS (
    SELECT
        shares.target_id,
        shares.target_year,
        shares.region_code,
        shares.region_name,
        shares.survey,
        shares.growing_stock_m3,
        shares.observed_m3_per_year,
        CASE
            WHEN shares.observed_m3_per_year IS NOT NULL THEN counties.se_per_year
        END AS observed_se_m3_per_year,
        shares.share,
        shares.needed_m3,
        shares.needed_m3_per_year,
        shares.observed_m3_per_year / nullif(shares.needed_m3_per_year, 0) AS covered_fraction,
        shares.target_m3,
        shares.forecast_m3,
        shares.probability,
        shares.progress,
        shares.progress_zh,
        shares.result_id,
        shares.simulated
    FROM shares
    LEFT JOIN counties
        ON
            shares.survey = counties.survey_to
            AND shares.region_code = counties.region_code
)

SELECT
    target_id,
    target_year,
    region_code,
    region_name,
    survey,
    growing_stock_m3,
    observed_m3_per_year,
    observed_se_m3_per_year,
    share,
    needed_m3,
    needed_m3_per_year,
    covered_fraction,
    target_m3,
    forecast_m3,
    probability,
    progress,
    progress_zh,
    result_id,
    simulated
FROM final
ORDER BY target_year, target_id, region_code;
