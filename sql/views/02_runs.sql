-- zh: 估算运行;每行一次。is_current:所依据的数据此后没有重新入库;is_latest:同一调查、类型、方法、碳系数与分组中最近一次现行运行
-- en: runs of estimates; one row a run. is_current: no load that it rests on was replaced since;
-- is_latest: the last current run of its survey, kind, method, options and grouping
CREATE VIEW bureau.runs AS
WITH
rested AS (
    SELECT
        run_id,
        load_id
    FROM main.runs
    UNION ALL
    SELECT
        run_id,
        load_id
    FROM main.run_loads
    UNION ALL
    SELECT
        runs.run_id,
        control_calibrations.plots_load_id AS load_id
    FROM main.runs
    INNER JOIN main.control_calibrations ON runs.controls_id = control_calibrations.calibration_id
),

outdated AS (
    SELECT DISTINCT rested.run_id
    FROM rested
    LEFT JOIN main.loads ON rested.load_id = loads.load_id
    WHERE loads.load_id IS NULL
),

judged AS (
    SELECT
        runs.*,
        outdated.run_id IS NULL AS is_current
    FROM main.runs
    LEFT JOIN outdated ON runs.run_id = outdated.run_id
)

SELECT
    judged.run_id,
    judged.kind,
    kinds.zh AS kind_zh,
    judged.survey,
    judged.load_id,
    judged.method,
    methods.zh AS method_zh,
    judged.carbon_fraction_set,
    judged.soil_depth_cm,
    judged.by_keys,
    judged.is_current,
    judged.is_current AND row_number() OVER (
        PARTITION BY
            judged.is_current, judged.kind, judged.survey, judged.method, judged.by_keys
        ORDER BY judged.run_at DESC, judged.run_id ASC
    ) = 1 AS is_latest,
    judged.stands,
    judged.class_survey,
    judged.draws,
    judged.seed,
    judged.errors_file,
    judged.errors_sha256,
    judged.controls_id,
    judged.gwp_set,
    judged.core_options,
    judged.program_version,
    judged.run_at
FROM judged
LEFT JOIN main.words AS kinds ON judged.kind = kinds.word
LEFT JOIN main.words AS methods ON judged.method = methods.word;
