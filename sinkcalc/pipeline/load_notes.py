"""What a load tells of its files as wholes."""

import polars as pl

from sinkcalc.intake.kinds import WETLAND_RULES
from sinkcalc.intake.profiles import Profile
from sinkcalc.intake.rules import load_rules, texts_of
from sinkcalc.pipeline.spool import Spool


def other_occasions(spool: Spool) -> list[tuple[str, str]]:
    """Count the rows of a file that are of other occasions."""
    return [
        (
            f"{file} 中期次 {name} 的 {rows} 行不属于所读的一期,未读",
            f"{rows} rows of {file} are of occasion {name} and were not read",
        )
        for (file, name), rows in sorted(spool.other_rows.items())
    ]


def left_out(spool: Spool) -> list[tuple[str, str]]:
    """Count the rows of a mixed layer that are none of the table, by code."""
    notes = []
    for file in sorted({file for file, _ in spool.left_out}):
        codes = {code: rows for (name, code), rows in spool.left_out.items() if name == file}
        listed = ", ".join(f"{code} ({rows})" for code, rows in sorted(codes.items()))
        noun, named = spool.kind.noun_zh, spool.kind.noun
        notes.append(
            (
                f"{file} 有 {sum(codes.values())} 行不是{noun},未读:{listed}",
                f"{sum(codes.values())} rows of {file} are no {named} and were not read: {listed}",
            )
        )
    return notes


def area_unit(rejected: pl.DataFrame, rows_in: int, profile: Profile) -> list[tuple[str, str]]:
    """Suggest a wrong unit where many areas of wetlands or farmland are above their bound.

    Parameters
    ----------
    rejected
        Rows of `RejectedRow`.
    rows_in
        Rows that were read.
    """
    rule = profile.columns.get("area_ha")
    bound, share = load_rules()["area_range"].maximum, load_rules()["area_unit"].maximum
    if profile.kind.rules != WETLAND_RULES or rule is None or bound is None or share is None:
        return []
    area = pl.col("value").cast(pl.Float64, strict=False) * rule.factor
    above = rejected.filter(pl.col("rule") == "area_range", area > bound).height
    if above <= share * rows_in:
        return []
    texts = texts_of("area_unit")
    return [
        (
            f"{rows_in} 行中 {above} 行的面积大于 {bound:g} ha(按 {rule.unit} 读入):"
            f"{texts['reason_zh']};{texts['remedy_zh']}",
            f"{above} of {rows_in} areas are above {bound:g} ha (read as {rule.unit}): "
            f"{texts['reason_en']}; {texts['remedy_en']}",
        )
    ]
