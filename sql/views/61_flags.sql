-- zh: 被特别处理或未能估算的小班、湿地与农田;每行一次运行的一个标记、类别、树种、碳库与气体(湿地按县)
-- en: stands, wetlands and farmland treated specially or not estimated; one row a run, flag,
-- class, species, pool and gas (wetlands by county)
CREATE VIEW bureau.flags AS
WITH
united AS (
    SELECT
        run_id,
        flag,
        NULL AS region_code,
        vegetation_class,
        species,
        NULL AS wetland_class,
        NULL AS farmland_use,
        pool,
        NULL AS gas,
        stands AS records,
        area_ha
    FROM main.estimate_flags
    UNION ALL
    SELECT
        run_id,
        flag,
        region_code,
        NULL AS vegetation_class,
        NULL AS species,
        wetland_class,
        NULL AS farmland_use,
        pool,
        gas,
        wetlands AS records,
        area_ha
    FROM main.wetland_flags
    UNION ALL
    SELECT
        run_id,
        flag,
        NULL AS region_code,
        NULL AS vegetation_class,
        NULL AS species,
        NULL AS wetland_class,
        farmland_use,
        NULL AS pool,
        NULL AS gas,
        records,
        area_ha
    FROM main.farmland_flags
)

SELECT
    united.run_id,
    runs.kind,
    runs.kind_zh,
    runs.survey,
    runs.method,
    runs.method_zh,
    runs.by_keys,
    runs.is_current,
    runs.is_latest,
    united.flag,
    flags.zh AS flag_zh,
    united.region_code,
    regions.name_zh AS region_name,
    united.vegetation_class,
    classes.zh AS vegetation_class_zh,
    united.species,
    trees.zh AS species_zh,
    united.wetland_class,
    wetlands.zh AS wetland_class_zh,
    united.farmland_use,
    uses.zh AS farmland_use_zh,
    united.pool,
    pools.zh AS pool_zh,
    united.gas,
    united.records,
    united.area_ha
FROM united
LEFT JOIN bureau.runs ON united.run_id = runs.run_id
LEFT JOIN main.regions ON united.region_code = regions.region_code
LEFT JOIN main.words AS flags ON united.flag = flags.word
LEFT JOIN main.words AS classes ON united.vegetation_class = classes.word
LEFT JOIN main.words AS trees ON united.species = trees.word
LEFT JOIN main.words AS wetlands ON united.wetland_class = wetlands.word
LEFT JOIN main.words AS uses ON united.farmland_use = uses.word
LEFT JOIN main.words AS pools ON united.pool = pools.word;
