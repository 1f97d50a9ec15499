-- name: warned_rows_by_rule
-- title_zh: 有提示的行按规则
-- title_en: Rows with a warning, by rule
-- question_zh: 入库的行中哪些规则给出了提示,各有多少行?
-- question_en: Which rules warn of rows that are loaded, and of how many?
-- grain: survey, table_name, rule, column_name
-- command: sinkcalc load stands stands.csv --survey {survey} --warnings warnings.csv
-- param: $survey INTEGER? 2023 | 调查年度,缺省为全部 | survey year, all by default
-- param: $table_name VARCHAR? stands | 表,缺省为全部 | table, all by default
-- returns: survey - | 调查年度 | survey year
-- returns: table_name - | 表 | table
-- returns: table_name_zh - | 表(中文) | table in Chinese
-- returns: rule - | 规则 | rule
-- returns: rule_zh - | 规则(中文) | rule in Chinese
-- returns: column_name - | 列 | column
-- returns: warned_rows - | 有提示的行数(一行可有几个提示,不可相加) | rows with the warning; a row may have several,
--   so they do not add up
-- returns: findings - | 提示数 | findings
-- returns: share_of_rows_fraction 1 | 占读入行数 | share of the rows read
-- returns: load_id - | 入库编号 | load
-- returns: loaded_at - | 入库时间 | loaded at
WITH
final AS (
    SELECT
        survey,
        table_name,
        table_name_zh,
        rule,
        rule_zh,
        column_name,
        row_count AS warned_rows,
        findings,
        row_count / nullif(rows_in, 0) AS share_of_rows_fraction,
        load_id,
        loaded_at
    FROM bureau.data_quality
    WHERE
        outcome = 'warned'
        AND survey = coalesce($survey, survey)
        AND table_name = coalesce($table_name, table_name)
)

SELECT
    survey,
    table_name,
    table_name_zh,
    rule,
    rule_zh,
    column_name,
    warned_rows,
    findings,
    share_of_rows_fraction,
    load_id,
    loaded_at
FROM final
ORDER BY survey ASC, table_name ASC, warned_rows DESC, rule ASC, column_name ASC;
