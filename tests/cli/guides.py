"""Runs the fenced blocks of the guides, in a folder with the simulated city and what is published.

A block `sh`, `sql`, `python` or `r` is run. Where a block `text` follows, that is what it prints.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
from command_line import environment, succeed

DOCS: Final = Path(__file__).parents[2] / "docs"
# on the pages, in place of what differs from database to database
STATE: Final = "2026-07-01-0123456789ab"
_TIME: Final = "2026-07-01 08:00:00.000000"
_ANY_STATE: Final = re.compile(r"\d{4}-\d\d-\d\d-[0-9a-f]{12}")
_ANY_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}")
_BLOCK: Final = re.compile(
    r"^```(?P<kind>sh|sql|python|r)\n(?P<code>.*?)^```\n(?:\n```text\n(?P<printed>.*?)^```\n)?",
    re.DOTALL | re.MULTILINE,
)
_WRAPPER: Final = """#!/bin/sh
exec "{python}" -c "from sinkcalc.cli.main import main; main()" "$@"
"""


@dataclass(frozen=True)
class Block:
    """A piece of a page that is run."""

    kind: str
    code: str
    printed: str | None
    start: int
    end: int


def blocks(page: str) -> Iterator[Block]:
    """Yield what a page has to run, in its order."""
    for found in _BLOCK.finditer(page):
        yield Block(found["kind"], found["code"], found["printed"], *found.span())


def duckdb_program() -> str | None:
    """Return DuckDB's command line, of the wheel `duckdb-cli` or of the machine."""
    scripts = sysconfig.get_path("scripts")
    return shutil.which("duckdb", path=f"{scripts}{os.pathsep}{os.environ.get('PATH', '')}")


class Place:
    """A folder with the simulated city, in which pages of one language are tried."""

    def __init__(self, folder: Path, city: Path, lang: str) -> None:
        self.folder, self.lang = folder, lang
        self.published = folder / ("发布" if lang == "zh" else "published")
        programs = folder / "programs"
        programs.mkdir(parents=True)
        (folder / "sinkcalc-demo").symlink_to(city)
        wrapper = programs / "sinkcalc"
        wrapper.write_text(_WRAPPER.format(python=sys.executable))
        wrapper.chmod(0o755)
        (programs / "python").symlink_to(sys.executable)
        cli = duckdb_program()
        if cli:
            (programs / "duckdb").symlink_to(cli)
        self._environment = environment(
            {
                "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}",
                "PYTHONPATH": str(DOCS.parent),
                "SINKCALC_LANG": lang,
                "LC_ALL": "C.UTF-8",
                "PYTHONWARNINGS": "ignore",
                "NO_COLOR": "1",
            }
        )
        db = city / "sinkcalc.duckdb"
        succeed("--quiet", "--db", db, "publish", "--to", self.published, SINKCALC_LANG=lang)
        (self.state_folder,) = (self.published / "states").iterdir()

    def run(self, block: Block) -> str | None:
        """Run a block and return what it prints; None where the program for it is not there.

        Raises
        ------
        AssertionError
            If it fails.
        """
        code = block.code.replace(STATE, self.state_folder.name)
        words = {
            "sh": ["bash", "-euc", code],
            "python": [sys.executable, "-c", code],
            "r": ["Rscript", "--vanilla", "-"],
            "sql": ["duckdb", "-readonly", "-bail", str(self.state_folder / "sinkcalc.duckdb")],
        }[block.kind]
        calls_cli = block.kind == "sh" and re.search(r"^duckdb ", code, re.MULTILINE)
        needed = "duckdb" if calls_cli else words[0]
        path = self._environment["PATH"]
        if shutil.which(needed, path=path) is None:
            return None
        done = subprocess.run(
            [shutil.which(words[0], path=path) or words[0], *words[1:]],
            input=code if block.kind in ("sql", "r") else None,
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
        )
        assert done.returncode == 0, f"{block.code}\n{done.stdout}\n{done.stderr}"
        return self._shown(done.stdout)

    def _shown(self, printed: str) -> str:
        text = _ANY_TIME.sub(_TIME, _ANY_STATE.sub(STATE, printed)).removeprefix("\ufeff")
        lines = [line.rstrip() for line in text.strip("\n").splitlines()]
        return "".join(f"{line}\n" for line in lines)

    def select(self, code: str) -> int:
        """Run SQL by the library; return the number of rows of the last statement."""
        db = self.state_folder / "sinkcalc.duckdb"
        text = "\n".join(line for line in code.splitlines() if not line.startswith("."))
        before = Path.cwd()
        os.chdir(self.folder)
        try:
            with duckdb.connect(str(db), read_only=True) as con:
                return len(con.execute(text).fetchall())
        finally:
            os.chdir(before)


def filled(text: str, place: Place) -> str:
    """Return a page with what its blocks print."""
    parts, at = [], 0
    for block in blocks(text):
        printed = place.run(block)
        if printed is not None and block.printed is not None:
            body = f"```{block.kind}\n{block.code}```\n\n```text\n{printed}```\n"
            parts += [text[at : block.start], body]
            at = block.end
    return "".join([*parts, text[at:]])
