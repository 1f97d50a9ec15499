"""Tree equations calibrated to weighed trees of East Asia, beside allodb's of the same genus.

Trees of BAAD (nearly all of Japan) with diameter, height and mass above ground, from studies
whose masses were read as published; genera with 30 trees and more. Whole studies are left out in
turn. allodb's equations, made in China and of the same genus, are evaluated at the trees within
their range of diameters, and the cross-validated curve at the same trees.
"""

import ast
import math
import operator
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from sinkcalc.calibration.calibrate import Calibration, CalibrationOptions, calibrate
from sinkcalc.calibration.model import EVERY_GROUP

DATA = Path(__file__).parents[2].parent / "shared" / "data"
TREES = DATA / "baad_rebuilt" / "baad_east_asia.csv"
EQUATIONS = DATA / "allodb_equations_china" / "equations_east_asia.csv"
pytestmark = pytest.mark.skipif(
    not (TREES.is_file() and EQUATIONS.is_file()), reason=f"data are not here: {DATA}"
)

MIN_TREES = 30
# below, a comparison is one of single trees
MIN_COMPARED = 10
# largest diameter from which a genus counts as one of the canopy, not of shrubs
CANOPY_CM = 30
CM_PER_M = 100
FORMS = ("power_d", "power_d2h")


def _trees() -> pl.DataFrame:
    rows = pl.read_csv(TREES, infer_schema_length=None, schema_overrides={"r_st": pl.Float64})
    return (
        rows.with_row_index("row")
        .filter(
            ~pl.col("raw_manipulation_skipped"),
            pl.col("d_bh") > 0,
            pl.col("h_t") > 0,
            pl.col("m_so") > 0,
        )
        .select(
            pl.col("species").str.split(" ").list.first().alias("group"),
            pl.col("study").alias("site"),
            (pl.col("d_bh") * CM_PER_M).alias("x"),
            pl.col("h_t").alias("h"),
            pl.col("m_so").alias("y"),
            "row",
        )
        .filter(pl.len().over("group") >= MIN_TREES)
    )


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    options = CalibrationOptions(
        kind="tree-biomass", forms=FORMS, min_group=MIN_TREES, folds=len(_trees())
    )
    return calibrate(_trees(), options)


def test_exponents_are_those_of_trees(
    calibration: Calibration, capsys: pytest.CaptureFixture[str]
) -> None:
    """Mass goes with about D^2.4 and (D^2 H)^0.9: a slip of a unit would move a, not b."""
    sizes = calibration.samples.group_by("group").agg(pl.col("x").max())
    tall = sizes.filter(pl.col("x") >= CANOPY_CM)["group"].to_list()
    rows = calibration.candidates.filter(~pl.col("refused"), pl.col("group").is_in(tall))
    for row in rows.iter_rows(named=True):
        low, high = (1.9, 2.9) if row["form"] == "power_d" else (0.65, 1.1)
        assert low < row["b"] < high, row
    genera = set(calibration.candidates["group"]) - {EVERY_GROUP}
    assert {"Quercus", "Pinus", "Cryptomeria", "Castanopsis", "Betula"} <= genera

    with capsys.disabled():
        print("\nweighed trees by genus, studies left out in turn (kg; relative to the mean):")
        for row in calibration.candidates.iter_rows(named=True):
            cv = (
                "not cross-validated"
                if row["cv_rmse"] is None
                else f"cross-validated bias {row['cv_bias']:+7.1f}  RMSE {row['cv_rmse']:6.1f} "
                f"({row['cv_relative_rmse']:.0%})  relative {row['cv_relative_error']:+.1%}"
            )
            print(
                f"  {row['group'] or 'all':<13} {row['form']:<9} n {row['n']:>4} studies "
                f"{row['sites']:>2}  a {row['a']:.4f} b {row['b']:.3f}  {cv}"
                f"{'  <- chosen' if row['chosen'] else ''}"
            )
        codes = [problem.code for problem in calibration.problems]
        print(f"  problems: { {code: codes.count(code) for code in sorted(set(codes))} }")


