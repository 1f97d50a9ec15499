"""The wetlands of the simulated city: named ones and patches that meet the totals of a class."""

from typing import Final

import numpy as np
import polars as pl

from sinkcalc.demo.chance import Floats, Integers, Streams, deviates, lognormal, to_total
from sinkcalc.demo.figures import SURVEY_YEARS, Figures, table
from sinkcalc.demo.form import layer_profile
from sinkcalc.demo.stands import UNITS_PER_HA as STAND_UNITS_PER_HA
from sinkcalc.demo.swamps import with_stands
from sinkcalc.vocabulary import NINE_WETLAND_CLASSES

WETLAND_YEARS: Final = SURVEY_YEARS[1:]
# areas are whole numbers of the last decimal that is stored, so that sums are exact
AREA_UNITS_PER_HA: Final = 10_000
AREA: Final = pl.Decimal(14, 4)

_BUILT: Final = ("reservoir", "pond", "canal")
_VEGETATED: Final = ("marsh", "forest_swamp", "shrub_swamp")
_OF_PLANTS: Final = ("vegetation", "vegetated_units", "vegetation_cover_fraction", "soil_type")
_REST: Final = "river"
# codes of the third land survey; what it has no class for stays empty
_CLASS_CODES: Final = {
    "forest_swamp": "0304",
    "shrub_swamp": "0306",
    "tidal_flat": "1105",
    "inland_flat": "1106",
    "marsh": "1108",
    "river": "1101",
    "lake": "1102",
    "reservoir": "1103",
    "pond": "1104",
    "canal": "1107",
}
_VEGETATION: Final = {
    "forest_swamp": ("池杉林", "水杉林", "枫杨林"),
    "shrub_swamp": ("柳灌丛", "水杨梅灌丛"),
    "marsh": ("芦苇群落", "香蒲群落", "菰群落", "荷群落"),
}
_TROPHIC: Final = ("oligotrophic", "oligo_mesotrophic", "mesotrophic", "mesotrophic", "eutrophic")


def wetland_figures() -> Figures:
    """Return the figures of `parameters/demo_wetland.csv`."""
    return Figures(table("demo_wetland"))


def build_wetlands(
    stands: int, stand_ids: pl.DataFrame, figures: Figures, streams: Streams
) -> pl.DataFrame:
    """Return every wetland that exists at some survey.

    Named wetlands come from `parameters/demo_wetland_site.csv`; patches without a name fill the
    area of each class, in the list of the plan and outside it, to the last 0.0001 ha of the last
    survey. Their counties are those that the weights of the class name.

    Parameters
    ----------
    stands
        Stands of the city; the number of wetlands grows with its square root.
    stand_ids
        Stands that are there at every wetland survey: `region_code`, `vegetation_class`,
        `stand_id`, `area_units` (0.01 m2).
    figures, streams
        Parameters and random streams.

    Returns
    -------
    pl.DataFrame
        Sorted by id: the columns of a wetland, `area_units` (0.0001 ha), `first_year`,
        `last_year`, `listed_from`, `class_before` (until `event_year`), and draws between 0 and 1
        that decide on its protection.
    """
    sites = _sites()
    patches = _patches(stands, sites, figures, streams)
    rng = streams["wetland_protection"]
    wetlands = pl.concat([sites, patches], how="diagonal_relaxed").with_columns(
        pl.Series(name, rng.random(len(sites) + len(patches)))
        for name in ("order_lot", "part_lot", "form_lot", "second_lot", "own_lot")
    )
    held = stand_ids.with_columns(
        held=pl.col("area_units") // (STAND_UNITS_PER_HA // AREA_UNITS_PER_HA)
    )
    return (
        wetlands.with_columns(
            wetland_id=pl.concat_str(
                pl.col("region_code").cast(pl.String),
                pl.lit("SD"),
                (pl.int_range(pl.len()).over("region_code") + 1).cast(pl.String).str.zfill(5),
            )
        )
        .pipe(with_stands, held, figures, streams["wetland_stand"])
        .sort("wetland_id")
    )


