-- name: ccer_units_by_project_and_vintage
-- title_zh: 各项目各产生年度的减排量
-- title_en: Units of carbon projects by vintage
-- question_zh: 各碳汇项目各产生年度签发、注销、逆转了多少减排量,余额多少?
-- question_en: How many units of every carbon project and vintage were issued, cancelled and
--   reversed, and how many are left?
-- grain: project_id, vintage
-- command: sinkcalc ccer ledger show --by vintage
-- param: $project_id VARCHAR? east | 项目编号,缺省为全部 | project, all by default
-- returns: project_id - | 项目编号 | project
-- returns: name - | 名称 | name
-- returns: vintage - | 产生年度(空为整个项目) | vintage, empty for the whole project
-- returns: verified_t t CO2e | 最近一次签发所核查的减排量 | reductions verified as of the last issue
-- returns: issued_t t CO2e | 已签发 | issued
-- returns: cancelled_t t CO2e | 已注销 | cancelled
-- returns: reversed_t t CO2e | 已逆转 | reversed
-- returns: balance_t t CO2e | 余额 = 签发 − 注销 − 逆转 | balance = issued - cancelled - reversed
-- returns: debt_t t CO2e | 欠量(余额低于零的部分) | debt: what the balance is below zero
-- returns: simulated - | 模拟 | simulated
WITH
projects AS (
    SELECT
        project_id,
        name
    FROM bureau.projects
    WHERE
        is_latest
        AND project_id = coalesce($project_id, project_id)
),

simulations AS (
    SELECT
        project_id,
        bool_or(simulated) AS simulated
    FROM bureau.projects
    GROUP BY project_id
),

entries AS (
    SELECT
        entry_no,
        project_id,
        kind,
        corrects,
        vintage,
        quantity_t,
        verified_t
    FROM bureau.project_ledger
),

taken_back AS (
    SELECT corrects AS entry_no
    FROM entries
    WHERE corrects IS NOT NULL
),

-- entries that were not taken back, without those that took others back
standing AS (
    SELECT
        entries.entry_no,
        entries.project_id,
        entries.kind,
        entries.vintage,
        entries.quantity_t,
        entries.verified_t
    FROM entries
    LEFT JOIN taken_back ON entries.entry_no = taken_back.entry_no
    WHERE entries.corrects IS NULL AND taken_back.entry_no IS NULL
),

-- a vintage that was taken back whole is there still, with nothing in it
vintages AS (
    SELECT DISTINCT
        project_id,
        vintage
    FROM entries
    WHERE vintage IS NOT NULL
    UNION ALL
    SELECT
        project_id,
        NULL AS vintage
    FROM projects
),

summed AS (
    SELECT
        vintages.project_id,
        vintages.vintage,
        CASE
            WHEN vintages.vintage IS NOT NULL
                THEN arg_max(standing.verified_t, standing.entry_no) FILTER (
                    WHERE standing.kind = 'issued' AND standing.verified_t IS NOT NULL
                )
        END AS verified_t,
        coalesce(sum(standing.quantity_t) FILTER (WHERE standing.kind = 'issued'), 0)::BIGINT
            AS issued_t,
        coalesce(sum(standing.quantity_t) FILTER (WHERE standing.kind = 'cancelled'), 0)::BIGINT
            AS cancelled_t,
        coalesce(sum(standing.quantity_t) FILTER (WHERE standing.kind = 'reversal'), 0)::BIGINT
            AS reversed_t
    FROM vintages
    LEFT JOIN standing
        ON
            vintages.project_id = standing.project_id
            AND (vintages.vintage IS NULL OR vintages.vintage = standing.vintage)
    GROUP BY vintages.project_id, vintages.vintage
),

final AS (
    SELECT
        summed.project_id,
        projects.name,
        summed.vintage,
        summed.verified_t,
        summed.issued_t,
        summed.cancelled_t,
        summed.reversed_t,
        summed.issued_t - summed.cancelled_t - summed.reversed_t AS balance_t,
        simulations.simulated
    FROM summed
    INNER JOIN projects ON summed.project_id = projects.project_id
    LEFT JOIN simulations ON summed.project_id = simulations.project_id
)

SELECT
    project_id,
    name,
    vintage,
    verified_t,
    issued_t,
    cancelled_t,
    reversed_t,
    balance_t,
    greatest(-balance_t, 0) AS debt_t,
    simulated
FROM final
ORDER BY project_id ASC, vintage ASC NULLS LAST;
