-- name: flagged_stands
-- title_zh: 被插补、外推或特别处理的小班
-- title_en: Stands imputed, extrapolated or treated specially
-- question_zh: 估算中有多少小班被插补、外推、记零或用较宽的参数,面积多大,占森林多少?
-- question_en: How many stands did the estimate impute, extrapolate, set to zero or serve by wider
--   parameters, which area is that, and which share of the forest?
-- grain: survey, flag, vegetation_class, pool
-- command: sinkcalc estimate --survey {survey}
-- param: $survey INTEGER? 2023 | 调查年度,缺省为最近一次已估算的 | survey year, the
--   latest that is estimated by default
-- param: $method VARCHAR? cbef-zhejiang | 方法,缺省为默认方法 | method, the default one if none
-- returns: survey - | 调查年度 | survey year
-- returns: flag - | 原因 | reason
-- returns: flag_zh - | 原因(中文) | reason in Chinese
-- returns: vegetation_class - | 植被类别 | vegetation class
-- returns: vegetation_class_zh - | 植被类别(中文) | vegetation class in Chinese
-- returns: pool - | 碳库(只涉及一个碳库时) | pool, where one alone is concerned
-- returns: pool_zh - | 碳库(中文) | pool in Chinese
-- returns: stands - | 小班数 | stands
-- returns: area_ha ha | 面积 | area
-- returns: area_mu mu | 面积(亩) | area in mu
-- returns: share_of_forest_fraction 1 | 与森林面积之比 | area by that of all forest
-- returns: method - | 方法 | method
-- returns: definition - | 口径 | definition
-- returns: run_id - | 运行编号 | run
-- returns: simulated - | 模拟 | simulated
WITH
flags AS (
    SELECT
        run_id,
        survey,
        method,
        flag,
        flag_zh,
        vegetation_class,
        vegetation_class_zh,
        pool,
        pool_zh,
        records,
        area_ha
    FROM bureau.flags
    WHERE
        kind = 'forest'
        AND by_keys = ''
        AND is_latest
        AND method = coalesce($method, bureau.default_method())
),

estimates AS (
    SELECT
        run_id,
        survey,
        value,
        definition,
        simulated
    FROM bureau.latest_estimates
    WHERE
        kind = 'forest'
        AND by_keys = ''
        AND quantity = 'area'
        AND method = coalesce($method, bureau.default_method())
),

asked AS (
    SELECT coalesce($survey, max(survey)) AS survey
    FROM estimates
),

summed AS (
    SELECT
        flags.run_id,
        flags.survey,
        flags.method,
        flags.flag,
        flags.flag_zh,
        flags.vegetation_class,
        flags.vegetation_class_zh,
        flags.pool,
        flags.pool_zh,
        sum(flags.records)::BIGINT AS stands,
        sum(flags.area_ha) AS area_ha
    FROM flags
    INNER JOIN asked ON flags.survey = asked.survey
    GROUP BY
        flags.run_id,
        flags.survey,
        flags.method,
        flags.flag,
        flags.flag_zh,
        flags.vegetation_class,
        flags.vegetation_class_zh,
        flags.pool,
        flags.pool_zh
)

SELECT
    summed.survey,
    summed.flag,
    summed.flag_zh,
    summed.vegetation_class,
    summed.vegetation_class_zh,
    summed.pool,
    summed.pool_zh,
    summed.stands,
    summed.area_ha,
    bureau.mu(summed.area_ha) AS area_mu,
    summed.area_ha / nullif(estimates.value, 0) AS share_of_forest_fraction,
    summed.method,
    estimates.definition,
    summed.run_id,
    estimates.simulated
FROM summed
LEFT JOIN estimates ON summed.run_id = estimates.run_id
ORDER BY summed.survey, summed.flag, summed.vegetation_class, summed.pool;
