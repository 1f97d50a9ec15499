"""Carbon and bulk density of organic matter on the command line."""

import re
import shutil
from pathlib import Path

import polars as pl
import pytest
from command_line import Row, query, run, succeed

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "organic_matter.csv"


def wetland(*arguments: object, lang: str = "en") -> tuple[object, ...]:
    return ("--lang", lang, "calibrate", "wetland-carbon", *arguments)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shutil.copy(EXAMPLE, tmp_path / "samples.csv")
    return tmp_path


def chosen(rows: list[Row]) -> dict[tuple[str, str], Row]:
    return {(row["kind"], row["sample_group"]): row for row in rows if row["chosen"]}


def test_both_relations_are_fitted_compared_and_stored(folder: Path) -> None:
    done = succeed(*wetland("samples.csv", "--json"))
    best = chosen(done.rows)
    assert best["wetland-carbon", ""]["form"] == "quadratic"
    assert best["wetland-bulk-density", ""]["form"] == "mixing"
    # made with 0.40 + 0.13 OM, 0.1 and 1.5 g/cm3
    carbon, density = best["wetland-carbon", ""], best["wetland-bulk-density", ""]
    assert abs(carbon["a"] - 0.40) < 3 * carbon["a_se"]
    assert abs(carbon["b"] - 0.13) < 3 * carbon["b_se"]
    assert abs(density["a"] - 0.1) < 3 * density["a_se"]
    assert abs(density["b"] - 1.5) < 3 * density["b_se"]
    assert all(row["cv_rmse"] >= row["rmse"] for row in done.rows)
    published = {row["equation"] for row in done.rows if row["equation"]}
    assert {"craft-1991.marsh", "morris-2016", "holmquist-mixing"} <= published
    for said in ("1 rows (soil_carbon_total)", "1 rows (soil_carbon_modelled)", "stored as"):
        assert said in done.talk
    listed = succeed("calibrate", "list", "--json").rows
    assert {row["kind"] for row in listed} == {"wetland-carbon", "wetland-bulk-density"}
    assert len({row["calibration_id"] for row in listed}) == 1
    assert (
        query(
            folder / "sinkcalc.duckdb",
            "SELECT count(*) AS n FROM models WHERE residual_correlation > 0",
        )[0][0]
        > 0
    )


def test_the_same_file_gives_the_same_models(folder: Path) -> None:
    first = succeed(*wetland("samples.csv", "--json"))
    again = succeed(*wetland("samples.csv", "--json"))
    assert first.text == again.text
    assert len(succeed("calibrate", "list", "--json").rows) == 4


def test_a_class_that_all_samples_predict_as_well_has_no_model(folder: Path) -> None:
    done = succeed(*wetland("samples.csv", "--dry-run"))
    assert "its own model predicts it with a cross-validated RMSE" in done.talk
    assert "nothing was stored" in done.talk
    assert not (folder / "sinkcalc.duckdb").exists()


def test_few_studies_are_refused(folder: Path) -> None:
    done = succeed(*wetland("samples.csv", "--dry-run", "--min-studies", 9))
    assert "come from fewer studies (6) than 9" in done.talk


def test_show_activate_and_deactivate(folder: Path) -> None:
    talk = succeed(*wetland("samples.csv")).talk
    found = re.search(r"stored as ([0-9a-f]{12})", talk)
    assert found is not None
    identity = found[1]
    shown = succeed("--lang", "en", "calibrate", "show", identity)
    assert "BD = 1/(OM/" in shown.talk
    assert "correlation in a study" in shown.talk
    rows = succeed("calibrate", "show", identity, "--candidates", "--json").rows
    assert {"origin", "quadratic", "linear", "quadratic_intercept", "mixing"} == {
        row["form"] for row in rows
    }
    active = succeed("--lang", "en", "calibrate", "activate", identity).talk
    assert "active:" in active
    assert "every wetland class without a model of its own" in active
    assert "species" not in active
    assert (
        query(folder / "sinkcalc.duckdb", "SELECT count(*) AS n FROM models WHERE active")[0][0]
        == 2
    )
    succeed("calibrate", "deactivate", identity)
    assert (
        query(folder / "sinkcalc.duckdb", "SELECT count(*) AS n FROM models WHERE active")[0][0]
        == 0
    )


