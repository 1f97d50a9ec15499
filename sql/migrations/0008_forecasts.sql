-- Forecasts of the forest, and the land class that a stand had at the survey before.

ALTER TABLE stands ADD COLUMN previous_vegetation_class VEGETATION_CLASS;

CREATE TABLE forecast_runs (
    forecast_id VARCHAR PRIMARY KEY,
    run_id VARCHAR NOT NULL,
    survey INTEGER NOT NULL,
    load_id VARCHAR NOT NULL,
    scenario VARCHAR NOT NULL,
    scenario_text VARCHAR NOT NULL,
    scenario_sha256 VARCHAR NOT NULL,
    growth_basis VARCHAR NOT NULL,
    method VARCHAR NOT NULL,
    by_keys VARCHAR NOT NULL,
    to_year INTEGER NOT NULL,
    draws BIGINT NOT NULL,
    seed BIGINT NOT NULL,
    program_version VARCHAR NOT NULL,
    forecast_at TIMESTAMP NOT NULL
);

CREATE TABLE forecasts (
    forecast_id VARCHAR NOT NULL,
    scenario VARCHAR NOT NULL,
    survey INTEGER NOT NULL,
    year INTEGER NOT NULL,
    region_code VARCHAR,
    region_name VARCHAR,
    species_group VARCHAR,
    origin VARCHAR,
    quantity VARCHAR NOT NULL,
    pool VARCHAR,
    value DECIMAL(20, 6) NOT NULL,
    unit VARCHAR NOT NULL,
    se DOUBLE,
    ci_low DOUBLE,
    ci_high DOUBLE,
    se_reason VARCHAR,
    draws BIGINT NOT NULL,
    seed BIGINT NOT NULL,
    method VARCHAR NOT NULL,
    definition VARCHAR NOT NULL,
    share_curve_fallback DOUBLE NOT NULL,
    share_extrapolated DOUBLE NOT NULL,
    simulated BOOLEAN NOT NULL
);

-- what a forecast rests on: curves of growth and rates of the scenario
CREATE TABLE forecast_parameters (
    forecast_id VARCHAR NOT NULL,
    parameter_id VARCHAR NOT NULL,
    symbol VARCHAR NOT NULL,
    value DOUBLE NOT NULL,
    unit VARCHAR NOT NULL,
    se DOUBLE,
    status VARCHAR NOT NULL,
    evidence VARCHAR NOT NULL,
    source_id VARCHAR,
    locator VARCHAR
);
