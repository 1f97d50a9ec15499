"""Deliberately faulty rows for the simulated city, of the kinds that real deliveries contain."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

ENCODING: Final = "gb18030"
LINE_END: Final = "\r\n"

Fields = dict[str, str]


def _set(**values: str) -> Callable[[Fields], Fields]:
    """Return a fault that overwrites some fields."""
    return lambda fields: fields | values


def _to_other_city(fields: Fields) -> Fields:
    """Move a row to a county of Ningbo, township and village with it."""
    county = "330203"
    inner = {name: county + fields[name][len(county) :] for name in ("XIANG", "CUN")}
    return fields | {"XIAN": county, **inner}


def _without_area(fields: Fields) -> Fields:
    """Give a row the area zero or a negative one, by turns of the stand number."""
    even = int(fields["XIAO_BAN"]) % 2 == 0
    return fields | {"XBMJ": "0.00" if even else "-" + fields["XBMJ"]}


# faults of one field; the other kinds are faults of the line
_FAULTS: Final[dict[str, Callable[[Fields], Fields]]] = {
    "area_empty": _set(XBMJ=""),
    "area_not_a_number": _set(XBMJ="12.5公顷"),
    "area_not_positive": _without_area,
    "unknown_land_class": _set(DI_LEI="039999"),
    "county_outside": _to_other_city,
    "canopy_as_percent": _set(YU_BI_DU="65"),
    "unknown_species": _set(YOU_SHI_SZ="999"),
}
DUPLICATE, BROKEN, UNDECODABLE = "duplicate_stand", "too_few_fields", "undecodable_byte"
KINDS: Final = (*_FAULTS, DUPLICATE, BROKEN, UNDECODABLE)

# fields left on a broken line
_LEFT: Final = 14
# never the first byte of a character in GB18030, so a decoder takes nothing else with it
_NO_CHARACTER: Final = b"\xff"

# faulty rows at the end of the plot and the tree files, copies of the first row with these values
PLOT_FAULTS: Final[dict[str, Fields]] = {
    "duplicate_plot": {},
    "plot_area_not_a_number": {"plot_id": "9001", "plot_area_ha": "0.08公顷"},
}
TREE_FAULTS: Final[dict[str, Fields]] = {
    "duplicate_tree": {},
    "dbh_not_a_number": {"tree_id": "901", "dbh_cm": "12..5"},
    "unknown_plot": {"plot_id": "9999"},
}


@dataclass(frozen=True)
class BadLine:
    """One faulty line and the number of good rows before it."""

    position: int
    kind: str
    line: bytes


def bad_lines(form: pl.DataFrame, number: int, rng: np.random.Generator) -> list[BadLine]:
    """Return faulty lines to be put between the rows of a file, in the order of their positions.

    Each line has one fault only. All but the duplicates carry a stand number of their own.

    Parameters
    ----------
    form
        The good rows.
    number
        Faulty lines in all, shared equally between the kinds.
    rng
        Decides which rows are copied, and where the lines go.
    """
    positions = np.sort(rng.choice(np.arange(1, len(form)), number, replace=False))
    kinds = rng.permutation(np.resize(np.array(KINDS), number)).tolist()
    whole = form.select(
        (pl.col("DI_LEI") == "030100")
        & pl.col("YOU_SHI_SZ").is_not_null()
        & (pl.col("HUO_LM_XJ") > 0)
    ).to_series()
    copied = rng.choice(whole.arg_true().to_numpy(), number)
    is_copy = np.array([kind == DUPLICATE for kind in kinds])
    copied[is_copy] = rng.integers(0, positions[is_copy])
    rows = [
        dict(zip(form.columns, row.split(","), strict=True))
        for row in form[copied].write_csv(include_header=False).splitlines()
    ]
    return [
        BadLine(int(position), kind, _line(kind, fields, place))
        for place, (position, kind, fields) in enumerate(zip(positions, kinds, rows, strict=True))
    ]


def _line(kind: str, fields: Fields, place: int) -> bytes:
    """Return the line of a faulty row made from a good one."""
    if kind != DUPLICATE:
        # above every number of the good rows
        own = {"BSM": f"{fields['XIAN']}9{place:011d}", "XIAO_BAN": str(90_000 + place)}
        fields = fields | own
    if kind in _FAULTS:
        fields = _FAULTS[kind](fields)
    values = list(fields.values())[: _LEFT if kind == BROKEN else None]
    line = (",".join(values) + LINE_END).encode(ENCODING)
    if kind == UNDECODABLE:
        remark = fields["BZ"].encode(ENCODING)
        line = line.replace(remark, remark + _NO_CHARACTER, 1)
    return line


def with_faults(rows: pl.DataFrame, faults: dict[str, Fields]) -> pl.DataFrame:
    """Return the rows of a file as text, one faulty row of each kind after them."""
    text = rows.cast(pl.String)
    copies = [
        text[:1].with_columns(pl.lit(value).alias(name) for name, value in fault.items())
        for fault in faults.values()
    ]
    return pl.concat([text, *copies])
