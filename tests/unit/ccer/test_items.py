"""All items of a methodology in one list."""

import polars as pl

from sinkcalc.ccer.items import (
    all_items,
    layout_items,
    pack_counts,
    pack_items,
    pack_listing,
    pack_remarks,
)
from sinkcalc.coefficients.packs import load_pack, read_pack
from sinkcalc.coefficients.verified import ITEM_SCHEMA

CODE = "CCER-14-001-V01"


def test_every_row_of_a_pack_is_an_item() -> None:
    pack = load_pack(CODE)
    items = pack_items(pack)
    tables = {name: rows.height for name, rows in pack.tables.items() if name != "inputs"}
    # and three statements: what the discount applies to, the baseline, additionality
    assert items.height == sum(tables.values()) + 3
    assert items["item_id"].is_duplicated().sum() == 0
    assert items.schema == ITEM_SCHEMA


def test_what_an_item_says() -> None:
    rows = {row["item_id"]: row for row in pack_items(load_pack(CODE)).iter_rows(named=True)}
    assert rows[f"{CODE}.R08"]["text"] == "not is_wetland"
    assert rows[f"{CODE}.P01"]["text"] == "both above_ground CO2 yes"
    assert rows[f"{CODE}.plant-pools.change"]["text"] == "change_t = stock_t-prev(stock_t)"
    assert (rows[f"{CODE}.k_risk"]["text"], rows[f"{CODE}.k_risk"]["value"]) == ("k_risk", 0.1)
    second = rows[f"{CODE}.ar-cm-sampling.DR2"]
    assert (second["text"], second["value"]) == ("U <= 0.20", 0.06)
    assert rows[f"{CODE}.discount_applies_to"]["text"] == "change"


def test_the_conditions_that_were_read_are_read_and_the_equations_are_not() -> None:
    items = pack_items(load_pack(CODE))
    rules = items.filter(pl.col("kind") == "rule")
    assert set(rules["evidence"]) == {"read"}
    of_text = items.filter(pl.col("kind") == "equation", pl.col("source_id") == "CCER14001")
    assert set(of_text["evidence"]) == {"recalled"}
    assert set(items.filter(pl.col("kind") == "pool")["evidence"]) == {"recalled"}


def test_counts_and_listing_agree() -> None:
    counts = {row["code"]: row for row in pack_counts().iter_rows(named=True)}
    for code, row in counts.items():
        items = pack_items(read_pack(code))
        assert row["rows_read"] + row["rows_to_verify"] == items.height
        listing = pack_listing(read_pack(code))
        assert listing.height == items.height + row["inputs"]
        assert listing.filter(pl.col("kind") == "rule")["title_zh"].null_count() == 0
    assert counts["ZJ-TANPUHUI"]["equations"] == 0


def test_what_is_said_of_a_pack() -> None:
    said = pack_remarks(read_pack(CODE))
    assert len(said) == 3
    assert all(zh and en for zh, en in said)
    (why,) = pack_remarks(read_pack("ZJ-TANPUHUI"))
    assert "no text" in why[1]


def test_the_layout_and_every_table_are_items() -> None:
    assert layout_items()["item_id"].to_list()[0] == "pdd-tables.parcels"
    assert set(layout_items()["evidence"]) == {"recalled"}
    ids = all_items()["item_id"]
    assert ids.is_duplicated().sum() == 0
    assert {"wood-density.masson_pine", f"{CODE}.k_risk", "pdd-tables.summary"} <= set(ids)
