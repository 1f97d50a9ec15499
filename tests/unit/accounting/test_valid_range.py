"""Stands outside the volume range of their equation are estimated and flagged."""

from dataclasses import replace
from decimal import Decimal

import polars as pl

from sinkcalc.accounting.cells import to_cells
from sinkcalc.coefficients.factors import Factors, load_factors
from sinkcalc.vocabulary import SPECIES, VEGETATION_CLASSES

LOWEST, HIGHEST = 20.0, 80.0


def _bounded() -> Factors:
    factors = load_factors()
    return replace(
        factors,
        equations=factors.equations.with_columns(
            pl.lit(LOWEST).alias("valid_min"), pl.lit(HIGHEST).alias("valid_max")
        ),
    )


def _extrapolated(volume: str | None) -> bool:
    """Whether one hectare of Masson pine with this volume is extrapolated."""
    stands = pl.LazyFrame(
        {
            "region_code": ["330106"],
            "vegetation_class": [VEGETATION_CLASSES.index("arbor")],
            "species": [SPECIES.index("masson_pine")],
            "origin": [None],
            "age_group": [None],
            "area_ha": [Decimal("1.0000")],
            "volume_m3": [None if volume is None else Decimal(volume)],
            "culms": [None],
        },
        schema={
            "region_code": pl.String,
            "vegetation_class": pl.UInt8,
            "species": pl.UInt8,
            "origin": pl.UInt8,
            "age_group": pl.UInt8,
            "area_ha": pl.Decimal(14, 4),
            "volume_m3": pl.Decimal(16, 4),
            "culms": pl.Decimal(16, 0),
        },
    )
    return bool(to_cells(stands, _bounded()).collect()["extrapolated"].item())


def test_only_volumes_outside_the_range_are_extrapolated() -> None:
    found = {v: _extrapolated(v) for v in ("19.9999", "20", "50", "80", "80.0001")}
    assert found == {"19.9999": True, "20": False, "50": False, "80": False, "80.0001": True}


def test_no_equation_is_applied_to_no_volume() -> None:
    assert not _extrapolated("0")
    assert not _extrapolated(None)
