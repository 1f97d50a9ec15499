"""By what a survey was counted: districts, words that occur, code sets that were read."""

from collections.abc import Sequence
from typing import Final

import duckdb

from sinkcalc.schemas.series import Counted, Recorded

# table of a survey -> coded columns whose words are grouping keys
_CODED: Final = {
    "stands": ("vegetation_class", "species", "origin", "age_group"),
    "wetlands": ("wetland_class",),
}
_REGION_DIGITS: Final = 6


def counted_by(
    con: duckdb.DuckDBPyConnection,
    survey: int,
    definition: str,
    abolished: Sequence[str],
    table: str = "stands",
) -> Counted:
    """Read from the records of a survey by what they were counted, in one scan.

    Parameters
    ----------
    abolished
        County codes that are no more; numbers of stands may still begin with them.
    """
    columns = _CODED[table]
    sets = ", ".join(
        f"list_sort(list_distinct(list({name}::VARCHAR)))" for name in ("region_code", *columns)
    )
    prefix = f"left(stand_id, {_REGION_DIGITS})" if table == "stands" else "NULL"
    row = con.execute(
        f"SELECT {sets}, list_sort(list_distinct(list({prefix}) "
        f"FILTER (list_contains($abolished, {prefix}))) ) "
        f"FROM {table} WHERE survey = $survey",
        {"survey": survey, "abolished": list(abolished)},
    ).fetchone()
    found = [frozenset(words or ()) for words in row or ()]
    read = _code_sets(con, survey, table)
    return Counted(
        survey=survey,
        definition=definition,
        regions=found[0],
        old_codes=found[-1],
        words={
            name: Recorded(used, read.get(name, frozenset()))
            for name, used in zip(columns, found[1:], strict=False)
        },
        # a load of an early version kept no record of its columns
        read=bool(read),
        economic="economic_mark" in read,
    )


def _code_sets(
    con: duckdb.DuckDBPyConnection, survey: int, table: str
) -> dict[str, frozenset[str]]:
    """Return column -> code sets by which it was read; the program's own words are an empty one."""
    rows = con.execute(
        "SELECT column_name, list(DISTINCT coalesce(code_set, '')) FROM load_columns "
        "JOIN loads USING (load_id) WHERE survey = ? AND table_name = ? "
        "AND column_name IS NOT NULL AND header IS NOT NULL GROUP BY column_name",
        [survey, table],
    ).fetchall()
    return {str(column): frozenset(names) for column, names in rows}
