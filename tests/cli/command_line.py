"""Runs the command line in this process, or as a program of its own."""

import io
import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb

from sinkcalc.cli.main import _run

_LANGUAGE = ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE")
# opens a database for writing and keeps it until its input ends
_HOLD = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("ready", flush=True)
sys.stdin.read()
"""

Row = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What a command left: exit code, data, talk."""

    code: int
    data: bytes
    talk: str

    @property
    def text(self) -> str:
        """Data as text."""
        return self.data.decode("utf-8")

    @property
    def rows(self) -> list[Row]:
        """Data as the list of objects that JSON output is."""
        rows: list[Row] = json.loads(self.text)
        return rows


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment without what the program reads, and with `extra`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in _LANGUAGE and not name.startswith("SINKCALC_")
    }
    return {**kept, **extra}


def run(*arguments: object, **variables: str) -> Outcome:
    """Run a command through the entry point; keywords are environment variables."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with (
        mock.patch.dict(os.environ, environment(variables), clear=True),
        mock.patch.object(sys, "argv", ["sinkcalc", *map(str, arguments)]),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code = _run()
    return Outcome(code, _bytes(out), _bytes(err).decode("utf-8"))


def succeed(*arguments: object, **variables: str) -> Outcome:
    """Run a command that has to succeed."""
    outcome = run(*arguments, **variables)
    assert outcome.code == 0, outcome.talk
    return outcome


def _bytes(stream: io.TextIOWrapper) -> bytes:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue()


def program() -> Path:
    """Return the installed console script."""
    found = list(Path(sysconfig.get_path("scripts")).glob("sinkcalc*"))
    assert len(found) == 1, found
    return found[0]


def run_program(*arguments: object, cwd: Path, **variables: str) -> Outcome:
    """Run the installed console script."""
    done = subprocess.run(
        [program(), *map(str, arguments)],
        cwd=cwd,
        env=environment(variables),
        capture_output=True,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr.decode("utf-8"))


def run_code(code: str, *arguments: object, cwd: Path) -> Outcome:
    """Run Python code in an interpreter of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=cwd,
        env=environment({}),
        capture_output=True,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr.decode("utf-8"))


@contextmanager
def held(db: Path) -> Iterator["subprocess.Popen[str]"]:
    """Let another process hold a database for writing."""
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(db)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "ready\n"
        yield holder
    finally:
        release(holder)


def release(holder: "subprocess.Popen[str]") -> None:
    """End a process that holds a database."""
    if holder.returncode is None:
        holder.communicate()


def query(db: Path, sql: str) -> list[tuple[Any, ...]]:
    """Return rows of a database, opened read-only and closed."""
    with duckdb.connect(str(db), read_only=True) as con:
        return con.execute(sql).fetchall()


def execute(db: Path, sql: str) -> None:
    """Change a database behind the program's back."""
    with duckdb.connect(str(db)) as con:
        con.execute(sql)


def content(db: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table."""
    with duckdb.connect(str(db), read_only=True) as con:
        names = con.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        return {
            name: con.execute(f"FROM {name} ORDER BY ALL").fetchall() for (name,) in sorted(names)
        }
