"""Which rows of decoded stands break which rule."""

import polars as pl

from sinkcalc.coefficients.load import load_table
from sinkcalc.intake.profiles import CODED_COLUMNS, REQUIRED_COLUMNS, ColumnRule, Profile
from sinkcalc.intake.rules import Violation, load_rules
from sinkcalc.units import NUMERIC_COLUMNS, STOCK_DECIMALS
from sinkcalc.vocabulary import AGE_GROUPS, ORIGINS, SPECIES, VEGETATION_CLASSES

_WORDS = {
    "vegetation_class": VEGETATION_CLASSES,
    "economic_mark": ("economic",),
    "species": SPECIES,
    "origin": ORIGINS,
    "age_group": AGE_GROUPS,
}
# whole m3 of a smaller stand may round away more than the limit of volume_agrees
_SMALLEST_VOLUME = 10


def code_map(column: str, rule: ColumnRule | None) -> dict[str, str | None]:
    """Return code -> word of a coded column; this program's own words where no set is named."""
    if rule is None or rule.code_set is None:
        return {word: word for word in _WORDS[column]}
    rows = load_table("code_sets").rows.filter(pl.col("code_set") == rule.code_set)
    return dict(rows.select("code", "value").iter_rows())


def violations(frame: pl.DataFrame, profile: Profile) -> list[Violation]:
    """List the rules with the rows that break them.

    Parameters
    ----------
    frame
        Decoded rows: `<column>_text` as delivered beside `<column>` as understood.
    profile
        Where the columns come from.
    """
    headers = {column: rule.header for column, rule in profile.columns.items()}
    found = _identity(headers, profile)
    for column in CODED_COLUMNS:
        found += _unknown_code(column, profile.columns.get(column))
    found += [_not_a_number(column, headers) for column in NUMERIC_COLUMNS]
    found += _out_of_range(headers, profile)
    found.append(_volume_disagrees(headers))
    return found


def _identity(headers: dict[str, str], profile: Profile) -> list[Violation]:
    """List missing required values and unknown counties."""
    found = [
        Violation("required", headers.get(column, column), pl.col(f"{column}_text").is_null())
        for column in REQUIRED_COLUMNS
    ]
    ids = "+".join(profile.id_columns)
    county = pl.col("region_code_text")
    unknown = county.is_not_null() & pl.col("region_code").is_null()
    return [
        *found,
        Violation("required", ids, pl.col("stand_id").is_null()),
        Violation("unknown_region", headers.get("region_code", ""), unknown, county),
    ]


def repeated_stand(profile: Profile) -> Violation:
    """Return the rule that a stand occurs once, for rows that break no other rule."""
    ids = "+".join(profile.id_columns)
    repeated = ~pl.col("stand_id").is_first_distinct()
    return Violation("duplicate_stand", ids, repeated, pl.col("stand_id"))


def _unknown_code(column: str, rule: ColumnRule | None) -> list[Violation]:
    if rule is None or rule.ignore_unknown:
        return []
    text = pl.col(f"{column}_text")
    unknown = text.is_not_null() & ~text.is_in(list(code_map(column, rule)))
    if rule.classes:
        unknown = unknown & pl.col("vegetation_class").is_in(rule.classes)
    listed = rule.code_set or column
    return [Violation("unknown_code", rule.header, unknown.fill_null(False), text, code_set=listed)]


def _not_a_number(column: str, headers: dict[str, str]) -> Violation:
    text = pl.col(f"{column}_text")
    unread = ~text.cast(pl.Float64, strict=False).is_finite().fill_null(False)
    return Violation("not_a_number", headers.get(column, column), text.is_not_null() & unread, text)


def _out_of_range(headers: dict[str, str], profile: Profile) -> list[Violation]:
    area = pl.col("area_ha")
    # there is nothing per hectare of no area
    per_ha = pl.when(area > 0).then(pl.col("volume_m3") / area)
    # rule -> (column to name, value in the stored unit)
    values = {
        "area_range": ("area_ha", area),
        "canopy_range": ("canopy_cover_fraction", pl.col("canopy_cover_fraction")),
        "volume_negative": ("volume_m3", pl.col("volume_m3")),
        "volume_range": (
            "volume_m3_per_ha",
            pl.coalesce("volume_m3_per_ha", per_ha),
        ),
        "culms_range": ("culms", pl.when(area > 0).then(pl.col("culms") / area)),
        "age_range": ("age_years", pl.col("age_years")),
        "dbh_range": ("dbh_cm", pl.col("dbh_cm")),
        "height_range": ("height_m", pl.col("height_m")),
        "stems_range": ("stems_per_ha", pl.col("stems_per_ha")),
    }
    # where the column itself is not delivered, the one its value was computed from
    computed_from = {"volume_m3_per_ha": "volume_m3", "culms": "stems_per_ha"}
    found = []
    for name, (column, value) in values.items():
        rule = load_rules()[name]
        shown = column if column in headers else computed_from.get(column, column)
        source = profile.columns.get(shown)
        low, high = rule.minimum, rule.maximum
        below = pl.lit(False) if low is None else value < low
        above = pl.lit(False) if high is None else value > high
        found.append(
            Violation(
                name,
                headers.get(shown, shown),
                (below | above).fill_null(False),
                pl.coalesce(f"{shown}_text", value.round(STOCK_DECIMALS).cast(pl.String)),
                unit=source.unit if source else "",
            )
        )
    return found


def _volume_disagrees(headers: dict[str, str]) -> Violation:
    given, computed = pl.col("volume_given"), pl.col("volume_from_density")
    larger = pl.max_horizontal(given, computed)
    limit = load_rules()["volume_agrees"].maximum
    apart = (given - computed).abs() > limit * larger
    comparable = (larger > _SMALLEST_VOLUME) & (pl.col("area_ha") > 0)
    return Violation(
        "volume_agrees",
        headers.get("volume_m3", "volume_m3"),
        (comparable & apart).fill_null(False),
        pl.format("{} / {}", "volume_m3_text", computed.round(1)),
    )
