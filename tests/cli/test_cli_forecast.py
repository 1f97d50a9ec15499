"""The forecast by the command line: beside the estimate it starts from, and by itself."""

import os
import shutil
import subprocess
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from command_line import Outcome, Row, execute, query, run, succeed
from simulated_city import city_database

from sinkcalc.accounting import forecast_run
from sinkcalc.accounting.yearly_growth import grow
from sinkcalc.pipeline.growth_curves import growth_curves
from sinkcalc.store.connection import reading

Key = tuple[str | None, ...]
LINEAR = ("cbef-zhejiang", "fang-2001", "ccer-d-bef", "ipcc-2006")
KEYS = ("region_code", "species_group", "origin")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the simulated city, which forecasts are stored in."""
    made = city_database(tmp_path_factory).db
    return Path(shutil.copy(made, tmp_path_factory.mktemp("forecasts") / "city.duckdb"))


@pytest.fixture(scope="module")
def ahead(city: Path) -> list[Row]:
    """Seven years of the city, as now."""
    return _forecast(city, "--to", 2030).rows


def _forecast(city: Path, *words: object) -> Outcome:
    return succeed("--db", city, "--lang", "en", "forecast", *words, "--json")


def _scenario(folder: Path, *measures: str) -> Path:
    path = folder / "mine.toml"
    head = '[scenario]\nname = "mine"\n'
    path.write_text(head + "".join(measures), encoding="utf-8")
    return path


PLANTING = '[measures.planting]\nkind = "afforestation"\narea_ha_per_year = '


def _of(rows: list[Row], quantity: str, pool: str | None = None) -> dict[int, Row]:
    return {r["year"]: r for r in rows if (r["quantity"], r["pool"]) == (quantity, pool)}


@pytest.mark.parametrize("method", LINEAR)
@pytest.mark.parametrize("by", ["", "region,species_group,origin"])
def test_the_first_year_is_the_estimate(city: Path, method: str, by: str) -> None:
    """Area, growing stock and carbon to the last digit that is stored."""
    survey = ("--survey", 2020, "--method", method, "--by", by)
    rows = _forecast(city, "--to", 2021, *survey, "--draws", 0).rows
    estimated = succeed("--db", city, "estimate", *survey, "--json").rows

    def figures(rows: list[Row]) -> dict[Key, float]:
        return {
            (*(row[key] for key in KEYS), row["quantity"], row["pool"]): row["value"]
            for row in rows
            if row["quantity"] in ("area", "growing_stock")
            or (row["quantity"] == "carbon" and row["pool"] in ("vegetation", "total"))
        }

    first = figures([row for row in rows if row["year"] == 2020])
    wanted = figures(estimated)
    assert {key: value for key, value in first.items() if value} == {
        key: value for key, value in wanted.items() if value
    }


def test_the_first_year_has_the_errors_of_the_estimate(city: Path, ahead: list[Row]) -> None:
    """1000 draws of mean 0 and variance 1: the standard errors agree to a thousandth."""
    estimated = succeed("--db", city, "estimate", "--survey", 2023, "--json").rows
    errors = {(r["quantity"], r["pool"]): r["se"] for r in estimated}
    for quantity, pool in (
        ("area", None),
        ("growing_stock", None),
        ("carbon", "vegetation"),
        ("carbon", "total"),
    ):
        assert _of(ahead, quantity, pool)[2023]["se"] == pytest.approx(
            errors[quantity, pool], rel=2e-3
        )


def test_the_flows_are_those_of_the_simulation(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Growth is written as stock change + felled + lost: it is what the cohorts grew by.

    The cohorts grow in one place; what it adds is summed beside the forecast. Felled and lost
    are rounded to 1e-4 m3 by lane, of which there are hundreds.
    """
    grown: list[float] = []

    def growing(rows: object, step: object, area: np.ndarray, volume: np.ndarray) -> None:
        before = volume.sum()
        grow(rows, step, area, volume)  # type: ignore[arg-type]
        grown.append(volume.sum() - before)

    monkeypatch.setattr(forecast_run, "grow", growing)
    rows = _forecast(city, "--to", 2030, "--draws", 0).rows
    stock, growth, felled, lost = (
        _of(rows, name) for name in ("growing_stock", "growth", "felled", "lost")
    )
    assert sorted(stock) == list(range(2023, 2031))
    assert [growth[year]["value"] for year in range(2024, 2031)] == [
        pytest.approx(value, abs=0.5) for value in grown
    ]
    for year in range(2024, 2031):
        flows = (growth[year], felled[year], lost[year])
        assert all(row["value"] > 0 for row in flows)


