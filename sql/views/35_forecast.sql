-- zh: 预测;每行一次预测的一年、一个分组、指标与碳库
-- en: forecasts; one row a forecast, year, group, quantity and pool
CREATE VIEW bureau.forecast AS
WITH
judged AS (
    SELECT
        forecast_runs.forecast_id,
        forecast_runs.run_id,
        forecast_runs.growth_basis,
        forecast_runs.by_keys,
        forecast_runs.to_year,
        forecast_runs.scenario_sha256,
        forecast_runs.program_version,
        forecast_runs.forecast_at,
        forecast_runs.survey,
        forecast_runs.scenario,
        forecast_runs.method,
        loads.load_id IS NOT NULL AND coalesce(runs.is_current, FALSE) AS is_current
    FROM main.forecast_runs
    LEFT JOIN main.loads ON forecast_runs.load_id = loads.load_id
    LEFT JOIN bureau.runs ON forecast_runs.run_id = runs.run_id
),

ranked AS (
    SELECT
        *,
        is_current AND row_number() OVER (
            PARTITION BY is_current, survey, scenario, method, growth_basis, by_keys, to_year
            ORDER BY forecast_at DESC, forecast_id ASC
        ) = 1 AS is_latest
    FROM judged
)

SELECT
    forecasts.forecast_id,
    ranked.run_id,
    ranked.is_current,
    ranked.is_latest,
    forecasts.scenario,
    scenarios.zh AS scenario_zh,
    ranked.growth_basis,
    bases.zh AS growth_basis_zh,
    ranked.by_keys,
    ranked.to_year,
    forecasts.survey,
    forecasts.year,
    forecasts.region_code,
    forecasts.region_name,
    forecasts.species_group,
    species_groups.zh AS species_group_zh,
    forecasts.origin,
    origins.zh AS origin_zh,
    forecasts.quantity,
    quantities.zh AS quantity_zh,
    forecasts.pool,
    pools.zh AS pool_zh,
    forecasts.value,
    forecasts.unit,
    forecasts.se,
    forecasts.ci_low,
    forecasts.ci_high,
    forecasts.se_reason,
    forecasts.draws,
    forecasts.seed,
    forecasts.method,
    forecasts.definition,
    forecasts.share_curve_fallback,
    forecasts.share_extrapolated,
    forecasts.simulated,
    ranked.scenario_sha256,
    ranked.program_version,
    ranked.forecast_at
FROM main.forecasts
LEFT JOIN ranked ON forecasts.forecast_id = ranked.forecast_id
LEFT JOIN main.words AS scenarios ON forecasts.scenario = scenarios.word
LEFT JOIN main.words AS bases ON ranked.growth_basis = bases.word
LEFT JOIN main.words AS species_groups ON forecasts.species_group = species_groups.word
LEFT JOIN main.words AS origins ON forecasts.origin = origins.word
LEFT JOIN main.words AS quantities ON forecasts.quantity = quantities.word
LEFT JOIN main.words AS pools ON forecasts.pool = pools.word;
