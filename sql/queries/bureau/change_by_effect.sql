-- name: change_by_effect
-- title_zh: 各县变化中面积、密度、树种的作用
-- title_en: Effects of area, density and species in the change by county
-- question_zh: 各县蓄积与碳的变化中,面积、密度和树种结构各起多大作用?
-- question_en: How much of the change of every county came from area, from density and from
--   species?
-- grain: survey_from, survey_to, region_code, quantity, pool
-- command: sinkcalc change --from {first} --to {last} --effects --by region
-- param: $first INTEGER? 2020 | 起年,缺省为止年之前最近的 | earlier survey, the nearest by default
-- param: $last INTEGER? 2023 | 止年,缺省为最近的 | later survey, the latest by default
-- param: $method VARCHAR? cbef-zhejiang | 方法,缺省为默认方法 | method, the default one if none
-- returns: survey_from - | 起年 | earlier survey
-- returns: survey_to - | 止年 | later survey
-- returns: region_code - | 行政区代码 | region code
-- returns: region_name - | 行政区 | region
-- returns: quantity - | 指标 | quantity
-- returns: pool - | 碳库 | pool
-- returns: depth_cm cm | 土壤深度 | depth of the soil
-- returns: change - | 变化 | change
-- returns: unit - | 单位 | unit
-- returns: change_se - | 变化的标准误 | its standard error
-- returns: area_effect - | 面积作用 | effect of area
-- returns: area_effect_se - | 面积作用的标准误 | its standard error
-- returns: density_effect - | 密度作用 | effect of density
-- returns: density_effect_se - | 密度作用的标准误 | its standard error
-- returns: species_effect - | 树种作用 | effect of species
-- returns: species_effect_se - | 树种作用的标准误 | its standard error
-- returns: se_reason - | 误差依据 | what the errors rest on
-- returns: series_break - | 序列中断 | break of the series
-- returns: method - | 方法 | method
-- returns: definition - | 口径 | definition
-- returns: result_id - | 结果编号 | result
-- returns: simulated - | 模拟 | simulated
WITH
effects AS (
    SELECT
        survey_from,
        survey_to,
        region_code,
        region_name,
        quantity,
        pool,
        depth_cm,
        change,
        unit,
        change_se,
        area_effect,
        area_effect_se,
        density_effect,
        density_effect_se,
        species_effect,
        species_effect_se,
        se_reason,
        series_break,
        method,
        definition,
        result_id,
        simulated
    FROM bureau.change_effects
    WHERE
        is_latest
        AND method = coalesce($method, bureau.default_method())
),

results AS (
    SELECT
        result_id,
        by_keys
    FROM bureau.results
    WHERE is_latest
),

counties AS (
    SELECT
        effects.survey_from,
        effects.survey_to,
        effects.region_code,
        effects.region_name,
        effects.quantity,
        effects.pool,
        effects.depth_cm,
        effects.change,
        effects.unit,
        effects.change_se,
        effects.area_effect,
        effects.area_effect_se,
        effects.density_effect,
        effects.density_effect_se,
        effects.species_effect,
        effects.species_effect_se,
        effects.se_reason,
        effects.series_break,
        effects.method,
        effects.definition,
        effects.result_id,
        effects.simulated
    FROM effects
    INNER JOIN results ON effects.result_id = results.result_id
    WHERE results.by_keys = 'region'
),

years AS (
    SELECT
        survey_from,
        survey_to
    FROM counties
    WHERE
        survey_from = coalesce($first, survey_from)
        AND survey_to = coalesce($last, survey_to)
    ORDER BY survey_to DESC, survey_from DESC
    LIMIT 1
),

final AS (
    SELECT
        counties.survey_from,
        counties.survey_to,
        counties.region_code,
        counties.region_name,
        counties.quantity,
        counties.pool,
        counties.depth_cm,
        counties.change,
        counties.unit,
        counties.change_se,
        counties.area_effect,
        counties.area_effect_se,
        counties.density_effect,
        counties.density_effect_se,
        counties.species_effect,
        counties.species_effect_se,
        counties.se_reason,
        counties.series_break,
        counties.method,
        counties.definition,
        counties.result_id,
        counties.simulated
    FROM counties
    INNER JOIN years
        ON counties.survey_from = years.survey_from AND counties.survey_to = years.survey_to
)

SELECT
    survey_from,
    survey_to,
    region_code,
    region_name,
    quantity,
    pool,
    depth_cm,
    change,
    unit,
    change_se,
    area_effect,
    area_effect_se,
    density_effect,
    density_effect_se,
    species_effect,
    species_effect_se,
    se_reason,
    series_break,
    method,
    definition,
    result_id,
    simulated
FROM final
ORDER BY survey_from, survey_to, region_code, quantity, pool NULLS FIRST;
