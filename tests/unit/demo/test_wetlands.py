"""Wetlands of the simulated city, read back with the standard library alone."""

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from sinkcalc.demo.city import City, write_city
from sinkcalc.demo.wetland_files import WETLAND_FAULTS
from sinkcalc.schemas.wetland import CoreInterval, Farmland, ProtectedArea, Wetland

YEARS = (2020, 2023)
NINE = {
    *("forest_swamp", "shrub_swamp", "inland_flat", "marsh"),
    *("river", "lake", "reservoir", "pond", "canal"),
}
STAND_ID = ("XIAN", "XIANG", "CUN", "LIN_BAN", "XIAO_BAN")
KINDS = ("wetland_files", "core_files", "protected_files", "farmland_files")

Row = dict[str, str]


@dataclass(frozen=True)
class Survey:
    """Good rows of one survey; the faulty ones stand at the end of each file."""

    wetlands: dict[str, Row]
    cores: dict[str, list[Row]]
    protected: dict[str, list[Row]]
    farmland: list[Row]

    def area(self, *classes: str, listed: bool = False) -> Decimal:
        """Sum the area of classes, or of their wetlands in the list."""
        return sum(
            (
                Decimal(row["area_ha"])
                for row in self.wetlands.values()
                if row["wetland_class"] in classes and (row["in_plan_list"] == "true" or not listed)
            ),
            Decimal(0),
        )


def _rows(path: Path, faulty: int = 0) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return rows[: len(rows) - faulty]


def _by(rows: list[Row], key: str) -> dict[str, list[Row]]:
    found = defaultdict(list)
    for row in rows:
        found[row[key]].append(row)
    return dict(found)


def _read(city: City, year: int) -> Survey:
    files = city.wetlands
    wetlands = _rows(files.wetland_files[year], sum(files.bad_wetland_rows[year].values()))
    cores = _rows(files.core_files[year], sum(files.bad_core_rows[year].values()))
    protected = _rows(files.protected_files[year], sum(files.bad_protected_rows[year].values()))
    by_id = {row["wetland_id"]: row for row in wetlands}
    assert len(by_id) == len(wetlands)
    return Survey(
        by_id,
        _by(cores, "core_id"),
        _by(protected, "wetland_id"),
        _rows(files.farmland_files[year]),
    )


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return write_city(tmp_path_factory.mktemp("city"))


@pytest.fixture(scope="module")
def surveys(city: City) -> dict[int, Survey]:
    return {year: _read(city, year) for year in YEARS}


def _united(survey: Survey, wetland: Row) -> Decimal:
    """Return the protected part of a wetland: all of it, or its only part."""
    whole = Decimal(wetland["area_ha"])
    parts = [row["protected_area_ha"] for row in survey.protected.get(wetland["wetland_id"], [])]
    if wetland["protection_form"] or "" in parts:
        return whole
    # of one part alone is it known how much lies in the union
    assert len(parts) <= 1
    return sum(map(Decimal, parts), Decimal(0))


def test_headers_are_stored_columns(city: City) -> None:
    for kind, schema in zip(KINDS, (Wetland, CoreInterval, ProtectedArea, Farmland), strict=True):
        for path in getattr(city.wetlands, kind).values():
            header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
            assert len(set(header)) == len(header)
            assert set(header) <= set(schema.column_names())
            assert all(row["remark"].startswith("模拟数据") for row in _rows(path))


@pytest.mark.parametrize(
    ("year", "nine", "listed"), [(2020, 134_200, 105_800), (2023, 134_300, 106_000)]
)
def test_good_rows_meet_the_areas_exactly(
    city: City, surveys: dict[int, Survey], year: int, nine: int, listed: int
) -> None:
    """13.42 and 13.43 万ha in nine classes; 159 万亩 / 15 = 10.6 万ha in the list of 2023."""
    survey, truth = surveys[year], city.wetlands.wetland_truth[year]
    assert {row["wetland_class"] for row in survey.wetlands.values()} == {
        *NINE,
        *("tidal_flat", "tidal_marsh"),
    }
    assert survey.area(*NINE) == nine == truth.nine_classes_ha
    assert survey.area(*NINE, listed=True) == listed == truth.plan_list_ha
    assert survey.area("tidal_flat", "tidal_marsh", listed=True) == 0
    assert {name: survey.area(name) for name in truth.area_ha} == {
        name: Decimal(str(area)) for name, area in truth.area_ha.items()
    }
    assert len(survey.wetlands) == truth.wetlands == pytest.approx(3_000, rel=0.02)
    assert all(Decimal(row["area_ha"]) > 0 for row in survey.wetlands.values())


