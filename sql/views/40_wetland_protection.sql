-- zh: 湿地保护率;每行一次结果的一个口径、地区与保护形式
-- en: wetland protection; one row a result, definition, region and form of protection
CREATE VIEW bureau.wetland_protection AS
SELECT
    wetland_protection.result_id,
    results.is_current,
    results.is_latest,
    results.made_at,
    wetland_protection.place,
    wetland_protection.survey,
    wetland_protection.definition,
    definition_words.zh AS definition_zh,
    wetland_protection.region_code,
    wetland_protection.region_name,
    wetland_protection.protection_form,
    protection_form_words.zh AS protection_form_zh,
    wetland_protection.wetlands,
    wetland_protection.area_ha,
    wetland_protection.protected_wetlands,
    wetland_protection.protected_area_ha,
    wetland_protection.protected_area_high_ha,
    wetland_protection.protected_fraction,
    wetland_protection.protected_fraction_high,
    wetland_protection.simulated
FROM main.wetland_protection
LEFT JOIN bureau.results ON wetland_protection.result_id = results.result_id
LEFT JOIN main.words AS definition_words ON wetland_protection.definition = definition_words.word
LEFT JOIN
    main.words AS protection_form_words
    ON wetland_protection.protection_form = protection_form_words.word;
