-- name: protected_wetland_by_form_and_county
-- title_zh: 各县各保护形式的湿地
-- title_en: Protected wetlands by form of protection and county
-- question_zh: 各县湿地由自然保护区、湿地公园等各种形式保护的面积与保护率是多少?
-- question_en: Which area of the wetlands of every county do reserves, parks and other forms
--   protect, and which rate is that?
-- grain: survey, definition, region_code, protection_form
-- command: sinkcalc target --protection --by region
-- param: $definition VARCHAR? plan_list | 口径,缺省为全部 | definition, all by default
-- param: $region_code VARCHAR? 330109 | 行政区代码,缺省为全部 | region code, all counties by default
-- returns: survey - | 调查年度 | survey year
-- returns: definition - | 口径 | definition
-- returns: definition_zh - | 口径(中文) | definition in Chinese
-- returns: region_code - | 行政区代码 | region code
-- returns: region_name - | 行政区 | region
-- returns: protection_form - | 保护形式;united 为合计,重叠只计一次 | form of protection; united is all of
--   them, overlaps counted once
-- returns: protection_form_zh - | 保护形式(中文) | form of protection in Chinese
-- returns: wetlands - | 湿地数 | wetlands
-- returns: area_ha ha | 湿地面积 | area of the wetlands
-- returns: protected_wetlands - | 受保护的湿地数 | wetlands that are protected
-- returns: protected_area_ha ha | 受保护面积 | protected area
-- returns: protected_area_high_ha ha | 受保护面积上限 | upper bound of the protected area
-- returns: protected_fraction 1 | 保护率 | protected share
-- returns: protected_fraction_high 1 | 保护率上限 | upper bound of the protected share
-- returns: result_id - | 结果编号 | result
-- returns: simulated - | 模拟 | simulated
WITH
final AS (
    SELECT
        survey,
        definition,
        definition_zh,
        region_code,
        region_name,
        protection_form,
        protection_form_zh,
        wetlands,
        area_ha,
        protected_wetlands,
        protected_area_ha,
        protected_area_high_ha,
        protected_fraction,
        protected_fraction_high,
        result_id,
        simulated
    FROM bureau.wetland_protection
    WHERE
        is_latest
        AND region_code IS NOT NULL
        AND definition = coalesce($definition, definition)
        AND region_code = coalesce($region_code, region_code)
)

SELECT
    survey,
    definition,
    definition_zh,
    region_code,
    region_name,
    protection_form,
    protection_form_zh,
    wetlands,
    area_ha,
    protected_wetlands,
    protected_area_ha,
    protected_area_high_ha,
    protected_fraction,
    protected_fraction_high,
    result_id,
    simulated
FROM final
ORDER BY
    survey ASC,
    definition ASC,
    region_code ASC,
    protection_form = 'united' ASC,
    protection_form ASC;
