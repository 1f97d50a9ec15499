-- name: young_middle_stands_to_tend
-- title_zh: 待抚育的中幼龄林小班
-- title_en: Young and middle-aged stands to tend
-- question_zh: 哪些中幼龄乔木林小班郁闭度达到给定值、需要抚育,在哪个乡镇,面积多大?
-- question_en: Which young and middle-aged arbor stands have closed to the canopy cover given and
--   are to be tended, in which township, and how large are they?
-- grain: survey, stand_id
-- command: sinkcalc load stands stands.csv --survey {survey}
-- param: $survey INTEGER? 2023 | 调查年度,缺省为最近一次 | survey year, the latest by default
-- param: $region_code VARCHAR? 330127 | 行政区代码,缺省为全部 | region code, all counties by default
-- param: $min_canopy_cover_fraction DOUBLE 0.8 | 郁闭度下限,由使用者按所用抚育规程选定;无郁闭度记录的小班不计 |
--   lowest canopy cover, to be chosen by the rules of tending that apply; stands that record none
--   are left out
-- returns: survey - | 调查年度 | survey year
-- returns: region_code - | 行政区代码 | region code
-- returns: region_name - | 行政区 | region
-- returns: township_code - | 乡镇代码 | township code
-- returns: stand_id - | 小班号 | stand number
-- returns: species - | 优势树种 | dominant species
-- returns: species_zh - | 优势树种(中文) | dominant species in Chinese
-- returns: origin - | 起源 | origin
-- returns: origin_zh - | 起源(中文) | origin in Chinese
-- returns: age_group - | 龄组 | age group
-- returns: age_group_zh - | 龄组(中文) | age group in Chinese
-- returns: age_years a | 平均年龄 | mean age
-- returns: area_ha ha | 面积 | area
-- returns: area_mu mu | 面积(亩) | area in mu
-- returns: canopy_cover_fraction 1 | 郁闭度 | canopy cover
-- returns: volume_m3 m3 | 蓄积量 | volume
-- returns: volume_m3_per_ha m3/ha | 每公顷蓄积 | volume per hectare
-- returns: definition - | 口径 | definition
-- returns: simulated - | 模拟 | simulated
WITH
stands AS (
    SELECT
        survey,
        region_code,
        region_name,
        township_code,
        stand_id,
        species,
        species_zh,
        origin,
        origin_zh,
        age_group,
        age_group_zh,
        age_years,
        area_ha,
        canopy_cover_fraction,
        volume_m3,
        volume_m3_per_ha,
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
)

SELECT
    stands.survey,
    stands.region_code,
    stands.region_name,
    stands.township_code,
    stands.stand_id,
    stands.species,
    stands.species_zh,
    stands.origin,
    stands.origin_zh,
    stands.age_group,
    stands.age_group_zh,
    stands.age_years,
    stands.area_ha,
    bureau.mu(stands.area_ha) AS area_mu,
    stands.canopy_cover_fraction,
    stands.volume_m3,
    stands.volume_m3_per_ha,
    stands.definition,
    stands.simulated
FROM stands
INNER JOIN asked ON stands.survey = asked.survey
ORDER BY stands.survey, stands.region_code, stands.township_code, stands.stand_id;
