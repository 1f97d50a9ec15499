"""Carbon and bulk density of an interval from its organic matter."""

import numpy as np
import polars as pl
import pytest

from sinkcalc.models.organic_matter import (
    LOADING_COLUMNS,
    MODEL_COLUMNS,
    SoilModels,
    by_organic_matter,
    long_derivatives,
)


def models(*rows: dict[str, object]) -> SoilModels:
    full = [dict.fromkeys(MODEL_COLUMNS) | {"residual_base": "size"} | row for row in rows]
    for row in full:
        row |= {f"{s}_id": f"{row['model_id']}.{s}" for s in "abc" if row[s] is not None}
    return SoilModels(
        pl.DataFrame(full, schema=MODEL_COLUMNS), pl.DataFrame(schema=LOADING_COLUMNS)
    )


def carbon(form: str, *values: float, **more: object) -> dict[str, object]:
    named = dict(zip("abc", values, strict=False))
    return {"model_id": form, "target": "carbon", "form": form, **named, **more}


def mixing(a: float, b: float, **more: object) -> dict[str, object]:
    return {"model_id": "m", "target": "bulk_density", "form": "mixing", "a": a, "b": b, **more}


def intervals(*organic: float | None, wetland_class: str | None = "marsh") -> pl.LazyFrame:
    return pl.LazyFrame(
        {"organic_matter_fraction": organic, "wetland_class": [wetland_class] * len(organic)},
        schema={"organic_matter_fraction": pl.Float64, "wetland_class": pl.String},
    )


def test_a_mixture_by_hand() -> None:
    """A fifth of organic matter at 0.1, four fifths of mineral matter at 1.6 g/cm3.

    Volume of a gramme: 0.2/0.1 + 0.8/1.6 = 2.5 cm3, so 0.4 g/cm3.
    d/da = BD^2 OM/a^2 = 0.16 x 0.2/0.01 = 3.2; d/db = BD^2 (1 - OM)/b^2 = 0.16 x 0.8/2.56 = 0.05.
    """
    found = by_organic_matter(intervals(0.2), models(mixing(0.1, 1.6)), "bulk_density").collect()
    row = found.row(0, named=True)
    assert row["bulk_density_modelled"] == pytest.approx(0.4)
    assert row["bulk_density_d_a"] == pytest.approx(3.2)
    assert row["bulk_density_d_b"] == pytest.approx(0.05)
    assert row["bulk_density_d_c"] is None
    assert (row["bulk_density_a_id"], row["bulk_density_c_id"]) == ("m.a", None)


def test_carbon_by_hand() -> None:
    """A quarter of organic matter: 0.4 x 0.25 + 0.2 x 0.0625 = 0.1125; variance 0.004 x 0.25."""
    spread = {"residual_variance": 0.004, "residual_power": 1.0, "residual_correlation": 0.5}
    found = by_organic_matter(
        intervals(0.25), models(carbon("quadratic", 0.4, 0.2, **spread)), "carbon"
    ).collect()
    row = found.row(0, named=True)
    assert row["carbon_modelled"] == pytest.approx(0.1125)
    assert (row["carbon_d_a"], row["carbon_d_b"]) == (0.25, 0.0625)
    assert row["carbon_residual_variance"] == pytest.approx(0.001)
    assert row["carbon_residual_correlation"] == 0.5


CASES = [
    carbon("origin", 0.45),
    carbon("linear", 0.5, -0.01),
    carbon("quadratic", 0.4, 0.2),
    carbon("quadratic_intercept", 0.42, 0.1, -0.005),
    mixing(0.1, 1.5),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["form"]))
def test_derivatives_are_those_of_small_steps(case: dict[str, object]) -> None:
    target, organic = str(case["target"]), (0.05, 0.3, 0.9)

    def value(row: dict[str, object]) -> np.ndarray:
        found = by_organic_matter(intervals(*organic), models(row), target).collect()
        return found[f"{target}_modelled"].to_numpy()

    found = by_organic_matter(intervals(*organic), models(case), target).collect()
    for symbol in "abc":
        if case.get(symbol) is None:
            assert found[f"{target}_d_{symbol}"].null_count() == 3
            continue
        step = 1e-6
        low, high = (value(case | {symbol: float(case[symbol]) + s}) for s in (-step, step))
        np.testing.assert_allclose(
            found[f"{target}_d_{symbol}"].to_numpy(), (high - low) / (2 * step), rtol=1e-5
        )


