-- name: runs_on_record
-- title_zh: 存档的估算运行
-- title_en: Runs of estimates on record
-- question_zh: 做过哪些估算,依据的数据此后是否被替换,哪一次是最新的?
-- question_en: Which estimates were made, were the data that they rest on replaced since, and
--   which are the latest?
-- grain: run_id
-- command: sinkcalc runs list
-- param: $survey INTEGER? 2023 | 调查年度,缺省为全部 | survey year, all by default
-- param: $is_current BOOLEAN? true | 现行与否,缺省为全部 | of present data or not, all by default
-- returns: run_id - | 运行编号 | run
-- returns: kind - | 类型 | kind
-- returns: kind_zh - | 类型(中文) | kind in Chinese
-- returns: survey - | 调查年度 | survey year
-- returns: method - | 方法 | method
-- returns: method_zh - | 方法(中文) | method in Chinese
-- returns: by_keys - | 分组 | keys of the groups
-- returns: carbon_fraction_set - | 含碳率 | carbon fractions
-- returns: soil_depth_cm cm | 土壤深度 | depth of the soil
-- returns: class_survey - | 选择蓄积级的调查 | survey that chose the classes of volume
-- returns: stands - | 记录数 | records
-- returns: draws - | 抽样次数 | draws
-- returns: seed - | 随机种子 | seed
-- returns: errors_file - | 误差表文件 | file of own errors
-- returns: controls_id - | 总量控制编号 | control totals
-- returns: gwp_set - | GWP 版本 | set of global warming potentials
-- returns: core_options - | 土芯规则 | rules of the cores
-- returns: is_current - | 依据的数据未被替换 | the data that it rests on are the present ones
-- returns: is_latest - | 同类中最新 | the latest of its kind
-- returns: program_version - | 程序版本 | version of the program
-- returns: run_at - | 运行时间 | run at
WITH
final AS (
    SELECT
        run_id,
        kind,
        kind_zh,
        survey,
        method,
        method_zh,
        by_keys,
        carbon_fraction_set,
        soil_depth_cm,
        class_survey,
        stands,
        draws,
        seed,
        errors_file,
        controls_id,
        gwp_set,
        core_options,
        is_current,
        is_latest,
        program_version,
        run_at
    FROM bureau.runs
    WHERE
        survey = coalesce($survey, survey)
        AND is_current = coalesce($is_current, is_current)
)

SELECT
    run_id,
    kind,
    kind_zh,
    survey,
    method,
    method_zh,
    by_keys,
    carbon_fraction_set,
    soil_depth_cm,
    class_survey,
    stands,
    draws,
    seed,
    errors_file,
    controls_id,
    gwp_set,
    core_options,
    is_current,
    is_latest,
    program_version,
    run_at
FROM final
ORDER BY survey, kind, by_keys, method, run_at, run_id;
