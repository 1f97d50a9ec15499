"""Targets on wetlands, their protection, and the check for double counting."""

from pathlib import Path
from typing import Any

import pytest
import shapely
from command_line import Row, execute, query, run, succeed
from wetland_records import put_shapes, put_wetlands

PLAN = ("growing_stock", "forest_cover", "wetland_area", "wetland_protection_rate")


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    path = tmp_path / "wetlands.duckdb"
    succeed("--db", path, "init")
    return path


def _patch(name: str, area: float, **more: Any) -> Row:
    given = {"region_code": "330127", "wetland_class": "lake", "in_plan_list": True, **more}
    return {"wetland_id": name, "area_ha": area, **given}


def _city(lake: float, **more: Any) -> list[Row]:
    """Give 60 000 ha of protected reservoir in 淳安 and a lake in 西湖."""
    return [
        _patch("A", 60_000, wetland_class="reservoir", protection_form="drinking_water"),
        _patch("B", lake, region_code="330106", **more),
    ]


def _targets(db: Path, *arguments: object) -> list[Row]:
    return succeed("--db", db, "target", *arguments, "--json").rows


def _of(rows: list[Row], indicator: str, definition: str = "plan_list") -> Row:
    (row,) = [r for r in rows if (r["indicator"], r["definition"]) == (indicator, definition)]
    return row


def test_wetland_surveys_alone_are_enough(empty: Path) -> None:
    """From 96 000 ha in 2020 to 100 500 ha in 2023: 1 500 ha a year, 103 500 ha in 2025."""
    put_wetlands(empty, 2020, _city(36_000))
    put_wetlands(empty, 2023, _city(40_500))
    rows = _targets(empty)
    assert [row["indicator"] for row in rows][:4] == list(PLAN)
    assert {row["status"] for row in rows[:2]} == {"no_data"}
    area = _of(rows, "wetland_area")
    assert (area["current_year"], area["current_value"], area["current_se"]) == (
        2023,
        100_500,
        None,
    )
    assert (area["gap"], area["needed_per_year"]) == (5_500, 2_750)
    assert (area["observed_per_year"], area["projected_value"]) == (1_500, 103_500)
    assert (area["status"], area["probability"], area["simulated"]) == ("behind", None, False)
    rate = _of(rows, "wetland_protection_rate")
    assert rate["current_value"] == pytest.approx(60_000 / 100_500)
    assert rate["status"] == "on_track"


def test_published_figures_of_another_list_are_never_met(empty: Path) -> None:
    put_wetlands(empty, 2025, _city(50_000))
    rows = _targets(empty)
    assert [row["status"] for row in rows] == [
        *("no_data", "no_data", "met", "met", "not_comparable", "not_comparable")
    ]
    area, rate = rows[4:]
    assert (area["current_year"], area["current_value"]) == (2025, 134_300)
    assert (rate["current_year"], rate["current_value"]) == (2025, 0.638)
    assert (area["target_value"], rate["target_value"]) == (106_000, 0.55)
    for row in rows[4:]:
        assert (row["definition"], row["status_reason"]) == ("nine_classes", "other_list")
        assert (row["gap"], row["needed_per_year"], row["simulated"]) == (None, None, False)
    # up to a year before they were published they are not there
    assert len(_targets(empty, "--as-of", 2021)) == 4
    assert _targets(empty, "--as-of", 2024)[4]["current_value"] == 134_200


def test_a_forest_survey_alone_leaves_the_wetlands_open(inventory: Path) -> None:
    rows = _targets(inventory)
    assert _of(rows, "wetland_area")["status_reason"] == "no_survey"
    assert rows[0]["current_year"] == 2023
    # what the published figures are is said all the same, and once
    assert succeed("--db", inventory, "--lang", "en", "target").talk.count("red line") == 1


def test_surveys_of_stands_and_wetlands_may_differ_in_year(db: Path) -> None:
    put_wetlands(db, 2021, _city(40_000))
    rows = _targets(db)
    assert rows[0]["current_year"] == 2023
    assert _of(rows, "wetland_area")["current_year"] == 2021


