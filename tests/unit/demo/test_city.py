"""The simulated city, read back with the standard library alone."""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from sinkcalc.demo.city import City, write_city
from sinkcalc.errors import UsageProblem
from sinkcalc.resources import parameter_path

STANDS = 3_000
ID = ("XIAN", "XIANG", "CUN", "LIN_BAN", "XIAO_BAN")
ECONOMIC_USES = {"251", "252", "253", "254", "255"}
# published totals: forest 万亩, growing stock 万m3, m3 per 亩 of arbor forest. For 2023 the yearly
# 198.2 万m3 of 2015-2020 and 0.3 万亩 go on for three years: 6790 + 594.6 and 1689 + 0.9; the
# arbor forest keeps its 1344.554 of 1689, so 7384.6 / (1344.554 x 1689.9 / 1689) = 5.4893
PUBLISHED = {
    2015: (1644.35, 5799.0, 4.42),
    2020: (1689.0, 6790.0, 5.05),
    2023: (1689.9, 7384.6, 5.4893),
}

Row = dict[str, str]


@dataclass(frozen=True)
class Delivery:
    """The rows of a file, sorted into good and faulty by rules of this test's own."""

    good: list[Row]
    faults: dict[str, int]


def _codes(code_set: str) -> dict[str, str]:
    with parameter_path("code_sets").open(encoding="utf-8") as file:
        return {r["code"]: r["value"] for r in csv.DictReader(file) if r["code_set"] == code_set}


def _counties() -> set[str]:
    current = {"district", "county", "county-level city"}
    with parameter_path("regions").open(encoding="utf-8") as file:
        return {r["region_code"] for r in csv.DictReader(file) if r["kind"] in current}


def _lines(path: Path) -> list[list[str]]:
    text = path.read_bytes().decode("gb18030", errors="replace")
    return list(csv.reader(text.splitlines()))


def _fault(row: Row, seen: set[tuple[str, ...]], counties: set[str]) -> str | None:
    """Name the first fault of a whole row."""
    try:
        area = float(row["XBMJ"] or "nan")
    except ValueError:
        return "area_not_a_number"
    found = {
        "area_empty": row["XBMJ"] == "",
        "area_not_positive": area <= 0,
        "unknown_land_class": row["DI_LEI"] not in _LAND_CLASSES,
        "county_outside": row["XIAN"] not in counties,
        "canopy_as_percent": float(row["YU_BI_DU"] or 0) > 1,
        "unknown_species": row["YOU_SHI_SZ"] not in {"", *_SPECIES},
        "duplicate_stand": tuple(row[name] for name in ID) in seen,
        "undecodable_byte": "\ufffd" in "".join(row.values()),
    }
    return next((name for name, is_so in found.items() if is_so), None)


_LAND_CLASSES = _codes("di_lei_6")
_SPECIES = _codes("species_nfi")


def _delivery(path: Path) -> Delivery:
    header, *lines = _lines(path)
    delivery, counties = Delivery([], {}), _counties()
    seen: set[tuple[str, ...]] = set()
    for line in lines:
        row = dict(zip(header, line, strict=False))
        fault = "too_few_fields" if len(line) != len(header) else _fault(row, seen, counties)
        if fault is None:
            seen.add(tuple(row[name] for name in ID))
            delivery.good.append(row)
        else:
            delivery.faults[fault] = delivery.faults.get(fault, 0) + 1
    return delivery


def _class(row: Row) -> str:
    return "economic" if row["LIN_ZHONG"] in ECONOMIC_USES else _LAND_CLASSES[row["DI_LEI"]]


def _of_class(delivery: Delivery, *names: str) -> Iterator[Row]:
    return (row for row in delivery.good if _class(row) in names)


def _id(row: Row) -> tuple[str, ...]:
    return tuple(row[name] for name in ID)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return write_city(tmp_path_factory.mktemp("city"), stands=STANDS)


@pytest.fixture(scope="module")
def deliveries(city: City) -> dict[int, Delivery]:
    return {year: _delivery(path) for year, path in city.files.items()}


@pytest.mark.parametrize("year", PUBLISHED)
def test_good_rows_meet_the_published_totals(deliveries: dict[int, Delivery], year: int) -> None:
    """1 万亩 = 6 666 666.67 m2, so 1644.35 万亩 are 10 962 333 333 m2."""
    forest_wan_mu, stock_wan_m3, m3_per_mu = PUBLISHED[year]
    square_metres_per_mu = 10_000 / 15
    forest = _of_class(deliveries[year], "arbor", "bamboo", "economic", "special_shrub")
    forest_m2 = math.fsum(float(row["XBMJ"]) for row in forest)
    arbor = list(_of_class(deliveries[year], "arbor"))
    arbor_m2 = math.fsum(float(row["XBMJ"]) for row in arbor)
    stock = sum(int(row["HUO_LM_XJ"] or 0) for row in arbor)

    assert forest_m2 / square_metres_per_mu / 1e4 == pytest.approx(forest_wan_mu, rel=1e-4)
    assert stock / 1e4 == pytest.approx(stock_wan_m3, rel=1e-4)
    assert stock / (arbor_m2 / square_metres_per_mu) == pytest.approx(m3_per_mu, rel=1e-4)
    per_hectare = math.fsum(
        float(row["MEI_GQ_XJ"] or 0) * float(row["XBMJ"]) / 1e4 for row in arbor
    )
    assert per_hectare / 1e4 == pytest.approx(stock_wan_m3, rel=1e-4)


