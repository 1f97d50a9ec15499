"""Public-benefit and commercial forest in `estimate` and `change`, by hand.

Stands of Masson pine, m3 on ha, in Lin'an (330112) and Chun'an (330127):

    A 330112 public benefit   600 on 10      C 330112 no category  250 on  5
    B 330112 commercial     1 000 on 20      D 330127 public benefit  800 on 10

Above and below ground B = 0.5034 V + 20.547 A t d.m. (the root:shoot ratio cancels), carbon is half
of it, understorey holds 5.38 t C/ha; vegetation carbon is their sum:

    A (302.04 + 205.47) / 2 + 53.8  = 307.555       C (125.85 + 102.735) / 2 + 26.9 = 141.1925
    B (503.40 + 410.94) / 2 + 107.6 = 564.77        D (402.72 + 205.47) / 2 + 53.8  = 357.895

Every pool is rounded to 1e-4 t. All measured areas are off by the same 2.9 % and all measured
volumes by 5.9 %: standard errors of groups add up as they are.
"""

from decimal import Decimal
from pathlib import Path

import pytest
from command_line import Row, execute, query, run, succeed

from sinkcalc.errors import EXIT_FAILED, EXIT_USAGE

HEAD = "stand_id,region_code,vegetation_class,species,origin,age_group,area_ha,volume_m3"
STANDS = {
    "A": ("330112", "public_benefit", 10, 600),
    "B": ("330112", "commercial", 20, 1000),
    "C": ("330112", "", 5, 250),
    "D": ("330127", "public_benefit", 10, 800),
}
CARBON = {"A": 307.555, "B": 564.77, "C": 141.1925, "D": 357.895}
AREA_ERROR, VOLUME_ERROR = 0.029, 0.059
KEY = "forest_category"


def _file(folder: Path, name: str, growth: int = 0, *, category: bool = True) -> Path:
    lines = [f"{HEAD},{KEY}" if category else HEAD]
    for stand, (region, word, area, volume) in STANDS.items():
        figures = f"{stand},{region},arbor,masson_pine,natural,middle,{area},{volume + growth}"
        lines.append(f"{figures},{word}" if category else figures)
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """2020 and 2025 have the category, 2015 has none; 2025 has 100 m3 more in every stand."""
    folder = tmp_path_factory.mktemp("categories")
    db = folder / "s.duckdb"
    for year, growth, category in ((2015, 0, False), (2020, 0, True), (2025, 100, True)):
        path = _file(folder, f"{year}.csv", growth, category=category)
        succeed("--db", db, "load", "stands", path, "--survey", year, "--strict")
    return db


def _rows(db: Path, *words: object) -> list[Row]:
    return succeed("--db", db, "--lang", "en", *words, "--json").rows


def _of(rows: list[Row], quantity: str, pool: str | None, figure: str, *keys: str) -> dict:
    return {
        tuple(row[key] for key in keys) if len(keys) > 1 else row[keys[0]]: row[figure]
        for row in rows
        if (row["quantity"], row["pool"]) == (quantity, pool)
    }


def test_area_stock_and_carbon_of_each_category(db: Path) -> None:
    rows = _rows(db, "estimate", "--survey", 2020, "--by", KEY)
    assert _of(rows, "area", None, "value", KEY) == {
        "public_benefit": 20,
        "commercial": 20,
        None: 5,
    }
    stock = {"public_benefit": 1400, "commercial": 1000, None: 250}
    assert _of(rows, "growing_stock", None, "value", KEY) == stock
    errors = _of(rows, "growing_stock", None, "se", KEY)
    assert errors == pytest.approx({word: VOLUME_ERROR * v for word, v in stock.items()})
    carbon = {"public_benefit": 665.45, "commercial": 564.77, None: 141.1925}
    found = _of(rows, "carbon", "vegetation", "value", KEY)
    assert found == pytest.approx(carbon, abs=3e-4)
    assert all(row["se"] > 0 for row in rows if row["quantity"] == "carbon")


def test_carbon_of_public_benefit_forest_by_county(db: Path) -> None:
    rows = _rows(db, "estimate", "--survey", 2020, "--by", f"region,{KEY}")
    found = _of(rows, "carbon", "vegetation", "value", "region_code", KEY)
    assert found == pytest.approx(
        {
            ("330112", "public_benefit"): CARBON["A"],
            ("330112", "commercial"): CARBON["B"],
            ("330112", None): CARBON["C"],
            ("330127", "public_benefit"): CARBON["D"],
        },
        abs=2e-4,
    )
    areas = _of(rows, "area", None, "se", "region_code", KEY)
    assert areas["330127", "public_benefit"] == pytest.approx(AREA_ERROR * 10)


