"""Targets by forecast: probability, county shares that add up, what closes the gap."""

import csv
import io
import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from command_line import Row, content, execute, query, run, succeed
from scipy.special import ndtr
from simulated_city import city_database

from sinkcalc.errors import EXIT_TARGET_MISSED, EXIT_USAGE

TARGET = Decimal(77_900_000)


@pytest.fixture(scope="module")
def estimated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the simulated city with the runs that `target` needs; not to be changed."""
    db = tmp_path_factory.mktemp("targets") / "sinkcalc.duckdb"
    shutil.copy(city_database(tmp_path_factory).db, db)
    succeed("--db", db, "target", "--json")
    return db


@pytest.fixture
def city(estimated: Path, tmp_path: Path) -> Path:
    """Copy the database, to be changed."""
    return Path(shutil.copy(estimated, tmp_path / "sinkcalc.duckdb"))


def _targets(db: Path, *arguments: object) -> dict[str, Row]:
    rows = succeed("--db", db, "target", *arguments, "--json").rows
    return {row["target_id"].removeprefix("plan-2025."): row for row in rows}


def _shares(db: Path, *arguments: object) -> list[dict[str, str]]:
    """Give the county shares as text, so that decimals stay exact."""
    text = succeed("--db", db, "target", "--allocation", "--csv", *arguments).text
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture(scope="module")
def plan(estimated: Path) -> dict[str, Row]:
    """Give the targets of the plan."""
    return _targets(estimated)


@pytest.fixture(scope="module")
def shares(estimated: Path) -> list[dict[str, str]]:
    """Give the county shares of the plan's target."""
    return _shares(estimated)


def _own(folder: Path, *rows: str) -> Path:
    path = folder / "own.csv"
    head = "target_id,indicator,region_code,unit,target_year,target_value"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def test_the_growing_stock_is_neither_sure_nor_impossible(
    estimated: Path, plan: dict[str, Row]
) -> None:
    row = plan["growing_stock"]
    assert 0 < row["probability"] < 1
    assert row["status_reason"] == "projected_by_forecast"
    assert (row["status"] == "on_track") == (row["projected_value"] >= 77_895_000)
    # the surveys alone say what is needed and what was observed
    assert row["needed_per_year"] == pytest.approx((77.9e6 - row["current_value"]) / 2)
    first, last = (
        query(
            estimated,
            f"SELECT sum(volume_m3)::DOUBLE FROM stands WHERE survey = {year} "
            "AND vegetation_class = 'arbor' AND region_code != 'TEST'",
        )[0][0]
        for year in (2020, 2023)
    )
    assert row["observed_per_year"] == pytest.approx((last - first) / 3)


def test_status_and_probability_agree_or_say_why(estimated: Path, tmp_path: Path) -> None:
    """Of targets from far below to far above the stock, chances fall and none is 0 or 1."""
    rows = [
        f"t{place},growing_stock,,m3,2030,{goal}"
        for place, goal in enumerate(range(60_000_000, 130_000_001, 10_000_000))
    ]
    found = _targets(estimated, "--targets", _own(tmp_path, *rows))
    own = [found[f"t{place}"] for place in range(len(rows))]
    chances = [row["probability"] for row in own]
    assert chances == sorted(chances, reverse=True)
    assert 0 < chances[-1] < 0.01
    assert 0.99 < chances[0] < 1
    for row in own:
        agree = (row["status"] == "on_track") == (row["probability"] >= 0.5)
        assert agree == (row["probability_reason"] == "from_forecast_draws")


def test_wetlands_have_no_probability_and_say_why(plan: dict[str, Row]) -> None:
    assert {plan[name]["probability"] for name in ("wetland_area", "wetland_protection_rate")} == {
        None
    }
    assert plan["wetland_area"]["probability_reason"] == "no_data"


