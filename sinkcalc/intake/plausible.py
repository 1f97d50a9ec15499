"""Warnings: values that are loaded all the same and reported, in the spirit of bureaus' checks."""

import math
from typing import Final

import polars as pl

from sinkcalc.coefficients.factors import species_groups
from sinkcalc.coefficients.load import load_table
from sinkcalc.intake.decode import OUTSIDE, code_map
from sinkcalc.intake.delivery import GEOMETRY, GEOMETRY_AREA
from sinkcalc.intake.kinds import WETLAND_RULES
from sinkcalc.intake.profiles import Profile
from sinkcalc.intake.rules import Violation, load_rules
from sinkcalc.vocabulary import AGE_GROUPS

_ARBOR: Final = pl.col("vegetation_class") == "arbor"
_FROM_MIDDLE_AGE: Final = pl.col("age_group").is_in(AGE_GROUPS[1:])
# half of the last digit of a figure in whole units, and of one with two decimals
_HALF_UNIT: Final = 0.5
_HALF_CENT: Final = pl.lit(0.005)
_CM_PER_M: Final = 100
# figures of the survey before, as they stand beside a row
PREVIOUS: Final = ("age_years", "dbh_cm", "height_m")
# column whose unknown codes mean more than an empty word -> its rule
_UNKNOWN: Final = {
    "status": "status_not_known",
    "previous_vegetation_class": "previous_class_not_known",
    "forest_category": "category_not_known",
    "category_by_authority": "category_not_known",
    "category_by_purpose": "category_not_known",
}
_SIZES: Final = {"D ": "dbh_cm", " H ": "height_m", " N ": "stems_per_ha"}


def warnings(profile: Profile, survey: int, *, geometry: bool) -> list[Violation]:
    """List the rules whose breach is reported.

    Parameters
    ----------
    profile
        Where the columns come from; a rule whose column is not delivered is left out.
    survey
        Year of the survey.
    geometry
        Whether the rows have a geometry with an area.
    """
    checks = {
        "minimum_area": outside("minimum_area", pl.col("area_ha")),
        **canopy_checks(),
        **_volume(profile),
        **size_checks(),
        **_basal_area(),
        "record_year": pl.col("record_year").is_null() & pl.col("record_year_text").is_not_null()
        | (pl.col("record_year") != survey),
        "age_group_agrees": age_outside_group(),
        "forest_category_agrees": pl.col("forest_category") != pl.col("category_by_authority"),
        "species_expected": _ARBOR & pl.col("species_text").is_null(),
    }
    if geometry:
        area = pl.col(GEOMETRY_AREA)
        bound = load_rules()["geometry_area"].maximum
        larger = pl.max_horizontal("area_ha", area)
        checks["geometry_area"] = (area > 0) & ((pl.col("area_ha") - area).abs() > bound * larger)
        checks["empty_geometry"] = pl.col(GEOMETRY).is_null() | (area == 0)
    found = reported(checks, profile)
    for column, rule in profile.columns.items():
        if rule.classes and column in profile.kind.numeric:
            value = pl.col(f"{column}{OUTSIDE}")
            found.append(Violation("figure_not_read", rule.header, value.is_not_null(), value))
    return found


def reported(checks: dict[str, pl.Expr], profile: Profile) -> list[Violation]:
    """Name column and value of each check; one whose column is not delivered is left out."""
    headers = {column: rule.header for column, rule in profile.columns.items()}
    return [
        Violation(rule, _shown(rule, headers), mask, _value(rule, profile))
        for rule, mask in checks.items()
        if _delivered(rule, headers, profile)
    ]


def unknown_codes(profile: Profile) -> list[Violation]:
    """List the columns whose unknown codes read as empty and are told."""
    found = []
    for column, rule in profile.columns.items():
        if rule.unknown == "warn":
            text = pl.col(f"{column}_text")
            unknown = text.is_not_null() & ~text.is_in(list(code_map(column, rule)))
            kept = profile.kind.rules != WETLAND_RULES or column == profile.kind.class_column
            broken = _UNKNOWN.get(column, "code_not_known" if kept else "word_not_known")
            found.append(Violation(broken, rule.header, unknown, text))
    return found


