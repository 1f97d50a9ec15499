-- zh: 已入库的调查;每行一次调查,按小班、样地、湿地分列
-- en: surveys that are loaded; one row a survey of stands, of plots or of wetlands
CREATE VIEW bureau.surveys AS
WITH
united AS (
    SELECT
        survey,
        'stands' AS kind,
        definition,
        land_area_ha,
        land_area_parameter_id,
        simulated
    FROM main.surveys
    UNION ALL
    SELECT
        survey,
        'plots' AS kind,
        definition,
        NULL AS land_area_ha,
        NULL AS land_area_parameter_id,
        simulated
    FROM main.plot_surveys
    UNION ALL
    SELECT
        survey,
        'wetlands' AS kind,
        definition,
        NULL AS land_area_ha,
        NULL AS land_area_parameter_id,
        simulated
    FROM main.wetland_surveys
)

SELECT
    united.survey,
    united.kind,
    kinds.zh AS kind_zh,
    united.definition,
    definitions.zh AS definition_zh,
    united.land_area_ha,
    united.land_area_parameter_id,
    united.simulated
FROM united
LEFT JOIN main.words AS kinds ON united.kind = kinds.word
LEFT JOIN main.words AS definitions ON united.definition = definitions.word;
