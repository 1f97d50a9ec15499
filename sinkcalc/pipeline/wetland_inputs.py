"""What an estimate of wetlands reads, before anything is computed."""

from dataclasses import dataclass

import polars as pl

from sinkcalc.uncertainty.errors import Errors


@dataclass(frozen=True)
class CoreParts:
    """Stocks of cores: `rows`, `gradients` and `errors` of their models, see `CoreStocks`."""

    rows: pl.DataFrame
    gradients: pl.DataFrame
    errors: Errors


@dataclass(frozen=True)
class WetlandInputs:
    """What an estimate of wetlands reads.

    Attributes
    ----------
    records
        Rows of `wetland_frame`.
    cores
        Their cores, to the depth of the factors.
    cores_to_one_metre
        Their cores to 1 m, for excavations; none where nothing was excavated in the year, or
        where `cores` are to 1 m.
    errors
        Errors of the shipped parameters.
    gwp
        t CO2e per t of each gas.
    """

    survey: int
    records: pl.LazyFrame
    cores: CoreParts
    errors: Errors
    gwp_set: str
    gwp: dict[str, float]
    cores_to_one_metre: CoreParts | None = None

    @property
    def core_gradients(self) -> pl.DataFrame:
        """Derivatives of cores to either depth by the coefficients of their models."""
        deep = self.cores_to_one_metre
        parts = [self.cores.gradients, *([] if deep is None else [deep.gradients])]
        return pl.concat(part.select(parts[0].columns) for part in parts)
