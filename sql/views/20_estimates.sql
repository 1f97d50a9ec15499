-- zh: 各次运行的估算值及其误差;每行一次运行的一个分组、指标、碳库与气体
-- en: every figure of every run, with its error; one row a run, group, quantity, pool and gas
CREATE VIEW bureau.estimates AS
SELECT
    estimates.run_id,
    runs.kind,
    runs.kind_zh,
    runs.by_keys,
    runs.is_current,
    runs.is_latest,
    estimates.survey,
    estimates.region_code,
    estimates.region_name,
    estimates.vegetation_class,
    classes.zh AS vegetation_class_zh,
    estimates.species_group,
    species_groups.zh AS species_group_zh,
    estimates.origin,
    origins.zh AS origin_zh,
    estimates.age_group,
    ages.zh AS age_group_zh,
    estimates.forest_category,
    categories.zh AS forest_category_zh,
    estimates.wetland_class,
    wetlands.zh AS wetland_class_zh,
    estimates.land,
    lands.zh AS land_zh,
    estimates.quantity,
    quantities.zh AS quantity_zh,
    estimates.pool,
    pools.zh AS pool_zh,
    estimates.gas,
    estimates.gwp_set,
    estimates.depth_cm,
    estimates.value,
    estimates.unit,
    estimates.se,
    estimates.ci_low,
    estimates.ci_high,
    estimates.se_reason,
    estimates.interval_method,
    interval_methods.zh AS interval_method_zh,
    estimates.n,
    estimates.method,
    runs.method_zh,
    estimates.definition,
    runs.carbon_fraction_set,
    runs.controls_id,
    runs.draws,
    estimates.share_extrapolated,
    estimates.share_imputed,
    estimates.share_recalled,
    estimates.share_fallback,
    estimates.share_assumed_error,
    estimates.simulated,
    runs.program_version,
    runs.run_at
FROM main.estimates
LEFT JOIN bureau.runs ON estimates.run_id = runs.run_id
LEFT JOIN main.words AS classes ON estimates.vegetation_class = classes.word
LEFT JOIN main.words AS species_groups ON estimates.species_group = species_groups.word
LEFT JOIN main.words AS origins ON estimates.origin = origins.word
LEFT JOIN main.words AS ages ON estimates.age_group = ages.word
LEFT JOIN main.words AS categories ON estimates.forest_category = categories.word
LEFT JOIN main.words AS wetlands ON estimates.wetland_class = wetlands.word
LEFT JOIN main.words AS quantities ON estimates.quantity = quantities.word
LEFT JOIN main.words AS pools ON estimates.pool = pools.word
LEFT JOIN main.words AS lands ON estimates.land = lands.word
LEFT JOIN main.words AS interval_methods ON estimates.interval_method = interval_methods.word;
