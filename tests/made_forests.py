"""Small forests with curves that are known by heart, carried through years."""

import math
from collections.abc import Sequence

import numpy as np
import polars as pl

from sinkcalc.accounting.ages import age_limits
from sinkcalc.accounting.cohorts import GROUPS, STATES, Cohorts, make_cohorts
from sinkcalc.accounting.curves import Curves
from sinkcalc.accounting.forecast_plan import make_plan
from sinkcalc.accounting.forecast_run import YearState, simulate
from sinkcalc.accounting.scenario import Measure
from sinkcalc.accounting.yearly_growth import GrowthBounds, curve_stocks
from sinkcalc.calibration.model import GrowthForm, Model

SURVEY = 2020
BOUNDS = GrowthBounds(floor=10.0, stocking=2.0)
HERE, THERE = "330102", "330105"
# county, species, origin, age, ha, m3 (None: not recorded)
Stand = tuple[str, str | None, str | None, int, float, float | None]
Lane = tuple[str, str | None, str | None]


def made_curve(form: GrowthForm, *values: float, oldest: float = 60.0) -> Model:
    """Return a growth curve without error."""
    symbols = ("a", "b", "c")[: len(values)]
    return Model(
        kind="growth",
        form=form,
        group="",
        estimator="wls",
        symbols=symbols,
        values=values,
        covariance=tuple((0.0,) * len(values) for _ in values),
        df=math.inf,
        residual_variance=0.0,
        residual_power=0.0,
        residual_base="prediction",
        correction="none",
        correction_factor=1.0,
        n=100,
        sites=1,
        x_min=1.0,
        x_max=oldest,
    )


# f(A) = 2^16 * 2^(-110/A): f(10) = 32, f(11) = 64, f(12) = 2^(16 - 55/6)
DOUBLING = made_curve("schumacher", 2.0**16, 110 * math.log(2))
# 100 m3/ha at every age
STILL = made_curve("schumacher", 100.0, 1e-13)


def made_curves(**curves: Model) -> Curves:
    """Return curves by group (`__` stands for the point), and one without growth for the rest."""
    models = {name.replace("__", "."): curve for name, curve in curves.items()}
    return Curves({"": STILL} | models, "made", {})


def made_cohorts(
    stands: Sequence[Stand],
    measures: tuple[Measure, ...] = (),
    years: int = 3,
    curves: Curves | None = None,
    bamboo_ha: float = 0.0,
) -> Cohorts:
    """Lay out stands as the sums of a survey."""
    words = {"region_code": pl.String, "species": pl.String, "origin": pl.String}
    rows = pl.DataFrame(
        stands,
        schema={**words, "age": pl.Int64, "area_ha": pl.Float64, "volume_m3": pl.Float64},
        orient="row",
    )
    volume = pl.col("volume_m3")
    state = pl.when(volume.is_null()).then(pl.lit("missing"))
    exact = pl.Decimal(20, 4)
    aged = rows.with_columns(
        pl.lit("arbor").alias("vegetation_class"),
        state.when(volume == 0).then(pl.lit("zero")).otherwise(pl.lit("given")).alias("measure"),
        pl.col("area_ha").cast(exact),
        volume.fill_null(0).cast(exact),
    )
    others = aged.clear().drop("age")
    if bamboo_ha:
        row = (HERE, "moso_bamboo", "natural", bamboo_ha, 0.0, "bamboo", "given")
        others = pl.DataFrame([row], schema=others.schema, orient="row")
    return make_cohorts(aged, others, measures, curves or made_curves(), age_limits(), years)


def carried(
    cohorts: Cohorts,
    measures: tuple[Measure, ...],
    years: int = 3,
    curves: Curves | None = None,
    growth: float = 1.0,
    land_area_ha: float | None = None,
) -> list[YearState]:
    """Carry cohorts through years without draws."""
    models = [(curves or made_curves()).models[key] for key in cohorts.curve_keys]
    values = [np.array([model.values]) for model in models]
    stocks = curve_stocks(models, values, cohorts.oldest, BOUNDS, np.array([growth]))
    plan = make_plan(cohorts, measures, SURVEY, years, land_area_ha)
    rates = np.ones((len(measures), 1))
    return list(simulate(cohorts, measures, plan, stocks, np.ones(1), rates))


def by_lane(cohorts: Cohorts, state: YearState, figure: str) -> dict[Lane, float]:
    """Sum a figure by county, species and origin; nothing of what is nothing."""
    lanes = cohorts.lanes[state.kinds // (GROUPS * STATES)]
    keys = lanes.select("region_code", "species", "origin").rows()
    out: dict[Lane, float] = {}
    for key, value in zip(keys, getattr(state, figure)[:, 0], strict=True):
        if value:
            out[key] = out.get(key, 0.0) + float(value)
    return out
