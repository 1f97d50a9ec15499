"""Errors of published coefficients and of the sums that rest on them."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
import scipy.stats
import statsmodels.api as sm
from made_errors import of_coefficients, of_published

from sinkcalc.coefficients.factors import Factors, load_factors
from sinkcalc.coefficients.load import load_table
from sinkcalc.coefficients.table import ParameterTable
from sinkcalc.pipeline.figures import forest_figures
from sinkcalc.uncertainty.draws import Chance
from sinkcalc.uncertainty.errors import (
    Errors,
    all_errors,
    equation_errors,
    published_errors,
)
from sinkcalc.uncertainty.parts import NO_SPREADS
from sinkcalc.uncertainty.propagate import group_gradients, propagate

Encode = Callable[..., pl.LazyFrame]
Covariance = dict[tuple[str, str], float]

# what stands in for the mean and the spread of the samples behind the published equations
MEAN_VOLUME = 52.87
VOLUME_CV = 0.737


def _equation(name: str, a: float, r2: float, n: int, block: str | None = None) -> pl.DataFrame:
    """Return what a paper prints of one regression."""
    return pl.DataFrame(
        {
            "row": [name],
            "block": [block or name],
            "a": [a],
            "r2": [r2],
            "n": [float(n)],
            "basis": ["sample"],
        }
    )


def _printed(prefix: str) -> pl.DataFrame:
    """Return the regressions of a set of equations as the shipped table has them."""
    rows = load_table("volume_biomass").rows.filter(pl.col("equation_set") == prefix)
    parts = []
    for (name,), part in rows.group_by(pl.col("parameter_id").str.extract(r"^(.*)\.", 1)):
        values = dict(part.select("symbol", "value").iter_rows())
        n = part.filter(pl.col("symbol") == "a")["n"].item()
        if n is not None and "r2" in values:
            parts.append(_equation(str(name), values["a"], values["r2"], n))
    return pl.concat(parts)


def _pairs(loadings: pl.DataFrame) -> Covariance:
    """Give cov(i, j) = sum_k L_ik L_jk over the independent standard errors k, by plain loops."""
    columns = ("parameter_id", "block", "factor", "loading")
    rows = loadings.select(columns).rows()
    out: Covariance = {}
    for i, block_i, factor_i, loading_i in rows:
        for j, block_j, factor_j, loading_j in rows:
            if (block_i, factor_i) == (block_j, factor_j):
                out[i, j] = out.get((i, j), 0.0) + loading_i * loading_j
    return out


def _without_spreads(loadings: pl.DataFrame) -> Errors:
    return Errors(loadings, NO_SPREADS)


def _sample(mean: float, cv: float) -> Callable[[str], ParameterTable]:
    """Return a reader whose table holds another sample mean and spread of volume."""
    table = load_table("volume_biomass")
    value = (
        pl.when(pl.col("symbol") == "sample_mean_volume")
        .then(mean)
        .when(pl.col("symbol") == "sample_volume_cv")
        .then(cv)
        .otherwise("value")
    )
    changed = replace(table, rows=table.rows.with_columns(value.alias("value")))
    return lambda _: changed


@pytest.mark.parametrize(
    ("n", "slope", "noise", "seed"), [(3, 0.5, 1.0, 1), (12, 1.1, 8.0, 2), (90, 0.47, 15.0, 3)]
)
def test_covariance_of_an_equation_is_that_of_least_squares(
    monkeypatch: pytest.MonkeyPatch, n: int, slope: float, noise: float, seed: int
) -> None:
    """A sample is drawn and fitted by statsmodels; the formulas get only what papers print.

    From a, n and R2 with the sample's own mean and standard deviation (n - 1) of V, the matrix
    must be the one of the fit. The two are the same algebra: 1e-9 leaves room for rounding.
    """
    rng = np.random.default_rng(seed)
    volume = rng.lognormal(4.0, 0.6, n)
    biomass = slope * volume + 20 + rng.normal(0, noise, n)
    fit = sm.OLS(biomass, sm.add_constant(volume)).fit()
    (var_b, cov_ab), (_, var_a) = np.asarray(fit.cov_params())
    mean = float(volume.mean())
    reader = _sample(mean, float(volume.std(ddof=1)) / mean)
    monkeypatch.setattr("sinkcalc.uncertainty.regressions.load_table", reader)

    _, a = fit.params
    rows = equation_errors(_equation("drawn", float(a), float(fit.rsquared), n))

    found = _pairs(rows)
    assert found["drawn.a", "drawn.a"] == pytest.approx(var_a, rel=1e-9)
    assert found["drawn.b", "drawn.b"] == pytest.approx(var_b, rel=1e-9)
    assert found["drawn.a", "drawn.b"] == pytest.approx(cov_ab, rel=1e-9)
    assert found["drawn.b", "drawn.a"] == pytest.approx(cov_ab, rel=1e-9)
    assert rows["df"].unique().to_list() == [fit.df_resid]


def test_error_of_the_masson_pine_equation() -> None:
    """Of a = 0.5034, n = 52, R2 = 0.87 as printed.

    var(a) = 0.5034^2 x (1/0.87 - 1)/50 = 0.25341156 x 0.14942529/50 = 7.573216e-4,
    se(a) = 0.0275195 t/m3
    S = 0.737 x 52.87 = 38.96519 m3/ha; V^2 + S^2 x 51/52 = 2795.2369 + 1518.2860 x 0.98076923
        = 4284.3251
    var(b) = 7.573216e-4 x 4284.3251 = 3.244612, se(b) = 1.801281 t/ha
    cov(a, b) = -52.87 x 7.573216e-4 = -0.04003959
    The figures above have seven digits.
    """
    found = _pairs(equation_errors(_printed("cbef-zhejiang")))
    a, b = "cbef-zhejiang.masson_pine.a", "cbef-zhejiang.masson_pine.b"
    assert math.sqrt(found[a, a]) == pytest.approx(0.0275195, rel=2e-6)
    assert math.sqrt(found[b, b]) == pytest.approx(1.801281, rel=2e-6)
    assert found[a, b] == pytest.approx(-0.04003959, rel=2e-6)


def _biomass_row(rows: pl.DataFrame) -> dict[str, Any]:
    found = rows.filter(pl.col("quantity") == "biomass", pl.col("pool") == "total")
    return found.row(0, named=True)


def test_an_equation_without_n_or_r2_has_no_published_error(
    encode: Encode, factors: Factors
) -> None:
    """The paper prints neither for mixed conifer forest."""
    loadings = published_errors(factors).loadings
    assert loadings.filter(pl.col("block") == "cbef-zhejiang.conifer_mixed").is_empty()
    equations = loadings.filter(pl.col("parameter_id").str.starts_with("cbef-zhejiang."))
    assert equations["block"].n_unique() == 11
    stands = [("A", "arbor", "1", "conifer_mixed", None, None, "50")]
    row = _biomass_row(forest_figures(encode(stands), factors, ()).rows)
    assert (row["se"], row["ci_low"], row["ci_high"]) == (None, None, None)
    assert (row["share_assumed_error"], row["interval_method"]) == (None, None)
    assert "cbef-zhejiang.conifer_mixed.a" in row["se_reason"]
    assert "cbef-zhejiang.conifer_mixed.b" in row["se_reason"]


def test_an_equation_without_n_or_r2_has_an_assumed_error(encode: Encode, factors: Factors) -> None:
    """One hectare of 50 m3 with a = 0.5894, b = 24.5151: B = 29.47 + 24.5151 = 53.9851 t.

    The equation as a whole is taken to err by 16.4 %: 8.853556 t. The volume errs by 5.9 % and
    carries a V: 0.059 x 29.47 = 1.73873 t; the area by 2.9 % and carries b A:
    0.029 x 24.5151 = 0.710938 t. No stand spreads: neither n nor R2 is printed.
    Var = 78.38546 + 3.023182 + 0.505433 = 81.91408, se = 9.050640 t; all of it is assumed, known
    as a normal distribution: 1.959964 se to either side.
    """
    stands = [("A", "arbor", "1", "conifer_mixed", None, None, "50")]
    chance = Chance(all_errors(factors, 2020))
    row = _biomass_row(forest_figures(encode(stands), factors, (), None, chance).rows)
    assert float(row["value"]) == pytest.approx(53.9851, abs=1e-4)
    assert row["se"] == pytest.approx(9.050640, rel=1e-6)
    assert row["ci_high"] - 53.9851 == pytest.approx(1.959964 * 9.050640, rel=1e-6)
    assert row["share_assumed_error"] == pytest.approx(1.0, abs=1e-12)
    assert row["interval_method"] == "approach_1"
    assert row["se_reason"].startswith("assumed: ")


def test_error_of_a_stand(encode: Encode, factors: Factors) -> None:
    """10 ha of Masson pine with 600 m3: s_a = 600 m3, s_b = 10 ha, whole tree 507.51 t.

    Var(B) = 600^2 x 7.573216e-4 + 10^2 x 3.244612 + 2 x 600 x 10 x (-0.04003959)
           = 272.63578 + 324.46120 - 480.47508 = 116.6219 of the coefficients, se 10.79916 t,
    with t of 50 degrees of freedom at 97.5 %: 2.008559; 2.008559 x 10.79916 = 21.69075, interval
    507.51 - 21.69075 = 485.81925 to 529.20075 t.

    What the stand itself deviates comes on top: sigma^2 = var(a) (n - 1) S^2
    = 7.573216e-4 x 51 x 1518.2860 = 58.64145 (t/ha)^2, sigma = 7.657771 t/ha, and
    sigma^2 sum(A^2) = 58.64145 x 10^2 = 5864.145 t2. Both: 5980.767, se = 77.33542 t.
    Its spread counts as known: df = 5980.767^2/(116.6219^2/50) = 131 500, t = 1.959980.

    The difference of large terms leaves six digits of the hand calculation. The root:shoot
    ratio only moves mass between the pools: it is not in the error of their sum.
    """
    stands = [("A", "arbor", "10", "masson_pine", "natural", "middle", "600")]
    published = published_errors(factors)
    coefficients = of_coefficients(published)
    row = _biomass_row(forest_figures(encode(stands), factors, (), None, coefficients).rows)
    assert row["se"] == pytest.approx(10.79916, rel=1e-5)
    assert row["ci_low"] == pytest.approx(485.81925, abs=1e-3)
    assert row["ci_high"] == pytest.approx(529.20075, abs=1e-3)

    both = of_published(published)
    row = _biomass_row(forest_figures(encode(stands), factors, (), None, both).rows)
    assert row["se"] == pytest.approx(77.33542, rel=1e-6)
    assert row["ci_high"] - 507.51 == pytest.approx(1.959980 * 77.33542, rel=1e-5)
    assert row["se_reason"].endswith("samples of the equations")


# type -> (mean, SD, plots) as printed in table 3
UNDERSTOREY = {"masson_pine": (5.38, 1.78, 34), "chinese_fir": (2.11, 0.83, 24)}
LITTER = {"broadleaf_mixed": (2.88, 1.86, 42), "bamboo": (0.63, 0.19, 12)}
SOIL = {"masson_pine": (80.40, 44.30, 34), "soft_broadleaf": (147.61, 18.21, 6)}


@pytest.mark.parametrize(
    ("table", "parameter", "printed"),
    [
        *(("forest_floor", f"forest-floor.{k}.understorey", v) for k, v in UNDERSTOREY.items()),
        *(("forest_floor", f"forest-floor.{k}.litter", v) for k, v in LITTER.items()),
        *(("soil", f"soil.{k}.0-100", v) for k, v in SOIL.items()),
    ],
)
def test_error_of_a_mean_is_its_spread_over_the_root_of_n(
    table: str, parameter: str, printed: tuple[float, float, int]
) -> None:
    """Masson pine soil: SD 44.30, 34 plots: 44.30/5.830952 = 7.59739; stored with six digits."""
    mean, spread, plots = printed
    row = load_table(table).rows.filter(pl.col("parameter_id") == parameter).row(0, named=True)
    assert (row["value"], row["n"]) == (mean, plots)
    assert row["se"] == pytest.approx(spread / math.sqrt(plots), rel=1e-5)


@pytest.mark.parametrize(
    ("table", "parameter", "mean", "cv"),
    [
        ("forest_floor", "forest-floor.all.litter", 1.79, 0.665),
        ("soil", "soil.all.0-100", 108.89, 0.718),
    ],
)
def test_error_of_a_mean_over_838_plots(table: str, parameter: str, mean: float, cv: float) -> None:
    """The error is CV x mean/sqrt(838); the CVs here are rounded to 0.1 %, that is 0.0005/0.665."""
    row = load_table(table).rows.filter(pl.col("parameter_id") == parameter).row(0, named=True)
    assert row["value"] == mean
    assert row["se"] == pytest.approx(cv * mean / math.sqrt(838), rel=0.0005 / cv * 1.01)


def test_a_mean_without_plots_of_its_own_has_no_published_error(factors: Factors) -> None:
    """The cypress densities are means of the other conifer plots; their SD is no error."""
    rows = load_table("forest_floor").rows.vstack(load_table("soil").rows)
    cypress = rows.filter(pl.col("species_group") == "cypress", pl.col("unit") == "t C/ha")
    assert cypress.height == 3
    assert cypress["se"].null_count() == 3
    ids = set(cypress["parameter_id"])
    published = published_errors(factors)
    assert not ids & {*published.loadings["parameter_id"], *published.spreads["parameter_id"]}
    every = all_errors(factors, 2020).loadings.filter(pl.col("parameter_id").is_in(ids))
    assert every["basis"].to_list() == ["assumed"] * 3


def _random_errors(rng: np.random.Generator) -> tuple[np.ndarray, Errors]:
    """Make two blocks of two and two single parameters: their matrix, and its roots as loadings."""
    matrix = np.zeros((6, 6))
    rows = []
    for name, members, df in (
        ("first", (0, 1), 10),
        ("second", (2, 3), 50),
        ("p4", (4,), 5),
        ("p5", (5,), 33),
    ):
        root = rng.normal(size=(len(members), len(members)))
        matrix[np.ix_(members, members)] = root @ root.T
        rows += [
            (f"p{i}", name, k, float(root[place, k]), float(df), "coefficients", "published")
            for place, i in enumerate(members)
            for k in range(len(members))
        ]
    columns = ["parameter_id", "block", "factor", "loading", "df", "source", "basis"]
    return matrix, _without_spreads(pl.DataFrame(rows, schema=columns, orient="row"))


def _no_residuals(key: str) -> pl.DataFrame:
    return pl.DataFrame(schema={key: pl.String, "source": pl.String, "variance": pl.Float64})


def test_propagation_is_the_quadratic_form() -> None:
    """Var = s' C s by numpy; the t of Satterthwaite's degrees of freedom by scipy.

    Three groups of several rows a parameter; the last group rests on one block only. Both are
    sums of at most 36 products: 1e-12 is rounding.
    """
    rng = np.random.default_rng(20)
    matrix, errors = _random_errors(rng)
    members = {"north": [0, 1, 2, 3, 4, 5], "south": [0, 1, 5], "west": [2, 3]}
    rows = [
        (group, cell, f"p{i}", float(s))
        for group, ids in members.items()
        for i in ids
        for cell, s in enumerate(rng.normal(size=4))
    ]
    columns = ["group", "cell_id", "parameter_id", "derivative"]
    frame = pl.LazyFrame(rows, schema=columns, orient="row")
    single = pl.DataFrame({"group": ["south"], "source": ["residual"], "variance": [1.5]})

    gradients = group_gradients(frame, ["group"])
    for residuals in (_no_residuals("group"), single):
        found = propagate(gradients, residuals, errors, ["group"])
        known = dict(residuals.select("group", "variance").iter_rows())
        assert set(found.rows["group"]) == set(members)
        for row in found.rows.iter_rows(named=True):
            s = np.zeros(6)
            for name, _, parameter, derivative in rows:
                s[int(parameter[1])] += derivative if name == row["group"] else 0.0
            variance = s @ matrix @ s + known.get(row["group"], 0.0)
            parts = {
                10: s[:2] @ matrix[:2, :2] @ s[:2],
                50: s[2:4] @ matrix[2:4, 2:4] @ s[2:4],
                5: s[4] ** 2 * matrix[4, 4],
                33: s[5] ** 2 * matrix[5, 5],
            }
            df = variance**2 / sum(part**2 / d for d, part in parts.items())
            assert row["se"] == pytest.approx(math.sqrt(variance), rel=1e-12)
            assert row["t"] == pytest.approx(scipy.stats.t.ppf(0.975, df), rel=1e-9)
            assert row["without_error"] is None
            budget = found.budget.filter(pl.col("group") == row["group"])
            assert budget["variance"].sum() == pytest.approx(variance, rel=1e-12)


def test_a_parameter_without_error_leaves_the_sum_without_error() -> None:
    _, errors = _random_errors(np.random.default_rng(21))
    gradients = pl.DataFrame(
        {
            "group": ["known", "known", "unknown", "unknown"],
            "parameter_id": ["p0", "p1", "p0", "elsewhere"],
            "derivative": [1.0, 2.0, 1.0, 2.0],
        }
    )
    rows = propagate(gradients, _no_residuals("group"), errors, ["group"]).rows
    found = {row["group"]: row for row in rows.to_dicts()}
    assert found["known"]["se"] is not None
    assert found["known"]["without_error"] is None
    assert found["unknown"]["se"] is None
    assert found["unknown"]["without_error"] == "elsewhere"


def test_no_source_prints_an_error_of_measurement(encode: Encode, factors: Factors) -> None:
    """With published errors alone every row says so; the assumed errors give it an interval.

    Volumes err by 5.9 %, areas by 2.9 %, each as one error of all stands:
    600 m3 x 0.059 = 35.4 m3 and 10 ha x 0.029 = 0.29 ha.
    """
    stands = encode([("A", "arbor", "10", "masson_pine", "natural", "middle", "600")])
    published = forest_figures(stands, factors, ()).rows
    assert published["se"].null_count() == published.height
    assert published["se_reason"].str.contains("measurement.").all()
    chance = Chance(all_errors(factors, 2020))
    rows = forest_figures(stands, factors, (), None, chance).rows
    assert rows["se"].null_count() == 0
    assert rows["se_reason"].str.starts_with("assumed: ").all()
    measured = dict(rows.filter(pl.col("pool").is_null()).select("quantity", "se").iter_rows())
    assert measured == pytest.approx({"area": 0.29, "growing_stock": 35.4, "living_stock": 35.4})


# species, area ha, volume m3 of one county
STANDS = (
    ("A", "masson_pine", 120.0, 9000.0),
    ("A", "chinese_fir", 300.0, 6000.0),
    ("B", "masson_pine", 80.0, 1500.0),
    ("B", "oak", 40.0, 3000.0),
)
# a, b, n, R2 as printed
EQUATIONS = {
    "masson_pine": (0.5034, 20.547, 52, 0.87),
    "chinese_fir": (0.4652, 19.141, 90, 0.94),
    "oak": (1.1453, 8.5473, 12, 0.98),
}
# mean, SD, plots as printed
LITTER_OF = {
    "masson_pine": (2.00, 1.20, 34),
    "chinese_fir": (2.68, 1.09, 24),
    "oak": (2.08, 0.55, 8),
}


def _drawn_coefficients(
    rng: np.random.Generator, draws: int
) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Draw a, b and litter density of each species from what is printed."""
    spread = VOLUME_CV * MEAN_VOLUME
    out = {}
    for species, (a, b, n, r2) in EQUATIONS.items():
        sigma2 = a**2 * spread**2 * (1 - r2) / r2 * (n - 1) / (n - 2)
        sum_of_squares = (n - 1) * spread**2
        var_a = sigma2 / sum_of_squares
        var_b = sigma2 * (1 / n + MEAN_VOLUME**2 / sum_of_squares)
        cov = -MEAN_VOLUME * var_a
        pair = rng.multivariate_normal([a, b], [[var_a, cov], [cov, var_b]], draws)
        mean, sd, plots = LITTER_OF[species]
        litter = rng.normal(mean, sd / math.sqrt(plots), draws)
        out[species] = pair[:, 0], pair[:, 1], litter
    return out


