-- zh: 指标与目标的差距;每行一次结果的一个目标
-- en: indicators against their targets; one row a result and target
CREATE VIEW bureau.target AS
SELECT
    targets.result_id,
    results.is_current,
    results.is_latest,
    results.made_at,
    targets.place,
    targets.target_id,
    targets.region_code,
    regions.name_zh AS region_name,
    targets.indicator,
    indicator_words.zh AS indicator_zh,
    targets.definition,
    targets.unit,
    targets.baseline_year,
    targets.baseline_value,
    targets.baseline_source,
    targets.target_year,
    targets.target_value,
    targets.current_year,
    targets.current_value,
    targets.current_se,
    targets.gap,
    targets.needed_per_year,
    targets.observed_per_year,
    targets.projected_value,
    targets.probability,
    targets.probability_reason,
    probability_reason_words.zh AS probability_reason_zh,
    targets.status,
    status_words.zh AS status_zh,
    targets.status_reason,
    status_reason_words.zh AS status_reason_zh,
    targets.simulated
FROM main.targets
LEFT JOIN bureau.results ON targets.result_id = results.result_id
LEFT JOIN main.regions ON targets.region_code = regions.region_code
LEFT JOIN main.words AS indicator_words ON targets.indicator = indicator_words.word
LEFT JOIN
    main.words AS probability_reason_words
    ON targets.probability_reason = probability_reason_words.word
LEFT JOIN main.words AS status_words ON targets.status = status_words.word
LEFT JOIN main.words AS status_reason_words ON targets.status_reason = status_reason_words.word;
