"""Decode a delivery's text columns and set aside the rows that break a rule."""

from dataclasses import dataclass

import polars as pl

from sinkcalc.coefficients.load import load_table
from sinkcalc.intake.profiles import CODED_COLUMNS, ColumnRule, Profile
from sinkcalc.intake.readers import ROW
from sinkcalc.intake.rules import rejected_rows
from sinkcalc.intake.violations import code_map, repeated_stand, violations
from sinkcalc.schemas.inventory import Stand
from sinkcalc.units import NUMERIC_COLUMNS

SOURCE = "source_file"
# land classes that a purpose of economic forest turns into economic forest
_MAY_BE_ECONOMIC = ("arbor", "special_shrub")


@dataclass(frozen=True)
class Checked:
    """Outcome of the checks.

    Attributes
    ----------
    stands
        Rows of `Stand`.
    rejected
        Rows of `RejectedRow`; a row that breaks several rules appears once for each.
    simulated
        Whether any row is marked as simulated.
    successors
        Rows whose county code was abolished, by old and new code.
    """

    stands: pl.DataFrame
    rejected: pl.DataFrame
    simulated: bool
    successors: pl.DataFrame


def check_stands(raw: pl.DataFrame, profile: Profile) -> Checked:
    """Turn text rows into checked stands and rejected rows.

    Parameters
    ----------
    raw
        Text columns named as in the delivery, with `_row` and `source_file`.
    profile
        How to understand them.
    """
    frame = _numbers(_codes(_texts(raw, profile), profile), profile)
    frame = _measures(frame)
    faulty = rejected_rows(frame, violations(frame, profile))
    sound = _without(frame, faulty)
    repeated = rejected_rows(sound, [repeated_stand(profile)])
    accepted = _without(sound, repeated)
    rejected = pl.concat([faulty, repeated]).sort(SOURCE, "source_row", maintain_order=True)
    mark = profile.simulated_mark
    marked = accepted["remark"].str.starts_with(mark).any() if mark else False
    successors = (
        accepted.filter(pl.col("region_code") != pl.col("region_code_text"))
        .group_by(pl.col("region_code_text").alias("old_code"), pl.col("region_code"))
        .agg(pl.len().alias("rows"))
        .sort("old_code")
    )
    return Checked(_stands(accepted), rejected, bool(marked), successors)


def _without(frame: pl.DataFrame, rejected: pl.DataFrame) -> pl.DataFrame:
    rows = rejected.select(SOURCE, pl.col("source_row").alias(ROW)).unique()
    return frame.join(rows, on=[SOURCE, ROW], how="anti", maintain_order="left")


def _texts(raw: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Name the text columns `<column>_text`; blank is null; constants fill every row."""

    def text(rule: ColumnRule | None, constant: str | None) -> pl.Expr:
        if constant is not None:
            return pl.lit(constant)
        if rule is None or rule.header not in raw.columns:
            return pl.lit(None, pl.String)
        stripped = pl.col(rule.header).str.strip_chars()
        return pl.when(stripped != "").then(stripped)

    def code(column: str) -> pl.Expr:
        # a number column of a typed file gives 310.0 for code 310
        read = text(profile.columns.get(column), profile.constants.get(column))
        return read.str.replace(r"^(\d+)\.0$", "$1")

    parts = [pl.col(h).str.strip_chars().replace("", None) for h in profile.id_columns]
    stand_id = pl.concat_str(parts, separator="-") if parts else pl.format("{}:{}", SOURCE, ROW)
    return raw.select(
        ROW,
        SOURCE,
        stand_id.alias("stand_id"),
        *(
            text(profile.columns.get(column), profile.constants.get(column)).alias(f"{column}_text")
            for column in ("remark", *NUMERIC_COLUMNS)
        ),
        *(
            code(column).alias(f"{column}_text")
            for column in ("region_code", "township_code", *CODED_COLUMNS)
        ),
    ).with_columns(pl.col("remark_text").alias("remark"))


def _codes(frame: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Decode coded columns and county codes; what is not in the list becomes null."""
    regions = load_table("regions").rows.filter(pl.col("kind") != "city")
    successor = pl.coalesce("successor_code", "region_code")
    region_of = dict(regions.select("region_code", successor.alias("to")).iter_rows())
    frame = frame.with_columns(
        pl.col("region_code_text")
        .replace_strict(region_of, default=None, return_dtype=pl.String)
        .alias("region_code"),
        *(
            pl.col(f"{column}_text")
            .replace_strict(
                code_map(column, profile.columns.get(column)), default=None, return_dtype=pl.String
            )
            .alias(column)
            for column in CODED_COLUMNS
        ),
    )
    economic = pl.col("economic_mark").is_not_null()
    may_be = pl.col("vegetation_class").is_in(_MAY_BE_ECONOMIC)
    frame = frame.with_columns(
        pl.when(economic & may_be)
        .then(pl.lit("economic"))
        .otherwise("vegetation_class")
        .alias("vegetation_class")
    )
    return frame.with_columns(
        pl.when(pl.col("vegetation_class").is_in(rule.classes)).then(column).alias(column)
        for column, rule in profile.columns.items()
        if rule.classes
    )


def _numbers(frame: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Read numbers and bring them to the stored unit; what is no finite number becomes null."""

    def number(column: str) -> pl.Expr:
        read = pl.col(f"{column}_text").cast(pl.Float64, strict=False)
        rule = profile.columns.get(column)
        factor = 1.0 if rule is None or column in profile.constants else rule.factor
        return pl.when(read.is_finite()).then(read * factor).alias(column)

    return frame.with_columns(number(column) for column in NUMERIC_COLUMNS)


def _measures(frame: pl.DataFrame) -> pl.DataFrame:
    """Complete volume from volume per hectare and culms of bamboo from stems per hectare."""
    area = pl.col("area_ha")
    bamboo = pl.col("vegetation_class") == "bamboo"
    return frame.with_columns(
        (pl.col("volume_m3_per_ha") * area).alias("volume_from_density"),
        pl.when(bamboo)
        .then(pl.coalesce("culms", (pl.col("stems_per_ha") * area).round(0)))
        .alias("culms"),
    ).with_columns(
        pl.coalesce("volume_m3", "volume_from_density").alias("volume_m3"),
        pl.col("volume_m3").alias("volume_given"),
    )


def _stands(frame: pl.DataFrame) -> pl.DataFrame:
    def decimal(column: str) -> pl.Expr:
        dtype = Stand.columns()[column].dtype
        scale = dtype.scale if isinstance(dtype, pl.Decimal) else 0
        return pl.col(column).round(scale).cast(dtype)

    decimals = [c for c, d in Stand.columns().items() if isinstance(d.dtype, pl.Decimal)]
    return Stand.validate(
        frame.with_columns(
            pl.col(ROW).alias("source_row"),
            pl.col("township_code_text").alias("township_code"),
            pl.lit(None, pl.Int32).alias("record_year"),
            *(decimal(column) for column in decimals),
        ),
        cast=True,
    )
