"""Intervals hold the truth as often as they say, on populations whose totals are known."""

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = runpy.run_path(str(ROOT / "benchmarks" / "coverage.py"))


@pytest.fixture(scope="module")
def covered() -> dict[str, float]:
    result: dict[str, float] = SCRIPT["normal_errors"](60)
    return result


@pytest.mark.parametrize("estimator", ["total", "ratio", "greg", "change", "relative_change"])
def test_coverage_with_normal_errors(covered: dict[str, float], estimator: str) -> None:
    """5 000 repetitions: three standard errors of a share of 95 % are 0.9 points."""
    assert 0.94 <= covered[estimator] <= 0.96


@pytest.mark.parametrize("name", ["sampling.md", "sampling.zh.md"])
def test_the_table_of_skewed_data_is_fresh(name: str, table: str) -> None:
    """`python benchmarks/coverage.py` prints it."""
    assert table in (ROOT / "docs" / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def table() -> str:
    text: str = SCRIPT["table_text"]()
    return text


def test_skewed_data_are_covered_less(table: str) -> None:
    shares = [float(line.split("|")[2].strip(" %")) for line in table.splitlines()[2:]]
    assert shares[0] < 91
    assert shares[-1] - shares[0] > 3
    assert max(shares) < 95
