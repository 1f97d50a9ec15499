"""`demo`: the whole job on a simulated city, and what its files and database hold."""

import csv
import io
import json
import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from command_line import Outcome, content, query, succeed

from sinkcalc.demo.city import write_city

DOCS = Path(__file__).parents[2] / "docs"
STANDS = 2_000
YEARS = (2015, 2020, 2023)
WETLAND_YEARS = (2020, 2023)
KEYS = ("vegetation_class", "species_group", "origin", "age_group")
# what the plan prints for 2020 and 2025, m3
BASELINE, TARGET = 67_900_000, 77_900_000

Row = dict[str, Any]


@dataclass(frozen=True)
class Demo:
    """Folder of a demo and what the command printed."""

    folder: Path
    outcome: Outcome

    @property
    def db(self) -> Path:
        """The database in the folder."""
        return self.folder / "sinkcalc.duckdb"

    def run(self, *arguments: object) -> Outcome:
        """Run a command on the database."""
        return succeed("--db", self.db, "--lang", "en", *arguments)

    def exact(self, *arguments: object) -> list[Row]:
        """Return JSON rows of a command with exact decimals."""
        rows: list[Row] = json.loads(
            self.run(*arguments, "--json").data, parse_float=Decimal, parse_int=Decimal
        )
        return rows


def _demo(folder: Path, *options: str) -> Demo:
    outcome = succeed("--lang", "en", *options, "demo", "--dir", folder, "--stands", STANDS)
    return Demo(folder, outcome)


def _csv(path: Path, encoding: str = "utf-8") -> list[dict[str, str]]:
    text = path.read_bytes().decode(encoding, errors="replace")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return _demo(tmp_path_factory.mktemp("demo") / "city")


@pytest.fixture(scope="module")
def city(demo: Demo) -> list[Row]:
    """Estimate the whole city in 2020."""
    return demo.exact("estimate", "--survey", 2020)


def test_progress_towards_the_target(demo: Demo) -> None:
    """7 790 万m3 is 77.9 million m3; the last survey of the simulated city is of 2023."""
    # published figures of another list follow
    rows = {row["indicator"]: row for row in demo.exact("target")[:4]}
    assert list(rows) == [
        *("growing_stock", "forest_cover", "wetland_area", "wetland_protection_rate")
    ]
    stock = rows["growing_stock"]
    assert (stock["baseline_year"], stock["baseline_value"]) == (2020, BASELINE)
    assert (stock["target_year"], stock["target_value"]) == (2025, TARGET)
    assert stock["current_year"] == 2023
    assert stock["gap"] == TARGET - stock["current_value"]
    assert stock["needed_per_year"] == stock["gap"] / 2
    assert stock["simulated"] is True
    assert rows["forest_cover"]["baseline_value"] == Decimal("0.6685")


def test_wetlands_beside_the_targets_of_the_plan(demo: Demo) -> None:
    """The plan's list is judged by the records; figures of another list are shown, never judged.

    The list grows from 105,800 to 106,000 ha in three years, 53 to 56 % of it protected. What
    was published, 13.43 万ha in nine classes and 63.8 %, is of another list.
    """
    rows = {
        (row["indicator"], row["definition"]): row
        for row in demo.exact("target")
        if row["indicator"].startswith("wetland")
    }
    assert rows.keys() == {
        (indicator, definition)
        for indicator in ("wetland_area", "wetland_protection_rate")
        for definition in ("plan_list", "nine_classes")
    }
    area = rows["wetland_area", "plan_list"]
    assert (area["current_year"], area["current_value"], area["target_value"]) == (
        *(2023, 106_000, 106_000),
    )
    assert area["observed_per_year"] == pytest.approx(Decimal(200) / 3)
    rate = rows["wetland_protection_rate", "plan_list"]
    assert (rate["current_value"], rate["target_value"]) == (Decimal("0.56"), Decimal("0.55"))
    assert rate["observed_per_year"] == pytest.approx(Decimal("0.01"))
    assert {row["status"] for row in (area, rate)} == {"on_track"}
    assert {row["simulated"] for row in (area, rate)} == {True}

    for indicator, value in (("wetland_area", 134_300), ("wetland_protection_rate", "0.638")):
        published = rows[indicator, "nine_classes"]
        assert published["current_value"] == Decimal(value)
        assert published["status"] == "not_comparable"


