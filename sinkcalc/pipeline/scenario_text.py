"""A scenario as TOML: what a forecast stores and what a user starts his own from."""

import json
import re
from dataclasses import fields
from typing import Final

from sinkcalc.accounting.scenario import Measure, Scenario
from sinkcalc.pipeline.shipped_scenarios import GROWTH_SE, MEASURE_UNITS, RATES, shipped_number

# fields of a measure under another key of the file, or in none
_KEY_OF: Final = {"region_codes": "regions"}
_NOT_WRITTEN: Final = ("name", "status", "evidence", "source_id", "locator")
_ALWAYS: Final = ("kind", "becomes", "volume_fraction")
# a measure of these kinds takes no volume of its own and becomes what its kind says
BARE_KINDS: Final = ("afforestation", "land_loss")


def scenario_text(scenario: Scenario) -> str:
    """Write a scenario as TOML; reading it gives the same scenario.

    Every number says in a comment what it is: status and source of a shipped one, `stated` of a
    user's own.
    """
    head = [
        "[scenario]",
        f"name = {_value(scenario.name)}",
        f"title_zh = {_value(scenario.title_zh)}",
        f"title_en = {_value(scenario.title_en)}",
        _line(None, GROWTH_SE, scenario.growth_relative_se),
    ]
    return "\n".join([*head, *map(_measure, scenario.measures)]) + "\n"


def _measure(measure: Measure) -> str:
    name = measure.name if re.fullmatch(r"[A-Za-z0-9_-]+", measure.name) else _value(measure.name)
    lines = [f"\n[measures.{name}]"]
    for field in fields(measure):
        value = getattr(measure, field.name)
        if field.name in _NOT_WRITTEN or value is None:
            continue
        bare = measure.kind in BARE_KINDS and field.name in ("becomes", "volume_fraction")
        needed = field.name in (*_ALWAYS, *RATES) and not bare
        if needed or (value != field.default and not bare):
            lines.append(_line(measure, _KEY_OF.get(field.name, field.name), value))
    if measure.status == "stated" and measure.locator is not None:
        lines.append(f"source = {_value(measure.locator)}")
    return "\n".join(lines)


def _line(measure: Measure | None, key: str, value: object) -> str:
    line = f"{key} = {_value(value)}"
    if isinstance(value, int | float) and key in (*MEASURE_UNITS, GROWTH_SE):
        return f"{line}  # {_mark(measure, key, value)}"
    return line


def _mark(measure: Measure | None, symbol: str, value: float) -> str:
    row = shipped_number(measure, symbol, value)
    return "stated" if row is None else f"{row['status']}, {row['source_id']}"


def _value(value: object) -> str:
    """Write a value of TOML; a JSON string is one of TOML too, but for the delete character."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)