@pytest.mark.parametrize(("year", "rate"), [(2020, "0.53"), (2023, "0.56")])
def test_the_protected_part_of_the_list(
    city: City, surveys: dict[int, Survey], year: int, rate: str
) -> None:
    """Numerator and denominator from one list, areas that hold the same wetland counted once."""
    survey, truth = surveys[year], city.wetlands.wetland_truth[year]
    listed = [row for row in survey.wetlands.values() if row["in_plan_list"] == "true"]
    protected = sum((_united(survey, row) for row in listed), Decimal(0))
    assert protected == Decimal(rate) * survey.area(*NINE, listed=True)
    assert float(protected) == truth.protected_plan_list_ha
    nine = [row for row in survey.wetlands.values() if row["wetland_class"] in NINE]
    assert float(sum((_united(survey, row) for row in nine), Decimal(0))) == pytest.approx(
        truth.protected_nine_classes_ha, abs=1e-6
    )


def test_protected_areas_overlap(surveys: dict[int, Survey]) -> None:
    for survey in surveys.values():
        assert survey.protected.keys() <= survey.wetlands.keys()
        numbers = Counter(len(rows) for rows in survey.protected.values())
        assert set(numbers) == {1, 2}
        assert numbers[2] > 100
        parts = [
            (row["protected_area_ha"], survey.wetlands[wetland])
            for wetland, rows in survey.protected.items()
            for row in rows
        ]
        some = [(Decimal(part), Decimal(row["area_ha"])) for part, row in parts if part]
        assert 20 < len(some) < len(parts) / 4
        assert all(0 < part < area for part, area in some)
        # the sum over the areas is not the protected area
        gross = sum(Decimal(part or row["area_ha"]) for part, row in parts)
        united = sum(_united(survey, row) for row in survey.wetlands.values())
        assert gross > united
        alone = [
            row
            for wetland, row in survey.wetlands.items()
            if row["protection_form"] and wetland not in survey.protected
        ]
        assert alone
        assert {row["protected_area_name"] for row in alone} == {""}


def test_what_changes_between_the_surveys(surveys: dict[int, Survey]) -> None:
    before, after = (surveys[year].wetlands for year in YEARS)
    gone, new = before.keys() - after.keys(), after.keys() - before.keys()
    assert [before[wetland]["wetland_class"] for wetland in gone] == ["marsh"]
    assert [after[wetland]["event"] for wetland in new] == ["rewetted"]
    changed = {
        (before[wetland]["wetland_class"], row["wetland_class"], row["event"])
        for wetland, row in after.items()
        if wetland in before and before[wetland]["wetland_class"] != row["wetland_class"]
    }
    assert changed == {("marsh", "pond", "excavated"), ("tidal_flat", "tidal_marsh", "planted")}
    for year, survey in surveys.items():
        for row in survey.wetlands.values():
            assert int(row["event_year"] or year) <= year
            assert int(row["year_flooded"] or year) <= year
            assert row["record_year"] == str(year)
    for wetland in before.keys() & after.keys():
        assert before[wetland]["area_ha"] == after[wetland]["area_ha"]
        assert before[wetland]["stand_id"] == after[wetland]["stand_id"]


