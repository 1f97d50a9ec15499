-- zh: 保护地;每行一个保护地与其中一个湿地
-- en: protected areas; one row an area and wetland in it
CREATE VIEW bureau.protected_areas AS
SELECT
    protected_areas.survey,
    protected_areas.protected_area_id,
    protected_areas.source_file,
    protected_areas.source_row,
    protected_areas.protected_area_name,
    protected_areas.protection_form::VARCHAR AS protection_form,
    protection_form_words.zh AS protection_form_zh,
    protected_areas.wetland_id,
    protected_areas.protected_area_ha,
    protected_areas.remark,
    protected_areas.load_id,
    wetland_surveys.definition,
    wetland_surveys.simulated
FROM main.protected_areas
LEFT JOIN main.wetland_surveys ON protected_areas.survey = wetland_surveys.survey
LEFT JOIN
    main.words AS protection_form_words
    ON protected_areas.protection_form::VARCHAR = protection_form_words.word;
