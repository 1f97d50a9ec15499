"""The check for land that is counted both as a stand and as a wetland."""

from pathlib import Path

import polars as pl

from sinkcalc.accounting.ledger import double_counting
from sinkcalc.errors import SinkcalcError
from sinkcalc.intake.overlay import NO_OVERLAPS, overlaps
from sinkcalc.schemas.results import DoubleCounting
from sinkcalc.store.connection import Connection, reading
from sinkcalc.store.geometries import (
    stand_shapes,
    stands_named,
    wetland_shapes,
    wooded_wetlands,
)
from sinkcalc.store.wetlands import get_wetland_surveys


def wooded_ledger(db: Path, survey: int, wait: float = 0.0) -> pl.DataFrame:
    """List the wooded wetlands of a survey with the stands that are the same land.

    Returns
    -------
    Rows of `DoubleCounting`.

    Raises
    ------
    SinkcalcError
        If the survey holds no wetlands.
    UsageProblem
        If both have geometries and the libraries that read them are not installed.
    """
    with reading(db, wait) as con:
        known = [year for year, one in get_wetland_surveys(con).items() if "wetlands" in one.loads]
        if survey not in known:
            listed = ", ".join(map(str, known))
            raise SinkcalcError(
                zh=f"库中没有 {survey} 年的湿地(有:{listed or '无'});"
                f"先运行 sinkcalc load wetlands 文件 --survey {survey}",
                en=f"there are no wetlands of {survey} (there are: {listed or 'none'}); load them "
                f"first: sinkcalc load wetlands FILE --survey {survey}",
            )
        wetlands = wooded_wetlands(con, survey)
        found = _overlaps(con, survey)
        names = {*wetlands["stand_id"].drop_nulls(), *found["stand_id"]}
        stands = stands_named(con, survey, sorted(names))
    rows = double_counting(wetlands, stands, found)
    rows = rows.with_columns(pl.lit(survey).alias("survey"))
    return DoubleCounting.validate(rows.select(DoubleCounting.column_names()), cast=True)


def _overlaps(con: Connection, survey: int) -> pl.DataFrame:
    patches = wetland_shapes(con, survey, wooded=True)
    if patches.is_empty():
        return NO_OVERLAPS
    return pl.concat(
        [NO_OVERLAPS, *(overlaps(patches, batch) for batch in stand_shapes(con, survey))]
    )
