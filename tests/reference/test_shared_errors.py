"""What many stands share does not average out; what each deviates on its own does."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from city_of_stands import COUNTIES
from made_errors import nothing_but
from stands_of_every_kind import stands_of_every_kind
from test_monte_carlo import half_width_error

from sinkcalc.accounting.stock import KEY_OF
from sinkcalc.coefficients.factors import Factors, load_factors
from sinkcalc.pipeline.figures import Figures, forest_figures
from sinkcalc.pipeline.rows import budget_rows
from sinkcalc.store.results import RunRecord
from sinkcalc.uncertainty.draws import Chance
from sinkcalc.uncertainty.errors import Errors, all_errors, published_errors
from sinkcalc.uncertainty.parts import NO_SPREADS, ErrorParts, sum_errors
from sinkcalc.vocabulary import ERROR_SOURCES, METHODS

Encode = Callable[..., pl.LazyFrame]

DRAWS = 4000


def _row(rows: pl.DataFrame, quantity: str, pool: str | None, **keys: str) -> dict[str, Any]:
    wanted = {"quantity": quantity, "pool": pool, **keys}
    found = rows.filter(pl.col(name).eq_missing(value) for name, value in wanted.items())
    return found.row(0, named=True)


def _forest(number: int) -> list[tuple[str | None, ...]]:
    """Return stands of Masson pine of 10 ha and 600 m3, dealt to the counties in turn."""
    keys = ("masson_pine", "natural", "middle")
    counties = COUNTIES[: min(number, len(COUNTIES))]
    return [(counties[i % len(counties)], "arbor", "10", *keys, "600") for i in range(number)]


# the shared error of the carbon fraction


@pytest.fixture
def fraction_alone(tmp_path: Path, factors: Factors) -> Errors:
    """2 % for the carbon fraction, 0 for all else, from a user's table."""
    path = nothing_but(tmp_path / "own.csv", ("carbon-fraction.", "2%", "true"))
    return all_errors(factors, 2020, path)


def test_everything_else_is_without_error(fraction_alone: Errors) -> None:
    """The table of the tests reaches every error there is."""
    others = fraction_alone.loadings.filter(
        ~pl.col("parameter_id").str.contains(r"^(carbon-fraction|anhui-2016|general-2018)\.")
    )
    assert others.height > 200
    assert others["loading"].abs().max() == 0.0
    assert fraction_alone.spreads["spread"].abs().max() == 0.0


@pytest.mark.parametrize("number", [1, 100, 10_000])
def test_an_error_that_all_stands_share_does_not_average_out(
    encode: Encode, factors: Factors, fraction_alone: Errors, number: int
) -> None:
    """C = B CF: with CF off by 2 % each stand is, and so is their sum, however many there are.

    Root of sum of squares would give 2 %/sqrt(10 000) = 0.02 % for ten thousand. The value is
    rounded to 1e-4 t of 203 t or more: 5e-7.
    """
    stands = encode(_forest(number))
    for by in ((), ("region",)):
        rows = forest_figures(stands, factors, by, None, Chance(fraction_alone)).rows
        for pool in ("above_ground", "below_ground"):
            pools = rows.filter(pl.col("quantity") == "carbon", pl.col("pool") == pool)
            assert pools.height == (min(number, len(COUNTIES)) if by else 1)
            for value, se in pools.select("value", "se").iter_rows():
                assert se / float(value) == pytest.approx(0.02, rel=2e-6)
        assert _row(rows, "biomass", "total")["se"] == 0.0
        assert _row(rows, "growing_stock", None)["se"] == 0.0


