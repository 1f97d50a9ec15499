"""Which relations serve: own models where they are active, else the shipped ones."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sinkcalc.calibration.model import Model
from sinkcalc.coefficients.load import load_table
from sinkcalc.models.organic_matter import SYMBOLS, by_organic_matter
from sinkcalc.pipeline.soil_models import (
    published_soil_models,
    soil_model_errors,
    soil_models,
    with_own_models,
)
from sinkcalc.store.connection import writing
from sinkcalc.store.models import StoredModel
from sinkcalc.vocabulary import WETLAND_CLASSES

OWN = Model(
    kind="wetland-carbon",
    form="quadratic",
    group="",
    estimator="ols",
    symbols=("a", "b"),
    values=(0.36, 0.2),
    covariance=((0.0004, -0.0003), (-0.0003, 0.0009)),
    df=16.0,
    residual_variance=0.0025,
    residual_power=1.0,
    residual_base="size",
    correction="none",
    correction_factor=1.0,
    n=100,
    sites=17,
    x_min=0.02,
    x_max=0.8,
    residual_correlation=0.4,
)


def stored(model: Model, number: int = 1) -> StoredModel:
    return StoredModel(f"0123456789ab.{number}", "0123456789ab", "x", model, "x.csv", "0", True)


def _served(rows: pl.DataFrame, target: str) -> dict[str | None, str]:
    mine = rows.filter(pl.col("target") == target)
    return dict(mine.select("wetland_class", "model_id").iter_rows())


def test_every_class_has_a_shipped_relation_of_both_kinds() -> None:
    frame = pl.LazyFrame(
        {"wetland_class": [*WETLAND_CLASSES, None], "organic_matter_fraction": 0.1}
    )
    for target, most in (("carbon", 0.06), ("bulk_density", 1)):
        found = by_organic_matter(frame, published_soil_models(), target).collect()
        assert found[f"{target}_modelled"].is_between(0.03, most).all()
        assert not found[f"{target}_limited"].any()
        assert found[f"{target}_residual_variance"].null_count() == 0


def test_one_shipped_relation_a_class() -> None:
    rows = published_soil_models().rows
    assert not rows.select("target", "wetland_class").is_duplicated().any()
    assert published_soil_models(every_set=True).rows.height > rows.height


def test_shipped_errors_are_the_printed_ones_with_their_correlation() -> None:
    rows = published_soil_models().loadings.filter(pl.col("block") == "ccn-om-oc.tidal_marsh")
    by_id = {
        name.rpartition(".")[2]: part.sort("factor")["loading"].to_numpy()
        for (name,), part in rows.group_by("parameter_id")
    }
    assert np.linalg.norm(by_id["a"]) == pytest.approx(0.00985)
    assert np.linalg.norm(by_id["b"]) == pytest.approx(0.0137)
    assert by_id["a"] @ by_id["b"] == pytest.approx(-0.94 * 0.00985 * 0.0137)


def test_what_is_printed_without_error_has_an_assumed_one() -> None:
    found = published_soil_models()
    ids = pl.concat([found.rows[f"{symbol}_id"] for symbol in SYMBOLS]).drop_nulls()
    without = set(ids) - set(found.loadings["parameter_id"])
    assert without == {"holmquist-mixing.a", "holmquist-mixing.b"}
    assert without <= set(load_table("assumed_errors").rows["match"])


def test_a_model_of_all_samples_takes_the_place_of_every_shipped_relation() -> None:
    found = with_own_models(published_soil_models(), [stored(OWN)])
    assert _served(found.rows, "carbon") == {None: "0123456789ab.1"}
    assert _served(found.rows, "bulk_density") == {None: "holmquist-mixing"}
    assert set(found.loadings["block"]) == {"0123456789ab.1"}


def test_a_model_of_a_class_serves_the_class_alone() -> None:
    own = stored(replace(OWN, group="marsh"))
    found = _served(with_own_models(published_soil_models(), [own]).rows, "carbon")
    assert found["marsh"] == "0123456789ab.1"
    assert found[None] == "ccn-om-oc.every"
    assert found["tidal_marsh"] == "ccn-om-oc.tidal_marsh"


def test_a_model_of_another_group_serves_nothing() -> None:
    own = stored(replace(OWN, group="seagrass"))
    found = with_own_models(published_soil_models(), [own])
    assert found.rows.equals(published_soil_models().rows)


def test_own_errors_are_the_covariance() -> None:
    errors = soil_model_errors(with_own_models(published_soil_models(), [stored(OWN)]))
    rows = errors.loadings.sort("parameter_id", "factor")
    factor = rows["loading"].to_numpy().reshape(2, 2)
    np.testing.assert_allclose(factor @ factor.T, OWN.covariance)
    assert set(rows["basis"]) == {"published"}
    assert set(rows["df"]) == {16.0}
    assert errors.spreads.is_empty()


def test_a_new_database_has_the_shipped_ones(tmp_path: Path) -> None:
    with writing(tmp_path / "new.duckdb") as con:
        assert soil_models(con).rows.equals(published_soil_models().rows)
