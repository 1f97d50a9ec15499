-- name: low_volume_stands_by_township
-- title_zh: 各乡镇低蓄积乔木林
-- title_en: Low-volume arbor forest by township
-- question_zh: 各乡镇每公顷蓄积低于给定值的乔木林有多少,占该乡镇有蓄积记录的乔木林多少?
-- question_en: How much arbor forest of each township has less than the volume per hectare given,
--   and which share is that of its arbor forest with a volume on record?
-- grain: survey, region_code, township_code
-- command: sinkcalc load stands stands.csv --survey {survey}
-- param: $survey INTEGER? 2023 | 调查年度,缺省为最近一次 | survey year, the latest by default
-- param: $region_code VARCHAR? 330127 | 行政区代码,缺省为全部 | region code, all counties by default
-- param: $max_m3_per_ha DOUBLE 45 | 每公顷蓄积上限(不含),由使用者选定 | volume per hectare below which a stand is
--   low, to be chosen
-- param: $min_age_years DOUBLE? 20 | 年龄下限(年),给出时无年龄记录的小班不计,缺省为全部 | lowest
--   age in years, without stands of no recorded age; all by default
-- returns: survey - | 调查年度 | survey year
-- returns: region_code - | 行政区代码 | region code
-- returns: region_name - | 行政区 | region
-- returns: township_code - | 乡镇代码 | township code
-- returns: stands - | 小班数 | stands
-- returns: area_ha ha | 面积 | area
-- returns: area_mu mu | 面积(亩) | area in mu
-- returns: volume_m3 m3 | 蓄积量 | volume
-- returns: volume_m3_per_ha m3/ha | 每公顷蓄积 | volume per hectare
-- returns: arbor_area_ha ha | 有蓄积记录且达到年龄下限的乔木林面积 | area of arbor forest of
--   that age with a volume on record
-- returns: share_of_arbor_fraction 1 | 占有蓄积记录的乔木林 | share of arbor forest with a volume on record
-- returns: definition - | 口径 | definition
-- returns: simulated - | 模拟 | simulated
WITH
stands AS (
    SELECT
        survey,
        region_code,
        region_name,
        township_code,
        area_ha,
        volume_m3,
        volume_m3_per_ha < $max_m3_per_ha AS is_low,
        definition,
        simulated
    FROM bureau.stands
    WHERE
        vegetation_class = 'arbor'
        AND volume_m3_per_ha IS NOT NULL
        AND coalesce(age_years, 0) >= coalesce($min_age_years, 0)
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
        stands.township_code,
        stands.definition,
        stands.simulated,
        count(*) FILTER (WHERE stands.is_low) AS stands,
        sum(stands.area_ha) FILTER (WHERE stands.is_low) AS area_ha,
        sum(stands.volume_m3) FILTER (WHERE stands.is_low) AS volume_m3,
        sum(stands.area_ha) AS arbor_area_ha
    FROM stands
    INNER JOIN asked ON stands.survey = asked.survey
    GROUP BY
        stands.survey,
        stands.region_code,
        stands.region_name,
        stands.township_code,
        stands.definition,
        stands.simulated
)

SELECT
    survey,
    region_code,
    region_name,
    township_code,
    stands,
    area_ha,
    bureau.mu(area_ha) AS area_mu,
    volume_m3,
    volume_m3 / nullif(area_ha, 0) AS volume_m3_per_ha,
    arbor_area_ha,
    area_ha / nullif(arbor_area_ha, 0) AS share_of_arbor_fraction,
    definition,
    simulated
FROM summed
WHERE stands > 0
ORDER BY
    survey,
    region_code,
    township_code;
