"""Soil cores in the simulated wetlands, with what real cores lack."""

from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl

from sinkcalc.demo.chance import Floats, Streams, deviates, lognormal
from sinkcalc.demo.figures import Figures
from sinkcalc.demo.form import layer_profile
from sinkcalc.demo.wetlands import WETLAND_YEARS

# bounds of the intervals in cm, by turns; short cores lack the deepest ones
_BOUNDS: Final = ((0, 5, 10, 20, 30, 50, 75, 100), (0, 10, 20, 40, 60, 80, 100, 120))
_DEEPEST: Final = 2
# every so many cores, from this place on, lack something or hold fragments
_GAP, _SHORT, _NO_DENSITY, _NO_CARBON, _COARSE = (7, 3), (6, 4), (5, 2), (4, 1), (9, 5)
# intervals of these that are left out
_MISSING_INTERVAL, _MISSING_DENSITY, _MISSING_CARBON = (3,), (1, 4), (2, 3, 5)
_TOTAL_CARBON: Final = (20, 41)
# cores of four that were taken at the first survey too
_OF_FOUR, _TAKEN_BEFORE = 4, 3
_FRACTION, _DENSITY, _DEGREES = pl.Decimal(8, 7), pl.Decimal(8, 6), pl.Decimal(9, 5)


def build_cores(wetlands: pl.DataFrame, figures: Figures, streams: Streams) -> pl.DataFrame:
    """Return the intervals of every core at every survey.

    Organic matter falls with depth, bulk density is that of a mixture, and organic carbon is a
    share of the organic matter::

        OM(z) = b + (a - b) exp(-z/d)
        density = 1 / (OM/k1 + (1 - OM)/k2)
        carbon = r OM

    each with a deviation of the core, the interval or the occasion; z is the middle of the
    interval in cm.

    Parameters
    ----------
    wetlands
        Wetlands that are there, with the same class, at every survey: `wetland_id`,
        `region_code`, `wetland_class`.
    figures, streams
        Parameters and random streams.

    Returns
    -------
    pl.DataFrame
        `survey` and the columns of the file, by survey, core and depth.
    """
    rng = streams["core"]
    cores = _places(wetlands, figures, rng)
    intervals = _intervals(cores)
    spread = lognormal(deviates(rng, len(intervals), limit=2), figures.one("interval_cv"))
    intervals = intervals.with_columns(spread=pl.Series(spread))
    return pl.concat(_measured(intervals, year, figures, rng) for year in WETLAND_YEARS)


def _places(wetlands: pl.DataFrame, figures: Figures, rng: np.random.Generator) -> pl.DataFrame:
    """Return the cores with their wetlands and positions, a class after the other."""
    found = []
    for name, number in figures.by("cores", "wetland_class").items():
        of_class = wetlands.filter(wetland_class=name).select(
            "wetland_id", "region_code", "wetland_class"
        )
        # several cores lie in one wetland where there are few of the class
        places = np.resize(rng.permutation(len(of_class)), int(number))
        found.append(of_class[places])
    cores = pl.concat(found)
    number = len(cores)

    def about(symbol: str) -> pl.Expr:
        middle = pl.col("region_code").replace_strict(
            {int(code): value for code, value in figures.by(symbol, "region_code").items()},
            return_dtype=pl.Float64,
        )
        reach = figures.one("position_spread")
        return (middle + pl.Series(rng.uniform(-reach, reach, number))).round(5).cast(_DEGREES)

    return cores.with_columns(
        longitude=about("county_longitude"),
        latitude=about("county_latitude"),
        level=pl.Series(lognormal(deviates(rng, number, limit=2), figures.one("core_cv"))),
        fragments=pl.Series(rng.random(number) * figures.one("coarse_max")),
        number=pl.int_range(1, number + 1),
    )


def _every(turn: tuple[int, int]) -> pl.Expr:
    """Tell the cores whose turn it is."""
    step, first = turn
    return pl.col("number") % step == first


