-- name: dominant_species
-- title_zh: 乔木林优势树种(组)面积与蓄积
-- title_en: Area and volume by dominant species
-- question_zh: 乔木林各优势树种(组)有多少小班、面积、蓄积,占多少?
-- question_en: How many stands, which area and volume has each dominant species of arbor forest,
--   and which share?
-- grain: survey, species
-- command: sinkcalc load stands stands.csv --survey {survey}
-- param: $survey INTEGER? 2023 | 调查年度,缺省为最近一次 | survey year, the latest by default
-- param: $region_code VARCHAR? 330127 | 行政区代码,缺省为全部 | region code, all counties by default
-- returns: survey - | 调查年度 | survey year
-- returns: species - | 优势树种 | dominant species
-- returns: species_zh - | 优势树种(中文) | dominant species in Chinese
-- returns: stands - | 小班数 | stands
-- returns: area_ha ha | 面积 | area
-- returns: area_mu mu | 面积(亩) | area in mu
-- returns: volume_m3 m3 | 蓄积量 | volume
-- returns: volume_m3_per_ha m3/ha | 每公顷蓄积(有蓄积记录的小班) | volume per hectare of stands that record one
-- returns: share_of_area_fraction 1 | 占乔木林面积 | share of the area of arbor forest
-- returns: definition - | 口径 | definition
-- returns: simulated - | 模拟 | simulated
WITH
stands AS (
    SELECT
        survey,
        species,
        species_zh,
        area_ha,
        volume_m3,
        definition,
        simulated
    FROM bureau.stands
    WHERE
        vegetation_class = 'arbor'
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
        stands.species,
        stands.species_zh,
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
        stands.species,
        stands.species_zh,
        stands.definition,
        stands.simulated
)

SELECT
    survey,
    species,
    species_zh,
    stands,
    area_ha,
    bureau.mu(area_ha) AS area_mu,
    volume_m3,
    volume_m3 / nullif(area_with_volume_ha, 0) AS volume_m3_per_ha,
    area_ha / nullif(sum(area_ha) OVER (PARTITION BY survey), 0) AS share_of_area_fraction,
    definition,
    simulated
FROM summed
ORDER BY
    survey ASC,
    area_ha DESC,
    species ASC;
