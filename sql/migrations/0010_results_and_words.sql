-- What the bureau asks for in SQL: results that a command computed from several runs or surveys,
-- the category of a stand, and the words, units and sources that the views speak with.

CREATE TYPE FOREST_CATEGORY AS ENUM(
    'public_benefit',
    'commercial'
);

ALTER TABLE stands ADD COLUMN forest_category FOREST_CATEGORY;
ALTER TABLE estimates ADD COLUMN forest_category VARCHAR;
ALTER TABLE estimate_budgets ADD COLUMN forest_category VARCHAR;
ALTER TABLE estimate_gradients ADD COLUMN forest_category VARCHAR;
ALTER TABLE estimate_residuals ADD COLUMN forest_category VARCHAR;

-- whether a run was made with the options that its method has by itself
ALTER TABLE runs ADD COLUMN usual BOOLEAN;

-- one result of a command that has no run of its own; the same inputs give the same result_id.
-- subject: JSON of what the figures are of; options: JSON of it and of all else that bears on them,
-- files by their sha256; loads: what the database held; standing: made without a user's own files
-- and what-ifs, so that the last one of its subject is the answer to the question
CREATE TABLE results (
    result_id VARCHAR PRIMARY KEY,
    kind VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    options VARCHAR NOT NULL,
    by_keys VARCHAR NOT NULL,
    loads VARCHAR NOT NULL,
    standing BOOLEAN NOT NULL,
    program_version VARCHAR NOT NULL,
    simulated BOOLEAN NOT NULL,
    made_at TIMESTAMP NOT NULL
);

CREATE TABLE changes (
    result_id VARCHAR NOT NULL,
    place INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    survey_from INTEGER NOT NULL,
    survey_to INTEGER NOT NULL,
    run_id_from VARCHAR NOT NULL,
    run_id_to VARCHAR NOT NULL,
    region_code VARCHAR,
    region_name VARCHAR,
    vegetation_class VARCHAR,
    species_group VARCHAR,
    origin VARCHAR,
    age_group VARCHAR,
    forest_category VARCHAR,
    wetland_class VARCHAR,
    quantity VARCHAR NOT NULL,
    pool VARCHAR,
    gas VARCHAR,
    gwp_set VARCHAR,
    depth_cm INTEGER,
    unit VARCHAR NOT NULL,
    value_from DECIMAL(20, 4) NOT NULL,
    value_to DECIMAL(20, 4) NOT NULL,
    change DECIMAL(20, 4) NOT NULL,
    change_per_year DOUBLE NOT NULL,
    se DOUBLE,
    ci_low DOUBLE,
    ci_high DOUBLE,
    se_if_independent DOUBLE,
    share_assumed_error DOUBLE,
    se_reason VARCHAR,
    method VARCHAR NOT NULL,
    definition VARCHAR NOT NULL,
    simulated BOOLEAN NOT NULL,
    change_fraction_per_year DOUBLE,
    series_break VARCHAR,
    change_of_one_density DOUBLE
);

CREATE TABLE change_effects (
    result_id VARCHAR NOT NULL,
    place INTEGER NOT NULL,
    survey_from INTEGER NOT NULL,
    survey_to INTEGER NOT NULL,
    run_id_from VARCHAR NOT NULL,
    run_id_to VARCHAR NOT NULL,
    region_code VARCHAR,
    region_name VARCHAR,
    vegetation_class VARCHAR,
    species_group VARCHAR,
    origin VARCHAR,
    age_group VARCHAR,
    forest_category VARCHAR,
    quantity VARCHAR NOT NULL,
    pool VARCHAR,
    depth_cm INTEGER,
    unit VARCHAR NOT NULL,
    change DECIMAL(20, 4) NOT NULL,
    area_effect DECIMAL(20, 4) NOT NULL,
    density_effect DECIMAL(20, 4) NOT NULL,
    species_effect DECIMAL(20, 4) NOT NULL,
    change_se DOUBLE,
    area_effect_se DOUBLE,
    density_effect_se DOUBLE,
    species_effect_se DOUBLE,
    se_reason VARCHAR,
    method VARCHAR NOT NULL,
    definition VARCHAR NOT NULL,
    simulated BOOLEAN NOT NULL,
    series_break VARCHAR
);