def test_surveys_of_other_records_are_no_series(empty: Path) -> None:
    put_wetlands(empty, 2020, _city(36_000), definition="local")
    put_wetlands(empty, 2023, _city(40_500))
    area = _of(_targets(empty), "wetland_area")
    assert (area["current_year"], area["observed_per_year"]) == (2023, None)


def test_records_without_marks_are_no_data(empty: Path) -> None:
    put_wetlands(empty, 2023, [_patch("A", 60_000, in_plan_list=None)])
    outcome = succeed("--db", empty, "target", "--json")
    area = _of(outcome.rows, "wetland_area")
    assert (area["status"], area["status_reason"]) == ("no_data", "no_list_marks")
    assert "in_plan_list" in outcome.talk


def test_a_missing_layer_of_protected_areas_is_said(empty: Path) -> None:
    """The reservoir of 60 000 ha calls itself protected, the lake of 40 500 ha does not."""
    put_wetlands(empty, 2023, _city(40_500))
    for more in ((), ("--protection",)):
        talk = succeed("--db", empty, "--lang", "en", "target", *more).talk
        assert "no protected areas of 2023 are loaded" in talk
        assert "(1 of 2, 60,000.0 ha, counted whole)" in talk
        talk = succeed("--db", empty, "--lang", "zh", "target", *more).talk
        assert "2023 年没有入库保护地" in talk
        assert "(1/2 个湿地,60,000.0 ha,整块计入)" in talk


def test_nothing_on_protection_is_no_data(empty: Path) -> None:
    put_wetlands(empty, 2023, [_patch("A", 60_000), _patch("B", 40_500)])
    rate = _of(_targets(empty), "wetland_protection_rate")
    assert (rate["status"], rate["status_reason"]) == ("no_data", "no_protection_records")
    assert "no protected areas of" not in succeed("--db", empty, "--lang", "en", "target").talk


def test_targets_of_counties(empty: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(
        "target_id,indicator,definition,region_code,unit,target_year,target_value\n"
        "ca,wetland_area,plan_list,330127,万亩,2030,90\n"
        "ca-rate,wetland_protection_rate,nine_classes,330127,%,2030,100\n"
        "tl,wetland_area,,330122,ha,2030,100\n",
        encoding="utf-8",
    )
    put_wetlands(empty, 2023, _city(40_500))
    found = {row["target_id"]: row for row in _targets(empty, "--targets", path)}
    assert (found["ca"]["current_value"], found["ca"]["status"]) == (60_000, "on_track")
    assert found["ca-rate"]["current_value"] == 1
    assert (found["tl"]["definition"], found["tl"]["status_reason"]) == (
        *("plan_list", "no_wetlands_here"),
    )
    # the published figures are the city's
    assert [name for name in found if "/" in name] == [
        "plan-2025.wetland_area/hz.2025.wetland_area",
        "plan-2025.wetland_protection_rate/hz.2025.wetland_protection_rate",
    ]


def test_a_definition_that_is_none_is_refused(empty: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(
        "indicator,definition,unit,target_year,target_value\nwetland_area,local,ha,2030,100000\n",
        encoding="utf-8",
    )
    outcome = run("--db", empty, "--lang", "en", "target", "--targets", path)
    assert outcome.code == 2
    assert "nine_classes" in outcome.talk


@pytest.mark.parametrize(("lake", "code"), [(50_000, 0), (40_000, 5)])
def test_the_exit_code_follows_the_plan_and_not_other_lists(
    empty: Path, lake: float, code: int
) -> None:
    put_wetlands(empty, 2025, _city(lake))
    assert run("--db", empty, "target", "--fail-below-target", "--json").code == code
    assert run("--db", empty, "target", "--protection", "--fail-below-target").code == code


def test_protection_by_county_and_form(empty: Path) -> None:
    parts = [
        {"protected_area_id": "P", "protection_form": "scenic_area", "wetland_id": "B"},
        {
            "protected_area_id": "Q",
            "protection_form": "wetland_park",
            "wetland_id": "B",
            "protected_area_ha": 100,
        },
    ]
    put_wetlands(empty, 2023, _city(40_000), parts)
    rows = succeed("--db", empty, "target", "--protection", "--by", "region", "--json").rows
    nine = [row for row in rows if row["definition"] == "nine_classes"]
    assert {(r["region_name"], r["protection_form"]): r["protected_area_ha"] for r in nine} == {
        ("西湖区", "scenic_area"): 40_000,
        ("西湖区", "wetland_park"): 100,
        ("西湖区", "united"): 40_000,
        ("淳安县", "drinking_water"): 60_000,
        ("淳安县", "united"): 60_000,
    }
    city = succeed("--db", empty, "target", "--protection", "--json").rows
    united = [r["protected_fraction"] for r in city if r["protection_form"] == "united"]
    # no wetland of 湿地 (00): no rate
    assert united == [1, 1, None, 1]
    for lang in ("zh", "en"):
        shown = succeed("--db", empty, "--lang", lang, "target", "--protection")
        assert "100.0 %" in shown.text
        assert shown.talk


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--protection",), "load wetlands"),
        (("--protection", "--published"), "one at a time"),
        (("--by", "region"), "--protection"),
    ],
)
def test_what_cannot_be_listed_is_said(empty: Path, arguments: tuple[str, ...], said: str) -> None:
    outcome = run("--db", empty, "--lang", "en", "target", *arguments)
    assert outcome.code in (1, 2)
    assert said in outcome.talk


