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


@pytest.mark.parametrize("place", range(3))
def test_example_prints_what_is_shown(place: int) -> None:
    code, printed = _examples("small-areas.md")[place]
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(code, {})
    assert out.getvalue() == printed


def test_both_languages_hold_the_same_examples() -> None:
    english = _examples("small-areas.md")
    assert len(english) == 3
    assert _examples("small-areas.zh.md") == english
