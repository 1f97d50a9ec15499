"""Forecasts, targets and back-tests of a survey that holds one county of the city."""

import shutil
from itertools import pairwise
from pathlib import Path

import pytest
from command_line import Row, execute, query, succeed
from simulated_city import city_database

LINAN = "330112"


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Leave one county of the simulated city."""
    made = city_database(tmp_path_factory).db
    db = Path(shutil.copy(made, tmp_path_factory.mktemp("county") / "city.duckdb"))
    execute(db, f"DELETE FROM stands WHERE region_code <> '{LINAN}'")
    return db


def _areas(rows: list[Row]) -> list[float]:
    return [row["value"] for row in rows if row["quantity"] == "area"]


def test_a_county_is_not_planted_with_the_forest_of_the_city(county: Path) -> None:
    """New forest a year: 1706.6667 ha of the city times the county's part of 1 126 000 ha."""
    words = ("--db", county, "--lang", "en", "forecast", "--to", 2028, "--draws", 0, "--json")
    done = succeed(*words)
    areas = _areas(done.rows)
    share = areas[0] / 1_126_000
    assert 0 < share < 0.5
    assert [later - before for before, later in pairwise(areas)] == [
        pytest.approx(1706.6667 * share, rel=1e-4)
    ] * 5
    assert "Chun'an" in done.talk
    assert "1,126,000 ha" in done.talk
    assert "measures for a county without stands do nothing: felling_chunan" in done.talk
    one = done.rows[0]["forecast_id"]
    ((value, source),) = query(
        county,
        "SELECT value, source_id FROM forecast_parameters WHERE forecast_id = "
        f"'{one}' AND parameter_id = 'scenario.share_of_city'",
    )
    assert (value, source) == (pytest.approx(share, abs=1e-6), "PLAN")


def test_a_file_of_ones_own_is_carried_out_as_written(county: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        '[scenario]\nname = "mine"\n[measures.planting]\nkind = "afforestation"\n'
        "area_ha_per_year = 100\n",
        encoding="utf-8",
    )
    words = ("forecast", "--to", 2025, "--draws", 0, "--scenario", path, "--json")
    done = succeed("--db", county, "--lang", "en", *words)
    areas = _areas(done.rows)
    assert areas[1] - areas[0] == pytest.approx(100, abs=1e-3)
    assert "your scenario mine gives hectares without regions (planting)" in done.talk


@pytest.mark.parametrize(
    "words",
    [("forecast", "--back-test", "--draws", 0), ("target",), ("target", "--allocation")],
)
def test_every_command_that_looks_ahead_says_so(county: Path, words: tuple[object, ...]) -> None:
    done = succeed("--db", county, "--lang", "en", *words)
    assert "Chun'an" in done.talk
    assert "The hectares of scenario as_now are the whole city's" in done.talk


def test_the_whole_city_hears_nothing_of_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    made = city_database(tmp_path_factory).db
    db = Path(shutil.copy(made, tmp_path_factory.mktemp("whole") / "city.duckdb"))
    done = succeed("--db", db, "--lang", "en", "forecast", "--to", 2024, "--draws", 0)
    assert "whole city's" not in done.talk
