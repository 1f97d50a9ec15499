-- zh: 行政区;每行一个现行或撤销的区划代码
-- en: regions; one row a code in force or abolished
CREATE VIEW bureau.regions AS
SELECT
    regions.region_code,
    regions.name_zh,
    regions.name_en,
    regions.kind,
    kind_words.zh AS kind_zh,
    regions.successor_code,
    regions.valid_from,
    regions.valid_to,
    regions.note
FROM main.regions
LEFT JOIN main.words AS kind_words ON 'region.' || regions.kind = kind_words.word;
