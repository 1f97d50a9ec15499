-- name: rejected_rows_by_reason
-- title_zh: 拒收的行按原因
-- title_en: Rejected rows by reason
-- question_zh: 入库的文件有多少行被拒收,原因是什么,怎样改正?
-- question_en: How many rows of the files were rejected, for which reason, and what is to be done?
-- grain: survey, table_name, source_file, rule, column_name, reason_en
-- command: sinkcalc load stands stands.csv --survey {survey} --rejects rejected.csv
-- param: $survey INTEGER? 2023 | 调查年度,缺省为全部 | survey year, all by default
-- param: $table_name VARCHAR? stands | 表,缺省为全部 | table, all by default
-- returns: survey - | 调查年度 | survey year
-- returns: table_name - | 表 | table
-- returns: table_name_zh - | 表(中文) | table in Chinese
-- returns: source_file - | 文件 | file
-- returns: rule - | 规则 | rule
-- returns: rule_zh - | 规则(中文) | rule in Chinese
-- returns: column_name - | 列 | column
-- returns: reason_zh - | 原因(中文) | reason in Chinese
-- returns: reason_en - | 原因(英文) | reason in English
-- returns: remedy_zh - | 改正办法(中文) | remedy in Chinese
-- returns: remedy_en - | 改正办法(英文) | remedy in English
-- returns: rejected_rows - | 被拒收的行数(一行可有几个原因,不可相加) | rows rejected; a row may have several
--   reasons, so they do not add up
-- returns: share_of_file_fraction 1 | 占文件行数 | share of the rows of the file
-- returns: first_row - | 首个行号 | first row
-- returns: example_value - | 该行的值 | its value
WITH
rejected AS (
    SELECT
        survey,
        table_name,
        table_name_zh,
        source_file,
        rule,
        column_name,
        reason_zh,
        reason_en,
        remedy_zh,
        remedy_en,
        load_id,
        source_row,
        value
    FROM bureau.rejected_rows
    WHERE
        survey = coalesce($survey, survey)
        AND table_name = coalesce($table_name, table_name)
),

files AS (
    SELECT
        load_id,
        source_file,
        sum(rows_in)::BIGINT AS rows_in
    FROM bureau.load_files
    GROUP BY load_id, source_file
),

counted AS (
    SELECT
        survey,
        table_name,
        table_name_zh,
        source_file,
        rule,
        column_name,
        reason_zh,
        reason_en,
        remedy_zh,
        remedy_en,
        load_id,
        count(DISTINCT source_row) AS rejected_rows,
        min(source_row) AS first_row,
        arg_min(coalesce(value, ''), source_row) AS example_value
    FROM rejected
    GROUP BY
        survey,
        table_name,
        table_name_zh,
        source_file,
        rule,
        column_name,
        reason_zh,
        reason_en,
        remedy_zh,
        remedy_en,
        load_id
),

final AS (
    SELECT
        counted.survey,
        counted.table_name,
        counted.table_name_zh,
        counted.source_file,
        counted.rule,
        counted.column_name,
        counted.reason_zh,
        counted.reason_en,
        counted.remedy_zh,
        counted.remedy_en,
        counted.rejected_rows,
        counted.first_row,
        counted.example_value,
        counted.rejected_rows / nullif(files.rows_in, 0) AS share_of_file_fraction
    FROM counted
    LEFT JOIN files
        ON counted.load_id = files.load_id AND counted.source_file = files.source_file
)

SELECT
    survey,
    table_name,
    table_name_zh,
    source_file,
    rule,
    bureau.zh('check.' || rule) AS rule_zh,
    column_name,
    reason_zh,
    reason_en,
    remedy_zh,
    remedy_en,
    rejected_rows,
    share_of_file_fraction,
    first_row,
    example_value
FROM final
ORDER BY
    survey ASC,
    table_name ASC,
    source_file ASC,
    rejected_rows DESC,
    rule ASC,
    column_name ASC,
    reason_en ASC;
