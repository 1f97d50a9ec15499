-- zh: 变化分解为面积、密度与树种作用;每行一次结果的一个分组、指标与碳库
-- en: change as effects of area, density and species; one row a result, group, quantity and pool
CREATE VIEW bureau.change_effects AS
SELECT
    change_effects.result_id,
    results.is_current,
    results.is_latest,
    results.made_at,
    change_effects.place,
    change_effects.survey_from,
    change_effects.survey_to,
    change_effects.run_id_from,
    change_effects.run_id_to,
    change_effects.region_code,
    change_effects.region_name,
    change_effects.vegetation_class,
    vegetation_class_words.zh AS vegetation_class_zh,
    change_effects.species_group,
    species_group_words.zh AS species_group_zh,
    change_effects.origin,
    origin_words.zh AS origin_zh,
    change_effects.age_group,
    age_group_words.zh AS age_group_zh,
    change_effects.forest_category,
    forest_category_words.zh AS forest_category_zh,
    change_effects.quantity,
    quantity_words.zh AS quantity_zh,
    change_effects.pool,
    pool_words.zh AS pool_zh,
    change_effects.depth_cm,
    change_effects.unit,
    change_effects.change,
    change_effects.area_effect,
    change_effects.density_effect,
    change_effects.species_effect,
    change_effects.change_se,
    change_effects.area_effect_se,
    change_effects.density_effect_se,
    change_effects.species_effect_se,
    change_effects.se_reason,
    change_effects.method,
    change_effects.definition,
    change_effects.simulated,
    change_effects.series_break
FROM main.change_effects
LEFT JOIN bureau.results ON change_effects.result_id = results.result_id
LEFT JOIN
    main.words AS vegetation_class_words
    ON change_effects.vegetation_class = vegetation_class_words.word
LEFT JOIN
    main.words AS species_group_words
    ON change_effects.species_group = species_group_words.word
LEFT JOIN main.words AS origin_words ON change_effects.origin = origin_words.word
LEFT JOIN main.words AS age_group_words ON change_effects.age_group = age_group_words.word
LEFT JOIN
    main.words AS forest_category_words
    ON change_effects.forest_category = forest_category_words.word
LEFT JOIN main.words AS quantity_words ON change_effects.quantity = quantity_words.word
LEFT JOIN main.words AS pool_words ON change_effects.pool = pool_words.word;
