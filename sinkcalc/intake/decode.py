"""Turn the text columns of a delivery into words and numbers of the stored units."""

from typing import Final

import polars as pl

from sinkcalc.coefficients.load import load_table
from sinkcalc.intake.column_rules import ColumnRule
from sinkcalc.intake.days import year_of
from sinkcalc.intake.delivery import GEOMETRY, GEOMETRY_AREA, ROW, SOURCE
from sinkcalc.intake.kinds import STANDS, TREES
from sinkcalc.intake.occasions import Occasions
from sinkcalc.intake.profiles import Profile
from sinkcalc.intake.words import WORDS

# end of the name of a figure that stands in a class where its column is not read
OUTSIDE: Final = "_outside"
# occasion as delivered, where the file tells it
OCCASION: Final = "_occasion"
# columns that say the class, which decides whether others are read
_CLASS: Final = ("vegetation_class", "economic_mark", "wetland_class")
# land classes that a purpose of economic forest turns into economic forest
_MAY_BE_ECONOMIC: Final = ("arbor", "special_shrub")
# before the name of a column: what it was at the survey before
_BEFORE: Final = "previous_"
# how a row without a code is named
_BLANK: Final = "–"


def decode(raw: pl.LazyFrame, profile: Profile) -> pl.LazyFrame:
    """Read texts, codes and numbers.

    Parameters
    ----------
    raw
        Text columns named as in the delivery, with `_row` and `source_file`.
    profile
        How to understand them, with the file's own headers.

    Returns
    -------
    For every column `<column>_text` as delivered beside `<column>` as understood (null where it
    is not), and what follows from both.
    """
    texts = _texts(raw, profile)
    if "class_code" in profile.kind.text:
        # the code as delivered is kept beside its word
        kept = pl.coalesce("class_code_text", f"{profile.kind.class_column}_text")
        texts = texts.with_columns(kept.alias("class_code_text"))
    numbers = _numbers(_codes(texts, profile), profile)
    if profile.kind is TREES:
        return _tallied(numbers, profile)
    if profile.kind is not STANDS:
        return numbers
    density = profile.columns.get("volume_m3_per_ha")
    return _measures(numbers, with_scattered=density is not None and density.with_scattered)


def code_map(column: str, rule: ColumnRule | None) -> dict[str, str | None]:
    """Return code -> word of a coded column; this program's own words where no set is named."""
    if rule is None or (rule.code_set is None and not rule.codes):
        return {word: word for word in WORDS[column]}
    rows = load_table("code_sets").rows.filter(pl.col("code_set") == (rule.code_set or ""))
    listed: dict[str, str | None] = dict(rows.select("code", "value").iter_rows())
    return listed | {code: word or None for code, word in rule.codes.items()}


def of_another_table(raw: pl.DataFrame, profile: Profile) -> pl.Series | None:
    """Return the code of every row that is none of the table, null for all others.

    A mixed layer holds them: their code is known and has no word, or is empty where the profile
    says that of the empty code. None where no code of the profile is so.
    """
    column = profile.kind.mixed
    rule = profile.columns.get(column)
    others = [code for code, word in code_map(column, rule).items() if not word] if rule else []
    if not others:
        return None
    texts = _texts(raw.lazy(), profile).select(f"{column}_text").collect().to_series()
    if "" in others:
        texts = texts.fill_null(_BLANK)
        others.append(_BLANK)
    return texts.set(~texts.is_in(others), None)


