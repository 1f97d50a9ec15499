-- What the checks found, how columns were read, geometry, and what further methods need.

ALTER TABLE stands ADD COLUMN scattered_volume_m3 DECIMAL(16, 4);
ALTER TABLE stands ADD COLUMN crown_length_m DECIMAL(6, 1);
ALTER TABLE stands ADD COLUMN record_year INTEGER;

CREATE TABLE stand_geometries (
    survey INTEGER NOT NULL,
    load_id VARCHAR NOT NULL,
    stand_id VARCHAR NOT NULL,
    crs VARCHAR,
    geometry_area_ha DECIMAL(14, 4),
    geometry_wkb BLOB NOT NULL
);

CREATE TABLE warned_rows (
    load_id VARCHAR NOT NULL,
    source_file VARCHAR NOT NULL,
    source_row BIGINT NOT NULL,
    stand_id VARCHAR NOT NULL,
    column_name VARCHAR,
    value VARCHAR,
    rule VARCHAR NOT NULL
);

CREATE TABLE load_columns (
    load_id VARCHAR NOT NULL,
    source_file VARCHAR NOT NULL,
    column_name VARCHAR,
    header VARCHAR,
    matched_by VARCHAR NOT NULL,
    unit VARCHAR,
    factor DOUBLE,
    code_set VARCHAR
);

ALTER TABLE load_files ADD COLUMN layer VARCHAR;
ALTER TABLE loads ADD COLUMN previous_load_id VARCHAR;
ALTER TABLE runs ADD COLUMN class_survey INTEGER;

CREATE TABLE run_volume_classes (
    run_id VARCHAR NOT NULL,
    region_code VARCHAR NOT NULL,
    forest_type VARCHAR NOT NULL,
    growing_stock_m3_per_ha DOUBLE NOT NULL,
    above_ground_t_per_ha DOUBLE,
    bcef_s DOUBLE,
    root_shoot_ratio DOUBLE,
    stands BIGINT
);
