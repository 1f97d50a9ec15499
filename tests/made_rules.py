"""Packs of a few rules, for the tests of screening."""

import polars as pl

from sinkcalc.coefficients.packs import PACK_TABLES, Pack
from sinkcalc.coefficients.table import PARAMETER_COLUMNS


def pack_of(rules: dict[str, str], limits: dict[str, float] | None = None) -> Pack:
    """Return a pack that holds rules (rule -> expression) and parameters (symbol -> value)."""
    rows = [
        {
            "item_id": name,
            "title_zh": f"{name} 条",
            "title_en": f"rule {name}",
            "expression": expression,
            "reason_zh": f"{name} 的理由",
            "reason_en": f"reason of {name}",
            "source_id": "MADE",
            "locator": "1",
            "status": "assumed",
            "evidence": "recalled",
        }
        for name, expression in rules.items()
    ]
    parameters = [
        {"parameter_id": symbol, "symbol": symbol, "value": value}
        for symbol, value in (limits or {}).items()
    ]
    tables = {name: pl.DataFrame(schema=columns) for name, columns in _schemas().items()}
    tables["rules"] = pl.DataFrame(rows, schema=_schemas()["rules"])
    tables["parameters"] = pl.DataFrame(parameters, schema=PARAMETER_COLUMNS)
    return Pack("MADE-V01", "试", "made", "in_force", "1.0", {}, tables)


def _schemas() -> dict[str, dict[str, type[pl.DataType]]]:
    plain: dict[str, dict[str, type[pl.DataType]]] = {
        name: dict.fromkeys(columns, pl.String) for name, columns in PACK_TABLES.items()
    }
    return plain | {"parameters": dict(PARAMETER_COLUMNS)}
