"""`sinkcalc ccer new`: what it writes, and what it leaves alone; a page for every column."""

import csv
from pathlib import Path

import pytest
from command_line import run, succeed

from sinkcalc.errors import EXIT_USAGE
from sinkcalc.intake.parcel_columns import parcel_columns
from sinkcalc.resources import parameter_dir

DOCS = parameter_dir().parent / "docs"


@pytest.mark.parametrize(("lang", "said"), [("zh", "碳汇项目文件"), ("en", "carbon project")])
def test_a_project_and_its_parcels(tmp_path: Path, lang: str, said: str) -> None:
    path = tmp_path / "ours.toml"
    done = succeed(
        "--lang", lang, "ccer", "new", path, "--methodology", "CCER-14-001-V01", "--parcels",
        "--start", "2025-03-01",
    )  # fmt: skip
    assert done.data == b""
    assert "parcels.xlsx" in done.talk
    text = path.read_text(encoding="utf-8")
    assert said in text.splitlines()[0]
    assert "start = 2025-03-01" in text
    assert (tmp_path / "parcels.xlsx").exists()


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text("mine")
    arguments = ("--lang", "en", "ccer", "new", path, "--methodology", "CCER-14-001-V01")
    refused = run(*arguments)
    assert refused.code == EXIT_USAGE
    assert "is there already and was not touched" in refused.talk
    assert path.read_text() == "mine"
    succeed(*arguments, "--force")
    assert path.read_text(encoding="utf-8") != "mine"


@pytest.mark.parametrize(
    ("code", "said"),
    [("CCER-14-01", "there is no methodology CCER-14-01"), ("ZJ-TANPUHUI", "is a placeholder")],
)
def test_a_methodology_that_no_project_can_use(tmp_path: Path, code: str, said: str) -> None:
    refused = run("--lang", "en", "ccer", "new", tmp_path / "x.toml", "--methodology", code)
    assert refused.code == EXIT_USAGE
    assert said in refused.talk
    assert not (tmp_path / "x.toml").exists()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_lists_every_column(lang: str) -> None:
    page = DOCS / ("ccer-project.md" if lang == "en" else "ccer-project.zh.md")
    text = page.read_text(encoding="utf-8")
    with (parameter_dir() / "parcel_columns.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["column"] for row in rows] == list(parcel_columns())
    for row in rows:
        first, *others = row["names"].split("|")
        units = ", ".join(pair.split("=")[0] for pair in row["units"].split("|") if pair)
        cells = (f"`{row['column']}`", first, units, ", ".join(others), row[f"help_{lang}"])
        assert f"| {' | '.join(cells)} |" in text