CREATE TABLE targets (
    result_id VARCHAR NOT NULL,
    place INTEGER NOT NULL,
    target_id VARCHAR NOT NULL,
    region_code VARCHAR NOT NULL,
    indicator VARCHAR NOT NULL,
    definition VARCHAR NOT NULL,
    unit VARCHAR NOT NULL,
    baseline_year INTEGER,
    baseline_value DOUBLE,
    baseline_source VARCHAR,
    target_year INTEGER NOT NULL,
    target_value DOUBLE NOT NULL,
    current_year INTEGER,
    current_value DOUBLE,
    current_se DOUBLE,
    gap DOUBLE,
    needed_per_year DOUBLE,
    observed_per_year DOUBLE,
    projected_value DOUBLE,
    probability DOUBLE,
    probability_reason VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    status_reason VARCHAR NOT NULL,
    simulated BOOLEAN
);

CREATE TABLE target_shares (
    result_id VARCHAR NOT NULL,
    place INTEGER NOT NULL,
    target_id VARCHAR NOT NULL,
    target_year INTEGER NOT NULL,
    region_code VARCHAR NOT NULL,
    region_name VARCHAR,
    survey INTEGER NOT NULL,
    arbor_area_ha DECIMAL(20, 4) NOT NULL,
    growing_stock_m3 DECIMAL(20, 4) NOT NULL,
    potential_m3_per_ha DOUBLE NOT NULL,
    share DOUBLE NOT NULL,
    needed_m3 DECIMAL(20, 4) NOT NULL,
    target_m3 DECIMAL(20, 4) NOT NULL,
    needed_m3_per_year DOUBLE,
    observed_m3_per_year DOUBLE,
    forecast_m3 DOUBLE,
    probability DOUBLE,
    probability_reason VARCHAR NOT NULL,
    progress VARCHAR NOT NULL,
    simulated BOOLEAN NOT NULL
);

CREATE TABLE wetland_protection (
    result_id VARCHAR NOT NULL,
    place INTEGER NOT NULL,
    survey INTEGER NOT NULL,
    definition VARCHAR NOT NULL,
    region_code VARCHAR,
    region_name VARCHAR,
    protection_form VARCHAR NOT NULL,
    wetlands BIGINT NOT NULL,
    area_ha DECIMAL(38, 4) NOT NULL,
    protected_wetlands BIGINT,
    protected_area_ha DECIMAL(38, 4),
    protected_area_high_ha DECIMAL(38, 4),
    protected_fraction DOUBLE,
    protected_fraction_high DOUBLE,
    simulated BOOLEAN NOT NULL
);

CREATE TABLE wetland_conversions (
    result_id VARCHAR NOT NULL,
    place INTEGER NOT NULL,
    survey_from INTEGER NOT NULL,
    survey_to INTEGER NOT NULL,
    region_code VARCHAR NOT NULL,
    region_name VARCHAR,
    class_from VARCHAR,
    class_to VARCHAR,
    event VARCHAR,
    wetlands BIGINT NOT NULL,
    area_from_ha DECIMAL(20, 4),
    area_to_ha DECIMAL(20, 4),
    loss_t_c DECIMAL(20, 4),
    loss_t_co2e DECIMAL(20, 4),
    soil_id VARCHAR,
    loss_reason VARCHAR,
    simulated BOOLEAN NOT NULL
);