@pytest.mark.parametrize("by", [(), ("region",)])
def test_error_of_sums_against_drawn_parameters(
    encode: Encode, factors: Factors, by: tuple[str, ...]
) -> None:
    """Coefficients drawn 200 000 times, one draw for all stands of a species; then summed.

    The standard deviation of N draws has a relative error of 1/sqrt(2N) = 0.16 %; four of them
    are allowed. The sums are linear in the coefficients, so first order is exact. Stands do not
    spread here: the coefficients alone are drawn.
    """
    draws = 200_000
    drawn = _drawn_coefficients(np.random.default_rng(7), draws)
    biomass: dict[str | None, np.ndarray] = {}
    litter: dict[str | None, np.ndarray] = {}
    for county, species, area, volume in STANDS:
        group = county if by else None
        a, b, density = drawn[species]
        biomass[group] = biomass.get(group, 0.0) + a * volume + b * area
        litter[group] = litter.get(group, 0.0) + density * area
    stands = [(c, "arbor", str(a), s, None, None, str(v)) for c, s, a, v in STANDS]
    chance = of_coefficients(published_errors(factors))
    rows = forest_figures(encode(stands), factors, by, None, chance).rows
    allowed = 4 / math.sqrt(2 * draws)
    for quantity, pool, expected in (("biomass", "total", biomass), ("carbon", "litter", litter)):
        found = rows.filter(pl.col("quantity") == quantity, pl.col("pool") == pool)
        assert found.height == len(expected)
        for row in found.iter_rows(named=True):
            simulated = float(np.std(expected[row.get("region_code")]))
            assert row["se"] == pytest.approx(simulated, rel=allowed)


