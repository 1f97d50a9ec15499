-- name: large_stands_missing_data
-- title_zh: 缺测树因子的大面积小班
-- title_en: Large stands that miss data
-- question_zh: 哪些大面积乔木林小班缺树种、起源、龄组、年龄、郁闭度、胸径、树高或蓄积?
-- question_en: Which large arbor stands miss species, origin, age group, age, canopy cover,
--   diameter, height or volume?
-- grain: survey, stand_id
-- command: sinkcalc load stands stands.csv --survey {survey}
-- param: $survey INTEGER? 2023 | 调查年度,缺省为最近一次 | survey year, the latest by default
-- param: $region_code VARCHAR? 330127 | 行政区代码,缺省为全部 | region code, all counties by default
-- param: $min_area_ha DOUBLE 100 | 面积下限(公顷) | smallest area in hectares
-- returns: survey - | 调查年度 | survey year
-- returns: region_code - | 行政区代码 | region code
-- returns: region_name - | 行政区 | region
-- returns: township_code - | 乡镇代码 | township code
-- returns: stand_id - | 小班号 | stand number
-- returns: area_ha ha | 面积 | area
-- returns: area_mu mu | 面积(亩) | area in mu
-- returns: missing - | 缺少的列 | columns that are empty
-- returns: missing_columns - | 缺少的列数 | how many they are
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
        area_ha,
        species,
        origin,
        age_group,
        age_years,
        canopy_cover_fraction,
        dbh_cm,
        height_m,
        volume_m3,
        definition,
        simulated
    FROM bureau.stands
    WHERE
        vegetation_class = 'arbor'
        AND area_ha >= $min_area_ha
        AND region_code = coalesce($region_code, region_code)
),

-- the latest survey with stands, whatever is found in it
asked AS (
    SELECT coalesce($survey, max(survey)) AS survey
    FROM bureau.surveys
    WHERE kind = 'stands'
),

checked AS (
    SELECT
        stands.survey,
        stands.region_code,
        stands.region_name,
        stands.township_code,
        stands.stand_id,
        stands.area_ha,
        stands.definition,
        stands.simulated,
        concat_ws(
            ', ',
            CASE WHEN stands.species IS NULL THEN 'species' END,
            CASE WHEN stands.origin IS NULL THEN 'origin' END,
            CASE WHEN stands.age_group IS NULL THEN 'age_group' END,
            CASE WHEN stands.age_years IS NULL THEN 'age_years' END,
            CASE WHEN stands.canopy_cover_fraction IS NULL THEN 'canopy_cover_fraction' END,
            CASE WHEN stands.dbh_cm IS NULL THEN 'dbh_cm' END,
            CASE WHEN stands.height_m IS NULL THEN 'height_m' END,
            CASE WHEN stands.volume_m3 IS NULL THEN 'volume_m3' END
        ) AS missing
    FROM stands
    INNER JOIN asked ON stands.survey = asked.survey
)

SELECT
    survey,
    region_code,
    region_name,
    township_code,
    stand_id,
    area_ha,
    bureau.mu(area_ha) AS area_mu,
    missing,
    len(string_split(missing, ', ')) AS missing_columns,
    definition,
    simulated
FROM checked
WHERE missing != ''
ORDER BY survey ASC, area_ha DESC, region_code ASC, stand_id ASC;
