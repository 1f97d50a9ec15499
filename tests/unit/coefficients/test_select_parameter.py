"""Which parameter row serves which stand."""

from typing import Any

import polars as pl
import pytest

from sinkcalc.coefficients.select import LEVELS, select_parameter

ROW_KEYS = ("vegetation_class", "species", "species_group", "origin", "age_group")
OAK = {
    "vegetation_class": "arbor",
    "species": "oak",
    "species_group": "oaks",
    "origin": "natural",
    "age_group": "young",
}
# one row for every level, most specific first; level of each
LADDER: list[tuple[str, dict[str, str]]] = [
    ("species_origin_age", {"species": "oak", "origin": "natural", "age_group": "young"}),
    ("group_origin_age", {"species_group": "oaks", "origin": "natural", "age_group": "young"}),
    ("class_origin_age", {"origin": "natural", "age_group": "young"}),
    ("species", {"species": "oak"}),
    ("group", {"species_group": "oaks"}),
    ("class", {}),
]


def _rows(*keys: dict[str, str], symbol: str = "density") -> pl.DataFrame:
    """Make parameter rows with values 0, 1, 2, ... in the order given."""
    return pl.DataFrame(
        [
            {key: k.get(key) for key in ROW_KEYS}
            | {"parameter_id": f"row.{i}", "symbol": symbol, "value": float(i)}
            for i, k in enumerate(keys)
        ],
        schema_overrides=dict.fromkeys((*ROW_KEYS, "parameter_id", "symbol"), pl.String),
    )


def _select(cell: dict[str, Any], rows: pl.DataFrame, **named: Any) -> dict[str, Any]:
    cells = pl.LazyFrame([cell], schema=dict.fromkeys(ROW_KEYS, pl.String))
    frame = select_parameter(cells, rows, named.pop("symbol", "density"), **named).collect()
    assert frame.height == 1
    return frame.row(0, named=True)


def test_the_ladder_here_is_the_whole_one() -> None:
    assert [level for level, _ in LADDER] == list(LEVELS)


@pytest.mark.parametrize("best", range(len(LADDER)))
def test_the_most_specific_row_wins(best: int) -> None:
    """Of the rows from one level downwards the first serves, whatever their order."""
    offered = LADDER[best:][::-1]
    rows = _rows(*({"vegetation_class": "arbor", **keys} for _, keys in offered))
    found = _select(OAK, rows)
    assert found["density"] == len(offered) - 1
    assert found["density_id"] == f"row.{len(offered) - 1}"
    assert found["density_level"] == LADDER[best][0]


def test_a_row_of_the_class_goes_before_one_of_all_classes() -> None:
    every, arbor = {"species": "oak"}, {"species": "oak", "vegetation_class": "arbor"}
    assert _select(OAK, _rows(every, arbor))["density"] == 1
    assert _select(OAK, _rows(every))["density"] == 0


def test_a_row_of_another_class_does_not_serve() -> None:
    found = _select(OAK, _rows({"vegetation_class": "bamboo"}))
    assert (found["density"], found["density_id"], found["density_level"]) == (None, None, None)


@pytest.mark.parametrize(
    ("unknown", "level"),
    [
        (("age_group",), "species"),
        (("origin",), "species"),
        (("species",), "group_origin_age"),
        (("species", "species_group"), "class_origin_age"),
        (("species", "species_group", "origin"), "class"),
    ],
)
def test_what_is_not_recorded_falls_back(unknown: tuple[str, ...], level: str) -> None:
    rows = _rows(*({"vegetation_class": "arbor", **keys} for _, keys in LADDER))
    found = _select(OAK | dict.fromkeys(unknown), rows)
    assert found["density_level"] == level


def test_a_row_that_fills_more_keys_than_the_level_does_not_serve_it() -> None:
    """An origin without an age group is no level: such a row serves nothing."""
    assert _select(OAK, _rows({"origin": "natural"}))["density"] is None


def test_other_symbols_and_aliases() -> None:
    rows = _rows({}, symbol="share")
    assert _select(OAK, rows)["density"] is None
    found = _select(OAK, rows, symbol="share", alias="part")
    assert (found["part"], found["part_id"], found["part_level"]) == (0.0, "row.0", "class")


def test_two_symbols_stand_side_by_side() -> None:
    rows = pl.concat([_rows({}), _rows({}, {"species": "oak"}, symbol="share")])
    cells = pl.LazyFrame([OAK])
    for symbol in ("density", "share"):
        cells = select_parameter(cells, rows, symbol)
    assert cells.collect().select("density", "share").row(0) == (0.0, 1.0)
    assert not [name for name in cells.collect_schema().names() if name.startswith("_")]


def test_each_stand_keeps_its_row() -> None:
    """One row a cell, also where nothing is known of the cell."""
    nothing = dict.fromkeys(ROW_KEYS)
    pine = OAK | {"species": "pine", "species_group": "pines"}
    cells = pl.LazyFrame([pine, nothing, OAK], schema=dict.fromkeys(ROW_KEYS, pl.String))
    rows = _rows({"vegetation_class": "arbor"}, {"species_group": "oaks"})
    found = select_parameter(cells, rows, "density").collect()
    assert found.height == 3
    served = set(found.select("species", "density", "density_level").iter_rows())
    assert served == {(None, None, None), ("oak", 1.0, "group"), ("pine", 0.0, "class")}
