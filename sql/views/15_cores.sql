-- zh: 土芯;每行一个土芯的一个层段
-- en: soil cores; one row an interval of a core
CREATE VIEW bureau.cores AS
SELECT
    cores.survey,
    cores.core_id,
    cores.source_file,
    cores.source_row,
    cores.wetland_id,
    cores.region_code,
    regions.name_zh AS region_name,
    cores.wetland_class::VARCHAR AS wetland_class,
    wetland_class_words.zh AS wetland_class_zh,
    cores.study,
    cores.longitude,
    cores.latitude,
    cores.sampled_year,
    cores.depth_top_cm,
    cores.depth_bottom_cm,
    cores.bulk_density_g_per_cm3,
    cores.organic_matter_fraction,
    cores.carbon_fraction,
    cores.carbon_kind::VARCHAR AS carbon_kind,
    carbon_kind_words.zh AS carbon_kind_zh,
    cores.coarse_fraction,
    cores.remark,
    cores.load_id,
    wetland_surveys.definition,
    wetland_surveys.simulated
FROM main.cores
LEFT JOIN main.wetland_surveys ON cores.survey = wetland_surveys.survey
LEFT JOIN main.regions ON cores.region_code = regions.region_code
LEFT JOIN
    main.words AS wetland_class_words
    ON cores.wetland_class::VARCHAR = wetland_class_words.word
LEFT JOIN
    main.words AS carbon_kind_words
    ON 'carbon_kind.' || cores.carbon_kind::VARCHAR = carbon_kind_words.word;
