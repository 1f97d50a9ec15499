"""Depth intervals of whole cores: overlaps are set aside, gaps and disorder are told."""

from typing import Final

import polars as pl

from sinkcalc.intake.delivery import ROW, SOURCE
from sinkcalc.intake.profiles import Profile
from sinkcalc.intake.rules import Violation, rejected_rows, warned_rows
from sinkcalc.pipeline.spool import Spool
from sinkcalc.schemas.inventory import RejectedRow

_TOP: Final = "depth_top_cm"
_BOTTOM: Final = "depth_bottom_cm"
# end of the interval above, and begin of the one before in the file
_ABOVE: Final = "_above"
_BEFORE: Final = "_before"
_FILE: Final = "_file"


def check_intervals(spool: Spool, profiles: dict[str, Profile]) -> pl.DataFrame:
    """Take out every interval that overlaps one above it in its core; warn of gaps and disorder.

    Of two that overlap the one that begins deeper goes; of two that begin together, the longer.

    Parameters
    ----------
    profiles
        Profile of each file, by name, in the order of the load.

    Returns
    -------
    Rows of `RejectedRow` for what was taken out.
    """
    order = dict(zip(profiles, range(len(profiles)), strict=True))
    rows = (
        spool.scan("rows")
        .select("core_id", _TOP, _BOTTOM, SOURCE, pl.col("source_row").alias(ROW))
        .with_columns(pl.col(SOURCE).replace_strict(order, return_dtype=pl.Int64).alias(_FILE))
        .sort("core_id", _TOP, _BOTTOM, _FILE, ROW)
        .collect()
    )
    kept, overlapping = _without_overlaps(rows)
    headers = {name: profile.columns[_TOP].header for name, profile in profiles.items()}
    if overlapping.height:
        spool.take_out(overlapping.rename({ROW: "source_row"}))
    told = kept.with_columns(
        pl.col(_BOTTOM).shift(1).over("core_id").alias(_ABOVE),
    )
    told = told.sort(_FILE, ROW).with_columns(pl.col(_TOP).shift(1).over("core_id").alias(_BEFORE))
    for name, header in headers.items():
        of_file = told.filter(pl.col(SOURCE) == name)
        spool.write("warned", warned_rows(of_file, _warnings(header), "core_id"))
    value = pl.concat_str(
        pl.col(_TOP).cast(pl.String), pl.lit("–"), pl.col(_BOTTOM).cast(pl.String)
    )
    return pl.concat(
        [
            RejectedRow.create_empty(),
            *(
                rejected_rows(
                    overlapping.filter(pl.col(SOURCE) == name),
                    [Violation("interval_overlap", header, pl.col(_TOP).is_not_null(), value)],
                )
                for name, header in headers.items()
            ),
        ]
    )


def _without_overlaps(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split intervals, sorted by core and depth, into those that overlap none above and the rest.

    A round takes out the intervals that overlap the one above them, if that one stays itself; what
    it leaves is looked at again, since one may reach over several.
    """
    taken = [rows.clear()]
    overlaps = (pl.col(_TOP) < pl.col(_BOTTOM).shift(1).over("core_id")).fill_null(False)
    cores = rows.filter(overlaps).select("core_id").unique()
    clean = rows.join(cores, on="core_id", how="anti", maintain_order="left")
    rows = rows.join(cores, on="core_id", how="semi", maintain_order="left")
    while True:
        found = rows.with_columns(overlaps.alias("_overlaps"))
        stays = ~pl.col("_overlaps").shift(1, fill_value=False).over("core_id")
        goes = found.select(pl.col("_overlaps") & stays).to_series()
        if not goes.any():
            return pl.concat([clean, rows], rechunk=True), pl.concat(taken, rechunk=True)
        taken.append(rows.filter(goes))
        rows = rows.filter(~goes)


def _warnings(header: str) -> list[Violation]:
    top, above, before = pl.col(_TOP), pl.col(_ABOVE), pl.col(_BEFORE)
    gap = pl.concat_str(above.cast(pl.String), pl.lit("–"), top.cast(pl.String))
    begin = top.cast(pl.String)
    return [
        Violation("interval_gap", header, top > above, gap),
        Violation("core_not_from_surface", header, above.is_null() & (top > 0), begin),
        Violation("intervals_out_of_order", header, top < before, begin),
    ]