def test_published_totals_stand_beside_the_records_of_their_definition(empty: Path) -> None:
    put_wetlands(empty, 2023, _city(40_000, in_plan_list=False))
    rows = succeed("--db", empty, "target", "--published", "--json").rows
    assert {(row["quantity"], row["published_year"], row["published"]) for row in rows} == {
        ("wetland_area", 2022, 134_200),
        ("wetland_area", 2025, 134_300),
        ("wetland_protection_rate", 2025, 0.638),
    }
    assert {row["definition"] for row in rows} == {"nine_classes"}
    assert {row["estimate"] for row in rows} == {100_000, 0.6}


def test_the_second_wetland_survey_is_another_definition(empty: Path, tmp_path: Path) -> None:
    """Its classes are not the nine of the land survey, whatever the areas come to."""
    put_wetlands(empty, 2011, _city(40_000), definition="wetland_survey_2")
    assert succeed("--db", empty, "target", "--published", "--json").rows == []
    path = tmp_path / "own.csv"
    path.write_text(
        "target_id,indicator,definition,unit,target_year,target_value\n"
        "nine,wetland_area,nine_classes,ha,2030,100000\n"
        "own,wetland_area,second_survey,ha,2030,100000\n",
        encoding="utf-8",
    )
    found = {row["target_id"]: row for row in _targets(empty, "--targets", path)}
    assert (found["nine"]["status"], found["nine"]["gap"]) == ("not_comparable", None)
    assert found["own"]["status"] == "on_track"
    listed = succeed("--db", empty, "target", "--protection", "--json").rows
    assert {row["definition"] for row in listed} == {"plan_list", "second_survey"}
    put_wetlands(empty, 2023, _city(40_000))
    assert _targets(empty, "--targets", path)[1]["observed_per_year"] is None
    beside = succeed("--db", empty, "target", "--published", "--json").rows
    assert {row["survey"] for row in beside} == {2023}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_six_targets_fit_a_wide_terminal(empty: Path, lang: str) -> None:
    put_wetlands(empty, 2023, _city(40_000))
    shown = succeed("--db", empty, "--lang", lang, "target")
    assert max(map(len, shown.text.splitlines())) <= 220
    assert shown.talk.count("红线" if lang == "zh" else "red line") == 1


