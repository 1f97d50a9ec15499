-- name: parameters_recalled_and_where_used
-- title_zh: 凭记忆录入的参数及其用处
-- title_en: Parameters that were recalled, and where they are used
-- question_zh: 哪些参数未核对原文、凭记忆录入,现行的哪些运行用到它们?
-- question_en: Which parameters were recalled and not read in their source, and which current
--   runs rest on them?
-- grain: parameter_id, value, source_id, locator
-- command: sinkcalc estimate --survey {survey}
-- param: $survey INTEGER? 2023 | 调查年度,缺省为全部 | survey year, all by default
-- returns: parameter_id - | 参数编号 | parameter
-- returns: symbol - | 符号 | symbol
-- returns: value - | 值,单位见 unit | value, unit as in unit
-- returns: unit - | 单位 | unit
-- returns: status - | 性质 | status
-- returns: status_zh - | 性质(中文) | status in Chinese
-- returns: source_id - | 来源编号 | source
-- returns: source_title - | 来源 | title of the source
-- returns: locator - | 出处 | where in the source
-- returns: runs - | 用到它的现行运行数 | current runs that rest on it
-- returns: kinds - | 运行的类型 | kinds of the runs
-- returns: surveys - | 运行的调查年度 | surveys of the runs
-- returns: methods - | 运行的方法 | methods of the runs
WITH
used AS (
    SELECT
        parameter_id,
        symbol,
        value,
        unit,
        status,
        status_zh,
        source_id,
        source_title,
        locator,
        run_id,
        kind,
        survey,
        method
    FROM bureau.parameters
    WHERE
        is_current
        AND evidence = 'recalled'
        AND survey = coalesce($survey, survey)
),

counted AS (
    SELECT
        parameter_id,
        symbol,
        value,
        unit,
        status,
        status_zh,
        source_id,
        source_title,
        locator,
        count(DISTINCT run_id) AS runs,
        string_agg(DISTINCT kind, ', ' ORDER BY kind) AS kinds,
        string_agg(DISTINCT survey::VARCHAR, ', ' ORDER BY survey::VARCHAR) AS surveys,
        string_agg(DISTINCT method, ', ' ORDER BY method) AS methods
    FROM used
    GROUP BY
        parameter_id,
        symbol,
        value,
        unit,
        status,
        status_zh,
        source_id,
        source_title,
        locator
)

SELECT
    parameter_id,
    symbol,
    value,
    unit,
    status,
    status_zh,
    source_id,
    source_title,
    locator,
    runs,
    kinds,
    surveys,
    methods
FROM counted
ORDER BY parameter_id, value, source_id, locator;