def wetlands_at(wetlands: pl.DataFrame, year: int) -> pl.DataFrame:
    """Return the wetlands of a survey: what happens after it has not happened."""
    happened = pl.col("event_year") <= year
    before = pl.when(happened).then("wetland_class").otherwise("class_before")
    as_now = happened | pl.col("class_before").is_null()
    return (
        wetlands.filter(
            pl.col("first_year") <= year,
            pl.col("last_year").is_null() | (pl.col("last_year") >= year),
        )
        .with_columns(
            wetland_class=pl.coalesce(before, "wetland_class"),
            as_now=as_now,
            in_plan_list=(pl.col("listed_from") <= year).fill_null(value=False),
        )
        .with_columns(
            *(
                pl.when(happened).then(name).alias(name)
                for name in ("event", "event_year", "former_use")
            ),
            *(pl.when("as_now").then(name).alias(name) for name in _OF_PLANTS),
            managed=pl.col("managed") & pl.col("as_now"),
            class_code=pl.col("wetland_class").replace_strict(_CLASS_CODES, default=None),
            record_year=pl.lit(year),
            remark=pl.lit(layer_profile()["simulated_mark"]),
        )
    )


def counted(*, listed: bool = False) -> pl.Expr:
    """Tell which wetlands of a survey the city counts, or those of them in the plan's list."""
    nine = pl.col("wetland_class").is_in(NINE_WETLAND_CLASSES)
    return nine & pl.col("in_plan_list") if listed else nine


def _sites() -> pl.DataFrame:
    """Return the named wetlands."""
    units = (pl.col("value") * AREA_UNITS_PER_HA).round().cast(pl.Int64)
    vegetated = (units * pl.col("vegetated_share")).round().cast(pl.Int64)
    return table("demo_wetland_site").select(
        "region_code",
        *("wetland_class", "class_before", "first_year", "last_year", "listed_from"),
        *("wetland_name", "managed", "protected", "water_source", "salinity_ppt", "vegetation"),
        *("soil_type", "nutrient_status", "trophic_state", "year_flooded"),
        *("event", "event_year", "former_use"),
        area_units=units,
        vegetated_units=vegetated,
        vegetation_cover_fraction="cover",
        burial_t_c_per_ha_per_year="burial",
    )


def _patches(stands: int, sites: pl.DataFrame, figures: Figures, streams: Streams) -> pl.DataFrame:
    """Return the wetlands without a name."""
    groups = _groups(stands, sites, figures)
    parts = [_patches_of(group, figures, streams["wetland_area"]) for group in groups.to_dicts()]
    return pl.concat(parts).pipe(_with_state, figures, streams["wetland_state"])


def _groups(stands: int, sites: pl.DataFrame, figures: Figures) -> pl.DataFrame:
    """Return what the patches of a class, listed or not, have to fill, and their number."""
    ratio = (stands / figures.one("records_at")) ** 0.5
    number = min(figures.one("records") * ratio, figures.one("records_max"))
    area = _with_rest(figures, "class_area", "nine_classes_area")
    listed_area = _with_rest(figures, "listed_area", "plan_list_area")
    shares = figures.by("record_share", "wetland_class")
    last = wetlands_at(sites, WETLAND_YEARS[-1])
    rows = []
    for name in NINE_WETLAND_CLASSES:
        for listed in (True, False):
            whole = listed_area[name] if listed else area[name] - listed_area[name]
            named = last.filter(wetland_class=name, in_plan_list=listed)["area_units"].sum()
            records = max(1, round(number * shares[name] * whole / area[name]))
            rows.append((name, listed, round(whole * AREA_UNITS_PER_HA) - named, records))
    return pl.DataFrame(rows, schema=["wetland_class", "listed", "units", "records"], orient="row")


def _with_rest(figures: Figures, symbol: str, whole: str) -> dict[str, float]:
    """Return areas by class, ha; the rivers have what the others leave of the whole."""
    areas = figures.by(symbol, "wetland_class")
    return areas | {_REST: figures.one(whole) - sum(areas.values())}


