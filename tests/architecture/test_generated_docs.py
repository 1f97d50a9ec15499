"""Documents that are written from the parameter files are as fresh as those."""

import re
import runpy
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from sinkcalc.store.connection import writing

PARAMETERS = Path(__file__).parents[2] / "parameters"


def test_list_of_checks_is_fresh() -> None:
    """`python parameters/checks.py` writes it."""
    made = runpy.run_path(str(PARAMETERS / "checks.py"))
    assert made["INDEX"].read_text(encoding="utf-8") == made["checks_text"]()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_data_dictionary_is_fresh(lang: str) -> None:
    """`python parameters/dictionary.py` writes it."""
    made = runpy.run_path(str(PARAMETERS / "dictionary.py"))
    assert made["PAGES"][lang].read_text(encoding="utf-8") == made["dictionary_texts"]()[lang]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_list_of_queries_is_fresh(lang: str) -> None:
    """`python sql/index.py` writes it."""
    made = runpy.run_path(str(PARAMETERS.parent / "sql" / "index.py"))
    assert made["PAGES"][lang].read_text(encoding="utf-8") == made["page_text"](lang)


def test_every_column_of_the_database_is_described(tmp_path: Path) -> None:
    text = (PARAMETERS.parent / "docs" / "tables.md").read_text(encoding="utf-8")
    sections = {part.split("`")[0]: part for part in text.split("### `")[1:]}
    db = tmp_path / "made.duckdb"
    with writing(db):
        pass
    with duckdb.connect(str(db), read_only=True) as con:
        columns = con.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() "
            "WHERE schema_name = 'main' AND NOT internal"
        ).fetchall()
    undescribed = [
        f"{table}.{column}"
        for table, column, kind in columns
        if table != "schema_migrations"
        and f"| `{column}` | {kind.split('(')[0]}" not in sections.get(table, "")
    ]
    assert undescribed == []


@pytest.mark.parametrize("name", ["methods", "plots", "provincial-inventory", "ccer-baseline"])
def test_both_languages_hold_the_same_figures(name: str) -> None:
    """Coefficients and results with three decimals or more, as often in one as in the other."""
    docs = PARAMETERS.parent / "docs"
    figures = [
        Counter(re.findall(r"\d+\.\d{3,}", (docs / file).read_text(encoding="utf-8")))
        for file in (f"{name}.md", f"{name}.zh.md")
    ]
    assert figures[0]
    assert figures[0] == figures[1]