def test_every_block_of_errors_has_full_rank_and_degrees_of_freedom(factors: Factors) -> None:
    """The published errors of a block leave no sum of its coefficients without error."""
    loadings = published_errors(factors).loadings
    # the guidelines print intervals of factors of fluxes and of farmland, most without the sample
    of_guidelines = pl.col("parameter_id").str.contains(r"^(wetland-flux|cropland-soil)\.")
    sampled = loadings.filter(~of_guidelines)
    for _, block in sampled.group_by("block"):
        pairs = _pairs(block)
        ids = sorted({i for i, _ in pairs})
        assert len(pairs) == len(ids) ** 2
        matrix = np.array([[pairs[i, j] for j in ids] for i in ids])
        assert np.linalg.eigvalsh(matrix).min() > 0
        assert block["df"].n_unique() == 1
        assert block["df"].null_count() == 0


def test_one_published_mean_behind_two_classes_is_one_error(
    encode: Callable[..., pl.LazyFrame], factors: Factors
) -> None:
    """1000 ha each of economic forest and special shrub rest on the same mean of soil carbon.

    se of the mean = 0.7175 * 108.89 / sqrt(838) = 2.6989 t C/ha, so both together have
    2000 ha * 2.6989 = 5397.8 t C, not 1000 * 2.6989 * sqrt(2) = 3816.8.
    """
    stands = encode([("330106", "economic", "1000"), ("330106", "special_shrub", "1000")])
    chance = of_coefficients(published_errors(factors))
    rows = forest_figures(stands, factors, (), None, chance).rows
    soil = rows.filter(pl.col("quantity") == "carbon", pl.col("pool") == "soil")
    # the printed CV has four digits
    assert soil["se"].item() == pytest.approx(5397.8, rel=1e-4)


