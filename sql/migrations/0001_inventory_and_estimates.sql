-- Inventory, runs and estimates. Areas, volumes and culms are decimals so that sums are exact.

CREATE TYPE VEGETATION_CLASS AS ENUM(
    'arbor',
    'bamboo',
    'economic',
    'special_shrub',
    'other_shrub',
    'sparse',
    'unestablished',
    'scattered',
    'non_forest'
);

CREATE TYPE SPECIES AS ENUM(
    'masson_pine',
    'slash_pine',
    'loblolly_pine',
    'huangshan_pine',
    'black_pine',
    'chinese_fir',
    'cryptomeria',
    'metasequoia',
    'pond_cypress',
    'cypress',
    'oak',
    'camphor',
    'schima',
    'nanmu',
    'sweetgum',
    'birch',
    'other_hard_broadleaf',
    'sassafras',
    'poplar',
    'paulownia',
    'other_soft_broadleaf',
    'conifer_mixed',
    'broadleaf_mixed',
    'conifer_broadleaf_mixed',
    'moso_bamboo',
    'other_bamboo'
);

CREATE TYPE ORIGIN AS ENUM(
    'natural',
    'planted'
);

CREATE TYPE AGE_GROUP AS ENUM(
    'young',
    'middle',
    'near_mature',
    'mature',
    'over_mature'
);

CREATE TABLE regions (
    region_code VARCHAR PRIMARY KEY,
    name_zh VARCHAR NOT NULL,
    name_en VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    successor_code VARCHAR,
    valid_from VARCHAR,
    valid_to VARCHAR,
    note VARCHAR
);

CREATE TABLE surveys (
    survey INTEGER PRIMARY KEY,
    definition VARCHAR NOT NULL,
    land_area_ha DECIMAL(14, 4),
    land_area_parameter_id VARCHAR,
    simulated BOOLEAN NOT NULL
);

CREATE TABLE loads (
    load_id VARCHAR PRIMARY KEY,
    survey INTEGER NOT NULL,
    table_name VARCHAR NOT NULL,
    profile VARCHAR NOT NULL,
    profile_sha256 VARCHAR NOT NULL,
    program_version VARCHAR NOT NULL,
    loaded_at TIMESTAMP NOT NULL
);

CREATE TABLE load_files (
    load_id VARCHAR NOT NULL,
    source_file VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    encoding VARCHAR,
    rows_in BIGINT NOT NULL,
    rows_accepted BIGINT NOT NULL,
    rows_rejected BIGINT NOT NULL
);

CREATE TABLE stands (
    survey INTEGER NOT NULL,
    load_id VARCHAR NOT NULL,
    stand_id VARCHAR NOT NULL,
    source_file VARCHAR NOT NULL,
    source_row BIGINT NOT NULL,
    region_code VARCHAR NOT NULL,
    township_code VARCHAR,
    vegetation_class VEGETATION_CLASS NOT NULL,
    species SPECIES,
    origin ORIGIN,
    age_group AGE_GROUP,
    age_years DECIMAL(6, 1),
    area_ha DECIMAL(14, 4) NOT NULL,
    volume_m3 DECIMAL(16, 4),
    culms DECIMAL(16, 0),
    stems_per_ha DECIMAL(10, 1),
    canopy_cover_fraction DECIMAL(4, 3),
    dbh_cm DECIMAL(6, 1),
    height_m DECIMAL(6, 1),
    remark VARCHAR
);

CREATE TABLE rejected_rows (
    load_id VARCHAR NOT NULL,
    source_file VARCHAR NOT NULL,
    source_row BIGINT NOT NULL,
    column_name VARCHAR,
    value VARCHAR,
    rule VARCHAR NOT NULL,
    reason_zh VARCHAR NOT NULL,
    reason_en VARCHAR NOT NULL,
    remedy_zh VARCHAR NOT NULL,
    remedy_en VARCHAR NOT NULL,
    raw VARCHAR
);

CREATE TABLE runs (
    run_id VARCHAR PRIMARY KEY,
    kind VARCHAR NOT NULL,
    survey INTEGER NOT NULL,
    load_id VARCHAR NOT NULL,
    method VARCHAR NOT NULL,
    carbon_fraction_set VARCHAR NOT NULL,
    soil_depth_cm INTEGER NOT NULL,
    by_keys VARCHAR NOT NULL,
    program_version VARCHAR NOT NULL,
    stands BIGINT NOT NULL,
    run_at TIMESTAMP NOT NULL
);

CREATE TABLE run_parameter_tables (
    run_id VARCHAR NOT NULL,
    table_name VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL
);

CREATE TABLE run_parameters (
    run_id VARCHAR NOT NULL,
    parameter_id VARCHAR NOT NULL,
    symbol VARCHAR NOT NULL,
    value DOUBLE NOT NULL,
    unit VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    evidence VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    locator VARCHAR
);

CREATE TABLE estimates (
    run_id VARCHAR NOT NULL,
    survey INTEGER NOT NULL,
    region_code VARCHAR,
    region_name VARCHAR,
    vegetation_class VARCHAR,
    species_group VARCHAR,
    origin VARCHAR,
    age_group VARCHAR,
    wetland_class VARCHAR,
    quantity VARCHAR NOT NULL,
    pool VARCHAR,
    gas VARCHAR,
    gwp_set VARCHAR,
    depth_cm INTEGER,
    value DECIMAL(20, 4) NOT NULL,
    unit VARCHAR NOT NULL,
    se DOUBLE,
    ci_low DOUBLE,
    ci_high DOUBLE,
    se_reason VARCHAR,
    n BIGINT NOT NULL,
    method VARCHAR NOT NULL,
    definition VARCHAR NOT NULL,
    share_extrapolated DOUBLE NOT NULL,
    share_imputed DOUBLE NOT NULL,
    share_recalled DOUBLE NOT NULL,
    simulated BOOLEAN NOT NULL
);

CREATE TABLE estimate_flags (
    run_id VARCHAR NOT NULL,
    flag VARCHAR NOT NULL,
    vegetation_class VARCHAR NOT NULL,
    species VARCHAR,
    pool VARCHAR,
    stands BIGINT NOT NULL,
    area_ha DECIMAL(20, 4) NOT NULL
);