def test_net_removal_is_the_change_of_vegetation_carbon(ahead: list[Row]) -> None:
    carbon = _of(ahead, "carbon", "vegetation")
    removal = _of(ahead, "net_removal", "vegetation")
    assert sorted(removal) == list(range(2024, 2031))
    for year, row in removal.items():
        change = carbon[year]["value"] - carbon[year - 1]["value"]
        assert row["value"] == pytest.approx(change * 44 / 12, abs=1e-3)


def test_forest_cover_is_area_over_land(city: Path, ahead: list[Row]) -> None:
    ((land,),) = query(city, "SELECT land_area_ha FROM surveys WHERE survey = 2023")
    area = _of(ahead, "area")
    for year, row in _of(ahead, "forest_cover").items():
        assert row["value"] == pytest.approx(area[year]["value"] / float(land), abs=1e-6)


@pytest.mark.parametrize(("quantity", "pool"), [("growing_stock", None), ("carbon", "vegetation")])
def test_intervals_widen_and_hold_the_value(
    ahead: list[Row], quantity: str, pool: str | None
) -> None:
    rows = _of(ahead, quantity, pool)
    widths = [rows[year]["ci_high"] - rows[year]["ci_low"] for year in sorted(rows)]
    assert widths == sorted(widths)
    assert all(row["ci_low"] < row["value"] < row["ci_high"] for row in rows.values())


def test_groups_add_up_to_the_city(city: Path) -> None:
    """Every cell is rounded once: sums over any keys agree to the last digit."""
    words = ("--to", 2026, "--draws", 0, "--by")
    sums = []
    for by in ("", "region", "region,species_group,origin"):
        total: defaultdict[Key, Decimal] = defaultdict(Decimal)
        for row in _forecast(city, *words, by).rows:
            if row["quantity"] not in ("forest_cover", "net_removal"):
                total[row["quantity"], row["pool"], row["year"]] += Decimal(str(row["value"]))
        sums.append(total)
    assert sums[0] == sums[1] == sums[2]


def test_same_seed_same_bytes_and_a_forecast_is_stored_once(city: Path) -> None:
    words = ("--to", 2026, "--draws", 200, "--by", "region", "--seed")
    first, second, other = (_forecast(city, *words, seed) for seed in (7, 7, 8))
    assert first.data == second.data
    assert first.data != other.data
    ids = {row["forecast_id"] for row in first.rows}
    (one,) = ids
    assert query(city, f"SELECT count(*) FROM forecast_runs WHERE forecast_id = '{one}'") == [(1,)]
    kept = query(city, f"SELECT count(*) FROM forecasts WHERE forecast_id = '{one}'")
    assert kept == [(len(first.rows),)]
    values = [(row["quantity"], row["year"], row["value"]) for row in first.rows]
    assert values == [(row["quantity"], row["year"], row["value"]) for row in other.rows]


def test_what_a_forecast_rests_on_is_stored(city: Path, ahead: list[Row]) -> None:
    one = ahead[0]["forecast_id"]
    stored = query(
        city,
        "SELECT parameter_id, value, unit, status, evidence, source_id, locator "
        f"FROM forecast_parameters WHERE forecast_id = '{one}'",
    )
    names = {name for name, *_ in stored}
    assert "forecast-rules.curve-floor" in names
    assert "scenario.as_now.growth_relative_se" in names
    curves = {row[0]: row[1:] for row in stored if row[0].startswith("growth.")}
    asymptotes = [row for name, row in curves.items() if name.endswith(".a")]
    assert min(value for value, *_ in asymptotes) > 0
    assert {unit for _, unit, *_ in asymptotes} == {"m3/ha"}
    for name, (_, unit, *marks, locator) in curves.items():
        assert marks == ["calibrated", "computed", "SURVEY 2023"]
        assert locator.startswith("stands_over_age: ")
        assert ", n = " in locator
        if "logistic V = a/(1 + b exp(−c A))" in locator:
            units = {"a": "m3/ha", "b": "1", "c": "1/yr"}
            symbols = name.rsplit(".", 1)[1].removeprefix("cov(").removesuffix(")").split(",")
            assert unit == " · ".join(units[symbol] for symbol in symbols)


