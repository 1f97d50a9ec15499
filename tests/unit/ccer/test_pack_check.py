"""What is wrong with a pack is found and named."""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl
import pytest

from sinkcalc.ccer import pack_check
from sinkcalc.ccer.pack_check import check_packs, pack_problems
from sinkcalc.coefficients.packs import read_pack
from sinkcalc.errors import SinkcalcError, UsageProblem

CODE = "CCER-14-001-V01"


def _found(
    monkeypatch: pytest.MonkeyPatch, table: str, item: str, change: Mapping[str, str | None]
) -> list[tuple[str, str]]:
    """Change cells of one row of a pack and check it."""
    pack = read_pack(CODE)
    rows = pack.tables[table]
    key = "parameter_id" if table == "parameters" else "item_id"
    mine = pl.col(key) == f"{CODE}.{item}"
    assert rows.filter(mine).height == 1
    bent = rows.with_columns(
        pl.when(mine).then(pl.lit(value, pl.String)).otherwise(pl.col(name)).alias(name)
        for name, value in change.items()
    )
    changed = replace(pack, tables={**pack.tables, table: bent})
    monkeypatch.setattr(pack_check, "read_pack", lambda _code: changed)
    return pack_problems(CODE)


def test_the_shipped_pack_is_sound() -> None:
    assert pack_problems(CODE) == []


@pytest.mark.parametrize(
    ("table", "item", "change", "said"),
    [
        ("equations", "plant-pools.change", {"expression": "stock_t -"}, "cannot be understood"),
        ("equations", "plant-pools.change", {"expression": "stock_x"}, "stock_x is not known"),
        # what stands above gives no name yet
        ("equations", "plant-pools.trees", {"expression": "stock_t"}, "stock_t is not known"),
        ("equations", "plant-pools.trees", {"expression": "total(tree_x)"}, "sums tree_x"),
        ("equations", "plant-pools.change", {"scenario": "neither"}, "scenario neither"),
        ("equations", "growth-curves.korf", {"form": "gompertz"}, "form gompertz"),
        ("equations", "plant-pools.fire", {"level": "parcel"}, "level parcel"),
        ("equations", "plant-pools.change", {"title_en": None}, "no title_en"),
        ("equations", "project-results.reduction", {"symbol": "cut_t"}, "gives reduction_t"),
        ("rules", "R08", {"expression": "not is_wet"}, "is_wet is not known"),
        ("rules", "R08", {"reason_zh": None}, "no reason_zh"),
        ("rules", "R08", {"evidence": "guessed"}, "status or evidence"),
        ("pools", "P01", {"included": "maybe"}, "scenario or included"),
        ("parameters", "k_risk", {"source_id": "NOBODY"}, "source or locator"),
        ("parameters", "k_risk", {"symbol": "risk"}, "k_risk is not known"),
        ("discounts", "ar-cm-sampling.DR1", {"locator": None}, "source or locator"),
    ],
)
def test_a_fault_is_named(
    monkeypatch: pytest.MonkeyPatch, table: str, item: str, change: dict[str, str], said: str
) -> None:
    found = _found(monkeypatch, table, item, change)
    assert [detail for _, detail in found if said in detail] != []


def test_a_pool_that_is_not_optional_has_no_switch(monkeypatch: pytest.MonkeyPatch) -> None:
    found = _found(monkeypatch, "pools", "P04", {"included": "no"})
    assert found == [(f"{CODE}.plant-pools.litter", "include_litter is not known")]


def test_a_pack_that_cannot_be_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_code: str) -> None:
        raise UsageProblem(zh="改了", en="changed")

    monkeypatch.setattr(pack_check, "read_pack", refuse)
    assert pack_problems(CODE) == [(CODE, str(SinkcalcError(zh="改了", en="changed")))]
    assert set(check_packs()["severity"]) == {"error"}


def test_what_waits_is_listed_with_its_source() -> None:
    rows = check_packs()
    assert set(rows["severity"]) == {"note"}
    risk = rows.filter(pl.col("parameter_id") == f"{CODE}.k_risk").row(0, named=True)
    assert risk["check"] == "recalled"
    assert risk["detail"].startswith("0.1 1 · k_risk · CCER14001 · K_RISK")
    assert rows.filter(pl.col("parameter_id") == f"{CODE}.contiguous_m2").is_empty()
