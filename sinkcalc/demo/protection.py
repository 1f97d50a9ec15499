"""Protected areas of the simulated city, some of which hold the same wetlands."""

from typing import Final, NamedTuple

import polars as pl

from sinkcalc.demo.figures import Figures, table
from sinkcalc.demo.form import layer_profile
from sinkcalc.demo.wetlands import AREA, AREA_UNITS_PER_HA, counted

# forms of a county's protected areas, and that of a wetland in none of them
_FORMS: Final = ("drinking_water", "wetland_park", "nature_reserve")
_OWN_FORM: Final = "small_reserve"


class Protection(NamedTuple):
    """What is protected at a survey.

    Attributes
    ----------
    wetlands
        The wetlands with `protected_units` (0.0001 ha, overlapping areas counted once), and
        `protection_form` and `protected_area_name` as their own records have them.
    areas
        One row a protected area and wetland in it, as in the file.
    """

    wetlands: pl.DataFrame
    areas: pl.DataFrame


def protect(survey: pl.DataFrame, year: int, figures: Figures) -> Protection:
    """Return the protected parts of the wetlands of a survey.

    Wetlands of the plan's list are protected in a fixed order until the rate of the survey is met
    to the last 0.0001 ha, the last one in part. A wetland that is protected in part lies in one
    area only, or in another one as a whole, so that the part that is protected is one number.

    Parameters
    ----------
    survey
        Wetlands of the survey, see `wetlands.wetlands_at`.
    year
        The survey.
    figures
        Figures of `parameters/demo_wetland.csv`.
    """
    is_listed = counted(listed=True)
    wetlands = (
        pl.concat(
            [
                _listed(survey.filter(is_listed), year, figures),
                _unlisted(survey.filter(~is_listed), figures),
            ]
        )
        .sort("wetland_id")
        .pipe(_with_places, figures)
    )
    return Protection(wetlands, _areas(wetlands))


def _listed(wetlands: pl.DataFrame, year: int, figures: Figures) -> pl.DataFrame:
    """Protect listed wetlands in their order until the rate is met."""
    area = pl.col("area_units")
    total = round(figures.one("protection_rate", year=year) * int(wetlands["area_units"].sum()))
    great = round(figures.one("great_reservoir_protected", year=year) * AREA_UNITS_PER_HA)
    is_great = area == area.max()
    in_part = ~pl.col("protected") & (pl.col("part_lot") < figures.one("partial_share"))
    part = (area * figures.one("partial_part")).round().cast(pl.Int64)
    held = pl.when(is_great).then(great).when(in_part).then(part).otherwise(area)
    before = pl.col("held").cum_sum() - pl.col("held")
    return (
        wetlands.with_columns(held=held, great=is_great)
        .sort("great", "protected", "order_lot", descending=[True, True, False])
        .with_columns(
            protected_units=pl.min_horizontal("held", (total - before).clip(lower_bound=0))
        )
        .drop("held", "great")
    )


def _unlisted(wetlands: pl.DataFrame, figures: Figures) -> pl.DataFrame:
    """Protect a few wetlands outside the list as a whole."""
    chosen = pl.col("protected") | (pl.col("order_lot") < figures.one("unlisted_protected_share"))
    return wetlands.with_columns(protected_units=pl.when(chosen).then("area_units").otherwise(0))


def _with_places(wetlands: pl.DataFrame, figures: Figures) -> pl.DataFrame:
    """Add where a wetland is protected, and what its own record says about it."""
    is_protected = pl.col("protected_units") > 0
    whole = pl.col("protected_units") == pl.col("area_units")
    own_only = is_protected & whole & (pl.col("own_lot") < figures.one("own_only_share"))
    own_too = (
        own_only.not_()
        & whole
        & is_protected
        & (pl.col("own_lot") < figures.one("own_only_share") + figures.one("own_share"))
    )
    place = (pl.col("form_lot") * len(_FORMS)).cast(pl.Int64)
    second = pl.col("second_lot")
    overlap = is_protected & whole & own_only.not_() & (second < figures.one("overlap_share"))
    in_part = second < figures.one("overlap_share") * figures.one("overlap_partial_share")
    part = (pl.col("area_units") * figures.one("partial_part")).round().cast(pl.Int64)
    return wetlands.with_columns(
        first_place=pl.when(is_protected & own_only.not_()).then(place),
        second_place=pl.when(overlap).then((place + 1) % len(_FORMS)),
        second_units=pl.when(in_part).then(part).otherwise("area_units"),
        protection_form=pl.when(own_only).then(pl.lit(_OWN_FORM)).when(own_too).then(_form(place)),
        protected_area_name=pl.when(own_too).then(_area_name(place)),
    )


def _areas(wetlands: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of the protected areas; no area where the whole wetland lies in one."""
    columns = ["region_code", "wetland_id", "area_units"]
    first = wetlands.drop_nulls("first_place").select(
        *columns, place="first_place", units="protected_units"
    )
    second = wetlands.drop_nulls("second_place").select(
        *columns, place="second_place", units="second_units"
    )
    place = pl.col("place")
    return (
        pl.concat([first, second])
        .sort("region_code", "place", "wetland_id")
        .select(
            protected_area_id=pl.format("{}BH{}", "region_code", place + 1),
            protected_area_name=_area_name(place),
            protection_form=_form(place),
            wetland_id="wetland_id",
            protected_area_ha=pl.when(pl.col("units") < pl.col("area_units")).then(
                (pl.col("units") / AREA_UNITS_PER_HA).round(4).cast(AREA)
            ),
            remark=pl.lit(layer_profile()["simulated_mark"]),
        )
    )


def _form(place: pl.Expr) -> pl.Expr:
    return place.replace_strict(dict(enumerate(_FORMS)), default=None, return_dtype=pl.String)


def _area_name(place: pl.Expr) -> pl.Expr:
    """Return the name of a protected area: county and form, marked as simulated."""
    counties = dict(table("regions").select("region_code", "name_zh").iter_rows())
    words = dict(table("words").filter(pl.col("word").is_in(_FORMS)).select("word", "zh").rows())
    county = pl.col("region_code").cast(pl.String).replace_strict(counties)
    form = _form(place).replace_strict(words, default=None, return_dtype=pl.String)
    return county + form + pl.lit("(模拟)")
