"""Control totals by hand, and what is refused."""

from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest

from sinkcalc.calibration.control_totals import Calibration, Margin, calibrate_to_controls
from sinkcalc.calibration.solve import METHODS, Method
from sinkcalc.errors import UsageProblem

BOUNDS = {"raking": None, "linear": None, "bounded": (0.5, 2.0)}
# two counties with fir and pine: 600 + 400 m3 and 300 + 700 m3
CELLS = pl.DataFrame(
    {
        "region_code": ["330110", "330110", "330112", "330112"],
        "species_group": ["fir", "pine", "fir", "pine"],
        "stands": [6, 4, 3, 7],
        "volume_m3": [600.0, 400.0, 300.0, 700.0],
        "area_ha": [10.0, 8.0, 5.0, 12.0],
    }
)


def _margin(key: str, totals: dict[str | None, float], **variance: list[float]) -> Margin:
    figures = [float(total) for total in totals.values()]
    return Margin((key,), pl.DataFrame({key: list(totals), "total_m3": figures, **variance}))


REGIONS = _margin("region_code", {"330110": 1100, "330112": 1300})
SPECIES = _margin("species_group", {"fir": 1000, "pine": 1400})


def _calibrate(
    cells: pl.DataFrame, margins: list[Margin], method: Method = "raking", **options: Any
) -> Calibration:
    options.setdefault("bounds", BOUNDS[method])
    return calibrate_to_controls(cells, margins, method=method, **options)


@pytest.mark.parametrize("method", METHODS)
def test_one_margin_is_the_ratio(method: Method) -> None:
    """Weights 1100/1000 and 1300/1000; var of fir in 330110: (600/1000)^2 x 2500 = 900.

    Total: sqrt(2500 + 3600) = 78.102. Fir: sqrt(0.36 x 2500 + 0.09 x 3600) = sqrt(1224).
    """
    margin = _margin("region_code", {"330110": 1100, "330112": 1300}, variance=[2500, 3600])
    result = _calibrate(CELLS, [margin], method)
    rows = result.weights
    assert rows["weight"].to_list() == pytest.approx([1.1, 1.1, 1.3, 1.3], rel=1e-9)
    assert rows["volume_before_m3"].to_list() == [600, 400, 300, 700]
    assert rows["volume_after_m3"].to_list() == pytest.approx([660, 440, 390, 910], rel=1e-9)
    assert rows["volume_after_m3_se"].to_list() == pytest.approx([30, 20, 18, 42], rel=1e-9)
    # the part of each cell in the variance of the total, 6100
    assert rows["variance_contribution"].to_list() == pytest.approx(
        [1500, 1000, 1080, 2520], rel=1e-9
    )
    species = result.by(["species_group"])
    assert species["volume_after_m3"].to_list() == pytest.approx([1050, 1350], rel=1e-9)
    assert species["volume_after_m3_se"][0] == pytest.approx(1224**0.5, rel=1e-9)
    total = result.by([]).row(0, named=True)
    assert total["volume_after_m3"] == pytest.approx(2400, rel=1e-9)
    assert total["volume_after_m3_se"] == pytest.approx(78.1025, abs=5e-5)
    assert total["ratio"] == pytest.approx(1.2, rel=1e-9)
    assert (total["stands"], total["area_ha"]) == (20, 35)


