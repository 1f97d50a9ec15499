-- name: young_middle_forest_to_tend_by_county
-- title_zh: 各县待抚育的中幼龄林
-- title_en: Young and middle-aged forest to tend by county
-- question_zh: 各县(市、区)郁闭度达到给定值的中幼龄乔木林有多少?
-- question_en: How much young and middle-aged arbor forest has closed to the canopy cover given in
--   each county?
-- grain: survey, region_code, age_group
-- command: sinkcalc load stands stands.csv --survey {survey}
-- param: $survey INTEGER? 2023 | 调查年度,缺省为最近一次 | survey year, the latest by default
-- param: $region_code VARCHAR? 330127 | 行政区代码,缺省为全部 | region code, all counties by default
-- param: $min_canopy_cover_fraction DOUBLE 0.8 | 郁闭度下限,由使用者按所用抚育规程选定;无郁闭度记录的小班不计 |
--   lowest canopy cover, to be chosen by the rules of tending that apply; stands that record none
--   are left out
-- returns: survey - | 调查年度 | survey year
-- returns: region_code - | 行政区代码 | region code
-- returns: region_name - | 行政区 | region
-- returns: age_group - | 龄组 | age group
-- returns: age_group_zh - | 龄组(中文) | age group in Chinese
-- returns: stands - | 小班数 | stands
-- returns: area_ha ha | 面积 | area
-- returns: area_mu mu | 面积(亩) | area in mu
-- returns: volume_m3 m3 | 蓄积量 | volume
-- returns: volume_m3_per_ha m3/ha | 每公顷蓄积(有蓄积记录的小班) | volume per hectare of stands that record one
-- returns: definition - | 口径 | definition
-- returns: simulated - | 模拟 | simulated
WITH
stands AS (
    SELECT
        survey,
        region_code,
        region_name,
        age_group,
        age_group_zh,
        area_ha,
        volume_m3,
        definition,
        simulated
    FROM bureau.stands
    WHERE
        vegetation_class = 'arbor'
        AND age_group IN ('young', 'middle')
        AND canopy_cover_fraction >= $min_canopy_cover_fraction
        AND region_code = coalesce($region_code, region_code)
),

-- the latest survey with stands, whatever is found in it
asked AS (
    SELECT coalesce($survey, max(survey)) AS survey
    FROM bureau.surveys
    WHERE kind = 'stands'
),

summed AS (
    SELECT
        stands.survey,
        stands.region_code,
        stands.region_name,
        stands.age_group,
        stands.age_group_zh,
        stands.definition,
        stands.simulated,
        count(*) AS stands,
        sum(stands.area_ha) AS area_ha,
        sum(stands.volume_m3) AS volume_m3,
        sum(stands.area_ha) FILTER (WHERE stands.volume_m3 IS NOT NULL) AS area_with_volume_ha
    FROM stands
    INNER JOIN asked ON stands.survey = asked.survey
    GROUP BY
        stands.survey,
        stands.region_code,
        stands.region_name,
        stands.age_group,
        stands.age_group_zh,
        stands.definition,
        stands.simulated
)

SELECT
    survey,
    region_code,
    region_name,
    age_group,
    age_group_zh,
    stands,
    area_ha,
    bureau.mu(area_ha) AS area_mu,
    volume_m3,
    volume_m3 / nullif(area_with_volume_ha, 0) AS volume_m3_per_ha,
    definition,
    simulated
FROM summed
ORDER BY
    survey,
    region_code,
    age_group;
