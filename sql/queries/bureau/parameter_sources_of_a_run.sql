-- name: parameter_sources_of_a_run
-- title_zh: 一次运行的参数来源
-- title_en: Sources of the parameters of a run
-- question_zh: 某次估算的参数来自哪些文献,各有多少个,多少个未核对原文?
-- question_en: Which sources do the parameters of an estimate come from, how many of each, and
--   how many were not read in the source?
-- grain: run_id, source_id
-- command: sinkcalc estimate --survey {survey} --kind {kind} --by {by_keys}
-- param: $survey INTEGER? 2023 | 调查年度,缺省为最近一次 | survey year, the latest by default
-- param: $kind VARCHAR? forest | 类型:forest、wetland、soil,缺省为 forest | kind: forest, wetland or
--   soil, forest by default
-- param: $by_keys VARCHAR? region | 分组,缺省为不分组 | keys of the groups, none by default
-- param: $method VARCHAR? cbef-zhejiang | 方法,缺省为该类的默认方法 | method, the default one of the kind if
--   none
-- returns: survey - | 调查年度 | survey year
-- returns: kind - | 类型 | kind
-- returns: by_keys - | 分组 | keys of the groups
-- returns: method - | 方法 | method
-- returns: run_id - | 运行编号 | run
-- returns: source_id - | 来源编号 | source
-- returns: source_title - | 来源 | title of the source
-- returns: doi - | DOI | DOI
-- returns: url - | 网址 | URL
-- returns: licence - | 许可 | licence
-- returns: parameters_used - | 参数个数 | parameters
-- returns: recalled_parameters - | 其中凭记忆录入的 | of them recalled
-- returns: read_parameters - | 其中读过原文的 | of them read in the source
-- returns: statuses - | 性质 | kinds of status
WITH
parameters AS (
    SELECT
        run_id,
        survey,
        kind,
        by_keys,
        method,
        source_id,
        source_title,
        doi,
        url,
        licence,
        parameter_id,
        status,
        evidence
    FROM bureau.parameters
    WHERE
        is_latest
        AND kind = coalesce($kind, 'forest')
        AND by_keys = coalesce($by_keys, '')
        -- wetlands and soils have one method of their own
        AND (
            method = coalesce($method, bureau.default_method())
            OR kind != 'forest'
        )
),

asked AS (
    SELECT coalesce($survey, max(survey)) AS survey
    FROM parameters
),

counted AS (
    SELECT
        parameters.run_id,
        parameters.survey,
        parameters.kind,
        parameters.by_keys,
        parameters.method,
        parameters.source_id,
        parameters.source_title,
        parameters.doi,
        parameters.url,
        parameters.licence,
        count(*) AS parameters_used,
        count(*) FILTER (WHERE parameters.evidence = 'recalled') AS recalled_parameters,
        count(*) FILTER (WHERE parameters.evidence = 'read') AS read_parameters,
        string_agg(DISTINCT parameters.status, ', ' ORDER BY parameters.status) AS statuses
    FROM parameters
    INNER JOIN asked ON parameters.survey = asked.survey
    GROUP BY
        parameters.run_id,
        parameters.survey,
        parameters.kind,
        parameters.by_keys,
        parameters.method,
        parameters.source_id,
        parameters.source_title,
        parameters.doi,
        parameters.url,
        parameters.licence
)

SELECT
    survey,
    kind,
    by_keys,
    method,
    run_id,
    source_id,
    source_title,
    doi,
    url,
    licence,
    parameters_used,
    recalled_parameters,
    read_parameters,
    statuses
FROM counted
ORDER BY survey ASC, run_id ASC, parameters_used DESC, source_id ASC;
