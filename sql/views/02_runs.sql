-- zh: 估算运行;每行一次。is_current:所依据的各次入库此后没有被替换;
-- is_latest:同一调查、类型、方法与分组中最近一次现行运行,先取用方法自带选项的(usual)
-- en: runs of estimates; one row a run. is_current: no load that it rests on was replaced since;
-- is_latest: the last current run of its survey, kind, method and grouping, those with the
-- method's own options (usual) first
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
    SELECT rested.run_id
    FROM rested
    LEFT JOIN main.loads ON rested.load_id = loads.load_id
    WHERE loads.load_id IS NULL
    UNION
    -- of the survey that only chose the classes a run has the year, not the load
    SELECT runs.run_id
    FROM main.runs
    INNER JOIN main.loads ON runs.class_survey = loads.survey AND loads.table_name = 'stands'
    WHERE runs.survey != runs.class_survey AND loads.loaded_at > runs.run_at
),

judged AS (
    SELECT
        runs.*,
        outdated.run_id IS NULL AS is_current,
        -- of runs from before this was recorded
        coalesce(runs.usual, runs.controls_id IS NULL AND runs.errors_file IS NULL) AS is_usual
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
        ORDER BY
            judged.is_usual DESC, judged.soil_depth_cm DESC, judged.run_at DESC, judged.run_id ASC
    ) = 1 AS is_latest,
    judged.is_usual,
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
