"""Back-test: a forecast from an earlier survey to the year of a later one."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import polars as pl

from sinkcalc.accounting.back_test import back_test_rows
from sinkcalc.accounting.scenario import Scenario
from sinkcalc.errors import SinkcalcError, UsageProblem
from sinkcalc.pipeline.compare import both_estimates
from sinkcalc.pipeline.estimate import DEFAULT_SEED, EstimateOptions, require_survey
from sinkcalc.pipeline.forecast import ForecastOptions, forecast
from sinkcalc.store.connection import reading
from sinkcalc.store.inventory import Survey, get_surveys
from sinkcalc.vocabulary import DEFAULT_METHOD

Pair = tuple[int, int]


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
    draws: int = 1000
    seed: int = DEFAULT_SEED


def back_test(db: Path, options: BackTestOptions, wait: float = 0.0) -> pl.DataFrame:
    """Forecast from each earlier survey to the year of the later one, and compare.

    Nothing of the later survey enters: the curves are fitted to the stands of the earlier survey,
    active models are left out, for they may be fitted to the later one.

    Returns
    -------
    Rows of `BackTest` for the city and its counties, pair after pair.

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
    for first, last in pairs:
        if first >= last:
            raise UsageProblem(
                zh=f"--back-test {first},{last}:前一年应早于后一年",
                en=f"--back-test {first},{last}: the first year must be before the second",
            )
        require_survey(surveys, first)
        require_survey(surveys, last)
    return pl.concat([_one_pair(db, options, pair, wait) for pair in pairs])


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


def _one_pair(db: Path, options: BackTestOptions, pair: Pair, wait: float) -> pl.DataFrame:
    first, last = pair
    ahead, before, observed = [], [], []
    for by in ((), ("region",)):
        estimates = both_estimates(
            db, first, EstimateOptions(last, by, method=options.method), wait
        )
        before.append(estimates[0])
        observed.append(estimates[1])
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
        ahead.append(forecast(db, asked, wait).rows)
    return back_test_rows(pl.concat(ahead), pl.concat(before), pl.concat(observed), pair)