def against_previous(profile: Profile, years: int) -> list[Violation]:
    """List the rules that compare a stand with itself in the survey before.

    Parameters
    ----------
    years
        Years between the surveys; the rows carry `previous_<column>` of `PREVIOUS`.
    """
    headers = {column: rule.header for column, rule in profile.columns.items()}
    found = []
    for rule, column in (
        ("previous_age", "age_years"),
        ("previous_dbh", "dbh_cm"),
        ("previous_height", "height_m"),
    ):
        before = pl.col(f"previous_{column}")
        value = pl.concat_str(f"{column}_text", pl.lit(" < "), before)
        if column in headers:
            found.append(Violation(rule, headers[column], pl.col(column) < before, value))
    growth = (pl.col("dbh_cm") - pl.col("previous_dbh_cm")) / years
    conifer = pl.col("species").is_in(_conifers())
    for rule, of_kind in (
        ("dbh_growth_conifer", conifer),
        ("dbh_growth_broadleaf", ~conifer),
    ):
        fast = _ARBOR & of_kind & (growth > load_rules()[rule].maximum)
        if "dbh_cm" in headers:
            found.append(Violation(rule, headers["dbh_cm"], fast, growth.round(2)))
    return found


def _conifers() -> list[str]:
    types = load_table("forest_types").rows.filter(pl.col("forest_type") == "conifers")
    return species_groups().join(types, on="species_group", how="semi")["species"].to_list()


def _shown(rule: str, headers: dict[str, str]) -> str:
    column = load_rules()[rule].column or ""
    instead = "volume_m3" if column == "volume_m3_per_ha" else "volume_m3_per_ha"
    return headers.get(column, headers.get(instead, column) if "volume" in column else column)


def _value(rule: str, profile: Profile) -> pl.Expr | None:
    column = load_rules()[rule].column
    if rule == "geometry_area":
        area, drawn = pl.col("area_ha").round(4), pl.col(GEOMETRY_AREA).round(4)
        return pl.concat_str(area, pl.lit(" / "), drawn)
    if rule == "age_group_agrees":
        return pl.concat_str("age_years_text", pl.lit(" / "), "age_group_text")
    if rule == "forest_category_agrees":
        return pl.concat_str("forest_category_text", pl.lit(" / "), "category_by_authority_text")
    if rule == "volume_agrees":
        computed = pl.col("volume_from_density").round(2)
        return pl.concat_str("volume_m3_text", pl.lit(" / "), computed)
    if rule in ("height_to_dbh", "crown_below_height", "basal_area"):
        sizes = [
            (pl.lit(mark), pl.col(f"{size}_text").fill_null("–"))
            for mark, size in _SIZES.items()
            if size in profile.kind.numeric
        ]
        return pl.concat_str(part for pair in sizes for part in pair)
    return None if column is None else pl.col(f"{column}_text")


def _delivered(rule: str, headers: dict[str, str], profile: Profile) -> bool:
    column = load_rules()[rule].column
    if column is None or column in headers or column in profile.constants:
        return True
    return column in ("volume_m3", "volume_m3_per_ha") and bool(
        {"volume_m3", "volume_m3_per_ha"} & set(headers)
    )


def outside(rule: str, value: pl.Expr) -> pl.Expr:
    """Tell whether a value lies outside the bounds of a rule."""
    bounds = load_rules()[rule]
    low, high = bounds.minimum, bounds.maximum
    below = pl.lit(False) if low is None else value < low
    return below if high is None else below | (value > high)


