"""Checks of permanent plots, their trees and strata."""

from typing import Final

import polars as pl

from sinkcalc.intake.decode import OCCASION
from sinkcalc.intake.kinds import PLOTS, STRATA, TREES
from sinkcalc.intake.plausible import (
    age_outside_group,
    canopy_checks,
    outside,
    reported,
    size_checks,
)
from sinkcalc.intake.profiles import Profile
from sinkcalc.intake.rules import Violation, load_rules
from sinkcalc.vocabulary import GONE_STATUSES

_ARBOR: Final = pl.col("vegetation_class") == "arbor"
# a row that sums the others, as it stands below tables of a workbook
TOTALS: Final = r"^\s*(?i:合计|小计|总计|总和|total|sum)\s*$"
# table -> rule and the column it bounds
_RANGES: Final = {
    PLOTS.name: (
        ("plot_area_range", "plot_area_ha"),
        ("canopy_range", "canopy_cover_fraction"),
        ("age_range", "age_years"),
        ("dbh_range", "dbh_cm"),
        ("height_range", "height_m"),
        ("plot_volume_negative", "volume_m3"),
        ("plot_volume_negative", "dead_volume_m3"),
        ("plot_volume_negative", "cut_volume_m3"),
    ),
    TREES.name: (
        ("tree_dbh_range", "dbh_cm"),
        ("tree_height_range", "height_m"),
        ("tree_crown_range", "crown_length_m"),
        ("tree_volume_range", "volume_m3"),
        ("tally_area_range", "tally_area_ha"),
    ),
    STRATA.name: (("stratum_area_range", "area_ha"),),
}


def plot_violations(profile: Profile, plots: pl.Series | None) -> list[Violation]:
    """List the rules of plots, trees and strata whose breach rejects a row.

    Parameters
    ----------
    profile
        Where the columns come from.
    plots
        Plots of the survey, which every tree has to be on; None for other tables.
    """
    found = [bounded(rule, column, profile) for rule, column in _RANGES[profile.kind.name]]
    identity = pl.col(profile.kind.id_column)
    totals = identity.str.contains(TOTALS)
    found.append(Violation("total_row", "+".join(profile.id_columns), totals, identity))
    if profile.occasions is not None and profile.occasions.header:
        found.append(Violation("required", profile.occasions.header, pl.col(OCCASION).is_null()))
    if profile.kind is PLOTS:
        area = pl.col("plot_area_ha")
        # there is nothing per hectare of no area
        per_ha = pl.when(area > 0).then(pl.col("volume_m3") / area)
        volume = profile.columns.get("volume_m3")
        too_much = outside("plot_volume_range", per_ha)
        header = "volume_m3" if volume is None else volume.header
        found.append(Violation("plot_volume_range", header, too_much, pl.col("volume_m3_text")))
    if plots is not None:
        plot = pl.col("plot_id")
        absent = plot.is_not_null() & ~plot.is_in(plots.implode())
        found.append(Violation("plot_unknown", "+".join(profile.id_columns), absent, plot))
    return found


def bounded(rule: str, column: str, profile: Profile) -> Violation:
    """Return the rule that a column lies within bounds."""
    source = profile.columns.get(column)
    return Violation(
        rule,
        column if source is None else source.header,
        outside(rule, pl.col(column)),
        pl.coalesce(f"{column}_text", pl.col(column).cast(pl.String)),
        unit="" if source is None else source.unit,
    )


def plot_warnings(profile: Profile, survey: int) -> list[Violation]:
    """List the rules of plots, trees and strata whose breach is reported.

    Parameters
    ----------
    profile
        Where the columns come from; a rule whose column is not delivered is left out.
    survey
        Year of the survey.
    """
    checks = {PLOTS.name: _of_plots(profile, survey), TREES.name: _of_trees()}
    found = reported(checks.get(profile.kind.name, {}), profile)
    if profile.kind is not PLOTS:
        return found
    # told also where the file has no such column
    return [
        *found,
        Violation("class_not_recorded", "vegetation_class", pl.col("vegetation_class").is_null()),
        Violation("plot_area_missing", "plot_area_ha", pl.col("plot_area_ha").is_null()),
    ]


def _of_plots(profile: Profile, survey: int) -> dict[str, pl.Expr]:
    year = pl.col("measured_year")
    unread = year.is_null() & pl.col("measured_year_text").is_not_null()
    volume = pl.col("volume_m3")
    checks = {
        **canopy_checks(),
        **size_checks(),
        "age_group_agrees": age_outside_group(),
        "species_expected": _ARBOR & pl.col("species_text").is_null(),
        "measured_year": unread | outside("measured_year", year - survey),
    }
    if "volume_m3" in profile.columns:
        large = pl.col("dbh_cm") > load_rules()["volume_with_dbh"].minimum
        checks["volume_with_dbh"] = _ARBOR & large & (volume.is_null() | (volume == 0))
    return checks


def _of_trees() -> dict[str, pl.Expr]:
    dbh, height = pl.col("dbh_cm"), pl.col("height_m")
    living = ~pl.col("status").is_in(GONE_STATUSES).fill_null(False)
    return {
        "tree_without_dbh": living & (dbh.is_null() | (dbh == 0)),
        "tree_height_to_dbh": (dbh > 0) & outside("tree_height_to_dbh", height / dbh),
        "tree_crown_below_height": pl.col("crown_length_m") > height,
    }
