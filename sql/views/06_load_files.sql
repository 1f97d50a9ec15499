-- zh: 入库的文件;每行一次入库的一个文件
-- en: files that are loaded; one row a file of a load
CREATE VIEW bureau.load_files AS
SELECT
    load_files.load_id,
    loads.survey,
    loads.table_name,
    loads.table_name_zh,
    load_files.source_file,
    load_files.layer,
    load_files.sha256,
    load_files.encoding,
    load_files.rows_in,
    load_files.rows_accepted,
    load_files.rows_rejected,
    loads.profile,
    loads.program_version,
    loads.loaded_at
FROM main.load_files
LEFT JOIN bureau.loads ON load_files.load_id = loads.load_id;