def test_the_shares_add_up_to_the_last_digit(estimated: Path, shares: list[dict[str, str]]) -> None:
    rows = shares
    stock = sum(Decimal(row["growing_stock_m3"]) for row in rows)
    assert sum(Decimal(row["needed_m3"]) for row in rows) == TARGET - stock
    assert sum(Decimal(row["target_m3"]) for row in rows) == TARGET
    assert {(row["survey"], row["simulated"]) for row in rows} == {("2023", "true")}
    stands = query(
        estimated,
        "SELECT region_code, sum(area_ha), sum(volume_m3) FROM stands WHERE survey = 2023 "
        "AND vegetation_class = 'arbor' AND region_code != 'TEST' GROUP BY ALL ORDER BY ALL",
    )
    held = {row["region_code"]: row for row in rows}
    assert "TEST" not in held
    for region, area, volume in stands:
        row = held.pop(region)
        assert (Decimal(row["arbor_area_ha"]), Decimal(row["growing_stock_m3"])) == (area, volume)
    assert {row["needed_m3"] for row in held.values()} <= {"0.0000"}


def test_the_shares_go_by_area_times_potential(shares: list[dict[str, str]]) -> None:
    rows = shares
    weights = [
        max(float(row["arbor_area_ha"]) * float(row["potential_m3_per_ha"]), 0.0) for row in rows
    ]
    need = sum(float(row["needed_m3"]) for row in rows)
    for row, weight in zip(rows, weights, strict=True):
        assert float(row["needed_m3"]) == pytest.approx(need * weight / sum(weights), abs=1e-3)
        assert float(row["share"]) == pytest.approx(weight / sum(weights), abs=1e-9)
        assert float(row["needed_m3_per_year"]) == float(row["needed_m3"]) / 2
        if float(row["needed_m3"]):
            assert row["probability_reason"] != "no_share"
            reached = float(row["forecast_m3"]) >= float(row["target_m3"])
            assert row["progress"] == ("on_track" if reached else "behind")
            assert 0 < float(row["probability"]) < 1


def _forecast(db: Path, *arguments: object) -> list[Row]:
    rows = succeed("--db", db, "forecast", "--to", 2025, *arguments, "--json").rows
    return [row for row in rows if row["year"] == 2025]


def test_the_potential_is_that_without_felling(city: Path, shares: list[dict[str, str]]) -> None:
    """Beside the forecast of that scenario by the command that stores forecasts."""
    rows = _forecast(city, "--scenario", "no_harvest", "--by", "region", "--draws", 100)
    ahead = {row["region_code"]: row["value"] for row in rows if row["quantity"] == "growing_stock"}
    for row in shares:
        added = ahead.get(row["region_code"], 0.0) - float(row["growing_stock_m3"])
        area = float(row["arbor_area_ha"])
        potential = added / area if area else 0.0
        assert float(row["potential_m3_per_ha"]) == pytest.approx(potential, abs=1e-6)


def test_the_forecast_is_that_of_the_command(city: Path, plan: dict[str, Row]) -> None:
    """And the probability is near that of a normal with the standard error of its draws.

    Growth is drawn skewed, a share of 1 000 draws has a standard error of 0.016.
    """
    rows = {(row["quantity"], row["pool"]): row for row in _forecast(city)}
    for indicator, least in (("growing_stock", 77_895_000), ("forest_cover", 0.66845)):
        row, ahead = plan[indicator], rows[indicator, None]
        assert row["projected_value"] == pytest.approx(ahead["value"], rel=1e-6)
        normal = ndtr((ahead["value"] - least) / ahead["se"])
        assert row["probability"] == pytest.approx(normal, abs=0.06)


def test_a_county_has_targets_of_its_own(
    estimated: Path, tmp_path: Path, shares: list[dict[str, str]]
) -> None:
    """Its share of the city's need as a target gives the same forecast and probability."""
    share = next(row for row in shares if row["region_code"] == "330127")
    path = _own(tmp_path, f"mine,growing_stock,330127,m3,2025,{share['target_m3']}")
    row = _targets(estimated, "--targets", path)["mine"]
    assert row["projected_value"] == pytest.approx(float(share["forecast_m3"]), rel=1e-12)
    assert row["probability"] == pytest.approx(float(share["probability"]), abs=0.02)


