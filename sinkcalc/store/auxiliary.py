"""What the stands record, as auxiliary information for plots."""

import duckdb
import polars as pl


def arbor_cells(con: duckdb.DuckDBPyConnection, survey: int) -> pl.DataFrame:
    """Return sums of the arbor stands that have a volume.

    Returns
    -------
    `region_code`, `species`, `origin`, `age_group` (words), `stands`, `area_ha`, `volume_m3`, in
    that order of the keys; sums of decimals, the same whatever the number of threads.
    """
    return con.execute(
        "SELECT region_code, species::VARCHAR AS species, origin::VARCHAR AS origin, "
        "age_group::VARCHAR AS age_group, count(*) AS stands, sum(area_ha)::DOUBLE AS area_ha, "
        "sum(volume_m3)::DOUBLE AS volume_m3 FROM stands "
        "WHERE survey = ? AND vegetation_class = 'arbor' AND volume_m3 IS NOT NULL "
        "GROUP BY ALL ORDER BY ALL",
        [survey],
    ).pl()


def arbor_without_volume(con: duckdb.DuckDBPyConnection, survey: int) -> tuple[int, float]:
    """Return number and area (ha) of the arbor stands without a volume."""
    (row,) = con.execute(
        "SELECT count(*), coalesce(sum(area_ha), 0)::DOUBLE FROM stands "
        "WHERE survey = ? AND vegetation_class = 'arbor' AND volume_m3 IS NULL",
        [survey],
    ).fetchall()
    return int(row[0]), float(row[1])


def stands_of_plots(con: duckdb.DuckDBPyConnection, plot_survey: int, survey: int) -> pl.DataFrame:
    """Return what the stand of each plot records.

    Returns
    -------
    `plot_id`, `named` (the plot names a stand), `found` (the survey has it), `species` of the
    stand (word), `stand_volume_m3_per_ha`: volume of arbor forest per ha of the stand, 0 for
    other classes, without a volume, and outside the stands.
    """
    return con.execute(
        "SELECT plots.plot_id, plots.stand_id IS NOT NULL AS named, "
        "stands.stand_id IS NOT NULL AS found, stands.species::VARCHAR AS species, "
        "CASE WHEN stands.vegetation_class = 'arbor' "
        "THEN coalesce(stands.volume_m3::DOUBLE / stands.area_ha::DOUBLE, 0) ELSE 0 END "
        "AS stand_volume_m3_per_ha "
        "FROM plots LEFT JOIN stands "
        "ON plots.stand_id = stands.stand_id AND stands.survey = $stands "
        "WHERE plots.survey = $plots ORDER BY plots.plot_id",
        {"stands": survey, "plots": plot_survey},
    ).pl()