def test_wetlands_are_loaded_as_they_were_made(demo: Demo, tmp_path: Path) -> None:
    """Records, cores and protected areas without the faulty rows; areas to the last 0.0001 ha."""
    made = write_city(tmp_path, stands=STANDS, seed=20201231).wetlands
    for year, truth in made.wetland_truth.items():
        for kind, path in (
            ("wetlands", made.wetland_files[year]),
            ("cores", made.core_files[year]),
            ("protected_areas", made.protected_files[year]),
            ("farmland", made.farmland_files[year]),
        ):
            assert (demo.folder / "raw" / path.name).read_bytes() == path.read_bytes()
            bad = {
                "wetlands": made.bad_wetland_rows,
                "cores": made.bad_core_rows,
                "protected_areas": made.bad_protected_rows,
            }.get(kind, {})
            [(rows,)] = query(demo.db, f"SELECT count(*) FROM {kind} WHERE survey = {year}")
            assert rows == len(_csv(path)) - sum(bad.get(year, {}).values())
        areas = query(
            demo.db,
            f"SELECT wetland_class, sum(area_ha) FROM wetlands WHERE survey = {year} GROUP BY ALL",
        )
        assert {name: float(area) for name, area in areas} == truth.area_ha
        [(cores,)] = query(
            demo.db, f"SELECT count(DISTINCT core_id) FROM cores WHERE survey = {year}"
        )
        assert cores == truth.cores


def test_wetlands_are_estimated(demo: Demo) -> None:
    for year, area in ((2020, 136_230), (2023, 136_330)):
        rows = _csv(demo.folder / f"estimate_wetland_{year}.csv")
        found = {(row["quantity"], row["pool"], row["gas"], row["gwp_set"]): row for row in rows}
        assert Decimal(found["area", "", "", ""]["value"]) == area
        assert {row["land"] for row in rows} == {"wetland"}
        # cores of 60 to 300 t C/ha in less than 11,000 ha with soil
        assert 300_000 < float(found["carbon", "soil", "", ""]["value"]) < 3_000_000
        assert float(found["emission", "", "CH4", "AR6"]["value"]) > float(
            found["removal", "", "CO2", "AR6"]["value"]
        )
    assert "wetlands of survey 2023" in demo.outcome.text


def test_the_questions_of_the_documents_have_answers(demo: Demo) -> None:
    """Every statement of the section of docs/tables.md about wetlands gives rows."""
    demo.run("estimate", "--survey", 2023, "--kind", "wetland", "--by", "region,wetland_class")
    text = (DOCS / "tables.md").read_text(encoding="utf-8")
    section = text.split("## 湿地的例子")[1].split("\n## ")[0]
    statements = re.findall(r"```sql\n(.*?)```", section, flags=re.DOTALL)
    assert len(statements) == 7
    for sql in statements:
        assert query(demo.db, sql), sql


def test_growing_stock_of_2020_is_the_published_one(city: list[Row]) -> None:
    """The city is drawn to the published total; 0.1 % leaves room for whole m3 of stands."""
    stock = next(row for row in city if row["quantity"] == "growing_stock")
    assert abs(stock["value"] - BASELINE) <= BASELINE / Decimal(1_000)


def _files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_the_raw_files_are_of_the_default_seed(demo: Demo, tmp_path: Path) -> None:
    for year, path in write_city(tmp_path, stands=STANDS, seed=20201231).files.items():
        assert (demo.folder / "raw" / f"stands_{year}.csv").read_bytes() == path.read_bytes()


