"""Equations calibrated to 320 birch stands, beside published ones on the same stands.

Stands of `forestat` (mixed birch and broadleaf), volume m3/ha and biomass t/ha of each. The file
has no site: `code` is 1 in every row, and slope, aspect and soil describe a stand without placing
it. Bands of 100 m of elevation serve as sites: stands of one band share a climate, and leaving a
band out asks for more than leaving out stands at random. What random folds give is printed too.
The stands' biomass comes from tree equations and whether with roots is not stated: the errors are
those of a curve through computed biomass.
"""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sinkcalc.calibration.calibrate import Calibration, CalibrationOptions, calibrate
from sinkcalc.calibration.model import EVERY_GROUP
from sinkcalc.calibration.published import against_published
from sinkcalc.coefficients.load import load_table

FILE = (
    Path(__file__).parents[2].parent
    / "shared"
    / "data"
    / "china_birch_stands_forestat"
    / "stands.csv"
)
pytestmark = pytest.mark.skipif(not FILE.is_file(), reason=f"data are not here: {FILE}")

BAND_M = 100
SHOWN = ("form", "a", "b", "rmse", "relative_error", "cv_rmse", "cv_relative_error")


def _stands(*, bands: bool = True) -> pl.DataFrame:
    band = (pl.col("elevation_m") // BAND_M).cast(pl.Int64).cast(pl.String)
    return pl.read_csv(FILE).select(
        pl.lit("birch").alias("group"),
        (band if bands else pl.lit(None, pl.String)).alias("site"),
        pl.col("volume_m3_ha").alias("x"),
        pl.col("biomass_t_ha").alias("y"),
        pl.col("id").alias("row"),
    )


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    return calibrate(_stands(), CalibrationOptions())


def _of_birch(calibration: Calibration) -> pl.DataFrame:
    return calibration.candidates.filter(pl.col("group") == "birch")


def test_the_line_is_the_known_one(calibration: Calibration) -> None:
    """The notes that come with the data give 6.58 + 1.070 V, r = 0.959."""
    line = _of_birch(calibration).row(by_predicate=pl.col("form") == "linear", named=True)
    assert round(line["b"], 2) == 6.58
    assert round(line["a"], 3) == 1.070
    assert round(np.sqrt(line["r2"]), 3) == 0.959
    assert (line["n"], line["sites"]) == (320, 21)


def test_choice_and_published_equations(
    calibration: Calibration, capsys: pytest.CaptureFixture[str]
) -> None:
    stands = _stands()
    published = against_published(stands, _equations()).filter(pl.col("group") == EVERY_GROUP)
    chosen = _of_birch(calibration).filter("chosen")
    assert chosen.select("form", "estimator").row(0) == ("linear", "ols")
    # no line is nearer to the stands than their own least-squares line
    assert published["rmse"].min() > chosen["rmse"].item()
    # errors of the two equations as computed by hand in test_birch_stands.py
    biases = dict(published.select("equation", "bias").iter_rows())
    assert biases["fang-2001 birch"] == pytest.approx(3.6, abs=0.1)
    assert biases["cbef-zhejiang broadleaf_mixed"] == pytest.approx(-8.3, abs=0.1)

    with capsys.disabled():
        print("\n320 birch stands, bands of 100 m left out in turn (10 folds of 21 bands):")
        _print(_of_birch(calibration))
        for problem in calibration.problems:
            print(f"  {problem.severity} {problem.code}: {problem.en}")
        at_random = calibrate(_stands(bands=False), CalibrationOptions())
        print("stands left out at random:")
        _print(_of_birch(at_random))
        for options in (
            CalibrationOptions(weights="size"),
            CalibrationOptions(weights="size2"),
            CalibrationOptions(robust=True),
        ):
            print(f"bands left out, weights {options.weights}, robust {options.robust}:")
            _print(_of_birch(calibrate(stands, options)))
        print("published equations on the same stands (bias and RMSE t/ha):")
        for row in published.iter_rows(named=True):
            print(
                f"  {row['equation']:<32} a {row['a']:.4f} b {row['b']:7.4f}  bias "
                f"{row['bias']:+6.2f}  RMSE {row['rmse']:5.2f}  relative "
                f"{row['relative_error']:+.1%}"
            )


def test_random_folds_are_said_to_hold_no_site_apart() -> None:
    problems = calibrate(_stands(bands=False), CalibrationOptions()).problems
    assert {problem.group for problem in problems if problem.code == "no_site"} == {"", "birch"}


def test_residuals_grow_with_volume(calibration: Calibration) -> None:
    """Stands of 100 m3/ha and more spread about the curve far wider than others."""
    samples = calibration.samples
    spread = {
        large: samples.filter((pl.col("x") > 100) == large)["residual"].std()
        for large in (False, True)
    }
    assert spread[True] > 1.5 * spread[False]
    assert "heteroscedastic" in {problem.code for problem in calibration.problems}


def _equations() -> pl.DataFrame:
    """Give published equations of birch and of broadleaf forest, one row each."""
    rows = load_table("volume_biomass").rows
    of = pl.coalesce("species", "species_group")
    return (
        rows.filter(
            pl.col("symbol").is_in(["a", "b"]),
            of.is_in(["birch", "broadleaf_mixed", "hard_broadleaf", "soft_broadleaf"]),
        )
        .select(pl.concat_str("equation_set", pl.lit(" "), of).alias("name"), "symbol", "value")
        .pivot("symbol", index="name", values="value")
        .select("name", pl.lit(None, pl.String).alias("group"), "a", "b")
    )


def _print(candidates: pl.DataFrame) -> None:
    for row in candidates.select(*SHOWN, "chosen").iter_rows(named=True):
        b = "" if row["b"] is None else f"{row['b']:.5g}"
        print(
            f"  {row['form']:<11} a {row['a']:7.4f} b {b:>10}  RMSE {row['rmse']:.2f}  "
            f"relative {row['relative_error']:+.2%}  cross-validated RMSE {row['cv_rmse']:.2f}  "
            f"relative {row['cv_relative_error']:+.2%}{'  <- chosen' if row['chosen'] else ''}"
        )
