"""Decode a delivery's text columns and set aside the rows that break a rule."""

from dataclasses import dataclass

import polars as pl

from sinkcalc.coefficients.load import load_table
from sinkcalc.intake.profiles import CODED_COLUMNS, TEXT_COLUMNS, ColumnRule, Profile
from sinkcalc.intake.readers import ROW
from sinkcalc.intake.rules import Violation, load_rules, rejected_rows
from sinkcalc.schemas.inventory import Stand
from sinkcalc.units import NUMERIC_COLUMNS, STOCK_DECIMALS
from sinkcalc.vocabulary import AGE_GROUPS, ORIGINS, SPECIES, VEGETATION_CLASSES

SOURCE = "source_file"
_WORDS = {
    "vegetation_class": VEGETATION_CLASSES,
    "economic_mark": ("economic",),
    "species": SPECIES,
    "origin": ORIGINS,
    "age_group": AGE_GROUPS,
}
# land classes that a purpose of economic forest turns into economic forest
_MAY_BE_ECONOMIC = ("arbor", "special_shrub", "other_shrub")


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
    frame = _measures(frame).with_columns(
        pl.struct("stand_id").is_first_distinct().alias("first_of_id")
    )
    rejected = rejected_rows(frame, _violations(frame, profile))
    accepted = frame.join(
        rejected.select(SOURCE, pl.col("source_row").alias(ROW)).unique(),
        on=[SOURCE, ROW],
        how="anti",
    )
    mark = profile.simulated_mark
    marked = accepted["remark"].str.starts_with(mark).any() if mark else False
    successors = (
        accepted.filter(pl.col("region_code") != pl.col("region_code_text"))
        .group_by(pl.col("region_code_text").alias("old_code"), pl.col("region_code"))
        .agg(pl.len().alias("rows"))
        .sort("old_code")
    )
    return Checked(_stands(accepted), rejected, bool(marked), successors)


def _texts(raw: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Name the text columns `<column>_text`; blank is null; constants fill every row."""

    def text(rule: ColumnRule | None, constant: str | None) -> pl.Expr:
        if constant is not None:
            return pl.lit(constant)
        if rule is None or rule.header not in raw.columns:
            return pl.lit(None, pl.String)
        stripped = pl.col(rule.header).str.strip_chars()
        return pl.when(stripped != "").then(stripped)

    parts = [pl.col(h).str.strip_chars().replace("", None) for h in profile.id_columns]
    stand_id = pl.concat_str(parts, separator="-") if parts else pl.col(ROW).cast(pl.String)
    return raw.select(
        ROW,
        SOURCE,
        stand_id.alias("stand_id"),
        *(
            text(profile.columns.get(column), profile.constants.get(column)).alias(f"{column}_text")
            for column in (*TEXT_COLUMNS, *CODED_COLUMNS, *NUMERIC_COLUMNS)
            if column != "stand_id"
        ),
    ).with_columns(pl.col("remark_text").alias("remark"), pl.col("township_code_text"))


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
                _code_map(column, profile.columns.get(column)), default=None, return_dtype=pl.String
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


def _code_map(column: str, rule: ColumnRule | None) -> dict[str, str | None]:
    if rule is None or rule.code_set is None:
        return {word: word for word in _WORDS[column]}
    rows = load_table("code_sets").rows.filter(pl.col("code_set") == rule.code_set)
    return dict(rows.select("code", "value").iter_rows())


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


def _violations(frame: pl.DataFrame, profile: Profile) -> list[Violation]:
    headers = {column: rule.header for column, rule in profile.columns.items()}
    rules = load_rules()
    out = []
    for column in ("region_code", "vegetation_class", "area_ha"):
        empty = pl.col(f"{column}_text").is_null()
        out.append(Violation("required", headers.get(column, column), empty))
    ids = "+".join(profile.id_columns)
    out.append(Violation("required", ids, pl.col("stand_id").is_null()))
    repeated = ~pl.col("first_of_id") & pl.col("stand_id").is_not_null()
    out.append(Violation("duplicate_stand", ids, repeated, pl.col("stand_id")))
    text = pl.col("region_code_text")
    unknown = text.is_not_null() & pl.col("region_code").is_null()
    out.append(Violation("unknown_region", headers.get("region_code", ""), unknown, text))
    for column in CODED_COLUMNS:
        out += _unknown_code(column, profile.columns.get(column))
    for column in NUMERIC_COLUMNS:
        text, header = pl.col(f"{column}_text"), headers.get(column, column)
        unread = text.is_not_null() & pl.col(column).is_null()
        if column == "culms":  # kept for bamboo only
            unread = text.is_not_null() & text.cast(pl.Float64, strict=False).is_null()
        out.append(Violation("not_a_number", header, unread, text))
    area = pl.col("area_ha")
    values = {
        "area_range": area,
        "canopy_range": pl.col("canopy_cover_fraction"),
        "volume_negative": pl.col("volume_m3"),
        "volume_range": pl.coalesce("volume_m3_per_ha", pl.col("volume_m3") / area),
        "culms_range": pl.col("culms") / area,
        "age_range": pl.col("age_years"),
        "dbh_range": pl.col("dbh_cm"),
        "height_range": pl.col("height_m"),
        "stems_range": pl.col("stems_per_ha"),
    }
    for name, value in values.items():
        rule = rules[name]
        outside = value < rule.minimum if rule.minimum is not None else pl.lit(False)
        if rule.maximum is not None:
            outside = outside | (value > rule.maximum)
        column = rule.column if rule.column in headers else "volume_m3"
        column = "stems_per_ha" if name == "culms_range" and "culms" not in headers else column
        source = profile.columns.get(column)
        out.append(
            Violation(
                name,
                headers.get(column, column),
                outside.fill_null(False),
                pl.coalesce(f"{column}_text", value.round(STOCK_DECIMALS).cast(pl.String)),
                unit=source.unit if source else "",
            )
        )
    given, computed = pl.col("volume_given"), pl.col("volume_from_density")
    larger = pl.max_horizontal(given, computed)
    apart = (given - computed).abs() > (rules["volume_agrees"].maximum or 0) * larger
    both = given.is_not_null() & computed.is_not_null()
    out.append(
        Violation(
            "volume_agrees",
            headers.get("volume_m3", "volume_m3"),
            # whole m3 of a small stand may round away more than the limit
            both & apart & (larger > 10) & (area > 0),
            pl.format("{} / {}", "volume_m3_text", computed.round(1)),
        )
    )
    return out


def _unknown_code(column: str, rule: ColumnRule | None) -> list[Violation]:
    if rule is None or rule.ignore_unknown:
        return []
    text = pl.col(f"{column}_text")
    known = list(_code_map(column, rule))
    unknown = text.is_not_null() & ~text.is_in(known)
    if rule.classes:
        unknown = unknown & pl.col("vegetation_class").is_in(rule.classes)
    listed = rule.code_set or column
    return [Violation("unknown_code", rule.header, unknown.fill_null(False), text, code_set=listed)]


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
            *(decimal(column) for column in decimals),
        ),
        cast=True,
    )
