"""The tidy tables of an export: one line an observation, one column a figure."""

from typing import Final

import numpy as np
import polars as pl

from sinkcalc.ccer.dossier import Dossier
from sinkcalc.ccer.grid import Column, columns_of, users_of
from sinkcalc.ccer.own_figures import OWN
from sinkcalc.ccer.plan import Level, Plan
from sinkcalc.ccer.project import BambooPart, Component, Stratum, Vegetation
from sinkcalc.coefficients.packs import MARKS, Pack
from sinkcalc.coefficients.verified import HOLDS, LAPSED, NOT_VERIFIED

# level -> its table
LEVEL_TABLES: Final = {
    "tree": "trees",
    "bamboo": "bamboo",
    "stratum": "strata_years",
    "project": "yearly",
}
LEVEL_KEYS: Final = {
    "tree": ("scenario", "stratum", "component", "form"),
    "bamboo": ("scenario", "stratum", "component"),
    "stratum": ("scenario", "stratum"),
    "project": (),
}
# table -> columns that name a row of it
ROW_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "parameters": ("parameter_id", "symbol", "key"),
    "strata": ("stratum",),
    "trees": ("scenario", "stratum", "component", "t"),
    "bamboo": ("scenario", "stratum", "component", "t"),
    "strata_years": ("scenario", "stratum", "t"),
    "yearly": ("t",),
    "parcels": ("parcel_id",),
    "excluded": ("parcel_id",),
    "screening": ("parcel_id", "rule_id"),
    "items": ("kind", "item_id", "own_figure"),
    "columns": ("table", "column"),
}
_BETWEEN: Final = "; "


def tidy_tables(dossier: Dossier) -> dict[str, pl.DataFrame]:
    """Return the tables by name, in the order of `ROW_KEYS`; a level without rows has none."""
    plan = dossier.plan
    levels = {
        LEVEL_TABLES[level.name]: _level_table(
            plan, level, columns_of(plan, level, dossier.results)
        )
        for level in plan.levels
        if not level.rows.is_empty()
    }
    made = {
        "parameters": parameter_table(dossier),
        "strata": strata_table(dossier),
        **levels,
        "parcels": dossier.parcels,
        "excluded": dossier.excluded,
        "screening": dossier.screening,
        "items": dossier.items,
        "columns": _column_table(dossier),
    }
    return {name: plain(made[name]) for name in ROW_KEYS if name in made}


def plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame with text for words and floats for decimals."""
    return frame.with_columns(
        pl.selectors.enum().cast(pl.String),
        pl.selectors.categorical().cast(pl.String),
        pl.selectors.decimal().cast(pl.Float64),
    )


def _level_table(plan: Plan, level: Level, columns: list[Column]) -> pl.DataFrame:
    years, rows = len(plan.periods), level.rows.height
    keys = level.rows.select(LEVEL_KEYS[level.name])
    repeated = keys.select(pl.all().repeat_by(years).explode()) if keys.width else pl.DataFrame()
    times = pl.DataFrame(
        {
            "t": [period.t for period in plan.periods] * rows,
            "first": [period.first for period in plan.periods] * rows,
            "last": [period.last for period in plan.periods] * rows,
        }
    )
    figures = pl.DataFrame(
        {
            column.symbol: np.ascontiguousarray(column.values).ravel()
            for column in columns
            if column.symbol not in times.columns
        }
    ).with_columns(pl.selectors.float().fill_nan(None))
    return pl.concat(
        [frame for frame in (repeated, times, figures) if frame.width], how="horizontal"
    )


def parameter_table(dossier: Dossier) -> pl.DataFrame:
    """Return every parameter of the plan with its source and the equations that use it."""
    plan = dossier.plan
    users = users_of(plan)
    rows = plan.parameters
    texts = [name for name in ("unit", *MARKS) if name not in rows.columns]
    rows = rows.with_columns(pl.lit(None, pl.String).alias(name) for name in texts)
    if "se" not in rows.columns:
        rows = rows.with_columns(pl.lit(None, pl.Float64).alias("se"))
    return rows.select(
        "parameter_id",
        "symbol",
        "key",
        "value",
        "unit",
        "se",
        pl.Series(
            "equations",
            [
                _BETWEEN.join(one.equation_id for one in users.get(symbol, []))
                for symbol in rows["symbol"]
            ],
            dtype=pl.String,
        ),
        *MARKS,
        pl.Series("verification", _verifications(dossier, rows), dtype=pl.String),
    )


def _verifications(dossier: Dossier, rows: pl.DataFrame) -> list[str | None]:
    """Return the verification of each parameter; that of the rows a project's figure stands for."""
    known = {
        (item, own): word
        for item, own, word in dossier.items.select(
            "item_id", "own_figure", "verification"
        ).iter_rows()
    }
    found: list[str | None] = []
    for row in rows.iter_rows(named=True):
        name = row["parameter_id"]
        shipped = row.get("stands_for") or [name]
        own = name.removeprefix(OWN)
        words = {known.get((each, own), known.get((each, None))) for each in shipped}
        # what is least of them holds of the figure
        found.append(next((word for word in (LAPSED, NOT_VERIFIED, HOLDS) if word in words), None))
    return found