def test_groups_add_up_to_the_estimate_without_the_key(db: Path) -> None:
    """Values to the last digit; the rows of the whole say nothing of a category."""
    whole = _rows(db, "estimate", "--survey", 2020, "--by", "region")
    parts = _rows(db, "estimate", "--survey", 2020, "--by", f"region,{KEY}")
    assert all(row[KEY] is None for row in whole)
    sums: dict[tuple, Decimal] = {}
    for row in parts:
        key = (row["region_code"], row["quantity"], row["pool"])
        sums[key] = sums.get(key, Decimal(0)) + Decimal(str(row["value"]))
    assert sums == {
        (row["region_code"], row["quantity"], row["pool"]): Decimal(str(row["value"]))
        for row in whole
    }


def test_the_budget_has_the_key(db: Path) -> None:
    rows = _rows(db, "estimate", "--survey", 2020, "--by", KEY, "--budget")
    assert {row[KEY] for row in rows} == {"public_benefit", "commercial", None}


@pytest.mark.parametrize("more", [(), ("--draws", 100), ("--method", "all")])
def test_stands_without_a_category_are_told(db: Path, more: tuple) -> None:
    words = ("--db", db, "--lang", "en", "estimate", "--survey", 2020, "--by", KEY, *more)
    told = succeed(*words).talk
    assert "stands of survey 2020 without a forest category are a group of their own" in told


def test_a_survey_without_any_category_is_estimated_and_told(db: Path) -> None:
    done = succeed("--db", db, "--lang", "en", "estimate", "--survey", 2015, "--by", KEY, "--json")
    assert {row[KEY] for row in done.rows} == {None}
    assert "no stand of survey 2015 has a forest category" in done.talk
    zh = succeed("--db", db, "--lang", "zh", "estimate", "--survey", 2015, "--by", KEY)
    assert "没有一个小班记有森林类别" in zh.talk


def test_nothing_is_told_where_it_is_not_asked(db: Path) -> None:
    assert (
        "forest category"
        not in succeed("--db", db, "--lang", "en", "estimate", "--survey", 2015).talk
    )


def test_change_of_each_category(db: Path) -> None:
    """100 m3 in each stand: 200 of public benefit, 100 of each of the others."""
    words = ("change", "--from", 2020, "--to", 2025, "--by", KEY)
    rows = _rows(db, *words)
    grown = _of(rows, "growing_stock", None, "change", KEY)
    assert grown == {"public_benefit": 200, "commercial": 100, None: 100}
    # half of 0.5034 t d.m. a m3
    carbon = _of(rows, "carbon", "vegetation", "change", KEY)
    assert carbon["public_benefit"] == pytest.approx(200 * 0.5034 / 2, abs=6e-4)
    stored = query(
        db,
        "SELECT forest_category, change FROM changes WHERE quantity = 'growing_stock' "
        "AND forest_category IS NOT NULL ORDER BY ALL",
    )
    assert stored == [("commercial", Decimal(100)), ("public_benefit", Decimal(200))]


def test_effects_of_each_category(db: Path) -> None:
    """Areas and species stay: all of the change is density."""
    rows = _rows(db, "change", "--from", 2020, "--to", 2025, "--by", KEY, "--effects")
    found = {
        row[KEY]: (row["change"], row["density_effect"])
        for row in rows
        if row["quantity"] == "growing_stock"
    }
    assert found == {"public_benefit": (200, 200), "commercial": (100, 100), None: (100, 100)}


def test_a_survey_without_the_field_is_no_series_with_one_that_has_it(db: Path) -> None:
    words = ("--db", db, "--lang", "en", "change", "--from", 2015, "--to", 2020, "--by", KEY)
    refused = run(*words)
    assert refused.code == EXIT_FAILED
    assert "commercial, public_benefit" in refused.talk
    across = succeed(*words, "--across-definitions", "--json").rows
    assert {row["series_break"] for row in across} == {"codes"}
    # the whole is a series all the same
    assert succeed("--db", db, "change", "--from", 2015, "--to", 2020, "--json").rows


@pytest.mark.parametrize(
    "words",
    [
        ("survey", "effects", "--from", 2015, "--to", 2020),
        ("estimate", "--survey", 2020, "--kind", "wetland"),
        ("change", "--from", 2015, "--to", 2020, "--transitions"),
        ("calibrate", "control-totals", "--survey", 2020),
    ],
)
def test_where_there_is_no_such_key(db: Path, words: tuple) -> None:
    done = run("--db", db, "--lang", "en", *words, "--by", KEY)
    assert done.code == EXIT_USAGE
    assert KEY in done.talk


def test_surveys_of_an_older_database_have_no_category(db: Path, tmp_path: Path) -> None:
    """Stands that were loaded before there was a category: as those of a file without it."""
    old = tmp_path / "old.duckdb"
    old.write_bytes(db.read_bytes())
    execute(old, "UPDATE stands SET forest_category = NULL WHERE survey = 2020")
    rows = _rows(old, "estimate", "--survey", 2020, "--by", KEY)
    assert {row[KEY] for row in rows} == {None}
