"""The rows of `estimate` in every format, against files that are read in review.

The text formats are compared as they are written, workbook and Parquet by their content. What
differs from one version of the program or its parameters to the next without a figure changing,
the run id, is blanked.

After a change that is meant to change a figure or a format:

    SINKCALC_UPDATE_GOLDEN=1 pytest tests/golden

rewrites the files and fails wherever it did; look at the difference, then run again without it.
"""

import io
import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from sinkcalc.cli.main import cli

HERE = Path(__file__).parent
UPDATE = "SINKCALC_UPDATE_GOLDEN"
BLANK = "run-id-blank"
# errors pass through the t quantile of scipy, whose last digits depend on its build
LONG_NUMBER = re.compile(r"-?\d+\.\d{5,}(?:e-?\d+)?")
SIGNIFICANT_DIGITS = 12


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    db = tmp_path_factory.mktemp("golden") / "sinkcalc.duckdb"
    _run(db, "load", "stands", HERE / "input.csv", "--survey", 2020, "--strict")
    return db


def _run(db: Path, *arguments: object) -> bytes:
    words = ["--db", str(db), "--lang", "en", *map(str, arguments)]
    result = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    return result.stdout_bytes


def _estimate(db: Path, fmt: str) -> bytes:
    return _run(db, "estimate", "--survey", 2020, "--by", "region", "--format", fmt)


def _run_id(db: Path) -> str:
    (run,) = json.loads(_run(db, "runs", "list", "--json"))
    return str(run["run_id"])


def _text(data: bytes) -> str:
    return data.decode("utf-8")


def _workbook(data: bytes) -> str:
    sheets = pl.read_excel(io.BytesIO(data), sheet_id=0, infer_schema_length=None)
    return _content({name: ([], frame) for name, frame in sheets.items()})


def _parquet(data: bytes) -> str:
    frame = pl.read_parquet(io.BytesIO(data))
    types = [f"{name}: {dtype}" for name, dtype in frame.schema.items()]
    return _content({"parquet": (types, frame)})


def _content(tables: dict[str, tuple[list[str], pl.DataFrame]]) -> str:
    lines: list[str] = []
    for name, (types, frame) in tables.items():
        lines += [name, *types, json.dumps(frame.columns)]
        lines += [json.dumps(row, default=str, ensure_ascii=False) for row in frame.iter_rows()]
    return "\n".join(lines) + "\n"


def _stable(text: str, run_id: str) -> str:
    assert run_id in text
    return LONG_NUMBER.sub(_rounded, text.replace(run_id, BLANK))


def _rounded(match: re.Match[str]) -> str:
    return f"{float(match.group()):.{SIGNIFICANT_DIGITS}g}"


FORMATS: dict[str, tuple[str, Callable[[bytes], str]]] = {
    "json": ("estimate.json", _text),
    "jsonl": ("estimate.jsonl", _text),
    "csv": ("estimate.csv", _text),
    "xlsx": ("estimate.xlsx.txt", _workbook),
    "parquet": ("estimate.parquet.txt", _parquet),
}


@pytest.mark.parametrize("fmt", FORMATS)
def test_estimate(db: Path, fmt: str) -> None:
    name, read = FORMATS[fmt]
    golden = HERE / name
    written = read(_estimate(db, fmt))
    text = _stable(written, _run_id(db))
    known = golden.read_bytes().decode("utf-8") if golden.exists() else None
    if os.environ.get(UPDATE) and text != known:
        golden.write_bytes(text.encode("utf-8"))
        pytest.fail(f"{name} was rewritten: look at the difference and run without {UPDATE}")
    assert known is not None, f"{name} is missing: write it with {UPDATE}=1"
    assert text == known


def test_golden_files_are_those_of_the_formats() -> None:
    """No golden file is left over that nothing is compared with."""
    found = {path.name for path in HERE.glob("estimate.*")}
    assert found == {name for name, _ in FORMATS.values()}
