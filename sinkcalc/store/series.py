"""By what a survey was counted: districts, words that occur, code sets that were read."""

from collections.abc import Sequence
from typing import Final

import duckdb

from sinkcalc.schemas.series import Counted, Recorded

# table of a survey -> coded columns whose words are grouping keys
_CODED: Final = {
    "stands": ("vegetation_class", "species", "origin", "age_group", "forest_category"),
    "wetlands": ("wetland_class",),
}
# coded column -> columns of a delivery that it is read from besides
_READ_FROM: Final = {"forest_category": ("category_by_authority", "category_by_purpose")}


def counted_by(
    con: duckdb.DuckDBPyConnection,
    survey: int,
    definition: str,
    abolished: Sequence[str],
    table: str = "stands",
) -> Counted:
    """Read from the records of a survey by what they were counted.

    Parameters
    ----------
    abolished
        County codes that are no more; numbers of stands may still begin with them.
    """
    columns = _CODED[table]
    lists = ", ".join(f"list(DISTINCT {name}::VARCHAR)" for name in ("region_code", *columns))
    row = con.execute(
        # the combinations are few, whatever the number of records
        f"SELECT {lists} FROM (SELECT DISTINCT region_code, {', '.join(columns)} FROM {table} "
        "WHERE survey = ?)",
        [survey],
    ).fetchone()
    found = [frozenset(word for word in words or () if word) for words in row or ()]
    old = [code for code in abolished if table == "stands" and _begins(con, survey, code)]
    read = _code_sets(con, survey, table)
    return Counted(
        survey=survey,
        definition=definition,
        regions=found[0],
        old_codes=frozenset(old),
        words={
            name: Recorded(used, _read_by(name, read))
            for name, used in zip(columns, found[1:], strict=True)
        },
        # a load of an early version kept no record of its columns
        read=bool(read),
        economic="economic_mark" in read,
    )


def _read_by(column: str, read: dict[str, frozenset[str]]) -> frozenset[str]:
    """Return the code sets by which a column and those behind it were read."""
    sources = (column, *_READ_FROM.get(column, ()))
    return frozenset().union(*(read.get(name, frozenset()) for name in sources))


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


def _begins(con: duckdb.DuckDBPyConnection, survey: int, code: str) -> bool:
    """Tell whether the number of any stand begins with a county code."""
    row = con.execute(
        # a pattern that is written out is looked up in the extremes of the blocks
        f"SELECT 1 FROM stands WHERE survey = ? AND stand_id LIKE '{code}%' LIMIT 1",
        [survey],
    ).fetchone()
    return row is not None