def test_active_curves_name_their_samples_and_new_forest_grows(city: Path, tmp_path: Path) -> None:
    """Curves of the same stands at two surveys have a volume at age 0, planted forest has none.

    100 000 ha of 20 years: between 20 and 200 m3/ha. Of all forest that is felled in 2024, by
    then at least 20 m3/ha, and 0 in the year of the felling but for what has no arbor forest.
    """
    db = Path(shutil.copy(city, tmp_path / "active.duckdb"))
    same = ("--survey", 2020, "--from", 2015)
    fitted = succeed("--db", db, "--lang", "en", "calibrate", "growth", *same)
    model = fitted.talk.split("stored as ")[1].split()[0]
    succeed("--db", db, "calibrate", "activate", model)
    years = "first_year = 2024\nlast_year = 2024\n"
    felling = '[measures.cut]\nkind = "felling"\narea_fraction_per_year = 1\nvolume_fraction = 1\n'

    def stock(*measures: str) -> dict[int, Row]:
        path = _scenario(tmp_path, *measures)
        rows = _forecast(db, "--to", 2044, "--draws", 0, "--scenario", path).rows
        return _of(rows, "growing_stock")

    still, planted = stock(), stock(f"{PLANTING}100000\n{years}")
    added = planted[2044]["value"] - still[2044]["value"]
    assert 2e6 < added < 2e7
    felled = stock(felling + years)
    assert felled[2024]["value"] == 0
    assert felled[2044]["value"] > 1e7
    marks = query(
        db,
        "SELECT DISTINCT source_id, split_part(locator, '.', 1) FROM forecast_parameters "
        "WHERE parameter_id LIKE 'growth.%' AND forecast_id = "
        f"'{felled[2044]['forecast_id']}'",
    )
    assert marks == [("SAMPLE [SIMULATED] stands 2015-2020", model)]


def test_planting_ends_where_all_land_is_forest(city: Path, tmp_path: Path) -> None:
    path = _scenario(tmp_path, f"{PLANTING}99999999\nrelative_se = 0.5\n")
    words = ("forecast", "--to", 2025, "--draws", 200, "--scenario", path)
    done = succeed("--db", city, "--lang", "en", *words, "--json")
    cover = _of(done.rows, "forest_cover")
    assert cover[2025]["value"] == 1
    assert max(row["ci_high"] for row in cover.values()) <= 1
    said = "measure planting: from 2024 on there is not enough land without forest for it in 2"
    assert said in done.talk
    zh = succeed("--db", city, "--lang", "zh", *words)
    assert "措施 planting:自 2024 年起有 2 年非林地不足" in zh.talk
    assert "not known" not in done.talk


def test_planting_on_land_of_unknown_area_warns(city: Path, tmp_path: Path) -> None:
    db = Path(shutil.copy(city, tmp_path / "unknown.duckdb"))
    execute(db, "UPDATE surveys SET land_area_ha = NULL, land_area_parameter_id = NULL")
    words = ("forecast", "--to", 2024, "--draws", 0)
    done = succeed("--db", db, "--lang", "en", *words, "--json")
    assert "the land area of survey 2023 is not known" in done.talk
    assert not _of(done.rows, "forest_cover")
    zh = succeed("--db", db, "--lang", "zh", *words)
    assert "土地面积不详" in zh.talk


def test_without_draws_there_is_no_interval_and_a_reason(city: Path) -> None:
    for row in _forecast(city, "--to", 2024, "--draws", 0).rows:
        assert row["se"] is None
        assert row["se_reason"] == "no draws were asked for"


def test_some_years_can_be_asked_for(city: Path) -> None:
    rows = _forecast(city, "--to", 2030, "--draws", 0, "--every", 3).rows
    assert sorted(_of(rows, "growing_stock")) == [2023, 2026, 2029, 2030]