def _intervals(cores: pl.DataFrame) -> pl.DataFrame:
    """Return the intervals of the cores, without gaps and what short cores do not reach."""
    tops = pl.DataFrame(
        [
            (turn, place, top, bottom)
            for turn, bounds in enumerate(_BOUNDS)
            for place, (top, bottom) in enumerate(pairwise(bounds))
        ],
        schema=["turn", "place", "depth_top_cm", "depth_bottom_cm"],
        orient="row",
    )
    last = pl.col("place").max().over("number")
    gap = _every(_GAP) & pl.col("place").is_in(_MISSING_INTERVAL)
    beyond = _every(_SHORT) & (pl.col("place") > last - _DEEPEST)
    return (
        cores.with_columns(turn=pl.col("number") % len(_BOUNDS))
        .join(tops, on="turn", maintain_order="left_right")
        .filter(~gap & ~beyond)
    )


def _measured(
    intervals: pl.DataFrame, year: int, figures: Figures, rng: np.random.Generator
) -> pl.DataFrame:
    """Return the intervals as they were measured at a survey."""
    size = len(intervals)

    def spread(symbol: str) -> Floats:
        return lognormal(deviates(rng, size, limit=2), figures.one(symbol))

    occasion, density, share = map(spread, ("occasion_cv", "density_cv", "carbon_cv"))
    organic = pl.col("organic_matter")
    packed = organic / figures.one("density_organic") + (1 - organic) / figures.one(
        "density_mineral"
    )
    carbon = organic * _of_class("carbon_of_om", figures) * pl.Series(share)
    is_total = pl.col("number").is_in(_TOTAL_CARBON)
    no_density = _every(_NO_DENSITY) & pl.col("place").is_in(_MISSING_DENSITY)
    no_carbon = _every(_NO_CARBON) & ~is_total & pl.col("place").is_in(_MISSING_CARBON)
    taken = pl.lit(year == WETLAND_YEARS[-1]) | (pl.col("number") % _OF_FOUR < _TAKEN_BEFORE)
    return (
        intervals.with_columns(organic_matter=_organic_matter(figures) * pl.Series(occasion))
        .with_columns(
            density=1 / packed * pl.Series(density),
            carbon=carbon + pl.when(is_total).then(figures.one("total_carbon_excess")).otherwise(0),
        )
        .filter(taken)
        .select(
            survey=pl.lit(year),
            core_id=pl.lit("TX") + pl.col("number").cast(pl.String).str.zfill(3),
            **{name: name for name in ("wetland_id", "region_code", "wetland_class")},
            study=pl.lit("模拟土芯"),
            **{name: name for name in ("longitude", "latitude")},
            sampled_year=pl.lit(year),
            **{name: name for name in ("depth_top_cm", "depth_bottom_cm")},
            bulk_density_g_per_cm3=_written(pl.when(~no_density).then("density"), _DENSITY, 3),
            organic_matter_fraction=_written(organic, _FRACTION, 4),
            carbon_fraction=_written(pl.when(~no_carbon).then("carbon"), _FRACTION, 4),
            carbon_kind=pl.when(~no_carbon).then(
                pl.when(is_total).then(pl.lit("total")).otherwise(pl.lit("organic"))
            ),
            coarse_fraction=_written(pl.when(_every(_COARSE)).then("fragments"), _FRACTION, 3),
            remark=pl.lit(layer_profile()["simulated_mark"]),
        )
    )


def _organic_matter(figures: Figures) -> pl.Expr:
    """Return organic matter per dry mass at the middle of an interval."""
    middle = (pl.col("depth_top_cm") + pl.col("depth_bottom_cm")) / 2
    top, deep = (_of_class(symbol, figures) for symbol in ("om_surface", "om_deep"))
    falls = (-middle / figures.one("om_depth")).exp()
    return (deep + (top - deep) * falls) * pl.col("level") * pl.col("spread")


def _of_class(symbol: str, figures: Figures) -> pl.Expr:
    return pl.col("wetland_class").replace_strict(
        figures.by(symbol, "wetland_class"), return_dtype=pl.Float64
    )


def _written(value: pl.Expr, dtype: pl.Decimal, digits: int) -> pl.Expr:
    return value.round(digits).cast(dtype)
