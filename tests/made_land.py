"""Wetlands and farmland in a database, without a file."""

from collections.abc import Iterable
from pathlib import Path

import duckdb

# id, region, use, soil class, tillage, input level, area ha, own factors (land use, management,
# input)
Record = tuple[
    str,
    str,
    str,
    str | None,
    str | None,
    str | None,
    str,
    str | None,
    str | None,
    str | None,
]


# id, region, class, area ha, stand that is the same land
Patch = tuple[str, str, str, str, str | None]


def put_farmland(db: Path, survey: int, records: Iterable[Record]) -> None:
    """Put records into the table `farmland` as one load of one survey."""
    with duckdb.connect(str(db)) as con:
        load_id = _load(con, survey, "farmland")
        for number, record in enumerate(records, start=2):
            con.execute(
                "INSERT INTO farmland (survey, load_id, farmland_id, source_file, source_row, "
                "region_code, farmland_use, soil_class, tillage, input_level, area_ha, "
                "land_use_factor, management_factor, input_factor) "
                "VALUES (?, ?, ?, 'made.csv', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [survey, load_id, record[0], number, *record[1:]],
            )


def put_wetlands(db: Path, survey: int, records: Iterable[Patch]) -> None:
    """Put records into the table `wetlands` as one load of one survey."""
    with duckdb.connect(str(db)) as con:
        load_id = _load(con, survey, "wetlands")
        for number, record in enumerate(records, start=2):
            con.execute(
                "INSERT INTO wetlands (survey, load_id, wetland_id, source_file, source_row, "
                "region_code, wetland_class, area_ha, stand_id) "
                "VALUES (?, ?, ?, 'made.csv', ?, ?, ?, ?, ?)",
                [survey, load_id, record[0], number, *record[1:]],
            )


def _load(con: duckdb.DuckDBPyConnection, survey: int, table: str) -> str:
    load_id = f"{table}-{survey}"
    con.execute(
        "INSERT INTO wetland_surveys SELECT $1, 'local', false WHERE NOT EXISTS "
        "(SELECT 1 FROM wetland_surveys WHERE survey = $1)",
        [survey],
    )
    con.execute(
        "INSERT INTO loads (load_id, survey, table_name, profile, profile_sha256, "
        "program_version, loaded_at) VALUES (?, ?, ?, 'made', '', '', now())",
        [load_id, survey, table],
    )
    return load_id
