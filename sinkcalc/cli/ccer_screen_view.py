"""What `ccer screen` shows and says."""

from typing import Final

import polars as pl

from sinkcalc.cli.output import simulated_mark, talk
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import word
from sinkcalc.coefficients.load import load_table
from sinkcalc.pipeline.ccer_screen import Screened
from sinkcalc.pipeline.targets import load_targets
from sinkcalc.schemas.ccer import SEPARATOR
from sinkcalc.units import WAN

_MILLION: Final = 1e6
# of a methodology by which nothing can be registered
_STANDINGS: Final = {
    "historic": (
        "是历史方法学,只供研究和地方机制参考,不能用于全国自愿减排登记",
        "is historic: for research and local schemes, not for registration in the national scheme",
    ),
}
# rules and fields that are named in one line of talk
_NAMED: Final = 6


def shown_rows(found: Screened, by: str | None, only: str | None) -> pl.DataFrame:
    """Return the rows that were asked for.

    Parameters
    ----------
    by
        `rule`, `parcel`, or None for every parcel under every rule.
    only
        Outcome of the rows to keep; rules keep the row over all rules.
    """
    if by == "rule":
        rows = found.summary()
        count = {"pass": "passed", "fail": "failed", "unknown": "unknown"}
        return (
            rows
            if only is None
            else rows.filter((pl.col(count[only]) > 0) | pl.col("rule_id").is_null())
        )
    rows = found.outcomes if by == "parcel" else found.screening
    chosen = rows if only is None else rows.filter(pl.col("outcome") == only)
    # codes of categories depend on what else the process has seen
    return chosen.with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String))


def view(frame: pl.DataFrame, found: Screened, settings: Settings) -> pl.DataFrame:
    """Show rows in one language, rules by their number in the methodology."""
    lang = settings.lang
    rules = [name for name in frame.columns if name in ("rule_id", "failed_rules", "unknown_rules")]
    short = frame.with_columns(
        pl.col(rules).str.replace_all(f"{found.pack.code}.", "", literal=True)
    )
    if "passed" in frame.columns:
        return short.select(
            "rule_id",
            pl.col(f"title_{lang}").alias("title"),
            "passed",
            "failed",
            "unknown",
            "passed_ha",
            "failed_ha",
            "unknown_ha",
            "first_failed",
            "first_unknown",
            pl.col(f"reason_{lang}").alias("reason"),
        )
    if "stratum" in short.columns:
        short = short.rename({"stratum": "ccer.stratum"})
    parcel = [
        "ccer.stratum" if name == "stratum" else name
        for name in ("parcel_id", "stratum", "region_code", "area_ha")
        if _told(frame, name)
    ]
    if "failed_rules" in frame.columns:
        return short.select(
            *parcel,
            "outcome",
            "failed_rules",
            "unknown_rules",
            pl.col(f"first_reason_{lang}").alias("reason"),
            _labels("first_fields", settings).alias("fields"),
        )
    return short.select(
        *parcel,
        "rule_id",
        pl.col(f"title_{lang}").alias("title"),
        "outcome",
        _labels("fields", settings),
        "found",
        "limit",
        pl.col(f"reason_{lang}").alias("reason"),
    )


def _told(frame: pl.DataFrame, name: str) -> bool:
    return name == "parcel_id" or bool(frame[name].is_not_null().any())


def _labels(column: str, settings: Settings) -> pl.Expr:
    names = _field_names(settings)

    def named(fields: str) -> str:
        return SEPARATOR.join(names.get(field, field) for field in fields.split(SEPARATOR))

    return pl.col(column).map_elements(named, return_dtype=pl.String)


def _field_names(settings: Settings) -> dict[str, str]:
    """Return what fields of parcels are called in a table of parcels; in English as they are."""
    if settings.lang == "en":
        return {}
    rows = load_table("parcel_columns").rows
    return dict(rows.select("column", pl.col("names").str.split("|").list.first()).iter_rows())


def screen_title(found: Screened, settings: Settings) -> str:
    """Return the line above the table."""
    pack, mark = found.pack, simulated_mark(found.simulated, settings)
    parcels, area = found.parcels.height, found.parcels["area_ha"].sum()
    aside = found.rejected
    return settings.say(
        f"{mark}{pack.code} {pack.title_zh}:筛查 {parcels:,} 个地块,{area:,.1f} ha(单位:块;ha)"
        + (f";另有 {aside:,} 行读取时剔除" if aside else ""),
        f"{mark}{pack.code} {pack.title_en}: screening of {parcels:,} parcels, {area:,.1f} ha "
        "(parcels; ha)" + (f"; {aside:,} more rows were set aside on reading" if aside else ""),
    )