def test_what_the_rules_ask_for(surveys: dict[int, Survey]) -> None:
    """The great reservoir, young ones, coast that is planted or not, salt and fresh, and so on."""
    rows = surveys[2023].wetlands.values()
    great = max(rows, key=lambda row: Decimal(row["area_ha"]))
    assert (great["region_code"], great["wetland_class"]) == ("330127", "reservoir")
    assert Decimal(great["area_ha"]) == 58_000
    assert (great["year_flooded"], great["trophic_state"]) == ("1959", "oligo_mesotrophic")
    assert any(int(row["year_flooded"] or 0) > 2003 for row in rows)
    coast = {
        (row["event"], float(row["salinity_ppt"]) > 18)
        for row in rows
        if row["wetland_class"] == "tidal_marsh"
    }
    assert coast >= {
        *(("planted", True), ("planted", False)),
        *(("natural_recolonisation", True), ("natural_recolonisation", False)),
        *(("drained", False), ("excavated", False), ("", False)),
    }
    assert any(
        float(row["salinity_ppt"] or 0) > 18 for row in rows if row["wetland_class"] == "pond"
    )
    events = {(row["event"], row["former_use"], row["soil_type"]) for row in rows}
    assert events >= {
        *(("rewetted", "cropland", "mineral"), ("rewetted", "pond", "mineral")),
        ("rewetted", "other", "organic"),
    }
    assert {row["trophic_state"] for row in rows if row["wetland_class"] == "reservoir"} >= {
        *("", "oligotrophic", "mesotrophic", "eutrophic")
    }


def test_swamps_are_stands_of_the_same_survey(city: City, surveys: dict[int, Survey]) -> None:
    for year, survey in surveys.items():
        text = city.files[year].read_bytes().decode("gb18030", errors="replace")
        stands = {
            "-".join(row[name] or "" for name in STAND_ID): row
            for row in csv.DictReader(text.splitlines())
            if None not in row.values()
        }
        swamps = [
            row
            for row in survey.wetlands.values()
            if row["wetland_class"] in ("forest_swamp", "shrub_swamp")
        ]
        linked = [row for row in swamps if row["stand_id"]]
        assert 0.4 < len(linked) / len(swamps) < 0.8
        assert len({row["stand_id"] for row in linked}) == len(linked)
        for row in linked:
            stand = stands[row["stand_id"]]
            assert stand["XIAN"] == row["region_code"]
            assert float(stand["XBMJ"]) / 1e4 >= float(row["area_ha"]) - 1e-4
            assert (stand["DI_LEI"] == "030100") == (row["wetland_class"] == "forest_swamp")
        others = set(survey.wetlands) - {row["wetland_id"] for row in swamps}
        assert {survey.wetlands[wetland]["stand_id"] for wetland in others} == {""}


def test_sixty_cores_of_which_some_were_taken_before(
    city: City, surveys: dict[int, Survey]
) -> None:
    before, after = (surveys[year].cores for year in YEARS)
    assert (len(before), len(after)) == (45, 60)
    assert [city.wetlands.wetland_truth[year].cores for year in YEARS] == [45, 60]
    assert before.keys() < after.keys()
    for core, rows in before.items():
        again = after[core]
        for name in ("longitude", "latitude", "depth_top_cm", "wetland_id"):
            assert [row[name] for row in rows] == [row[name] for row in again]
        assert [row["carbon_fraction"] for row in rows] != [row["carbon_fraction"] for row in again]
    for year, survey in surveys.items():
        for row in (row for rows in survey.cores.values() for row in rows):
            wetland = survey.wetlands[row["wetland_id"]]
            assert row["wetland_class"] == wetland["wetland_class"]
            assert row["region_code"] == wetland["region_code"]
            assert row["sampled_year"] == str(year)


def test_cores_lack_what_cores_lack(surveys: dict[int, Survey]) -> None:
    cores = surveys[2023].cores.values()
    lacks = Counter[str]()
    for rows in cores:
        bounds = [(float(row["depth_top_cm"]), float(row["depth_bottom_cm"])) for row in rows]
        assert bounds == sorted(bounds)
        assert bounds[0][0] == 0
        steps = list(pairwise(bounds))
        assert all(above[1] <= below[0] for above, below in steps)
        assert len({bottom - top for top, bottom in bounds}) > 1
        lacks["gap"] += any(above[1] < below[0] for above, below in steps)
        lacks["short"] += bounds[-1][1] < 100
        lacks["density"] += any(not row["bulk_density_g_per_cm3"] for row in rows)
        lacks["carbon"] += any(not row["carbon_fraction"] for row in rows)
        lacks["total"] += {row["carbon_kind"] for row in rows} == {"total"}
        lacks["coarse"] += any(row["coarse_fraction"] for row in rows)
        assert all(row["organic_matter_fraction"] for row in rows)
    assert lacks["total"] == 2
    assert all(5 <= lacks[name] <= 20 for name in ("gap", "short", "density", "carbon", "coarse"))