def test_the_table_is_narrow_and_says_what_is_assumed(city: Path) -> None:
    outcome = succeed("--db", city, "--lang", "en", "forecast", "--to", 2061, "--draws", 100)
    assert max(len(line) for line in outcome.text.splitlines()) < 100
    assert "SIMULATED" in outcome.text
    assert "scenario as_now" in outcome.text
    for words in (
        "beyond 2060",
        "starts from survey 2023",
        "past thinning",
        "No change of climate",
        "move with area only",
        "100 draws",
    ):
        assert words in outcome.talk
    chinese = succeed("--db", city, "--lang", "zh", "forecast", "--to", 2025, "--draws", 0)
    assert "起始调查 2023" in chinese.talk
    assert "growing_stock" not in chinese.text


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--to", 2023), "after the survey 2023"),
        (("--to", 2101), "2100 at the latest"),
        (("--to", 2030, "--method", "yuan-2009"), "cannot be applied to cohorts"),
        (("--to", 2030, "--by", "age_group"), "--by does not know age_group"),
        (("--to", 2030, "--survey", 2019), "2019 is not loaded"),
        (("--to", 2030, "--draws", 50), "100"),
    ],
)
def test_what_cannot_be_forecast_is_refused(city: Path, words: tuple, part: str) -> None:
    outcome = run("--db", city, "--lang", "en", "forecast", *words)
    assert outcome.code in (1, 2)
    assert outcome.data == b""
    assert part in outcome.talk
    assert "extrapolated" not in outcome.talk


def test_every_row_is_marked(ahead: list[Row]) -> None:
    for row in ahead:
        assert row["scenario"] == "as_now"
        assert row["simulated"] is True
        assert 0 <= row["share_curve_fallback"] <= 1
        assert 0 <= row["share_extrapolated"] <= 1


WITH_THREADS = """
import sys
from sinkcalc.cli.main import cli
import polars
print(polars.thread_pool_size(), file=sys.stderr)
words = "forecast --to 2030 --by region --draws 100 --json"
cli.main(["--db", sys.argv[1], "--quiet", *words.split()], standalone_mode=False)
"""


def test_threads_change_no_byte(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """With one thread and with two, a forecast prints the same, errors and intervals too."""
    printed = set()
    for threads in ("1", "2"):
        made = city_database(tmp_path_factory).db
        db = shutil.copy(made, tmp_path / f"{threads}.duckdb")
        done = subprocess.run(
            [sys.executable, "-c", WITH_THREADS, str(db)],
            env={**os.environ, "POLARS_MAX_THREADS": threads},
            capture_output=True,
            check=True,
        )
        assert done.stderr.split() == [threads.encode()]
        printed.add(done.stdout)
    assert len(printed) == 1


def test_what_was_not_read_in_a_source_is_named_and_stored(city: Path) -> None:
    """The floor and the bound of growth, the error of the volumes, limits of age groups."""
    done = succeed("--db", city, "--lang", "en", "forecast", "--to", 2024, "--json")
    (line,) = (line for line in done.talk.splitlines() if line.startswith("assumed, or from"))
    for said in ("curve_floor = 10 m3/ha", "most_stocking = 2", "5.9% (GBT26424)", "LYT2908"):
        assert said in line
    stored = {
        name: (value, evidence)
        for name, value, evidence in query(
            city,
            "SELECT parameter_id, value, evidence FROM forecast_parameters "
            f"WHERE forecast_id = '{done.rows[0]['forecast_id']}'",
        )
    }
    assert stored["assumed-error.volume"] == (pytest.approx(0.059), "recalled")
    assert stored["age-groups.chinese_fir.planted.young_max"] == (10, "read")
    # limits of forest that the city does not have are not what the forecast rests on
    ages = {name.split(".")[1] for name in stored if name.startswith("age-groups.")}
    there = query(city, "SELECT DISTINCT species::VARCHAR FROM stands WHERE species IS NOT NULL")
    assert ages <= {name for (name,) in there}


def test_the_covariance_of_a_curve_can_be_put_together_again(city: Path) -> None:
    """Errors of the coefficients and what two of them share, of every curve that serves."""
    done = succeed("--db", city, "forecast", "--to", 2024, "--json")
    rows = query(
        city,
        "SELECT parameter_id, value, se FROM forecast_parameters "
        f"WHERE forecast_id = '{done.rows[0]['forecast_id']}' AND parameter_id LIKE 'growth.%'",
    )
    stored = {name: (value, se) for name, value, se in rows}
    with reading(city) as con:
        models = growth_curves(con, 2023).models
    curves = {name.rpartition(".")[0].removeprefix("growth.") for name in stored}
    assert len(curves) > 3
    for curve in curves:
        model = models["" if curve == "all" else curve]
        for i, one in enumerate(model.symbols):
            assert stored[f"growth.{curve}.{one}"][1] ** 2 == pytest.approx(model.covariance[i][i])
            for j, two in enumerate(model.symbols[i + 1 :], i + 1):
                shared = stored[f"growth.{curve}.cov({one},{two})"][0]
                assert shared == model.covariance[i][j] != 0
