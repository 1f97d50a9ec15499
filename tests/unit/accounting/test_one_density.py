"""Soil whose density is known in one survey only is no change of carbon."""

from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from made_wetlands import records_frame, wetland

from sinkcalc.accounting.one_density import COLUMN, one_density, with_one_density

Side = tuple[str, str, float | None, str | None]


def _records(*rows: Side) -> pl.LazyFrame:
    """Name, class, t C/ha, why none; 100 ha each."""
    records = records_frame([wetland(row[0], "330108", row[1], "100") for row in rows])
    return records.with_columns(
        pl.Series("soil_t_per_ha", [row[2] for row in rows], pl.Float64),
        pl.Series("soil_flag", [row[3] for row in rows], pl.String),
    )


FLAT: Side = ("w", "tidal_flat", None, "no_source")
MARSH: Side = ("w", "tidal_marsh", 95.6, None)


@pytest.mark.parametrize(
    ("before", "after", "carbon"),
    [
        (FLAT, MARSH, 9560),
        (MARSH, FLAT, -9560),
        (("w", "pond", None, "open_water_no_soil"), MARSH, 9560),
        (("w", "paddy", None, None), MARSH, 9560),
        (MARSH, ("w", "paddy", None, None), -9560),
        (("w", "marsh", None, "no_density_at_depth"), MARSH, 9560),
        # lost in truth, the same in both, or of one survey only
        (MARSH, ("w", "pond", None, "open_water_no_soil"), None),
        (MARSH, ("w", "tidal_marsh", None, "excavated_no_soil"), None),
        (MARSH, ("w", "mangrove", 386.0, None), None),
        (FLAT, FLAT, None),
        (FLAT, ("x", "tidal_marsh", 95.6, None), None),
    ],
)
def test_what_has_one_density(before: Side, after: Side, carbon: int | None) -> None:
    found = one_density(_records(before), _records(after))
    if carbon is None:
        assert found.is_empty()
        return
    row = found.row(0, named=True)
    assert row["carbon_t"] == carbon
    assert (row["area_ha"], row["wetlands"]) == (100, 1)
    assert (row["class_from"], row["class_to"]) == (before[1], after[1])
    assert row["wetland_class"] == "tidal_marsh"


def test_rows_say_how_much_of_their_change_it_is() -> None:
    found = one_density(_records(FLAT), _records(MARSH))
    rows = pl.DataFrame(
        [
            ("carbon", "soil", "tidal_marsh", Decimal(9560)),
            ("co2e", "total", "tidal_marsh", Decimal(35053)),
            ("carbon", "soil", "marsh", Decimal(3)),
            ("carbon", "vegetation", "tidal_marsh", Decimal(2)),
            ("area", None, "tidal_marsh", Decimal(100)),
        ],
        schema=["quantity", "pool", "wetland_class", "change"],
        orient="row",
    )
    by_class = with_one_density(rows, found, ["wetland_class"])
    parts: list[Any] = by_class[COLUMN].to_list()
    assert parts == [9560, pytest.approx(9560 * 44 / 12, abs=1e-4), 0, None, None]
    assert with_one_density(rows, found, [])[COLUMN][2] == 9560
