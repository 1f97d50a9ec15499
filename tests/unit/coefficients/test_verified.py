"""A verification holds as long as what was verified is unchanged."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from sinkcalc.coefficients.verified import (
    IN_PLACE,
    ITEM_SCHEMA,
    parameter_items,
    read_verified,
    record_verified,
    row_sha256,
    states,
    unverified,
)
from sinkcalc.errors import UsageProblem

DAY = date(2026, 3, 1)


def _items() -> pl.DataFrame:
    """Make a recalled figure, an assumed one, one that was read, and a recalled rule."""
    rows = [
        ("P.a", "parameter", "a", 0.1, "1", "standard", "recalled"),
        ("P.b", "parameter", "b", 2.0, "yr", "assumed", "read"),
        ("P.c", "parameter", "c", 3.0, "yr", "standard", "read"),
        ("P.R1", "rule", "not burning", None, None, "standard", "recalled"),
    ]
    return pl.DataFrame(
        [
            {
                "item_id": name,
                "kind": kind,
                "text": text,
                "value": value,
                "unit": unit,
                "source_id": "MADE",
                "locator": "1",
                "status": status,
                "evidence": evidence,
            }
            for name, kind, text, value, unit, status, evidence in rows
        ],
        schema=ITEM_SCHEMA,
    )


def _record(path: Path, items: pl.DataFrame) -> pl.DataFrame:
    return record_verified(path, items, "the text", "p. 3", "Zhang", DAY)


def _changed(items: pl.DataFrame, column: str, value: object) -> pl.DataFrame:
    first = pl.col("item_id") == "P.a"
    return items.with_columns(
        pl.when(first).then(pl.lit(value)).otherwise(pl.col(column)).alias(column)
    )


def test_without_a_file_everything_recalled_or_assumed_waits(tmp_path: Path) -> None:
    waiting = unverified(_items(), read_verified(tmp_path / "none.csv"))
    assert waiting["item_id"].to_list() == ["P.a", "P.b", "P.R1"]
    assert set(waiting["verification"]) == {"none"}


def test_a_verified_row_waits_no_more(tmp_path: Path) -> None:
    path = tmp_path / "verified.csv"
    added = _record(path, _items().head(1))
    assert added.row(0, named=True) == {
        "row_id": "P.a",
        "value": "0.1",
        "unit": "1",
        "source": "the text",
        "locator": "p. 3",
        "verified_by": "Zhang",
        "verified_on": "2026-03-01",
        "row_sha256": row_sha256(_items().row(0, named=True)),
    }
    assert unverified(_items(), read_verified(path))["item_id"].to_list() == ["P.b", "P.R1"]


@pytest.mark.parametrize(("column", "value"), [("value", 0.2), ("unit", "%"), ("text", "z")])
def test_a_change_lets_it_lapse(tmp_path: Path, column: str, value: object) -> None:
    path = tmp_path / "verified.csv"
    _record(path, _items())
    later = _changed(_items(), column, value)
    waiting = unverified(later, read_verified(path))
    assert waiting.select("item_id", "verification").rows() == [("P.a", "lapsed")]


@pytest.mark.parametrize("column", ["note", "locator", "source_id"])
def test_a_remark_does_not(tmp_path: Path, column: str) -> None:
    path = tmp_path / "verified.csv"
    _record(path, _items())
    later = _changed(_items(), column, "changed")
    assert unverified(later, read_verified(path)).is_empty()


def test_the_last_entry_of_a_row_counts(tmp_path: Path) -> None:
    """Verified, changed, verified again."""
    path = tmp_path / "verified.csv"
    _record(path, _items())
    later = _changed(_items(), "value", 0.2)
    _record(path, later.head(1))
    entries = read_verified(path)
    assert entries["row_id"].to_list() == ["P.a", "P.b", "P.c", "P.R1", "P.a"]
    assert unverified(later, entries).is_empty()
    assert states(entries, later)["verification"].to_list() == ["lapsed", *["holds"] * 4]


def _in_place(items: pl.DataFrame, value: float) -> pl.DataFrame:
    """Replace the first figure by one of a project."""
    row = items.row(0, named=True)
    own = {"own_figure": "a", "shipped_value": row["value"], "status": IN_PLACE, "value": value}
    return pl.DataFrame([row | own | {"evidence": "stated"}], schema=ITEM_SCHEMA)


def test_a_figure_of_a_project_is_verified_by_its_own_value(tmp_path: Path) -> None:
    """0.1 is shipped and verified; a project that uses 0.12 is served by an entry of 0.12 only."""
    path = tmp_path / "verified.csv"
    shipped = _items().head(1)
    own = _in_place(shipped, 0.12)
    _record(path, shipped)
    assert unverified(own, read_verified(path))["verification"].to_list() == ["none"]
    added = record_verified(path, shipped, "the text", "p. 3", "Zhang", DAY, value=0.12)
    assert added["value"].to_list() == ["0.12"]
    entries = read_verified(path)
    assert unverified(own, entries).is_empty()
    # the shipped figure stays verified, and both entries are of the row as it is
    assert unverified(shipped, entries).is_empty()
    assert states(entries, shipped)["verification"].to_list() == ["holds", "holds"]
    assert unverified(_in_place(shipped, 0.13), entries)["verification"].to_list() == ["none"]


def test_a_figure_of_a_project_lapses_with_the_shipped_row(tmp_path: Path) -> None:
    path = tmp_path / "verified.csv"
    shipped = _items().head(1)
    record_verified(path, shipped, "the text", "p. 3", "Zhang", DAY, value=0.12)
    later = _in_place(_changed(shipped, "value", 0.2), 0.12)
    assert unverified(later, read_verified(path))["verification"].to_list() == ["lapsed"]


def test_an_entry_of_another_value_serves_no_shipped_row(tmp_path: Path) -> None:
    path = tmp_path / "verified.csv"
    record_verified(path, _items().head(1), "the text", "p. 3", "Zhang", DAY, value=0.12)
    waiting = unverified(_items().head(1), read_verified(path))
    assert waiting["verification"].to_list() == ["none"]


def test_an_entry_whose_row_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "verified.csv"
    _record(path, _items().head(2))
    assert states(read_verified(path), _items().tail(3))["verification"].to_list() == [
        "gone",
        "holds",
    ]


@pytest.mark.parametrize("empty", ["source", "locator", "by"])
def test_an_entry_says_what_where_and_who(tmp_path: Path, empty: str) -> None:
    given = {"source": "text", "locator": "p. 3", "by": "Zhang"} | {empty: "  "}
    with pytest.raises(UsageProblem, match=f"--{empty}"):
        record_verified(tmp_path / "verified.csv", _items(), **given, on=DAY)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_left_as_it_was(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="cannot write"):
        _record(tmp_path / "nowhere" / "verified.csv", _items())


def test_a_file_that_lacks_a_column_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "verified.csv"
    path.write_text("row_id,value\nP.a,1\n", encoding="utf-8")
    with pytest.raises(UsageProblem, match="row_sha256"):
        read_verified(path)


def test_a_file_that_a_spreadsheet_saved_is_read(tmp_path: Path) -> None:
    """With a byte order mark."""
    path = tmp_path / "verified.csv"
    _record(path, _items())
    path.write_text("\ufeff" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert unverified(_items(), read_verified(path)).is_empty()


def test_parameters_of_any_table_are_items() -> None:
    rows = pl.DataFrame(
        {
            "parameter_id": ["wood-density.masson_pine"],
            "species": [None],
            "species_group": ["masson_pine"],
            "symbol": ["wood_density"],
            "value": [0.38],
            "unit": ["t d.m./m3"],
            "source_id": ["A"],
            "locator": ["1"],
            "status": ["published"],
            "evidence": ["recalled"],
            "note": [None],
        },
        schema_overrides={"species": pl.String, "note": pl.String},
    )
    item = parameter_items(rows).row(0, named=True)
    assert (item["item_id"], item["text"]) == (
        "wood-density.masson_pine",
        "wood_density masson_pine",
    )
    assert list(item) == list(ITEM_SCHEMA)
