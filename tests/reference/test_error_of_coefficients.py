"""Errors of published coefficients and of the sums that rest on them."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import scipy.stats
import statsmodels.api as sm
from sinkcalc.uncertainty.covariance import equation_covariance, parameter_covariance

from sinkcalc.coefficients.factors import Factors, load_factors
from sinkcalc.coefficients.load import load_table
from sinkcalc.coefficients.table import ParameterTable
from sinkcalc.pipeline.figures import forest_figures
from sinkcalc.uncertainty.propagate import propagate

Encode = Callable[..., pl.LazyFrame]
Covariance = dict[tuple[str, str], float]

# what stands in for the mean and the spread of the samples behind the published equations
MEAN_VOLUME = 52.87
VOLUME_CV = 0.737


def _equation(name: str, a: float, b: float, r2: float, n: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "parameter_id": [f"{name}.a", f"{name}.b", f"{name}.r2"],
            "fit_id": [name] * 3,
            "symbol": ["a", "b", "r2"],
            "value": [a, b, r2],
            "n": [n, n, n],
        },
        schema_overrides={"n": pl.Int64},
    )


def _pairs(frame: pl.DataFrame) -> Covariance:
    return {(i, j): value for i, j, value in frame.select("id_i", "id_j", "covariance").rows()}


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
    monkeypatch.setattr("sinkcalc.uncertainty.covariance.load_table", reader)

    b, a = fit.params
    rows = equation_covariance(_equation("drawn", float(a), float(b), float(fit.rsquared), n))

    found = _pairs(rows)
    assert found["drawn.a", "drawn.a"] == pytest.approx(var_a, rel=1e-9)
    assert found["drawn.b", "drawn.b"] == pytest.approx(var_b, rel=1e-9)
    assert found["drawn.a", "drawn.b"] == pytest.approx(cov_ab, rel=1e-9)
    assert found["drawn.b", "drawn.a"] == pytest.approx(cov_ab, rel=1e-9)
    assert rows["df"].unique().to_list() == [fit.df_resid]


def test_error_of_the_masson_pine_equation(factors: Factors) -> None:
    """Of a = 0.5034, n = 52, R2 = 0.87 as printed.

    var(a) = 0.5034^2 x (1/0.87 - 1)/50 = 0.25341156 x 0.14942529/50 = 7.573216e-4,
    se(a) = 0.0275195 t/m3
    S = 0.737 x 52.87 = 38.96519 m3/ha; V^2 + S^2 x 51/52 = 2795.2369 + 1518.2860 x 0.98076923
        = 4284.3251
    var(b) = 7.573216e-4 x 4284.3251 = 3.244612, se(b) = 1.801281 t/ha
    cov(a, b) = -52.87 x 7.573216e-4 = -0.04003959
    The figures above have seven digits.
    """
    found = _pairs(equation_covariance(factors.equations))
    a, b = "cbef-zhejiang.masson_pine.a", "cbef-zhejiang.masson_pine.b"
    assert math.sqrt(found[a, a]) == pytest.approx(0.0275195, rel=2e-6)
    assert math.sqrt(found[b, b]) == pytest.approx(1.801281, rel=2e-6)
    assert found[a, b] == pytest.approx(-0.04003959, rel=2e-6)


def test_an_equation_without_n_or_r2_has_no_error(encode: Encode, factors: Factors) -> None:
    """The paper prints neither for mixed conifer forest."""
    covariance = equation_covariance(factors.equations)
    assert covariance.filter(pl.col("block") == "cbef-zhejiang.conifer_mixed").is_empty()
    assert covariance["block"].n_unique() == 11
    stands = [("A", "arbor", "1", "conifer_mixed", None, None, "50")]
    rows = forest_figures(encode(stands), factors, ()).rows
    total = rows.row(by_predicate=(pl.col("quantity") == "biomass") & (pl.col("pool") == "total"))
    row = dict(zip(rows.columns, total, strict=True))
    assert (row["se"], row["ci_low"], row["ci_high"]) == (None, None, None)
    assert "cbef-zhejiang.conifer_mixed.a" in row["se_reason"]
    assert "cbef-zhejiang.conifer_mixed.b" in row["se_reason"]


def test_error_of_a_stand(encode: Encode, factors: Factors) -> None:
    """10 ha of Masson pine with 600 m3: s_a = 600 m3, s_b = 10 ha, whole tree 507.51 t.

    Var(B) = 600^2 x 7.573216e-4 + 10^2 x 3.244612 + 2 x 600 x 10 x (-0.04003959)
           = 272.63578 + 324.46120 - 480.47508 = 116.6219, se = 10.79916 t
    t of 50 degrees of freedom at 97.5 %: 2.008559; 2.008559 x 10.79916 = 21.69075
    interval 507.51 - 21.69075 = 485.81925 to 529.20075 t
    The difference of large terms leaves six digits of the hand calculation. The root:shoot
    ratio only moves mass between the pools: it is not in the error of their sum.
    """
    stands = [("A", "arbor", "10", "masson_pine", "natural", "middle", "600")]
    rows = forest_figures(encode(stands), factors, ()).rows
    row = rows.filter(pl.col("quantity") == "biomass", pl.col("pool") == "total").row(0, named=True)
    assert row["se"] == pytest.approx(10.79916, rel=1e-5)
    assert row["ci_low"] == pytest.approx(485.81925, abs=1e-3)
    assert row["ci_high"] == pytest.approx(529.20075, abs=1e-3)


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


def test_a_mean_without_plots_of_its_own_has_no_error() -> None:
    """The cypress densities are means of the other conifer plots; their SD is no error."""
    rows = load_table("forest_floor").rows.vstack(load_table("soil").rows)
    cypress = rows.filter(pl.col("species_group") == "cypress", pl.col("unit") == "t C/ha")
    assert cypress.height == 3
    assert cypress["se"].null_count() == 3


def _random_covariance(rng: np.random.Generator) -> tuple[np.ndarray, pl.DataFrame]:
    """Make two blocks of two and two single parameters, as a matrix and as its non-zero rows."""
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
            (name, f"p{i}", f"p{j}", float(matrix[i, j]), float(df))
            for i in members
            for j in members
        ]
    columns = ["block", "id_i", "id_j", "covariance", "df"]
    return matrix, pl.DataFrame(rows, schema=columns, orient="row")


def test_propagation_is_the_quadratic_form() -> None:
    """Var = s' C s by numpy; the t of Satterthwaite's degrees of freedom by scipy.

    Three groups of several rows a parameter; the last group rests on one block only. Both are
    sums of at most 36 products: 1e-12 is rounding.
    """
    rng = np.random.default_rng(20)
    matrix, covariance = _random_covariance(rng)
    members = {"north": [0, 1, 2, 3, 4, 5], "south": [0, 1, 5], "west": [2, 3]}
    rows = [
        (group, cell, f"p{i}", float(s))
        for group, ids in members.items()
        for i in ids
        for cell, s in enumerate(rng.normal(size=4))
    ]
    columns = ["group", "cell_id", "parameter_id", "derivative"]
    frame = pl.DataFrame(rows, schema=columns, orient="row")

    found = propagate(frame.lazy(), covariance, ["group"])

    assert set(found["group"]) == set(members)
    for group, se, t, without, _ in found.iter_rows():
        s = np.zeros(6)
        for name, _, parameter, derivative in rows:
            s[int(parameter[1])] += derivative if name == group else 0.0
        variance = s @ matrix @ s
        parts = {
            10: s[:2] @ matrix[:2, :2] @ s[:2],
            50: s[2:4] @ matrix[2:4, 2:4] @ s[2:4],
            5: s[4] ** 2 * matrix[4, 4],
            33: s[5] ** 2 * matrix[5, 5],
        }
        df = variance**2 / sum(part**2 / d for d, part in parts.items())
        assert se == pytest.approx(math.sqrt(variance), rel=1e-12)
        assert t == pytest.approx(scipy.stats.t.ppf(0.975, df), rel=1e-9)
        assert without is None


def test_a_parameter_without_error_leaves_the_sum_without_error() -> None:
    _, covariance = _random_covariance(np.random.default_rng(21))
    frame = pl.DataFrame(
        {
            "group": ["known", "known", "unknown", "unknown"],
            "cell_id": [0, 0, 1, 1],
            "parameter_id": ["p0", "p1", "p0", "elsewhere"],
            "derivative": [1.0, 2.0, 1.0, 2.0],
        }
    )
    found = {row["group"]: row for row in propagate(frame.lazy(), covariance, ["group"]).to_dicts()}
    assert found["known"]["se"] is not None
    assert found["known"]["without_error"] is None
    assert found["unknown"]["se"] is None
    assert found["unknown"]["without_error"] == "elsewhere"


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
    are allowed. The sums are linear in the coefficients, so first order is exact.
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
    rows = forest_figures(encode(stands), factors, by).rows
    allowed = 4 / math.sqrt(2 * draws)
    for quantity, pool, expected in (("biomass", "total", biomass), ("carbon", "litter", litter)):
        found = rows.filter(pl.col("quantity") == quantity, pl.col("pool") == pool)
        assert found.height == len(expected)
        for row in found.iter_rows(named=True):
            simulated = float(np.std(expected[row.get("region_code")]))
            assert row["se"] == pytest.approx(simulated, rel=allowed)


def test_every_covariance_block_is_symmetric_and_positive(factors: Factors) -> None:
    covariance = parameter_covariance(factors)
    for _, block in covariance.group_by("block"):
        pairs = _pairs(block)
        ids = sorted({i for i, _ in pairs})
        assert len(pairs) == len(ids) ** 2
        matrix = np.array([[pairs[i, j] for j in ids] for i in ids])
        assert np.array_equal(matrix, matrix.T)
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
    rows = forest_figures(stands, factors, ()).rows
    soil = rows.filter(pl.col("quantity") == "carbon", pl.col("pool") == "soil")
    # the printed CV has four digits
    assert soil["se"].item() == pytest.approx(5397.8, rel=1e-4)


def test_copies_of_one_regression_share_its_error() -> None:
    """Three types served by type 9, 100 ha and 6000 m3 each, are 300 ha of one: se 1085, not 626.

    n of the assumed types is put back for the test: as shipped they have no error.
    """
    factors = load_factors("fang-2001")
    shared = pl.col("fit_id") == "fang-2001.type-9"
    n = pl.when(shared).then(17).otherwise("n").cast(pl.Int64).alias("n")
    covariance = equation_covariance(factors.equations.with_columns(n))

    def error(*species: str) -> float:
        rows = [
            ("x", 1, f"fang-2001.{name}.{symbol}", size)
            for name in species
            for symbol, size in (("a", 18000 / len(species)), ("b", 300 / len(species)))
        ]
        columns = ["g", "cell_id", "parameter_id", "derivative"]
        sums = pl.LazyFrame(rows, schema=columns, orient="row")
        found = propagate(sums, covariance, ["g"])
        assert found["t"].item() == pytest.approx(scipy.stats.t.ppf(0.975, 15))
        return float(found["se"].item())

    one = error("schima_camphor")
    assert one == pytest.approx(1085, abs=1)
    assert error("schima_camphor", "broadleaf_mixed", "hard_broadleaf") == pytest.approx(one)


def test_an_assumed_type_has_no_error_and_says_why(encode: Encode) -> None:
    def total(species: str) -> dict[str, object]:
        stand = ("330102", "arbor", "10", species, None, None, "600")
        rows = forest_figures(encode([stand]), load_factors("fang-2001"), ()).rows
        biomass = rows.filter(pl.col("quantity") == "biomass", pl.col("pool") == "total")
        return biomass.row(0, named=True)

    mixed = total("broadleaf_mixed")
    assert mixed["se"] is None
    assert "fang-2001.broadleaf_mixed.a (assumed type)" in str(mixed["se_reason"])
    schima, pine = total("schima"), total("masson_pine")
    assert schima["se"] is not None
    assert str(schima["se_reason"]).endswith("samples of the equations")
    assert str(pine["se_reason"]).endswith("recalled: n and R2 of equations")


def test_no_assumed_row_of_the_equations_has_a_sample() -> None:
    rows = load_table("volume_biomass").rows
    fits = rows.filter(pl.col("symbol").is_in(["a", "b", "r2"]))
    assert fits["fit_id"].null_count() == 0
    assert fits.filter(pl.col("status") == "assumed")["n"].null_count() == (
        fits.filter(pl.col("status") == "assumed").height
    )
