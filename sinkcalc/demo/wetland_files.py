"""Writes the wetlands, cores, protected areas and farmland of the simulated city."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import polars as pl

from sinkcalc.demo.chance import Streams
from sinkcalc.demo.cores import build_cores
from sinkcalc.demo.dirt import Fields, with_faults
from sinkcalc.demo.figures import Figures
from sinkcalc.demo.form import layer_profile
from sinkcalc.demo.protection import protect
from sinkcalc.demo.wetlands import (
    AREA,
    AREA_UNITS_PER_HA,
    WETLAND_YEARS,
    build_wetlands,
    counted,
    wetland_figures,
    wetlands_at,
)

_COLUMNS: Final = (
    *("wetland_id", "region_code", "wetland_name", "wetland_class", "class_code", "area_ha"),
    *("in_plan_list", "managed", "water_source", "salinity_ppt", "protection_form"),
    *("protected_area_name", "vegetation", "vegetated_area_ha", "vegetation_cover_fraction"),
    *("soil_type", "nutrient_status", "trophic_state", "year_flooded", "event", "event_year"),
    *("former_use", "burial_t_c_per_ha_per_year", "stand_id", "record_year", "remark"),
)
_COVER: Final = pl.Decimal(4, 3)

# a farmland's soil, tillage and input by use
_FARMING: Final = {
    "paddy": ("high_activity_clay", "full", "high"),
    "dry_cropland": ("low_activity_clay", "full", "medium"),
    "perennial": ("low_activity_clay", "no_till", "medium"),
}

# faulty rows at the end of the files, copies of the first row with these values
WETLAND_FAULTS: Final[dict[str, Fields]] = {
    "duplicate_wetland": {},
    "area_not_a_number": {"wetland_id": "900001", "area_ha": "12.5公顷"},
    "area_negative": {"wetland_id": "900002", "area_ha": "-3.2"},
    "unknown_class": {"wetland_id": "900003", "wetland_class": "水田洼地"},
    "county_outside": {"wetland_id": "900004", "region_code": "330203"},
    "cover_as_percent": {"wetland_id": "900005", "vegetation_cover_fraction": "65"},
}
CORE_FAULTS: Final[dict[str, Fields]] = {
    "density_too_large": {"core_id": "TX901", "bulk_density_g_per_cm3": "3.1"},
    "carbon_as_percent": {"core_id": "TX902", "carbon_fraction": "2.4"},
    "depth_upside_down": {"core_id": "TX903", "depth_top_cm": "10", "depth_bottom_cm": "5"},
    "overlap": {"depth_top_cm": "5", "depth_bottom_cm": "15"},
}
PROTECTED_FAULTS: Final[dict[str, Fields]] = {
    "duplicate_part": {},
    "area_not_a_number": {"wetland_id": "900006", "protected_area_ha": "一半"},
}


class WetlandTruth(NamedTuple):
    """What the good rows of a survey add up to, ha.

    Attributes
    ----------
    area_ha
        Area by class, of all classes.
    nine_classes_ha, plan_list_ha
        Area of the classes that the city counts, and of those in the plan's list.
    protected_nine_classes_ha, protected_plan_list_ha
        The protected parts of these, overlapping areas counted once.
    wetlands, cores
        Good records and cores.
    """

    area_ha: dict[str, float]
    nine_classes_ha: float
    plan_list_ha: float
    protected_nine_classes_ha: float
    protected_plan_list_ha: float
    wetlands: int
    cores: int


@dataclass(frozen=True)
class WetlandCity:
    """The wetland files of a simulated city by survey year.

    Attributes
    ----------
    wetland_files, core_files, protected_files, farmland_files
        One file of each kind and survey.
    bad_wetland_rows, bad_core_rows, bad_protected_rows
        Faulty rows of the files by kind.
    wetland_truth
        What the good rows add up to.
    """

    wetland_files: dict[int, Path] = field(default_factory=dict)
    core_files: dict[int, Path] = field(default_factory=dict)
    protected_files: dict[int, Path] = field(default_factory=dict)
    farmland_files: dict[int, Path] = field(default_factory=dict)
    bad_wetland_rows: dict[int, dict[str, int]] = field(default_factory=dict)
    bad_core_rows: dict[int, dict[str, int]] = field(default_factory=dict)
    bad_protected_rows: dict[int, dict[str, int]] = field(default_factory=dict)
    wetland_truth: dict[int, WetlandTruth] = field(default_factory=dict)


def write_wetlands(
    directory: Path, stands: int, stand_ids: pl.DataFrame, streams: Streams
) -> WetlandCity:
    """Write wetlands, cores, protected areas and farmland of 2020 and 2023.

    The files have this program's own column names (UTF-8). The good rows meet the area of the
    nine classes, that of the plan's list, and the protected part of the list exactly. Every
    remark says that the row is simulated.

    Parameters
    ----------
    directory
        Where to write; it exists.
    stands
        Stands of the city.
    stand_ids
        See `wetlands.build_wetlands`.
    streams
        Random streams.
    """
    figures, city = wetland_figures(), WetlandCity()
    wetlands = build_wetlands(stands, stand_ids, figures, streams)
    surveys = {year: wetlands_at(wetlands, year) for year in WETLAND_YEARS}
    cores = build_cores(_lasting(surveys), figures, streams)
    for year, survey in surveys.items():
        protection = protect(survey, year, figures)
        of_year = cores.filter(survey=year).drop("survey")

        def write(
            name: str, rows: pl.DataFrame, faults: dict[str, Fields], year: int = year
        ) -> Path:
            path = directory / f"{name}_{year}.csv"
            path.write_bytes(with_faults(rows, faults).write_csv().encode())
            return path

        city.wetland_files[year] = write("wetlands", _form(protection.wetlands), WETLAND_FAULTS)
        city.core_files[year] = write("cores", of_year, CORE_FAULTS)
        city.protected_files[year] = write("protected_areas", protection.areas, PROTECTED_FAULTS)
        city.farmland_files[year] = write("farmland", _farmland(year, figures), {})
        city.bad_wetland_rows[year] = dict.fromkeys(WETLAND_FAULTS, 1)
        city.bad_core_rows[year] = dict.fromkeys(CORE_FAULTS, 1)
        city.bad_protected_rows[year] = dict.fromkeys(PROTECTED_FAULTS, 1)
        city.wetland_truth[year] = _truth(protection.wetlands, of_year["core_id"].n_unique())
    return city


def _lasting(surveys: dict[int, pl.DataFrame]) -> pl.DataFrame:
    """Return the wetlands that are there with the same class at every survey."""
    first, last = (
        surveys[year].select("wetland_id", "region_code", "wetland_class")
        for year in (WETLAND_YEARS[0], WETLAND_YEARS[-1])
    )
    return first.join(last, on=first.columns, how="semi", maintain_order="left")


def _form(wetlands: pl.DataFrame) -> pl.DataFrame:
    """Return the wetlands in the columns of the file."""
    return wetlands.with_columns(
        area_ha=_hectares("area_units"),
        vegetated_area_ha=_hectares("vegetated_units"),
        vegetation_cover_fraction=pl.col("vegetation_cover_fraction").round(3).cast(_COVER),
    ).select(_COLUMNS)


def _hectares(units: str) -> pl.Expr:
    return (pl.col(units) / AREA_UNITS_PER_HA).round(4).cast(AREA)


def _farmland(year: int, figures: Figures) -> pl.DataFrame:
    """Return the farmland of a survey by county and use."""
    change = (1 + figures.one("farmland_change")) ** (year - WETLAND_YEARS[0])
    use = pl.col("farmland_use")
    soil, tillage, level = (
        use.replace_strict({name: words[n] for name, words in _FARMING.items()}) for n in range(3)
    )
    return figures.of("farmland_area").select(
        farmland_id=pl.format("{}-{}", pl.col("region_code"), use),
        region_code="region_code",
        farmland_use=use,
        soil_class=soil,
        tillage=tillage,
        input_level=level,
        area_ha=(pl.col("value") * change).round(4).cast(AREA),
        remark=pl.lit(layer_profile()["simulated_mark"]),
    )


def _truth(wetlands: pl.DataFrame, cores: int) -> WetlandTruth:
    nine, listed = counted(), counted(listed=True)

    def total(units: str, which: pl.Expr) -> float:
        return float(wetlands.filter(which)[units].sum()) / AREA_UNITS_PER_HA

    classes = wetlands.group_by("wetland_class").agg(pl.col("area_units").sum())
    return WetlandTruth(
        area_ha={
            name: units / AREA_UNITS_PER_HA for name, units in classes.sort("wetland_class").rows()
        },
        nine_classes_ha=total("area_units", nine),
        plan_list_ha=total("area_units", listed),
        protected_nine_classes_ha=total("protected_units", nine),
        protected_plan_list_ha=total("protected_units", listed),
        wetlands=len(wetlands),
        cores=cores,
    )
