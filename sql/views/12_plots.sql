-- zh: 固定样地;每行一期一块样地
-- en: permanent plots; one row a plot and survey
CREATE VIEW bureau.plots AS
SELECT
    plots.survey,
    plots.plot_id,
    plots.cluster_id,
    plots.source_file,
    plots.source_row,
    plots.region_code,
    regions.name_zh AS region_name,
    plots.stratum,
    plots.stand_id,
    plots.measured_year,
    plots.plot_area_ha,
    plots.vegetation_class::VARCHAR AS vegetation_class,
    vegetation_class_words.zh AS vegetation_class_zh,
    plots.species::VARCHAR AS species,
    species_words.zh AS species_zh,
    plots.species_code,
    plots.origin::VARCHAR AS origin,
    origin_words.zh AS origin_zh,
    plots.age_group::VARCHAR AS age_group,
    age_group_words.zh AS age_group_zh,
    plots.age_years,
    plots.canopy_cover_fraction,
    plots.dbh_cm,
    plots.height_m,
    plots.volume_m3,
    plots.dead_volume_m3,
    plots.cut_volume_m3,
    plots.remark,
    plots.load_id,
    plot_surveys.definition,
    plot_surveys.simulated
FROM main.plots
LEFT JOIN main.plot_surveys ON plots.survey = plot_surveys.survey
LEFT JOIN main.regions ON plots.region_code = regions.region_code
LEFT JOIN
    main.words AS vegetation_class_words
    ON plots.vegetation_class::VARCHAR = vegetation_class_words.word
LEFT JOIN main.words AS species_words ON plots.species::VARCHAR = species_words.word
LEFT JOIN main.words AS origin_words ON plots.origin::VARCHAR = origin_words.word
LEFT JOIN main.words AS age_group_words ON plots.age_group::VARCHAR = age_group_words.word;
