-- zh: 数据质量;每行一次入库的一条规则与处理结果(入库 accepted、提示 warned、拒收 rejected)。row_count 为涉及的行数;一行可违反几条规则,故拒收行数不可相加
-- en: quality of the data; one row a load, outcome (accepted, warned, rejected) and rule. A row
-- may break several rules, so rows are not added over rules: the sums of a load stand in
-- loads
CREATE VIEW bureau.data_quality AS
WITH
accepted AS (
    SELECT
        load_id,
        'accepted' AS outcome,
        NULL AS rule,  -- noqa: RF04
        NULL AS column_name,
        rows_accepted AS row_count,
        0 AS findings
    FROM bureau.loads
),

warned AS (
    SELECT
        load_id,
        'warned' AS outcome,
        rule,
        column_name,
        count(DISTINCT row(source_file, source_row)) AS row_count,
        count(*) AS findings
    FROM main.warned_rows
    GROUP BY load_id, rule, column_name
),

rejected AS (
    SELECT
        load_id,
        'rejected' AS outcome,
        rule,
        column_name,
        count(DISTINCT row(source_file, source_row)) AS row_count,
        count(*) AS findings
    FROM main.rejected_rows
    GROUP BY load_id, rule, column_name
),

united AS (
    SELECT *
    FROM accepted
    UNION ALL
    SELECT *
    FROM warned
    UNION ALL
    SELECT *
    FROM rejected
)

SELECT
    united.load_id,
    loads.survey,
    loads.table_name,
    loads.table_name_zh,
    united.outcome,
    outcomes.zh AS outcome_zh,
    united.rule,
    rules.zh AS rule_zh,
    united.column_name,
    united.row_count,
    united.findings,
    loads.rows_in,
    loads.loaded_at
FROM united
LEFT JOIN bureau.loads ON united.load_id = loads.load_id
LEFT JOIN main.words AS outcomes ON 'quality.' || united.outcome = outcomes.word
LEFT JOIN main.words AS rules ON 'check.' || united.rule = rules.word;
