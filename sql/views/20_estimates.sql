-- every figure of every run, with its error; one row a run, group, quantity, pool and gas.
-- is_current: the survey was not loaded anew since; is_latest: the last current run of its survey,
-- kind, method and grouping
CREATE VIEW bureau.estimates AS
WITH
ranked AS (
    SELECT
        runs.run_id,
        runs.kind,
        runs.by_keys,
        runs.carbon_fraction_set,
        runs.controls_id,
        runs.draws,
        runs.program_version,
        runs.run_at,
        loads.load_id IS NOT NULL AS is_current,
        row_number() OVER (
            PARTITION BY
                loads.load_id IS NOT NULL, runs.survey, runs.kind, runs.method, runs.by_keys
            ORDER BY runs.run_at DESC, runs.run_id ASC
        ) AS place
    FROM main.runs
    LEFT JOIN main.loads ON runs.survey = loads.survey AND runs.load_id = loads.load_id
)

SELECT
    estimates.run_id,
    ranked.kind,
    ranked.by_keys,
    ranked.is_current,
    ranked.is_current AND ranked.place = 1 AS is_latest,
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
    estimates.n,
    estimates.method,
    estimates.definition,
    ranked.carbon_fraction_set,
    ranked.controls_id,
    ranked.draws,
    estimates.share_extrapolated,
    estimates.share_imputed,
    estimates.share_recalled,
    estimates.share_fallback,
    estimates.share_assumed_error,
    estimates.simulated,
    ranked.program_version,
    ranked.run_at
FROM main.estimates
INNER JOIN ranked ON estimates.run_id = ranked.run_id
LEFT JOIN main.words AS classes ON estimates.vegetation_class = classes.word
LEFT JOIN main.words AS species_groups ON estimates.species_group = species_groups.word
LEFT JOIN main.words AS origins ON estimates.origin = origins.word
LEFT JOIN main.words AS ages ON estimates.age_group = ages.word
LEFT JOIN main.words AS categories ON estimates.forest_category = categories.word
LEFT JOIN main.words AS wetlands ON estimates.wetland_class = wetlands.word
LEFT JOIN main.words AS quantities ON estimates.quantity = quantities.word
LEFT JOIN main.words AS pools ON estimates.pool = pools.word;