@pytest.mark.parametrize("format_", [("--json",), ("-o", "rows.json"), ("--allocation", "--json")])
def test_the_exit_code_comes_after_the_rows(
    estimated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format_: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    path = _own(tmp_path, "far,growing_stock,,m3,2025,120000000")
    command = ("--db", estimated, "target", "--targets", path, "--fail-below-target")
    outcome = run(*command, *format_)
    assert outcome.code == EXIT_TARGET_MISSED
    written = Path("rows.json")
    rows = json.loads(written.read_text(encoding="utf-8")) if written.exists() else outcome.rows
    assert all("probability" in row for row in rows)
    far = next(row for row in rows if row["target_id"] == "far")
    assert far.get("status", far.get("progress")) == "behind"


def test_what_closes_the_gap_is_said(
    estimated: Path, tmp_path: Path, shares: list[dict[str, str]]
) -> None:
    """S/(15 A) m3 a mu and S/(V/A) ha, from what the listings print."""
    path = _own(tmp_path, "far,growing_stock,,m3,2025,90000000")
    command = ("target", "--targets", path, "--json")
    english = succeed("--db", estimated, "--lang", "en", *command)
    row = next(row for row in english.rows if row["target_id"] == "far")
    short = 90e6 - row["projected_value"]
    area = sum(float(one["arbor_area_ha"]) for one in shares)
    for outcome in (english, succeed("--db", estimated, "--lang", "zh", *command)):
        line = next(part for part in outcome.talk.splitlines() if part.startswith("far"))
        for figure in (
            f"{short:,.0f}",
            f"{short / 15 / area:.3f}",
            f"{short * area / row['current_value']:,.0f} ha",
            f"{row['current_value'] / area:.1f} m",
        ):
            assert figure in line
        assert "as_now" in outcome.talk


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_shares_as_a_table(estimated: Path, lang: str) -> None:
    shown = succeed("--db", estimated, "--lang", lang, "target", "--allocation")
    assert shown.text.startswith("【模拟数据】" if lang == "zh" else "[SIMULATED]")
    assert "淳安县" in shown.text
    assert "no_harvest" in shown.talk


def test_a_target_that_is_reached_is_not_divided(estimated: Path, tmp_path: Path) -> None:
    path = _own(
        tmp_path,
        "plan-2025.growing_stock,growing_stock,,m3,2025,70000000",
        "old,growing_stock,,m3,2022,120000000",
    )
    command = ("--db", estimated, "--lang", "en", "target", "--allocation", "--targets", path)
    outcome = succeed(*command)
    assert outcome.text == ""
    assert "has reached the target of 2025 already" in outcome.talk
    assert "settled by the survey of 2023" in outcome.talk


def test_the_same_question_has_the_same_answer_and_stores_it_once(city: Path) -> None:
    """Both listings are stored once; nothing else of the database changes."""
    before = content(city)
    for listing in (("--json",), ("--allocation", "--json")):
        command = ("--db", city, "target", "--draws", 100, *listing)
        assert succeed(*command).data == succeed(*command).data
    after = content(city)
    stored = ("results", "targets", "target_shares")
    assert len(after["results"]) == len(before["results"]) + 2
    for name in before.keys() - set(stored):
        assert after[name] == before[name], name


def test_another_seed_moves_the_probability_alone(estimated: Path, plan: dict[str, Row]) -> None:
    """By what chance does: the standard error of a share of 1 000 draws is at most 0.016."""
    row, other = plan["growing_stock"], _targets(estimated, "--seed", 1)["growing_stock"]
    assert 0 < abs(row["probability"] - other["probability"]) < 5 * 0.016 * 2**0.5
    assert row["projected_value"] == other["projected_value"]


def test_scenarios_differ(estimated: Path, plan: dict[str, Row]) -> None:
    now = plan["growing_stock"]
    unfelled = _targets(estimated, "--scenario", "no_harvest")["growing_stock"]
    assert unfelled["projected_value"] > now["projected_value"]
    assert unfelled["probability"] >= now["probability"]


def test_without_ages_the_last_two_surveys_are_carried_on(city: Path) -> None:
    execute(city, "UPDATE stands SET age_years = NULL, age_group = NULL")
    outcome = succeed("--db", city, "--lang", "en", "target", "--json")
    row = outcome.rows[0]
    assert row["status_reason"] == "projected_from_last_two_surveys"
    assert row["probability_reason"] == "from_trend_error"
    assert 0 < row["probability"] < 1
    assert outcome.talk.count("no forecast, so the last two surveys are carried on:") == 1
    early = succeed("--db", city, "target", "--as-of", 2015, "--json").rows[0]
    assert (early["probability"], early["probability_reason"]) == (None, "one_survey_no_forecast")
    refused = run("--db", city, "--lang", "en", "target", "--allocation")
    assert refused.code == 1
    assert refused.data == b""


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "no forecast, so the one survey is held against the line from baseline to target: "),
        ("zh", "不能预测,只有一次调查,改与基期到目标的直线比较:"),
    ],
)
def test_one_survey_without_ages_is_held_against_the_line(city: Path, lang: str, said: str) -> None:
    execute(city, "UPDATE stands SET age_years = NULL, age_group = NULL")
    execute(city, "DELETE FROM stands WHERE survey != 2023")
    execute(city, "DELETE FROM surveys WHERE survey != 2023")
    outcome = succeed("--db", city, "--lang", lang, "target", "--json")
    assert outcome.rows[0]["status_reason"] == "line_from_baseline_to_target"
    assert said in outcome.talk
    assert "carried on" not in outcome.talk
    assert "最近两次" not in outcome.talk


