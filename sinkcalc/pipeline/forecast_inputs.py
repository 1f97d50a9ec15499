"""What a forecast reads: the survey's sums, its estimate with errors, curves and classes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from sinkcalc.accounting.ages import AgeNotes, age_limits, with_ages
from sinkcalc.accounting.cohorts import Cohorts, make_cohorts
from sinkcalc.accounting.curves import Curves
from sinkcalc.accounting.forecast_plan import YearPlan, make_plan
from sinkcalc.accounting.forecast_rows import Groups, make_groups
from sinkcalc.accounting.scenario import Scenario
from sinkcalc.accounting.target import CITY, inside
from sinkcalc.accounting.yearly_growth import GrowthBounds
from sinkcalc.calibration.model import Model
from sinkcalc.coefficients.factors import Factors
from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import SinkcalcError, UsageProblem
from sinkcalc.pipeline.compare import stored_estimate
from sinkcalc.pipeline.estimate import (
    DEFAULT_SEED,
    EstimateOptions,
    method_factors,
    require_survey,
)
from sinkcalc.pipeline.growth_curves import growth_curves
from sinkcalc.pipeline.part_of_city import PartOfCity, fit_to_survey
from sinkcalc.pipeline.series_breaks import counties_missing
from sinkcalc.store.cohorts import cohort_sums
from sinkcalc.store.connection import reading
from sinkcalc.store.inventory import Survey, get_surveys, region_names
from sinkcalc.store.results import read_error_parts
from sinkcalc.uncertainty.parts import ErrorParts
from sinkcalc.vocabulary import DEFAULT_METHOD, FORECAST_BY_KEYS

DEFAULT_DRAWS: Final = 1000
# forms whose carbon is linear in the sums of cohorts
_LINEAR: Final = ("whole_tree", "density_bef", "bcef")


@dataclass(frozen=True)
class ForecastOptions:
    """What to forecast and how.

    Attributes
    ----------
    to_year
        Last year.
    scenario
        What is done in the forest.
    survey
        Where it starts; the latest survey if None.
    by
        Keys to group by, of `FORECAST_BY_KEYS`.
    method
        Of the carbon.
    draws
        0 for no intervals.
    seed
        Of the draws.
    active_curves
        Whether active growth models are used; else all curves are fitted to the stands of the
        survey.
    """

    to_year: int
    scenario: Scenario
    survey: int | None = None
    by: tuple[str, ...] = ()
    method: str = DEFAULT_METHOD
    draws: int = DEFAULT_DRAWS
    seed: int = DEFAULT_SEED
    active_curves: bool = True

    @property
    def by_keys(self) -> str:
        """The keys as stored with the forecast."""
        return ",".join(key for key in FORECAST_BY_KEYS if key in self.by)


def forecast_rules() -> dict[str, float]:
    """Return the bounds of forecasts by symbol."""
    rows = load_table("forecast_rules").rows
    return dict(rows.select("symbol", "value").iter_rows())


def growth_bounds() -> GrowthBounds:
    """Return the bounds of growth in proportion to the volume."""
    rules = forecast_rules()
    return GrowthBounds(rules["curve_floor"], rules["most_stocking"])


@dataclass(frozen=True)
class Inputs:
    """Everything that the years ahead are computed from.

    Attributes
    ----------
    survey
        The start.
    estimate
        Stored rows of its estimate by the same keys.
    parts
        What the errors of that estimate are made of.
    sums
        Result of `cohort_sums`.
    notes
        Ages that are not as recorded.
    scenario
        What is carried out: a shipped scenario has the hectares of the part of the city that the
        survey holds.
    part
        What a survey without some of the city's counties does to the scenario; None if it has
        them all.
    regions
        `region_code`, `region_name`.
    """

    survey: Survey
    estimate: pl.DataFrame
    parts: ErrorParts
    sums: pl.DataFrame
    notes: AgeNotes
    factors: Factors
    curves: Curves
    cohorts: Cohorts
    plan: list[YearPlan]
    groups: Groups
    scenario: Scenario
    part: PartOfCity | None
    regions: pl.DataFrame

    @property
    def models(self) -> list[tuple[str, Model]]:
        """Curves that serve any lane, in the order of `Cohorts.curve_keys`."""
        return [(key, self.curves.models[key]) for key in self.cohorts.curve_keys]


def read_inputs(
    db: Path, options: ForecastOptions, wait: float, curves: Curves | None = None
) -> Inputs:
    """Read what a forecast needs; estimates the survey where no estimate of it is stored.

    Parameters
    ----------
    curves
        Those of the database and the survey where they are known, for fitting takes time.

    Raises
    ------
    UsageProblem
        If the year, the method or a key does not fit.
    SinkcalcError
        If the survey is not loaded, or its stands have neither age nor age group.
    """
    with reading(db, wait) as con:
        surveys = get_surveys(con)
        year = _start_year(surveys, options)
        survey = require_survey(surveys, year)
        chosen = EstimateOptions(year, options.by, options.method)
        factors = method_factors(chosen, con)
    _require_fitting(options, year, factors)
    estimate = _estimated(db, chosen, wait)
    with reading(db, wait) as con:
        parts = read_error_parts(con, estimate["run_id"][0])
        sums = cohort_sums(con, year)
        if curves is None:
            curves = growth_curves(con, year, active=options.active_curves)
        regions = region_names(con)
        absent = counties_missing(con, survey)
    limits = age_limits()
    aged, notes = with_ages(sums, limits)
    if aged["age"].null_count():
        raise SinkcalcError(
            zh=f"调查 {year} 的乔木林小班既无年龄也无龄组,无从预测;请补充 age_years 或 age_group",
            en=f"the arbor stands of survey {year} have neither age nor age group: there is "
            "nothing to grow them by. Load them with age_years or age_group",
        )
    years = options.to_year - year
    others = sums.filter(pl.col("vegetation_class") != "arbor")
    forest_ha = float(sums.filter(inside(CITY))["area_ha"].sum() or 0)
    scenario, part = fit_to_survey(options.scenario, absent, forest_ha)
    measures = scenario.measures
    cohorts = make_cohorts(aged, others, measures, curves, limits, years)
    return Inputs(
        survey=survey,
        estimate=estimate,
        parts=parts,
        sums=sums,
        notes=notes,
        factors=factors,
        curves=curves,
        cohorts=cohorts,
        plan=make_plan(cohorts, measures, year, years, survey.land_area_ha),
        groups=make_groups(cohorts, options.by),
        scenario=scenario,
        part=part,
        regions=regions,
    )


def _estimated(db: Path, chosen: EstimateOptions, wait: float) -> pl.DataFrame:
    estimate = stored_estimate(db, chosen, wait)
    if estimate.is_empty():
        raise SinkcalcError(
            zh=f"调查 {chosen.survey} 没有森林小班,无从预测",
            en=f"survey {chosen.survey} has no forest stands: there is nothing to forecast",
        )
    return estimate


def _start_year(surveys: dict[int, Survey], options: ForecastOptions) -> int:
    if options.survey is not None:
        return options.survey
    if not surveys:
        raise SinkcalcError(
            zh="没有入库的小班调查;用 sinkcalc load stands 文件 --survey 年度 入库",
            en="no survey of stands is loaded; load one with sinkcalc load stands FILE "
            "--survey YEAR",
        )
    return max(surveys)


def _require_fitting(options: ForecastOptions, year: int, factors: Factors) -> None:
    last = int(forecast_rules()["last_year"])
    if not year < options.to_year <= last:
        raise UsageProblem(
            zh=f"--to {options.to_year} 应晚于起始调查 {year},不晚于 {last}",
            en=f"--to {options.to_year} must be after the survey {year} it starts from, and "
            f"{last} at the latest",
        )
    unknown = [key for key in options.by if key not in FORECAST_BY_KEYS]
    if unknown:
        raise UsageProblem(
            zh=f"--by 不认识 {', '.join(unknown)};预测可用:{', '.join(FORECAST_BY_KEYS)}",
            en=f"--by does not know {', '.join(unknown)}; a forecast is grouped by "
            f"{', '.join(FORECAST_BY_KEYS)}",
        )
    if factors.form not in _LINEAR:
        raise UsageProblem(
            zh=f"方法 {options.method} 逐小班计算,不能用于预测的龄级汇总;"
            f"请用 {DEFAULT_METHOD}、fang-2001、ccer-d-bef 或 ipcc-2006",
            en=f"method {options.method} computes stand by stand and cannot be applied to cohorts "
            f"of the future; use {DEFAULT_METHOD}, fang-2001, ccer-d-bef or ipcc-2006",
        )


def in_city(cohorts: Cohorts) -> np.ndarray:
    """Tell which lanes count for the city."""
    return cohorts.lanes.select(inside(CITY)).to_series().to_numpy()
