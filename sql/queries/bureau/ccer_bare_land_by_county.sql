-- name: ccer_bare_land_by_county
-- title_zh: 各县可供碳汇项目筛查的无林地
-- title_en: Land without forest that a carbon project could be screened on, by county
-- question_zh: 各县哪些无林地可供造林碳汇项目筛查,各有多少小班、面积,至少多少年没有森林?
-- question_en: Which land without forest could be screened for an afforestation project, how many
--   stands of which area, and for how many years at least has it been without forest?
-- grain: survey, region_code, vegetation_class, non_forest_years_at_least
-- command: sinkcalc ccer screen --methodology CCER-14-001-V01 --survey {survey}
-- param: $survey INTEGER? 2023 | 调查年度,缺省为最近一次 | survey year, the latest by default
-- param: $region_code VARCHAR? 330109 | 行政区代码,缺省为全部 | region code, all counties by default
-- returns: survey - | 调查年度 | survey year
-- returns: region_code - | 行政区代码 | region code
-- returns: region_name - | 行政区 | region
-- returns: vegetation_class - | 地类 | land class
-- returns: vegetation_class_zh - | 地类(中文) | land class in Chinese
-- returns: non_forest_years_at_least years | 至少多少年没有森林(空:仅本次调查如此) | years without forest at
--   least, empty where only this survey has it so
-- returns: stands - | 小班数 | stands
-- returns: area_ha ha | 面积 | area
-- returns: area_mu mu | 面积(亩) | area in mu
-- returns: smallest_stand_ha ha | 最小的小班 | smallest stand
-- returns: wetland_stands - | 其中有同样大的湿地记录、不合格的 | of them recorded as a wetland as large, which
--   fail
-- returns: wetland_area_ha ha | 其面积 | their area
-- returns: outcome - | 判定:小班所载不足以判定合格 | outcome: a stand does not tell enough to be eligible
-- returns: outcome_zh - | 判定(中文) | outcome in Chinese
-- returns: definition - | 口径 | definition
-- returns: simulated - | 模拟 | simulated
WITH
stands AS (
    SELECT
        survey,
        stand_id,
        region_code,
        region_name,
        vegetation_class,
        vegetation_class_zh,
        area_ha,
        definition,
        simulated,
        vegetation_class IN ('other_shrub', 'sparse', 'scattered', 'non_forest') AS is_bare
    FROM bureau.stands
),

surveys AS (
    SELECT survey
    FROM bureau.surveys
    WHERE kind = 'stands'
),

asked AS (
    SELECT coalesce($survey, max(survey)) AS survey
    FROM surveys
),

bare AS (
    SELECT
        stands.survey,
        stands.stand_id,
        stands.region_code,
        stands.region_name,
        stands.vegetation_class,
        stands.vegetation_class_zh,
        stands.area_ha,
        stands.definition,
        stands.simulated
    FROM stands
    INNER JOIN asked ON stands.survey = asked.survey
    WHERE stands.is_bare
),

-- the same number and area, and no forest either
history AS (
    SELECT
        bare.stand_id,
        surveys.survey,
        coalesce(stands.is_bare, FALSE) AS is_bare
    FROM bare
    INNER JOIN surveys ON bare.survey > surveys.survey
    LEFT JOIN stands
        ON
            surveys.survey = stands.survey
            AND bare.stand_id = stands.stand_id
            AND bare.area_ha = stands.area_ha
),

broken AS (
    SELECT
        stand_id,
        coalesce(max(survey) FILTER (WHERE NOT is_bare), 0) AS last_survey
    FROM history
    GROUP BY stand_id
),

since AS (
    SELECT
        history.stand_id,
        min(history.survey) AS survey
    FROM history
    INNER JOIN broken ON history.stand_id = broken.stand_id
    WHERE history.survey > broken.last_survey
    GROUP BY history.stand_id
),

wet AS (
    SELECT
        wetlands.survey,
        coalesce(wetlands.stand_id, wetlands.wetland_id) AS stand_id,
        max(wetlands.area_ha) AS area_ha
    FROM bureau.wetlands AS wetlands
    WHERE wetlands.wetland_class != 'paddy'
    GROUP BY wetlands.survey, coalesce(wetlands.stand_id, wetlands.wetland_id)
),

judged AS (
    SELECT
        bare.survey,
        bare.region_code,
        bare.region_name,
        bare.vegetation_class,
        bare.vegetation_class_zh,
        bare.area_ha,
        bare.definition,
        bare.simulated,
        bare.survey - since.survey AS non_forest_years_at_least,
        coalesce(wet.area_ha >= bare.area_ha, FALSE) AS is_wetland
    FROM bare
    LEFT JOIN since ON bare.stand_id = since.stand_id
    LEFT JOIN wet ON bare.survey = wet.survey AND bare.stand_id = wet.stand_id
),

summed AS (
    SELECT
        survey,
        region_code,
        region_name,
        vegetation_class,
        vegetation_class_zh,
        non_forest_years_at_least,
        definition,
        simulated,
        count(*) AS stands,
        sum(area_ha) AS area_ha,
        min(area_ha) AS smallest_stand_ha,
        count(*) FILTER (WHERE is_wetland) AS wetland_stands,
        coalesce(sum(area_ha) FILTER (WHERE is_wetland), 0) AS wetland_area_ha
    FROM judged
    WHERE region_code = coalesce($region_code, region_code)
    GROUP BY
        survey,
        region_code,
        region_name,
        vegetation_class,
        vegetation_class_zh,
        non_forest_years_at_least,
        definition,
        simulated
)

SELECT
    survey,
    region_code,
    region_name,
    vegetation_class,
    vegetation_class_zh,
    non_forest_years_at_least,
    stands,
    area_ha,
    bureau.mu(area_ha) AS area_mu,
    smallest_stand_ha,
    wetland_stands,
    wetland_area_ha,
    'unknown' AS outcome,
    bureau.zh('ccer.unknown') AS outcome_zh,
    definition,
    simulated
FROM summed
ORDER BY
    survey ASC, region_code ASC, vegetation_class ASC, non_forest_years_at_least DESC NULLS LAST;