def test_report_plot_and_rejects(folder: Path) -> None:
    files = ("--report", "r.html", "--plot", "r.png", "--rejects", "r.csv")
    succeed(*wetland("samples.csv", "--dry-run", *files))
    page = (folder / "r.html").read_text(encoding="utf-8")
    for said in (
        "BD = 1/(OM/a + (1 − OM)/b)",
        "C = a OM + b OM²",
        "organic matter",
        "bulk density (g/cm3)",
        "<svg",
    ):
        assert said in page
    for word in ("t d.m./ha", "biomass"):
        assert word not in page
    assert (folder / "r.png").stat().st_size > 10_000
    rejected = pl.read_csv(folder / "r.csv")
    assert rejected.height == 6
    assert {"soil_carbon_total", "soil_organic_matter_range"} <= set(rejected["rule"])


def test_it_speaks_chinese(folder: Path) -> None:
    done = succeed(*wetland("samples.csv", "--dry-run", lang="zh"))
    for said in ("有机碳", "容重", "研究 = study", "剔除 1 行", "未入库"):
        assert said in done.talk + done.text
    assert "生物量" not in done.talk
    assert "蓄积" not in done.talk


def test_carbon_alone_and_density_alone(folder: Path) -> None:
    one = succeed(*wetland("samples.csv", "--dry-run", "--bulk-density", "-", "--json"))
    assert {row["kind"] for row in one.rows} == {"wetland-carbon"}
    other = succeed(*wetland("samples.csv", "--dry-run", "--carbon", "-", "--json"))
    assert {row["kind"] for row in other.rows} == {"wetland-bulk-density"}


def test_forms_and_weights(folder: Path) -> None:
    options = ("--forms", "origin,quadratic", "--weights", "size", "--group", "-")
    rows = succeed(*wetland("samples.csv", "--dry-run", *options, "--json")).rows
    mine = [row for row in rows if row["kind"] == "wetland-carbon" and not row["equation"]]
    assert [(row["form"], row["estimator"]) for row in mine] == [
        ("origin", "wls"),
        ("quadratic", "wls"),
    ]
    assert {row["sample_group"] for row in rows} == {""}


REFUSED = [
    ((), 2, "--survey YEAR"),
    (("samples.csv", "--survey", "2020"), 2, "one of the two"),
    (("nowhere.csv",), 2, "nowhere.csv"),
    (("samples.csv", "--forms", "power"), 2, "origin, quadratic, linear"),
    (("samples.csv", "--carbon", "carbon_fractio"), 2, "did you mean carbon_fraction"),
    (("samples.csv", "--report", "page.pdf"), 2, ".html"),
    (("unsaid.csv",), 2, "--all-organic"),
    (("percent.csv",), 2, "divide per cent by 100"),
    (("few.csv",), 1, "there is no model"),
    (("one_study.csv",), 1, "all samples come from one study"),
]


@pytest.mark.parametrize(("arguments", "code", "said"), REFUSED, ids=lambda value: str(value)[:30])
def test_what_is_refused(folder: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    header = "study,organic_matter_fraction,carbon_fraction,carbon_kind"
    made = {
        "unsaid.csv": ["study,organic_matter_fraction,carbon_fraction", "a,0.2,0.1"],
        "percent.csv": [header, "a,20,9,organic", "b,30,14,organic"],
        "few.csv": [header, "a,0.2,0.09,organic", "b,0.3,0.14,organic"],
        "one_study.csv": [
            header,
            *(f"a,{k / 40},{k / 80 + (-1) ** k / 900},organic" for k in range(1, 30)),
        ],
    }
    for name, lines in made.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = run(*wetland(*arguments))
    assert done.code == code, done.talk
    assert said in done.talk
    assert "Traceback" not in done.talk
    assert not (folder / "sinkcalc.duckdb").exists()
