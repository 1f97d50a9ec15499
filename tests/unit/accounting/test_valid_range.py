"""Stands outside the volume range of their equation are estimated and flagged."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import polars as pl

from sinkcalc.accounting.cells import to_cells
from sinkcalc.coefficients.factors import Factors, load_factors

Encode = Callable[[Sequence[Sequence[str | None]]], pl.LazyFrame]

LOWEST, HIGHEST = 20.0, 80.0


def _bounded() -> Factors:
    factors = load_factors()
    return replace(
        factors,
        equations=factors.equations.with_columns(
            pl.lit(LOWEST).alias("valid_min"), pl.lit(HIGHEST).alias("valid_max")
        ),
    )


def _extrapolated(encode: Encode, volume: str | None) -> bool:
    """Whether one hectare of Masson pine with this volume is extrapolated."""
    stands = encode([("330106", "arbor", "1", "masson_pine", None, None, volume)])
    return bool(to_cells(stands, _bounded()).collect()["extrapolated"].item())


def test_only_volumes_outside_the_range_are_extrapolated(encode: Encode) -> None:
    found = {v: _extrapolated(encode, v) for v in ("19.9999", "20", "50", "80", "80.0001")}
    assert found == {"19.9999": True, "20": False, "50": False, "80": False, "80.0001": True}


def test_no_equation_is_applied_to_no_volume(encode: Encode) -> None:
    assert not _extrapolated(encode, "0")
    assert not _extrapolated(encode, None)
