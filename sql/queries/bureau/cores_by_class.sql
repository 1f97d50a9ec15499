-- name: cores_by_class
-- title_zh: 各类湿地的土芯
-- title_en: Soil cores by class of wetland
-- question_zh: 各类湿地有多少土芯,到达多深,有多少可用,碳密度在什么范围?
-- question_en: How many cores are there of every class of wetland, how deep are they, how many
--   serve, and in which range is their carbon?
-- grain: survey, wetland_class, outcome
-- command: sinkcalc estimate --survey {survey} --kind wetland
-- param: $survey INTEGER? 2023 | 调查年度,缺省为最近一次 | survey year, the latest by default
-- returns: survey - | 调查年度 | survey year
-- returns: wetland_class - | 湿地类 | wetland class
-- returns: wetland_class_zh - | 湿地类(中文) | wetland class in Chinese
-- returns: outcome - | 处理结果 | outcome
-- returns: outcome_zh - | 处理结果(中文) | outcome in Chinese
-- returns: usable - | 给出碳密度 | gives a density
-- returns: cores - | 土芯数 | cores
-- returns: depth_cm cm | 计算深度 | depth that the stock goes to
-- returns: shallowest_cm cm | 最浅到达 | shallowest reached
-- returns: deepest_cm cm | 最深到达 | deepest reached
-- returns: lowest_carbon_t_per_ha t C/ha | 最低碳密度 | lowest carbon density
-- returns: highest_carbon_t_per_ha t C/ha | 最高碳密度 | highest carbon density
-- returns: cores_with_models - | 有层段由有机质推算的土芯数 | cores of which a part is modelled from organic
--   matter
-- returns: method - | 方法 | method
-- returns: run_id - | 运行编号 | run
WITH
cores AS (
    SELECT
        run_id,
        survey,
        method,
        wetland_class,
        wetland_class_zh,
        outcome,
        outcome_zh,
        carbon_t_per_ha,
        depth_cm,
        reached_cm,
        modelled_fraction
    FROM bureau.core_stocks
    WHERE
        kind = 'wetland'
        AND by_keys = ''
        AND is_latest
),

-- the latest run of wetlands, whether it has cores or not
asked AS (
    SELECT coalesce($survey, max(survey)) AS survey
    FROM bureau.runs
    WHERE
        kind = 'wetland'
        AND by_keys = ''
        AND is_latest
),

counted AS (
    SELECT
        cores.run_id,
        cores.survey,
        cores.method,
        cores.wetland_class,
        cores.wetland_class_zh,
        cores.outcome,
        cores.outcome_zh,
        cores.depth_cm,
        count(*) AS cores,
        count(cores.carbon_t_per_ha) > 0 AS usable,
        min(cores.reached_cm) AS shallowest_cm,
        max(cores.reached_cm) AS deepest_cm,
        min(cores.carbon_t_per_ha) AS lowest_carbon_t_per_ha,
        max(cores.carbon_t_per_ha) AS highest_carbon_t_per_ha,
        count(*) FILTER (WHERE cores.modelled_fraction > 0) AS cores_with_models
    FROM cores
    INNER JOIN asked ON cores.survey = asked.survey
    GROUP BY
        cores.run_id,
        cores.survey,
        cores.method,
        cores.wetland_class,
        cores.wetland_class_zh,
        cores.outcome,
        cores.outcome_zh,
        cores.depth_cm
)

SELECT
    survey,
    wetland_class,
    wetland_class_zh,
    outcome,
    outcome_zh,
    usable,
    cores,
    depth_cm,
    shallowest_cm,
    deepest_cm,
    lowest_carbon_t_per_ha,
    highest_carbon_t_per_ha,
    cores_with_models,
    method,
    run_id
FROM counted
ORDER BY survey, wetland_class, outcome;