def test_controls_that_share_plots() -> None:
    """Covariance -1500: var of the total 2500 + 3600 - 3000 = 3100."""
    sigma = np.array([[2500.0, -1500.0], [-1500.0, 3600.0]])
    result = _calibrate(CELLS, [REGIONS], covariance=sigma)
    assert result.by([])["volume_after_m3_se"].item() == pytest.approx(3100**0.5, rel=1e-9)
    # fir: 0.36 x 2500 + 0.09 x 3600 - 2 x 0.6 x 0.3 x 1500 = 684
    fir = result.by(["species_group"])["volume_after_m3_se"][0]
    assert fir == pytest.approx(684**0.5, rel=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_two_margins_are_met_together(method: Method) -> None:
    result = _calibrate(CELLS, [REGIONS, SPECIES], method)
    for key, totals in (("region_code", [1100, 1300]), ("species_group", [1000, 1400])):
        assert result.by([key])["volume_after_m3"].to_list() == pytest.approx(totals, rel=1e-9)
    assert result.diagnostics.largest_miss < 1e-9
    assert result.controls["before_m3"].to_list() == [1000, 1000, 900, 1100]
    # raking and the others differ inside the table but not on the margins
    assert result.by([])["volume_after_m3_se"].to_list() == [None]


def test_grand_total_alone() -> None:
    total = Margin((), pl.DataFrame({"total_m3": [2200.0], "variance": [10_000.0]}))
    result = _calibrate(CELLS, [total])
    assert result.weights["weight"].to_list() == pytest.approx([1.1] * 4, rel=1e-9)
    assert result.by([])["volume_after_m3_se"].item() == pytest.approx(100, rel=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_weights_do_not_depend_on_how_cells_are_cut(method: Method) -> None:
    """Stands, one a cell, get the weight of the group they belong to."""
    parts = pl.DataFrame({"part": [1, 2, 3], "share": [0.2, 0.3, 0.5]})
    fine = CELLS.join(parts, how="cross").with_columns(pl.col("volume_m3") * pl.col("share"))
    coarse = _calibrate(CELLS, [REGIONS, SPECIES], method)
    found = _calibrate(fine.drop("share"), [REGIONS, SPECIES], method)
    keys = ["region_code", "species_group"]
    both = found.weights.join(coarse.weights, on=keys)
    assert both["weight"].to_list() == pytest.approx(both["weight_right"].to_list(), rel=1e-9)


def test_order_of_the_cells_changes_no_bit() -> None:
    turned = CELLS.reverse()
    first, second = (_calibrate(c, [REGIONS, SPECIES]) for c in (CELLS, turned))
    assert first.weights.equals(second.weights)
    assert first.by(["region_code"]).equals(second.by(["region_code"]))


def test_decimals_and_codes_of_another_type_are_read() -> None:
    cells = CELLS.with_columns(
        pl.col("volume_m3").cast(pl.Decimal(20, 4)),
        pl.col("region_code").cast(pl.Enum(["330110", "330112"])),
    )
    numbers = Margin(
        ("region_code",),
        pl.DataFrame({"region_code": [330110, 330112], "total_m3": [Decimal(1100), Decimal(1300)]}),
    )
    found = _calibrate(cells, [numbers]).weights["weight"].to_list()
    assert found == pytest.approx([1.1, 1.1, 1.3, 1.3], rel=1e-9)


def test_what_no_control_governs_keeps_its_weight_and_is_counted() -> None:
    result = _calibrate(CELLS, [_margin("region_code", {"330112": 1300.0}, variance=[3600.0])])
    assert result.weights["weight"].to_list() == pytest.approx([1, 1, 1.3, 1.3], rel=1e-9)
    assert result.weights["volume_after_m3_se"].to_list()[:2] == [0, 0]
    assert result.diagnostics.cells_without_control == 2
    assert result.diagnostics.volume_without_control_m3 == 1000


def test_group_that_is_not_recorded_is_a_group() -> None:
    cells = CELLS.with_columns(
        pl.when(pl.col("species_group") != "pine").then("species_group").alias("species_group")
    )
    result = _calibrate(cells, [_margin("species_group", {"fir": 900, None: 2200})])
    rows = result.by(["species_group"])
    assert rows["species_group"].to_list() == ["fir", None]
    assert rows["volume_after_m3"].to_list() == pytest.approx([900, 2200], rel=1e-9)


def test_cell_without_volume_stays_without() -> None:
    cells = pl.concat(
        [CELLS, CELLS.head(1).with_columns(species_group=pl.lit("moso"), volume_m3=0.0)]
    )
    result = _calibrate(cells, [REGIONS])
    moso = result.by(["species_group"]).filter(pl.col("species_group") == "moso").row(0, named=True)
    assert (moso["volume_after_m3"], moso["ratio"]) == (0, None)


def test_later_margin_is_scaled_to_the_first_where_asked() -> None:
    """Species of 1250 + 1750 = 3000 beside counties of 2400: 1000 and 1400 are used.

    Errors are those of the first margin for the total, whatever the second brings.
    """
    regions = _margin("region_code", {"330110": 1100, "330112": 1300}, variance=[2500, 3600])
    species = _margin("species_group", {"fir": 1250, "pine": 1750}, variance=[10_000, 10_000])
    result = _calibrate(CELLS, [regions, species], reconcile="first")
    used = result.controls
    assert used["total_m3"].to_list() == pytest.approx([1100, 1300, 1000, 1400], rel=1e-9)
    assert used["given_m3"].to_list() == [1100, 1300, 1250, 1750]
    assert result.diagnostics.largest_miss == pytest.approx(0.2, rel=1e-9)
    plain = _calibrate(CELLS, [REGIONS, SPECIES]).weights["weight"].to_list()
    assert result.weights["weight"].to_list() == pytest.approx(plain, rel=1e-9)
    se = result.by([])["volume_after_m3_se"].item()
    assert se == pytest.approx(6100**0.5, rel=1e-9)
    # fir by hand: p = 1250/3000, S1 = 2400, S2 = 3000:
    # p^2 6100 + (S1/S2)^2 ((1 - p)^2 + p^2) 10000
    p = 1250 / 3000
    by_hand = p**2 * 6100 + 0.64 * ((1 - p) ** 2 + p**2) * 10_000
    fir = result.by(["species_group"])["volume_after_m3_se"][0]
    assert fir**2 == pytest.approx(by_hand, rel=1e-6)


def test_sums_that_differ_by_rounding_agree() -> None:
    species = _margin("species_group", {"fir": 1000, "pine": 1400.001})
    result = _calibrate(CELLS, [REGIONS, species])
    assert result.by(["region_code"])["volume_after_m3"].to_list() == pytest.approx([1100, 1300])
    assert 0 < result.diagnostics.largest_miss < 1e-6


NESTED = Margin(
    ("region_code", "species_group"),
    pl.DataFrame(
        {
            "region_code": ["330110", "330110", "330112", "330112"],
            "species_group": ["fir", "pine", "fir", "pine"],
            "total_m3": [700.0, 400.0, 400.0, 900.0],
        }
    ),
)


def test_margin_within_a_margin() -> None:
    result = _calibrate(CELLS, [REGIONS, NESTED])
    found = result.weights["volume_after_m3"].to_list()
    assert found == pytest.approx([700, 400, 400, 900], rel=1e-9)


@pytest.mark.parametrize(
    ("margins", "said"),
    [
        ([], "no totals"),
        ([_margin("region_code", {"330110": 0, "330112": 1300})], "region_code=330110 = 0.0"),
        ([_margin("region_code", {"330110": -5, "330112": 1300})], "above 0"),
        ([_margin("region_code", {"330110": float("nan"), "330112": 9})], "above 0"),
        ([_margin("region_code", {"330110": 1100, "330199": 9})], "region_code=330199 = 9.0"),
        (
            [REGIONS, _margin("species_group", {"fir": 1000, "pine": 1500})],
            "margin 1 sums to 2,400.0 m3 and margin 2 to 2,500.0 m3",
        ),
        ([_margin("region_code", {"330110": 1000, "330112": 1400}), NESTED], "contradict"),
        ([_margin("origin", {"planted": 9})], "lack columns: origin"),
        ([Margin(("region_code",), pl.DataFrame({"region_code": ["330110"]}))], "total_m3"),
        ([Margin(("region_code",), pl.concat([REGIONS.totals] * 2))], "twice"),
        ([Margin((), pl.DataFrame({"total_m3": [1.0, 2.0]}))], "twice"),
        (
            [_margin("region_code", {"330110": 9, "330112": 9}, variance=[1, 1]), SPECIES],
            "only some margins",
        ),
        (
            [_margin("region_code", {"330110": 9, "330112": 9}, variance=[1, -1])],
            "non-negative",
        ),
    ],
)
def test_refused_controls(margins: list[Margin], said: str) -> None:
    with pytest.raises(UsageProblem) as raised:
        _calibrate(CELLS, margins)
    assert said in raised.value.en
    assert raised.value.zh.startswith("控制总量:")


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (CELLS.drop("area_ha"), "lack columns: area_ha"),
        (pl.concat([CELLS, CELLS]), "listed twice"),
        (CELLS.with_columns(volume_m3=pl.lit(None, pl.Float64)), "4 cells have a missing"),
        (CELLS.with_columns(-pl.col("volume_m3")), "negative volume"),
    ],
)
def test_refused_cells(cells: pl.DataFrame, said: str) -> None:
    with pytest.raises(UsageProblem, match=said):
        _calibrate(cells, [REGIONS])


