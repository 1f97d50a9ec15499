-- Wetlands, soil cores, protected areas and farmland; estimates by wetland class and gas.

CREATE TYPE WETLAND_CLASS AS ENUM(
    'mangrove',
    'tidal_marsh',
    'tidal_flat',
    'coastal_water',
    'forest_swamp',
    'shrub_swamp',
    'marsh',
    'marsh_meadow',
    'inland_flat',
    'spring',
    'karst_cave',
    'river',
    'lake',
    'reservoir',
    'pond',
    'canal',
    'salt_pan',
    'paddy'
);

CREATE TYPE PROTECTION_FORM AS ENUM(
    'nature_reserve',
    'scenic_area',
    'geopark',
    'forest_park',
    'wetland_park',
    'small_reserve',
    'drinking_water',
    'important_wetland',
    'national_park',
    'other_protection'
);

CREATE TYPE TROPHIC_STATE AS ENUM(
    'oligotrophic',
    'oligo_mesotrophic',
    'mesotrophic',
    'eutrophic',
    'hypereutrophic'
);

CREATE TYPE SOIL_TYPE AS ENUM(
    'mineral',
    'organic'
);

CREATE TYPE NUTRIENT_STATUS AS ENUM(
    'poor',
    'rich'
);

CREATE TYPE WETLAND_EVENT AS ENUM(
    'planted',
    'natural_recolonisation',
    'rewetted',
    'drained',
    'excavated'
);

CREATE TYPE FORMER_USE AS ENUM(
    'cropland',
    'pond',
    'other'
);

CREATE TYPE CARBON_KIND AS ENUM(
    'organic',
    'total',
    'modelled'
);

CREATE TYPE FARMLAND_USE AS ENUM(
    'paddy',
    'dry_cropland',
    'perennial'
);

CREATE TYPE SOIL_CLASS AS ENUM(
    'high_activity_clay',
    'low_activity_clay',
    'sandy',
    'wetland_soil'
);

CREATE TYPE TILLAGE AS ENUM(
    'full',
    'reduced',
    'no_till'
);

CREATE TYPE INPUT_LEVEL AS ENUM(
    'low',
    'medium',
    'high',
    'high_with_manure'
);

CREATE TABLE wetland_surveys (
    survey INTEGER PRIMARY KEY,
    definition VARCHAR NOT NULL,
    simulated BOOLEAN NOT NULL
);

CREATE TABLE wetlands (
    survey INTEGER NOT NULL,
    load_id VARCHAR NOT NULL,
    wetland_id VARCHAR NOT NULL,
    source_file VARCHAR NOT NULL,
    source_row BIGINT NOT NULL,
    region_code VARCHAR NOT NULL,
    wetland_name VARCHAR,
    wetland_class WETLAND_CLASS NOT NULL,
    class_code VARCHAR,
    area_ha DECIMAL(14, 4) NOT NULL,
    in_plan_list BOOLEAN,
    managed BOOLEAN,
    water_source VARCHAR,
    salinity_ppt DECIMAL(6, 2),
    protection_form PROTECTION_FORM,
    protected_area_name VARCHAR,
    vegetation VARCHAR,
    vegetated_area_ha DECIMAL(14, 4),
    vegetation_cover_fraction DECIMAL(4, 3),
    soil_type SOIL_TYPE,
    nutrient_status NUTRIENT_STATUS,
    trophic_state TROPHIC_STATE,
    year_flooded INTEGER,
    event WETLAND_EVENT,
    event_year INTEGER,
    former_use FORMER_USE,
    burial_t_c_per_ha_per_year DECIMAL(8, 4),
    stand_id VARCHAR,
    record_year INTEGER,
    remark VARCHAR
);

CREATE TABLE cores (
    survey INTEGER NOT NULL,
    load_id VARCHAR NOT NULL,
    core_id VARCHAR NOT NULL,
    source_file VARCHAR NOT NULL,
    source_row BIGINT NOT NULL,
    wetland_id VARCHAR,
    region_code VARCHAR,
    wetland_class WETLAND_CLASS,
    study VARCHAR,
    longitude DECIMAL(9, 5),
    latitude DECIMAL(8, 5),
    sampled_year INTEGER,
    depth_top_cm DECIMAL(8, 3) NOT NULL,
    depth_bottom_cm DECIMAL(8, 3) NOT NULL,
    bulk_density_g_per_cm3 DECIMAL(8, 6),
    organic_matter_fraction DECIMAL(8, 7),
    carbon_fraction DECIMAL(8, 7),
    carbon_kind CARBON_KIND,
    coarse_fraction DECIMAL(8, 7),
    remark VARCHAR
);

CREATE TABLE protected_areas (
    survey INTEGER NOT NULL,
    load_id VARCHAR NOT NULL,
    protected_area_id VARCHAR NOT NULL,
    source_file VARCHAR NOT NULL,
    source_row BIGINT NOT NULL,
    protected_area_name VARCHAR,
    protection_form PROTECTION_FORM,
    wetland_id VARCHAR,
    protected_area_ha DECIMAL(14, 4),
    remark VARCHAR
);