def _texts(raw: pl.LazyFrame, profile: Profile) -> pl.LazyFrame:
    """Name the text columns `<column>_text`; blank is null; constants fill every row."""
    present = set(raw.collect_schema().names())
    kind = profile.kind

    occasions = profile.occasions

    def text(column: str) -> pl.Expr:
        if column in profile.constants:
            return pl.lit(profile.constants[column])
        rule = profile.columns.get(column)
        if rule is None or rule.header not in present:
            return pl.lit(None, pl.String)
        stripped = pl.col(rule.header).str.strip_chars()
        if column not in kind.numeric:
            # a number column of a typed file gives 310.0 for code 310
            stripped = stripped.str.replace(r"^(\d+)\.0$", "$1")
        if rule.first:
            stripped = stripped.str.head(rule.first)
        nothing = stripped.is_in(["", *rule.empty])
        if column in kind.numeric and rule.empty:
            zeros = [float(mark) for mark in rule.empty if _is_number(mark)]
            nothing = nothing | stripped.cast(pl.Float64, strict=False).is_in(zeros)
        return pl.when(~nothing.fill_null(False)).then(stripped)

    return raw.select(
        ROW,
        SOURCE,
        _row_id(profile).alias(kind.id_column),
        *(pl.col(name) for name in (GEOMETRY, GEOMETRY_AREA) if name in present),
        *(text(column).alias(f"{column}_text") for column in kind.columns),
        *([occasion_of(occasions).alias(OCCASION)] if occasions and occasions.header else []),
    )


def occasion_of(occasions: Occasions) -> pl.Expr:
    """Occasion that a row is of; null where it names none."""
    text = pl.col(occasions.header).str.strip_chars().str.replace(r"^(\d+)\.0$", "$1")
    return pl.when(text != "").then(text)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _row_id(profile: Profile) -> pl.Expr:
    def part(header: str) -> pl.Expr:
        if header in profile.constant_headers:
            return pl.lit(profile.constant_headers[header])
        text = pl.col(header).str.strip_chars().str.replace(r"^(\d+)\.0$", "$1")
        return pl.when(text != "").then(text)

    if not profile.id_columns:
        own = pl.concat_str(SOURCE, pl.lit(":"), ROW)
        told = [part(header) for header in profile.id_optional]
        named = pl.concat_str(told, separator="-", ignore_nulls=True) if told else pl.lit("")
        return pl.when(named != "").then(named).otherwise(own)
    needed = pl.concat_str([part(header) for header in profile.id_columns], separator="-")
    more = [pl.coalesce(pl.lit("-") + part(header), pl.lit("")) for header in profile.id_optional]
    return pl.concat_str([needed, *more]) if more else needed


def _codes(frame: pl.LazyFrame, profile: Profile) -> pl.LazyFrame:
    """Decode coded columns and county codes; what is not in the list becomes null."""
    regions = load_table("regions").rows.filter(pl.col("kind") != "city")
    successor = pl.coalesce("successor_code", "region_code")
    region_of = dict(regions.select("region_code", successor.alias("to")).iter_rows())

    def decoded(column: str) -> pl.Expr:
        codes = code_map(column, profile.columns.get(column))
        text = pl.col(f"{column}_text")
        return text.replace_strict(codes, default=None, return_dtype=pl.String).alias(column)

    kind = profile.kind
    if "region_code" in kind.text:
        current = pl.col("region_code_text").replace_strict(
            region_of, default=None, return_dtype=pl.String
        )
        frame = frame.with_columns(current.alias("region_code"))
    frame = frame.with_columns(decoded(column) for column in kind.coded if column in _CLASS)
    if "economic_mark" in kind.coded:
        frame = frame.with_columns(_with_economic())
    frame = _within_classes(frame, profile)
    frame = frame.with_columns(
        *(decoded(column) for column in kind.coded if column not in _CLASS),
        *(year_of(pl.col(f"{column}_text")).alias(column) for column in kind.years),
    )
    if "previous_vegetation_class" in kind.coded:
        return frame.with_columns(_class_before(profile), _category())
    if "modelled_mark" in kind.coded:
        return frame.with_columns(pl.coalesce("modelled_mark", "carbon_kind").alias("carbon_kind"))
    return frame


def _with_economic(before: str = "") -> pl.Expr:
    """Vegetation class with the purpose of economic forest."""
    column = f"{before}vegetation_class"
    economic = pl.col(f"{before}economic_mark").is_not_null()
    may_be = pl.col(column).is_in(_MAY_BE_ECONOMIC)
    named = pl.when(economic & may_be).then(pl.lit("economic")).otherwise(column)
    return named.alias(column)


