"""Area of wetlands and how much of it is protected, each hectare counted once."""

from typing import Final

import polars as pl

from sinkcalc.coefficients.load import load_table
from sinkcalc.vocabulary import (
    LAND_SURVEY_WETLAND_CLASSES,
    NINE_WETLAND_CLASSES,
    WETLAND_DEFINITIONS,
)

# rows over all forms of protection, overlaps counted once; protection of no stated form
UNITED: Final = "united"
UNSTATED: Final = "unstated"
_AREA: Final = pl.Decimal(14, 4)


def belongs(definition: str) -> pl.Expr:
    """Say which wetlands a definition counts; a paddy is never counted.

    The second survey also asks of a river 10 m of width and 5 km of length, which no record
    holds: its rivers are taken by area alone.

    Parameters
    ----------
    definition
        One of `vocabulary.WETLAND_DEFINITIONS`.

    Returns
    -------
    Condition on `wetland_class`, `in_plan_list` and `area_ha`; a wetland without a mark is not in
    the plan's list.
    """
    wetland_class = pl.col("wetland_class")
    of_class = {
        "plan_list": pl.col("in_plan_list").fill_null(value=False),
        "nine_classes": wetland_class.is_in(NINE_WETLAND_CLASSES),
        "land_survey_wetland": wetland_class.is_in(LAND_SURVEY_WETLAND_CLASSES),
        "second_survey": pl.col("area_ha") >= minimum("second_survey"),
    }
    return (wetland_class != "paddy") & of_class[definition]


def minimum(name: str) -> float:
    """Return the bound of a row of `wetland_lists.csv`, by its definition."""
    rows = load_table("wetland_lists").rows
    return float(rows.filter(pl.col("definition") == name)["value"].item())


def protection_is_known(wetlands: pl.DataFrame, areas: pl.DataFrame) -> bool:
    """Say whether a survey holds anything on protection; without it a rate is unknown, not 0."""
    own = wetlands.select(pl.any_horizontal(_stated()).any()).item()
    return bool(own) or not areas.is_empty()


def _stated() -> list[pl.Expr]:
    return [pl.col(name).is_not_null() for name in ("protection_form", "protected_area_name")]


def protected_wetlands(
    wetlands: pl.DataFrame,
    areas: pl.DataFrame,
    shares: pl.DataFrame,
    drawn: pl.Series,
) -> pl.DataFrame:
    """Give the protected area of every wetland, by form of protection and over all forms.

    A wetland whose own record names a form or a protected area is protected whole. Protected
    areas that name it add a part of it, or all of it where they give no area. Where both are
    drawn, the union of the polygons decides:

    part = area recorded · area(∪ protected polygons ∩ wetland) / area(wetland polygon)   ha

    How parts without geometry overlap is not known. Their union lies between

    max(parts) ≤ protected ≤ min(Σ parts, area of the wetland)   ha

    and the lower bound is taken.

    Parameters
    ----------
    wetlands
        Columns of `Wetland`.
    areas
        Columns of `ProtectedArea`; a row without `wetland_id` counts by its geometry alone.
    shares
        Share of a drawn wetland's area inside the drawn protected areas: `wetland_id`,
        `protection_form` (`united` for all of them), `share` (1).
    drawn
        Identifiers of the protected areas whose geometry the shares rest on.

    Returns
    -------
    `wetland_id`, `protection_form`, `protected_area_ha`, `protected_area_high_ha` (decimal, ha).
    Every wetland has a row `united`; of a form only those that it protects.
    """
    whole = wetlands.select("wetland_id", "area_ha")
    told = pl.concat([_own(wetlands), _named(whole, areas, shares, drawn)])
    measured = shares.join(whole, on="wetland_id").select(
        "wetland_id",
        pl.col("protection_form").fill_null(UNSTATED),
        (pl.col("share") * pl.col("area_ha").cast(pl.Float64))
        .round(4)
        .cast(_AREA)
        .alias("part_ha"),
    )
    nothing = whole.select(
        "wetland_id",
        pl.lit(UNITED).alias("protection_form"),
        pl.lit(0).cast(_AREA).alias("part_ha"),
    )
    pieces = pl.concat(
        [
            told,
            told.with_columns(pl.lit(UNITED).alias("protection_form")),
            measured,
            nothing,
        ]
    )
    return (
        pieces.group_by("wetland_id", "protection_form")
        .agg(pl.col("part_ha").max().alias("low"), pl.col("part_ha").sum().alias("high"))
        .join(whole, on="wetland_id")
        .select(
            "wetland_id",
            "protection_form",
            pl.min_horizontal("low", "area_ha").cast(_AREA).alias("protected_area_ha"),
            pl.min_horizontal("high", pl.col("area_ha").cast(pl.Decimal(38, 4)))
            .cast(_AREA)
            .alias("protected_area_high_ha"),
        )
        .filter((pl.col("protection_form") == UNITED) | (pl.col("protected_area_high_ha") > 0))
        .sort("wetland_id", "protection_form")
    )


def _own(wetlands: pl.DataFrame) -> pl.DataFrame:
    """Wetlands that their own record calls protected."""
    return wetlands.filter(pl.any_horizontal(_stated())).select(
        "wetland_id",
        pl.col("protection_form").fill_null(UNSTATED),
        pl.col("area_ha").cast(_AREA).alias("part_ha"),
    )


