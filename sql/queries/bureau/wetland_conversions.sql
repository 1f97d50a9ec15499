-- name: wetland_conversions
-- title_zh: 湿地的转换与一次性损失
-- title_en: Conversions of wetlands and what was lost at once
-- question_zh: 两次调查之间哪些湿地变成了别的类、新增、消失或被挖除、排干,一次损失多少碳?
-- question_en: Which wetlands became another class, came, went or were excavated or drained
--   between two surveys, and how much carbon was lost at once?
-- grain: survey_from, survey_to, region_code, class_from, class_to, event, soil_id, loss_reason
-- command: sinkcalc change --from {first} --to {last} --kind wetland --conversions
-- param: $first INTEGER? 2020 | 起年,缺省为止年之前最近的 | earlier survey, the nearest by default
-- param: $last INTEGER? 2023 | 止年,缺省为最近的 | later survey, the latest by default
-- returns: survey_from - | 起年 | earlier survey
-- returns: survey_to - | 止年 | later survey
-- returns: region_code - | 行政区代码 | region code
-- returns: region_name - | 行政区 | region
-- returns: class_from - | 原类(空为新增) | class before, empty if new
-- returns: class_from_zh - | 原类(中文) | class before in Chinese
-- returns: class_to - | 现类(空为后期没有) | class now, empty if gone
-- returns: class_to_zh - | 现类(中文) | class now in Chinese
-- returns: event - | 变动 | event
-- returns: event_zh - | 变动(中文) | event in Chinese
-- returns: wetlands - | 湿地数 | wetlands
-- returns: area_from_ha ha | 原面积 | area before
-- returns: area_to_ha ha | 现面积 | area now
-- returns: loss_t_c t C | 一次损失的碳 | carbon lost at once
-- returns: loss_t_co2e t CO2e | 一次损失的二氧化碳当量 | loss at once as CO2 equivalent
-- returns: soil_id - | 土壤密度来源 | source of the soil's density
-- returns: loss_reason - | 没有损失数值的原因 | why no loss is given
-- returns: loss_reason_zh - | 没有损失数值的原因(中文) | why no loss is given, in Chinese
-- returns: result_id - | 结果编号 | result
-- returns: simulated - | 模拟 | simulated
WITH
conversions AS (
    SELECT
        survey_from,
        survey_to,
        region_code,
        region_name,
        class_from,
        class_from_zh,
        class_to,
        class_to_zh,
        event,
        event_zh,
        wetlands,
        area_from_ha,
        area_to_ha,
        loss_t_c,
        loss_t_co2e,
        soil_id,
        loss_reason,
        loss_reason_zh,
        result_id,
        simulated
    FROM bureau.wetland_conversions
    WHERE is_latest
),

years AS (
    SELECT
        survey_from,
        survey_to
    FROM conversions
    WHERE
        survey_from = coalesce($first, survey_from)
        AND survey_to = coalesce($last, survey_to)
    ORDER BY survey_to DESC, survey_from DESC
    LIMIT 1
),

final AS (
    SELECT
        conversions.survey_from,
        conversions.survey_to,
        conversions.region_code,
        conversions.region_name,
        conversions.class_from,
        conversions.class_from_zh,
        conversions.class_to,
        conversions.class_to_zh,
        conversions.event,
        conversions.event_zh,
        conversions.wetlands,
        conversions.area_from_ha,
        conversions.area_to_ha,
        conversions.loss_t_c,
        conversions.loss_t_co2e,
        conversions.soil_id,
        conversions.loss_reason,
        conversions.loss_reason_zh,
        conversions.result_id,
        conversions.simulated
    FROM conversions
    INNER JOIN years
        ON
            conversions.survey_from = years.survey_from
            AND conversions.survey_to = years.survey_to
)

SELECT
    survey_from,
    survey_to,
    region_code,
    region_name,
    class_from,
    class_from_zh,
    class_to,
    class_to_zh,
    event,
    event_zh,
    wetlands,
    area_from_ha,
    area_to_ha,
    loss_t_c,
    loss_t_co2e,
    soil_id,
    loss_reason,
    loss_reason_zh,
    result_id,
    simulated
FROM final
ORDER BY
    survey_from,
    survey_to,
    region_code,
    class_from NULLS FIRST,
    class_to NULLS FIRST,
    event NULLS FIRST,
    soil_id NULLS FIRST,
    loss_reason NULLS FIRST;
