-- zh: 目标分解到县;每行一次结果的一个目标与县
-- en: targets broken down to counties; one row a result, target and county
CREATE VIEW bureau.target_shares AS
SELECT
    target_shares.result_id,
    results.is_current,
    results.is_latest,
    results.made_at,
    target_shares.place,
    target_shares.target_id,
    target_shares.target_year,
    target_shares.region_code,
    target_shares.region_name,
    target_shares.survey,
    target_shares.arbor_area_ha,
    target_shares.growing_stock_m3,
    target_shares.potential_m3_per_ha,
    target_shares.share,
    target_shares.needed_m3,
    target_shares.target_m3,
    target_shares.needed_m3_per_year,
    target_shares.observed_m3_per_year,
    target_shares.forecast_m3,
    target_shares.probability,
    target_shares.probability_reason,
    probability_reason_words.zh AS probability_reason_zh,
    target_shares.progress,
    progress_words.zh AS progress_zh,
    target_shares.simulated
FROM main.target_shares
LEFT JOIN bureau.results ON target_shares.result_id = results.result_id
LEFT JOIN
    main.words AS probability_reason_words
    ON target_shares.probability_reason = probability_reason_words.word
LEFT JOIN main.words AS progress_words ON target_shares.progress = progress_words.word;
