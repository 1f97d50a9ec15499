-- zh: 小班蓄积总量与样地总量对照;每行一次结果的一个地区
-- en: growing stock of the stands against that of the plots; one row a result and region
CREATE VIEW bureau.stands_and_plots AS
SELECT
    stands_and_plots.result_id,
    results.is_current,
    results.is_latest,
    results.made_at,
    stands_and_plots.place,
    stands_and_plots.survey,
    stands_and_plots.plot_survey,
    stands_and_plots.region_code,
    stands_and_plots.region_name,
    'growing_stock' AS quantity,
    quantity_words.zh AS quantity_zh,
    'm3' AS unit,
    stands_and_plots.stands_value,
    stands_and_plots.plots_value,
    stands_and_plots.plots_se,
    stands_and_plots.difference,
    stands_and_plots.difference_in_se,
    stands_and_plots.verdict,
    verdict_words.zh AS verdict_zh,
    stands_and_plots.verdict_reason,
    verdict_reason_words.zh AS verdict_reason_zh,
    stands_and_plots.sampling_precision,
    stands_and_plots.simulated
FROM main.stands_and_plots
LEFT JOIN bureau.results ON stands_and_plots.result_id = results.result_id
LEFT JOIN main.words AS quantity_words ON quantity_words.word = 'growing_stock'
LEFT JOIN main.words AS verdict_words ON stands_and_plots.verdict = verdict_words.word
LEFT JOIN
    main.words AS verdict_reason_words
    ON stands_and_plots.verdict_reason = verdict_reason_words.word;
