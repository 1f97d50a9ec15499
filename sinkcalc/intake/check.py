"""Decode rows of a delivery, set aside the unusable ones and report the implausible ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from sinkcalc.intake.decode import decode
from sinkcalc.intake.delivery import GEOMETRY, GEOMETRY_AREA, ROW, SOURCE
from sinkcalc.intake.kinds import STANDS, WETLAND_RULES, TableKind
from sinkcalc.intake.plausible import PREVIOUS, against_previous, unknown_codes, warnings
from sinkcalc.intake.plot_checks import plot_warnings
from sinkcalc.intake.profiles import Profile
from sinkcalc.intake.rules import rejected_rows, warned_rows
from sinkcalc.intake.violations import any_broken, violations
from sinkcalc.intake.wetland_checks import against_wetlands, wetland_warnings
from sinkcalc.schemas.inventory import StandGeometry

_BROKEN = "_broken"


@dataclass(frozen=True)
class Previous:
    """The stands of the survey before.

    Attributes
    ----------
    stands
        `stand_id` and `previous_<column>` of every figure that is compared.
    """

    survey: int
    stands: pl.DataFrame


@dataclass(frozen=True)
class Against:
    """What rows are checked against, beside the rules.

    Attributes
    ----------
    previous
        Stands of the survey before, if there is one.
    plots
        Plots of the survey, which its trees have to be on.
    neighbours
        Year -> key and measured columns of the plot surveys before and after.
    wetlands
        `wetland_id` and `wetland_area_ha` of the survey's wetlands, which cores and protected
        areas name; None where it holds none.
    """

    previous: Previous | None = None
    plots: pl.Series | None = None
    wetlands: pl.DataFrame | None = None
    neighbours: Mapping[int, pl.DataFrame] = field(default_factory=dict)


_NOTHING: Final = Against()


@dataclass(frozen=True)
class Checked:
    """Outcome of the checks of some rows.

    Attributes
    ----------
    rows
        Rows of the table's schema. A key may occur twice: that is seen when all rows are there.
    rejected
        Rows of `RejectedRow`; a row that breaks several rules appears once for each.
    warned
        Rows of `WarnedRow`, stored and reported.
    geometries
        Rows of `StandGeometry`, with the id of the table in place of `stand_id`.
    simulated
        Whether any row is marked as simulated.
    successors
        Rows whose county code was abolished, by old and new code.
    figures
        Key and measured columns of all rows, rejected ones among them, as the profile reads them.
    """

    rows: pl.DataFrame
    rejected: pl.DataFrame
    warned: pl.DataFrame
    geometries: pl.DataFrame
    simulated: bool
    successors: pl.DataFrame
    figures: pl.DataFrame


def check_rows(
    raw: pl.DataFrame,
    profile: Profile,
    survey: int,
    against: Against = _NOTHING,
    crs: str | None = None,
) -> Checked:
    """Turn text rows into checked rows, rejected rows and warnings.

    Parameters
    ----------
    raw
        Text columns named as in the delivery, with `_row` and `source_file`.
    profile
        How to understand them, with the file's own headers.
    survey
        Year of the survey.
    against
        What the database holds around the survey.
    crs
        Coordinate system of the geometry; None without geometry.
    """
    errors = violations(profile, against.plots)
    kind = profile.kind
    decoded = decode(raw.lazy(), profile).with_columns(any_broken(errors).alias(_BROKEN)).collect()
    unusable = decoded.filter(_BROKEN)
    accepted = decoded.filter(~pl.col(_BROKEN))
    mark = profile.simulated_mark
    marked = mark and "remark" in kind.text
    simulated = bool(marked and accepted["remark_text"].str.starts_with(mark).any())
    return Checked(
        rows=_stored(accepted, kind),
        rejected=rejected_rows(unusable, errors).sort("source_row", maintain_order=True),
        warned=_warned(accepted, profile, survey, against),
        geometries=_geometries(accepted, kind, crs),
        simulated=simulated,
        successors=_successors(accepted) if "region_code" in kind.text else pl.DataFrame(),
        figures=measured(decoded, kind),
    )


def _warned(
    accepted: pl.DataFrame, profile: Profile, survey: int, against: Against
) -> pl.DataFrame:
    kind, previous, wetlands = profile.kind, against.previous, against.wetlands
    geometry = GEOMETRY_AREA in accepted.columns
    if kind.rules == WETLAND_RULES:
        found = wetland_warnings(profile, survey, geometry=geometry)
    elif kind is STANDS:
        found = warnings(profile, survey, geometry=geometry)
    else:
        found = plot_warnings(profile, survey)
    found += unknown_codes(profile)
    if previous is not None:
        found += against_previous(profile, survey - previous.survey)
        accepted = accepted.join(previous.stands, on="stand_id", how="left", maintain_order="left")
    if wetlands is not None:
        found += against_wetlands(profile)
        accepted = accepted.join(
            wetlands,
            left_on="wetland_id_text",
            right_on="wetland_id",
            how="left",
            maintain_order="left",
        )
    return warned_rows(accepted, found, kind.id_column).sort("source_row", maintain_order=True)


def _successors(accepted: pl.DataFrame) -> pl.DataFrame:
    return (
        accepted.filter(pl.col("region_code") != pl.col("region_code_text"))
        .group_by(pl.col("region_code_text").alias("old_code"), pl.col("region_code"))
        .agg(pl.len().alias("rows"))
        .sort("old_code")
    )


def _stored(frame: pl.DataFrame, kind: TableKind) -> pl.DataFrame:
    columns = kind.schema.columns()

    def decimal(column: str) -> pl.Expr:
        dtype = columns[column].dtype
        scale = dtype.scale if isinstance(dtype, pl.Decimal) else 0
        return pl.col(column).round(scale).cast(dtype)

    decimals = [c for c, d in columns.items() if isinstance(d.dtype, pl.Decimal)]
    truths = [c for c, d in columns.items() if d.dtype == pl.Boolean]
    texts = [c for c in kind.text if c != "region_code"]
    return kind.schema.validate(
        frame.with_columns(
            pl.col(ROW).alias("source_row"),
            *(pl.col(f"{column}_text").alias(column) for column in texts),
            *(decimal(column) for column in decimals),
            *((pl.col(column) == "true").alias(column) for column in truths),
        ),
        cast=True,
    )


def _geometries(frame: pl.DataFrame, kind: TableKind, crs: str | None) -> pl.DataFrame:
    if GEOMETRY not in frame.columns or not kind.geometries:
        return StandGeometry.create_empty()
    kept = frame.filter(pl.col(GEOMETRY).is_not_null())
    checked = StandGeometry.validate(
        kept.select(
            pl.col(kind.id_column).alias("stand_id"),
            SOURCE,
            pl.col(ROW).alias("source_row"),
            pl.lit(crs or None, pl.String).alias("crs"),
            pl.col(GEOMETRY_AREA).round(4).alias("geometry_area_ha"),
            pl.col(GEOMETRY).alias("geometry_wkb"),
        ),
        cast=True,
    )
    return checked.rename({"stand_id": kind.id_column})


def measured(decoded: pl.DataFrame, kind: TableKind) -> pl.DataFrame:
    """Pick what is compared between occasions: the key and the measured columns."""
    if not kind.compared:
        return pl.DataFrame()
    own = {column: column if column == kind.id_column else f"{column}_text" for column in kind.key}
    return decoded.select(
        *(pl.col(name).alias(column) for column, name in own.items()),
        *kind.compared,
    ).drop_nulls(list(kind.key))


def previous_figures(stands: pl.DataFrame) -> pl.DataFrame:
    """Name the figures of the survey before beside which a row is put."""
    return stands.select(
        "stand_id",
        *(pl.col(column).cast(pl.Float64).alias(f"previous_{column}") for column in PREVIOUS),
    ).unique("stand_id")
