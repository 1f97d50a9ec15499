"""A project's export as one JSON document, in the form of `export.schema.json`."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import polars as pl

from sinkcalc.ccer.dossier import Dossier
from sinkcalc.ccer.numbers import round_down
from sinkcalc.ccer.removals import CREDITABLE, CUMULATIVE, FLOWS, REDUCTION
from sinkcalc.report.ccer_results import span
from sinkcalc.resources import parameter_dir

SCHEMA_NAME: Final = "export.schema.json"
FORMAT: Final = "sinkcalc-ccer-export"
# rises when a key is renamed or removed
FORMAT_VERSION: Final = 1
# every parcel under every rule is in the table of its own alone
_LEFT_OUT: Final = ("screening",)


def schema_text() -> str:
    """Return the JSON Schema of the document."""
    return (parameter_dir() / "ccer" / SCHEMA_NAME).read_text(encoding="utf-8")


def project_document(dossier: Dossier, tables: Mapping[str, pl.DataFrame]) -> dict[str, Any]:
    """Return the document; numbers are those of the tables, dates ISO texts.

    Parameters
    ----------
    tables
        Of `tidy_tables`.
    """
    project, pack, plan = dossier.project, dossier.pack, dossier.plan
    return {
        "$schema": SCHEMA_NAME,
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "program": {"name": "sinkcalc", "version": dossier.program_version},
        "run_id": dossier.run_id,
        "stamps": [stamp._asdict() for stamp in dossier.stamps],
        "project": {
            "id": project.project_id,
            "name": project.name,
            "owner": project.owner,
            "start": project.start.isoformat(),
            "crediting_start": project.crediting_start.isoformat(),
            "crediting_end": plan.periods[-1].last.isoformat(),
            "crediting_years": len(plan.periods) - 1,
            "gwp_set": project.gwp_set,
            "simulated": dossier.simulated,
        },
        "methodology": {
            "code": pack.code,
            "title_zh": pack.title_zh,
            "title_en": pack.title_en,
            "standing": pack.standing,
            "pack_version": pack.version,
        },
        "totals": totals(dossier),
        "years": _years(dossier),
        "unverified": dossier.unverified["item_id"].to_list(),
        "notes": [{"zh": zh, "en": en} for zh, en in dossier.notes],
        "inputs": dict(dossier.inputs),
        "tables": {name: rows_of(table) for name, table in tables.items() if name not in _LEFT_OUT},
    }


def totals(dossier: Dossier) -> dict[str, float | int]:
    """Return sums over the crediting period and counts."""
    results = dossier.results
    creditable = results["project", CREDITABLE][0, 0]
    years = len(dossier.plan.periods) - 1
    whole = creditable[-1] - creditable[0]
    return {
        "area_ha": float(dossier.parcels["area_ha"].sum()),
        "years": years,
        "reduction_t": float(results["project", REDUCTION][0, 0, 1:].sum()),
        "creditable_t": int(whole),
        # a year's mean is rounded down as well: it is what a registration may expect
        "mean_creditable_t_per_year": int(round_down(whole / years)),
        "parcels": dossier.parcels.height,
        "unknown_parcels": dossier.unknown_parcels,
        "excluded_parcels": dossier.excluded.height,
        "unverified_items": dossier.unverified.height,
    }


def _years(dossier: Dossier) -> list[dict[str, Any]]:
    """Return the summary of the design document: whole tonnes are differences of the cumulative."""
    results = dossier.results
    whole = results["project", CREDITABLE][0, 0]
    return [
        {
            "t": period.t,
            "period": span(period),
            **{
                name: float(results["project", name][0, 0, period.t] + 0.0)
                for name in (*FLOWS, CUMULATIVE)
            },
            "creditable_t": int(whole[period.t] - whole[period.t - 1]),
        }
        for period in dossier.plan.periods[1:]
    ]


def rows_of(table: pl.DataFrame) -> list[dict[str, Any]]:
    """Return rows as objects of JSON values."""
    return [
        {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in row.items()
        }
        for row in table.iter_rows(named=True)
    ]


def json_bytes(document: Mapping[str, Any]) -> bytes:
    """Return a document as UTF-8 text, one line a value."""
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    return f"{text}\n".encode()