def canopy_checks() -> dict[str, pl.Expr]:
    """Canopy cover that does not fit the land class, by rule."""
    cover, of_class = pl.col("canopy_cover_fraction"), pl.col("vegetation_class")
    return {
        "canopy_arbor": _ARBOR & outside("canopy_arbor", cover),
        "canopy_sparse": (of_class == "sparse") & outside("canopy_sparse", cover),
        "canopy_shrub": of_class.is_in(["special_shrub", "other_shrub"])
        & outside("canopy_shrub", cover),
        "canopy_outside": (of_class == "non_forest") & (cover > 0),
    }


def _volume(profile: Profile) -> dict[str, pl.Expr]:
    given, computed = pl.col("volume_given"), pl.col("volume_from_density")
    area, volume = pl.col("area_ha"), pl.col("volume_m3")
    nothing = volume.is_null() | (volume == 0)
    bound = load_rules()["volume_agrees"].maximum
    density = pl.col("volume_m3_per_ha")
    rounding = (
        _rounding("volume_m3", profile)
        + _rounding("volume_m3_per_ha", profile) * area
        # whole hectares are an area that is so, not one rounded to hectares
        + pl.min_horizontal(_rounding("area_ha", profile), _HALF_CENT) * density
    )
    apart = (given - computed).abs()
    return {
        "volume_agrees": (apart > bound * pl.max_horizontal(given, computed)) & (apart > rounding),
        "volume_from_middle_age": _ARBOR & _FROM_MIDDLE_AGE & nothing,
        "volume_with_dbh": _ARBOR
        & (pl.col("dbh_cm") > load_rules()["volume_with_dbh"].minimum)
        & nothing,
        "volume_small": _ARBOR
        & _FROM_MIDDLE_AGE
        & (volume > 0)
        & outside("volume_small", volume / area),
    }


def _rounding(column: str, profile: Profile) -> pl.Expr:
    """Half of the last digit that a figure is written with, in the stored unit."""
    rule = profile.columns.get(column)
    factor = 1.0 if rule is None else rule.factor
    # a typed file writes whole figures as 95.0
    digits = pl.col(f"{column}_text").str.extract(r"\.(\d+)$").str.replace("^0$", "")
    places = digits.str.len_chars().fill_null(0).cast(pl.Float64)
    return _HALF_UNIT * factor * pl.lit(10.0).pow(-places)


def size_checks() -> dict[str, pl.Expr]:
    """Mean diameter and height that do not fit each other or the age, by rule."""
    dbh, height = pl.col("dbh_cm"), pl.col("height_m")
    return {
        "dbh_from_middle_age": _ARBOR & _FROM_MIDDLE_AGE & dbh.is_null(),
        "height_to_dbh": _ARBOR & (dbh > 0) & outside("height_to_dbh", height / dbh),
    }


def _basal_area() -> dict[str, pl.Expr]:
    of_tree = math.pi / 4 * (pl.col("dbh_cm") / _CM_PER_M) ** 2
    return {
        "basal_area": _ARBOR & outside("basal_area", of_tree * pl.col("stems_per_ha")),
        "crown_below_height": pl.col("crown_length_m") > pl.col("height_m"),
    }


def age_outside_group() -> pl.Expr:
    """Age that lies outside its group, by the limits of species and origin, where there are any.

    Ages between two groups are whole years: a group begins the year after the one before ends.
    """
    limits = load_table("age_groups").rows
    age, group = pl.col("age_years"), pl.col("age_group")
    ends = ("young_max", "middle_max", "near_mature_max", "mature_max")
    of_stand = pl.concat_str("species", "origin", separator="|")

    def limit(end: str) -> pl.Expr:
        keys = limits.select(pl.concat_str("species", "origin", separator="|")).to_series()
        values = limits[end].cast(pl.Float64)
        return of_stand.replace_strict(keys, values, default=None, return_dtype=pl.Float64)

    wrong = pl.lit(False)
    for i, name in enumerate(AGE_GROUPS):
        late = age > limit(ends[i]) if i < len(ends) else pl.lit(False)
        early = age <= limit(ends[i - 1]) if i > 0 else pl.lit(False)
        wrong = wrong | ((group == name) & (late | early))
    return _ARBOR & wrong