def test_every_faulty_row_is_told(city: City, deliveries: dict[int, Delivery]) -> None:
    for year, delivery in deliveries.items():
        assert delivery.faults == city.bad_rows[year]
        assert len(delivery.faults) == 10
    assert [sum(kinds.values()) for kinds in city.bad_rows.values()] == [80, 70, 50]


def test_counties_and_stand_ids(deliveries: dict[int, Delivery]) -> None:
    ids = {year: [_id(row) for row in d.good] for year, d in deliveries.items()}
    for year, delivery in deliveries.items():
        assert {row["XIAN"] for row in delivery.good} == _counties()
        assert len(set(ids[year])) == len(ids[year])
        assert len({row["BSM"] for row in delivery.good}) == len(delivery.good)
        assert len(delivery.good) == pytest.approx(STANDS, rel=0.05)
    assert set(ids[2015]) < set(ids[2020]) < set(ids[2023])


def test_lines_are_crlf_and_say_that_they_are_simulated(city: City) -> None:
    for year, path in city.files.items():
        data = path.read_bytes()
        assert data.count(b"\n") == data.count(b"\r\n")
        assert all(line[1] == str(year) for line in _lines(path)[1:])
        assert all(line[2].startswith("模拟数据") for line in _lines(path)[1:])


def test_good_rows_keep_the_bounds(deliveries: dict[int, Delivery]) -> None:
    with parameter_path("stand_rules").open(encoding="utf-8") as file:
        bounds = {
            r["rule"]: (float(r["min"] or "-inf"), float(r["max"] or "inf"))
            for r in csv.DictReader(file)
        }
    columns = {
        "canopy_range": "YU_BI_DU",
        "volume_range": "MEI_GQ_XJ",
        "culms_range": "MEI_GQ_ZS",
        "age_range": "PINGJUN_NL",
        "dbh_range": "PINGJUN_XJ",
        "height_range": "PINGJUN_SG",
    }
    low, high = bounds["area_range"]
    for delivery in deliveries.values():
        for row in delivery.good:
            assert low <= float(row["XBMJ"]) / 1e4 <= high
            for rule, column in columns.items():
                assert bounds[rule][0] <= float(row[column] or 0) <= bounds[rule][1]
            if row["HUO_LM_XJ"]:
                volume = float(row["MEI_GQ_XJ"]) * float(row["XBMJ"]) / 1e4
                assert volume == pytest.approx(int(row["HUO_LM_XJ"]), rel=0.01)


def test_what_is_left_out(deliveries: dict[int, Delivery]) -> None:
    """Missing volume, volume zero, missing culms and missing species all occur, and are few."""
    arbor = list(_of_class(deliveries[2015], "arbor"))
    bamboo = list(_of_class(deliveries[2015], "bamboo"))
    missing = [row for row in arbor if row["HUO_LM_XJ"] == ""]
    zero = [row for row in arbor if row["HUO_LM_XJ"] == "0"]
    assert all(row["MEI_GQ_XJ"] == "" for row in missing)
    assert all(row["MEI_GQ_XJ"] == "0.00" and row["LING_ZU"] == "1" for row in zero)
    for few in (missing, zero, [row for row in arbor if row["YOU_SHI_SZ"] == ""]):
        assert 0 < len(few) < 0.05 * len(arbor)
    assert 0 < sum(row["MEI_GQ_ZS"] == "" for row in bamboo) < 0.1 * len(bamboo)
    assert {row["YOU_SHI_SZ"] for row in bamboo} == {"660"}


def test_stands_grow_between_surveys(deliveries: dict[int, Delivery]) -> None:
    for earlier, later in ((2015, 2020), (2020, 2023)):
        before = {_id(row): row for row in _of_class(deliveries[earlier], "arbor")}
        for row in _of_class(deliveries[later], "arbor"):
            if _id(row) not in before:
                assert int(row["PINGJUN_NL"]) <= later - earlier
                continue
            old = before[_id(row)]
            assert row["XBMJ"] == old["XBMJ"]
            assert row["YOU_SHI_SZ"] == old["YOU_SHI_SZ"]
            assert int(row["PINGJUN_NL"]) == int(old["PINGJUN_NL"]) + later - earlier
            assert row["LING_ZU"] >= old["LING_ZU"]
            if row["HUO_LM_XJ"] and old["HUO_LM_XJ"]:
                assert int(row["HUO_LM_XJ"]) >= int(old["HUO_LM_XJ"])


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    first, again, other = (
        write_city(tmp_path / name, stands=600, seed=seed)
        for name, seed in (("first", 7), ("again", 7), ("other", 8))
    )
    for year in PUBLISHED:
        data = first.files[year].read_bytes()
        assert data == again.files[year].read_bytes()
        assert data != other.files[year].read_bytes()


def test_too_few_stands_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="500"):
        write_city(tmp_path, stands=10)
    assert not list(tmp_path.iterdir())


def test_a_species_with_several_codes_is_there_once() -> None:
    """460 and 490 are hard broadleaves both: the type would have its area twice."""
    from sinkcalc.demo.figures import read_figures
    from sinkcalc.demo.structure import _species_codes

    codes = _species_codes(read_figures())
    shares = codes.group_by("species_group", "origin").agg(pl.col("species_share").sum())
    assert set(shares["species_share"].round(9)) == {1.0}
