"""Methods side by side: the table for people, and why the figures differ."""

from math import isfinite, nan

import polars as pl

from sinkcalc.cli.output import label, talk, word
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.views import asked_keys, simulated_mark
from sinkcalc.pipeline.side_by_side import SideBySide, method_notes
from sinkcalc.vocabulary import DEFAULT_METHOD, METHODS


def side_by_side_view(frame: pl.DataFrame) -> pl.DataFrame:
    """Show one column a method, and beside it the difference from the default in percent."""
    keys = [*asked_keys(frame), "quantity", "pool", "depth_cm", "unit"]
    if frame.is_empty():
        return frame.select(keys)
    wide = frame.pivot(on="method", index=keys, values="value", maintain_order=True)
    default = pl.col(DEFAULT_METHOD).cast(pl.Float64)
    columns: list[pl.Expr | str] = []
    for method in METHODS:
        columns.append(method)
        if method != DEFAULT_METHOD:
            columns.append(_difference(method, default).alias(f"{method} ±%"))
    return wide.select(*keys, *columns)


def _difference(method: str, default: pl.Expr) -> pl.Expr:
    """Difference of a method from the default in percent as text, `=` where there is none."""
    value = pl.col(method).cast(pl.Float64)
    percent = ((value / default - 1) * 100).round(1)
    sign = pl.when(percent > 0).then(pl.lit("+")).otherwise(pl.lit(""))
    return (
        pl.when(value == default)
        .then(pl.lit("="))
        .when(default != 0)
        .then(sign + percent.cast(pl.String) + " %")
    )


def side_by_side_title(frame: pl.DataFrame, settings: Settings) -> str:
    """Name survey and default method above the table."""
    if frame.is_empty():
        return settings.say("该调查没有森林小班", "the survey has no forest stands")
    first = frame.row(0, named=True)
    return simulated_mark(first["simulated"], settings) + settings.say(
        f"调查 {first['survey']} · 各方法并列 · ±% 为与 {DEFAULT_METHOD} 之差",
        f"survey {first['survey']} · every method · ±% is the difference from {DEFAULT_METHOD}",
    )


def talk_about_methods(found: SideBySide, carbon_fraction: str | None, settings: Settings) -> None:
    """Say what each method's figure consists of, and in which pools they part."""
    lang = settings.lang
    per_volume = {method: figures for method, *figures in found.per_volume.iter_rows()}
    for method, about in method_notes().items():
        fraction = carbon_fraction or about[f"carbon_fraction_{lang}"]
        biomass, carbon = per_volume.get(method, (nan, nan))
        ratio = f"{biomass:.3f} t d.m./m3, {carbon:.3f} t C/m3" if isfinite(biomass) else "–"
        talk(
            settings,
            f"{method}:{about['title_zh']};{about['formula']};根:{about['roots_zh']};"
            f"截距与分级:{about['intercept_zh']};含碳率:{fraction};{about['validity_zh']}。"
            f"乔木林单位蓄积(含根):{ratio};运行 {found.runs[method]}",
            f"{method}: {about['title_en']}; {about['formula']}; roots: {about['roots_en']}; "
            f"intercept and classes: {about['intercept_en']}; carbon fraction: {fraction}; "
            f"{about['validity_en']}. Arbor forest per volume, with roots: {ratio}; "
            f"run {found.runs[method]}",
        )
    _talk_about_pools(found.pools, settings)


def _talk_about_pools(pools: pl.DataFrame, settings: Settings) -> None:
    comma = settings.say("、", ", ")
    by_pool: dict[str, list[str]] = {}
    for pool, vegetation_class, is_same in pools.iter_rows():
        parted = by_pool.setdefault(word(pool, settings), [])
        if not is_same:
            parted.append(word(vegetation_class, settings))
    same = [pool for pool, parted in by_pool.items() if not parted]
    other = [f"{pool} [{comma.join(parted)}]" for pool, parted in by_pool.items() if parted]
    talk(
        settings,
        f"各方法相同的碳库:{comma.join(same) or '–'};不同的:{comma.join(other) or '–'};"
        "其余植被类别的数值各方法相同",
        f"pools that are the same in every method: {comma.join(same) or '–'}; that differ: "
        f"{comma.join(other) or '–'}; every other class is the same",
    )


def volume_class_text(classes: pl.DataFrame, survey: int | None, settings: Settings) -> str:
    """Say by which survey's mean growing stock the expansion factors were chosen."""
    mean = pl.col("growing_stock_m3_per_ha")
    ranges = classes.group_by("forest_type").agg(mean.min().alias("low"), mean.max().alias("high"))
    means = ", ".join(
        f"{word(kind, settings)} {low:.0f}–{high:.0f}"
        for kind, low, high in ranges.sort("forest_type").iter_rows()
    )
    name = label("growing_stock_m3_per_ha", settings)
    return settings.say(
        f"扩展因子按调查 {survey} 各地区、林型的平均蓄积分级;{name}:{means}",
        f"expansion factors by the means of region and type in survey {survey}; {name}: {means}",
    )
