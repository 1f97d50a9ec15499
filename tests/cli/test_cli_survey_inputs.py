"""Tables of plots that would give a wrong figure, and outputs that would destroy an input."""

from pathlib import Path

import polars as pl
import pytest
from command_line import run, succeed

ROWS = "样地号,层,蓄积\nP1,山地,10\nP2,山地,20\nP3,平原,3\nP4,平原,5\n"
SIZES = "层,size\n山地,1000\n平原,500\n"
TOTAL = ("survey", "total", "plots.csv", "--y", "蓄积", "--stratum", "层", "--sizes", "sizes.csv")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "plots.csv").write_text(ROWS, encoding="utf-8")
    (tmp_path / "sizes.csv").write_text(SIZES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["plots.csv", "sizes.csv"])
def test_an_input_is_not_written_over(folder: Path, name: str) -> None:
    before = (folder / name).read_bytes()
    done = run("--lang", "en", *TOTAL, "-o", name)
    assert (done.code, (folder / name).read_bytes()) == (2, before)
    assert f"{name} is read by this command" in done.talk


def test_the_database_is_not_written_over(folder: Path) -> None:
    done = run("--db", "own.csv", "--lang", "en", *TOTAL, "-o", "own.csv")
    assert (done.code, (folder / "own.csv").exists()) == (2, False)
    assert "own.csv is the database" in done.talk


@pytest.mark.parametrize("word", ["rejects", "warnings", "report"])
def test_a_load_does_not_write_over_its_file(folder: Path, word: str) -> None:
    before = (folder / "plots.csv").read_bytes()
    command = ("load", "plots", "plots.csv", "--survey", "2020", f"--{word}", "plots.csv")
    if word == "report":
        command = ("load", "stands", *command[2:])
    assert run(*command).code == 2
    assert (folder / "plots.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("name", "row"),
    [("plots.csv", "合计,,38"), ("plots.csv", "小计,山地,30"), ("sizes.csv", " 总计 ,1500")],
)
def test_a_row_of_totals_is_no_plot_and_no_stratum(folder: Path, name: str, row: str) -> None:
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write(row + "\n")
    done = run("--lang", "en", *TOTAL)
    line = len((folder / name).read_text(encoding="utf-8").splitlines())
    assert (done.code, done.data) == (2, b"")
    assert f"row {line} of {name} is a total" in done.talk


def test_a_first_column_that_is_no_text(folder: Path) -> None:
    """It says nothing of totals, and nothing else of it is asked for."""
    for name, column in (("binary", [b"\xff", b"\x01"]), ("nested", [[1], [2]])):
        pl.DataFrame({"geometry": column, "y": [3.0, 5.0]}).write_parquet(f"{name}.parquet")
        (row,) = succeed("survey", "mean", f"{name}.parquet", "--y", "y", "--json").rows
        assert row["value"] == 4


def test_a_column_of_one_name_over_two_is_refused(folder: Path) -> None:
    (folder / "twice.csv").write_text("y,y\n3,2\n5,2\n")
    done = run("--lang", "en", "survey", "mean", "twice.csv", "--y", "y")
    assert (done.code, done.data) == (2, b"")
    assert "two columns named y" in done.talk


@pytest.mark.parametrize("missing", ["plots.csv", "sizes.csv"])
def test_a_file_that_is_not_there(folder: Path, missing: str) -> None:
    (folder / missing).unlink()
    done = run("--lang", "en", *TOTAL)
    assert (done.code, done.data) == (2, b"")
    assert f"there is no file {missing}" in done.talk


def test_a_short_file_of_gb2312(folder: Path) -> None:
    """山 and 平 alone are bytes of UTF-8 too; the header is not."""
    expected = succeed(*TOTAL, "--json").rows
    (folder / "sizes.csv").write_bytes("层,size\n山地,1000\n平原,500\n".encode("gb2312"))
    assert succeed(*TOTAL, "--json").rows == expected
    short = {
        name: text.replace("山地", "山").replace("平原", "平")
        for name, text in {"plots.csv": ROWS, "sizes.csv": SIZES}.items()
    }
    for name, text in short.items():
        (folder / name).write_bytes(text.encode("gb2312"))
    assert succeed(*TOTAL, "--json").rows == expected


def test_certain_strata_are_named(folder: Path) -> None:
    with (folder / "plots.csv").open("a", encoding="utf-8") as file:
        file.write("P5,湿地,7\n")
    with (folder / "sizes.csv").open("a", encoding="utf-8") as file:
        file.write("湿地,10\n")
    done = succeed("--lang", "en", *TOTAL, "--single-plot", "certainty")
    assert "strata taken as certain: 湿地" in done.talk


def test_a_certain_cluster_of_many_plots_is_named(folder: Path) -> None:
    rows = ["k,st,y", "1,a,1", "1,a,2", "2,b,3", "3,b,4"]
    (folder / "clusters.csv").write_text("\n".join(rows) + "\n")
    (folder / "areas.csv").write_text("st,size\na,100\nb,50\n")
    command = ("survey", "total", "clusters.csv", "--y", "y", "--cluster", "k", "--stratum", "st")
    command = (*command, "--sizes", "areas.csv", "--single-plot", "certainty")
    assert "strata taken as certain: a\n" in succeed("--lang", "en", *command).talk


def test_strata_with_one_cluster_collapse(folder: Path) -> None:
    """By hand: a has the mean 10/4; b joins c, the next, and their mean is 8/3."""
    rows = ["k,st,y", "1,a,1", "1,a,2", "2,a,3", "2,a,4", "3,b,5", "4,c,1", "5,c,2"]
    (folder / "clusters.csv").write_text("\n".join(rows) + "\n")
    (folder / "areas.csv").write_text("st,size\na,100\nb,50\nc,10\n")
    command = ("survey", "total", "clusters.csv", "--y", "y", "--cluster", "k", "--stratum", "st")
    command = (*command, "--sizes", "areas.csv", "--json")
    assert run(*command).code == 2
    (row,) = succeed(*command, "--single-plot", "collapse").rows
    assert row["value"] == pytest.approx(100 * 10 / 4 + 60 * 8 / 3)
    assert row["df"] == 3