@pytest.mark.parametrize("number", [1, 100, 10_000])
def test_a_drawn_error_that_all_stands_share_does_not_average_out(
    encode: Encode, factors: Factors, fraction_alone: Errors, number: int
) -> None:
    """Half width 1.96 x 2 %, to 4.5 standard errors of a half width of 4000 draws: 6.9 %."""
    chance = Chance(fraction_alone, DRAWS, 3)
    stands = encode(_forest(number))
    for by in ((), ("region",)):
        rows = forest_figures(stands, factors, by, None, chance).rows
        pools = rows.filter(pl.col("quantity") == "carbon", pl.col("pool") == "above_ground")
        for value, low, high in pools.select("value", "ci_low", "ci_high").iter_rows():
            half = (high - low) / 2 / float(value)
            allowed = 4.5 * half_width_error(1.9599, DRAWS)
            assert half == pytest.approx(1.959964 * 0.02, rel=allowed)


def test_errors_of_counties_that_share_all_add_up(
    encode: Encode, factors: Factors, fraction_alone: Errors
) -> None:
    """City se = sum of the counties' se, not the root of their squares: 4 and not 2 of equal."""
    stands = encode(_forest(100))
    for chance in (Chance(fraction_alone), Chance(fraction_alone, DRAWS, 3)):
        city, counties = (
            forest_figures(stands, factors, by, None, chance).rows.filter(
                pl.col("quantity") == "carbon", pl.col("pool") == "above_ground"
            )
            for by in ((), ("region",))
        )
        assert counties.height == 4
        whole = city["se"].item()
        assert whole == pytest.approx(counties["se"].sum(), rel=1e-12)
        assert whole == pytest.approx(2 * math.sqrt((counties["se"] ** 2).sum()), rel=1e-12)
        half = pl.col("ci_high") - pl.col("ci_low")
        # one draw of the fraction moves all: the same quantile in each county, but for rounding
        parts = counties.select(half).to_series().sum()
        assert city.select(half).item() == pytest.approx(parts, rel=1e-6)


def test_errors_that_are_not_shared_are_those_of_each_species(
    encode: Encode, tmp_path: Path
) -> None:
    """Fractions of two species, 2 % each on its own: sqrt(c1^2 + c2^2) x 2 %; shared: (c1 + c2)."""
    factors = load_factors("cbef-zhejiang", "species")
    stands = encode(
        [
            ("330102", "arbor", "10", "masson_pine", None, None, "600"),
            ("330102", "arbor", "10", "chinese_fir", None, None, "600"),
        ]
    )
    found = {}
    for shared in ("true", "false"):
        path = nothing_but(tmp_path / f"{shared}.csv", ("carbon-fraction.", "2%", shared))
        chance = Chance(all_errors(factors, 2020, path))
        rows = forest_figures(stands, factors, ("species_group",), None, chance).rows
        parts = rows.filter(pl.col("quantity") == "carbon", pl.col("pool") == "above_ground")
        whole = forest_figures(stands, factors, (), None, chance).rows
        values = parts["value"].cast(pl.Float64).to_numpy()
        found[shared] = _row(whole, "carbon", "above_ground")["se"] / 0.02, values
    assert found["true"][0] == pytest.approx(found["true"][1].sum(), rel=1e-6)
    assert found["false"][0] == pytest.approx(np.hypot(*found["false"][1]), rel=1e-6)


# what stands deviate each on its own


@pytest.fixture
def residuals_alone(tmp_path: Path, factors: Factors) -> Errors:
    """Return the spread of stands as printed, 0 for all else."""
    path = nothing_but(tmp_path / "own.csv", ("residual.", "", "true"))
    errors = all_errors(factors, 2020, path)
    assert (
        errors.loadings.filter(pl.col("parameter_id").str.starts_with("cbef"))["loading"]
        .abs()
        .max()
        == 0.0
    )
    return errors