def test_copies_of_one_regression_share_its_error() -> None:
    """Three types served by type 9, 100 ha and 6000 m3 each, are 300 ha of one: se 1085, not 626.

    n of the assumed types is put in for the test: as shipped they have no error.
    """
    factors = load_factors("fang-2001")
    shared = factors.equations.filter(pl.col("fit_id") == "fang-2001.type-9")
    slope, r2 = (
        shared.filter(
            pl.col("symbol") == symbol,
            pl.col("parameter_id").str.starts_with("fang-2001.schima_camphor"),
        )["value"].item()
        for symbol in ("a", "r2")
    )
    types = ("schima_camphor", "broadleaf_mixed", "hard_broadleaf")
    loadings = equation_errors(
        pl.concat(_equation(f"fang-2001.{t}", slope, r2, 17, "fang-2001.type-9") for t in types)
    )

    def error(*species: str) -> float:
        rows = [
            ("x", f"fang-2001.{name}.{symbol}", size)
            for name in species
            for symbol, size in (("a", 18000 / len(species)), ("b", 300 / len(species)))
        ]
        sums = pl.DataFrame(rows, schema=["g", "parameter_id", "derivative"], orient="row")
        errors = _without_spreads(loadings)
        found = propagate(sums, _no_residuals("g"), errors, ["g"]).rows
        assert found["t"].item() == pytest.approx(scipy.stats.t.ppf(0.975, 15))
        return float(found["se"].item())

    one = error("schima_camphor")
    assert one == pytest.approx(1085, abs=1)
    assert error(*types) == pytest.approx(one)


