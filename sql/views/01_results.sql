-- zh: 由几次运行或几期调查算出的结果;每行一次。is_latest:同一对象与分组中最近一次现行结果(不含自备目标、其他情景、往年,以及非方法自带选项的变化)
-- en: results computed from several runs or surveys; one row a result.
-- is_current: nothing was loaded or removed since; is_latest: the last current result of its kind,
-- subject and grouping, without those of own targets, other scenarios or an earlier year, and of
-- changes without those of other options than the method's own
CREATE VIEW bureau.results AS
WITH
loaded AS (
    SELECT coalesce(string_agg(loads.load_id, ',' ORDER BY loads.load_id), '') AS loads
    FROM main.loads
),

judged AS (
    SELECT
        results.result_id,
        results.kind,
        results.subject,
        results.options,
        results.by_keys,
        results.standing,
        results.program_version,
        results.simulated,
        results.made_at,
        results.loads = loaded.loads AS is_current
    FROM main.results
    CROSS JOIN loaded
)

SELECT
    judged.result_id,
    judged.kind,
    kinds.zh AS kind_zh,
    judged.subject,
    judged.options,
    judged.by_keys,
    judged.is_current,
    judged.is_current AND judged.standing AND row_number() OVER (
        PARTITION BY
            judged.is_current, judged.standing, judged.kind, judged.subject, judged.by_keys
        ORDER BY judged.made_at DESC, judged.result_id ASC
    ) = 1 AS is_latest,
    judged.simulated,
    judged.program_version,
    judged.made_at
FROM judged
LEFT JOIN main.words AS kinds ON judged.kind = kinds.word;
