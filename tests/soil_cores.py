"""Soil cores and relations with organic matter, built from few figures."""

from typing import Any

import polars as pl

from sinkcalc.models.organic_matter import LOADING_COLUMNS, MODEL_COLUMNS, SoilModels

INTERVAL_SCHEMA: dict[str, Any] = {
    "core_id": pl.String,
    "wetland_id": pl.String,
    "region_code": pl.String,
    "wetland_class": pl.String,
    "depth_top_cm": pl.Float64,
    "depth_bottom_cm": pl.Float64,
    "bulk_density_g_per_cm3": pl.Float64,
    "organic_matter_fraction": pl.Float64,
    "carbon_fraction": pl.Float64,
    "carbon_kind": pl.String,
    "coarse_fraction": pl.Float64,
}
_SHORT = {
    "core": "core_id",
    "top": "depth_top_cm",
    "bottom": "depth_bottom_cm",
    "density": "bulk_density_g_per_cm3",
    "om": "organic_matter_fraction",
    "carbon": "carbon_fraction",
    "kind": "carbon_kind",
    "coarse": "coarse_fraction",
}
NO_MODELS = SoilModels(pl.DataFrame(schema=MODEL_COLUMNS), pl.DataFrame(schema=LOADING_COLUMNS))


def intervals(*rows: dict[str, Any]) -> pl.LazyFrame:
    """Make intervals of cores; what a row does not name is empty, the core is A."""
    named = [
        {"core_id": "A", **{_SHORT.get(key, key): value for key, value in row.items()}}
        for row in rows
    ]
    return pl.LazyFrame(
        [{name: row.get(name) for name in INTERVAL_SCHEMA} for row in named],
        schema=INTERVAL_SCHEMA,
    )


def relations(
    carbon: tuple[float, float],
    densities: tuple[float, float],
    *,
    spreads: tuple[float, float] = (0.0, 0.0),
    errors: dict[str, float] | None = None,
    correlation: float | None = None,
) -> SoilModels:
    """Make C = a OM + b OM2 and BD = 1/(OM/k1 + (1 - OM)/k2) for every class.

    Parameters
    ----------
    spreads
        Residual standard deviations of carbon and of bulk density.
    errors
        Standard errors of `carbon.a`, `carbon.b`, `bulk_density.a`, `bulk_density.b`, each
        independent of the others.
    correlation
        Of the residuals of two intervals of one study.
    """
    rows = [
        {
            "model_id": target,
            "target": target,
            "form": form,
            "a": values[0],
            "b": values[1],
            "a_id": f"{target}.a",
            "b_id": f"{target}.b",
            "x_min": 0.0,
            "x_max": 1.0,
            "residual_variance": spread**2,
            "residual_power": 0.0,
            "residual_base": "size",
            "residual_correlation": correlation,
            "status": "published",
            "evidence": "read",
            "source_id": "SINKCALC",
        }
        for target, form, values, spread in (
            ("carbon", "quadratic", carbon, spreads[0]),
            ("bulk_density", "mixing", densities, spreads[1]),
        )
    ]
    loadings = [
        {"parameter_id": name, "block": name, "factor": 0, "loading": error, "df": None}
        for name, error in (errors or {}).items()
    ]
    return SoilModels(
        pl.DataFrame(
            [{name: row.get(name) for name in MODEL_COLUMNS} for row in rows], schema=MODEL_COLUMNS
        ),
        pl.DataFrame(loadings, schema=LOADING_COLUMNS),
    )
