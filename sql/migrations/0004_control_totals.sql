-- Weights that bring stands to the control totals of plots, beside the stands and never in them.

CREATE TABLE control_calibrations (
    calibration_id VARCHAR PRIMARY KEY,
    survey INTEGER NOT NULL,
    load_id VARCHAR NOT NULL,
    plot_survey INTEGER NOT NULL,
    plots_load_id VARCHAR NOT NULL,
    by_keys VARCHAR NOT NULL,
    method VARCHAR NOT NULL,
    weight_lower DOUBLE,
    weight_upper DOUBLE,
    min_plots INTEGER NOT NULL,
    verdict VARCHAR NOT NULL,
    difference_in_se DOUBLE,
    largest_miss DOUBLE NOT NULL,
    weight_min DOUBLE NOT NULL,
    weight_max DOUBLE NOT NULL,
    volume_before_m3 DOUBLE NOT NULL,
    volume_after_m3 DOUBLE NOT NULL,
    volume_after_m3_se DOUBLE NOT NULL,
    program_version VARCHAR NOT NULL,
    calibrated_at TIMESTAMP NOT NULL,
    simulated BOOLEAN NOT NULL
);

CREATE TABLE control_totals (
    calibration_id VARCHAR NOT NULL,
    margin INTEGER NOT NULL,
    control VARCHAR NOT NULL,
    plots BIGINT NOT NULL,
    given_m3 DOUBLE NOT NULL,
    given_m3_se DOUBLE NOT NULL,
    before_m3 DOUBLE NOT NULL,
    after_m3 DOUBLE NOT NULL
);

CREATE TABLE control_weights (
    calibration_id VARCHAR NOT NULL,
    region_code VARCHAR NOT NULL,
    species SPECIES,
    origin ORIGIN,
    age_group AGE_GROUP,
    stands BIGINT NOT NULL,
    area_ha DECIMAL(20, 4) NOT NULL,
    volume_before_m3 DECIMAL(20, 4) NOT NULL,
    weight DOUBLE NOT NULL,
    volume_after_m3 DOUBLE NOT NULL,
    volume_after_m3_se DOUBLE,
    variance_contribution DOUBLE
);

CREATE VIEW calibrated_stands AS
SELECT
    control_calibrations.calibration_id,
    stands.survey,
    stands.stand_id,
    stands.region_code,
    stands.species,
    stands.origin,
    stands.age_group,
    stands.area_ha,
    stands.volume_m3,
    control_weights.weight,
    stands.volume_m3 * control_weights.weight AS calibrated_volume_m3
FROM control_calibrations
INNER JOIN control_weights
    ON control_calibrations.calibration_id = control_weights.calibration_id
INNER JOIN stands
    ON
        control_calibrations.load_id = stands.load_id
        AND control_weights.region_code = stands.region_code
        AND control_weights.species IS NOT DISTINCT FROM stands.species
        AND control_weights.origin IS NOT DISTINCT FROM stands.origin
        AND control_weights.age_group IS NOT DISTINCT FROM stands.age_group
WHERE stands.vegetation_class = 'arbor' AND stands.volume_m3 IS NOT NULL;
