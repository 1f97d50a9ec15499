"""What runs of the soil carbon of the land ask of the database."""

import duckdb
import polars as pl


def read_farmland_flags(con: duckdb.DuckDBPyConnection, run_id: str) -> pl.DataFrame:
    """Return farmland that a run estimated in a special way or not at all."""
    return con.execute(
        "SELECT flag, farmland_use, records, area_ha FROM farmland_flags "
        "WHERE run_id = ? ORDER BY flag, farmland_use",
        [run_id],
    ).pl()


def open_water(con: duckdb.DuckDBPyConnection, survey: int, classes: tuple[str, ...]) -> float:
    """Return the area of a survey's wetlands of some classes, ha."""
    return _area(
        con,
        "SELECT sum(area_ha)::DOUBLE FROM wetlands "
        "WHERE survey = ? AND list_contains(?, wetland_class::VARCHAR)",
        [survey, list(classes)],
    )


def tree_crops(con: duckdb.DuckDBPyConnection, survey: int) -> tuple[float, float]:
    """Return the areas of economic forest and of perennial farmland of a survey, ha."""
    forest = "SELECT sum(area_ha)::DOUBLE FROM stands WHERE survey = ? AND vegetation_class = ?"
    farmland = "SELECT sum(area_ha)::DOUBLE FROM farmland WHERE survey = ? AND farmland_use = ?"
    return _area(con, forest, [survey, "economic"]), _area(con, farmland, [survey, "perennial"])


def _area(con: duckdb.DuckDBPyConnection, query: str, values: list[object]) -> float:
    row = con.execute(query, values).fetchone()
    return 0.0 if row is None or row[0] is None else float(row[0])


def run_loads(con: duckdb.DuckDBPyConnection, run_id: str) -> dict[str, str]:
    """Return table -> load of the further tables that a run read."""
    return dict(
        con.execute(
            "SELECT table_name, load_id FROM run_loads WHERE run_id = ? ORDER BY table_name",
            [run_id],
        ).fetchall()
    )
