-- zh: 拒收的行与原因;每行一个文件行的一个原因
-- en: rejected rows and why; one row a reason and row of a file
CREATE VIEW bureau.rejected_rows AS
SELECT
    rejected_rows.load_id,
    loads.survey,
    loads.table_name,
    loads.table_name_zh,
    rejected_rows.source_file,
    rejected_rows.source_row,
    rejected_rows.column_name,
    rejected_rows.value,
    rejected_rows.rule,
    rejected_rows.reason_zh,
    rejected_rows.reason_en,
    rejected_rows.remedy_zh,
    rejected_rows.remedy_en,
    rejected_rows.raw
FROM main.rejected_rows
LEFT JOIN bureau.loads ON rejected_rows.load_id = loads.load_id;
