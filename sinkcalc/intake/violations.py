"""Errors: what makes a decoded row unusable."""

from functools import reduce
from operator import or_

import polars as pl

from sinkcalc.intake.column_rules import ColumnRule
from sinkcalc.intake.decode import code_map
from sinkcalc.intake.kinds import STANDS, WETLAND_RULES, TableKind
from sinkcalc.intake.plot_checks import plot_violations
from sinkcalc.intake.profiles import Profile
from sinkcalc.intake.rules import Violation, load_rules
from sinkcalc.intake.wetland_checks import wetland_violations
from sinkcalc.intake.words import WORDS
from sinkcalc.units import STOCK_DECIMALS

# whole m3 of a smaller stand may round away more than the limit of volume_far_off
_SMALLEST_VOLUME = 10
# a longer list of words is named by its file
_MOST_WORDS = 12
# words of both languages that a message lists
_MOST_LISTED = 2 * _MOST_WORDS


def violations(profile: Profile, plots: pl.Series | None = None) -> list[Violation]:
    """List the rules whose breach rejects a row.

    Parameters
    ----------
    profile
        Where the columns come from.
    plots
        Plots of the survey, which every tree has to be on.
    """
    headers = {column: rule.header for column, rule in profile.columns.items()}
    found = _identity(headers, profile)
    kind = profile.kind
    for column in kind.coded:
        found += _unknown_code(column, profile.columns.get(column), kind)
    delivered = {*profile.columns, *profile.constants}
    found += [_not_a_number(c, headers, kind) for c in kind.numeric if c in delivered]
    if kind.rules == WETLAND_RULES:
        found += wetland_violations(profile)
    elif kind is STANDS:
        found += _out_of_range(headers, profile)
        found.append(_volume_far_off(headers))
    else:
        found += plot_violations(profile, plots)
    return found


def any_broken(found: list[Violation]) -> pl.Expr:
    """Tell whether a row breaks any of the rules."""
    return reduce(or_, (violation.mask.fill_null(False) for violation in found))


def _identity(headers: dict[str, str], profile: Profile) -> list[Violation]:
    """List missing required values and unknown counties."""
    kind = profile.kind
    found = [
        Violation("required", headers.get(column, column), pl.col(f"{column}_text").is_null())
        for column in kind.required
    ]
    ids = "+".join(profile.id_columns)
    found.append(Violation("required", ids, pl.col(kind.id_column).is_null()))
    if "region_code" not in kind.text:
        return found
    county = pl.col("region_code_text")
    unknown = county.is_not_null() & pl.col("region_code").is_null()
    return [
        *found,
        Violation("unknown_region", headers.get("region_code", "region_code"), unknown, county),
    ]


def repeated_key(profile: Profile, mask: pl.Expr) -> Violation:
    """Return the rule that a row occurs once, for rows that break no other rule."""
    kind = profile.kind
    rest = [column for column in kind.key if column != kind.id_column]
    named = [profile.columns[column].header for column in rest if column in profile.columns]
    value = pl.concat_str(
        (pl.col(column).cast(pl.String) for column in kind.key), separator=" ", ignore_nulls=True
    )
    return Violation(kind.repeated, "+".join([*profile.id_columns, *named]), mask, value)


def _unknown_code(column: str, rule: ColumnRule | None, kind: TableKind) -> list[Violation]:
    if rule is None:
        # a constant is one of this program's words
        rule = ColumnRule(column)
    if rule.unknown:
        return []
    text = pl.col(f"{column}_text")
    known = list(code_map(column, rule))
    unknown = text.is_not_null() & ~text.is_in(known)
    if kind.rules == WETLAND_RULES and not any(code.isdigit() for code in known if len(code) > 1):
        words = ", ".join(known) if len(known) <= _MOST_LISTED else f"code_sets.csv {rule.code_set}"
        return [Violation("unknown_word", rule.header, unknown, text, code_set=words)]
    own = WORDS[column] if len(WORDS[column]) < _MOST_WORDS else (f"{column}.csv",)
    code_set = rule.code_set or ", ".join([*rule.codes, *own])
    return [Violation("unknown_code", rule.header, unknown, text, code_set=code_set)]


def _not_a_number(column: str, headers: dict[str, str], kind: TableKind) -> Violation:
    text = pl.col(f"{column}_text")
    unread = text.is_not_null() & pl.col(column).is_null()
    if column == "culms":
        # culms of other classes are dropped, whatever they hold
        unread = text.is_not_null() & ~text.cast(pl.Float64, strict=False).is_finite().fill_null(
            False
        )
    if column == "volume_m3" and kind is STANDS:
        unread = text.is_not_null() & pl.col("volume_given").is_null()
    return Violation("not_a_number", headers.get(column, column), unread, text)


def _out_of_range(headers: dict[str, str], profile: Profile) -> list[Violation]:
    area = pl.col("area_ha")
    # there is nothing per hectare of no area
    per_ha = pl.when(area > 0).then(pl.col("volume_m3") / area)
    # rule -> (column to name, value in the stored unit)
    values = {
        "area_range": ("area_ha", area),
        "canopy_range": ("canopy_cover_fraction", pl.col("canopy_cover_fraction")),
        "volume_negative": ("volume_m3", pl.col("volume_m3")),
        "scattered_range": (
            "scattered_volume_m3",
            pl.when(area > 0).then(pl.col("scattered_volume_m3") / area),
        ),
        "volume_range": ("volume_m3_per_ha", pl.coalesce("volume_m3_per_ha", per_ha)),
        "culms_range": ("culms", pl.when(area > 0).then(pl.col("culms") / area)),
        "age_range": ("age_years", pl.col("age_years")),
        "dbh_range": ("dbh_cm", pl.col("dbh_cm")),
        "height_range": ("height_m", pl.col("height_m")),
        "crown_length_range": ("crown_length_m", pl.col("crown_length_m")),
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
                below | above,
                pl.coalesce(f"{shown}_text", value.round(STOCK_DECIMALS).cast(pl.String)),
                unit=source.unit if source else "",
            )
        )
    return found


def _volume_far_off(headers: dict[str, str]) -> Violation:
    given, computed = pl.col("volume_given"), pl.col("volume_from_density")
    larger = pl.max_horizontal(given, computed)
    limit = load_rules()["volume_far_off"].maximum
    apart = (given - computed).abs() > limit * larger
    comparable = (larger > _SMALLEST_VOLUME) & (pl.col("area_ha") > 0)
    return Violation(
        "volume_far_off",
        headers.get("volume_m3", "volume_m3"),
        comparable & apart,
        pl.concat_str("volume_m3_text", pl.lit(" / "), computed.round(1)),
    )
