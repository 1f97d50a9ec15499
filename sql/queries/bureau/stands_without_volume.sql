-- name: stands_without_volume
-- title_zh: 没有蓄积的乔木林小班
-- title_en: Arbor stands without a volume
-- question_zh: 哪些乔木林小班没有记录蓄积或蓄积为零?
-- question_en: Which arbor stands record no volume, or a volume of zero?
-- grain: survey, stand_id
-- command: sinkcalc load stands stands.csv --survey {survey}
-- param: $survey INTEGER? 2023 | 调查年度,缺省为最近一次 | survey year, the latest by default
-- param: $region_code VARCHAR? 330127 | 行政区代码,缺省为全部 | region code, all counties by default
-- returns: survey - | 调查年度 | survey year
-- returns: region_code - | 行政区代码 | region code
-- returns: region_name - | 行政区 | region
-- returns: township_code - | 乡镇代码 | township code
-- returns: stand_id - | 小班号 | stand number
-- returns: species - | 优势树种 | dominant species
-- returns: species_zh - | 优势树种(中文) | dominant species in Chinese
-- returns: age_group - | 龄组 | age group
-- returns: age_group_zh - | 龄组(中文) | age group in Chinese
-- returns: age_years a | 平均年龄 | mean age
-- returns: area_ha ha | 面积 | area
-- returns: area_mu mu | 面积(亩) | area in mu
-- returns: volume_m3 m3 | 蓄积量 | volume
-- returns: is_missing - | 未记录(否则为零) | not recorded, else zero
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
        age_group,
        age_group_zh,
        age_years,
        area_ha,
        volume_m3,
        definition,
        simulated
    FROM bureau.stands
    WHERE
        vegetation_class = 'arbor'
        AND coalesce(volume_m3, 0) = 0
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
    stands.age_group,
    stands.age_group_zh,
    stands.age_years,
    stands.area_ha,
    bureau.mu(stands.area_ha) AS area_mu,
    stands.volume_m3,
    stands.volume_m3 IS NULL AS is_missing,
    stands.definition,
    stands.simulated
FROM stands
INNER JOIN asked ON stands.survey = asked.survey
ORDER BY stands.survey, stands.region_code, stands.township_code, stands.stand_id;
