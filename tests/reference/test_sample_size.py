"""Numbers of plots against printed examples."""

import math

import polars as pl
import pytest
from scipy.special import ndtri, stdtrit

from sinkcalc.ccer.sample_size import Aim, SampleSize, number_of_plots
from sinkcalc.errors import UsageProblem


def _strata(
    area: list[float], mean: list[float], sd: list[float], cost: list[float] | None = None
) -> pl.DataFrame:
    names = [str(place + 1) for place in range(len(area))]
    costs = cost or [1.0] * len(area)
    return pl.DataFrame({"stratum": names, "area_ha": area, "mean": mean, "sd": sd, "cost": costs})


# forestmangr: plots, sum and sum of squares of the volumes of the plots, possible plots
_SAMPLED = {
    1: (14, 84.5, 538.395, 144),
    2: (20, 240.3, 2955.91, 164),
    3: (23, 316.1, 4461.335, 142),
}


def _of_forestmangr(small_fraction: float) -> SampleSize:
    rows = list(_SAMPLED.values())
    strata = _strata(
        [possible / 10 for *_, possible in rows],
        [total / n for n, total, *_ in rows],
        [math.sqrt((squares - total**2 / n) / (n - 1)) for n, total, squares, _ in rows],
    )
    return number_of_plots(strata, Aim(0.20, 0.95, 1, small_fraction, "up"), 0.1)


def test_an_inventory_of_three_strata_in_print() -> None:
    """The README of forestmangr, three strata of plots of 1,000 m2, error 20 % at 95 %.

    Read in github.com/sollano/forestmangr at 9acc61d3dd7ec83627c2f03919a93ece7ab6cddd, README.md,
    strs(exfm2, "VWB", "PLOT_AREA", "STRATA_AREA", "STRATA", error = 20, pop = "fin"); data of
    Soares, Paula Neto & Souza 2012. Printed: stratified mean 10.6471, recalculated t-student
    3.1824, number of samples 8, per stratum 2, 3, 4, n optimal 9. Its t goes by the first number
    rounded up, and its population is finite however small the part that is sampled.
    """
    found = _of_forestmangr(0.0)
    assert found.mean == pytest.approx(10.6471, abs=5e-5)
    assert found.t == pytest.approx(3.1824, abs=5e-5)
    assert found.df == 3
    assert found.finite
    assert found.computed == pytest.approx(7.864, abs=1e-3)
    assert math.ceil(found.computed) == 8
    assert found.strata["plots"].to_list() == [2, 3, 4]
    assert found.plots == 9


def test_below_a_small_part_the_population_counts_as_infinite() -> None:
    """The same: (t/E)² (sum w s)² = (3.1824/2.12942)² · 1.8936² = 8.009."""
    found = _of_forestmangr(0.05)
    assert not found.finite
    assert found.computed == pytest.approx((3.1824463 / 2.12942) ** 2 * 1.89356**2, rel=1e-4)


# PracTools: hospitals, their spread and the cost of one, six strata
_HOSPITALS = [215.0, 65.0, 252.0, 50.0, 149.0, 144.0]
_SPREADS = [26787207.0, 10645109.0, 6909676.0, 11085034.0, 9817762.0, 44553355.0]
_COSTS = [1400.0, 200.0, 300.0, 600.0, 450.0, 1000.0]


