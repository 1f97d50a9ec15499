-- Models fitted to samples, with what they rest on and the candidates they were chosen from.

CREATE TABLE models (
    model_id VARCHAR PRIMARY KEY,
    calibration_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    sample_group VARCHAR NOT NULL,
    form VARCHAR NOT NULL,
    estimator VARCHAR NOT NULL,
    samples BIGINT NOT NULL,
    sites BIGINT NOT NULL,
    df DOUBLE NOT NULL,
    residual_variance DOUBLE NOT NULL,
    residual_power DOUBLE NOT NULL,
    residual_base VARCHAR NOT NULL,
    log_correction VARCHAR NOT NULL,
    correction_factor DOUBLE NOT NULL,
    x_min DOUBLE NOT NULL,
    x_max DOUBLE NOT NULL,
    h_min DOUBLE,
    h_max DOUBLE,
    biomass_pool VARCHAR NOT NULL,
    cv_bias DOUBLE,
    cv_rmse DOUBLE,
    cv_relative_rmse DOUBLE,
    cv_relative_error DOUBLE,
    options VARCHAR NOT NULL,
    sample_file VARCHAR NOT NULL,
    sample_sha256 VARCHAR NOT NULL,
    rows_in BIGINT NOT NULL,
    rows_rejected BIGINT NOT NULL,
    active BOOLEAN NOT NULL,
    program_version VARCHAR NOT NULL,
    calibrated_at TIMESTAMP NOT NULL
);

CREATE TABLE model_coefficients (
    model_id VARCHAR NOT NULL,
    place INTEGER NOT NULL,
    symbol VARCHAR NOT NULL,
    coefficient DOUBLE NOT NULL,
    se DOUBLE NOT NULL,
    unit VARCHAR NOT NULL
);

CREATE TABLE model_covariance (
    model_id VARCHAR NOT NULL,
    row_symbol VARCHAR NOT NULL,
    column_symbol VARCHAR NOT NULL,
    covariance DOUBLE NOT NULL
);

CREATE TABLE model_shared_errors (
    model_id VARCHAR NOT NULL,
    symbol VARCHAR NOT NULL,
    factor INTEGER NOT NULL,
    loading DOUBLE NOT NULL
);

CREATE TABLE model_candidates (
    calibration_id VARCHAR NOT NULL,
    sample_group VARCHAR NOT NULL,
    form VARCHAR NOT NULL,
    estimator VARCHAR NOT NULL,
    samples BIGINT NOT NULL,
    sites BIGINT NOT NULL,
    a DOUBLE,
    a_se DOUBLE,
    b DOUBLE,
    b_se DOUBLE,
    c DOUBLE,
    c_se DOUBLE,
    aic DOUBLE,
    r2 DOUBLE,
    bias DOUBLE,
    rmse DOUBLE,
    relative_rmse DOUBLE,
    relative_error DOUBLE,
    cv_bias DOUBLE,
    cv_rmse DOUBLE,
    cv_relative_rmse DOUBLE,
    cv_relative_error DOUBLE,
    refused BOOLEAN NOT NULL,
    chosen BOOLEAN NOT NULL
);
