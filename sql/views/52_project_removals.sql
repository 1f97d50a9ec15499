-- zh: 项目逐年预计清除量;每行一个项目版本的计入期一年
-- en: expected removals of projects; one row a version of a project and year of its crediting
-- period
CREATE VIEW bureau.project_removals AS
SELECT
    ccer_removals.project_id,
    ccer_removals.version,
    ccer_removals.run_id,
    ccer_removals.period,
    ccer_removals.first_day,
    ccer_removals.last_day,
    ccer_removals.baseline_removal_t,
    ccer_removals.project_removal_t,
    ccer_removals.leakage_t,
    ccer_removals.risk_deduction_t,
    ccer_removals.reduction_t,
    ccer_removals.cumulative_t,
    ccer_removals.creditable_t,
    ccer_removals.draft,
    ccer_removals.parameters_sha256,
    ccer_removals.program_version
FROM main.ccer_removals;
