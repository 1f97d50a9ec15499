"""Projects in the database: registered once, on land of their own, in versions."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from made_projects import parcel, put

from sinkcalc.ccer.programme import batch_rule
from sinkcalc.coefficients.packs import load_pack
from sinkcalc.errors import SinkcalcError, UsageProblem
from sinkcalc.pipeline.ccer_book import check_ledger, registered_projects
from sinkcalc.pipeline.ccer_ledger import correct, issue, read_book, withdraw

OLD = date(2022, 3, 1)
ISSUE = {
    "quantity_t": 100,
    "entry_date": date(2024, 6, 30),
    "verified_t": Decimal(100),
    "document": "report",
    "batch": "B",
}


def query(db: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(db), read_only=True) as con:
        return con.execute(sql).fetchall()


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "sinkcalc.duckdb"
    put(path, "east", parcel("1", stand_id="5"), parcel("2", stand_id="6"))
    return path


def _counts(db: Path) -> list[int]:
    tables = ("ccer_projects", "ccer_parcels", "ccer_removals", "ccer_ledger")
    return [query(db, f"SELECT count(*) FROM {table}")[0][0] for table in tables]


def test_what_is_stored(db: Path) -> None:
    assert _counts(db) == [1, 2, 20, 1]
    (row,) = registered_projects(db).to_dicts()
    assert (row["expected_t"], row["parcels"], row["area_ha"]) == (20_000, 2, 2)
    assert query(db, "SELECT sum(reduction_t), max(creditable_t) FROM ccer_removals") == [
        (20_000, 20_000)
    ]


def test_land_of_another_project_is_refused_and_nothing_is_stored(db: Path) -> None:
    with pytest.raises(SinkcalcError) as caught:
        put(db, "west", parcel("1", stand_id="7"), parcel("8", stand_id="6"))
    for text in (caught.value.zh, caught.value.en):
        assert all(word in text for word in ("west", "east", "8", "2"))
    assert _counts(db) == [1, 2, 20, 1]
    put(db, "west", parcel("1", stand_id="7"))
    assert check_ledger(db).is_empty()


def test_the_same_project_twice_is_one(db: Path) -> None:
    again = put(db, "east", parcel("1", stand_id="5"), parcel("2", stand_id="6"))
    assert again.done == "unchanged"
    assert _counts(db) == [1, 2, 20, 1]


def test_without_issues_a_project_is_written_anew(db: Path) -> None:
    done = put(db, "east", parcel("1", stand_id="9"), text="second")
    assert (done.done, done.record.version) == ("replaced", 1)
    assert _counts(db) == [1, 1, 20, 2]
    # the land that it left is free
    put(db, "west", parcel("1", stand_id="5"))
    assert check_ledger(db).is_empty()


def test_with_issues_a_change_is_a_version_of_its_own(db: Path) -> None:
    issue(db, "east", 2023, ISSUE)
    with pytest.raises(SinkcalcError, match="--amend"):
        put(db, "east", parcel("1", stand_id="9"), text="second")
    done = put(db, "east", parcel("1", stand_id="9"), text="second", amend="land was sold")
    assert (done.done, done.record.version) == ("amended", 2)
    assert query(db, "SELECT version, reason FROM ccer_projects ORDER BY version") == [
        (1, None),
        (2, "land was sold"),
    ]
    # what it left stays its own: units were issued for its growth
    for stand in ("5", "9"):
        with pytest.raises(SinkcalcError, match="east"):
            put(db, "west", parcel("1", stand_id=stand))
    put(db, "west", parcel("1", stand_id="4"))
    assert check_ledger(db).is_empty()
    assert read_book(db).registered("east").version == 2


def test_a_version_with_an_issue_taken_back_is_not_written_anew(db: Path) -> None:
    """The issue still stands in the book and is checked against its version."""
    _, entry = issue(db, "east", 2023, ISSUE)
    correct(db, entry.entry_no, "slip", None)
    with pytest.raises(SinkcalcError, match=r"0 t now.*--amend"):
        put(db, "east", parcel("1", stand_id="9"), text="second")
    put(db, "east", parcel("1", stand_id="9"), text="second", amend="land was sold")
    put(db, "west", parcel("1", stand_id="5"))
    assert check_ledger(db).is_empty()


def test_a_version_without_issues_frees_its_land(db: Path) -> None:
    put(db, "east", parcel("1", stand_id="9"), text="second", amend="land was sold")
    put(db, "west", parcel("1", stand_id="5"))
    assert check_ledger(db).is_empty()


def test_withdrawn_projects_with_issues_keep_their_land(db: Path) -> None:
    issue(db, "east", 2023, ISSUE)
    withdraw(db, "east", date(2025, 1, 1), "sold")
    with pytest.raises(SinkcalcError, match="east"):
        put(db, "west", parcel("1", stand_id="5"))
    (row,) = registered_projects(db).to_dicts()
    assert row["withdrawn"]
    assert row["balance_t"] == 100


def test_the_day_of_today_is_given(db: Path) -> None:
    """On 29 June 2024 an issue of the 30th is to come."""
    with pytest.raises(UsageProblem, match="after today, 2024-06-29"):
        issue(db, "east", 2023, ISSUE, today=date(2024, 6, 29))
    issue(db, "east", 2023, ISSUE, today=date(2024, 6, 30))
    with pytest.raises(UsageProblem, match="after today, 2024-01-09"):
        put(db, "west", parcel("1", stand_id="7"), today=date(2024, 1, 9))


def test_five_years_before_an_application_of_today(db: Path) -> None:
    """2023 begins more than five years before 30 June 2029."""
    late = ISSUE | {"entry_date": date(2029, 7, 30), "applied_on": date(2029, 6, 30)}
    with pytest.raises(SinkcalcError, match="within 5 years before"):
        issue(db, "east", 2023, late, today=date(2029, 7, 30))


def test_an_earlier_day_of_registration_is_entered(db: Path) -> None:
    """Registered on 10 January 2024: a project of 2022 whose first issue was in 2023.

    Nothing of the version is written anew, so it is the same with issues.
    """
    old = ISSUE | {"entry_date": date(2023, 6, 30), "first_day": date(2022, 1, 1)}
    old |= {"last_day": date(2022, 12, 31), "batch": "A"}
    issue(db, "east", 2023, ISSUE)
    with pytest.raises(SinkcalcError, match="before the registration of east on 2024-01-10"):
        issue(db, "east", 2022, old)
    again = put(db, "east", parcel("1", stand_id="5"), parcel("2", stand_id="6"), day=OLD)
    assert (again.done, again.record.version) == ("dated", 1)
    issue(db, "east", 2022, old)
    assert _counts(db) == [1, 2, 20, 4]
    assert check_ledger(db).is_empty()


def test_no_parcels_and_no_project_to_amend(db: Path) -> None:
    with pytest.raises(UsageProblem, match="no eligible parcel"):
        put(db, "west")
    with pytest.raises(UsageProblem, match="--amend"):
        put(db, "west", parcel("1", stand_id="7"), amend="why")


def test_parcels_without_keys_are_told(db: Path) -> None:
    done = put(db, "west", parcel("1", region_code=None))
    assert done.unknown == ("1",)
    found = check_ledger(db)
    assert found.select("severity", "check", "project_id").rows() == [
        ("warning", "unknown_land", "west")
    ]


def test_overlapping_polygons_are_refused(tmp_path: Path) -> None:
    """Two squares of 0.01 degrees share a quarter; beside them one that shares a border."""
    shapely = pytest.importorskip("shapely")
    pytest.importorskip("pyproj")

    def square(west: float, south: float) -> dict[str, object]:
        box = shapely.box(west, south, west + 0.01, south + 0.01)
        return {"geometry_wkb": shapely.to_wkb(box), "crs": "EPSG:4326"}

    db = tmp_path / "gis.duckdb"
    put(db, "east", parcel("1", **square(119.70, 30.20)))
    with pytest.raises(SinkcalcError) as caught:
        put(db, "west", parcel("7", **square(119.705, 30.205)))
    assert "overlapping polygons" in caught.value.en
    # 0.005 degrees squared at 30.2 N: 554.3 m by 481.3 m
    area = float(caught.value.en.split("overlapping polygons ")[1].split(" ha")[0])
    assert area == pytest.approx(26.68, rel=0.002)
    done = put(db, "west", parcel("7", **square(119.71, 30.20)))
    assert done.unknown == ()
    with duckdb.connect(str(db)) as con:
        con.execute(
            "UPDATE ccer_parcels SET geometry_wkb = (SELECT geometry_wkb FROM ccer_parcels "
            "WHERE project_id = 'east') WHERE project_id = 'west'"
        )
    assert check_ledger(db)["check"].to_list() == ["shared_land"]


def test_rules_of_batches_are_those_of_the_methodology() -> None:
    rule = batch_rule(load_pack("CCER-14-001-V01"))
    assert rule is not None
    assert (rule.after, rule.years) == (date(2020, 9, 22), 5)
