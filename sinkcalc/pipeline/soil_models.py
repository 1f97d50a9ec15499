"""Relations of carbon and bulk density with organic matter that serve the soil cores."""

import polars as pl

from sinkcalc.models.organic_matter import LOADING_COLUMNS, MODEL_COLUMNS, SoilModels
from sinkcalc.store.connection import Connection


def soil_models(con: Connection) -> SoilModels:
    """Return the active relations of the database, else none."""
    del con
    return SoilModels(pl.DataFrame(schema=MODEL_COLUMNS), pl.DataFrame(schema=LOADING_COLUMNS))