def test_the_files_of_a_demo(demo: Demo) -> None:
    assert _files(demo.folder) == {
        "sinkcalc.duckdb",
        "target.json",
        "change_2015_2020.csv",
        "change_2020_2023.csv",
        "components_2015_2020.csv",
        "components_2020_2023.csv",
        "forecast_2035.csv",
        "stands_against_plots.csv",
        "estimate_2023_by_region.xlsx",
        "ccer-project.toml",
        "ccer-parcels.csv",
        "raw/counties.geojson",
        *(f"estimate_{year}.csv" for year in YEARS),
        *(f"estimate_wetland_{year}.csv" for year in WETLAND_YEARS),
        *(
            f"raw/{name}_{year}.csv"
            for name in ("stands", "plots", "trees", "strata")
            for year in YEARS
        ),
        *(
            f"raw/{name}_{year}.csv"
            for name in ("wetlands", "cores", "protected_areas", "farmland")
            for year in WETLAND_YEARS
        ),
    }
    for name in _files(demo.folder):
        assert name in demo.outcome.talk


def _marked_rows(demo: Demo) -> Iterator[tuple[str, list[Row]]]:
    """Give every row of every file and command that has the mark, as JSON would write it."""
    # parcels are an input, whose titles say it in words
    for path in sorted(set(demo.folder.glob("*.csv")) - {demo.folder / "ccer-parcels.csv"}):
        known = {"true": True, "false": False}
        yield path.name, [row | {"simulated": known[row["simulated"]]} for row in _csv(path)]
    for path in demo.folder.glob("*.xlsx"):
        yield path.name, pl.read_excel(path).to_dicts()
    # an indicator that no survey shows has nothing that could be simulated, and a published
    # figure of another list is a real one
    targets = json.loads((demo.folder / "target.json").read_text(encoding="utf-8"))
    shown = [row for row in targets if row["status"] != "no_data"]
    yield "target.json", [row for row in shown if row["status_reason"] != "other_list"]
    for arguments in (
        ("surveys",),
        ("estimate", "--survey", 2015),
        ("estimate", "--survey", 2023, "--by", "region"),
        ("estimate", "--kind", "wetland", "--survey", 2023, "--by", "region,wetland_class"),
        ("cores", "--survey", 2023),
        ("change", "--from", 2015, "--to", 2023),
        ("change", "--from", 2015, "--to", 2023, "--transitions"),
        ("target", "--published"),
        ("target", "--allocation"),
        ("survey", "total", "--survey", 2020),
        ("survey", "change", "--from", 2015, "--to", 2020),
        ("survey", "plots", "--survey", 2023),
        ("survey", "components", "--from", 2015, "--to", 2020, "--by-plot"),
        ("survey", "verdict", "--survey", 2020),
        ("survey", "assisted", "--survey", 2020),
        ("calibrate", "control-totals", "--survey", 2020, "--dry-run"),
        ("ccer", "baseline", demo.folder / "ccer-project.toml"),
        ("ccer", "sensitivity", demo.folder / "ccer-project.toml"),
    ):
        yield " ".join(map(str, arguments)), demo.run(*arguments, "--json").rows


def test_everything_says_that_it_is_simulated(demo: Demo) -> None:
    seen = 0
    for name, rows in _marked_rows(demo):
        assert rows, name
        # gross production is a published figure with no estimate beside it
        own = [row for row in rows if row.get("quantity") != "npp_co2"]
        assert all(row["simulated"] is True for row in own), name
        seen += 1
    assert seen == 31
    for year in YEARS:
        for row in _csv(demo.folder / "raw" / f"stands_{year}.csv", "gb18030"):
            assert (row["BZ"] or "").startswith("模拟数据")
    for table in ("estimates", "forecasts"):
        assert query(demo.db, f"SELECT DISTINCT simulated FROM {table}") == [(True,)]


