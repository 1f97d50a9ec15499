"""Methods side by side: the table for people, and why the figures differ."""

from math import isfinite, nan
from typing import Final

import polars as pl

from sinkcalc.cli.output import simulated_mark, talk
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import label, word
from sinkcalc.cli.views import asked_keys
from sinkcalc.pipeline.side_by_side import SideBySide, method_notes
from sinkcalc.vocabulary import DEFAULT_METHOD, METHODS

_FEW_STANDS: Final = 10


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
    notes = method_notes()
    for method in METHODS:
        about = notes[method]
        fraction = carbon_fraction or about[f"carbon_fraction_{lang}"]
        biomass, carbon = per_volume.get(method, (nan, nan))
        ratio = f"{biomass:.3f} t d.m./m3, {carbon:.3f} t C/m3" if isfinite(biomass) else "–"
        talk(
            settings,
            f"{method}:{about['title_zh']};{about['formula']};根:{about['roots_zh']};"
            f"截距与分级:{about['intercept_zh']};含碳率:{fraction};{about['validity_zh']}。"
            f"有蓄积的乔木林小班单位蓄积(含根):{ratio};运行 {found.runs[method]}",
            f"{method}: {about['title_en']}; {about['formula']}; roots: {about['roots_en']}; "
            f"intercept and classes: {about['intercept_en']}; carbon fraction: {fraction}; "
            f"{about['validity_en']}. Arbor stands with a volume, per volume, with roots: {ratio}; "
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


def common_flags(
    flags: dict[str, pl.DataFrame],
) -> tuple[pl.DataFrame, dict[str, pl.DataFrame]]:
    """Part the flags that are the same in every run, stands and area too, from the rest.

    Returns
    -------
    The common ones, and each method's others, both summed over species.
    """
    keys = ["flag", "vegetation_class", "pool"]
    summed = {
        method: rows.group_by(keys, maintain_order=True).agg(
            pl.col("stands").sum(), pl.col("area_ha").sum()
        )
        for method, rows in flags.items()
    }
    whole = [*keys, "stands", "area_ha"]
    first, *others = summed.values()
    common = first
    for other in others:
        common = common.join(other, on=whole, how="semi", nulls_equal=True, maintain_order="left")
    own = {
        method: rows.join(common, on=whole, how="anti", nulls_equal=True, maintain_order="left")
        for method, rows in summed.items()
    }
    return common, own


def talk_about_fallback(flags: pl.DataFrame, settings: Settings) -> None:
    """Say which share of the area no tree model serves, where the method has tree models."""
    area = pl.col("area_ha").cast(pl.Float64).sum()
    sums = {
        (flag, name): float(found)
        for flag, name, found in flags.group_by("flag", "vegetation_class").agg(area).iter_rows()
    }
    for name, fallback, zh, en in (
        ("arbor", "tree_model_fallback", "方程 B = aV + bA", "the equations B = aV + bA"),
        ("bamboo", "bamboo_model_fallback", "每株均值", "the mean culm mass"),
    ):
        without = sums.get((fallback, name), 0.0)
        if without:
            share = without / (without + sums.get(("stand_mean_tree", name), 0.0))
            where = word(name, settings)
            talk(
                settings,
                f"yuan-2009 {where}:{share:.1%} 的面积改用{zh}",
                f"yuan-2009 {where}: {share:.1%} of the area is by {en} instead of a tree model",
            )


def classes_view(frame: pl.DataFrame) -> pl.DataFrame:
    """Show the mean stocks to one decimal."""
    means = ("growing_stock_m3_per_ha", "above_ground_t_per_ha")
    factors = ("bcef_s", "root_shoot_ratio")
    return frame.with_columns(
        *(pl.col(name).round(1).map_elements("{:.1f}".format, pl.String) for name in means),
        *(pl.col(name).cast(pl.String) for name in factors),
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
    few = classes.filter(pl.col("stands") < _FEW_STANDS).height
    return settings.say(
        f"生物量转换与扩展因子按调查 {survey} 各地区、林型的平均蓄积分级;{name}:{means}。"
        f"{classes.height} 个地区×林型组中有 {few} 个不足 {_FEW_STANDS} 个小班",
        f"expansion factors by the means of region and type in survey {survey}; {name}: {means}. "
        f"{few} of {classes.height} groups of region and type have fewer than {_FEW_STANDS} stands",
    )
