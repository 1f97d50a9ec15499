-- name: wetlands_by_class_and_protection
-- title_zh: 各类湿地的面积与保护率
-- title_en: Wetlands by class and how much of them is protected
-- question_zh: 各类湿地(不含稻田)面积多大,其中受保护的有多少,保护率多高?
-- question_en: How large are the wetlands of every class, paddies left out, and which part of
--   them is protected?
-- grain: survey, wetland_class
-- command: sinkcalc target --protection
-- param: $survey INTEGER? 2023 | 调查年度,缺省为最近一次 | survey year, the latest by default
-- returns: survey - | 调查年度 | survey year
-- returns: wetland_class - | 湿地类 | wetland class
-- returns: wetland_class_zh - | 湿地类(中文) | wetland class in Chinese
-- returns: wetlands - | 湿地数 | wetlands
-- returns: area_ha ha | 面积 | area
-- returns: area_mu mu | 面积(亩) | area in mu
-- returns: protected_wetlands - | 受保护的湿地数 | wetlands that are protected
-- returns: protected_area_ha ha | 受保护面积(按记录,重叠取下限,图形未叠置) | protected area by the records: the
--   lower bound of overlaps, polygons not laid over
-- returns: protected_area_high_ha ha | 受保护面积上限(重叠取上限) | upper bound of the protected area
-- returns: protected_fraction 1 | 保护率(没有任何保护记录时为空) | protected share, empty where nothing on
--   protection is recorded
-- returns: protected_fraction_high 1 | 保护率上限 | upper bound of the protected share
-- returns: definition - | 口径 | definition
-- returns: simulated - | 模拟 | simulated
WITH
wetlands AS (
    SELECT
        survey,
        wetland_id,
        wetland_class,
        wetland_class_zh,
        area_ha,
        definition,
        simulated,
        protection_form IS NOT NULL OR protected_area_name IS NOT NULL AS is_whole
    FROM bureau.wetlands
    -- stored, but no wetland area
    WHERE wetland_class != 'paddy'
),

areas AS (
    SELECT
        survey,
        wetland_id,
        protected_area_id,
        protected_area_ha
    FROM bureau.protected_areas
),

-- the latest survey of wetlands, whatever is found in it
asked AS (
    SELECT coalesce($survey, max(survey)) AS survey
    FROM bureau.surveys
    WHERE kind = 'wetlands'
),

-- without any record of protection the rate is not known
known AS (
    SELECT survey
    FROM wetlands
    WHERE is_whole
    UNION
    SELECT survey
    FROM areas
),

-- one protected area does not overlap itself: its parts of a wetland add up
parts AS (
    SELECT
        wetlands.survey,
        wetlands.wetland_id,
        least(
            sum(coalesce(areas.protected_area_ha, wetlands.area_ha)), wetlands.area_ha
        ) AS part_ha
    FROM areas
    INNER JOIN wetlands
        ON areas.survey = wetlands.survey AND areas.wetland_id = wetlands.wetland_id
    GROUP BY wetlands.survey, wetlands.wetland_id, wetlands.area_ha, areas.protected_area_id
    UNION ALL
    SELECT
        survey,
        wetland_id,
        area_ha AS part_ha
    FROM wetlands
    WHERE is_whole
),

united AS (
    SELECT
        survey,
        wetland_id,
        max(part_ha) AS low_ha,
        sum(part_ha) AS high_ha
    FROM parts
    GROUP BY survey, wetland_id
),

summed AS (
    SELECT
        wetlands.survey,
        wetlands.wetland_class,
        wetlands.wetland_class_zh,
        wetlands.definition,
        wetlands.simulated,
        count(*) AS wetlands,
        sum(wetlands.area_ha) AS area_ha,
        count(*) FILTER (WHERE united.low_ha > 0) AS protected_wetlands,
        sum(coalesce(united.low_ha, 0)) AS protected_area_ha,
        sum(least(coalesce(united.high_ha, 0), wetlands.area_ha)) AS protected_area_high_ha
    FROM wetlands
    INNER JOIN asked ON wetlands.survey = asked.survey
    LEFT JOIN united
        ON wetlands.survey = united.survey AND wetlands.wetland_id = united.wetland_id
    GROUP BY
        wetlands.survey,
        wetlands.wetland_class,
        wetlands.wetland_class_zh,
        wetlands.definition,
        wetlands.simulated
)

SELECT
    summed.survey,
    summed.wetland_class,
    summed.wetland_class_zh,
    summed.wetlands,
    summed.area_ha,
    bureau.mu(summed.area_ha) AS area_mu,
    CASE WHEN known.survey IS NOT NULL THEN summed.protected_wetlands END AS protected_wetlands,
    CASE WHEN known.survey IS NOT NULL THEN summed.protected_area_ha END AS protected_area_ha,
    CASE
        WHEN known.survey IS NOT NULL THEN summed.protected_area_high_ha
    END AS protected_area_high_ha,
    CASE
        WHEN known.survey IS NOT NULL THEN summed.protected_area_ha / nullif(summed.area_ha, 0)
    END AS protected_fraction,
    CASE
        WHEN known.survey IS NOT NULL
            THEN summed.protected_area_high_ha / nullif(summed.area_ha, 0)
    END AS protected_fraction_high,
    summed.definition,
    summed.simulated
FROM summed
LEFT JOIN known ON summed.survey = known.survey
ORDER BY summed.survey, summed.wetland_class;
