"""Headers of queries: read strictly; values: bound by their types."""

from datetime import date

import duckdb
import pytest

from sinkcalc.errors import SinkcalcError, UsageProblem
from sinkcalc.store.queries import (
    Value,
    bound,
    command_line,
    of_kind,
    run_query,
    shipped_queries,
    written,
)
from sinkcalc.store.query_header import Kind, Parameter, Returned, parameter_names, parse_query

TEXT = """\
-- name: made
-- title_zh: 题目
-- title_en: Title
-- question_zh: 问题的
--   后半
-- question_en: A question
--   in two lines?
-- grain: a, b
-- command: sinkcalc estimate --survey {year}
-- param: $year INTEGER? 2023 | 年度 | year
-- param: $word VARCHAR it's: | 词 | word
-- param: $share DOUBLE? 0.5 | 份额 | share
-- param: $day DATE? 2024-03-01 | 日 | day
-- param: $yes BOOLEAN? true | 是否 | whether
-- returns: a t C | 碳 | carbon
-- returns: b - | 乙 | b
SELECT
    $year AS a, -- $none
    $word || '$none' AS b,
    $share AS "$none",
    $day AS d,
    $yes AS y;
"""


def test_header() -> None:
    query = parse_query("made", TEXT)
    assert (query.title_zh, query.title_en) == ("题目", "Title")
    assert (query.question_zh, query.question_en) == ("问题的后半", "A question in two lines?")
    assert query.grain == ("a", "b")
    assert query.parameters[:2] == (
        Parameter("year", "INTEGER", True, "2023", "年度", "year"),
        Parameter("word", "VARCHAR", False, "it's:", "词", "word"),
    )
    assert query.returns == (Returned("a", "t C", "碳", "carbon"), Returned("b", None, "乙", "b"))
    assert query.sql.startswith("SELECT\n")
    assert parameter_names(query.sql) == ["year", "word", "share", "day", "yes"]


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("-- name: made", "-- name: other", 1, "has to be made"),
        ("-- title_zh: 题目\n", "", 1, "lacks title_zh"),
        ("-- title_en: Title", "-- title_en:", 3, "title_en has no value"),
        ("-- title_en: Title", "-- title: Title", 3, "no line of a header"),
        ("-- title_en: Title", "-- a remark", 3, "no line of a header"),
        ("-- title_en: Title", "-- title_en: T\n-- title_en: T", 4, "twice"),
        ("-- grain: a, b", "-- grain: a, c", 8, "c of grain"),
        ("{year}", "{none}", 9, "{none} of command"),
        ("$year INTEGER? 2023", "$year INT 2023", 10, "$name TYPE[?] example"),
        ("$year INTEGER? 2023", "year INTEGER 2023", 10, "$name TYPE[?] example"),
        ("$year INTEGER?", "$Year INTEGER?", 10, "$name TYPE[?] example"),
        (" | 年度 | year", " | year", 10, "has to read"),
        ("$word VARCHAR it's:", "$year VARCHAR it's:", 10, "twice"),
        ("-- returns: b - |", "-- returns: b |", 16, "unit"),
        ("-- returns: b - |", "-- returns: a - |", 15, "twice"),
        ("    $yes AS y;", "    1 AS y;", 16, "$yes is not used"),
        ("    $yes AS y;", "    $yes AS y, $more AS z;", 22, "no parameter $more"),
    ],
)
def test_faults_of_headers(old: str, new: str, line: int, said: str) -> None:
    assert old in TEXT
    with pytest.raises(SinkcalcError) as refused:
        parse_query("made", TEXT.replace(old, new, 1))
    assert refused.value.en.startswith(f"query file made.sql, line {line}: ")
    assert said in refused.value.en
    assert f"第 {line} 行" in refused.value.zh


def test_no_returns() -> None:
    kept = [line for line in TEXT.splitlines() if not line.startswith("-- returns")]
    with pytest.raises(SinkcalcError, match="lacks returns"):
        parse_query("made", "\n".join(kept))


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("INTEGER", " 2023 ", 2023),
        ("DOUBLE", "1e3", 1000.0),
        ("VARCHAR", " a=b ", " a=b "),
        ("DATE", "2024-03-01", date(2024, 3, 1)),
        ("BOOLEAN", "True", True),
        ("BOOLEAN", "否", False),
        ("DOUBLE", 3, 3),
        ("INTEGER", 7, 7),
    ],
)
def test_values_of_types(kind: Kind, text: Value, value: Value) -> None:
    assert of_kind(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("INTEGER", "2023.0"),
        ("INTEGER", "many"),
        ("INTEGER", ""),
        ("INTEGER", str(2**31)),
        ("INTEGER", True),
        ("INTEGER", 1.5),
        ("DOUBLE", "nan"),
        ("DOUBLE", "1e999"),
        ("DATE", "2024-13-01"),
        ("DATE", "03/01/2024"),
        ("BOOLEAN", "perhaps"),
        ("BOOLEAN", 1),
        ("VARCHAR", 1),
    ],
)
def test_values_of_no_type(kind: Kind, value: Value) -> None:
    with pytest.raises(ValueError, match=r"."):
        of_kind(kind, value)


def test_values_are_bound_by_their_types() -> None:
    query = parse_query("made", TEXT)
    given: dict[str, Value] = {"year": "2023", "word": "x'; --", "day": "2024-03-01", "yes": "no"}
    with duckdb.connect() as con:
        row = run_query(con, query, given).row(0)
    assert row == (2023, "x'; --$none", None, date(2024, 3, 1), False)


def test_written_sql_gives_the_same_rows() -> None:
    """Values with quotation marks and names of parameters in them; NULL where none is given."""
    query = parse_query("made", TEXT)
    with duckdb.connect() as con:
        for given in ({"word": "it's $year"}, {"word": "x", "share": "0.25", "yes": "true"}):
            values: dict[str, Value] = {**given}
            assert con.sql(written(query, values)).fetchall() == (
                run_query(con, query, values).rows()
            )


def test_missing_unknown_and_wrong_parameters() -> None:
    query = parse_query("made", TEXT)
    with pytest.raises(UsageProblem, match="for example -p word=it's:"):
        bound(query, {})
    with pytest.raises(UsageProblem, match="did you mean year"):
        bound(query, {"word": "x", "yaer": "2023"})
    with pytest.raises(UsageProblem, match="is no INTEGER; for example -p year=2023") as told:
        bound(query, {"word": "x", "year": "soon"})
    assert "不是 INTEGER" in told.value.zh


def test_command_line_of_a_query() -> None:
    query = parse_query("made", TEXT)
    assert command_line(query, {}) == "sinkcalc estimate --survey 2023"
    assert command_line(query, {"year": 2015}) == "sinkcalc estimate --survey 2015"


def test_shipped_queries_are_read() -> None:
    queries = shipped_queries()
    assert "growing_stock_by_county" in queries
    assert list(queries) == sorted(queries)
