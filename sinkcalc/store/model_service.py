"""Which models serve their groups: one a kind and group."""

from collections.abc import Mapping

import duckdb

from sinkcalc.calibration.model import EVERY_GROUP
from sinkcalc.errors import UsageProblem
from sinkcalc.store.connection import transaction
from sinkcalc.store.models import StoredModel, active_models, read_models


def activate_models(
    con: duckdb.DuckDBPyConnection, identity: str
) -> tuple[list[StoredModel], list[StoredModel]]:
    """Let a model, or the models of a calibration, serve their groups, in one transaction.

    The model of all samples of a calibration with groups serves only if it is named itself: it
    would take the place of the published equations of every other species. The growth curve of
    all stands serves with the others: nothing published stands in for it.

    Returns
    -------
    The models that serve now, and those that served their groups before and no longer do.

    Raises
    ------
    UsageProblem
        If there is none of that id.
    """
    found = require_models(con, identity)
    # of each kind: a calibration of organic matter holds two
    with_groups = {s.model.kind for s in found if s.model.group != EVERY_GROUP}
    chosen = [
        stored
        for stored in found
        if stored.model.group != EVERY_GROUP
        or stored.model.kind == "growth"
        or stored.model.kind not in with_groups
    ]
    mine = {stored.model_id for stored in chosen}
    served = {(stored.model.kind, stored.model.group) for stored in chosen}
    replaced = [
        stored
        for stored in active_models(con)
        if (stored.model.kind, stored.model.group) in served and stored.model_id not in mine
    ]
    _set_active(con, {old.model_id: False for old in replaced} | dict.fromkeys(mine, True))
    return chosen, replaced


def deactivate_models(con: duckdb.DuckDBPyConnection, identity: str) -> list[StoredModel]:
    """Take a model, or all models of a calibration, out of service.

    Returns
    -------
    Those that were active.

    Raises
    ------
    UsageProblem
        If there is none of that id.
    """
    active = [stored for stored in require_models(con, identity) if stored.active]
    _set_active(con, {stored.model_id: False for stored in active})
    return active


def _set_active(con: duckdb.DuckDBPyConnection, states: Mapping[str, bool]) -> None:
    with transaction(con):
        for model_id, state in states.items():
            con.execute("UPDATE models SET active = ? WHERE model_id = ?", [state, model_id])


def require_models(con: duckdb.DuckDBPyConnection, identity: str) -> list[StoredModel]:
    """Return a model, or all models of a calibration.

    Raises
    ------
    UsageProblem
        If there is none of that id.
    """
    found = read_models(con, identity)
    if not found:
        known = con.execute(
            "SELECT DISTINCT calibration_id FROM models ORDER BY calibration_id"
        ).fetchall()
        listed = ", ".join(str(row[0]) for row in known) or "–"
        raise UsageProblem(
            zh=f"没有编号为 {identity} 的模型;已有:{listed}。用 sinkcalc calibrate list 查看",
            en=f"there is no model {identity}; there are {listed}. See sinkcalc calibrate list",
        )
    return found
