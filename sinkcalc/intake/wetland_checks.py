"""Checks of wetlands, intervals of soil cores, protected areas and farmland, row by row."""

from typing import Final

import polars as pl

from sinkcalc.intake.delivery import GEOMETRY, GEOMETRY_AREA
from sinkcalc.intake.kinds import CORES, FARMLAND, PROTECTED_AREAS, WETLANDS
from sinkcalc.intake.plausible import outside, reported
from sinkcalc.intake.plot_checks import TOTALS, bounded
from sinkcalc.intake.profiles import Profile
from sinkcalc.intake.rules import Violation, load_rules

# decimals of a stored depth, cm
_DEPTH_DECIMALS: Final = 3
# table -> rule and the column it bounds
_RANGES: Final = {
    WETLANDS.name: (
        ("area_range", "area_ha"),
        ("vegetated_area_range", "vegetated_area_ha"),
        ("vegetation_cover_range", "vegetation_cover_fraction"),
        ("salinity_range", "salinity_ppt"),
        ("burial_range", "burial_t_c_per_ha_per_year"),
    ),
    CORES.name: (
        ("longitude_range", "longitude"),
        ("latitude_range", "latitude"),
        ("depth_range", "depth_top_cm"),
        ("depth_range", "depth_bottom_cm"),
        ("bulk_density_range", "bulk_density_g_per_cm3"),
        ("organic_matter_range", "organic_matter_fraction"),
        ("carbon_range", "carbon_fraction"),
        ("coarse_range", "coarse_fraction"),
    ),
    PROTECTED_AREAS.name: (("protected_area_range", "protected_area_ha"),),
    FARMLAND.name: (
        ("area_range", "area_ha"),
        ("factor_range", "land_use_factor"),
        ("factor_range", "management_factor"),
        ("factor_range", "input_factor"),
    ),
}


def wetland_violations(profile: Profile) -> list[Violation]:
    """List the rules of these tables whose breach rejects a row, beside those of every table.

    Parameters
    ----------
    profile
        Where the columns come from.
    """
    kind = profile.kind
    found = [bounded(rule, column, profile) for rule, column in _RANGES[kind.name]]
    identity = pl.col(kind.id_column)
    ids = "+".join(profile.id_columns) or kind.id_column
    names = [identity, *(pl.col(f"{c}_text") for c in kind.text if c.endswith("_name"))]
    totals = pl.any_horizontal(name.str.contains(TOTALS).fill_null(False) for name in names)
    found.append(Violation("total_row", ids, totals, identity))
    return found + _of_intervals(profile) if kind is CORES else found


def _of_intervals(profile: Profile) -> list[Violation]:
    headers = _headers(profile)
    top, bottom = (pl.col(c).round(_DEPTH_DECIMALS) for c in ("depth_top_cm", "depth_bottom_cm"))
    density, carbon = pl.col("bulk_density_g_per_cm3"), pl.col("carbon_fraction")
    return [
        Violation(
            "depth_order",
            headers["depth_bottom_cm"],
            top >= bottom,
            _beside("depth_top_cm", "–", "depth_bottom_cm"),
        ),
        Violation(
            "bulk_density_zero",
            headers["bulk_density_g_per_cm3"],
            density == 0,
            pl.col("bulk_density_g_per_cm3_text"),
        ),
        Violation(
            "carbon_above_matter",
            headers["carbon_fraction"],
            carbon > pl.col("organic_matter_fraction"),
            _beside("carbon_fraction", " > ", "organic_matter_fraction"),
        ),
    ]


def wetland_warnings(profile: Profile, survey: int, *, geometry: bool) -> list[Violation]:
    """List the rules of these tables whose breach is reported.

    Parameters
    ----------
    profile
        Where the columns come from; a rule whose column is not delivered is left out, unless it
        asks for that column.
    survey
        Year of the survey.
    geometry
        Whether the rows have a geometry with an area.
    """
    kind = profile.kind
    if kind is CORES:
        return _of_cores(profile, survey)
    found = _of_wetlands(profile, survey, geometry=geometry) if kind is WETLANDS else []
    if kind is PROTECTED_AREAS:
        # the area of a geometry is null where its coordinate system is not known
        empty = pl.col(GEOMETRY).is_null() | (pl.col(GEOMETRY_AREA) == 0)
        nothing = pl.col("wetland_id_text").is_null() & (empty if geometry else pl.lit(True))
        found = [Violation("protection_without_extent", "wetland_id", nothing)]
    return found