@pytest.mark.parametrize(
    "sigma", [np.eye(3), np.array([[1.0, 2.0], [2.0, 1.0]]), np.array([[1.0, 0.5], [0.0, 1.0]])]
)
def test_refused_covariance(sigma: np.ndarray) -> None:
    with pytest.raises(UsageProblem, match="has to be 2 x 2, symmetric"):
        _calibrate(CELLS, [REGIONS], covariance=sigma)
    with_variance = _margin("region_code", {"330110": 1, "330112": 2}, variance=[1, 1])
    with pytest.raises(UsageProblem, match="not both"):
        _calibrate(CELLS, [with_variance], covariance=np.eye(2))


@pytest.mark.parametrize(
    ("method", "bounds", "said"),
    [
        ("bounded", None, "needs a lower bound"),
        ("bounded", (1.1, 2.0), "needs a lower bound"),
        ("bounded", (0.5, 0.9), "needs a lower bound"),
        ("bounded", (-1.0, 2.0), "needs a lower bound"),
        ("raking", (0.5, 2.0), "takes no bounds"),
        ("sideways", None, "no method sideways"),
    ],
)
def test_refused_method(method: Method, bounds: tuple[float, float] | None, said: str) -> None:
    with pytest.raises(UsageProblem, match=said):
        calibrate_to_controls(CELLS, [REGIONS], method=method, bounds=bounds)


