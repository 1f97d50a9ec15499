"""Soil carbon of farmland to 30 cm, calculated by hand.

SOC = SOC_REF * F_LU * F_MG * F_I * A with the figures of IPCC 2019 for warm temperate moist:

shangcheng  paddy, low-activity clay, 100 ha              55 * 1.35 * 1 * 1 * 100        = 7425
            dry, sandy, no tillage, high input, 10 ha     36 * 0.69 * 1.1 * 1.11 * 10    = 303.2964
            dry, wetland soil, full, medium, 2 ha         135 * 0.71 * 2                 = 191.7
yuhang      perennial, high-activity clay, 50 ha          64 * 0.72 * 50                 = 2304
            dry, low-activity clay, nothing recorded, 4   55 * 0.69 * 4                  = 151.8
            dry, low-activity clay, own 0.8, 1.2, 0.9, 10 55 * 0.8 * 1.2 * 0.9 * 10      = 475.2
            paddy, soil class not recorded, 7 ha          not estimated

36 * 0.69 = 24.84; 24.84 * 1.1 = 27.324; 27.324 * 1.11 = 30.32964; times 10 = 303.2964.
"""

from decimal import Decimal
from itertools import product

import polars as pl
import pytest

from sinkcalc.accounting.farmland_soil import farmland_soil
from sinkcalc.coefficients.cropland import cropland_rows
from sinkcalc.coefficients.factors import load_factors
from sinkcalc.models.cropland_soil import (
    KEYS,
    REFERENCE,
    cropland_soil,
    with_stock_factors,
)
from sinkcalc.schemas.wetland import Farmland
from sinkcalc.uncertainty.errors import published_errors
from sinkcalc.vocabulary import STOCK_FACTORS

SHANGCHENG, YUHANG = "330102", "330110"
RECORDS = [
    ("a1", SHANGCHENG, "paddy", "low_activity_clay", None, None, "100", None, None, None),
    ("a2", SHANGCHENG, "dry_cropland", "sandy", "no_till", "high", "10", None, None, None),
    ("a3", SHANGCHENG, "dry_cropland", "wetland_soil", "full", "medium", "2", None, None, None),
    ("b1", YUHANG, "perennial", "high_activity_clay", None, None, "50", None, None, None),
    ("b2", YUHANG, "dry_cropland", "low_activity_clay", None, None, "4", None, None, None),
    ("b3", YUHANG, "dry_cropland", "low_activity_clay", "full", "low", "10", "0.8", "1.2", "0.9"),
    ("b4", YUHANG, "paddy", None, None, None, "7", None, None, None),
]
CARBON = {
    "a1": "7425",
    "a2": "303.2964",
    "a3": "191.7",
    "b1": "2304",
    "b2": "151.8",
    "b3": "475.2",
}


def _frame(records: list[tuple] = RECORDS) -> pl.LazyFrame:
    names = [
        *("farmland_id", "region_code", *KEYS, "area_ha"),
        *STOCK_FACTORS,
    ]
    rows = [dict(zip(names, record, strict=True)) for record in records]
    empty = dict.fromkeys(Farmland.column_names()) | {"source_file": "made.csv", "source_row": 2}
    return Farmland.validate(pl.DataFrame([empty | row for row in rows]), cast=True).lazy()


def _parameters() -> pl.DataFrame:
    return cropland_rows()


def test_every_record_by_hand() -> None:
    for record in RECORDS:
        found = farmland_soil(_frame([record]), _parameters(), [])
        carbon = found.rows.filter(pl.col("quantity") == "carbon")["value"].to_list()
        expected = CARBON.get(record[0])
        assert carbon == ([] if expected is None else [Decimal(expected).quantize(Decimal("1e-4"))])


def test_counties_and_the_city() -> None:
    by_county = farmland_soil(_frame(), _parameters(), ["region_code"])
    carbon = by_county.rows.filter(pl.col("quantity") == "carbon")
    assert dict(carbon.select("region_code", "value").iter_rows()) == {
        SHANGCHENG: Decimal("7919.9964"),
        YUHANG: Decimal("2931.0000"),
    }
    city = farmland_soil(_frame(), _parameters(), []).rows
    values = dict(city.select("quantity", "value").iter_rows())
    assert values["carbon"] == Decimal("10850.9964")
    # 7 ha have no soil class
    assert values["area"] == Decimal("176.0000")
    # each record is rounded once: 303.2964 * 44/12 = 1112.0868, 191.7 * 44/12 = 702.9 ...
    assert values["co2e"] == Decimal("39786.9868")
    assert by_county.not_estimated.rows() == [(YUHANG, Decimal("7.0000"))]
    shares = by_county.rows.filter(pl.col("quantity") == "carbon").select(
        "region_code", "share_imputed", "share_recalled"
    )
    assert shares.rows() == [(SHANGCHENG, 0.0, 0.0), (YUHANG, 4 / 64, 0.0)]