def _total_of(encode: Encode, species: str, *, assumed: bool) -> dict[str, Any]:
    """Return biomass of ten hectares with 600 m3 by the equations of fang-2001."""
    factors = load_factors("fang-2001")
    stand = ("330102", "arbor", "10", species, None, None, "600")
    published = of_published(published_errors(factors))
    chance = Chance(all_errors(factors, 2020)) if assumed else published
    return _biomass_row(forest_figures(encode([stand]), factors, (), None, chance).rows)


def test_an_assumed_type_has_no_published_error_and_says_why(encode: Encode) -> None:
    mixed, schima, pine = (
        _total_of(encode, species, assumed=False)
        for species in ("broadleaf_mixed", "schima", "masson_pine")
    )
    assert mixed["se"] is None
    assert "fang-2001.broadleaf_mixed.a" in mixed["se_reason"]
    assert schima["se"] is not None
    assert schima["se_reason"].endswith("samples of the equations")
    assert pine["se_reason"].endswith("recalled: n and R2 of equations")


def test_an_assumed_type_has_an_assumed_error(encode: Encode) -> None:
    """16.4 % of the biomass, with 5.9 % of a V and 2.9 % of b A of the measurements."""
    row = _total_of(encode, "broadleaf_mixed", assumed=True)
    values = dict(
        load_factors("fang-2001")
        .equations.filter(pl.col("parameter_id").str.starts_with("fang-2001.broadleaf_mixed."))
        .select("symbol", "value")
        .iter_rows()
    )
    by_volume, by_area = 600 * values["a"], 10 * values["b"]
    assert float(row["value"]) == pytest.approx(by_volume + by_area, abs=1e-4)
    expected = math.hypot(0.164 * (by_volume + by_area), 0.059 * by_volume, 0.029 * by_area)
    assert row["se"] == pytest.approx(expected, rel=1e-9)
    assert row["se_reason"].startswith("assumed: ")
    assert row["share_assumed_error"] == pytest.approx(1.0, abs=1e-12)


def test_no_assumed_row_of_the_equations_has_a_sample() -> None:
    rows = load_table("volume_biomass").rows
    fits = rows.filter(pl.col("symbol").is_in(["a", "b", "r2"]))
    assert fits["fit_id"].null_count() == 0
    assert fits.filter(pl.col("status") == "assumed")["n"].null_count() == (
        fits.filter(pl.col("status") == "assumed").height
    )
