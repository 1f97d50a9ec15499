-- zh: 样木;每行一期一株
-- en: trees of the plots; one row a tree and survey
CREATE VIEW bureau.trees AS
SELECT
    trees.survey,
    trees.plot_id,
    trees.tree_id,
    trees.source_file,
    trees.source_row,
    trees.status::VARCHAR AS status,
    status_words.zh AS status_zh,
    trees.species::VARCHAR AS species,
    species_words.zh AS species_zh,
    trees.species_code,
    trees.dbh_cm,
    trees.height_m,
    trees.crown_length_m,
    trees.volume_m3,
    trees.tally_area_ha,
    trees.load_id,
    plot_surveys.definition,
    plot_surveys.simulated
FROM main.trees
LEFT JOIN main.plot_surveys ON trees.survey = plot_surveys.survey
LEFT JOIN main.words AS status_words ON trees.status::VARCHAR = status_words.word
LEFT JOIN main.words AS species_words ON trees.species::VARCHAR = species_words.word;
