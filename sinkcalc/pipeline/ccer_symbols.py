"""What a methodology's equations take from the project file."""

import re
from typing import Final

import polars as pl

from sinkcalc.ccer.expression import parse
from sinkcalc.ccer.plan_parameters import FACTORS
from sinkcalc.coefficients.packs import INCLUDE, Pack

# known of every row of the plan from other parts of the project file
_OF_ROWS: Final = (
    "age",
    "share",
    "thinned_fraction",
    "table_volume",
    "area_ha",
    "culms_per_ha",
    "age_du",
    "dbh_cm",
    "shrub_cover",
    "burnt_ha",
    "curve_a",
    "curve_b",
    "curve_c",
)
# chosen by keys of their own
_OF_PROJECT: Final = ("discount", "gwp_ch4", "gwp_n2o")


def asked_of_project(pack: Pack) -> tuple[str, ...]:
    """Return the symbols that a project may give in place of the pack's figure."""
    rows = pack.tables["parameters"].filter(
        pl.col("species").is_null() & pl.col("species_group").is_null()
    )
    return _without_own(pack, [*rows["symbol"], *_names(pack)])


def asked_of_stratum(pack: Pack) -> tuple[str, ...]:
    """Return the symbols that a stratum may give; the pack's own figures are not among them."""
    figures = set(pack.tables["parameters"]["symbol"])
    given = pack.tables["inputs"].filter(pl.col("level") == "stratum")["symbol"]
    return tuple(name for name in dict.fromkeys(given) if name not in figures)


def optional_pools(pack: Pack) -> tuple[str, ...]:
    """Return the pools that a project may count or leave out."""
    listed = pack.tables["pools"].filter(pl.col("included") == "optional")["pool"]
    symbols = [name for name in _names(pack) if name.startswith(INCLUDE)]
    return tuple(dict.fromkeys([*listed, *(name.removeprefix(INCLUDE) for name in symbols)]))


def _names(pack: Pack) -> list[str]:
    """Return the names in the equations, once, in their order."""
    rows = pack.tables["equations"]
    found = [
        name
        for where, text in rows.select("item_id", "expression").iter_rows()
        if text and re.search(r"[A-Za-z_]", text)
        for name in parse(text, where).names
    ]
    return list(dict.fromkeys(found))


def _without_own(pack: Pack, names: list[str]) -> tuple[str, ...]:
    """Leave out what equations give, and what other parts of the file or general tables say."""
    known = {*pack.tables["equations"]["symbol"], *_OF_ROWS, *FACTORS, *_OF_PROJECT}
    return tuple(
        name
        for name in dict.fromkeys(names)
        if name not in known and not name.startswith((INCLUDE, "crediting_years_"))
    )
