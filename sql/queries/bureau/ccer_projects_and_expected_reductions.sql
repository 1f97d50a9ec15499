-- name: ccer_projects_and_expected_reductions
-- title_zh: 碳汇项目与预计减排量
-- title_en: Carbon projects and their expected reductions
-- question_zh: 登记了哪些碳汇项目,面积多大,计入期预计减排多少,已签发多少?
-- question_en: Which carbon projects are registered, how large are they, how much is expected
--   over the crediting period, and how much was issued?
-- grain: project_id
-- command: sinkcalc ccer ledger projects
-- returns: project_id - | 项目编号 | project
-- returns: version - | 版本 | version
-- returns: name - | 名称 | name
-- returns: owner - | 业主 | owner
-- returns: methodology - | 方法学 | methodology
-- returns: standing - | 方法学状态 | standing of the methodology
-- returns: standing_zh - | 方法学状态(中文) | standing of the methodology in Chinese
-- returns: start_date - | 开工日期 | start
-- returns: crediting_start - | 计入期起 | first day of the crediting period
-- returns: crediting_end - | 计入期止 | last day of the crediting period
-- returns: gwp_set - | GWP 版本 | set of global warming potentials
-- returns: parcels - | 地块数 | parcels
-- returns: area_ha ha | 面积 | area
-- returns: area_mu mu | 面积(亩) | area in mu
-- returns: expected_t t CO2e | 计入期预计减排量(预计,无误差) | reductions expected over the crediting period,
--   without an error
-- returns: expected_t_per_year t CO2e/yr | 年均预计减排量 | mean of a year
-- returns: issued_t t CO2e | 已签发 | issued
-- returns: balance_t t CO2e | 余额 | balance
-- returns: withdrawn - | 已撤销 | withdrawn
-- returns: draft - | 草案(有参数未核对) | draft: items of the methodology are not verified
-- returns: reason - | 变更原因 | reason of the amendment
-- returns: run_id - | 运行编号 | run
-- returns: simulated - | 模拟 | simulated
WITH
projects AS (
    SELECT
        project_id,
        version,
        name,
        owner,
        methodology,
        pack_version,
        standing,
        standing_zh,
        start_date,
        crediting_start,
        crediting_end,
        gwp_set,
        parcels,
        area_ha,
        draft,
        simulated,
        run_id,
        reason
    FROM bureau.projects
    WHERE is_latest
),

-- what is expected adds up from year to year: the last one holds the whole
removals AS (
    SELECT
        project_id,
        version,
        arg_max(creditable_t, period) AS expected_t,
        count(*) AS years
    FROM bureau.project_removals
    GROUP BY project_id, version
),

entries AS (
    SELECT
        entry_no,
        project_id,
        kind,
        corrects,
        quantity_t
    FROM bureau.project_ledger
),

taken_back AS (
    SELECT corrects AS entry_no
    FROM entries
    WHERE corrects IS NOT NULL
),

book AS (
    SELECT
        entries.project_id,
        coalesce(sum(entries.quantity_t) FILTER (WHERE entries.kind = 'issued'), 0) AS issued_t,
        coalesce(
            sum(entries.quantity_t) FILTER (WHERE entries.kind IN ('cancelled', 'reversal')), 0
        ) AS gone_t,
        bool_or(entries.kind = 'withdrawn') AS withdrawn
    FROM entries
    LEFT JOIN taken_back ON entries.entry_no = taken_back.entry_no
    WHERE entries.corrects IS NULL AND taken_back.entry_no IS NULL
    GROUP BY entries.project_id
),

final AS (
    SELECT
        projects.project_id,
        projects.version,
        projects.name,
        projects.owner,
        projects.methodology,
        projects.pack_version,
        projects.standing,
        projects.standing_zh,
        projects.start_date,
        projects.crediting_start,
        projects.crediting_end,
        projects.gwp_set,
        projects.parcels,
        projects.area_ha,
        projects.draft,
        projects.simulated,
        projects.run_id,
        projects.reason,
        removals.expected_t,
        removals.expected_t / nullif(removals.years, 0) AS expected_t_per_year,
        coalesce(book.issued_t, 0)::BIGINT AS issued_t,
        (coalesce(book.issued_t, 0) - coalesce(book.gone_t, 0))::BIGINT AS balance_t,
        coalesce(book.withdrawn, FALSE) AS withdrawn
    FROM projects
    LEFT JOIN removals
        ON projects.project_id = removals.project_id AND projects.version = removals.version
    LEFT JOIN book ON projects.project_id = book.project_id
)

SELECT
    project_id,
    version,
    name,
    owner,
    methodology,
    standing,
    standing_zh,
    start_date,
    crediting_start,
    crediting_end,
    gwp_set,
    parcels,
    area_ha,
    bureau.mu(area_ha) AS area_mu,
    expected_t,
    expected_t_per_year,
    issued_t,
    balance_t,
    withdrawn,
    draft,
    reason,
    run_id,
    simulated
FROM final
ORDER BY project_id;