@pytest.mark.parametrize("given", ["淳安县", "330127", "Chun'an"])
def test_a_region_goes_by_code_or_name(estimated: Path, tmp_path: Path, given: str) -> None:
    own = _own(tmp_path, f"ca,growing_stock,{given},m3,2030,9000000")
    assert _targets(estimated, "--targets", own)["ca"]["region_code"] == "330127"


@pytest.mark.parametrize(
    ("given", "said"),
    [("淳安", "淳安县"), ("999999", "330100"), ("330104", "330114"), ("TEST", "杭州市")],
)
def test_an_unknown_region_is_refused(
    estimated: Path, tmp_path: Path, given: str, said: str
) -> None:
    """So is 江干区, abolished in 2021: its target is not that of what 上城区 is now."""
    own = _own(tmp_path, f"ca,growing_stock,{given},m3,2030,9000000")
    for lang in ("zh", "en"):
        outcome = run("--db", estimated, "--lang", lang, "target", "--targets", own)
        assert outcome.code == EXIT_USAGE
        assert given in outcome.talk
        assert said in outcome.talk


def test_headings_name_the_county_and_the_note_every_year(estimated: Path, tmp_path: Path) -> None:
    own = _own(
        tmp_path,
        "ca,growing_stock,330127,m3,2025,20000000",
        "tl,growing_stock,330122,m3,2035,9000000",
    )
    asked = ("target", "--targets", own)
    english = succeed("--db", estimated, "--lang", "en", *asked)
    chinese = succeed("--db", estimated, "--lang", "zh", *asked)
    squeezed = "".join(english.text.split()), "".join(chinese.text.split())
    assert ["Chun'an" in squeezed[0], "Tonglu" in squeezed[0]] == [True, True]
    assert ["淳安县" in squeezed[1], "桐庐县" in squeezed[1]] == [True, True]
    assert "targets of 2025 and 2035 are settled, each by a survey of its own year" in english.talk
    assert "2025、2035 年的目标要等各自目标年或以后" in chinese.talk


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--scenario", "nonsense"), "nonsense"),
        (("--allocation", "--published"), "one at a time"),
        (("--allocation", "--by", "region"), "--protection"),
        (("--draws", "5"), "100<=x"),
        (("--published", "--seed", "1"), "--published and --protection"),
    ],
)
def test_what_cannot_be_asked_is_said(
    estimated: Path, arguments: tuple[str, ...], said: str
) -> None:
    outcome = run("--db", estimated, "--lang", "en", "target", *arguments)
    assert outcome.code == EXIT_USAGE
    assert said in outcome.talk


@pytest.mark.parametrize("more", [(), ("--allocation",)])
def test_a_county_without_stands_is_named(estimated: Path, city: Path, more: tuple) -> None:
    """A survey that lacks the largest county looks as if the city had missed its target."""
    for lang, said in (("zh", "没有以下县的小班"), ("en", "holds no stands of")):
        assert said not in succeed("--db", estimated, "--lang", lang, "target", *more).talk
    execute(city, "DELETE FROM stands WHERE survey = 2023 AND region_code = '330127'")
    talk = succeed("--db", city, "--lang", "zh", "target", *more).talk
    assert "2023 年的调查没有以下县的小班:淳安县。" in talk
    english = succeed("--db", city, "--lang", "en", "target", *more).talk
    assert "survey 2023 holds no stands of Chun'an: they count as 0" in english
