"""The scenarios that the program ships: `parameters/scenarios.csv` as measures."""

from functools import cache
from typing import Any, Final

from sinkcalc.accounting.scenario import Measure, Scenario
from sinkcalc.coefficients.load import load_table

# the rate of a measure: exactly one of them
RATES: Final = ("area_ha_per_year", "area_fraction_per_year")
# numbers of a measure and their units
MEASURE_UNITS: Final = {
    "area_ha_per_year": "ha/yr",
    "area_fraction_per_year": "1/yr",
    "volume_fraction": "1",
    "growth_gain_fraction": "1",
    "gain_years": "yr",
    "relative_se": "1",
}
GROWTH_SE: Final = "growth_relative_se"
_LISTS: Final = ("region_codes", "species_groups", "origins", "age_groups")


@cache
def shipped_names() -> tuple[str, ...]:
    """Return the names of the shipped scenarios, in their order in the table."""
    return tuple(load_table("scenarios").rows["scenario"].unique(maintain_order=True))


@cache
def shipped_scenario(name: str) -> Scenario:
    """Build a shipped scenario on top of its base; its text is left empty.

    A measure of the same name replaces that of the base at its place, a new one comes last.

    Parameters
    ----------
    name
        One of `shipped_names`.
    """
    measures: dict[str, Measure] = {}
    growth_se = 0.0
    own: dict[str, dict[str, Any]] = {}
    for row in load_table("scenarios").rows.iter_rows(named=True):
        if row["scenario"] != name:
            continue
        if row["base"] and not measures:
            base = shipped_scenario(row["base"])
            measures = {measure.name: measure for measure in base.measures}
            growth_se = base.growth_relative_se
        if row["symbol"] == GROWTH_SE:
            growth_se = row["value"]
        else:
            _add(own.setdefault(row["measure"], {}), row)
    measures |= {measure: Measure(name=measure, **fields) for measure, fields in own.items()}
    words = {row["word"]: row for row in load_table("words").rows.iter_rows(named=True)}
    return Scenario(name, words[name]["zh"], words[name]["en"], tuple(measures.values()), growth_se)


def _add(fields: dict[str, Any], row: dict[str, Any]) -> None:
    """Add one number of a measure, with where the measure takes place."""
    symbol, value = row["symbol"], row["value"]
    fields[symbol] = int(value) if symbol == "gain_years" else value
    fields |= {"kind": row["kind"], "becomes": row["becomes"]}
    fields |= {key: tuple(row[key].split("|")) if row[key] else () for key in _LISTS}
    if symbol in RATES:
        fields |= {key: row[key] for key in ("status", "evidence", "source_id", "locator")}


@cache
def _rows_by_number() -> dict[tuple[Any, ...], dict[str, Any]]:
    rows = load_table("scenarios").rows.reverse().iter_rows(named=True)
    return {
        (row["measure"], row["symbol"], row["value"], *_place(row, row["symbol"])): row
        for row in rows
    }


def _place(row: dict[str, Any], symbol: str) -> tuple[Any, ...]:
    """Return what a rate is the rate of; any other number is the same everywhere."""
    if symbol not in RATES:
        return ()
    lists = (row[key].split("|") if row[key] else () for key in _LISTS)
    return (row["kind"], row["becomes"], *(tuple(sorted(names)) for names in lists))


def shipped_number(measure: Measure | None, symbol: str, value: float) -> dict[str, Any] | None:
    """Return the shipped row of this very number, the first of the table; None without one.

    Parameters
    ----------
    measure
        None for a number of the scenario itself.

    Returns
    -------
    The row of `parameters/scenarios.csv`: a number that a user changed is no longer the source's,
    nor is a rate of another place.
    """
    if measure is None:
        return _rows_by_number().get((None, symbol, value))
    where = {
        "kind": measure.kind,
        "becomes": measure.becomes,
        **{key: "|".join(getattr(measure, key)) for key in _LISTS},
    }
    return _rows_by_number().get((measure.name, symbol, value, *_place(where, symbol)))