def test_own_curves_beside_published_equations(
    calibration: Calibration, capsys: pytest.CaptureFixture[str]
) -> None:
    """The median equation of a genus is no nearer than the cross-validated curve, in most genera.

    Compared at the trees inside the range of each equation, in squares, which large trees decide.
    """
    samples = calibration.samples.filter(pl.col("model_group") != EVERY_GROUP)
    compared = pl.DataFrame(list(_compared(samples)))
    assert compared["group"].n_unique() >= 6
    by_genus = compared.group_by("group", maintain_order=True).agg(
        pl.len().alias("equations"),
        pl.col("rmse", "own_rmse", "relative_error", "own_relative_error").median(),
        pl.col("relative_error").min().alias("lowest"),
        pl.col("relative_error").max().alias("highest"),
        (pl.col("rmse") < pl.col("own_rmse")).sum().alias("nearer"),
    )
    assert (by_genus["rmse"] > by_genus["own_rmse"]).mean() > 0.5

    with capsys.disabled():
        print("\nallodb's equations beside the cross-validated curve at the same trees (kg):")
        for row in compared.iter_rows(named=True):
            print(
                f"  {row['group']:<12} {row['equation']} {row['taxon']:<28} n {row['n']:>3} "
                f"bias {row['bias']:+8.1f} RMSE {row['rmse']:7.1f} relative "
                f"{row['relative_error']:+7.1%}  | own bias {row['own_bias']:+6.1f} "
                f"RMSE {row['own_rmse']:6.1f} relative {row['own_relative_error']:+.1%}"
            )
        print("medians by genus (relative error lowest to highest):")
        for row in by_genus.iter_rows(named=True):
            print(
                f"  {row['group']:<12} {row['equations']:>2} equations, {row['nearer']} nearer "
                f"than the own curve; RMSE {row['rmse']:.1f} against {row['own_rmse']:.1f}; "
                f"relative {row['relative_error']:+.1%} "
                f"({row['lowest']:+.1%} to {row['highest']:+.1%}) "
                f"against {row['own_relative_error']:+.1%}"
            )


def _compared(samples: pl.DataFrame) -> Iterator[dict[str, Any]]:
    equations = pl.read_csv(EQUATIONS, infer_schema=False).filter(
        pl.col("dependent_variable") == "Total aboveground biomass"
    )
    for equation in equations.sort("equation_taxa", "equation_id").iter_rows(named=True):
        genus = equation["equation_taxa"].split(" ")[0]
        low, high = float(equation["dbh_min_cm"]), float(equation["dbh_max_cm"])
        trees = samples.filter(
            pl.col("group") == genus, pl.col("x").is_between(low, high), pl.col("y") > 0
        )
        if trees.height < MIN_COMPARED:
            continue
        dbh = trees["x"].to_numpy() * float(equation["dbh_unit_CF"])
        mass = evaluated(equation["equation_allometry"], dbh) * float(equation["output_units_CF"])
        y = trees["y"].to_numpy()
        yield {
            "group": genus,
            "equation": equation["equation_id"],
            "taxon": equation["equation_taxa"],
            "n": trees.height,
            **_errors(mass, y, ""),
            **_errors(trees["cv_fitted"].to_numpy(), y, "own_"),
        }


def _errors(fitted: np.ndarray, y: np.ndarray, prefix: str) -> dict[str, float]:
    away = fitted - y
    return {
        f"{prefix}bias": float(away.mean()),
        f"{prefix}rmse": float(np.sqrt((away**2).mean())),
        f"{prefix}relative_error": float(fitted.sum() / y.sum() - 1),
    }


BINARY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
FUNCTIONS = {"exp": np.exp, "log": np.log, "log10": np.log10}


def evaluated(expression: str, dbh: np.ndarray) -> np.ndarray:
    """Evaluate an R expression in dbh: arithmetic, exp, log (natural) and log10, and no more."""

    def value(node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=int() | float() as number):
                return float(number)
            case ast.Name(id="dbh"):
                return dbh
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -value(operand)
            case ast.BinOp(left=left, op=op, right=right):
                return BINARY[type(op)](value(left), value(right))
            case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]):
                return FUNCTIONS[name](value(argument))
        raise ValueError(ast.dump(node))

    # ^ binds closer than unary minus in R, as ** does in Python
    return np.asarray(value(ast.parse(expression.replace("^", "**"), mode="eval").body))


def test_equations_are_evaluated_as_in_r() -> None:
    dbh = np.array([10.0])
    assert evaluated("exp(-2.0+(log(dbh)*2.5))", dbh) == pytest.approx(math.exp(-2) * 10**2.5)
    assert evaluated("10^(-1+2*(log10(dbh)))", dbh) == pytest.approx(10.0)
    assert evaluated("dbh/(2.0+-0.1*dbh)", dbh) == pytest.approx(10.0)
    assert evaluated("-dbh^2", dbh) == pytest.approx(-100.0)
    with pytest.raises((ValueError, KeyError)):
        evaluated("open(dbh)", dbh)


def test_every_equation_can_be_evaluated() -> None:
    equations = pl.read_csv(EQUATIONS, infer_schema=False)["equation_allometry"]
    for expression in equations:
        evaluated(expression, np.array([10.0]))
