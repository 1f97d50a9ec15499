-- zh: 项目地块;每行一个项目版本的一个地块
-- en: parcels of projects; one row a parcel of a version of a project
CREATE VIEW bureau.project_parcels AS
SELECT
    ccer_parcels.project_id,
    ccer_parcels.version,
    ccer_parcels.parcel_id,
    ccer_parcels.stratum,
    ccer_parcels.region_code,
    regions.name_zh AS region_name,
    ccer_parcels.township,
    ccer_parcels.village,
    ccer_parcels.compartment,
    ccer_parcels.survey,
    ccer_parcels.stand_id,
    ccer_parcels.tenure_kind,
    ccer_parcels.tenure_number,
    ccer_parcels.area_ha,
    ccer_parcels.outcome,
    outcome_words.zh AS outcome_zh,
    ccer_parcels.crs
FROM main.ccer_parcels
LEFT JOIN main.regions ON ccer_parcels.region_code = regions.region_code
LEFT JOIN main.words AS outcome_words ON 'ccer.' || ccer_parcels.outcome = outcome_words.word;
