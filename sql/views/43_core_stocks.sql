-- zh: 土芯碳密度;每行一次运行的一个土芯
-- en: carbon of cores; one row a run and core
CREATE VIEW bureau.core_stocks AS
SELECT
    run_core_stocks.run_id,
    runs.kind,
    runs.kind_zh,
    runs.survey,
    runs.method,
    runs.by_keys,
    runs.is_current,
    runs.is_latest,
    run_core_stocks.core_id,
    run_core_stocks.depth_cm,
    run_core_stocks.wetland_id,
    run_core_stocks.wetland_class::VARCHAR AS wetland_class,
    wetland_class_words.zh AS wetland_class_zh,
    run_core_stocks.region_code,
    regions.name_zh AS region_name,
    run_core_stocks.outcome,
    outcome_words.zh AS outcome_zh,
    run_core_stocks.carbon_t_per_ha,
    run_core_stocks.carbon_t_per_ha_se,
    run_core_stocks.reached_cm,
    run_core_stocks.gap_fraction,
    run_core_stocks.extrapolated_fraction,
    run_core_stocks.modelled_fraction,
    run_core_stocks.total_carbon_fraction
FROM main.run_core_stocks
LEFT JOIN bureau.runs ON run_core_stocks.run_id = runs.run_id
LEFT JOIN
    main.words AS wetland_class_words
    ON run_core_stocks.wetland_class::VARCHAR = wetland_class_words.word
LEFT JOIN main.regions ON run_core_stocks.region_code = regions.region_code
LEFT JOIN main.words AS outcome_words ON run_core_stocks.outcome = outcome_words.word;
