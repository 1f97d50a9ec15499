-- name: provincial_inventory_table
-- title_zh: 省级清单林业部分
-- title_en: The forestry form of the provincial inventory
-- question_zh: 省级温室气体清单林业部分各项的清除与排放是多少?
-- question_en: What are the removals and emissions of every line of the provincial forestry form?
-- grain: inventory_year, region_code, category, gas
-- command: sinkcalc change --from 2020 --to 2023 --form provincial-inventory
-- param: $year INTEGER? 2023 | 清单年份,缺省为最近的 | year of the inventory, the latest by default
-- param: $region_code VARCHAR? 330106 | 县级代码,缺省为全市 | county code, the city by default
-- returns: inventory_year - | 清单年份 | year of the inventory
-- returns: region_code - | 行政区代码 | region code
-- returns: region_name - | 行政区 | region
-- returns: category - | 清单项目 | line of the form
-- returns: category_zh - | 项目名称 | line in Chinese
-- returns: gas - | 气体 | gas
-- returns: status - | 状态 | status
-- returns: reason - | 没有数字的原因 | why there is no figure
-- returns: activity - | 活动水平 | activity
-- returns: activity_unit - | 活动水平单位 | unit of the activity
-- returns: rate_per_year 1/yr | 年率 | rate a year
-- returns: rate_se 1/yr | 年率标准误 | its standard error
-- returns: removal_t_co2e_per_year t CO2e/yr | 清除 | removal
-- returns: emission_t_co2e_per_year t CO2e/yr | 排放 | emission
-- returns: net_t_co2e_per_year t CO2e/yr | 净清除 | net removal
-- returns: se_t_co2e_per_year t CO2e/yr | 净清除标准误 | its standard error
-- returns: se_reason - | 误差依据 | what the error rests on
-- returns: gwp_set - | GWP | warming potentials
-- returns: evidence - | 依据 | evidence
-- returns: survey_from - | 起年 | earlier survey
-- returns: survey_to - | 止年 | later survey
-- returns: method - | 方法 | method
-- returns: definition - | 口径 | definition
-- returns: result_id - | 结果编号 | result
-- returns: simulated - | 模拟 | simulated
WITH
lines AS (
    SELECT
        place,
        inventory_year,
        region_code,
        region_name,
        category,
        category_zh,
        gas,
        status,
        reason,
        activity,
        activity_unit,
        rate_per_year,
        rate_se,
        removal_t_co2e_per_year,
        emission_t_co2e_per_year,
        net_t_co2e_per_year,
        se_t_co2e_per_year,
        se_reason,
        gwp_set,
        evidence,
        survey_from,
        survey_to,
        method,
        definition,
        result_id,
        simulated
    FROM bureau.provincial_inventory
    WHERE
        is_latest
        AND inventory_year = coalesce($year, inventory_year)
        AND ($region_code IS NULL OR region_code = $region_code)
),

results AS (
    SELECT result_id
    FROM bureau.results
    WHERE is_latest AND by_keys = if($region_code IS NULL, '', 'region')
),

filled AS (
    SELECT
        lines.place,
        lines.inventory_year,
        lines.region_code,
        lines.region_name,
        lines.category,
        lines.category_zh,
        lines.gas,
        lines.status,
        lines.reason,
        lines.activity,
        lines.activity_unit,
        lines.rate_per_year,
        lines.rate_se,
        lines.removal_t_co2e_per_year,
        lines.emission_t_co2e_per_year,
        lines.net_t_co2e_per_year,
        lines.se_t_co2e_per_year,
        lines.se_reason,
        lines.gwp_set,
        lines.evidence,
        lines.survey_from,
        lines.survey_to,
        lines.method,
        lines.definition,
        lines.result_id,
        lines.simulated
    FROM lines
    INNER JOIN results ON lines.result_id = results.result_id
),

years AS (
    SELECT result_id
    FROM filled
    ORDER BY inventory_year DESC, survey_to DESC, survey_from DESC NULLS LAST
    LIMIT 1
),

final AS (
    SELECT
        filled.place,
        filled.inventory_year,
        filled.region_code,
        filled.region_name,
        filled.category,
        filled.category_zh,
        filled.gas,
        filled.status,
        filled.reason,
        filled.activity,
        filled.activity_unit,
        filled.rate_per_year,
        filled.rate_se,
        filled.removal_t_co2e_per_year,
        filled.emission_t_co2e_per_year,
        filled.net_t_co2e_per_year,
        filled.se_t_co2e_per_year,
        filled.se_reason,
        filled.gwp_set,
        filled.evidence,
        filled.survey_from,
        filled.survey_to,
        filled.method,
        filled.definition,
        filled.result_id,
        filled.simulated
    FROM filled
    INNER JOIN years ON filled.result_id = years.result_id
)

SELECT
    inventory_year,
    region_code,
    region_name,
    category,
    category_zh,
    gas,
    status,
    reason,
    activity,
    activity_unit,
    rate_per_year,
    rate_se,
    removal_t_co2e_per_year,
    emission_t_co2e_per_year,
    net_t_co2e_per_year,
    se_t_co2e_per_year,
    se_reason,
    gwp_set,
    evidence,
    survey_from,
    survey_to,
    method,
    definition,
    result_id,
    simulated
FROM final
ORDER BY inventory_year, region_code, place;