def against_wetlands(profile: Profile) -> list[Violation]:
    """List the rules that compare a row with the wetland it names.

    The rows carry `wetland_area_ha` of that wetland, null where the survey does not hold it.
    """
    wetland, area = pl.col("wetland_id_text"), pl.col("wetland_area_ha")
    headers = _headers(profile)
    absent = wetland.is_not_null() & area.is_null()
    found = [Violation("wetland_unknown", headers["wetland_id"], absent, wetland)]
    if profile.kind is PROTECTED_AREAS:
        limit = load_rules()["protected_above_wetland"].maximum
        protected = pl.col("protected_area_ha")
        value = pl.concat_str("protected_area_ha_text", pl.lit(" / "), area.round(4))
        found.append(
            Violation(
                "protected_above_wetland",
                headers["protected_area_ha"],
                protected > area * limit,
                value,
            )
        )
    return found


def _of_wetlands(profile: Profile, survey: int, *, geometry: bool) -> list[Violation]:
    of_class, event = pl.col("wetland_class"), pl.col("event")
    flooded, event_year = pl.col("year_flooded"), pl.col("event_year")
    checks = {
        "record_year": _unread("record_year") | (pl.col("record_year") != survey),
        "year_flooded": _unread("year_flooded") | (flooded > survey),
        "event_year": _unread("event_year") | (event_year > survey),
        "vegetated_above_area": pl.col("vegetated_area_ha") > pl.col("area_ha"),
        "event_without_year": event.is_not_null() & event_year.is_null(),
    }
    if geometry:
        area = pl.col(GEOMETRY_AREA)
        bound = load_rules()["geometry_area"].maximum
        larger = pl.max_horizontal("area_ha", area)
        checks["geometry_area"] = (area > 0) & ((pl.col("area_ha") - area).abs() > bound * larger)
        checks["empty_geometry"] = pl.col(GEOMETRY).is_null() | (area == 0)
    reservoir = of_class == "reservoir"
    # told also where the file has no such column
    return [
        *reported(checks, profile),
        *(
            Violation(rule, _headers(profile)[column], reservoir & pl.col(column).is_null())
            for rule, column in (
                ("trophic_missing", "trophic_state"),
                ("year_flooded_missing", "year_flooded"),
            )
        ),
    ]


def _of_cores(profile: Profile, survey: int) -> list[Violation]:
    headers = _headers(profile)
    nowhere = pl.col("wetland_class").is_null() & pl.col("wetland_id_text").is_null()
    sampled, carbon = pl.col("sampled_year"), pl.col("carbon_fraction")
    nothing = carbon.is_null() & pl.col("organic_matter_fraction").is_null()
    checks = {"sampled_year": _unread("sampled_year") | (sampled > survey)}
    return [
        *reported(checks, profile),
        *_too_dense(headers),
        Violation("core_class_missing", headers["wetland_class"], nowhere),
        Violation("interval_without_carbon", headers["carbon_fraction"], nothing),
        Violation(
            "carbon_kind_missing",
            headers["carbon_kind"],
            carbon.is_not_null() & pl.col("carbon_kind").is_null(),
        ),
    ]


def _too_dense(headers: dict[str, str]) -> list[Violation]:
    """List the densities per volume that soil does not reach: mostly per cent read as fraction."""
    columns = {
        "carbon_density": "carbon_fraction",
        "organic_matter_density": "organic_matter_fraction",
    }
    bulk = pl.col("bulk_density_g_per_cm3")
    return [
        Violation(
            rule,
            headers[column],
            outside(rule, pl.col(column) * bulk),
            _beside(column, " × ", "bulk_density_g_per_cm3"),
        )
        for rule, column in columns.items()
    ]


def _headers(profile: Profile) -> dict[str, str]:
    """Return stored column -> header of the delivery, the column itself where there is none."""
    named = {column: column for column in profile.kind.columns}
    return named | {column: rule.header for column, rule in profile.columns.items()}


def _unread(column: str) -> pl.Expr:
    return pl.col(column).is_null() & pl.col(f"{column}_text").is_not_null()


def _beside(column: str, mark: str, other: str) -> pl.Expr:
    return pl.concat_str(f"{column}_text", pl.lit(mark), f"{other}_text")
