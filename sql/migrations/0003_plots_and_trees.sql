-- Permanent plots and their trees, by occasion, and the strata they sample.

CREATE TYPE TREE_STATUS AS ENUM(
    'retained',
    'ingrowth',
    'standing_dead',
    'fallen_dead',
    'cut',
    'missed_before',
    'tallied_wrongly',
    'dbh_corrected',
    'species_corrected',
    'status_corrected'
);

CREATE TABLE plot_surveys (
    survey INTEGER PRIMARY KEY,
    definition VARCHAR NOT NULL,
    simulated BOOLEAN NOT NULL
);

CREATE TABLE plots (
    survey INTEGER NOT NULL,
    load_id VARCHAR NOT NULL,
    plot_id VARCHAR NOT NULL,
    cluster_id VARCHAR,
    source_file VARCHAR NOT NULL,
    source_row BIGINT NOT NULL,
    region_code VARCHAR,
    stratum VARCHAR,
    stand_id VARCHAR,
    measured_year INTEGER,
    plot_area_ha DECIMAL(10, 6),
    vegetation_class VEGETATION_CLASS,
    species SPECIES,
    species_code VARCHAR,
    origin ORIGIN,
    age_group AGE_GROUP,
    age_years DECIMAL(6, 1),
    canopy_cover_fraction DECIMAL(4, 3),
    dbh_cm DECIMAL(6, 1),
    height_m DECIMAL(6, 1),
    volume_m3 DECIMAL(12, 4),
    dead_volume_m3 DECIMAL(12, 4),
    cut_volume_m3 DECIMAL(12, 4),
    remark VARCHAR
);

CREATE TABLE trees (
    survey INTEGER NOT NULL,
    load_id VARCHAR NOT NULL,
    plot_id VARCHAR NOT NULL,
    tree_id VARCHAR,
    source_file VARCHAR NOT NULL,
    source_row BIGINT NOT NULL,
    status TREE_STATUS,
    species SPECIES,
    species_code VARCHAR,
    dbh_cm DECIMAL(6, 1),
    height_m DECIMAL(6, 2),
    crown_length_m DECIMAL(6, 2),
    volume_m3 DECIMAL(12, 6),
    tally_area_ha DECIMAL(10, 6)
);

CREATE TABLE strata (
    survey INTEGER NOT NULL,
    load_id VARCHAR NOT NULL,
    stratum VARCHAR NOT NULL,
    estimation_unit VARCHAR,
    source_file VARCHAR NOT NULL,
    source_row BIGINT NOT NULL,
    area_ha DECIMAL(14, 4) NOT NULL
);
