"""Scenarios on the command line, and the back-test."""

import shutil
from pathlib import Path

import pytest
from command_line import Row, execute, run, succeed
from simulated_city import city_database

from sinkcalc.errors import EXIT_FAILED, EXIT_USAGE
from sinkcalc.pipeline.scenarios import load_scenario, scenario_names
from sinkcalc.schemas.forecast import BackTest

TEST = ("forecast", "--back-test")
FEW = ("--draws", 200)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the simulated city, for forecasts are stored in it."""
    folder = tmp_path_factory.mktemp("back_test")
    return Path(shutil.copy(city_database(tmp_path_factory).db, folder / "sinkcalc.duckdb"))


@pytest.fixture(scope="module")
def rows(city: Path) -> list[Row]:
    return succeed("--db", city, *TEST, *FEW, "--json").rows


def _city(rows: list[Row], quantity: str = "growing_stock") -> list[Row]:
    return [row for row in rows if row["region_code"] is None and row["quantity"] == quantity]


# scenarios


@pytest.mark.parametrize("name", scenario_names())
def test_a_scenario_is_shown_as_the_file_it_is_read_from(name: str, tmp_path: Path) -> None:
    shown = succeed("forecast", "--show-scenario", name)
    assert shown.talk == ""
    path = tmp_path / "shown.toml"
    path.write_bytes(shown.data)
    assert load_scenario(str(path)) == load_scenario(name)
    again = succeed("forecast", "--show-scenario", path)
    assert again.data == shown.data


def test_a_scenario_needs_no_database(tmp_path: Path) -> None:
    succeed("--db", tmp_path / "none.duckdb", "forecast", "--show-scenario", "as_now")
    assert not (tmp_path / "none.duckdb").exists()


@pytest.mark.parametrize(
    ("text", "en", "zh"),
    [
        (
            '[scenario]\nname = "x"\n[measures.a]\nkind = "felling"\n',
            "[measures.a]: has no rate: give exactly one of",
            "没有给面积率;请恰给一个",
        ),
        (
            "[scenario]\nnmae = 'x'\n",
            "[scenario] nmae: the key is not known; did you",
            "是否指 name",
        ),
        ("[scenario", "is no TOML", "不是有效的 TOML"),
    ],
)
def test_a_bad_scenario_file_is_refused(
    text: str, en: str, zh: str, tmp_path: Path, city: Path
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    for lang, words in (("en", en), ("zh", zh)):
        for what in (("--to", 2030), ("--back-test",)):
            done = run("--db", city, "--lang", lang, "forecast", *what, "--scenario", path)
            assert done.code == EXIT_USAGE
            assert words in done.talk
            assert "mine.toml" in done.talk


def test_a_forecast_says_what_its_scenario_assumes(city: Path) -> None:
    words = ("forecast", "--to", 2024, "--draws", 0)
    now = succeed("--db", city, "--lang", "en", *words).talk
    assert "felling 1,710 ha a year, taking 100% of the volume" in now
    assert "tending 13,200 ha a year, taking 10% of the volume" in now
    assert "assumes: the scenario itself (growth_relative_se); felling (volume_fraction" in now
    none = succeed("--db", city, "--lang", "zh", *words, "--scenario", "no_harvest").talk
    assert "假定没有采伐" in none
    assert "typhoon(area_fraction_per_year)" in none


def test_measures_of_other_years_do_not_take_effect(city: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        '[scenario]\nname = "mine"\nbase = "as_now"\n'
        '[measures.late]\nkind = "felling"\narea_ha_per_year = 9000\nvolume_fraction = 1\n'
        "first_year = 2050\n"
        '[measures.early]\nkind = "thinning"\narea_ha_per_year = 900\nvolume_fraction = 0.2\n'
        "last_year = 2023\n"
        '[measures.some]\nkind = "thinning"\narea_ha_per_year = 90\nvolume_fraction = 0.2\n'
        "first_year = 2025\nlast_year = 2060\n",
        encoding="utf-8",
    )
    words = ("forecast", "--to", 2025, "--draws", 0, "--scenario", path)
    en = succeed("--db", city, "--lang", "en", *words)
    assert "measure late: its years 2050– lie outside those of the forecast, 2024–2025" in en.talk
    assert "measure early: its years –2023 lie outside" in en.talk
    assert "9,000 ha" not in en.talk
    assert "some (thinning) 90 ha a year" in en.talk
    assert "scenario mine: based on as_now" in " ".join(en.text.split())
    zh = succeed("--db", city, "--lang", "zh", *words)
    assert "措施 late:其年份 2050– 不在预测的 2024–2025 之内,不起作用" in zh.talk


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--show-scenario", "as-now"), "did you mean as_now?"),
        (("--show-scenario", "as_now", "--json"), "does not go with --format"),
        (("--show-scenario", "as_now", "--to", "2030"), "does not go with --to"),
        (("--show-scenario", "as_now", "--back-test"), "does not go with --back-test"),
        (("--back-test", "--to", "2030"), "does not go with --to"),
        (("--back-test", "--by", "region"), "does not go with --by"),
        (("--back-test", "--survey", "2015"), "does not go with --survey"),
        (("--back-test", "--every", "2"), "does not go with --every"),
        (("--back-test", "2015"), "the years of two surveys, as 2015,2020"),
        (("--back-test", "2015-2020"), "the years of two surveys, as 2015,2020"),
        (("--back-test", "2020,2015"), "must be before the second"),
        (("--back-test", "2020,2020"), "must be before the second"),
        ((), "--to YEAR"),
    ],
)
def test_options_that_do_not_fit(arguments: tuple[str, ...], words: str, city: Path) -> None:
    done = run("--db", city, "--lang", "en", "forecast", *arguments)
    assert done.code == EXIT_USAGE
    assert words in done.talk
    chinese = run("--db", city, "--lang", "zh", "forecast", *arguments)
    assert chinese.code == EXIT_USAGE
    assert words not in chinese.talk


# back-test


def test_every_pair_of_consecutive_surveys(rows: list[Row]) -> None:
    assert list(rows[0]) == BackTest.column_names()
    assert [(row["survey_from"], row["survey_to"]) for row in _city(rows)] == [
        (2015, 2020),
        (2020, 2023),
    ]
    # city and thirteen counties, three figures, two pairs
    assert len(rows) == 14 * 3 * 2
    assert all(row["simulated"] for row in rows)


def test_errors_are_those_of_the_estimates(rows: list[Row], city: Path) -> None:
    for first, last in ((2015, 2020), (2020, 2023)):
        estimates = [
            succeed("--db", city, "estimate", "--survey", year, "--json").rows
            for year in (first, last)
        ]
        for quantity, pool in (("growing_stock", None), ("area", None), ("carbon", "vegetation")):
            before, after = (
                next(r["value"] for r in e if (r["quantity"], r["pool"]) == (quantity, pool))
                for e in estimates
            )
            (row,) = (row for row in _city(rows, quantity) if row["survey_from"] == first)
            assert (row["value_from"], row["observed"]) == (before, after)
            assert row["error"] == pytest.approx(row["forecast"] - after)
            assert row["error_fraction"] == pytest.approx(row["forecast"] / after - 1)
            assert row["error_of_change_fraction"] == pytest.approx(
                (row["forecast"] - after) / abs(after - before)
            )
            assert row["inside_interval"] == (row["ci_low"] <= after <= row["ci_high"])


def test_counties_add_up_to_the_city(rows: list[Row]) -> None:
    for quantity in ("growing_stock", "area", "carbon"):
        for column in ("forecast", "observed", "value_from"):
            counties = sum(
                row[column]
                for row in rows
                if row["region_code"] is not None
                and row["quantity"] == quantity
                and row["survey_from"] == 2015
            )
            assert counties == pytest.approx(_city(rows, quantity)[0][column], abs=0.01)


def test_the_change_is_met_within_a_half(rows: list[Row]) -> None:
    """The simulated stands grow by a rule of their own: the sign and the order have to be right."""
    for row in _city(rows):
        assert abs(row["error_of_change_fraction"]) < 0.5


def test_nothing_of_the_later_survey_enters(
    rows: list[Row], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the volumes and other ages in 2020 change what was observed, not the forecast."""
    folder = tmp_path_factory.mktemp("changed")
    db = Path(shutil.copy(city_database(tmp_path_factory).db, folder / "sinkcalc.duckdb"))
    execute(
        db,
        "UPDATE stands SET volume_m3 = volume_m3 / 2, age_years = 1 "
        "WHERE survey = 2020 AND vegetation_class = 'arbor'",
    )

    def refuse(*_: object) -> None:
        raise AssertionError("an active model was asked for")

    monkeypatch.setattr("sinkcalc.pipeline.growth_curves.active_models", refuse)
    changed = succeed("--db", db, *TEST, "2015,2020", *FEW, "--json").rows
    before = [row for row in rows if row["survey_from"] == 2015]
    for column in ("forecast", "ci_low", "ci_high", "value_from"):
        assert [row[column] for row in changed] == [row[column] for row in before]
    assert _city(changed)[0]["observed"] == pytest.approx(_city(before)[0]["observed"] / 2)


