"""Calibrations of stands to control totals in the database."""

from collections.abc import Mapping
from typing import Final

import duckdb
import polars as pl

from sinkcalc.errors import UsageProblem
from sinkcalc.store.connection import transaction
from sinkcalc.store.loads import insert_rows, now

TABLES: Final = ("control_effects", "control_weights", "control_totals", "control_calibrations")


def save_calibration(
    con: duckdb.DuckDBPyConnection,
    record: Mapping[str, object],
    totals: pl.DataFrame,
    weights: pl.DataFrame,
    effects: pl.DataFrame,
) -> None:
    """Store a calibration in place of one of the same identity, in one transaction.

    Parameters
    ----------
    record
        Columns of `control_calibrations` but for `calibrated_at`.
    totals, weights, effects
        Rows of `control_totals`, `control_weights` and `control_effects`.
    """
    identity = str(record["calibration_id"])
    mark = {"calibration_id": identity}
    with transaction(con):
        for table in TABLES:
            con.execute(f"DELETE FROM {table} WHERE calibration_id = ?", [identity])
        insert_rows(
            con, "control_calibrations", pl.DataFrame([{**record, "calibrated_at": now()}]), {}
        )
        insert_rows(con, "control_totals", totals, mark)
        insert_rows(con, "control_weights", weights, mark)
        insert_rows(con, "control_effects", effects, mark)


def list_calibrations(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return the stored calibrations, the newest last."""
    return con.execute("SELECT * FROM control_calibrations ORDER BY calibrated_at, rowid").pl()


def read_effects(con: duckdb.DuckDBPyConnection, calibration_id: str) -> pl.DataFrame:
    """Return how the volume of each group of stands moves with the errors of its controls.

    Returns
    -------
    `region_code`, `species`, `origin`, `age_group` (words), `volume_after_m3`, `factor`,
    `effect_m3`.
    """
    return con.execute(
        "SELECT region_code, control_effects.species::VARCHAR AS species, "
        "control_effects.origin::VARCHAR AS origin, "
        "control_effects.age_group::VARCHAR AS age_group, volume_after_m3, factor, effect_m3 "
        "FROM control_effects JOIN control_weights "
        "USING (calibration_id, region_code) "
        "WHERE control_effects.calibration_id = ? "
        "AND control_effects.species IS NOT DISTINCT FROM control_weights.species "
        "AND control_effects.origin IS NOT DISTINCT FROM control_weights.origin "
        "AND control_effects.age_group IS NOT DISTINCT FROM control_weights.age_group "
        "ORDER BY ALL",
        [calibration_id],
    ).pl()


def read_weights(con: duckdb.DuckDBPyConnection, calibration_id: str) -> pl.DataFrame:
    """Return the weights of a calibration.

    Raises
    ------
    UsageProblem
        If there is none of that identity.
    """
    known = list_calibrations(con)["calibration_id"].to_list()
    if calibration_id not in known:
        listed = ", ".join(known) or "–"
        raise UsageProblem(
            zh=f"没有编号为 {calibration_id} 的校准;已有:{listed}",
            en=f"there is no calibration {calibration_id}; there are {listed}",
        )
    return con.execute(
        "SELECT * EXCLUDE (calibration_id) FROM control_weights WHERE calibration_id = ? "
        "ORDER BY ALL",
        [calibration_id],
    ).pl()
