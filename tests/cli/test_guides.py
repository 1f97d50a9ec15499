"""The guides for users of SQL do what they say, and print what they say.

`python tests/cli/test_guides.py` writes the outputs into the pages.
"""

import re
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from command_line import succeed
from guides import DOCS, Place, blocks, filled

GUIDES = ("sql", "duckdb-cli", "python", "r", "bi")
_OTHERS = ("postgresql", "qgis")
_SUFFIX = {"en": ".md", "zh": ".zh.md"}
_LINK = re.compile(r"\]\(([^)#:]+\.md)(?:#([^)]*))?\)")


def page(name: str, lang: str) -> Path:
    return DOCS / f"guide-{name}{_SUFFIX[lang]}"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_city(tmp_path_factory.mktemp("city"))


def make_city(folder: Path) -> Path:
    """Make the simulated city as a newcomer does; return its folder."""
    succeed("--quiet", "demo", "--dir", folder)
    return folder


@pytest.fixture(scope="module", params=_SUFFIX)
def place(
    request: pytest.FixtureRequest, city: Path, tmp_path_factory: pytest.TempPathFactory
) -> Place:
    return Place(tmp_path_factory.mktemp(request.param), city, request.param)


@pytest.mark.parametrize("name", GUIDES)
def test_every_block_runs_and_prints_what_the_page_says(name: str, place: Place) -> None:
    text = page(name, place.lang).read_text(encoding="utf-8")
    assert len(list(blocks(text))) >= 4
    assert filled(text, place) == text


@pytest.mark.parametrize("name", [*GUIDES, *_OTHERS])
def test_every_question_in_sql_has_an_answer(name: str, place: Place) -> None:
    text = page(name, place.lang).read_text(encoding="utf-8")
    # a block may read a file that a block before it has written
    for block in blocks(text):
        if block.kind == "sh" and block.code.startswith("cat >"):
            place.run(block)
        asks = re.search(r"^(SELECT|WITH|FROM)\b", block.code, re.MULTILINE)
        if block.kind == "sql" and asks:
            # a schema of PostgreSQL is named after the program
            rows = place.select(re.sub(r"\bsinkcalc\.(?=[a-z])", "bureau.", block.code))
            assert rows > 0, block.code


@pytest.mark.parametrize("lang", _SUFFIX)
@pytest.mark.parametrize("name", [*GUIDES, *_OTHERS])
def test_links_lead_somewhere(name: str, lang: str) -> None:
    for target, anchor in _LINK.findall(page(name, lang).read_text(encoding="utf-8")):
        linked = DOCS / target
        assert linked.is_file(), target
        headings = re.findall(r"^#+ (.*)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
        anchors = [re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings]
        assert not anchor or anchor in anchors, (target, anchor)


@pytest.mark.parametrize("name", GUIDES)
def test_both_languages_run_the_same_number_of_blocks(name: str) -> None:
    kinds = [
        [block.kind for block in blocks(page(name, lang).read_text(encoding="utf-8"))]
        for lang in _SUFFIX
    ]
    assert kinds[0] == kinds[1]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        given = Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else None
        demo = given or make_city(Path(made) / "city")
        for language in _SUFFIX:
            here = Place(Path(made) / language, demo, language)
            for guide in GUIDES:
                path = page(guide, language)
                if path.exists():
                    text = filled(path.read_text(encoding="utf-8"), here)
                    path.write_text(text, encoding="utf-8")
                    sys.stderr.write(f"wrote {path.name}\n")
            shutil.rmtree(here.published, ignore_errors=True)