def test_spread_about_an_equation_by_hand(
    encode: Encode, factors: Factors, residuals_alone: Errors
) -> None:
    """Chinese fir: a = 0.4652, n = 90, R2 = 0.94; S = 0.737 x 52.87 = 38.96519 m3/ha.

    Decision 9: sigma^2 = a^2 S^2 (1 - R2)/R2 (n - 1)/(n - 2)
    = 0.21641104 x 1518.2860 x 0.06382979 x 1.01136364 = 21.21113, sigma = 4.605554 t/ha.
    Stands of 3, 4 and 12 ha: sum of squares 9 + 16 + 144 = 169 ha2, se = 13 x 4.605554
    = 59.87220 t of whole trees, whatever their volumes. One stand of 19 ha would have 87.5 t.
    """
    rows = [
        ("330102", "arbor", area, "chinese_fir", None, None, volume)
        for area, volume in (("3", "150"), ("4", "900"), ("12", "30"))
    ]
    chance = Chance(residuals_alone)
    found = forest_figures(encode(rows), factors, (), None, chance)
    assert _row(found.rows, "biomass", "total")["se"] == pytest.approx(59.87220, rel=1e-6)
    whole = [("330102", "arbor", "19", "chinese_fir", None, None, "1080")]
    one = forest_figures(encode(whole), factors, (), None, chance)
    assert _row(one.rows, "biomass", "total")["se"] == pytest.approx(19 * 4.605554, rel=1e-6)
    # what is measured deviates from no model
    assert _row(found.rows, "growing_stock", None)["se"] == 0.0


def test_spread_of_stands_averages_out(
    encode: Encode, factors: Factors, residuals_alone: Errors
) -> None:
    """Relative se of N equal stands falls with 1/sqrt(N) in every pool that has a spread.

    se and value are sums of equal terms; the value is rounded to 1e-4 t of 13.8 t or more.
    """
    chance = Chance(residuals_alone)
    relative: dict[int, dict[tuple[str, str | None], float]] = {}
    for number in (1, 100, 10_000):
        rows = forest_figures(encode(_forest(number)), factors, (), None, chance).rows
        relative[number] = {
            (quantity, pool): se / float(value)
            for quantity, pool, value, se in rows.select(
                "quantity", "pool", "value", "se"
            ).iter_rows()
        }
    spreading = {key for key, value in relative[1].items() if value > 0}
    assert {pool for _, pool in spreading} >= {"above_ground", "soil", "litter", "understorey"}
    for key in spreading:
        for number in (100, 10_000):
            expected = relative[1][key] / math.sqrt(number)
            assert relative[number][key] == pytest.approx(expected, rel=1e-5)


def test_spreads_of_pools_are_independent(
    encode: Encode, factors: Factors, residuals_alone: Errors
) -> None:
    """Above and below ground split one deviation; soil, litter and understorey have their own.

    Total carbon of one stand: sqrt((CF sigma A)^2 + sum over the others of (SD A)^2).
    Masson pine: sigma = 7.657767 t/ha, CF 0.5; SD 44.30, 1.20, 1.78 t C/ha as printed; 10 ha.
    sqrt(38.28884^2 + 443.0^2 + 12.0^2 + 17.8^2) = 445.1695 t C; se of the printed SD has six
    digits.
    """
    chance = Chance(residuals_alone)
    rows = forest_figures(encode(_forest(1)), factors, (), None, chance).rows
    expected = math.hypot(0.5 * 7.657767 * 10, 443.0, 12.0, 17.8)
    assert expected == pytest.approx(445.1695, abs=1e-4)
    assert _row(rows, "carbon", "total")["se"] == pytest.approx(expected, rel=1e-5)


# sums over counties, and the budget


def _figures(encode: Encode, method: str, by: tuple[str, ...]) -> Figures:
    factors = load_factors(method)
    chance = Chance(all_errors(factors, 2020))
    return forest_figures(encode(stands_of_every_kind()), factors, by, None, chance)


def _parts(figures: Figures) -> ErrorParts:
    return ErrorParts(figures.gradients, figures.residuals, Errors(figures.loadings, NO_SPREADS))