CREATE TABLE farmland (
    survey INTEGER NOT NULL,
    load_id VARCHAR NOT NULL,
    farmland_id VARCHAR NOT NULL,
    source_file VARCHAR NOT NULL,
    source_row BIGINT NOT NULL,
    region_code VARCHAR NOT NULL,
    farmland_use FARMLAND_USE NOT NULL,
    soil_class SOIL_CLASS,
    tillage TILLAGE,
    input_level INPUT_LEVEL,
    area_ha DECIMAL(14, 4) NOT NULL,
    land_use_factor DECIMAL(6, 4),
    management_factor DECIMAL(6, 4),
    input_factor DECIMAL(6, 4),
    remark VARCHAR
);

CREATE TABLE wetland_geometries (
    survey INTEGER NOT NULL,
    load_id VARCHAR NOT NULL,
    wetland_id VARCHAR NOT NULL,
    crs VARCHAR,
    geometry_area_ha DECIMAL(14, 4),
    geometry_wkb BLOB NOT NULL
);

CREATE TABLE protected_area_geometries (
    survey INTEGER NOT NULL,
    load_id VARCHAR NOT NULL,
    protected_area_id VARCHAR NOT NULL,
    crs VARCHAR,
    geometry_area_ha DECIMAL(14, 4),
    geometry_wkb BLOB NOT NULL
);

ALTER TABLE estimates ADD COLUMN land VARCHAR;
ALTER TABLE estimate_budgets ADD COLUMN wetland_class VARCHAR;
ALTER TABLE estimate_budgets ADD COLUMN gas VARCHAR;
ALTER TABLE estimate_gradients ADD COLUMN wetland_class VARCHAR;
ALTER TABLE estimate_gradients ADD COLUMN gas VARCHAR;
ALTER TABLE estimate_residuals ADD COLUMN wetland_class VARCHAR;
ALTER TABLE estimate_residuals ADD COLUMN gas VARCHAR;
ALTER TABLE estimate_budgets ADD COLUMN land VARCHAR;
ALTER TABLE estimate_gradients ADD COLUMN land VARCHAR;
ALTER TABLE estimate_residuals ADD COLUMN land VARCHAR;
-- of two samples of one study about a model
ALTER TABLE models ADD COLUMN residual_correlation DOUBLE DEFAULT 0;
ALTER TABLE runs ADD COLUMN gwp_set VARCHAR;
ALTER TABLE runs ADD COLUMN core_options VARCHAR;

-- loads that a run rests on, beside that of `runs`
CREATE TABLE run_loads (
    run_id VARCHAR NOT NULL,
    table_name VARCHAR NOT NULL,
    load_id VARCHAR NOT NULL
);

-- wetlands that were estimated, and those that were not, by reason
CREATE TABLE wetland_flags (
    run_id VARCHAR NOT NULL,
    flag VARCHAR NOT NULL,
    region_code VARCHAR NOT NULL,
    wetland_class VARCHAR NOT NULL,
    pool VARCHAR,
    gas VARCHAR,
    wetlands BIGINT NOT NULL,
    area_ha DECIMAL(20, 4) NOT NULL
);

-- yearly fluxes of a run by the rule that gives them, in tonnes of the gas
CREATE TABLE run_wetland_fluxes (
    run_id VARCHAR NOT NULL,
    region_code VARCHAR NOT NULL,
    wetland_class VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,
    quantity VARCHAR NOT NULL,
    gas VARCHAR NOT NULL,
    mass_t DOUBLE NOT NULL,
    low_t DOUBLE,
    high_t DOUBLE,
    wetlands BIGINT NOT NULL,
    area_ha DECIMAL(20, 4) NOT NULL
);

-- farmland whose soil was estimated in a special way or not at all
CREATE TABLE farmland_flags (
    run_id VARCHAR NOT NULL,
    flag VARCHAR NOT NULL,
    farmland_use VARCHAR NOT NULL,
    records BIGINT NOT NULL,
    area_ha DECIMAL(20, 4) NOT NULL
);

-- stock of every core of a run
CREATE TABLE run_core_stocks (
    run_id VARCHAR NOT NULL,
    core_id VARCHAR NOT NULL,
    depth_cm INTEGER NOT NULL,
    wetland_id VARCHAR,
    wetland_class WETLAND_CLASS,
    region_code VARCHAR,
    outcome VARCHAR NOT NULL,
    carbon_t_per_ha DOUBLE,
    carbon_t_per_ha_se DOUBLE,
    reached_cm DOUBLE NOT NULL,
    gap_fraction DOUBLE NOT NULL,
    extrapolated_fraction DOUBLE NOT NULL,
    modelled_fraction DOUBLE NOT NULL,
    total_carbon_fraction DOUBLE NOT NULL
);

-- a wetland that is forest land too, with the stand that holds it and counts it
CREATE VIEW wetlands_in_stands AS
SELECT
    wetlands.survey,
    wetlands.wetland_id,
    wetlands.region_code,
    wetlands.wetland_class,
    wetlands.area_ha,
    stands.stand_id,
    stands.vegetation_class,
    stands.area_ha AS stand_area_ha
FROM wetlands
INNER JOIN stands
    ON
        wetlands.survey = stands.survey
        AND stands.stand_id = coalesce(wetlands.stand_id, wetlands.wetland_id)
WHERE
    wetlands.wetland_class IN ('mangrove', 'forest_swamp', 'shrub_swamp')
    -- no biomass is estimated for stands of other classes
    AND stands.vegetation_class IN ('arbor', 'bamboo', 'economic', 'special_shrub');