def _patches_of(
    group: dict[str, str | bool | int], figures: Figures, rng: np.random.Generator
) -> pl.DataFrame:
    """Return the patches of one group with counties and areas."""
    name, records = str(group["wetland_class"]), int(group["records"])
    weights = figures.of("county_weight").filter(wetland_class=name).sort("region_code")
    share = (weights["value"] / weights["value"].sum()).to_numpy()
    county = _counties(share, records)
    size = lognormal(deviates(rng, records, limit=3), figures.one("patch_area_cv"))
    size *= (share / np.maximum(np.bincount(county, size, len(share)), 1e-12))[county]
    units = _whole(size, int(group["units"]))
    first = WETLAND_YEARS[0]
    return (
        weights["region_code"]
        .gather(county)
        .to_frame()
        .with_columns(
            wetland_class=pl.lit(name),
            area_units=pl.Series(units),
            first_year=pl.lit(first),
            listed_from=pl.when(pl.lit(group["listed"])).then(first),
            protected=pl.lit(value=False),
        )
    )


def _counties(share: Floats, records: int) -> Integers:
    """Return the county of each patch; what the shares leave over goes to the first ones."""
    whole = np.floor(share * records).astype(np.int64)
    rest = np.argsort(-(share * records - whole), kind="stable")[: records - whole.sum()]
    whole[rest] += 1
    return np.repeat(np.arange(share.size), whole)


def _whole(size: Floats, total: int) -> Integers:
    return to_total(np.rint(size * (total / size.sum())).astype(np.int64), total)


def _with_state(patches: pl.DataFrame, figures: Figures, rng: np.random.Generator) -> pl.DataFrame:
    """Add management, flooding, trophic state, vegetation and soil, some of it left out."""
    lots = pl.DataFrame({f"lot_{n}": rng.random(len(patches)) for n in range(6)})

    def known(symbol: str, lot: str) -> pl.Expr:
        return pl.col(lot) >= figures.one(symbol)

    def is_in(*names: str) -> pl.Expr:
        return pl.col("wetland_class").is_in(names)

    first, last = figures.one("flooded_first"), figures.one("flooded_last")
    flooded = (first + pl.col("lot_1") * (last - first + 1)).floor().cast(pl.Int64)
    trophic = pl.lit(pl.Series(_TROPHIC)).gather((pl.col("lot_2") * len(_TROPHIC)).cast(pl.UInt32))
    low = pl.col("wetland_class").replace_strict(
        figures.by("cover_min", "wetland_class"), default=None, return_dtype=pl.Float64
    )
    vegetated = is_in(*_VEGETATED)
    part = low + (1 - low) * pl.col("lot_4")
    unknown_pond = is_in("pond") & ~known("managed_missing_share", "lot_0")
    return (
        patches.hstack(lots)
        .with_columns(
            managed=pl.when(~unknown_pond).then(is_in(*_BUILT)),
            year_flooded=pl.when(
                is_in("reservoir") & known("year_flooded_missing_share", "lot_0")
            ).then(flooded),
            trophic_state=pl.when(
                is_in("reservoir", "lake") & known("trophic_missing_share", "lot_3")
            ).then(trophic),
            vegetation=_vegetation("lot_1"),
            soil_type=pl.when(vegetated).then(pl.lit("mineral")),
            vegetated_units=pl.when(vegetated & known("vegetated_missing_share", "lot_3")).then(
                (pl.col("area_units") * part).round().cast(pl.Int64)
            ),
            vegetation_cover_fraction=pl.when(vegetated).then(low + (1 - low) * pl.col("lot_5")),
            water_source=pl.when(is_in("river", "reservoir"))
            .then(pl.lit("地表径流"))
            .otherwise(pl.lit("综合补给")),
        )
        .drop(lots.columns)
    )


def _vegetation(lot: str) -> pl.Expr:
    """Return the plant community of a class that has one."""
    place = pl.col(lot)
    return pl.coalesce(
        pl.when(pl.col("wetland_class") == name).then(
            pl.lit(pl.Series(words)).gather((place * len(words)).cast(pl.UInt32))
        )
        for name, words in _VEGETATION.items()
    )