CREATE TABLE land_transitions (
    result_id VARCHAR NOT NULL,
    place INTEGER NOT NULL,
    survey_from INTEGER NOT NULL,
    survey_to INTEGER NOT NULL,
    region_code VARCHAR,
    region_name VARCHAR,
    class_from VARCHAR,
    class_to VARCHAR,
    basis VARCHAR NOT NULL,
    stands BIGINT NOT NULL,
    area_ha DECIMAL(20, 4) NOT NULL,
    area_change_ha DECIMAL(20, 4) NOT NULL,
    growing_stock_change_m3 DECIMAL(20, 4),
    simulated BOOLEAN NOT NULL,
    series_break VARCHAR
);

CREATE TABLE provincial_inventory (
    result_id VARCHAR NOT NULL,
    place INTEGER NOT NULL,
    survey_from INTEGER,
    survey_to INTEGER NOT NULL,
    inventory_year INTEGER NOT NULL,
    region_code VARCHAR NOT NULL,
    region_name VARCHAR,
    category VARCHAR NOT NULL,
    gas VARCHAR,
    status VARCHAR NOT NULL,
    reason VARCHAR,
    activity DECIMAL(20, 4),
    activity_unit VARCHAR,
    rate_per_year DOUBLE,
    rate_se DOUBLE,
    rate_source VARCHAR,
    wood_density DOUBLE,
    bef DOUBLE,
    biomass_t_per_ha DOUBLE,
    removal_t_c_per_year DECIMAL(20, 4),
    emission_t_c_per_year DECIMAL(20, 4),
    net_t_c_per_year DECIMAL(20, 4),
    gas_t_per_year DECIMAL(20, 4),
    removal_t_co2e_per_year DECIMAL(20, 4),
    emission_t_co2e_per_year DECIMAL(20, 4),
    net_t_co2e_per_year DECIMAL(20, 4),
    se_t_co2e_per_year DOUBLE,
    se_reason VARCHAR,
    gwp_set VARCHAR,
    expansion VARCHAR,
    method VARCHAR NOT NULL,
    definition VARCHAR NOT NULL,
    evidence VARCHAR,
    parameter_tables VARCHAR,
    series_break VARCHAR,
    simulated BOOLEAN NOT NULL
);

CREATE TABLE stands_and_plots (
    result_id VARCHAR NOT NULL,
    place INTEGER NOT NULL,
    survey INTEGER NOT NULL,
    plot_survey INTEGER NOT NULL,
    region_code VARCHAR,
    region_name VARCHAR,
    stands_value DOUBLE,
    plots_value DOUBLE,
    plots_se DOUBLE,
    difference DOUBLE,
    difference_in_se DOUBLE,
    verdict VARCHAR NOT NULL,
    verdict_reason VARCHAR,
    sampling_precision DOUBLE,
    simulated BOOLEAN NOT NULL
);

-- growth, mortality and harvest between two occasions of permanent plots
CREATE TABLE stock_components (
    result_id VARCHAR NOT NULL,
    place INTEGER NOT NULL,
    survey_from INTEGER NOT NULL,
    survey_to INTEGER NOT NULL,
    estimator VARCHAR NOT NULL,
    stat VARCHAR NOT NULL,
    variable VARCHAR NOT NULL,
    unit VARCHAR,
    domain VARCHAR,
    value DOUBLE,
    se DOUBLE,
    ci_low DOUBLE,
    ci_high DOUBLE,
    df BIGINT,
    n BIGINT NOT NULL,
    sampling_precision DOUBLE,
    warning VARCHAR,
    measure_unit VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    simulated BOOLEAN NOT NULL
);

-- words and sources of the program, as the views show them; filled anew when they change
CREATE TABLE words (
    word VARCHAR PRIMARY KEY,
    zh VARCHAR NOT NULL,
    en VARCHAR NOT NULL
);

CREATE TABLE sources (
    source_id VARCHAR PRIMARY KEY,
    title VARCHAR NOT NULL,
    doi VARCHAR,
    url VARCHAR,
    licence VARCHAR
);

-- what the views, words and comments of the database were made from
CREATE TABLE view_state (
    sha256 VARCHAR NOT NULL
);
