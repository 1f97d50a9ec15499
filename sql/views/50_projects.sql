-- zh: 碳汇项目;每行一个项目的一个版本
-- en: carbon projects; one row a version of a project
CREATE VIEW bureau.projects AS
SELECT
    ccer_projects.project_id,
    ccer_projects.version,
    ccer_projects.name,
    ccer_projects.owner,
    ccer_projects.methodology,
    ccer_projects.pack_version,
    ccer_projects.standing,
    standing_words.zh AS standing_zh,
    ccer_projects.start_date,
    ccer_projects.crediting_start,
    ccer_projects.crediting_end,
    ccer_projects.crediting_years,
    ccer_projects.gwp_set,
    ccer_projects.parcels,
    ccer_projects.area_ha,
    ccer_projects.survey,
    ccer_projects.run_id,
    ccer_projects.project_sha256,
    ccer_projects.parameters_sha256,
    ccer_projects.draft,
    ccer_projects.simulated,
    ccer_projects.reason,
    ccer_projects.program_version,
    ccer_projects.registered_at,
    ccer_projects.version = max(ccer_projects.version) OVER (
        PARTITION BY ccer_projects.project_id
    ) AS is_latest
FROM main.ccer_projects
LEFT JOIN main.words AS standing_words ON 'ccer.' || ccer_projects.standing = standing_words.word;
