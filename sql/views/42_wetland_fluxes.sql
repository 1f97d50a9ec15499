-- zh: 湿地年通量;每行一次运行的一个地区、湿地类、条款、指标与气体
-- en: yearly fluxes of wetlands; one row a run, region, class, rule, quantity and gas
CREATE VIEW bureau.wetland_fluxes AS
SELECT
    run_wetland_fluxes.run_id,
    runs.kind,
    runs.kind_zh,
    runs.survey,
    runs.method,
    runs.by_keys,
    runs.is_current,
    runs.is_latest,
    run_wetland_fluxes.region_code,
    regions.name_zh AS region_name,
    run_wetland_fluxes.wetland_class,
    wetland_class_words.zh AS wetland_class_zh,
    run_wetland_fluxes.rule,
    rule_words.zh AS rule_zh,
    run_wetland_fluxes.quantity,
    quantity_words.zh AS quantity_zh,
    run_wetland_fluxes.gas,
    run_wetland_fluxes.mass_t,
    run_wetland_fluxes.low_t,
    run_wetland_fluxes.high_t,
    run_wetland_fluxes.wetlands,
    run_wetland_fluxes.area_ha
FROM main.run_wetland_fluxes
LEFT JOIN bureau.runs ON run_wetland_fluxes.run_id = runs.run_id
LEFT JOIN main.regions ON run_wetland_fluxes.region_code = regions.region_code
LEFT JOIN
    main.words AS wetland_class_words
    ON run_wetland_fluxes.wetland_class = wetland_class_words.word
LEFT JOIN main.words AS rule_words ON run_wetland_fluxes.rule = rule_words.word
LEFT JOIN main.words AS quantity_words ON run_wetland_fluxes.quantity = quantity_words.word;
