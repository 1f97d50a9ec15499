-- name: forest_cover
-- title_zh: 全市森林覆盖率
-- title_en: Forest cover of the city
-- question_zh: 历次调查的森林面积和森林覆盖率是多少?
-- question_en: What were forest area and forest cover at each survey?
-- grain: survey
-- command: sinkcalc estimate --survey {survey}
-- param: $survey INTEGER? 2023 | 末次调查年度,缺省为全部调查 | last survey to show, all by default
-- param: $method VARCHAR? cbef-zhejiang | 方法,缺省为默认方法 | method, the default one if none
-- returns: survey - | 调查年度 | survey year
-- returns: forest_area_ha ha | 森林面积 | forest area
-- returns: forest_area_ha_se ha | 森林面积标准误 | standard error of the forest area
-- returns: land_area_ha ha | 国土面积(视为无误差) | land area, taken as free of error
-- returns: forest_cover_fraction 1 | 森林覆盖率 | forest cover
-- returns: forest_cover_fraction_se 1 | 覆盖率标准误 | standard error of the forest cover
-- returns: forest_cover_fraction_ci_low 1 | 覆盖率区间下限 | lower bound of the forest cover
-- returns: forest_cover_fraction_ci_high 1 | 覆盖率区间上限 | upper bound of the forest cover
-- returns: land_area_parameter_id - | 国土面积的参数编号 | parameter of the land area
-- returns: method - | 方法 | method
-- returns: definition - | 口径 | definition
-- returns: run_id - | 运行编号 | run
-- returns: simulated - | 模拟 | simulated
WITH
estimates AS (
    SELECT
        run_id,
        survey,
        value,
        se,
        ci_low,
        ci_high,
        method,
        definition,
        simulated
    FROM bureau.latest_estimates
    WHERE
        kind = 'forest'
        AND by_keys = ''
        AND quantity = 'area'
        AND method = coalesce($method, bureau.default_method())
        AND survey <= coalesce($survey, survey)
),

surveys AS (
    SELECT
        survey,
        nullif(land_area_ha, 0) AS land_area_ha,
        land_area_parameter_id
    FROM bureau.surveys
    WHERE kind = 'stands'
)

SELECT
    estimates.survey,
    estimates.value AS forest_area_ha,
    estimates.se AS forest_area_ha_se,
    surveys.land_area_ha,
    estimates.value / surveys.land_area_ha AS forest_cover_fraction,
    estimates.se / surveys.land_area_ha AS forest_cover_fraction_se,
    estimates.ci_low / surveys.land_area_ha AS forest_cover_fraction_ci_low,
    estimates.ci_high / surveys.land_area_ha AS forest_cover_fraction_ci_high,
    surveys.land_area_parameter_id,
    estimates.method,
    estimates.definition,
    estimates.run_id,
    estimates.simulated
FROM estimates
LEFT JOIN surveys ON estimates.survey = surveys.survey
ORDER BY estimates.survey;
