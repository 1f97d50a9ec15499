-- name: growing_stock_forecast
-- title_zh: 森林蓄积量预测
-- title_en: Forecast of growing stock
-- question_zh: 按各情景,今后各年全市森林蓄积量预计多少?
-- question_en: What growing stock of the city is forecast for the years ahead, by scenario?
-- grain: scenario, year
-- command: sinkcalc forecast --to 2035 --scenario {scenario}
-- param: $scenario VARCHAR? as_now | 情景,缺省为全部已预测的 | scenario, all forecast ones by default
-- param: $method VARCHAR? cbef-zhejiang | 方法,缺省为默认方法 | method, the default one if none
-- returns: scenario - | 情景 | scenario
-- returns: scenario_zh - | 情景名称 | scenario in Chinese
-- returns: survey - | 起点调查 | survey it starts from
-- returns: year - | 年份 | year
-- returns: value - | 森林蓄积量 | growing stock
-- returns: unit - | 单位 | unit
-- returns: se - | 标准误 | standard error
-- returns: ci_low - | 区间下限 | lower bound
-- returns: ci_high - | 区间上限 | upper bound
-- returns: se_reason - | 误差依据 | what the error rests on
-- returns: growth_basis - | 生长曲线来源 | where the curves come from
-- returns: method - | 方法 | method
-- returns: definition - | 口径 | definition
-- returns: forecast_id - | 预测编号 | forecast
-- returns: simulated - | 模拟 | simulated
WITH
forecasts AS (
    SELECT
        scenario,
        scenario_zh,
        survey,
        year,
        value,
        unit,
        se,
        ci_low,
        ci_high,
        se_reason,
        growth_basis,
        method,
        definition,
        forecast_id,
        simulated,
        to_year,
        forecast_at
    FROM bureau.forecast
    WHERE
        is_latest
        AND by_keys = ''
        AND quantity = 'growing_stock'
        AND method = coalesce($method, bureau.default_method())
        AND scenario = coalesce($scenario, scenario)
),

ranked AS (
    SELECT
        scenario,
        survey,
        forecast_id,
        row_number() OVER (
            PARTITION BY scenario
            ORDER BY survey DESC, forecast_at DESC, to_year DESC, forecast_id ASC
        ) AS place
    FROM forecasts
    GROUP BY scenario, survey, forecast_id, forecast_at, to_year
),

final AS (
    SELECT
        forecasts.scenario,
        forecasts.scenario_zh,
        forecasts.survey,
        forecasts.year,
        forecasts.value,
        forecasts.unit,
        forecasts.se,
        forecasts.ci_low,
        forecasts.ci_high,
        forecasts.se_reason,
        forecasts.growth_basis,
        forecasts.method,
        forecasts.definition,
        forecasts.forecast_id,
        forecasts.simulated
    FROM forecasts
    INNER JOIN ranked ON forecasts.forecast_id = ranked.forecast_id
    WHERE ranked.place = 1
)

SELECT
    scenario,
    scenario_zh,
    survey,
    year,
    value,
    unit,
    se,
    ci_low,
    ci_high,
    se_reason,
    growth_basis,
    method,
    definition,
    forecast_id,
    simulated
FROM final
ORDER BY scenario, year;
