-- zh: 由几次运行或几期调查算出的结果;每行一次。is_current:此后没有数据入库;is_latest:同一类型、选项与分组中最近一次现行结果
-- en: results computed from several runs or surveys; one row a result. is_current: nothing was
-- loaded since; is_latest: the last current result of its kind, options and grouping
CREATE VIEW bureau.results AS
WITH
last_load AS (
    SELECT max(loaded_at) AS loaded_at
    FROM main.loads
),

judged AS (
    SELECT
        results.*,
        coalesce(results.made_at >= last_load.loaded_at, TRUE) AS is_current
    FROM main.results
    CROSS JOIN last_load
)

SELECT
    judged.result_id,
    judged.kind,
    kinds.zh AS kind_zh,
    judged.options,
    judged.by_keys,
    judged.is_current,
    judged.is_current AND row_number() OVER (
        PARTITION BY judged.is_current, judged.kind, judged.options, judged.by_keys
        ORDER BY judged.made_at DESC, judged.result_id ASC
    ) = 1 AS is_latest,
    judged.simulated,
    judged.program_version,
    judged.made_at
FROM judged
LEFT JOIN main.words AS kinds ON judged.kind = kinds.word;
