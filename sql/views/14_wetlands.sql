-- zh: 湿地;每行一期一个斑块
-- en: wetlands; one row a wetland and survey
CREATE VIEW bureau.wetlands AS
SELECT
    wetlands.survey,
    wetlands.wetland_id,
    wetlands.source_file,
    wetlands.source_row,
    wetlands.region_code,
    regions.name_zh AS region_name,
    wetlands.wetland_name,
    wetlands.wetland_class::VARCHAR AS wetland_class,
    wetland_class_words.zh AS wetland_class_zh,
    wetlands.class_code,
    wetlands.area_ha,
    wetlands.in_plan_list,
    wetlands.managed,
    wetlands.water_source,
    wetlands.salinity_ppt,
    wetlands.protection_form::VARCHAR AS protection_form,
    protection_form_words.zh AS protection_form_zh,
    wetlands.protected_area_name,
    wetlands.vegetation,
    wetlands.vegetated_area_ha,
    wetlands.vegetation_cover_fraction,
    wetlands.soil_type::VARCHAR AS soil_type,
    soil_type_words.zh AS soil_type_zh,
    wetlands.nutrient_status::VARCHAR AS nutrient_status,
    nutrient_status_words.zh AS nutrient_status_zh,
    wetlands.trophic_state::VARCHAR AS trophic_state,
    trophic_state_words.zh AS trophic_state_zh,
    wetlands.year_flooded,
    wetlands.event::VARCHAR AS event,  -- noqa: RF04
    event_words.zh AS event_zh,
    wetlands.event_year,
    wetlands.former_use::VARCHAR AS former_use,
    former_use_words.zh AS former_use_zh,
    wetlands.burial_t_c_per_ha_per_year,
    wetlands.stand_id,
    wetlands.record_year,
    wetlands.remark,
    wetlands.load_id,
    wetland_surveys.definition,
    wetland_surveys.simulated
FROM main.wetlands
LEFT JOIN main.wetland_surveys ON wetlands.survey = wetland_surveys.survey
LEFT JOIN main.regions ON wetlands.region_code = regions.region_code
LEFT JOIN
    main.words AS wetland_class_words
    ON wetlands.wetland_class::VARCHAR = wetland_class_words.word
LEFT JOIN
    main.words AS protection_form_words
    ON wetlands.protection_form::VARCHAR = protection_form_words.word
LEFT JOIN main.words AS soil_type_words ON wetlands.soil_type::VARCHAR = soil_type_words.word
LEFT JOIN
    main.words AS nutrient_status_words
    ON wetlands.nutrient_status::VARCHAR = nutrient_status_words.word
LEFT JOIN
    main.words AS trophic_state_words
    ON wetlands.trophic_state::VARCHAR = trophic_state_words.word
LEFT JOIN
    main.words AS event_words
    ON 'wetland_event.' || wetlands.event::VARCHAR = event_words.word
LEFT JOIN main.words AS former_use_words ON wetlands.former_use::VARCHAR = former_use_words.word;
