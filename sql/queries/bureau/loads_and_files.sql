-- name: loads_and_files
-- title_zh: 入库的文件
-- title_en: Files that are loaded
-- question_zh: 库中每张表来自哪些文件,校验和是什么,各有多少行入库、多少行被拒收?
-- question_en: Which files does every table come from, with which checksum, and how many rows
--   were accepted and rejected?
-- grain: survey, table_name, source_file, layer
-- command: sinkcalc surveys
-- param: $survey INTEGER? 2023 | 调查年度,缺省为全部 | survey year, all by default
-- returns: survey - | 调查年度 | survey year
-- returns: table_name - | 表 | table
-- returns: table_name_zh - | 表(中文) | table in Chinese
-- returns: source_file - | 文件 | file
-- returns: layer - | 图层或工作表 | layer or sheet
-- returns: sha256 - | 校验和 SHA-256 | checksum, SHA-256
-- returns: encoding - | 编码 | encoding
-- returns: rows_in - | 读入行数 | rows read
-- returns: rows_accepted - | 入库行数 | rows accepted
-- returns: rows_rejected - | 拒收行数 | rows rejected
-- returns: profile - | 读入配置 | profile
-- returns: program_version - | 程序版本 | version of the program
-- returns: loaded_at - | 入库时间 | loaded at
-- returns: load_id - | 入库编号 | load
WITH
final AS (
    SELECT
        survey,
        table_name,
        table_name_zh,
        source_file,
        layer,
        sha256,
        encoding,
        rows_in,
        rows_accepted,
        rows_rejected,
        profile,
        program_version,
        loaded_at,
        load_id
    FROM bureau.load_files
    WHERE survey = coalesce($survey, survey)
)

SELECT
    survey,
    table_name,
    table_name_zh,
    source_file,
    layer,
    sha256,
    encoding,
    rows_in,
    rows_accepted,
    rows_rejected,
    profile,
    program_version,
    loaded_at,
    load_id
FROM final
ORDER BY survey, table_name, source_file, layer NULLS FIRST, load_id;
