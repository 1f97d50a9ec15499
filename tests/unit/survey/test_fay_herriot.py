"""Small areas: what is marked, what is refused."""

import polars as pl
import pytest

from sinkcalc.errors import UsageProblem
from sinkcalc.survey.small_area import FayHerriot, fay_herriot


def _counties(**changed: list[float | None] | list[str]) -> pl.DataFrame:
    """Seven counties: direct estimate of m3/ha, its variance, mean of the stands."""
    columns: dict[str, list[float | None] | list[str]] = {
        "region_code": [f"33010{i}" for i in range(1, 8)],
        "direct": [52.0, 61.0, 70.0, 45.0, 66.0, 80.0, 58.0],
        "variance": [16.0, 25.0, 9.0, 36.0, 16.0, 49.0, 9.0],
        "stands": [50.0, 57.0, 72.0, 51.0, 60.0, 71.0, 60.0],
    }
    return pl.DataFrame(columns | changed)


def _fit(areas: pl.DataFrame, auxiliaries: tuple[str, ...] = ("stands",)) -> FayHerriot:
    return fay_herriot(
        areas, key="region_code", direct="direct", variance="variance", auxiliaries=auxiliaries
    )


def test_estimate_lies_between_direct_and_synthetic() -> None:
    rows = _fit(_counties(direct=[40.0, 75.0, 70.0, 45.0, 66.0, 95.0, 50.0])).rows
    gamma, direct, synthetic = (rows[c] for c in ("shrinkage", "direct", "synthetic"))
    assert ((gamma > 0) & (gamma < 1)).all()
    assert rows["estimate"].to_list() == pytest.approx(
        (gamma * direct + (1 - gamma) * synthetic).to_list(), rel=1e-14
    )
    # the smaller the sampling variance, the more the direct estimate counts
    order = rows.sort("direct_se")["shrinkage"]
    assert order.to_list() == sorted(order, reverse=True)


@pytest.mark.parametrize(
    ("direct", "variance"), [(None, None), (61.0, None), (None, 25.0)], ids=str
)
def test_area_without_direct_estimate_is_synthetic(
    direct: float | None, variance: float | None
) -> None:
    areas = _counties()
    second = pl.col("region_code") == "330102"
    without = areas.with_columns(
        pl.when(second).then(pl.lit(direct, pl.Float64)).otherwise("direct").alias("direct"),
        pl.when(second).then(pl.lit(variance, pl.Float64)).otherwise("variance").alias("variance"),
    )
    fit, of_the_others = _fit(without), _fit(areas.filter(~second))
    row = fit.rows.row(1, named=True)
    assert row["estimator"] == "synthetic"
    assert row["estimate"] == row["synthetic"]
    assert row["shrinkage"] == 0
    assert fit.areas == 6
    # it takes no part in the fit, and is less certain than the mean of the model
    assert fit.model_variance == of_the_others.model_variance
    assert fit.coefficients.equals(of_the_others.coefficients)
    assert row["mse"] > fit.model_variance
    a, b = fit.coefficients["coefficient"]
    assert row["estimate"] == pytest.approx(a + b * 57, rel=1e-14)
    assert fit.rows["estimator"].to_list().count("eblup") == 6


def test_unit_of_the_auxiliary_does_not_matter() -> None:
    plain = _fit(_counties()).rows
    scaled = _fit(_counties().with_columns(pl.col("stands") * 1e6 + 1e9)).rows
    for column in ("estimate", "mse"):
        assert scaled[column].to_list() == pytest.approx(plain[column].to_list(), rel=1e-9)


def test_order_of_the_areas_does_not_matter() -> None:
    areas = _counties()
    plain, turned = _fit(areas).rows, _fit(areas.reverse()).rows.reverse()
    assert turned["region_code"].to_list() == plain["region_code"].to_list()
    assert turned["estimate"].to_list() == pytest.approx(plain["estimate"].to_list(), rel=1e-12)


@pytest.mark.parametrize(
    ("areas", "auxiliaries", "said"),
    [
        (_counties().head(2), ("stands",), "only 2 areas"),
        (_counties(variance=[16.0, 0.0, 9.0, 36.0, 16.0, 49.0, -1.0]), ("stands",), "330102"),
        (_counties(variance=[float("nan")] + [9.0] * 6), ("stands",), "330101"),
        (_counties(stands=[50.0] * 7), ("stands",), "depend on one another"),
        (
            _counties().with_columns((pl.col("stands") * 3 + 1).alias("twice")),
            ("stands", "twice"),
            "depend on one another",
        ),
        (
            _counties(stands=[50.0, None, 72.0, 51.0, 60.0, 71.0, 60.0]),
            ("stands",),
            "areas without an auxiliary (stands): 330102",
        ),
        (_counties(region_code=["330101"] * 7), ("stands",), "named twice"),
        (_counties(), ("height",), "lacks columns: height"),
    ],
    ids=["few", "variance", "nan", "constant", "collinear", "gap", "twice", "column"],
)
def test_refused_with_a_reason(
    areas: pl.DataFrame, auxiliaries: tuple[str, ...], said: str
) -> None:
    with pytest.raises(UsageProblem) as raised:
        _fit(areas, auxiliaries)
    assert said in raised.value.en
    assert raised.value.zh != raised.value.en


def test_three_areas_carry_two_coefficients() -> None:
    """The least number of areas that is taken."""
    assert _fit(_counties().head(3)).areas == 3
