-- name: change_by_cause
-- title_zh: 变化的原因:生长、枯损、采伐
-- title_en: Change by cause: growth, mortality, harvest
-- question_zh: 固定样地两期之间蓄积的变化中,生长、枯损、采伐各多少?
-- question_en: How much of the change between two occasions of plots is growth, mortality and
--   harvest?
-- grain: survey_from, survey_to, domain, variable
-- command: sinkcalc survey components --from {first} --to {last}
-- param: $first INTEGER? 2020 | 起年,缺省为止年之前最近的 | earlier survey, the nearest by default
-- param: $last INTEGER? 2023 | 止年,缺省为最近的 | later survey, the latest by default
-- param: $unit VARCHAR? m3 | 单位,缺省为 m3(总量);碳为 t C | unit, m3 by default; t C is carbon
-- returns: survey_from - | 起年 | earlier survey
-- returns: survey_to - | 止年 | later survey
-- returns: variable - | 分量 | component
-- returns: variable_zh - | 分量名称 | component in Chinese
-- returns: domain - | 域 | domain
-- returns: stat - | 统计量 | statistic
-- returns: value - | 数值 | value
-- returns: measure_unit - | 单位 | unit
-- returns: se - | 标准误 | standard error
-- returns: ci_low - | 区间下限 | lower bound
-- returns: ci_high - | 区间上限 | upper bound
-- returns: n - | 样地数 | plots
-- returns: source - | 来源:样木或样地 | from trees or from plots
-- returns: estimator - | 估计量 | estimator
-- returns: result_id - | 结果编号 | result
-- returns: simulated - | 模拟 | simulated
WITH
components AS (
    SELECT
        place,
        survey_from,
        survey_to,
        variable,
        variable_zh,
        domain,
        stat,
        value,
        measure_unit,
        se,
        ci_low,
        ci_high,
        n,
        source,
        estimator,
        result_id,
        simulated
    FROM bureau.stock_components
    WHERE
        is_latest
        AND measure_unit = coalesce($unit, 'm3')
),

results AS (
    SELECT
        result_id,
        by_keys
    FROM bureau.results
    WHERE is_latest
),

whole AS (
    SELECT
        components.place,
        components.survey_from,
        components.survey_to,
        components.variable,
        components.variable_zh,
        components.domain,
        components.stat,
        components.value,
        components.measure_unit,
        components.se,
        components.ci_low,
        components.ci_high,
        components.n,
        components.source,
        components.estimator,
        components.result_id,
        components.simulated
    FROM components
    INNER JOIN results ON components.result_id = results.result_id
    WHERE results.by_keys = ''
),

years AS (
    SELECT
        survey_from,
        survey_to
    FROM whole
    WHERE
        survey_from = coalesce($first, survey_from)
        AND survey_to = coalesce($last, survey_to)
    ORDER BY survey_to DESC, survey_from DESC
    LIMIT 1
),

final AS (
    SELECT
        whole.place,
        whole.survey_from,
        whole.survey_to,
        whole.variable,
        whole.variable_zh,
        whole.domain,
        whole.stat,
        whole.value,
        whole.measure_unit,
        whole.se,
        whole.ci_low,
        whole.ci_high,
        whole.n,
        whole.source,
        whole.estimator,
        whole.result_id,
        whole.simulated
    FROM whole
    INNER JOIN years
        ON whole.survey_from = years.survey_from AND whole.survey_to = years.survey_to
)

SELECT
    survey_from,
    survey_to,
    variable,
    variable_zh,
    domain,
    stat,
    value,
    measure_unit,
    se,
    ci_low,
    ci_high,
    n,
    source,
    estimator,
    result_id,
    simulated
FROM final
ORDER BY survey_from, survey_to, place;
