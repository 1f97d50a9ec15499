-- What the error of an estimate consists of, so that errors of sums and differences follow in SQL.

ALTER TABLE estimates ADD COLUMN share_fallback DOUBLE;
ALTER TABLE estimates ADD COLUMN share_assumed_error DOUBLE;
ALTER TABLE estimates ADD COLUMN interval_method VARCHAR;
ALTER TABLE runs ADD COLUMN draws INTEGER;
ALTER TABLE runs ADD COLUMN seed BIGINT;
ALTER TABLE runs ADD COLUMN errors_file VARCHAR;
ALTER TABLE runs ADD COLUMN errors_sha256 VARCHAR;
ALTER TABLE runs ADD COLUMN controls_id VARCHAR;

CREATE TABLE estimate_budgets (
    run_id VARCHAR NOT NULL,
    region_code VARCHAR,
    vegetation_class VARCHAR,
    species_group VARCHAR,
    origin VARCHAR,
    age_group VARCHAR,
    quantity VARCHAR NOT NULL,
    pool VARCHAR,
    source VARCHAR NOT NULL,
    se DOUBLE NOT NULL,
    variance_fraction DOUBLE NOT NULL
);

CREATE TABLE estimate_gradients (
    run_id VARCHAR NOT NULL,
    region_code VARCHAR,
    vegetation_class VARCHAR,
    species_group VARCHAR,
    origin VARCHAR,
    age_group VARCHAR,
    quantity VARCHAR NOT NULL,
    pool VARCHAR,
    parameter_id VARCHAR NOT NULL,
    derivative DOUBLE NOT NULL
);

CREATE TABLE estimate_residuals (
    run_id VARCHAR NOT NULL,
    region_code VARCHAR,
    vegetation_class VARCHAR,
    species_group VARCHAR,
    origin VARCHAR,
    age_group VARCHAR,
    quantity VARCHAR NOT NULL,
    pool VARCHAR,
    source VARCHAR NOT NULL,
    variance DOUBLE NOT NULL
);

CREATE TABLE run_errors (
    run_id VARCHAR NOT NULL,
    parameter_id VARCHAR NOT NULL,
    block VARCHAR NOT NULL,
    factor INTEGER NOT NULL,
    loading DOUBLE NOT NULL,
    df DOUBLE,
    source VARCHAR NOT NULL,
    basis VARCHAR NOT NULL
);

-- how the volume of a group of stands moves with each independent error of its control totals
CREATE TABLE control_effects (
    calibration_id VARCHAR NOT NULL,
    region_code VARCHAR NOT NULL,
    species SPECIES,
    origin ORIGIN,
    age_group AGE_GROUP,
    factor INTEGER NOT NULL,
    effect_m3 DOUBLE NOT NULL
);