# double counting


def _swamp(name: str, **more: Any) -> Row:
    return _patch(name, 0.5, wetland_class="forest_swamp", **more)


def _counting(db: Path) -> dict[str, tuple[Any, ...]]:
    rows = succeed("--db", db, "surveys", "--double-counting", 2020, "--json").rows
    names = ("counted", "found_by", "stand_id")
    return {row["wetland_id"]: tuple(row[name] for name in names) for row in rows}


def test_a_wetland_that_names_its_stand_is_counted_once(db: Path) -> None:
    first, second = _two_stands(db)
    put_wetlands(db, 2020, [_swamp("W", stand_id=first), _swamp(second), _swamp("none")])
    assert _counting(db) == {
        "W": ("once_with_stands", "id", first),
        second: ("once_with_stands", "id", second),
        "none": ("once_with_wetlands", None, None),
    }


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_wetland_larger_than_its_stand_is_counted_in_two_parts(db: Path, lang: str) -> None:
    stand, _ = _two_stands(db)
    put_wetlands(db, 2020, [_patch("W", 5000, wetland_class="mangrove", stand_id=stand)])
    listing = ("--lang", lang, "surveys", "--double-counting", 2020)
    (row,) = succeed("--db", db, *listing, "--json").rows
    assert row["counted"] == "partly_with_stands"
    assert row["with_stands_ha"] == row["stand_area_ha"]
    assert row["with_wetlands_ha"] == 5000 - row["stand_area_ha"]
    left = f"{row['with_wetlands_ha']:,.1f} ha"
    assert (
        f"{left} 随湿地计" in (talk := succeed("--db", db, *listing).talk) or f"{left} with" in talk
    )


def _two_stands(db: Path) -> tuple[str, str]:
    found = query(
        db,
        "SELECT stand_id FROM stands WHERE survey = 2020 AND vegetation_class = 'arbor' "
        "ORDER BY stand_id LIMIT 2",
    )
    return found[0][0], found[1][0]


def test_polygons_that_overlap_without_a_common_name_are_found(db: Path) -> None:
    stand, other = _two_stands(db)

    def box(left: float, right: float) -> bytes:
        wkb: bytes = shapely.to_wkb(
            shapely.box(500_000 + left, 3_300_000, 500_000 + right, 3_300_100)
        )
        return wkb

    put_wetlands(db, 2020, [_swamp("W"), _swamp("X"), _patch("lake", 5)])
    shapes = {"W": box(0, 1000), "X": box(5000, 6000), "lake": box(0, 1000)}
    put_shapes(db, 2020, "wetland", "EPSG:4549", shapes)
    put_shapes(db, 2020, "stand", "EPSG:4549", {stand: box(100, 600), other: box(999, 1500)})
    assert _counting(db) == {
        "W": ("counted_twice", "geometry", stand),
        "X": ("once_with_wetlands", None, None),
    }
    outcome = succeed("--db", db, "--lang", "en", "surveys", "--double-counting", 2020)
    assert "1 are counted twice" in outcome.talk
    assert "not forest cover" in outcome.talk
    # naming the stand settles it
    execute(db, f"UPDATE wetlands SET stand_id = '{stand}' WHERE wetland_id = 'W'")
    assert _counting(db)["W"] == ("once_with_stands", "id", stand)


def test_no_wooded_wetland_is_said(db: Path) -> None:
    put_wetlands(db, 2020, [_patch("lake", 5)])
    outcome = succeed("--db", db, "--lang", "en", "surveys", "--double-counting", 2020)
    assert "no land could be counted twice" in outcome.talk
    assert succeed("--db", db, "surveys", "--double-counting", 2020, "--json").rows == []


def test_a_survey_without_wetlands_is_refused(db: Path) -> None:
    outcome = run("--db", db, "--lang", "en", "surveys", "--double-counting", 2020)
    assert outcome.code == 1
    assert "load wetlands" in outcome.talk
