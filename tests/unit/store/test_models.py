"""Models in the database: what is read is what was saved, all or nothing, one active a group."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl
import pytest

from sinkcalc.calibration.calibrate import CANDIDATE_COLUMNS
from sinkcalc.calibration.model import EVERY_GROUP, Model
from sinkcalc.errors import UsageProblem
from sinkcalc.store.connection import writing
from sinkcalc.store.model_service import activate_models, deactivate_models
from sinkcalc.store.models import (
    ModelRecord,
    active_models,
    list_models,
    read_candidates,
    read_models,
    save_models,
)

LINE = Model(
    kind="volume-biomass",
    form="linear",
    group="oak",
    estimator="wls",
    symbols=("a", "b"),
    values=(1.02, 6.5),
    covariance=((0.0004, -0.02), (-0.02, 1.44)),
    df=22.0,
    residual_variance=0.006,
    residual_power=2.0,
    residual_base="size",
    correction="none",
    correction_factor=1.0,
    n=24,
    sites=8,
    x_min=10.5,
    x_max=170.25,
)
TREE = replace(
    LINE,
    kind="tree-biomass",
    form="power_d_h",
    group=EVERY_GROUP,
    estimator="ols",
    symbols=("a", "b", "c"),
    values=(0.05, 2.1, 0.6),
    covariance=((1e-6, 0.0, -1e-5), (0.0, 2e-3, 1e-4), (-1e-5, 1e-4, 3e-3)),
    residual_base="prediction",
    correction="baskerville",
    correction_factor=1.03,
    h_min=2.5,
    h_max=31.0,
)
# errors that the groups of a mixed model have in common
POOLED = replace(
    LINE,
    group="schima",
    estimator="mixed",
    shared_errors=((0.01, 0.0, 0.002), (-0.5, 0.25, 0.0)),
)
UNITS = {"linear": ("t d.m./m3", "t d.m./ha"), "power_d_h": ("kg d.m.", "1", "1")}


def record(identity: str) -> ModelRecord:
    return ModelRecord(identity, "a name", "options", "samples.csv", "0" * 64, 30, 2, "0.1.0")


def candidates(*models: Model) -> pl.DataFrame:
    rows = [
        {
            **dict.fromkeys(CANDIDATE_COLUMNS),
            "group": model.group,
            "form": model.form,
            "estimator": model.estimator,
            "n": model.n,
            "sites": model.sites,
            "cv_rmse": 4.5,
            "refused": False,
            "chosen": True,
        }
        for model in models
    ]
    return pl.DataFrame(rows, schema=CANDIDATE_COLUMNS)


def save(con: duckdb.DuckDBPyConnection, identity: str, *models: Model) -> list[str]:
    units = [UNITS[model.form] for model in models]
    return save_models(con, record(identity), models, candidates(*models), units)


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with writing(tmp_path / "made.duckdb") as opened:
        yield opened


def test_what_is_read_is_what_was_saved(con: duckdb.DuckDBPyConnection) -> None:
    assert save(con, "abc", LINE, TREE, POOLED) == ["abc.1", "abc.2", "abc.3"]
    first, second, third = read_models(con, "abc")
    assert (first.model, second.model, third.model) == (LINE, TREE, POOLED)
    assert (first.model_id, first.calibration_id, first.name) == ("abc.1", "abc", "a name")
    assert (first.sample_file, first.active) == ("samples.csv", False)
    assert [stored.model for stored in read_models(con, "abc.2")] == [TREE]
    assert read_models(con, "other") == []
    errors = con.execute(
        "SELECT symbol, se, unit FROM model_coefficients WHERE model_id = 'abc.1' ORDER BY place"
    ).fetchall()
    assert errors == [("a", 0.02, "t d.m./m3"), ("b", 1.2, "t d.m./ha")]
    row = list_models(con).row(0, named=True)
    assert (row["cv_rmse"], row["samples"], row["rows_in"], row["rows_rejected"]) == (
        4.5,
        24,
        30,
        2,
    )
    assert read_candidates(con, "abc")["sample_group"].to_list() == ["oak", EVERY_GROUP, "schima"]


def test_a_calibration_of_the_same_id_is_replaced_and_goes_on_serving(
    con: duckdb.DuckDBPyConnection,
) -> None:
    save(con, "abc", LINE, POOLED)
    activate_models(con, "abc.2")
    save(con, "abc", LINE, replace(POOLED, n=25))
    assert list_models(con).height == 2
    (served,) = active_models(con, "volume-biomass")
    assert (served.model_id, served.model.n) == ("abc.2", 25)
    tables = ("model_coefficients", "model_covariance", "model_shared_errors", "model_candidates")
    counts = [con.execute(f"SELECT count(*) FROM {name}").fetchone() for name in tables]
    assert counts == [(4,), (8,), (6,), (2,)]


def test_all_or_nothing(con: duckdb.DuckDBPyConnection) -> None:
    """A covariance that cannot be stored leaves the calibration of before as it was."""
    save(con, "abc", LINE)
    broken = replace(LINE, group="schima", covariance=((None, None), (None, None)))
    with pytest.raises((duckdb.Error, TypeError)):
        save(con, "abc", replace(LINE, n=99), broken)
    assert [stored.model for stored in read_models(con, "abc")] == [LINE]


def test_one_active_model_a_kind_and_group(con: duckdb.DuckDBPyConnection) -> None:
    for identity in ("one", "two"):
        save(con, identity, LINE, replace(LINE, group=EVERY_GROUP), TREE)
    # a model of all samples beside one of a group of its kind serves only when named itself
    chosen, replaced = activate_models(con, "one")
    assert ([m.model_id for m in chosen], replaced) == (["one.1", "one.3"], [])
    for name in ("one.2", "one.3"):
        assert [m.model_id for m in activate_models(con, name)[0]] == [name]
    chosen, replaced = activate_models(con, "two.2")
    assert [m.model_id for m in replaced] == ["one.2"]
    assert [m.model_id for m in active_models(con, "volume-biomass")] == ["one.1", "two.2"]
    # another kind of the same group is another matter
    assert [m.model_id for m in active_models(con, "tree-biomass")] == ["one.3"]
    assert activate_models(con, "two.2")[1] == []
    # all models of a calibration are taken out of service
    assert [m.model_id for m in deactivate_models(con, "one")] == ["one.1", "one.3"]
    assert [m.model_id for m in active_models(con)] == ["two.2"]
    for change in (activate_models, deactivate_models):
        with pytest.raises(UsageProblem, match=r"there is no model nope; there are one, two"):
            change(con, "nope")


def test_models_stand_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    """The tenth after the ninth, not after the first."""
    models = [replace(LINE, group=f"group {k}") for k in range(11)]
    numbers = [f"many.{k}" for k in range(1, 12)]
    none = pl.DataFrame(schema=CANDIDATE_COLUMNS)
    with writing(tmp_path / "models.duckdb") as con:
        save_models(con, record("many"), models, none, [UNITS["linear"]] * len(models))
        assert list_models(con)["model_id"].to_list() == numbers
        assert [stored.model_id for stored in read_models(con, "many")] == numbers
