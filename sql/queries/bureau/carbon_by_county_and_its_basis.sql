-- name: carbon_by_county_and_its_basis
-- title_zh: 各县总碳储量及其依据
-- title_en: Carbon by county and what it rests on
-- question_zh: 各县(市、区)总碳储量的相对误差多大,有多少来自插补、外推、凭记忆的参数和假定的误差?
-- question_en: How large is the relative error of the carbon of each county, and how much of it is
--   imputed, extrapolated, by recalled parameters or of assumed error?
-- grain: survey, region_code
-- command: sinkcalc estimate --survey {survey} --by region
-- param: $survey INTEGER? 2023 | 调查年度,缺省为最近一次已估算的 | survey year, the
--   latest that is estimated by default
-- param: $method VARCHAR? cbef-zhejiang | 方法,缺省为默认方法 | method, the default one if none
-- returns: survey - | 调查年度 | survey year
-- returns: region_code - | 行政区代码 | region code
-- returns: region_name - | 行政区 | region
-- returns: total_carbon_t t C | 总碳储量 | total carbon
-- returns: total_carbon_t_se t C | 总碳储量标准误 | standard error of the total carbon
-- returns: total_carbon_t_ci_low t C | 总碳储量区间下限 | lower bound of the total carbon
-- returns: total_carbon_t_ci_high t C | 总碳储量区间上限 | upper bound of the total carbon
-- returns: relative_se_fraction 1 | 相对标准误 | relative standard error
-- returns: share_extrapolated 1 | 超出适用范围的份额 | share outside the range of a model
-- returns: share_imputed 1 | 插补的份额 | share imputed
-- returns: share_recalled 1 | 用凭记忆的参数的份额 | share by recalled parameters
-- returns: share_fallback 1 | 用较宽的参数行的份额 | share by a wider parameter row than its own
-- returns: share_assumed_error 1 | 误差方差中来自假定的部分的份额 | share of the error variance that is assumed
-- returns: depth_cm cm | 土壤深度 | depth of the soil
-- returns: method - | 方法 | method
-- returns: definition - | 口径 | definition
-- returns: run_id - | 运行编号 | run
-- returns: simulated - | 模拟 | simulated
WITH
estimates AS (
    SELECT
        run_id,
        survey,
        region_code,
        region_name,
        value,
        se,
        ci_low,
        ci_high,
        share_extrapolated,
        share_imputed,
        share_recalled,
        share_fallback,
        share_assumed_error,
        depth_cm,
        method,
        definition,
        simulated
    FROM bureau.latest_estimates
    WHERE
        kind = 'forest'
        AND by_keys = 'region'
        AND quantity = 'carbon'
        AND pool = 'total'
        AND method = coalesce($method, bureau.default_method())
),

asked AS (
    SELECT coalesce($survey, max(survey)) AS survey
    FROM estimates
)

SELECT
    estimates.survey,
    estimates.region_code,
    estimates.region_name,
    estimates.value AS total_carbon_t,
    estimates.se AS total_carbon_t_se,
    estimates.ci_low AS total_carbon_t_ci_low,
    estimates.ci_high AS total_carbon_t_ci_high,
    estimates.se / nullif(estimates.value, 0) AS relative_se_fraction,
    estimates.share_extrapolated,
    estimates.share_imputed,
    estimates.share_recalled,
    estimates.share_fallback,
    estimates.share_assumed_error,
    estimates.depth_cm,
    estimates.method,
    estimates.definition,
    estimates.run_id,
    estimates.simulated
FROM estimates
INNER JOIN asked ON estimates.survey = asked.survey
ORDER BY estimates.survey, estimates.region_code;