def talk_about_screening(found: Screened, settings: Settings) -> None:
    """Say what is eligible, what was refused and why, and what to fill in."""
    code = found.pack.code
    for zh, en in found.notes:
        talk(settings, zh, en)
    if found.pack.standing in _STANDINGS:
        zh, en = _STANDINGS[found.pack.standing]
        talk(settings, f"注意:{code} {zh}", f"note: {code} {en}")
    summary = found.summary()
    total = summary.row(-1, named=True)
    aside = found.rejected
    talk(
        settings,
        f"合格 {total['passed']:,} 块 {total['passed_ha']:,.1f} ha;拒绝 {total['failed']:,} 块 "
        f"{total['failed_ha']:,.1f} ha;未能判定 {total['unknown']:,} 块 "
        f"{total['unknown_ha']:,.1f} ha"
        + (f";读取时剔除 {aside:,} 行" if aside else "")
        + "。未知不等于合格",
        f"eligible {total['passed']:,} ({total['passed_ha']:,.1f} ha); refused "
        f"{total['failed']:,} ({total['failed_ha']:,.1f} ha); not decided {total['unknown']:,} "
        f"({total['unknown_ha']:,.1f} ha)"
        + (f"; set aside on reading {aside:,} rows" if aside else "")
        + ". Unknown is not pass",
    )
    _talk_about_first_reasons(summary, settings)
    _talk_about_forest(found, settings)
    _talk_about_missing(found, settings)
    _talk_about_evidence(summary, settings)


def _talk_about_first_reasons(summary: pl.DataFrame, settings: Settings) -> None:
    rows = summary.filter(pl.col("rule_id").is_not_null(), pl.col("first_failed") > 0)
    most = rows.sort("first_failed", descending=True, maintain_order=True).head(_NAMED)
    if most.is_empty():
        return
    listed = [
        (
            row["first_failed"],
            row["rule_id"],
            settings.say(row["title_zh"], row["title_en"]),
        )
        for row in most.to_dicts()
    ]
    zh = "、".join(f"{rule}「{title}」{count:,}" for count, rule, title in listed)
    en = "; ".join(f"{rule} ({title}) {count:,}" for count, rule, title in listed)
    talk(
        settings,
        f"拒绝的首个原因(条款,块数):{zh}",
        f"first rule that refuses them (parcels): {en}",
    )


def _talk_about_forest(found: Screened, settings: Settings) -> None:
    """Say why forest that grows earns nothing, and what the city's target has to do with it."""
    forest = found.refused_forest()
    if forest.is_empty() or found.pack.standing in _STANDINGS:
        return
    classes = (
        forest.group_by("vegetation_class")
        .len()
        .sort("len", "vegetation_class", descending=[True, False])
    )
    listed = settings.say("、", ", ").join(
        f"{word(name, settings)} {count:,}" for name, count in classes.iter_rows()
    )
    target = next(one for one in load_targets() if one.indicator == "growing_stock")
    wan, million = target.target_value / WAN, target.target_value / _MILLION
    area = f"{forest['area_ha'].sum():,.1f} ha"
    talk(
        settings,
        f"既有森林 {forest.height:,} 块 {area}({listed})不予受理:既有森林的生长,包括 "
        f"{target.target_year} 年森林蓄积量 {wan:,.0f} 万m³ 的目标,按现行任何 CCER 方法学都不能签发"
        "减排量",
        f"existing forest is refused: {forest.height:,} parcels, {area} ({listed}). Its growth, "
        f"and with it the target of {million:,.1f} million m3 of growing stock in "
        f"{target.target_year}, earns no credits under any CCER methodology in force",
    )


def _talk_about_missing(found: Screened, settings: Settings) -> None:
    """Name the fields that would decide the rest."""
    fields = found.missing_fields()
    if fields.is_empty():
        return
    names = _field_names(settings)
    listed = [
        f"{field}({names[field]}){count:,}" if field in names else f"{field} {count:,}"
        for field, count in fields.iter_rows()
    ]
    talk(
        settings,
        f"要判定其余地块,请在地块表中填写(字段,缺的块数):{'、'.join(listed)}",
        "to decide the rest, fill in the table of parcels (field, parcels that lack it): "
        f"{', '.join(listed)}",
    )


def talk_about_stands(found: Screened, settings: Settings) -> None:
    """Say how far stands can tell, and which of them are left."""
    left = found.left_by_known_rules()
    classes = (
        left.group_by("vegetation_class")
        .len()
        .sort("len", "vegetation_class", descending=[True, False])
    )
    listed = settings.say("、", ", ").join(
        f"{word(name, settings)} {count:,}" for name, count in classes.iter_rows()
    )
    talk(
        settings,
        "小班只说明地类、面积(一个小班视为一片连续土地)、历次调查中的无林年数和同号湿地;其余须由项目给出。"
        f"小班能说明的条款都符合的有 {left.height:,} 块 {left['area_ha'].sum():,.1f} ha"
        + (f"({listed})" if listed else ""),
        "stands tell the land class, the area (a stand is taken as one piece of land), the years "
        "without forest over the surveys, and wetlands under their number; the rest is the "
        f"project's to say. {left.height:,} stands, {left['area_ha'].sum():,.1f} ha, pass all that "
        "stands can tell" + (f" ({listed})" if listed else ""),
    )


def _talk_about_evidence(summary: pl.DataFrame, settings: Settings) -> None:
    rules = summary.drop_nulls("rule_id")
    recalled = rules.filter(pl.col("evidence") != "read")["rule_id"].to_list()
    if not recalled:
        return
    how = word("recalled", settings)
    talk(
        settings,
        f"{rules.height} 条中有 {len(recalled)} 条依据为「{how}」,未在方法学原文中核对:"
        f"{'、'.join(recalled)}",
        f"{len(recalled)} of {rules.height} rules are {how}, not read in the text of the "
        f"methodology: {', '.join(recalled)}",
    )
