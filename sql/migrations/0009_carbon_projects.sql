-- Carbon projects: what is registered, on which land, what is expected of it, and the book of
-- their units. Rows of the book are added and never changed.

CREATE TABLE ccer_projects (
    project_id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    owner VARCHAR NOT NULL,
    methodology VARCHAR NOT NULL,
    pack_version VARCHAR NOT NULL,
    standing VARCHAR NOT NULL,
    start_date DATE NOT NULL,
    crediting_start DATE NOT NULL,
    crediting_end DATE NOT NULL,
    crediting_years INTEGER NOT NULL,
    gwp_set VARCHAR NOT NULL,
    parcels BIGINT NOT NULL,
    area_ha DECIMAL(14, 4) NOT NULL,
    survey INTEGER,
    run_id VARCHAR NOT NULL,
    project_text VARCHAR NOT NULL,
    project_sha256 VARCHAR NOT NULL,
    parameters_sha256 VARCHAR NOT NULL,
    draft BOOLEAN NOT NULL,
    simulated BOOLEAN NOT NULL,
    reason VARCHAR,
    program_version VARCHAR NOT NULL,
    registered_at TIMESTAMP NOT NULL,
    PRIMARY KEY (project_id, version)
);

CREATE TABLE ccer_parcels (
    project_id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    parcel_id VARCHAR NOT NULL,
    stratum VARCHAR,
    region_code VARCHAR,
    township VARCHAR,
    village VARCHAR,
    compartment VARCHAR,
    survey INTEGER,
    stand_id VARCHAR,
    tenure_kind VARCHAR,
    tenure_number VARCHAR,
    area_ha DECIMAL(14, 4) NOT NULL,
    outcome VARCHAR NOT NULL,
    geometry_wkb BLOB,
    crs VARCHAR
);

-- expected before the fact, one row a year of the crediting period
CREATE TABLE ccer_removals (
    project_id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    run_id VARCHAR NOT NULL,
    period INTEGER NOT NULL,
    first_day DATE NOT NULL,
    last_day DATE NOT NULL,
    baseline_removal_t DECIMAL(20, 6) NOT NULL,
    project_removal_t DECIMAL(20, 6) NOT NULL,
    leakage_t DECIMAL(20, 6) NOT NULL,
    risk_deduction_t DECIMAL(20, 6) NOT NULL,
    reduction_t DECIMAL(20, 6) NOT NULL,
    cumulative_t DECIMAL(20, 6) NOT NULL,
    creditable_t BIGINT NOT NULL,
    draft BOOLEAN NOT NULL,
    parameters_sha256 VARCHAR NOT NULL,
    program_version VARCHAR NOT NULL,
    PRIMARY KEY (project_id, version, period)
);

-- quantities are whole t CO2e; entry_id is a hash over the entry and the one before it
CREATE TABLE ccer_ledger (
    entry_no INTEGER PRIMARY KEY,
    entry_id VARCHAR NOT NULL,
    project_id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    corrects INTEGER,
    vintage INTEGER,
    first_day DATE,
    last_day DATE,
    applied_on DATE,
    entry_date DATE NOT NULL,
    quantity_t BIGINT,
    verified_t DECIMAL(20, 6),
    serial_from VARCHAR,
    serial_to VARCHAR,
    batch VARCHAR,
    purpose VARCHAR,
    beneficiary VARCHAR,
    event_name VARCHAR,
    event_emissions_t DECIMAL(20, 6),
    document VARCHAR,
    note VARCHAR,
    program_version VARCHAR NOT NULL,
    entered_at TIMESTAMP NOT NULL
);