def strata_table(dossier: Dossier) -> pl.DataFrame:
    """Return the strata of the project: species, years of planting, density, area."""
    areas = stratum_areas(dossier.plan)
    counts = dict(dossier.parcels.group_by("stratum").len().iter_rows())
    rows = [
        {
            "stratum": one.stratum,
            "species": _BETWEEN.join(dict.fromkeys(species_of(one))) or None,
            "planted": _BETWEEN.join(dict.fromkeys(str(part.planted) for part in one.project.trees))
            or None,
            "density_per_ha": one.density_per_ha,
            "area_ha": areas[one.stratum],
            "management": one.management,
            "parcels": counts.get(one.stratum, 0),
        }
        for one in strata_in_order(dossier)
    ]
    kinds = {
        "stratum": pl.String,
        "species": pl.String,
        "planted": pl.String,
        "density_per_ha": pl.Float64,
        "area_ha": pl.Float64,
        "management": pl.String,
        "parcels": pl.Int64,
    }
    return pl.DataFrame(rows, schema=kinds)


def strata_in_order(dossier: Dossier) -> list[Stratum]:
    """Return the strata that the plan has, in its order."""
    named = {one.stratum: one for one in dossier.project.strata}
    return [named[name] for name in stratum_areas(dossier.plan)]


def stratum_areas(plan: Plan) -> dict[str, float]:
    """Return stratum -> area, ha, in the order of the plan."""
    level = plan.level("stratum")
    areas = np.broadcast_to(level.inputs["area_ha"], (level.rows.height, len(plan.periods)))
    return {
        name: float(area) for name, area in zip(level.rows["stratum"], areas[:, 0], strict=True)
    }


def species_of(stratum: Stratum) -> list[str]:
    """Return the species that the project plants in a stratum."""
    return [part.species for part in parts_of(stratum.project)]


def parts_of(vegetation: Vegetation) -> list[Component | BambooPart]:
    """Return components of trees, then parts of bamboo."""
    return [*vegetation.trees, *vegetation.bamboo]


def input_units(pack: Pack) -> dict[str, str]:
    """Return the units of the inputs that a pack asks for, by symbol."""
    return dict(pack.tables["inputs"].select("symbol", "unit").iter_rows())


def _column_table(dossier: Dossier) -> pl.DataFrame:
    """Say of every figure of a level what it is: unit, kind and equations."""
    plan = dossier.plan
    rows = [
        {
            "table": LEVEL_TABLES[level.name],
            "column": column.symbol,
            "kind": column.kind,
            "unit": column.unit,
            "equations": _BETWEEN.join(
                dict.fromkeys(one.equation_id for one in column.equations if one is not None)
            )
            or None,
        }
        for level in plan.levels
        if not level.rows.is_empty()
        for column in columns_of(plan, level, dossier.results, input_units(dossier.pack))
    ]
    names = ("table", "column", "kind", "unit", "equations")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))