def test_without_harvest_more_is_forecast(rows: list[Row], city: Path) -> None:
    done = succeed(
        "--db", city, "--lang", "en", *TEST, "2015,2020", "--scenario", "no_harvest", *FEW, "--json"
    )
    assert _city(done.rows)[0]["forecast"] > _city(rows)[0]["forecast"]
    assert "no harvest is assumed" in done.talk
    assert "felled 0 m3" in done.talk
    assert "nothing is felled in the simulated city" in done.talk


def test_the_table_shows_the_city_and_the_stock_of_the_counties(city: Path) -> None:
    zh = succeed("--db", city, "--lang", "zh", *TEST, "2015,2020", "--draws", 0).text
    assert "【模拟数据】回测 · 情景 as_now:照现在" in zh
    assert zh.count("全市") == 3
    assert zh.count("淳安县") == 1
    en = succeed("--db", city, "--lang", "en", *TEST, "2015,2020", *FEW).text
    assert "[SIMULATED] back-test · scenario as_now: as now" in en
    assert "inside" in en


def test_pairs_may_be_named_in_any_number(city: Path) -> None:
    pairs = (*TEST, "2015,2023", "--back-test", "2015\uff0c2020", "--back-test", "2015,2020")
    done = succeed("--db", city, *pairs, "--draws", 0, "--json").rows
    assert [(row["survey_from"], row["survey_to"]) for row in _city(done)] == [
        (2015, 2023),
        (2015, 2020),
    ]
    assert {row["inside_interval"] for row in done} == {None}


def test_surveys_that_are_not_there(city: Path, tmp_path: Path) -> None:
    done = run("--db", city, "--lang", "en", *TEST, "2015,2021")
    assert done.code == EXIT_FAILED
    assert "survey 2021 is not loaded" in done.talk
    db = tmp_path / "empty.duckdb"
    succeed("--db", db, "init")
    done = run("--db", db, "--lang", "en", *TEST)
    assert done.code == EXIT_FAILED
    assert "needs two surveys of stands of one definition" in done.talk
