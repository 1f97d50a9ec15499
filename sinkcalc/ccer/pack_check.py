"""What must hold of a pack: every line can be read, and every name in it means something."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import polars as pl

from sinkcalc.ccer.expression import Expression, parse
from sinkcalc.ccer.items import pack_items
from sinkcalc.ccer.parcel import PARCEL_COLUMNS
from sinkcalc.ccer.plan import BOTH, LEVELS, SCENARIOS
from sinkcalc.coefficients.load import load_sources
from sinkcalc.coefficients.packs import INCLUDE, PLACEHOLDER, STANDINGS, Pack, pack_codes, read_pack
from sinkcalc.coefficients.verified import to_verify
from sinkcalc.coefficients.verify import EVIDENCE, STATUSES, unverified_marks
from sinkcalc.errors import SinkcalcError

# what every plan knows of the rows of a level
GIVEN: Final[dict[str, tuple[str, ...]]] = {
    "tree": (
        *("age", "share", "thinned_fraction", "table_volume", "area_ha"),
        *("curve_a", "curve_b", "curve_c"),
        *("wood_density", "bef", "root_shoot_ratio", "carbon_fraction"),
    ),
    "bamboo": ("culms_per_ha", "age_du", "dbh_cm", "area_ha"),
    "stratum": ("area_ha", "shrub_cover", "burnt_ha"),
    "project": (),
}
# figures of the project that serve every row, and the time
SHARED: Final = ("gwp_ch4", "gwp_n2o", "discount", "t", "begin_year", "end_year")
# results that every pack gives, so that one engine serves all
RESULTS: Final = (
    *("baseline_removal_t", "project_removal_t", "leakage_t", "risk_deduction_t"),
    *("reduction_t", "cumulative_t", "creditable_t"),
)
INCLUDED: Final = ("yes", "no", "optional")
OPTIONAL: Final = "optional"
_FORMS: Final = ("schumacher", "logistic", "korf", "richards", "table")
_Found = tuple[str, str]


def check_packs() -> pl.DataFrame:
    """Check every shipped pack and list what of it is not verified.

    Returns
    -------
    `severity`, `check`, `parameter_id`, `detail`, as of the other parameter files.
    """
    found = [
        ("error", "pack", item, detail)
        for code in pack_codes()
        for item, detail in pack_problems(code)
    ]
    if not found:
        found = [_note(item) for code in pack_codes() for item in _to_verify(code)]
    schema = ["severity", "check", "parameter_id", "detail"]
    return pl.DataFrame(found, schema=schema, orient="row").cast(pl.String)


def _to_verify(code: str) -> Iterator[dict[str, Any]]:
    return to_verify(pack_items(read_pack(code))).iter_rows(named=True)


def _note(item: Mapping[str, Any]) -> tuple[str, str, str, str]:
    figure = "" if item["value"] is None else f"{item['value']:g} {item['unit']} · "
    remark = "" if item["note"] is None else f" · {item['note']}"
    detail = f"{figure}{item['text']} · {item['source_id']} · {item['locator']}{remark}"
    return "note", unverified_marks(item), item["item_id"], detail


def pack_problems(code: str) -> list[_Found]:
    """Return what is wrong with a pack: the item, and why."""
    try:
        pack = read_pack(code)
    except SinkcalcError as error:
        return [(code, str(error))]
    found = [*_marks(pack), *_texts(pack), *_rules(pack), *_equations(pack), *_pools(pack)]
    if pack.standing not in STANDINGS:
        found.append((code, f"standing {pack.standing} is not known"))
    if pack.standing != PLACEHOLDER:
        given = set(pack.tables["equations"].filter(pl.col("level") == "project")["symbol"])
        found += [(code, f"no equation gives {name}") for name in RESULTS if name not in given]
    return found


def _marks(pack: Pack) -> Iterator[_Found]:
    """Check sources, status and evidence; an input has a source but is the project's figure."""
    sources = load_sources()
    for name, rows in pack.tables.items():
        key = "parameter_id" if name == "parameters" else "item_id"
        yield from ((item, "stands twice") for item in rows.filter(rows[key].is_duplicated())[key])
        for row in rows.iter_rows(named=True):
            if row["source_id"] not in sources or not row["locator"]:
                yield row[key], "source or locator is missing or not known"
            marked = row["status"] in STATUSES and row["evidence"] in EVIDENCE
            if name != "inputs" and not marked:
                yield row[key], "status or evidence is missing or not known"


def _texts(pack: Pack) -> Iterator[_Found]:
    """Check that what a person reads is there in both languages."""
    for name, rows in pack.tables.items():
        shown = [column for column in rows.columns if column.endswith(("_zh", "_en"))]
        for row in rows.iter_rows(named=True):
            for column in shown:
                if not row[column]:
                    yield row["item_id"], f"no {column} in {name}"


def _rules(pack: Pack) -> Iterator[_Found]:
    known = {*PARCEL_COLUMNS, *pack.tables["parameters"]["symbol"]}
    for item, text in pack.tables["rules"].select("item_id", "expression").iter_rows():
        yield from _unknown(item, text, known)


def _equations(pack: Pack) -> Iterator[_Found]:
    below: set[str] = set()
    for level in LEVELS:
        known = {*GIVEN[level], *SHARED, *_own_symbols(pack, level)}
        made: set[str] = set()
        rows = pack.tables["equations"].filter(pl.col("level") == level)
        for row in rows.iter_rows(named=True):
            item = row["item_id"]
            if row["scenario"] not in (*SCENARIOS, BOTH):
                yield item, f"scenario {row['scenario']} is not known"
            if (row["form"] or None) not in (*_FORMS, None):
                yield item, f"form {row['form']} is not known"
            yield from _unknown(item, row["expression"], known | made)
            expression = _parsed(item, row["expression"])
            for _, name in expression.sums if expression else ():
                if name not in below:
                    yield item, f"sums {name}, which no lower level gives"
            made.add(row["symbol"])
        below |= made
    yield from (
        (row["item_id"], f"level {row['level']} is not known")
        for row in pack.tables["equations"].iter_rows(named=True)
        if row["level"] not in LEVELS
    )


def _own_symbols(pack: Pack, level: str) -> Iterator[str]:
    """Give the symbols of parameters, of inputs and of the switches of optional pools."""
    yield from pack.tables["parameters"]["symbol"]
    inputs = pack.tables["inputs"]
    yield from inputs.filter(pl.col("level").is_in(["project", level]))["symbol"]
    if level == "stratum":
        pools = pack.tables["pools"].filter(pl.col("included") == OPTIONAL)
        yield from (f"{INCLUDE}{pool}" for pool in pools["pool"])


def _unknown(item: str, text: str, known: set[str]) -> Iterator[_Found]:
    expression = _parsed(item, text)
    if expression is None:
        yield item, f"cannot be understood: {text}"
        return
    yield from ((item, f"{name} is not known") for name in expression.names if name not in known)


def _parsed(item: str, text: str) -> Expression | None:
    try:
        return parse(text or "", item)
    except SinkcalcError:
        return None


def _pools(pack: Pack) -> Iterator[_Found]:
    for row in pack.tables["pools"].iter_rows(named=True):
        if row["scenario"] not in (*SCENARIOS, BOTH) or row["included"] not in INCLUDED:
            yield row["item_id"], "scenario or included is not known"