def test_the_relation_of_the_class_before_that_of_every_class() -> None:
    both = models(
        carbon("origin", 0.4),
        carbon("origin", 0.5, model_id="own", wetland_class="mangrove"),
    )
    for name, expected in (("mangrove", "own"), ("marsh", "origin"), (None, "origin")):
        found = by_organic_matter(intervals(0.1, wetland_class=name), both, "carbon").collect()
        assert found["carbon_model"].item() == expected


def test_classes_may_be_an_enum_and_rows_keep_their_order() -> None:
    rows = pl.LazyFrame(
        {"organic_matter_fraction": [0.3, 0.1, 0.2], "wetland_class": ["marsh", "lake", "marsh"]}
    ).with_columns(pl.col("wetland_class").cast(pl.Enum(["lake", "marsh"])))
    own = models(carbon("origin", 0.4), carbon("origin", 0.5, wetland_class="marsh"))
    found = by_organic_matter(rows, own, "carbon").collect()
    assert found["carbon_modelled"].to_list() == pytest.approx([0.15, 0.04, 0.1])
    assert found.columns[:2] == ["organic_matter_fraction", "wetland_class"]


def test_no_organic_matter_no_value() -> None:
    found = by_organic_matter(intervals(None), models(carbon("origin", 0.4)), "carbon").collect()
    assert found["carbon_modelled"].item() is None
    assert long_derivatives(found.lazy().with_row_index("i"), "carbon", ["i"]).collect().is_empty()


def test_no_relation_no_value() -> None:
    own = models(carbon("origin", 0.4, wetland_class="mangrove"))
    found = by_organic_matter(intervals(0.1), own, "carbon").collect()
    assert found["carbon_modelled"].item() is None


def test_carbon_is_not_below_zero_nor_above_the_organic_matter() -> None:
    line = models(carbon("linear", 0.5, -0.01), carbon("linear", 0.4, 0.03, wetland_class="lake"))
    low = by_organic_matter(intervals(0.01, 0.2), line, "carbon").collect()
    assert low["carbon_modelled"].to_list() == pytest.approx([0, 0.09])
    assert low["carbon_limited"].to_list() == [True, False]
    assert low["carbon_d_a"].to_list() == [0, 0.2]
    high = by_organic_matter(intervals(0.02, wetland_class="lake"), line, "carbon").collect()
    assert high["carbon_modelled"].item() == pytest.approx(0.02)
    assert high["carbon_limited"].item()


def test_outside_the_range_is_said() -> None:
    ranged = models(carbon("origin", 0.4, x_min=0.05, x_max=0.6))
    found = by_organic_matter(intervals(0.01, 0.05, 0.7), ranged, "carbon").collect()
    assert found["carbon_extrapolated"].to_list() == [True, False, True]
    unknown = by_organic_matter(intervals(0.01), models(carbon("origin", 0.4)), "carbon")
    assert unknown.collect()["carbon_extrapolated"].to_list() == [False]


def test_long_derivatives() -> None:
    frame = by_organic_matter(
        intervals(0.2, 0.5).with_row_index("interval"), models(mixing(0.1, 1.6)), "bulk_density"
    )
    rows = long_derivatives(frame, "bulk_density", ["interval"]).collect()
    assert rows.columns == ["interval", "parameter_id", "derivative"]
    first = rows.filter(pl.col("interval") == 0).sort("parameter_id")
    assert first["derivative"].to_list() == pytest.approx([3.2, 0.05])


def test_another_target_is_refused() -> None:
    with pytest.raises(ValueError, match="biomass"):
        by_organic_matter(intervals(0.1), models(carbon("origin", 0.4)), "biomass")
