-- zh: 入库记录;每行一次入库,行数为其全部文件之和
-- en: loads; one row a load, with the rows of all its files
CREATE VIEW bureau.loads AS
WITH
counted AS (
    SELECT
        load_id,
        count(*) AS files,
        sum(rows_in)::BIGINT AS rows_in,
        sum(rows_accepted)::BIGINT AS rows_accepted,
        sum(rows_rejected)::BIGINT AS rows_rejected
    FROM main.load_files
    GROUP BY load_id
),

warned AS (
    SELECT
        load_id,
        count(DISTINCT row(source_file, source_row)) AS rows_warned
    FROM main.warned_rows
    GROUP BY load_id
)

SELECT
    loads.load_id,
    loads.survey,
    loads.table_name,
    loaded.zh AS table_name_zh,
    loads.profile,
    loads.profile_sha256,
    counted.files,
    counted.rows_in,
    counted.rows_accepted,
    counted.rows_rejected,
    coalesce(warned.rows_warned, 0) AS rows_warned,
    loads.previous_load_id,
    loads.program_version,
    loads.loaded_at
FROM main.loads
LEFT JOIN counted ON loads.load_id = counted.load_id
LEFT JOIN warned ON loads.load_id = warned.load_id
LEFT JOIN main.words AS loaded ON loads.table_name = loaded.word;