def test_bounds_that_cannot_hold_say_which_control_and_how_near() -> None:
    """330112 needs 1.3 and gets at most 1.2: 1200 of 1300."""
    with pytest.raises(UsageProblem) as raised:
        _calibrate(CELLS, [REGIONS], "bounded", bounds=(0.8, 1.2))
    assert "[1] region_code=330112: 1,000.0 → 1,300.0 m³ (1,200.0)" in raised.value.en
    assert "330110" not in raised.value.en
    assert "330112" in raised.value.zh


def test_bounds_that_only_just_hold() -> None:
    """A weight of 1.3 is the bound itself; a total the smallest bit beyond is not met."""
    found = _calibrate(CELLS, [REGIONS], "bounded", bounds=(0.8, 1.3))
    assert found.weights["weight"].to_list() == pytest.approx([1.1, 1.1, 1.3, 1.3], rel=1e-9)
    assert found.diagnostics.at_upper == 2
    beyond = _margin("region_code", {"330110": 1100, "330112": 1300.00001})
    with pytest.raises(UsageProblem, match="only with weights at their limit"):
        _calibrate(CELLS, [beyond], "bounded", bounds=(0.8, 1.3))


def test_empty_cells_that_make_totals_impossible() -> None:
    """Fir grows in 330110 alone: no weights give it more than the county has."""
    cells = CELLS.filter(
        pl.struct("region_code", "species_group")
        != pl.struct(pl.lit("330112").alias("region_code"), pl.lit("fir").alias("species_group"))
    )
    species = _margin("species_group", {"fir": 1200, "pine": 1200})
    with pytest.raises(UsageProblem, match="cannot meet these totals"):
        _calibrate(cells, [REGIONS, species])


def test_linear_with_negative_weights_is_refused() -> None:
    regions = _margin("region_code", {"330110": 100, "330112": 2300})
    species = _margin("species_group", {"fir": 120, "pine": 2280})
    with pytest.raises(UsageProblem, match="a negative weight"):
        _calibrate(CELLS, [regions, species], "linear")
    assert (_calibrate(CELLS, [regions, species]).weights["weight"] > 0).all()


def test_weights_near_a_bound_are_counted() -> None:
    regions = _margin("region_code", {"330110": 1000, "330112": 1299.9})
    found = _calibrate(CELLS, [regions], "bounded", bounds=(0.8, 1.3)).diagnostics
    assert (found.at_lower, found.at_upper) == (0, 2)
    assert _calibrate(CELLS, [REGIONS]).diagnostics.at_upper is None


@pytest.mark.parametrize(("method", "bounds"), [("raking", None), ("bounded", (0.0, 500.0))])
def test_totals_far_from_the_stands(method: Method, bounds: tuple[float, float] | None) -> None:
    """Stands of one county recorded in another unit: weights of 300 and 0.003 are found."""
    regions = _margin("region_code", {"330110": 300_000, "330112": 3})
    found = _calibrate(CELLS, [regions], method, bounds=bounds)
    expected = [300, 300, 0.003, 0.003]
    assert found.weights["weight"].to_list() == pytest.approx(expected, rel=1e-9)
