-- name: reservoirs_by_age_and_gas
-- title_zh: 水库按库龄与气体的年通量
-- title_en: Reservoirs by age and gas
-- question_zh: 蓄水年限不同的水库各有多少,每年排放多少二氧化碳和甲烷?
-- question_en: How many reservoirs are up to 20 years old and how many are older, and which mass
--   of each gas do they emit a year?
-- grain: survey, rule, quantity, gas
-- command: sinkcalc estimate --survey {survey} --kind wetland --by wetland_class
-- param: $survey INTEGER? 2023 | 调查年度,缺省为最近一次 | survey year, the latest by default
-- returns: survey - | 调查年度 | survey year
-- returns: rule - | 条款(即库龄类) | rule, which is the class of age
-- returns: rule_zh - | 条款(中文) | rule in Chinese
-- returns: quantity - | 通量(排放或清除) | flux: emission or removal
-- returns: gas - | 气体 | gas
-- returns: reservoirs - | 水库数 | reservoirs
-- returns: area_ha ha | 面积 | area
-- returns: year_assumed_reservoirs - | 其中蓄水年份未记录、按较老计的 | of them without a recorded year, taken
--   as old
-- returns: year_assumed_area_ha ha | 其面积 | their area
-- returns: mass_t_per_year t/yr | 气体质量 | mass of the gas
-- returns: mass_low_t_per_year t/yr | 营养状态介于两级时的下限 | lower bound where the trophic state lies
--   between two
-- returns: mass_high_t_per_year t/yr | 营养状态介于两级时的上限 | upper bound where the trophic state lies
--   between two
-- returns: gwp_set - | GWP 版本 | set of global warming potentials
-- returns: gas_co2e_t_per_year t CO2e/yr | 全部水库此气体的二氧化碳当量 | CO2 equivalent of this gas of all
--   reservoirs
-- returns: gas_co2e_t_per_year_se t CO2e/yr | 全部水库此气体的二氧化碳当量标准误 | standard error of the CO2
--   equivalent of this gas of all reservoirs
-- returns: gas_co2e_t_per_year_ci_low t CO2e/yr | 全部水库此气体的二氧化碳当量区间下限 | lower bound of the CO2
--   equivalent of this gas of all reservoirs
-- returns: gas_co2e_t_per_year_ci_high t CO2e/yr | 全部水库此气体的二氧化碳当量区间上限 | upper bound of the CO2
--   equivalent of this gas of all reservoirs
-- returns: se_reason - | 误差依据 | what the error rests on
-- returns: method - | 方法 | method
-- returns: definition - | 口径 | definition
-- returns: run_id - | 运行编号 | run
-- returns: simulated - | 模拟 | simulated
WITH
fluxes AS (
    SELECT
        run_id,
        survey,
        method,
        rule,
        rule_zh,
        quantity,
        gas,
        mass_t,
        low_t,
        high_t,
        wetlands,
        area_ha
    FROM bureau.wetland_fluxes
    WHERE
        is_latest
        AND kind = 'wetland'
        AND by_keys = 'wetland_class'
        AND wetland_class = 'reservoir'
),

estimates AS (
    SELECT
        run_id,
        quantity,
        gas,
        gwp_set,
        value,
        se,
        ci_low,
        ci_high,
        se_reason,
        definition,
        simulated
    FROM bureau.latest_estimates
    WHERE
        kind = 'wetland'
        AND by_keys = 'wetland_class'
        AND wetland_class = 'reservoir'
        AND gwp_set IS NOT NULL
),

assumed AS (
    SELECT
        run_id,
        sum(records)::BIGINT AS records,
        sum(area_ha) AS area_ha
    FROM bureau.flags
    WHERE
        kind = 'wetland'
        AND wetland_class = 'reservoir'
        AND flag = 'flood_year_assumed_old'
    GROUP BY run_id
),

asked AS (
    SELECT coalesce($survey, max(survey)) AS survey
    FROM fluxes
),

summed AS (
    SELECT
        fluxes.run_id,
        fluxes.survey,
        fluxes.method,
        fluxes.rule,
        fluxes.rule_zh,
        fluxes.quantity,
        fluxes.gas,
        sum(fluxes.wetlands)::BIGINT AS reservoirs,
        sum(fluxes.area_ha) AS area_ha,
        sum(fluxes.mass_t) AS mass_t_per_year,
        CASE
            WHEN count(fluxes.low_t) > 0 THEN sum(coalesce(fluxes.low_t, fluxes.mass_t))
        END AS mass_low_t_per_year,
        CASE
            WHEN count(fluxes.high_t) > 0 THEN sum(coalesce(fluxes.high_t, fluxes.mass_t))
        END AS mass_high_t_per_year
    FROM fluxes
    INNER JOIN asked ON fluxes.survey = asked.survey
    GROUP BY
        fluxes.run_id,
        fluxes.survey,
        fluxes.method,
        fluxes.rule,
        fluxes.rule_zh,
        fluxes.quantity,
        fluxes.gas
),

final AS (
    SELECT
        summed.survey,
        summed.rule,
        summed.rule_zh,
        summed.quantity,
        summed.gas,
        summed.reservoirs,
        summed.area_ha,
        CASE WHEN summed.rule = 'flooded_old' THEN assumed.records END AS year_assumed_reservoirs,
        CASE WHEN summed.rule = 'flooded_old' THEN assumed.area_ha END AS year_assumed_area_ha,
        summed.mass_t_per_year,
        summed.mass_low_t_per_year,
        summed.mass_high_t_per_year,
        estimates.gwp_set,
        estimates.value AS gas_co2e_t_per_year,
        estimates.se AS gas_co2e_t_per_year_se,
        estimates.ci_low AS gas_co2e_t_per_year_ci_low,
        estimates.ci_high AS gas_co2e_t_per_year_ci_high,
        estimates.se_reason,
        summed.method,
        estimates.definition,
        summed.run_id,
        estimates.simulated
    FROM summed
    LEFT JOIN assumed ON summed.run_id = assumed.run_id
    LEFT JOIN estimates
        ON
            summed.run_id = estimates.run_id
            AND summed.quantity = estimates.quantity
            AND summed.gas = estimates.gas
)

SELECT
    survey,
    rule,
    rule_zh,
    quantity,
    gas,
    reservoirs,
    area_ha,
    year_assumed_reservoirs,
    year_assumed_area_ha,
    mass_t_per_year,
    mass_low_t_per_year,
    mass_high_t_per_year,
    gwp_set,
    gas_co2e_t_per_year,
    gas_co2e_t_per_year_se,
    gas_co2e_t_per_year_ci_low,
    gas_co2e_t_per_year_ci_high,
    se_reason,
    method,
    definition,
    run_id,
    simulated
FROM final
ORDER BY survey, rule, quantity, gas;
