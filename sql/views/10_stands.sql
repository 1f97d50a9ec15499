-- zh: 各期小班,如入库时;每行一期一个小班
-- en: stands of every survey as they were loaded; one row a stand and survey
CREATE VIEW bureau.stands AS
SELECT
    stands.survey,
    stands.stand_id,
    stands.region_code,
    regions.name_zh AS region_name,
    stands.township_code,
    stands.vegetation_class::VARCHAR AS vegetation_class,
    classes.zh AS vegetation_class_zh,
    stands.species::VARCHAR AS species,
    kinds.zh AS species_zh,
    stands.origin::VARCHAR AS origin,
    origins.zh AS origin_zh,
    stands.age_group::VARCHAR AS age_group,
    ages.zh AS age_group_zh,
    stands.forest_category::VARCHAR AS forest_category,
    categories.zh AS forest_category_zh,
    stands.age_years,
    stands.area_ha,
    stands.volume_m3,
    stands.volume_m3::DOUBLE / nullif(stands.area_ha, 0)::DOUBLE AS volume_m3_per_ha,
    stands.scattered_volume_m3,
    stands.culms,
    stands.stems_per_ha,
    stands.canopy_cover_fraction,
    stands.dbh_cm,
    stands.height_m,
    stands.crown_length_m,
    stands.previous_vegetation_class::VARCHAR AS previous_vegetation_class,
    previous_classes.zh AS previous_vegetation_class_zh,
    stands.record_year,
    stands.remark,
    stands.source_file,
    stands.source_row,
    stands.load_id,
    surveys.definition,
    surveys.simulated
FROM main.stands
LEFT JOIN main.surveys ON stands.survey = surveys.survey
LEFT JOIN main.regions ON stands.region_code = regions.region_code
LEFT JOIN main.words AS classes ON stands.vegetation_class::VARCHAR = classes.word
LEFT JOIN main.words AS kinds ON stands.species::VARCHAR = kinds.word
LEFT JOIN main.words AS origins ON stands.origin::VARCHAR = origins.word
LEFT JOIN main.words AS ages ON stands.age_group::VARCHAR = ages.word
LEFT JOIN main.words AS categories ON stands.forest_category::VARCHAR = categories.word
LEFT JOIN
    main.words AS previous_classes
    ON stands.previous_vegetation_class::VARCHAR = previous_classes.word;