def test_carbon_of_the_cores_is_plausible(surveys: dict[int, Survey]) -> None:
    """Marsh soil of 80 to 200 t C/ha to 1 m on average; density of mineral soil; C below OM."""
    densities = []
    for rows in surveys[2023].cores.values():
        for row in rows:
            if row["bulk_density_g_per_cm3"]:
                assert 0.4 < float(row["bulk_density_g_per_cm3"]) < 1.7
            if row["carbon_fraction"]:
                assert float(row["carbon_fraction"]) < float(row["organic_matter_fraction"])
        complete = all(r["carbon_fraction"] and r["bulk_density_g_per_cm3"] for r in rows)
        thickness = [float(r["depth_bottom_cm"]) - float(r["depth_top_cm"]) for r in rows]
        if rows[0]["wetland_class"] == "marsh" and complete and sum(thickness) == 100:
            # 1 g/cm3 x 1 cm = 100 t/ha
            densities.append(
                sum(
                    float(r["bulk_density_g_per_cm3"]) * float(r["carbon_fraction"]) * t * 100
                    for r, t in zip(rows, thickness, strict=True)
                )
            )
    assert len(densities) >= 3
    assert 80 < sum(densities) / len(densities) < 200


def test_farmland_of_every_county_and_use(surveys: dict[int, Survey]) -> None:
    before, after = (surveys[year].farmland for year in YEARS)
    assert len(before) == len(after) == 13 * 3
    assert [row["farmland_id"] for row in before] == [row["farmland_id"] for row in after]
    assert {row["farmland_use"] for row in after} == {"paddy", "dry_cropland", "perennial"}
    ratio = sum(float(row["area_ha"]) for row in after) / sum(
        float(row["area_ha"]) for row in before
    )
    assert ratio == pytest.approx(0.998**3, rel=1e-6)


def test_faulty_rows_are_told(city: City) -> None:
    files = city.wetlands
    for year in YEARS:
        rows = _rows(files.wetland_files[year])
        ids = Counter(row["wetland_id"] for row in rows)
        assert files.bad_wetland_rows[year] == dict.fromkeys(WETLAND_FAULTS, 1)
        assert [wetland for wetland, number in ids.items() if number > 1] == [rows[0]["wetland_id"]]
        assert [row["area_ha"] for row in rows if not _is_number(row["area_ha"])] == [
            *("12.5公顷", "-3.2")
        ]
        assert sum(row["region_code"] == "330203" for row in rows) == 1
        assert sum(float(row["vegetation_cover_fraction"] or 0) > 1 for row in rows) == 1
        overlaps = [row for row in _rows(files.core_files[year]) if row["depth_top_cm"] == "5"]
        assert sum(row["depth_bottom_cm"] == "15" for row in overlaps) == 1


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


@pytest.mark.parametrize("stands", [500, 3_000])
def test_other_sizes_and_seeds_keep_the_sums(tmp_path: Path, stands: int) -> None:
    city = write_city(tmp_path, stands=stands, seed=stands)
    for year, (nine, listed, rate) in {
        2020: (134_200, 105_800, "0.53"),
        2023: (134_300, 106_000, "0.56"),
    }.items():
        survey = _read(city, year)
        assert survey.area(*NINE) == nine
        assert survey.area(*NINE, listed=True) == listed
        truth = city.wetlands.wetland_truth[year]
        assert truth.protected_plan_list_ha == pytest.approx(float(rate) * listed)
        assert 400 < truth.wetlands < 1_500


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    first, again, other = (
        write_city(tmp_path / name, stands=600, seed=seed)
        for name, seed in (("first", 7), ("again", 7), ("other", 8))
    )
    for kind in KINDS:
        for year in YEARS:
            data = getattr(first.wetlands, kind)[year].read_bytes()
            assert data == getattr(again.wetlands, kind)[year].read_bytes()
            # farmland is an area of the parameters whatever the seed
            if kind != "farmland_files":
                assert data != getattr(other.wetlands, kind)[year].read_bytes()