def test_tables_say_that_they_are_simulated(demo: Demo, tmp_path: Path) -> None:
    """Estimate, two changes, wetlands, targets, published totals, plots, project: each table."""
    assert demo.outcome.text.count("SIMULATED") == 8
    assert "growing stock" in demo.outcome.text
    db = shutil.copy(demo.db, tmp_path)
    chinese = succeed("--db", db, "--lang", "zh", "target")
    assert chinese.text.count("模拟数据") == 2
    assert "森林蓄积量" in chinese.text


def _sums(rows: list[Row], column: str) -> dict[tuple[Any, Any], Decimal]:
    sums: dict[tuple[Any, Any], Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[row["quantity"], row["pool"]] += row[column]
    return sums


@pytest.mark.parametrize("by", ["region", ",".join(KEYS)])
def test_groups_add_up_to_the_city_exactly(demo: Demo, city: list[Row], by: str) -> None:
    groups = demo.exact("estimate", "--survey", 2020, "--by", by)
    assert len(groups) > len(city)
    for column in ("value", "n"):
        assert _sums(groups, column) == _sums(city, column)
    if by == "region":
        codes = {row["region_code"] for row in groups}
        assert len(codes) == 13
        assert None not in codes


def test_changes_of_regions_add_up_to_the_city_exactly(demo: Demo) -> None:
    years = ("change", "--from", 2015, "--to", 2020)
    assert _sums(demo.exact(*years, "--by", "region"), "change") == _sums(
        demo.exact(*years), "change"
    )


@pytest.mark.parametrize("by", ["", "region", "vegetation_class", "region,species_group"])
def test_effects_add_up_to_the_change_exactly(demo: Demo, by: str) -> None:
    """The change is that of `change` itself, to the last digit."""
    words = ("change", "--from", 2020, "--to", 2023, *(("--by", by) if by else ()))
    names = ("quantity", "pool", "region_code", "vegetation_class", "species_group")

    def keyed(rows: list[Row]) -> dict[tuple[Any, ...], Row]:
        return {tuple(row[name] for name in names): row for row in rows}

    changes, effects = keyed(demo.exact(*words)), keyed(demo.exact(*words, "--effects"))
    decomposed = [("growing_stock", None), ("carbon", "vegetation"), ("carbon", "total")]
    assert effects.keys() == {key for key in changes if key[:2] in decomposed}
    for key, row in effects.items():
        assert row["change"] == changes[key]["change"]
        assert row["definition"] == changes[key]["definition"]
        assert row["depth_cm"] == changes[key]["depth_cm"]
        parts = (row["area_effect"], row["density_effect"], row["species_effect"])
        assert sum(parts) == row["change"]
        assert row["simulated"] is True


def test_change_is_the_difference_of_stored_values(demo: Demo) -> None:
    stored = {
        (survey, quantity, pool): value
        for survey, quantity, pool, value in query(
            demo.db,
            "SELECT survey, quantity, pool, value FROM estimates JOIN runs USING (run_id, survey) "
            "WHERE by_keys = '' AND kind = 'forest'",
        )
    }
    for first, last in ((2015, 2020), (2020, 2023)):
        written = _csv(demo.folder / f"change_{first}_{last}.csv")
        printed = demo.exact("change", "--from", first, "--to", last)
        assert len(written) == len(printed) == len(stored) / len(YEARS)
        for row, text in zip(printed, written, strict=True):
            key = row["quantity"], row["pool"]
            assert row["change"] == stored[last, *key] - stored[first, *key]
            assert Decimal(text["change"]) == row["change"]
            assert (row["value_from"], row["value_to"]) == (stored[first, *key], stored[last, *key])


def test_printed_rows_are_the_stored_rows(demo: Demo) -> None:
    """The same rows in the database, on stdout and in the files of the demo."""
    printed = demo.exact("estimate", "--survey", 2023, "--by", "region")
    run_id = printed[0]["run_id"]
    stored = query(demo.db, f"SELECT * FROM estimates WHERE run_id = '{run_id}' ORDER BY rowid")
    exact = [
        tuple(Decimal(repr(item)) if isinstance(item, float) else item for item in row)
        for row in stored
    ]
    assert [tuple(row.values()) for row in printed] == exact

    workbook = pl.read_excel(demo.folder / "estimate_2023_by_region.xlsx")
    assert workbook["value"].to_list() == [float(row["value"]) for row in printed]
    for year in YEARS:
        values = [Decimal(row["value"]) for row in _csv(demo.folder / f"estimate_{year}.csv")]
        city = query(
            demo.db,
            "SELECT value FROM estimates JOIN runs USING (run_id, survey) "
            f"WHERE survey = {year} AND by_keys = '' AND kind = 'forest' "
            "AND estimates.method = 'cbef-zhejiang' AND soil_depth_cm = 100 "
            "ORDER BY estimates.rowid",
        )
        assert [(value,) for value in values] == city


def test_two_runs_give_the_same_bytes(demo: Demo, tmp_path: Path) -> None:
    written = []
    for name in ("first", "second"):
        path = tmp_path / f"{name}.csv"
        demo.run("estimate", "--survey", 2020, "--by", ",".join(KEYS), "-o", path)
        written.append(path.read_bytes())
    assert written[0] == written[1]


def test_published_totals_stand_beside_the_estimates(demo: Demo) -> None:
    """The published carbon of the vegetation is above what national equations give."""
    rows = demo.exact("target", "--published")
    found = {(row["survey"], row["quantity"], row["pool"]): row for row in rows}
    carbon = found[2020, "carbon", "vegetation"]
    assert carbon["published"] == 50_870_000
    assert carbon["ratio"] < 1
    assert carbon["difference"] < 0
    assert carbon["note_zh"]
    assert carbon["note_en"]
    assert (2015, "growing_stock", None) in found


def test_the_project_on_bare_land(demo: Demo, tmp_path: Path) -> None:
    """Ten parcels of stands without forest; one was farmed, one has no number of its title.

    Every command for projects runs on it, and what they give is marked as simulated and as draft.
    """
    project = demo.folder / "ccer-project.toml"
    screened = demo.exact("ccer", "screen", project, "--by", "parcel")
    outcomes = [row["outcome"] for row in screened]
    assert [outcomes.count(word) for word in ("pass", "fail", "unknown")] == [8, 1, 1]
    years = demo.exact("ccer", "baseline", project)
    total = years[-1]
    assert len(years) == 40
    assert total["creditable_t"] == int(total["cumulative_t"]) > 1_000
    assert total["simulated"] is True
    assert total["unverified_items"] > 0
    shown = demo.outcome.text[demo.outcome.text.index("DRAFT") :]
    assert f"{int(total['creditable_t']):,}" in shown
    found = demo.exact("ccer", "sensitivity", project, "--table", "interval")[-1]
    assert found["value"] == total["cumulative_t"]
    assert found["ci_low"] < found["value"] < found["ci_high"]
    assert demo.exact("ccer", "sample-size", project)
    demo.run("ccer", "export", project, "--to", tmp_path / "export")
    assert list((tmp_path / "export").glob("*.xlsx"))


def _comparable(db: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return the database without the times of its records."""
    return {
        name: [tuple(item for item in row if not isinstance(item, datetime)) for row in rows]
        for name, rows in content(db).items()
    }


def test_a_second_demo_is_the_same(demo: Demo, tmp_path: Path) -> None:
    """Once more into the same folder, in the other language and quietly."""
    folder = tmp_path / "city"
    shutil.copytree(demo.folder, folder)
    again = _demo(folder, "--lang", "zh", "--quiet")
    assert again.outcome.talk == ""
    assert "森林蓄积量" in again.outcome.text
    assert _comparable(again.db) == _comparable(demo.db)
    assert _files(folder) == _files(demo.folder)
    for name in _files(folder) - {"sinkcalc.duckdb"}:
        assert (folder / name).read_bytes() == (demo.folder / name).read_bytes(), name
