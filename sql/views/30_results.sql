-- one result of a command a row, rows of it in the views of their own.
-- is_current: nothing was loaded or removed since; is_latest: the last current one of its kind,
-- subject and grouping that rests on no file of a user's own and on no what-if
CREATE VIEW bureau.results AS
WITH
loaded AS (
    SELECT coalesce(string_agg(loads.load_id, ',' ORDER BY loads.load_id), '') AS loads
    FROM main.loads
),

ranked AS (
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
        results.loads = loaded.loads AS is_current,
        row_number() OVER (
            PARTITION BY
                results.loads = loaded.loads,
                results.standing,
                results.kind,
                results.subject,
                results.by_keys
            ORDER BY results.made_at DESC, results.result_id ASC
        ) AS place
    FROM main.results
    CROSS JOIN loaded
)

SELECT
    result_id,
    kind,
    subject,
    options,
    by_keys,
    is_current,
    is_current AND standing AND place = 1 AS is_latest,
    program_version,
    simulated,
    made_at
FROM ranked;
