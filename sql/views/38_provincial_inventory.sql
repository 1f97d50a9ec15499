-- zh: 省级清单表;每行一次结果的一个地区、类别与气体
-- en: table of the provincial inventory; one row a result, region, category and gas
CREATE VIEW bureau.provincial_inventory AS
SELECT
    provincial_inventory.result_id,
    results.is_current,
    results.is_latest,
    results.made_at,
    provincial_inventory.place,
    provincial_inventory.survey_from,
    provincial_inventory.survey_to,
    provincial_inventory.inventory_year,
    provincial_inventory.region_code,
    provincial_inventory.region_name,
    provincial_inventory.category,
    category_words.zh AS category_zh,
    provincial_inventory.gas,
    provincial_inventory.status,
    status_words.zh AS status_zh,
    provincial_inventory.reason,
    reason_words.zh AS reason_zh,
    provincial_inventory.activity,
    provincial_inventory.activity_unit,
    provincial_inventory.rate_per_year,
    provincial_inventory.rate_se,
    provincial_inventory.rate_source,
    rate_source_words.zh AS rate_source_zh,
    provincial_inventory.wood_density,
    provincial_inventory.bef,
    provincial_inventory.biomass_t_per_ha,
    provincial_inventory.removal_t_c_per_year,
    provincial_inventory.emission_t_c_per_year,
    provincial_inventory.net_t_c_per_year,
    provincial_inventory.gas_t_per_year,
    provincial_inventory.removal_t_co2e_per_year,
    provincial_inventory.emission_t_co2e_per_year,
    provincial_inventory.net_t_co2e_per_year,
    provincial_inventory.se_t_co2e_per_year,
    provincial_inventory.se_reason,
    provincial_inventory.gwp_set,
    provincial_inventory.expansion,
    provincial_inventory.method,
    provincial_inventory.definition,
    provincial_inventory.evidence,
    evidence_words.zh AS evidence_zh,
    provincial_inventory.parameter_tables,
    provincial_inventory.series_break,
    provincial_inventory.simulated
FROM main.provincial_inventory
LEFT JOIN bureau.results ON provincial_inventory.result_id = results.result_id
LEFT JOIN main.words AS category_words ON provincial_inventory.category = category_words.word
LEFT JOIN main.words AS status_words ON provincial_inventory.status = status_words.word
LEFT JOIN main.words AS reason_words ON provincial_inventory.reason = reason_words.word
LEFT JOIN
    main.words AS rate_source_words
    ON provincial_inventory.rate_source = rate_source_words.word
LEFT JOIN main.words AS evidence_words ON provincial_inventory.evidence = evidence_words.word;