def _class_before(profile: Profile) -> pl.Expr:
    """Class at the survey before, with the purpose of economic forest of that time.

    Where that purpose is not recorded and the code is the same as now, so is the class: an
    orchard that stayed one would be a shrub that became an orchard otherwise.
    """
    named = _with_economic(_BEFORE)
    now, then = (profile.columns.get(f"{when}vegetation_class") for when in ("", _BEFORE))
    if now is None or then is None or (now.code_set, now.codes) != (then.code_set, then.codes):
        return named
    same = pl.col("vegetation_class_text").eq_missing(pl.col(f"{_BEFORE}vegetation_class_text"))
    unsaid = pl.col(f"{_BEFORE}economic_mark_text").is_null()
    return (
        pl.when(same & unsaid)
        .then("vegetation_class")
        .otherwise(named)
        .alias(f"{_BEFORE}vegetation_class")
    )


def _category() -> pl.Expr:
    """Category of the forest: as designated, else by the authority, else by the purpose.

    A purpose speaks only where the others are blank: a code that is not known there may say the
    contrary.
    """
    named = ("forest_category", "category_by_authority")
    blank = pl.all_horizontal(pl.col(f"{column}_text").is_null() for column in named)
    by_purpose = pl.when(blank).then("category_by_purpose")
    return pl.coalesce(*named, by_purpose).alias("forest_category")


def _within_classes(frame: pl.LazyFrame, profile: Profile) -> pl.LazyFrame:
    """Empty every column outside the classes in which it is read."""
    bound = {column: rule.classes for column, rule in profile.columns.items() if rule.classes}
    if not bound:
        return frame
    of_row = pl.col(profile.kind.class_column)
    read = {c: of_row.is_in(classes) for c, classes in bound.items()}
    for c in (c for c in bound if c in profile.kind.numeric):
        zero = (pl.col(f"{c}_text").cast(pl.Float64, strict=False) == 0).fill_null(False)
        frame = frame.with_columns(
            pl.when(~read[c] & ~zero).then(f"{c}_text").alias(f"{c}{OUTSIDE}")
        )
    return frame.with_columns(pl.when(read[c]).then(f"{c}_text").alias(f"{c}_text") for c in bound)


def _numbers(frame: pl.LazyFrame, profile: Profile) -> pl.LazyFrame:
    """Read numbers and bring them to the stored unit; what is no finite number becomes null."""

    def number(column: str) -> pl.Expr:
        read = pl.col(f"{column}_text").cast(pl.Float64, strict=False)
        rule = profile.columns.get(column)
        factor = 1.0 if rule is None or column in profile.constants else rule.factor
        return pl.when(read.is_finite()).then(read * factor).alias(column)

    return frame.with_columns(number(column) for column in profile.kind.numeric)


def _tallied(frame: pl.LazyFrame, profile: Profile) -> pl.LazyFrame:
    """Fill the tally area by diameter where the delivery does not say it."""
    area = pl.lit(None, pl.Float64)
    for entry in profile.tally:
        large = pl.col("dbh_cm") >= entry.min_dbh_cm
        area = pl.when(large).then(entry.area_ha).otherwise(area)
    return frame.with_columns(pl.coalesce("tally_area_ha", area).alias("tally_area_ha"))


def _measures(frame: pl.LazyFrame, *, with_scattered: bool) -> pl.LazyFrame:
    """Complete volume from volume per hectare and culms of bamboo from stems per hectare."""
    area = pl.col("area_ha")
    bamboo = pl.col("vegetation_class") == "bamboo"
    computed = pl.col("volume_m3_per_ha") * area
    if with_scattered:
        # more scattered volume than living volume: none of it is the forest's, not less than none;
        # a negative figure per hectare itself is refused by volume_range
        scattered = pl.col("scattered_volume_m3").fill_null(0.0)
        computed = pl.when(computed >= 0).then((computed - scattered).clip(lower_bound=0.0))
    return frame.with_columns(
        computed.alias("volume_from_density"),
        pl.col("volume_m3").alias("volume_given"),
        pl.when(bamboo)
        .then(pl.coalesce("culms", (pl.col("stems_per_ha") * area).round(0)))
        .alias("culms"),
    ).with_columns(pl.coalesce("volume_m3", "volume_from_density").alias("volume_m3"))
