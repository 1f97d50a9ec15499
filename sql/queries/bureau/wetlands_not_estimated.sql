-- name: wetlands_not_estimated
-- title_zh: 未估算或按假定估算的湿地
-- title_en: Wetlands not estimated, or on an assumption
-- question_zh: 哪些湿地的土壤、植被或通量没有估算或按假定估算,原因是什么,面积多大?
-- question_en: Of which wetlands are soil, vegetation or fluxes not estimated or rest on an
--   assumption, for which reason, and how large are they?
-- grain: survey, flag, wetland_class, pool, gas
-- command: sinkcalc estimate --survey {survey} --kind wetland
-- param: $survey INTEGER? 2023 | 调查年度,缺省为最近一次 | survey year, the latest by default
-- returns: survey - | 调查年度 | survey year
-- returns: flag - | 原因 | reason
-- returns: flag_zh - | 原因(中文) | reason in Chinese
-- returns: wetland_class - | 湿地类 | wetland class
-- returns: wetland_class_zh - | 湿地类(中文) | wetland class in Chinese
-- returns: pool - | 碳库(只涉及一个碳库时) | pool, where one alone is concerned
-- returns: pool_zh - | 碳库(中文) | pool in Chinese
-- returns: gas - | 气体(只涉及一种气体时) | gas, where one alone is concerned
-- returns: wetlands - | 湿地数 | wetlands
-- returns: area_ha ha | 面积 | area
-- returns: area_mu mu | 面积(亩) | area in mu
-- returns: share_of_wetland_fraction 1 | 占全部湿地面积 | share of the area of all wetlands
-- returns: method - | 方法 | method
-- returns: definition - | 口径 | definition
-- returns: run_id - | 运行编号 | run
-- returns: simulated - | 模拟 | simulated
WITH
-- where a density comes from is no reason
flags AS (
    SELECT
        run_id,
        survey,
        method,
        flag,
        flag_zh,
        wetland_class,
        wetland_class_zh,
        pool,
        pool_zh,
        gas,
        records,
        area_ha
    FROM bureau.flags
    WHERE
        kind = 'wetland'
        AND by_keys = ''
        AND is_latest
        AND NOT starts_with(flag, 'source_')
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
        kind = 'wetland'
        AND by_keys = ''
        AND quantity = 'area'
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
        flags.wetland_class,
        flags.wetland_class_zh,
        flags.pool,
        flags.pool_zh,
        flags.gas,
        sum(flags.records)::BIGINT AS wetlands,
        sum(flags.area_ha) AS area_ha
    FROM flags
    INNER JOIN asked ON flags.survey = asked.survey
    GROUP BY
        flags.run_id,
        flags.survey,
        flags.method,
        flags.flag,
        flags.flag_zh,
        flags.wetland_class,
        flags.wetland_class_zh,
        flags.pool,
        flags.pool_zh,
        flags.gas
),

final AS (
    SELECT
        summed.run_id,
        summed.survey,
        summed.method,
        summed.flag,
        summed.flag_zh,
        summed.wetland_class,
        summed.wetland_class_zh,
        summed.pool,
        summed.pool_zh,
        summed.gas,
        summed.wetlands,
        summed.area_ha,
        summed.area_ha / nullif(estimates.value, 0) AS share_of_wetland_fraction,
        estimates.definition,
        estimates.simulated
    FROM summed
    LEFT JOIN estimates ON summed.run_id = estimates.run_id
)

SELECT
    survey,
    flag,
    flag_zh,
    wetland_class,
    wetland_class_zh,
    pool,
    pool_zh,
    gas,
    wetlands,
    area_ha,
    bureau.mu(area_ha) AS area_mu,
    share_of_wetland_fraction,
    method,
    definition,
    run_id,
    simulated
FROM final
ORDER BY survey, flag, wetland_class, pool, gas;
