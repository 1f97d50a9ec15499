"""Back-test: a forecast from an earlier survey to the year of a later one."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.accounting.back_test import back_test_rows
from sinkcalc.accounting.scenario import Scenario
from sinkcalc.errors import SinkcalcError, UsageProblem
from sinkcalc.pipeline.compare import stored_estimate
from sinkcalc.pipeline.estimate import (
    DEFAULT_SEED,
    EstimateOptions,
    method_factors,
    require_survey,
)
from sinkcalc.pipeline.forecast import ForecastResult, forecast
from sinkcalc.pipeline.forecast_inputs import DEFAULT_DRAWS, ForecastOptions
from sinkcalc.pipeline.part_of_city import PartOfCity
from sinkcalc.pipeline.series_breaks import find_breaks
from sinkcalc.store.connection import reading
from sinkcalc.store.inventory import Survey, get_surveys
from sinkcalc.vocabulary import DEFAULT_METHOD

Pair = tuple[int, int]
FLOWS: Final = ("growth", "felled", "lost")


@dataclass(frozen=True)
class BackTestOptions:
    """What to test and how.

    Attributes
    ----------
    pairs
        Earlier and later survey of each test; none: every survey and the next one of the same
        definition.
    """

    scenario: Scenario
    pairs: tuple[Pair, ...] = ()
    method: str = DEFAULT_METHOD
    draws: int = DEFAULT_DRAWS
    seed: int = DEFAULT_SEED


@dataclass(frozen=True)
class BackTestResult:
    """What a back-test gives.

    Attributes
    ----------
    rows
        Rows of `BackTest` for the city and its counties, pair after pair.
    flows
        What the forecast change of the growing stock is made of: `survey_from`, `survey_to`,
        `growth`, `felled`, `lost`; m3 over all years, of the city.
    redrawn
        Pair -> districts whose borders were redrawn between the surveys; they have no rows.
    parts
        Pair -> what an earlier survey without some of the city's counties does to the scenario.
    """

    rows: pl.DataFrame
    flows: pl.DataFrame
    redrawn: dict[Pair, tuple[str, ...]]
    parts: dict[Pair, PartOfCity | None]


def back_test(db: Path, options: BackTestOptions, wait: float = 0.0) -> BackTestResult:
    """Forecast from each earlier survey to the year of the later one, and compare.

    Nothing of the later survey enters: the curves are fitted to the stands of the earlier survey,
    active models are left out, for they may be fitted to the later one.

    Raises
    ------
    UsageProblem
        If a pair is not in order.
    SinkcalcError
        If there are no two surveys to compare, one is not loaded, or their definitions differ.
    """
    with reading(db, wait) as con:
        surveys = get_surveys(con)
        pairs = options.pairs or _consecutive(surveys)
        _require_comparable(surveys, pairs)
        redrawn = {pair: tuple(find_breaks(con, pair).districts) for pair in pairs}
        by_class = method_factors(EstimateOptions(0, method=options.method), con).form == "bcef"
    found = [_one_pair(db, options, pair, wait, by_class=by_class) for pair in pairs]
    rows = [
        rows.filter(~pl.col("region_code").is_in(redrawn[pair]).fill_null(False))
        for pair, (rows, _, _) in zip(pairs, found, strict=True)
    ]
    return BackTestResult(
        pl.concat(rows),
        pl.concat([flows for _, flows, _ in found]),
        redrawn,
        {pair: part for pair, (_, _, part) in zip(pairs, found, strict=True)},
    )


def _require_comparable(surveys: dict[int, Survey], pairs: tuple[Pair, ...]) -> None:
    for first, last in pairs:
        if first >= last:
            raise UsageProblem(
                zh=f"--back-test {first},{last}:前一年应早于后一年",
                en=f"--back-test {first},{last}: the first year must be before the second",
            )
        one, two = (require_survey(surveys, year).definition for year in (first, last))
        if one != two:
            raise SinkcalcError(
                zh=f"{first} 年为口径 {one},{last} 年为 {two}:口径不同的两次调查不能用来回测",
                en=f"survey {first} follows definition {one}, {last} {two}: surveys of different "
                "definitions are no test of a forecast",
            )


def _consecutive(surveys: dict[int, Survey]) -> tuple[Pair, ...]:
    pairs = tuple(
        (one, two)
        for one, two in pairwise(surveys)
        if surveys[one].definition == surveys[two].definition
    )
    if not pairs:
        loaded = ", ".join(map(str, surveys)) or "–"
        raise SinkcalcError(
            zh=f"回测需要口径相同的两次小班调查;已入库:{loaded}。"
            "用 sinkcalc load stands 文件 --survey 年度 入库另一次",
            en=f"a back-test needs two surveys of stands of one definition; loaded are: {loaded}. "
            "Load another one with sinkcalc load stands FILE --survey YEAR",
        )
    return pairs


def _one_pair(
    db: Path, options: BackTestOptions, pair: Pair, wait: float, *, by_class: bool
) -> tuple[pl.DataFrame, pl.DataFrame, PartOfCity | None]:
    first, last = pair
    # a method with volume classes keeps those of the start, as the forecast does
    classes = first if by_class else None
    ahead: list[ForecastResult] = []
    before: list[pl.DataFrame] = []
    observed: list[pl.DataFrame] = []
    for by in ((), ("region",)):
        for year, rows_of in ((first, before), (last, observed)):
            chosen = EstimateOptions(year, by, options.method, class_survey=classes)
            rows_of.append(stored_estimate(db, chosen, wait))
        asked = ForecastOptions(
            to_year=last,
            scenario=options.scenario,
            survey=first,
            by=by,
            method=options.method,
            draws=options.draws,
            seed=options.seed,
            active_curves=False,
        )
        ahead.append(forecast(db, asked, wait))
    of_both = pl.concat([one.rows for one in ahead])
    rows = back_test_rows(of_both, pl.concat(before), pl.concat(observed), pair)
    return rows, _flows(ahead[0].rows, pair), ahead[0].inputs.part


def _flows(city: pl.DataFrame, pair: Pair) -> pl.DataFrame:
    """Sum the yearly flows of the city's growing stock over the years of a forecast."""
    return city.select(
        pl.lit(pair[0], pl.Int32).alias("survey_from"),
        pl.lit(pair[1], pl.Int32).alias("survey_to"),
        *(
            pl.col("value").filter(pl.col("quantity") == name).sum().cast(pl.Float64).alias(name)
            for name in FLOWS
        ),
    )
