"""The examples of the documents run and print what stands below them."""

import contextlib
import io
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
_EXAMPLE = re.compile(r"```python\n(?P<code>.*?)```\n\n```\n(?P<printed>.*?)```", re.DOTALL)


def _examples(name: str) -> list[tuple[str, str]]:
    text = (DOCS / name).read_text(encoding="utf-8")
    return [(found["code"], found["printed"]) for found in _EXAMPLE.finditer(text)]


def _run(code: str) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.chdir(DOCS / "examples"):
        exec(code, {})
    return out.getvalue()


# page -> examples in it
PAGES = {"small-areas": 3, "sampling": 1}


@pytest.mark.parametrize("page", PAGES)
def test_every_example_prints_what_is_shown(page: str) -> None:
    for code, printed in _examples(f"{page}.md"):
        assert _run(code) == printed


@pytest.mark.parametrize("page", PAGES)
def test_both_languages_hold_the_same_examples(page: str) -> None:
    english = _examples(f"{page}.md")
    assert len(english) == PAGES[page]
    assert _examples(f"{page}.zh.md") == english