def test_the_cheapest_sample_of_a_fixed_precision_in_print() -> None:
    """PracTools 1.7.5, vignette "Single-stage sample sizes", strAlloc with costs, CV0 = 0.05.

    Read in github.com/cran/PracTools at 6939344784a9be244d502c71d16e1061f9332cd1,
    inst/doc/Singlestage-samsize.html (after Valliant, Dever & Kreuter). Printed for ybarU =
    11664181: nh = 104.54922, 33.23283, 68.28362, 15.36917, 46.83941, 137.80400, anticipated SE
    of the mean 583209.1. A standard error of 5 % is a half-width of 5 % · 1.645 at 90 %.
    """
    z = float(ndtri(0.95))
    strata = _strata(_HOSPITALS, [11664181.0] * 6, _SPREADS, _COSTS)
    found = number_of_plots(strata, Aim(0.05 * z, 0.90, 1, 0.05), 1.0)
    printed = [104.54922, 33.23283, 68.28362, 15.36917, 46.83941, 137.80400]
    assert found.strata["plots_computed"].to_list() == pytest.approx(printed, abs=5e-6)
    assert found.finite
    assert (found.t, found.df) == (z, None)
    assert found.plots == 105 + 34 + 69 + 16 + 47 + 138
    assert found.cost == pytest.approx(
        105 * 1400 + 34 * 200 + 69 * 300 + 16 * 600 + 47 * 450 + 138e3
    )
    # the printed standard error, from the printed numbers of plots
    total = sum(_HOSPITALS)
    variance = sum(
        (size / total * sd) ** 2 * (1 / n - 1 / size)
        for size, sd, n in zip(_HOSPITALS, _SPREADS, printed, strict=True)
    )
    assert math.sqrt(variance) == pytest.approx(583209.1, abs=0.1)


def _of_winrock(confidence: float, min_plots: int = 1) -> SampleSize:
    mean = [126.8, 85.0, 102.2]
    cv = [0.207, 0.1842, 0.0802]
    sd = [m * c for m, c in zip(mean, cv, strict=True)]
    strata = _strata([3400.0, 900.0, 700.0], mean, sd)
    return number_of_plots(strata, Aim(0.10, confidence, min_plots, 0.05), 0.25)


def test_the_plot_calculator_of_winrock_as_reproduced() -> None:
    """Forest carbon, 5,000 ha, plots of 0.25 ha, 10 %, as reproduced by a copy of the sheet.

    Read in github.com/mahardhitama/sample-plot-calculator at
    11365414725d51a0af2bfa6beff64bcbdb0e3cf8, docs/superpowers/specs/
    2026-09-27-sample-plot-calculator-design.md: "at 90% confidence the first pass gives n ≈ 9.6
    (< 30), so the second pass uses t(df = 8, 90%) = 1.86 → n ≈ 12.27. At 95% the same example
    iterates to t(df = 12) = 2.179 → n ≈ 16.84, allocated 13.78 / 2.18 / 0.89 → 14 / 3 / 1 = 18".
    Its t is rounded to 1.86, which gives 12.27 in place of 12.264.
    """
    at_90, at_95 = _of_winrock(0.90), _of_winrock(0.95)
    assert at_90.first == pytest.approx(9.6, abs=0.005)
    assert (at_90.df, round(at_90.t, 2)) == (8, 1.86)
    assert at_90.computed == pytest.approx(12.27, abs=0.01)
    assert (at_95.df, round(at_95.t, 3)) == (12, 2.179)
    assert at_95.computed == pytest.approx(16.84, abs=0.005)
    shares = at_95.strata["plots_computed"].to_list()
    assert shares == pytest.approx([13.78, 2.18, 0.89], abs=0.005)
    assert at_95.strata["plots"].to_list() == [14, 3, 1]


def test_every_stratum_has_its_least_number() -> None:
    assert _of_winrock(0.90, 3).strata["plots"].to_list() == [11, 3, 3]


def test_what_is_expected_of_the_whole_numbers() -> None:
    """11 + 3 + 3 plots, 17 - 3 = 14 degrees of freedom.

    Variance of the mean: (0.68·26.2476)²/11 + (0.18·15.657)²/3 + (0.14·8.19644)²/3 = 32.0473;
    half-width t(14) · 5.6610, over the mean 115.832.
    """
    found = _of_winrock(0.90, 3)
    variance = (0.68 * 26.2476) ** 2 / 11 + (0.18 * 15.657) ** 2 / 3 + (0.14 * 8.19644) ** 2 / 3
    half = float(stdtrit(14, 0.95)) * math.sqrt(variance)
    assert found.mean == pytest.approx(115.832)
    assert found.expected == pytest.approx(half / 115.832, rel=1e-12)


