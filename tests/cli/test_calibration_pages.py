"""The worked example of the pages on calibration prints what the pages say.

`python tests/cli/test_calibration_pages.py` writes the outputs into the pages.
"""

import os
import re
import shlex
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from command_line import run, run_code

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {"calibration.md": "en", "calibration.zh.md": "zh"}
# a command in one block, its output in the next
_PAIR = re.compile(r"```\nsinkcalc (calibrate [^\n]*)\n```\n\n```\n(.*?)```", re.DOTALL)
_IDENTITY = re.compile(r"[0-9a-f]{12}(?=\b)")
# on the pages, in place of an id
_STANDS_FOR = "0123456789ab"
_PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)


def filled(text: str, lang: str) -> str:
    """Return a page with the output of every command behind it, run one after the other."""
    known: list[str] = []

    def output(found: re.Match[str]) -> str:
        words = [
            word.replace(_STANDS_FOR, known[0]) if known else word for word in shlex.split(found[1])
        ]
        done = run("--lang", lang, *words)
        assert done.code == 0, done.talk
        if not known:
            known.extend(_IDENTITY.findall(done.talk)[:1])
        parts = [part.strip("\n") for part in (done.text, done.talk)]
        # the id follows from the program's version, which the page does not
        printed = "\n\n".join(part for part in parts if part).replace(known[0], _STANDS_FOR)
        return f"```\nsinkcalc {found[1]}\n```\n\n```\n{printed}\n```"

    return _PAIR.sub(output, text)


@pytest.fixture
def examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with the example files and no database."""
    for name in ("volume_biomass.csv", "trees.csv"):
        shutil.copy(DOCS / "examples" / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("examples")
@pytest.mark.parametrize("name", PAGES)
def test_every_example_prints_what_the_page_says(name: str) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")
    assert len(_PAIR.findall(text)) == 5
    assert filled(text, PAGES[name]) == text


@pytest.mark.parametrize("name", PAGES)
def test_the_library_runs_as_the_page_says(name: str, examples: Path) -> None:
    (code,) = _PYTHON.findall((DOCS / name).read_text(encoding="utf-8"))
    done = run_code(code, cwd=examples)
    assert done.code == 0, done.talk
    assert len(done.text.splitlines()) == 4


if __name__ == "__main__":
    for page, language in PAGES.items():
        path = DOCS / page
        with tempfile.TemporaryDirectory() as made:
            for file in ("volume_biomass.csv", "trees.csv"):
                shutil.copy(DOCS / "examples" / file, made)
            os.chdir(made)
            path.write_text(filled(path.read_text(encoding="utf-8"), language), encoding="utf-8")
        os.chdir(DOCS)
        sys.stderr.write(f"wrote {path.name}\n")
