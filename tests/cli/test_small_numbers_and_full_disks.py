"""Numbers near nothing in tables, output that finds no room, surveys of years to come."""

import os
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from command_line import environment, run, succeed

from sinkcalc.calibration.growth import fit_growth
from sinkcalc.cli.table import format_number
from sinkcalc.cli.views import human

FULL = Path("/dev/full")
HEAD = "stand_id,region_code,vegetation_class,species,origin,area_ha,volume_m3"


def test_nothing_has_no_sign() -> None:
    assert [format_number(value) for value in (-0.00004, -0.0, 0.00004)] == ["0"] * 3
    assert [format_number(value) for value in (-0.0001, 0.25)] == ["-0.0001", "0.2500"]


def test_a_small_volume_shows_its_digits() -> None:
    """2.345 万m³ are 23 450 m3; of thousands of 万m³ whole ones are enough."""
    assert human(23_450.0, "m3") == "2.35 万m³ (0.023 million m³)"
    assert human(77_900_000.0, "m3") == "7,790 万m³ (77.9 million m³)"
    assert human(-23_450.0, "m3") == "-2.35 万m³ (-0.023 million m³)"


def test_a_refused_curve_of_all_stands_has_nothing_in_its_place() -> None:
    rows = pl.DataFrame(
        {
            "species_group": ["pine"],
            "origin": ["planted"],
            "region_code": ["330106"],
            "age": [20],
            "n": [1],
            "area": [1.0],
            "volume": [80.0],
            "square": [6400.0],
        }
    )
    found = {one.group: one for one in fit_growth(rows).problems}
    assert "nothing is fitted, and there is no wider curve in its place." in found[""].en
    assert "没有更宽的曲线可代替" in found[""].zh
    for one in found.values():
        assert "–" not in one.en


@pytest.mark.skipif(not FULL.exists(), reason="a device that is always full")
@pytest.mark.parametrize("words", [("params", "list", "--json"), ("params", "list")])
def test_a_full_disk_is_told_and_is_no_internal_error(words: tuple[str, ...]) -> None:
    code = "from sinkcalc.cli.main import main; main()"
    with FULL.open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", code, "--lang", "en", *words],
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment({}),
            check=False,
        )
    talk = done.stderr.decode("utf-8")
    assert done.returncode == 1
    assert "cannot write to standard output: No space left on device. Make room" in talk
    assert "internal error" not in talk
    assert "Exception ignored" not in talk


def test_a_survey_of_a_year_to_come_is_told(tmp_path: Path) -> None:
    path = tmp_path / "stands.csv"
    path.write_text(f"{HEAD}\n1,330106,arbor,oak,natural,20,1000\n", encoding="utf-8")
    this = date.today().year
    for year, told in ((this, False), (this + 1, True)):
        words = ("--db", tmp_path / f"{year}.duckdb", "--lang", "en", "load", "stands", path)
        done = succeed(*words, "--survey", year)
        assert ("of a year that is still to come" in done.talk) is told
    assert run("--db", tmp_path / "no.duckdb", "load", "stands", path, "--survey", 2101).code == 2


@pytest.mark.skipif(not FULL.exists(), reason="a device that is always full")
def test_an_output_file_on_a_full_disk_is_told_and_the_device_stays(tmp_path: Path) -> None:
    """By a link, so that a device of the machine is never at stake."""
    link = tmp_path / "full.csv"
    link.symlink_to(FULL)
    outcome = run("params", "list", "-o", link)
    assert outcome.code == 2
    assert "No space left" in outcome.talk
    assert link.is_symlink()
    assert link.is_char_device()


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    succeed("params", "list", "--csv", "-o", pipe)
    reader.join(timeout=30)
    assert read == [succeed("params", "list", "--csv").data]
    assert pipe.is_fifo()
