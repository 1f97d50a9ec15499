"""Documents that are written from the parameter files are as fresh as those."""

import runpy
from pathlib import Path

PARAMETERS = Path(__file__).parents[2] / "parameters"


def test_list_of_checks_is_fresh() -> None:
    """`python parameters/checks.py` writes it."""
    made = runpy.run_path(str(PARAMETERS / "checks.py"))
    assert made["INDEX"].read_text(encoding="utf-8") == made["checks_text"]()
