-- zh: 两期固定样地之间的生长、枯损与采伐;每行一次结果的一个统计量、变量与域
-- en: growth, mortality and harvest between two occasions of plots; one row a result, statistic,
-- variable and domain
CREATE VIEW bureau.stock_components AS
SELECT
    stock_components.result_id,
    results.is_current,
    results.is_latest,
    results.made_at,
    stock_components.place,
    stock_components.survey_from,
    stock_components.survey_to,
    stock_components.estimator,
    estimator_words.zh AS estimator_zh,
    stock_components.stat,
    stat_words.zh AS stat_zh,
    stock_components.variable,
    variable_words.zh AS variable_zh,
    stock_components.unit,
    stock_components.domain,
    domain_words.zh AS domain_zh,
    stock_components.value,
    stock_components.se,
    stock_components.ci_low,
    stock_components.ci_high,
    stock_components.df,
    stock_components.n,
    stock_components.sampling_precision,
    stock_components.warning,
    stock_components.measure_unit,
    stock_components.source,
    source_words.zh AS source_zh,
    stock_components.simulated
FROM main.stock_components
LEFT JOIN bureau.results ON stock_components.result_id = results.result_id
LEFT JOIN main.words AS estimator_words ON stock_components.estimator = estimator_words.word
LEFT JOIN main.words AS stat_words ON stock_components.stat = stat_words.word
LEFT JOIN main.words AS variable_words ON stock_components.variable = variable_words.word
LEFT JOIN main.words AS domain_words ON stock_components.domain = domain_words.word
LEFT JOIN main.words AS source_words ON stock_components.source = source_words.word;