def test_flags_count_what_was_special() -> None:
    flags = farmland_soil(_frame(), _parameters(), []).flags
    assert flags.rows() == [
        ("farmland_soil_class_missing", "paddy", 1, Decimal("7.0000")),
        ("input_assumed_medium", "dry_cropland", 1, Decimal("4.0000")),
        ("own_stock_factor", "dry_cropland", 1, Decimal("10.0000")),
        ("tillage_assumed_full", "dry_cropland", 1, Decimal("4.0000")),
    ]
    odd = ("c1", YUHANG, "paddy", "wetland_soil", "full", None, "3", None, None, None)
    flags = farmland_soil(_frame([odd]), _parameters(), []).flags
    assert flags["flag"].to_list() == ["management_without_effect", "paddy_on_wetland_soil"]


def test_a_missing_factor_leaves_the_record_out() -> None:
    without = _parameters().filter(pl.col("parameter_id") != "cropland-soil.land-use.perennial")
    found = farmland_soil(_frame([RECORDS[3]]), without, ["region_code"])
    assert found.rows.is_empty()
    assert found.not_estimated.rows() == [(YUHANG, Decimal("50.0000"))]
    assert found.flags["flag"].to_list() == ["farmland_factor_missing"]
    own = (*RECORDS[3][:7], "0.9", None, None)
    found = farmland_soil(_frame([own]), without, ["region_code"])
    # 64 * 0.9 * 50
    assert found.rows.filter(pl.col("quantity") == "carbon")["value"].to_list() == [Decimal(2880)]


def test_the_worked_example_of_the_guidelines() -> None:
    """IPCC 2006 V4 ch. 5, 5.2.3.4: 58.78 Mt C before, 64.06 Mt C after (secondary copy).

    Reference 88 t C/ha and factors of 2006 (0.69; full 1, reduced 1.08, no tillage 1.15; low
    0.92, medium 1): the factors come as the records' own.
    """
    rows = _parameters().with_columns(
        pl.when(pl.col("symbol") == REFERENCE).then(88.0).otherwise("value").alias("value")
    )

    def total(*parts: tuple[str, str, str]) -> float:
        records = [
            (str(n), YUHANG, "dry_cropland", "high_activity_clay", None, None, area, "0.69", *own)
            for n, (area, *own) in enumerate(parts)
        ]
        carbon = farmland_soil(_frame(records), rows, []).rows
        return float(carbon.filter(pl.col("quantity") == "carbon")["value"].item()) / 1e6

    assert total(("400000", "1", "0.92"), ("600000", "1", "1")) == pytest.approx(58.78, abs=5e-3)
    after = (("200000", "1", "0.92"), ("700000", "1.08", "1"), ("100000", "1.15", "1"))
    assert total(*after) == pytest.approx(64.06, abs=5e-3)


def test_error_of_one_record_by_hand() -> None:
    """Relative variances of a product add up: 2.2449/55 and 0.027/1.35 for paddy on clay."""
    found = farmland_soil(_frame([RECORDS[0]]), _parameters(), [])
    loadings = published_errors(load_factors()).loadings
    moved = found.gradients.filter(pl.col("quantity") == "carbon").join(loadings, on="parameter_id")
    variance = ((moved["derivative"] * moved["loading"]) ** 2).sum()
    expected = 7425 * ((0.08 / 1.96) ** 2 + 0.02**2) ** 0.5
    assert variance**0.5 == pytest.approx(expected, rel=1e-5)
    area = found.gradients.filter(
        (pl.col("quantity") == "carbon") & (pl.col("parameter_id") == "measurement.area")
    )
    assert area["derivative"].item() == pytest.approx(7425)


@pytest.mark.parametrize("record", RECORDS[:6], ids=lambda record: record[0])
def test_derivatives_are_differences(record: tuple) -> None:
    step = 1e-6
    named = _frame([record]).with_row_index("cell_id")
    wide = with_stock_factors(named, _parameters())
    wide = wide.with_columns(pl.col("area_ha").cast(pl.Float64)).collect()
    pools = cropland_soil(wide.lazy())
    value = pools.stocks.collect()["value_t"].item()
    stated = pools.sensitivities.collect()
    for name, sign in product((REFERENCE, *STOCK_FACTORS), (1,)):
        own = wide[f"{name}_status"].item() == "own"
        size = wide[name].item()
        # the parameter of an own factor is its relative error
        moved = size * (1 + step) if own else size + step
        shifted = wide.with_columns(pl.lit(moved).alias(name))
        other = cropland_soil(shifted.lazy()).stocks.collect()["value_t"].item()
        (parameter,) = wide[f"{name}_id"].to_list()
        found = stated.filter(pl.col("parameter_id") == parameter)["derivative"].item()
        assert found == pytest.approx(sign * (other - value) / step, rel=1e-4)


def test_every_combination_has_its_factors() -> None:
    """No use, tillage or input level of the vocabulary is without a factor."""
    records = [
        (f"{use}{soil}{till}{level}", YUHANG, use, soil, till, level, "1", None, None, None)
        for use, soil, till, level in product(
            ("paddy", "dry_cropland", "perennial"),
            ("high_activity_clay", "low_activity_clay", "sandy", "wetland_soil"),
            (None, "full", "reduced", "no_till"),
            (None, "low", "medium", "high", "high_with_manure"),
        )
    ]
    found = farmland_soil(_frame(records), _parameters(), [])
    assert found.not_estimated.is_empty()
    assert found.rows.filter(pl.col("quantity") == "carbon")["n"].item() == len(records)
