"""Scenarios of a forecast: the shipped ones, and a user's own from a file."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import polars as pl

from sinkcalc.accounting.scenario import Measure, Scenario
from sinkcalc.errors import UsageProblem, did_you_mean
from sinkcalc.pipeline.scenario_file import read_scenario
from sinkcalc.pipeline.scenario_text import scenario_text
from sinkcalc.pipeline.shipped_scenarios import (
    GROWTH_SE,
    MEASURE_UNITS,
    RATES,
    shipped_names,
    shipped_number,
    shipped_scenario,
)

_STATED: Final = {"status": "stated", "evidence": "stated", "source_id": None, "locator": None}
# locator of the numbers that make a shipped scenario what it is
_DEFINITION: Final = "definition of the scenario"
# columns of `forecast_parameters` but the forecast
_COLUMNS: Final = {
    "parameter_id": pl.String,
    "symbol": pl.String,
    "value": pl.Float64,
    "unit": pl.String,
    "se": pl.Float64,
    "status": pl.String,
    "evidence": pl.String,
    "source_id": pl.String,
    "locator": pl.String,
}


def scenario_names() -> list[str]:
    """Return the names of the shipped scenarios."""
    return list(shipped_names())


def load_scenario(name_or_path: str) -> Scenario:
    """Return a shipped scenario by its name, or a user's own from a TOML file.

    Parameters
    ----------
    name_or_path
        One of `scenario_names`, or the path of a file; a name goes before a file.

    Returns
    -------
    The scenario with its text, from which the same scenario is read.

    Raises
    ------
    UsageProblem
        If there is no such scenario or file, the file is not usable (see `read_scenario`), or it
        says other numbers than the shipped scenario whose name it bears.
    """
    if name_or_path in shipped_names():
        return _with_text(shipped_scenario(name_or_path))
    path = Path(name_or_path)
    if not path.is_file():
        zh, en = did_you_mean(name_or_path, shipped_names())
        raise UsageProblem(
            zh=f"没有情景或情景文件 {name_or_path}(自己的情景请给 TOML 文件路径);{zh}",
            en=f"there is no scenario and no scenario file {name_or_path} (for your own, give the "
            f"path of a TOML file); {en}",
        )
    scenario = _with_text(read_scenario(path))
    if scenario.name in shipped_names() and scenario != load_scenario(scenario.name):
        raise UsageProblem(
            zh=f"情景文件 {path} 的名称 {scenario.name} 是自带情景的名称,而内容不同:"
            "请在 [scenario] name 换一个名称,要沿用自带的措施请写 base",
            en=f"scenario file {path} bears the name of the shipped scenario {scenario.name} and "
            "says something else: change name under [scenario]; base takes over shipped measures",
        )
    return scenario


def _with_text(scenario: Scenario) -> Scenario:
    return replace(scenario, text=scenario_text(scenario))


def scenario_parameters(scenario: Scenario) -> pl.DataFrame:
    """Return the numbers of a scenario as rows of `forecast_parameters`.

    The rate of a measure carries its standard error, value times `relative_se`. A number that
    stands unchanged in `parameters/scenarios.csv` keeps its id, status and source; any other is
    `stated`.

    Returns
    -------
    `parameter_id`, `symbol`, `value`, `unit`, `se`, `status`, `evidence`, `source_id`, `locator`.
    """
    rows = [row for _, row in _rows(scenario)]
    return pl.DataFrame(rows, schema=_COLUMNS)


def assumed_numbers(scenario: Scenario) -> dict[str, list[str]]:
    """Return the numbers that no source prints, by measure; the scenario's own under no name.

    What makes the scenario, as the felling that `no_harvest` leaves out, is not among them, nor
    is what a rate of 0 takes out of use.
    """
    idle = {
        measure.name
        for measure in scenario.measures
        if not any(getattr(measure, rate) for rate in RATES)
    }
    found: dict[str, list[str]] = {}
    for name, row in _rows(scenario):
        used = name not in idle or row["symbol"] in RATES
        if row["status"] == "assumed" and used and row["locator"] != _DEFINITION:
            found.setdefault(name or "", []).append(row["symbol"])
    return found


def _rows(scenario: Scenario) -> Iterator[tuple[str | None, dict[str, Any]]]:
    """Give every number of a scenario with the measure it belongs to."""
    yield None, _row(scenario, None, GROWTH_SE, scenario.growth_relative_se, "1")
    for measure in scenario.measures:
        for symbol, unit in MEASURE_UNITS.items():
            value = getattr(measure, symbol)
            if value or (symbol in RATES and value is not None):
                yield measure.name, _row(scenario, measure, symbol, value, unit)


def _row(
    scenario: Scenario, measure: Measure | None, symbol: str, value: float, unit: str
) -> dict[str, Any]:
    name = None if measure is None else measure.name
    found = shipped_number(measure, symbol, value)
    own = ".".join(part for part in ("scenario", scenario.name, name, symbol) if part)
    marks = _STATED if found is None else {key: found[key] for key in _STATED}
    se = None
    if measure is not None and symbol in RATES:
        marks = {key: getattr(measure, key) for key in _STATED}
        se = value * measure.relative_se
    return {
        **marks,
        "parameter_id": own if found is None else found["parameter_id"],
        "symbol": symbol,
        "value": float(value),
        "unit": unit,
        "se": se,
    }