@pytest.mark.parametrize("method", METHODS)
def test_errors_of_counties_sum_to_that_of_the_city(encode: Encode, method: str) -> None:
    """sum_errors of a run by county is the error of the run of the city: the same sums, 1e-9."""
    keys = ["quantity", "pool"]
    city = _figures(encode, method, ()).rows
    counties = _figures(encode, method, ("region",))
    summed = sum_errors(_parts(counties), keys).rows
    assert summed.height == city.height
    joined = city.join(summed, on=keys, nulls_equal=True)
    assert joined.height == city.height
    squares = counties.rows.group_by(keys).agg((pl.col("se") ** 2).sum().sqrt().alias("root"))
    for row in joined.join(squares, on=keys, nulls_equal=True).iter_rows(named=True):
        assert row["se"] == pytest.approx(row["se_right"], rel=1e-9), (row["quantity"], row["pool"])
        # what the counties share makes the city's error larger than independent ones
        assert row["se"] > row["root"] * 1.05


@pytest.mark.parametrize("by", [(), ("region",), ("region", "vegetation_class", "species_group")])
@pytest.mark.parametrize("method", METHODS)
def test_a_budget_adds_up_to_the_variance(encode: Encode, method: str, by: tuple[str, ...]) -> None:
    """Every row has each source once; variances add up to se^2, fractions to 1."""
    found = _figures(encode, method, by)
    keys = [*(KEY_OF[key] for key in by), "quantity", "pool"]
    names = {"run_id": "r", "kind": "forest", "load_id": "l", "method": method, "by_keys": ""}
    run = RunRecord(
        **names,
        survey=2020,
        carbon_fraction_set="fang",
        soil_depth_cm=100,
        program_version="0",
        stands=1,
    )
    budget = budget_rows(found.budget, run)
    assert budget.height == found.rows.height * len(ERROR_SOURCES)
    assert budget.select(*keys, "source").is_duplicated().sum() == 0
    sums = budget.group_by(keys).agg(
        (pl.col("se") ** 2).sum().alias("variance"), pl.col("variance_fraction").sum()
    )
    joined = found.rows.join(sums, on=keys, nulls_equal=True)
    assert joined.height == found.rows.height
    for row in joined.iter_rows(named=True):
        assert row["variance"] == pytest.approx(row["se"] ** 2, rel=1e-12, abs=1e-18)
        expected = 1.0 if row["se"] > 0 else 0.0
        assert row["variance_fraction"] == pytest.approx(expected, abs=1e-12)


def test_each_error_is_in_its_source(encode: Encode, factors: Factors) -> None:
    """Growing stock errs by its measurement alone, area by its own; counted bamboo by culms."""
    found = _figures(encode, "cbef-zhejiang", ("vegetation_class",))
    shares = {
        (kind, quantity, pool, source)
        for kind, quantity, pool, source, variance in found.budget.iter_rows()
        if variance > 0
    }

    def sources(*key: str | None) -> set[str]:
        return {source for *rest, source in shares if tuple(rest) == key}

    assert sources("arbor", "growing_stock", None) == {"volume_measurement"}
    assert sources("arbor", "area", None) == {"area_measurement"}
    assert sources("bamboo", "biomass", "total") == {
        *("residual", "shared_factors", "culm_measurement", "area_measurement", "imputation")
    }
    assert sources("economic", "carbon", "dead_wood") == {"shared_factors", "area_measurement"}
    assert "sampling" not in {source for *_, source in shares}


def test_published_errors_alone_are_a_part_of_all(encode: Encode, factors: Factors) -> None:
    """Assumed errors add to the variance; they replace none that a source prints."""
    every = all_errors(factors, 2020)
    published = published_errors(factors)
    names = ["parameter_id", "block", "factor"]
    kept = every.loadings.join(published.loadings, on=names, how="semi").sort(names)
    assert kept.equals(published.loadings.sort(names))
    assert replace(every, loadings=kept).spreads.height >= published.spreads.height