def _named(
    whole: pl.DataFrame, areas: pl.DataFrame, shares: pl.DataFrame, drawn: pl.Series
) -> pl.DataFrame:
    """Parts by identifier; one protected area does not overlap itself, so its parts add."""
    settled = pl.col("wetland_id").is_in(shares["wetland_id"].implode()) & pl.col(
        "protected_area_id"
    ).is_in(drawn.implode())
    return (
        areas.filter(~settled)
        .join(whole, on="wetland_id", maintain_order="left")
        .group_by("wetland_id", "protected_area_id", "area_ha", maintain_order=True)
        .agg(
            pl.col("protection_form").drop_nulls().first().fill_null(UNSTATED),
            pl.col("protected_area_ha").fill_null(pl.col("area_ha")).sum().alias("part"),
        )
        .select(
            "wetland_id",
            "protection_form",
            pl.min_horizontal("part", pl.col("area_ha").cast(pl.Decimal(38, 4)))
            .cast(_AREA)
            .alias("part_ha"),
        )
    )


def protection_table(
    wetlands: pl.DataFrame, protected: pl.DataFrame, *, known: bool
) -> pl.DataFrame:
    """Sum wetlands and their protected area by definition, county and form of protection.

    Numerator and denominator are sums over the same wetlands, those of the definition.

    Parameters
    ----------
    wetlands
        Columns of `Wetland`.
    protected
        Rows of `protected_wetlands`.
    known
        Whether the survey holds anything on protection; protected areas are null if not.

    Returns
    -------
    `definition`, `region_code`, `protection_form`, `wetlands`, `area_ha` (of the definition in
    the county, the same on its rows), `protected_wetlands`, `protected_area_ha` and
    `protected_area_high_ha` (decimal, ha). No rows for the plan's list where no record of the
    county says whether it is in it.
    """
    marked = wetlands.filter(pl.col("in_plan_list").is_not_null())["region_code"].unique()
    parts = []
    for definition in WETLAND_DEFINITIONS:
        here = wetlands
        if definition == "plan_list":
            here = wetlands.filter(pl.col("region_code").is_in(marked.implode()))
        counted = here.select("wetland_id", "region_code", "area_ha", counts=belongs(definition))
        every = counted.group_by("region_code").agg(
            pl.col("counts").sum().cast(pl.Int64).alias("wetlands"),
            pl.col("area_ha").filter("counts").sum(),
        )
        of_form = (
            counted.filter("counts")
            .drop("area_ha")
            .join(protected, on="wetland_id")
            .group_by("region_code", "protection_form")
            .agg(
                (pl.col("protected_area_ha") > 0).sum().cast(pl.Int64).alias("protected_wetlands"),
                pl.col("protected_area_ha", "protected_area_high_ha").sum(),
            )
        )
        # a county without a wetland of the definition has the area 0
        empty = every.select("region_code", pl.lit(UNITED).alias("protection_form")).join(
            of_form, on=["region_code", "protection_form"], how="full", coalesce=True
        )
        parts.append(
            every.join(empty, on="region_code").with_columns(
                pl.lit(definition).alias("definition"),
                pl.col(
                    "protected_wetlands", "protected_area_ha", "protected_area_high_ha"
                ).fill_null(0),
            )
        )
    table = pl.concat(parts).select(
        *("definition", "region_code", "protection_form", "wetlands", "area_ha"),
        *(
            pl.when(pl.lit(known)).then(name).alias(name)
            for name in ("protected_wetlands", "protected_area_ha", "protected_area_high_ha")
        ),
    )
    return table.sort(
        pl.col("definition").cast(pl.Enum(list(WETLAND_DEFINITIONS))),
        "region_code",
        pl.col("protection_form") == UNITED,
        "protection_form",
    )


def over_regions(table: pl.DataFrame) -> pl.DataFrame:
    """Sum the rows of `protection_table` over their counties."""
    united = table.filter(pl.col("protection_form") == UNITED)
    every = united.group_by("definition").agg(pl.col("wetlands", "area_ha").sum())
    return (
        table.group_by("definition", "protection_form", maintain_order=True)
        .agg(
            pl.col("protected_wetlands").sum(),
            pl.col("protected_area_ha", "protected_area_high_ha").sum(),
            pl.col("protected_area_ha").is_null().any().alias("unknown"),
        )
        .join(every, on="definition")
        .select(
            "definition",
            pl.lit(None, pl.String).alias("region_code"),
            *("protection_form", "wetlands", "area_ha"),
            *(
                pl.when(~pl.col("unknown")).then(name).alias(name)
                for name in ("protected_wetlands", "protected_area_ha", "protected_area_high_ha")
            ),
        )
        .sort(
            pl.col("definition").cast(pl.Enum(list(WETLAND_DEFINITIONS))),
            pl.col("protection_form") == UNITED,
            "protection_form",
        )
    )


def rates(table: pl.DataFrame) -> pl.DataFrame:
    """Add `protected_fraction` = protected area / area and its upper bound; null without area."""
    area = pl.col("area_ha").cast(pl.Float64)
    return table.with_columns(
        pl.when(area > 0)
        .then(pl.col(f"protected_area{end}_ha").cast(pl.Float64) / area)
        .alias(f"protected_fraction{end}")
        for end in ("", "_high")
    )
