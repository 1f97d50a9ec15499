-- zh: 各次运行用到的参数及其来源;每行一次运行的一个参数
-- en: parameters that runs rest on, with their sources; one row a run and parameter
CREATE VIEW bureau.parameters AS
SELECT
    run_parameters.run_id,
    runs.kind,
    runs.kind_zh,
    runs.survey,
    runs.method,
    runs.method_zh,
    runs.by_keys,
    runs.is_current,
    runs.is_latest,
    run_parameters.parameter_id,
    run_parameters.symbol,
    run_parameters.value,
    run_parameters.unit,
    run_parameters.status,
    statuses.zh AS status_zh,
    run_parameters.evidence,
    evidences.zh AS evidence_zh,
    run_parameters.source_id,
    sources.title AS source_title,
    sources.doi,
    sources.url,
    sources.licence,
    run_parameters.locator
FROM main.run_parameters
LEFT JOIN bureau.runs ON run_parameters.run_id = runs.run_id
LEFT JOIN main.sources ON run_parameters.source_id = sources.source_id
LEFT JOIN main.words AS statuses ON run_parameters.status = statuses.word
LEFT JOIN main.words AS evidences ON run_parameters.evidence = evidences.word;
