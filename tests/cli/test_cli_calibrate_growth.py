"""Growth curves on the command line."""

import re
from pathlib import Path

import polars as pl
import pytest
from command_line import run, succeed
from made_growth_city import SURVEYS, city, fill

from sinkcalc.pipeline.growth_curves import growth_curves
from sinkcalc.store.connection import reading, writing

EARLY, LATE = map(str, SURVEYS)
SOURCES = {
    "stands": ("--survey", LATE),
    "stands twice": ("--survey", LATE, "--from", EARLY),
    "plots": ("--plots", f"{EARLY},{LATE}"),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("growth") / "city.duckdb"
    fill(path, city())
    return path


@pytest.fixture
def database(made: Path, tmp_path: Path) -> Path:
    path = tmp_path / "sinkcalc.duckdb"
    path.write_bytes(made.read_bytes())
    return path


def growth(database: Path, *arguments: object, lang: str = "en") -> tuple[object, ...]:
    return ("--db", database, "--lang", lang, "calibrate", "growth", *arguments)


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_gives_the_curves_that_stands_grew_by(database: Path, source: str) -> None:
    """Fir grows by V = 250 exp(-22/A), pine by V = 220/(1 + 25 exp(-0.09 A))."""
    forms = ("--forms", "schumacher,logistic")
    done = succeed(*growth(database, *SOURCES[source], *forms, "--json"))
    by = {(row["sample_group"], row["form"]): row for row in done.rows}
    fir, pine = by["chinese_fir.planted", "schumacher"], by["masson_pine.natural", "logistic"]
    assert abs(fir["b"] - 22) < 4 * fir["b_se"]
    assert abs(pine["c"] - 0.09) < 4 * pine["c_se"]
    assert pine["chosen"]
    assert "[SIMULATED]" not in done.text
    assert "oaks · natural" in done.talk
    said = {"stands": "space for time", "stands twice": "same stands", "plots": "same plots"}
    assert said[source] in done.talk


def test_curves_are_stored_activated_and_used(database: Path) -> None:
    done = succeed(*growth(database, "--survey", LATE, "--from", EARLY))
    assert "[SIMULATED] stands" in done.text
    listed = succeed("--db", database, "calibrate", "list", "--kind", "growth", "--json").rows
    groups = {row["sample_group"] for row in listed}
    assert groups == {"", ".natural", ".planted", "chinese_fir.planted", "masson_pine.natural"}
    identity = listed[0]["calibration_id"]
    with reading(database) as con:
        before = growth_curves(con, SURVEYS[1])
    assert before.basis == "stands_over_age"
    assert before.ids == {}
    done = succeed("--db", database, "--lang", "en", "calibrate", "activate", identity)
    assert "growth curves serve forecast" in done.talk
    assert "every species without a model" not in done.talk
    with reading(database) as con:
        after = growth_curves(con, SURVEYS[1])
    assert after.basis == "active_models"
    assert set(after.ids) == groups
    assert after.models["chinese_fir.planted"] != before.models["chinese_fir.planted"]
    # one curve alone leaves the others to the stands of the survey
    succeed("--db", database, "calibrate", "deactivate", identity)
    fir = next(row for row in listed if row["sample_group"] == "chinese_fir.planted")["model_id"]
    succeed("--db", database, "calibrate", "activate", fir)
    with reading(database) as con:
        mixed = growth_curves(con, SURVEYS[1])
    assert mixed.basis == "active_and_stands_over_age"
    assert mixed.ids == {"chinese_fir.planted": fir}
    assert mixed.models[""] == before.models[""]
    assert mixed.models["chinese_fir.planted"] == after.models["chinese_fir.planted"]
    shown = succeed(
        "--db", database, "--lang", "en", "calibrate", "show", f"{identity}.1", "--json"
    )
    assert next(row["unit"] for row in shown.rows) == "m3/ha"
    assert "V = " in shown.talk
    candidates = ("calibrate", "show", identity, "--candidates", "--json")
    assert {row["form"] for row in succeed("--db", database, *candidates).rows} >= {"logistic"}
    succeed("--db", database, "calibrate", "deactivate", identity)
    with reading(database) as con:
        assert growth_curves(con, SURVEYS[1]) == before


def test_refused_candidates_are_marked_and_have_no_coefficients(database: Path) -> None:
    asked = growth(database, "--survey", LATE)
    rows = succeed(*asked, "--json", "--dry-run").rows
    refused = [row for row in rows if row["refused"]]
    assert refused
    # a file keeps what was fitted
    assert all(row["a"] is not None for row in refused)
    done = succeed(*asked)
    lines = done.text.splitlines()
    marked = [line for line in lines[1:] if line.rstrip().endswith("×")]
    chosen = [line for line in lines[1:] if line.rstrip().endswith("●")]
    assert (len(marked), len(chosen)) == (len(refused), sum(row["chosen"] for row in rows))
    assert "● chosen · × refused" in lines[0]
    # a and b
    assert all(len(re.findall(r"  –  ", line)) >= 2 for line in marked)
    listed = succeed("--db", database, "calibrate", "list", "--kind", "growth", "--json").rows
    shown = ("calibrate", "show", listed[0]["calibration_id"], "--candidates")
    text = succeed("--db", database, *shown).text
    assert sum(line.rstrip().endswith("×") for line in text.splitlines()) == len(refused)


def test_the_same_stands_give_the_same_bytes(database: Path) -> None:
    first, again = (succeed(*growth(database, "--survey", LATE, "--csv")) for _ in range(2))
    assert first.data == again.data


def test_a_file_gives_what_the_database_gives(database: Path, tmp_path: Path) -> None:
    frame = city()
    table = frame.select(
        (pl.col("age") + 5).alias("年龄"),
        # as the database keeps them
        ((pl.col("w") * pl.col("area")).round(4) / pl.col("area")).alias("每公顷蓄积"),
        pl.col("species").alias("树种"),
        pl.col("origin").replace({"planted": "人工", "natural": "天然"}).alias("起源"),
        pl.col("region_code").alias("县"),
        pl.col("area").alias("面积"),
    )
    path = tmp_path / "林分.csv"
    table.write_csv(path)
    options = ("--json", "--dry-run")
    ours = succeed(*growth(database, path, *options)).rows
    theirs = succeed(*growth(database, "--survey", LATE, *options)).rows
    assert [(r["sample_group"], r["form"], r["chosen"]) for r in ours] == [
        (r["sample_group"], r["form"], r["chosen"]) for r in theirs
    ]
    for one, other in zip(ours, theirs, strict=True):
        if not one["refused"]:
            assert one["a"] == pytest.approx(other["a"], rel=1e-4)
    strange = table.with_columns(pl.lit("wild").alias("起源"))
    strange.write_csv(path)
    done = run(*growth(database, path, *options))
    assert done.code == 2
    assert "wild" in done.talk


def test_a_file_needs_neither_species_nor_origin(database: Path, tmp_path: Path) -> None:
    """Age and volume alone give the curve of all stands, whether columns are absent or unused."""
    frame = city()
    table = frame.select(
        (pl.col("age") + 5).alias("age"),
        pl.col("w").alias("volume_m3_per_ha"),
        pl.col("region_code").alias("site"),
    )
    path, whole = tmp_path / "bare.csv", tmp_path / "whole.csv"
    table.write_csv(path)
    frame.select("species", "origin", *table.get_columns()).write_csv(whole)
    options = ("--json", "--dry-run")
    bare = succeed(*growth(database, path, *options)).rows
    unused = succeed(*growth(database, whole, "--group", "-", "--origin", "-", *options)).rows
    assert {row["sample_group"] for row in bare} == {""}
    assert any(row["chosen"] for row in bare)
    assert [row["a"] for row in bare] == [row["a"] for row in unused]


def test_report_and_figure_are_written(database: Path, tmp_path: Path) -> None:
    page, figure = tmp_path / "growth.html", tmp_path / "growth.png"
    for lang in ("zh", "en"):
        succeed(
            *growth(
                database,
                "--survey",
                LATE,
                "--report",
                page,
                "--plot",
                figure,
                "--dry-run",
                lang=lang,
            )
        )
        text = page.read_text(encoding="utf-8")
        assert "<svg" in text
        assert ("每公顷蓄积" if lang == "zh" else "growing stock") in text
    assert figure.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--survey", "1999"), "1999"),
        (("--survey", LATE, "--from", "1999"), "1999"),
        (("--plots", f"1999,{LATE}"), "1999"),
    ],
)
def test_a_survey_that_is_not_loaded(database: Path, arguments: tuple[str, ...], said: str) -> None:
    """The same fault has the same exit code in `estimate`."""
    done = run(*growth(database, *arguments))
    assert done.code == run("--db", database, "estimate", "--survey", 1999).code == 1
    assert said in done.talk


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "one source"),
        (("--from", EARLY), "one source"),
        (("--survey", LATE, "--plots", f"{EARLY},{LATE}"), "one source"),
        (("--plots", EARLY), "two years"),
        (("--plots", f"{LATE},{EARLY}"), "earlier"),
        (("--survey", EARLY, "--from", LATE), "earlier"),
        (("--survey", LATE, "--forms", "linear"), "linear"),
    ],
)
def test_what_cannot_be_is_refused(database: Path, arguments: tuple[str, ...], said: str) -> None:
    done = run(*growth(database, *arguments))
    assert done.code == 2
    assert said in done.talk


def test_young_stands_give_no_curve_and_store_nothing(tmp_path: Path) -> None:
    path = tmp_path / "young.duckdb"
    fill(path, city(growing=18))
    done = run(*growth(path, "--survey", LATE))
    assert done.code == 1
    assert "no curve" in done.talk
    assert not succeed("--db", path, "calibrate", "list", "--json").rows
    with reading(path) as con, pytest.raises(Exception, match="no growth curve"):
        growth_curves(con, SURVEYS[1])


def test_an_estimate_does_not_know_growth_curves(database: Path) -> None:
    """Active curves are no volume-biomass models: the method calibrated still has none."""
    succeed(*growth(database, "--survey", LATE))
    (identity, *_) = {
        row["calibration_id"]
        for row in succeed("--db", database, "calibrate", "list", "--json").rows
    }
    with writing(database) as con:
        con.execute("UPDATE models SET active = true WHERE calibration_id = ?", [identity])
    done = run(
        "--db", database, "--lang", "en", "estimate", "--survey", LATE, "--method", "calibrated"
    )
    assert done.code == 1
    assert "no active volume-biomass model" in done.talk
