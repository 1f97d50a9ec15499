"""A database of stands and plots that grow by known curves, at two surveys."""

from pathlib import Path

import numpy as np
import polars as pl
from made_growth import YEARS, stands

from sinkcalc.store.connection import writing

SURVEYS = (2015, 2015 + YEARS)
# species and origin -> the curve that they grow by
GROWN = {("chinese_fir", "planted"): "schumacher", ("masson_pine", "natural"): "logistic"}
# stands too few for a curve of their own
FEW = ("oak", "natural")


def city(seed: int = 7, *, growing: int | None = None) -> pl.DataFrame:
    """Draw stands of every kind: `species`, `origin`, and `stands(..., twice=True)`."""
    parts = []
    for place, ((species, origin), form) in enumerate(GROWN.items()):
        drawn = stands(form, np.random.default_rng([seed, place]), twice=True)  # type: ignore[arg-type]
        drawn = drawn if growing is None else drawn.filter(pl.col("age") <= growing)
        parts.append(drawn.with_columns(species=pl.lit(species), origin=pl.lit(origin)))
    few = parts[1].head(10).with_columns(species=pl.lit(FEW[0]), origin=pl.lit(FEW[1]))
    return pl.concat([*parts, few]).with_row_index("number")


def fill(path: Path, frame: pl.DataFrame) -> None:
    """Store the stands at both surveys, and every seventh as a plot of 0.08 ha too."""
    with writing(path) as con:
        con.register("city", frame.to_arrow())
        con.register("plots_of", frame.filter(pl.col("number") % 7 == 0).to_arrow())
        for survey, age, volume, cut in (
            (SURVEYS[0], "age", "v", "NULL"),
            (SURVEYS[1], f"age + {YEARS}", "w", "0.08 * w / 4"),
        ):
            con.execute("INSERT INTO surveys VALUES (?, 'test', NULL, NULL, true)", [survey])
            con.execute("INSERT INTO plot_surveys VALUES (?, 'test', true)", [survey])
            for table in ("stands", "plots"):
                con.execute(
                    "INSERT INTO loads (load_id, survey, table_name, profile, profile_sha256, "
                    "program_version, loaded_at) VALUES (?, ?, ?, 'test', '', '', now())",
                    [f"{table}{survey}", survey, table],
                )
            con.execute(
                "INSERT INTO stands (survey, load_id, stand_id, source_file, source_row, "
                "region_code, vegetation_class, species, origin, age_years, area_ha, volume_m3) "
                f"SELECT {survey}, 'stands{survey}', number::VARCHAR, 'made', number, region_code, "
                f"'arbor', species, origin, {age}, area, {volume} * area FROM city"
            )
            # a quarter of the later volume was cut: both together are what the curve gives
            left = f"0.08 * {volume}" + (" * 3 / 4" if survey == SURVEYS[1] else "")
            con.execute(
                "INSERT INTO plots (survey, load_id, plot_id, source_file, source_row, "
                "region_code, plot_area_ha, vegetation_class, species, origin, age_years, "
                "volume_m3, cut_volume_m3) "
                f"SELECT {survey}, 'plots{survey}', number::VARCHAR, 'made', number, region_code, "
                f"0.08, 'arbor', species, origin, {age}, {left}, {cut} FROM plots_of"
            )
