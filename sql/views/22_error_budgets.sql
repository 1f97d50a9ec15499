-- zh: 估算误差的来源;每行一次运行的一组、一个量、碳库、气体与一个误差来源
-- en: what the error of an estimate consists of; one row a run, group, quantity, pool, gas and
-- source
CREATE VIEW bureau.error_budgets AS
SELECT
    estimate_budgets.run_id,
    runs.kind,
    runs.by_keys,
    runs.is_current,
    runs.is_latest,
    runs.survey,
    runs.method,
    estimate_budgets.region_code,
    regions.name_zh AS region_name,
    estimate_budgets.vegetation_class,
    classes.zh AS vegetation_class_zh,
    estimate_budgets.species_group,
    species_groups.zh AS species_group_zh,
    estimate_budgets.origin,
    origins.zh AS origin_zh,
    estimate_budgets.age_group,
    ages.zh AS age_group_zh,
    estimate_budgets.forest_category,
    categories.zh AS forest_category_zh,
    estimate_budgets.wetland_class,
    wetlands.zh AS wetland_class_zh,
    estimate_budgets.land,
    lands.zh AS land_zh,
    estimate_budgets.quantity,
    quantities.zh AS quantity_zh,
    estimate_budgets.pool,
    pools.zh AS pool_zh,
    estimate_budgets.gas,
    estimate_budgets.source,
    error_sources.zh AS source_zh,
    estimate_budgets.se,
    estimate_budgets.variance_fraction
FROM main.estimate_budgets
LEFT JOIN bureau.runs ON estimate_budgets.run_id = runs.run_id
LEFT JOIN main.regions ON estimate_budgets.region_code = regions.region_code
LEFT JOIN main.words AS classes ON estimate_budgets.vegetation_class = classes.word
LEFT JOIN main.words AS species_groups ON estimate_budgets.species_group = species_groups.word
LEFT JOIN main.words AS origins ON estimate_budgets.origin = origins.word
LEFT JOIN main.words AS ages ON estimate_budgets.age_group = ages.word
LEFT JOIN main.words AS categories ON estimate_budgets.forest_category = categories.word
LEFT JOIN main.words AS wetlands ON estimate_budgets.wetland_class = wetlands.word
LEFT JOIN main.words AS lands ON estimate_budgets.land = lands.word
LEFT JOIN main.words AS quantities ON estimate_budgets.quantity = quantities.word
LEFT JOIN main.words AS pools ON estimate_budgets.pool = pools.word
LEFT JOIN main.words AS error_sources ON estimate_budgets.source = error_sources.word;