def test_the_formula_gives_the_error_that_is_asked_for() -> None:
    """Its plots, not rounded, have t·se = E: another way round through the variance."""
    strata = _strata([40.0, 25.0, 60.0], [30.0, 55.0, 20.0], [14.0, 22.0, 16.0], [1.0, 3.0, 2.0])
    found = number_of_plots(strata, Aim(0.10, 0.90, 1, 0.0), 0.06)
    total = 125.0
    possible = [area / 0.06 for area in (40.0, 25.0, 60.0)]
    variance = sum(
        (area / total * sd) ** 2 * (1 / n - 1 / size)
        for area, sd, n, size in zip(
            (40.0, 25.0, 60.0),
            (14.0, 22.0, 16.0),
            found.strata["plots_computed"],
            possible,
            strict=True,
        )
    )
    assert found.t * math.sqrt(variance) / found.mean == pytest.approx(0.10, rel=1e-12)


def test_a_stratum_that_needs_more_than_it_holds_is_measured_wholly() -> None:
    """Twelve possible plots of 0.1 ha in 1.2 ha, of a spread that asks for more.

    w = 1.2/11.2, 10/11.2. With both strata open stratum 1 would get more than 12; taken wholly it
    adds no variance, and stratum 2 alone has to meet V0 = (E/t)²: n2 = (w2 s2)²/(V0 + w2 s2²/N).
    """
    strata = _strata([1.2, 10.0], [500.0, 20.0], [900.0, 8.0])
    found = number_of_plots(strata, Aim(0.02, 0.90, 3, 0.05), 0.1)
    w1, w2 = 1.2 / 11.2, 10 / 11.2
    mean = w1 * 500 + w2 * 20
    allowed = (0.02 * mean / found.t) ** 2
    second = (w2 * 8) ** 2 / (allowed + w2 * 8**2 / 112)
    assert found.strata["plots_computed"].to_list() == pytest.approx([12.0, second])
    assert found.strata["plots"].to_list() == [12, math.ceil(second)]
    assert found.strata["sampled_fraction"][0] == pytest.approx(1.0)


def test_without_the_area_of_a_plot_the_population_is_infinite() -> None:
    strata = _strata([10.0, 20.0], [30.0, 50.0], [10.0, 12.0])
    found = number_of_plots(strata, Aim(0.10, 0.90, 3, 0.0), None)
    assert not found.finite
    assert found.strata["possible_plots"].null_count() == 2
    spread = 10 / 30 * 10 + 20 / 30 * 12
    mean = 10 / 30 * 30 + 20 / 30 * 50
    assert found.computed == pytest.approx((found.t / (0.1 * mean)) ** 2 * spread**2)


@pytest.mark.parametrize(
    ("strata", "aim", "plot", "said"),
    [
        (_strata([0.01], [30.0], [1.0]), Aim(0.1, 0.9, 3, 0.05), 0.06, "holds no plot"),
        (_strata([10.0], [0.0], [1.0]), Aim(0.1, 0.9, 3, 0.05), 0.06, "weighted mean"),
        (_strata([10.0], [30.0], [-1.0]), Aim(0.1, 0.9, 3, 0.05), 0.06, "sd = -1"),
        (_strata([10.0], [30.0], [1.0], [0.0]), Aim(0.1, 0.9, 3, 0.05), 0.06, "cost = 0"),
        (_strata([10.0], [30.0], [1.0]), Aim(1.5, 0.9, 3, 0.05), 0.06, "relative_error = 1.5"),
        (_strata([10.0], [30.0], [1.0]), Aim(0.1, 90.0, 3, 0.05), 0.06, "confidence = 90"),
        (_strata([10.0], [30.0], [1.0]), Aim(0.1, 0.9, 0, 0.05), 0.06, "min_plots = 0"),
        (_strata([10.0], [30.0], [1.0]), Aim(0.1, 0.9, 3, 0.05), 0.0, "plot_area_ha = 0"),
    ],
)
def test_figures_out_of_bounds_are_refused(
    strata: pl.DataFrame, aim: Aim, plot: float, said: str
) -> None:
    with pytest.raises(UsageProblem, match=said):
        number_of_plots(strata, aim, plot)
