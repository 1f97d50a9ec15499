"""One line of arithmetic, computed, judged and written as a formula."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinkcalc.ccer.cell_formula import cell_formula
from sinkcalc.ccer.expression import parse
from sinkcalc.ccer.numbers import numbers, round_down
from sinkcalc.ccer.truth import truth
from sinkcalc.errors import SinkcalcError


def _computed(text: str, **values: list[float]) -> list[float]:
    """Compute over one draw, one row and the years of the lists."""
    arrays = {name: np.array(years, dtype=float)[None, None, :] for name, years in values.items()}
    found = numbers(parse(text, "test"), arrays.__getitem__, lambda sort, name: arrays[name])
    return [float(value) for value in np.atleast_1d(found.squeeze())]


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("2 + 3 * 4", 14),
        ("2 ** 3 ** 2", 512),
        ("-2 ** 2", -4),
        ("(1 - 0.25) / 3", 0.25),
        ("1 if 2 > 1 else 0", 1),
        ("1 if 2 > 1 and not 3 > 1 else 0", 0),
        ("1 if 2 == 1 or 3 != 1 else 0", 1),
        ("min(3, 1, 2)", 1),
        ("max(3, 1, 2)", 3),
        ("exp(0) + log(1)", 1),
        ("floor(4.9999999)", 5),
        ("floor(4.999)", 4),
        ("floor(-0.5)", -1),
    ],
)
def test_arithmetic(text: str, result: float) -> None:
    assert _computed(text) == [result]


def test_the_year_before_and_running_sums() -> None:
    """Year 0 has no year before: the change there is 0."""
    assert _computed("x - prev(x)", x=[5, 7, 4]) == [0, 2, -3]
    assert _computed("cumsum(x)", x=[5, 7, 4]) == [5, 12, 16]
    assert _computed("cumprod(1 - x)", x=[0, 0.5, 0.5]) == [1, 0.5, 0.25]


def test_a_branch_that_is_not_taken_may_be_undefined() -> None:
    assert _computed("8 / x if x > 0 else 0", x=[0, 2]) == [0, 4]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 +",
        "__import__('os')",
        "x.y",
        "x[0]",
        "lambda: 1",
        "1 < x < 2",
        "total(x + 1)",
        "prev(1)",
        "1 + cumsum(x)",
        "exp(x=1)",
        "open(x)",
        "exp(1, 2)",
        "max(x)",
        "cumsum()",
        "total(x, y)",
        "[1]",
    ],
)
def test_what_is_no_equation_is_refused(text: str) -> None:
    with pytest.raises(SinkcalcError, match="pack E1"):
        parse(text, "pack E1")


def test_names_and_sums() -> None:
    read = parse("a * total(b) + prev(c) - project(d) + a", "test")
    assert read.names == ("a", "c")
    assert set(read.sums) == {("total", "b"), ("project", "d")}


def test_rules_have_three_values() -> None:
    frame = pl.DataFrame({"a": [1, None, 3], "b": [True, True, None]})

    def judged(text: str) -> list[bool | None]:
        return frame.select(truth(parse(text, "test")).alias("t"))["t"].to_list()

    assert judged("a >= 2") == [False, None, True]
    assert judged("not b") == [False, False, None]
    assert judged("a >= 2 and b") == [False, None, None]
    # false beside what is not known is false; true beside it is true
    assert judged("a >= 4 and b") == [False, None, False]
    assert judged("a >= 2 or b") == [True, True, True]
    assert judged("a >= (2 if b else 0)") == [False, None, None]


def _formula(text: str, above: str | None = "K9") -> str:
    cells = {"x": "B2", "y": "C2"}
    return cell_formula(
        parse(text, "test"),
        lambda name, before: f"{cells[name]}{'_before' if before else ''}",
        lambda sort, name: f"SUM_{sort}_{name}",
        above,
    )


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("x * y + 1", "((B2*C2)+1)"),
        # a spreadsheet reads -2^2 as (-2)^2
        ("-x ** 2", "(0-(B2^2))"),
        ("x - prev(x)", "(B2-B2_before)"),
        ("x if x > 0 else 0", "IF((B2>0),B2,0)"),
        ("1 if x == 0 and not y else 0", "IF(AND((B2=0),NOT(C2)),1,0)"),
        ("44 / 12 * total(x)", "((44/12)*SUM_total_x)"),
        ("max(x, 0)", "MAX(B2,0)"),
        ("floor(x)", "INT(ROUND(B2,6))"),
        ("cumsum(x)", "(K9+(B2))"),
        ("cumprod(1 - x)", "(K9*((1-B2)))"),
    ],
)
def test_formulas(text: str, formula: str) -> None:
    assert _formula(text) == formula


def test_a_running_sum_begins_with_itself() -> None:
    assert _formula("cumsum(x)", above=None) == "B2"


@given(st.floats(-1e6, 1e6))
def test_rounding_down_never_gains_a_tonne(value: float) -> None:
    down = float(round_down(np.array(value)))
    assert down == int(down)
    assert down <= value + 1e-6
    assert value - down < 1 + 1e-6
