-- zh: 农田;每行一期一块
-- en: farmland; one row a record and survey
CREATE VIEW bureau.farmland AS
SELECT
    farmland.survey,
    farmland.farmland_id,
    farmland.source_file,
    farmland.source_row,
    farmland.region_code,
    regions.name_zh AS region_name,
    farmland.farmland_use::VARCHAR AS farmland_use,
    farmland_use_words.zh AS farmland_use_zh,
    farmland.soil_class::VARCHAR AS soil_class,
    soil_class_words.zh AS soil_class_zh,
    farmland.tillage::VARCHAR AS tillage,
    tillage_words.zh AS tillage_zh,
    farmland.input_level::VARCHAR AS input_level,
    input_level_words.zh AS input_level_zh,
    farmland.area_ha,
    farmland.land_use_factor,
    farmland.management_factor,
    farmland.input_factor,
    farmland.remark,
    farmland.load_id,
    wetland_surveys.definition,
    wetland_surveys.simulated
FROM main.farmland
LEFT JOIN main.wetland_surveys ON farmland.survey = wetland_surveys.survey
LEFT JOIN main.regions ON farmland.region_code = regions.region_code
LEFT JOIN
    main.words AS farmland_use_words
    ON farmland.farmland_use::VARCHAR = farmland_use_words.word
LEFT JOIN main.words AS soil_class_words ON farmland.soil_class::VARCHAR = soil_class_words.word
LEFT JOIN
    main.words AS tillage_words
    ON 'tillage.' || farmland.tillage::VARCHAR = tillage_words.word
LEFT JOIN
    main.words AS input_level_words
    ON 'input_level.' || farmland.input_level::VARCHAR = input_level_words.word;
