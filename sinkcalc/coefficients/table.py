"""A parameter table as it is held in memory."""

from dataclasses import dataclass
from typing import Final

import polars as pl

KEY_COLUMNS: Final = (
    "equation_set",
    "vegetation_class",
    "species",
    "species_group",
    "origin",
    "age_group",
)
PARAMETER_COLUMNS: Final[dict[str, type[pl.DataType]]] = {
    "parameter_id": pl.String,
    **dict.fromkeys(KEY_COLUMNS, pl.String),
    "fit_id": pl.String,
    "symbol": pl.String,
    "value": pl.Float64,
    "unit": pl.String,
    "se": pl.Float64,
    "n": pl.Int64,
    "valid_min": pl.Float64,
    "valid_max": pl.Float64,
    "source_id": pl.String,
    "locator": pl.String,
    "status": pl.String,
    "evidence": pl.String,
    "note": pl.String,
}


@dataclass(frozen=True)
class ParameterTable:
    """One file of `parameters/` with its version.

    Attributes
    ----------
    name
        File stem.
    version
        Version of the values, from the TOML beside the CSV.
    sha256
        Hash of the CSV file.
    title_zh, title_en
        What the table holds.
    rows
        The CSV; tables of coefficients have at least `PARAMETER_COLUMNS`.
    """

    name: str
    version: str
    sha256: str
    title_zh: str
    title_en: str
    rows: pl.DataFrame
