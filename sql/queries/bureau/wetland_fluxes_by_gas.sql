-- name: wetland_fluxes_by_gas
-- title_zh: 湿地各气体的清除与排放
-- title_en: Removals and emissions of wetlands by gas
-- question_zh: 湿地每年各气体清除多少、排放多少,净排放多少?
-- question_en: How much of every gas do wetlands remove and emit a year, and what is left of it?
-- grain: survey, gas
-- command: sinkcalc estimate --survey {survey} --kind wetland
-- param: $survey INTEGER? 2023 | 调查年度,缺省为最近一次 | survey year, the latest by default
-- returns: survey - | 调查年度 | survey year
-- returns: gas - | 气体 | gas
-- returns: removal_t_co2e_per_year t CO2e/yr | 清除 | removal
-- returns: removal_t_co2e_per_year_se t CO2e/yr | 清除标准误 | standard error of the removal
-- returns: removal_t_co2e_per_year_ci_low t CO2e/yr | 清除区间下限 | lower bound of the removal
-- returns: removal_t_co2e_per_year_ci_high t CO2e/yr | 清除区间上限 | upper bound of the removal
-- returns: removal_se_reason - | 清除误差依据 | what the error of the removal rests on
-- returns: emission_t_co2e_per_year t CO2e/yr | 排放 | emission
-- returns: emission_t_co2e_per_year_se t CO2e/yr | 排放标准误 | standard error of the emission
-- returns: emission_t_co2e_per_year_ci_low t CO2e/yr | 排放区间下限 | lower bound of the emission
-- returns: emission_t_co2e_per_year_ci_high t CO2e/yr | 排放区间上限 | upper bound of the emission
-- returns: emission_se_reason - | 排放误差依据 | what the error of the emission rests on
-- returns: net_emission_t_co2e_per_year t CO2e/yr | 净排放 = 排放 − 清除(误差未知) | net emission = emission
--   - removal; its error is not known
-- returns: emission_kg_per_year kg/yr | 排放的气体质量 | mass of the gas that is emitted
-- returns: emission_kg_per_year_se kg/yr | 排放的气体质量标准误 | standard error of the mass of the gas
--   that is emitted
-- returns: gwp_set - | GWP 版本 | set of global warming potentials
-- returns: method - | 方法 | method
-- returns: definition - | 口径(各量不同时以分号分开) | definition, of all quantities where they differ
-- returns: run_id - | 运行编号 | run
-- returns: simulated - | 模拟 | simulated
WITH
estimates AS (
    SELECT
        run_id,
        survey,
        quantity,
        gas,
        gwp_set,
        value,
        se,
        ci_low,
        ci_high,
        se_reason,
        method,
        definition,
        simulated
    FROM bureau.latest_estimates
    WHERE
        kind = 'wetland'
        AND by_keys = ''
        AND quantity IN ('removal', 'emission')
),

asked AS (
    SELECT coalesce($survey, max(survey)) AS survey
    FROM estimates
),

wide AS (
    SELECT
        estimates.run_id,
        estimates.survey,
        estimates.gas,
        estimates.method,
        estimates.simulated,
        max(estimates.value) FILTER (
            WHERE estimates.quantity = 'removal' AND estimates.gwp_set IS NOT NULL
        ) AS removal_t_co2e_per_year,
        max(estimates.se) FILTER (
            WHERE estimates.quantity = 'removal' AND estimates.gwp_set IS NOT NULL
        ) AS removal_t_co2e_per_year_se,
        max(estimates.ci_low) FILTER (
            WHERE estimates.quantity = 'removal' AND estimates.gwp_set IS NOT NULL
        ) AS removal_t_co2e_per_year_ci_low,
        max(estimates.ci_high) FILTER (
            WHERE estimates.quantity = 'removal' AND estimates.gwp_set IS NOT NULL
        ) AS removal_t_co2e_per_year_ci_high,
        max(estimates.se_reason) FILTER (
            WHERE estimates.quantity = 'removal'
        ) AS removal_se_reason,
        max(estimates.value) FILTER (
            WHERE estimates.quantity = 'emission' AND estimates.gwp_set IS NOT NULL
        ) AS emission_t_co2e_per_year,
        max(estimates.se) FILTER (
            WHERE estimates.quantity = 'emission' AND estimates.gwp_set IS NOT NULL
        ) AS emission_t_co2e_per_year_se,
        max(estimates.ci_low) FILTER (
            WHERE estimates.quantity = 'emission' AND estimates.gwp_set IS NOT NULL
        ) AS emission_t_co2e_per_year_ci_low,
        max(estimates.ci_high) FILTER (
            WHERE estimates.quantity = 'emission' AND estimates.gwp_set IS NOT NULL
        ) AS emission_t_co2e_per_year_ci_high,
        max(estimates.se_reason) FILTER (
            WHERE estimates.quantity = 'emission'
        ) AS emission_se_reason,
        max(estimates.value) FILTER (
            WHERE estimates.quantity = 'emission' AND estimates.gwp_set IS NULL
        ) AS emission_kg_per_year,
        max(estimates.se) FILTER (
            WHERE estimates.quantity = 'emission' AND estimates.gwp_set IS NULL
        ) AS emission_kg_per_year_se,
        max(estimates.gwp_set) AS gwp_set,
        string_agg(
            DISTINCT estimates.definition, '; ' ORDER BY estimates.definition
        ) AS definition
    FROM estimates
    INNER JOIN asked ON estimates.survey = asked.survey
    GROUP BY
        estimates.run_id,
        estimates.survey,
        estimates.gas,
        estimates.method,
        estimates.simulated
)

SELECT
    survey,
    gas,
    removal_t_co2e_per_year,
    removal_t_co2e_per_year_se,
    removal_t_co2e_per_year_ci_low,
    removal_t_co2e_per_year_ci_high,
    removal_se_reason,
    emission_t_co2e_per_year,
    emission_t_co2e_per_year_se,
    emission_t_co2e_per_year_ci_low,
    emission_t_co2e_per_year_ci_high,
    emission_se_reason,
    coalesce(emission_t_co2e_per_year, 0) - coalesce(removal_t_co2e_per_year, 0)
        AS net_emission_t_co2e_per_year,
    emission_kg_per_year,
    emission_kg_per_year_se,
    gwp_set,
    method,
    definition,
    run_id,
    simulated
FROM wide
ORDER BY survey, gas;
