"""The worked examples of the pages on sampling and plots print what the pages say.

`python tests/cli/test_sampling_pages.py` writes the outputs into the pages.
"""

import re
import shlex
import sys
from pathlib import Path

import pytest
from command_line import run

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {"sampling.md": "en", "sampling.zh.md": "zh", "plots.md": "en", "plots.zh.md": "zh"}
DEMO = "sinkcalc-demo/sinkcalc.duckdb"
# a command in one block, its output in the next
_PAIR = re.compile(
    r"```\nsinkcalc ((?:--db \S+ )?(?:survey|calibrate) [^\n]*)\n```\n\n```\n(.*?)\n```", re.DOTALL
)


def filled(text: str, lang: str, db: Path) -> str:
    """Return a page with the output of every command behind it; `db` is that of the demo."""

    def output(found: re.Match[str]) -> str:
        words = shlex.split(found[1])
        words = [str(DOCS / "examples" / w) if w.endswith(".csv") else w for w in words]
        words = [str(db) if w == DEMO else w for w in words]
        done = run("--quiet", "--lang", lang, *words)
        assert done.code == 0, done.talk
        printed = done.text.strip("\n")
        return f"```\nsinkcalc {found[1]}\n```\n\n```\n{printed}\n```"

    return _PAIR.sub(output, text)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_demo(tmp_path_factory.mktemp("demo"))


def make_demo(folder: Path) -> Path:
    """Make the simulated city as a newcomer does; return its database."""
    done = run("--quiet", "demo", "--dir", folder)
    assert done.code == 0, done.talk
    return folder / "sinkcalc.duckdb"


@pytest.mark.parametrize("name", PAGES)
def test_every_example_prints_what_the_page_says(name: str, demo: Path) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")
    assert len(_PAIR.findall(text)) >= 7
    assert filled(text, PAGES[name], demo) == text


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as made:
        database = make_demo(Path(made))
        for page, language in PAGES.items():
            path = DOCS / page
            path.write_text(
                filled(path.read_text(encoding="utf-8"), language, database), encoding="utf-8"
            )
            sys.stderr.write(f"wrote {path.name}\n")
