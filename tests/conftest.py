"""Stands as the estimate reads them, built from words."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import polars as pl
import pytest

from sinkcalc.coefficients.factors import Factors, load_factors
from sinkcalc.vocabulary import (
    AGE_GROUPS,
    FOREST_CATEGORIES,
    ORIGINS,
    SPECIES,
    VEGETATION_CLASSES,
)

CODE_SCHEMA: dict[str, Any] = {
    "region_code": pl.String,
    "vegetation_class": pl.UInt8,
    "species": pl.UInt8,
    "origin": pl.UInt8,
    "age_group": pl.UInt8,
    "area_ha": pl.Decimal(14, 4),
    "volume_m3": pl.Decimal(16, 4),
    "culms": pl.Decimal(16, 0),
    "scattered_volume_m3": pl.Decimal(16, 4),
    "stems_per_ha": pl.Decimal(10, 1),
    "dbh_cm": pl.Decimal(6, 1),
    "height_m": pl.Decimal(6, 1),
    "crown_length_m": pl.Decimal(6, 1),
    "forest_category": pl.UInt8,
}


class StandWords(NamedTuple):
    """One stand in words; figures are text so that they stay exact."""

    region: str
    vegetation_class: str
    area_ha: str
    species: str | None = None
    origin: str | None = None
    age_group: str | None = None
    volume_m3: str | None = None
    culms: str | None = None
    scattered_volume_m3: str | None = None
    stems_per_ha: str | None = None
    dbh_cm: str | None = None
    height_m: str | None = None
    crown_length_m: str | None = None
    forest_category: str | None = None


Words = Sequence[str | None]
Encode = Callable[[Sequence[Words]], pl.LazyFrame]


def _code(word: str | None, words: tuple[str, ...]) -> int | None:
    return None if word is None else words.index(word)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _encode(stands: Sequence[Words]) -> pl.LazyFrame:
    rows = [
        (
            stand.region,
            _code(stand.vegetation_class, VEGETATION_CLASSES),
            _code(stand.species, SPECIES),
            _code(stand.origin, ORIGINS),
            _code(stand.age_group, AGE_GROUPS),
            _decimal(stand.area_ha),
            _decimal(stand.volume_m3),
            _decimal(stand.culms),
            _decimal(stand.scattered_volume_m3),
            _decimal(stand.stems_per_ha),
            _decimal(stand.dbh_cm),
            _decimal(stand.height_m),
            _decimal(stand.crown_length_m),
            _code(stand.forest_category, FOREST_CATEGORIES),
        )
        # a row may hold fewer words than there are fields, which the type of * cannot say
        for stand in (StandWords(*words) for words in stands)
    ]
    return pl.LazyFrame(rows, schema=CODE_SCHEMA, orient="row")


@pytest.fixture(scope="session")
def encode() -> Encode:
    """Turn stands (fields of `StandWords`) into the coded frame that an estimate reads."""
    return _encode


@pytest.fixture(scope="session")
def factors() -> Factors:
    """Return the parameter rows of the default method."""
    return load_factors()
