-- zh: 两期之间的变化;每行一次结果的一个分组、指标、碳库与气体
-- en: change between two surveys; one row a result, group, quantity, pool and gas
CREATE VIEW bureau.change AS
SELECT
    changes.result_id,
    results.is_current,
    results.is_latest,
    results.made_at,
    changes.place,
    changes.kind,
    kind_words.zh AS kind_zh,
    changes.survey_from,
    changes.survey_to,
    changes.run_id_from,
    changes.run_id_to,
    changes.region_code,
    changes.region_name,
    changes.vegetation_class,
    vegetation_class_words.zh AS vegetation_class_zh,
    changes.species_group,
    species_group_words.zh AS species_group_zh,
    changes.origin,
    origin_words.zh AS origin_zh,
    changes.age_group,
    age_group_words.zh AS age_group_zh,
    changes.forest_category,
    forest_category_words.zh AS forest_category_zh,
    changes.wetland_class,
    wetland_class_words.zh AS wetland_class_zh,
    changes.quantity,
    quantity_words.zh AS quantity_zh,
    changes.pool,
    pool_words.zh AS pool_zh,
    changes.gas,
    changes.gwp_set,
    changes.depth_cm,
    changes.unit,
    changes.value_from,
    changes.value_to,
    changes.change,
    changes.change_per_year,
    changes.se,
    changes.ci_low,
    changes.ci_high,
    changes.se_if_independent,
    changes.share_assumed_error,
    changes.se_reason,
    changes.method,
    changes.definition,
    changes.simulated,
    changes.change_fraction_per_year,
    changes.series_break,
    changes.change_of_one_density
FROM main.changes
LEFT JOIN bureau.results ON changes.result_id = results.result_id
LEFT JOIN main.words AS kind_words ON changes.kind = kind_words.word
LEFT JOIN
    main.words AS vegetation_class_words
    ON changes.vegetation_class = vegetation_class_words.word
LEFT JOIN main.words AS species_group_words ON changes.species_group = species_group_words.word
LEFT JOIN main.words AS origin_words ON changes.origin = origin_words.word
LEFT JOIN main.words AS age_group_words ON changes.age_group = age_group_words.word
LEFT JOIN
    main.words AS forest_category_words
    ON changes.forest_category = forest_category_words.word
LEFT JOIN main.words AS wetland_class_words ON changes.wetland_class = wetland_class_words.word
LEFT JOIN main.words AS quantity_words ON changes.quantity = quantity_words.word
LEFT JOIN main.words AS pool_words ON changes.pool = pool_words.word;
