"""What a calibration tells of its samples, its choice and what is wrong."""

from typing import TYPE_CHECKING, Final

from sinkcalc.cli.calibrate_stored import group_name
from sinkcalc.cli.calibrate_view import role_names, told_problems
from sinkcalc.cli.output import talk
from sinkcalc.cli.settings import Settings

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.calibration.model import Model
    from sinkcalc.pipeline.fit_models import FitResult
    from sinkcalc.pipeline.sample_table import Samples

# rows set aside that are listed one by one; all of them go to --rejects and --report
_LISTED: Final = 10


def talk_about_samples(settings: Settings, samples: "Samples") -> None:
    """Tell what was read, what was set aside, and what is implausible."""
    used, aside = samples.rows.height, samples.rejected.height
    names = role_names(samples.kind, settings)
    columns = ", ".join(f"{names[role]} = {name}" for role, name in samples.columns.items())
    talk(
        settings,
        f"{samples.file}:读入 {samples.rows_in} 行,使用 {used},剔除 {aside}(列:{columns})",
        f"{samples.file}: {samples.rows_in} rows read, {used} used, {aside} set aside "
        f"(columns: {columns})",
    )
    for row in samples.rejected.head(_LISTED).iter_rows(named=True):
        value = f"({row['value']})" if row["value"] is not None else ""
        talk(
            settings,
            f"  第 {row['source_row']} 行剔除({row['rule']}):{row['reason_zh']}{value};"
            f"{row['remedy_zh']}",
            f"  set aside row {row['source_row']} {row['rule']}: {row['reason_en']}"
            f"{' ' + value if value else ''}; {row['remedy_en']}",
        )
    more = aside - _LISTED
    if more > 0:
        talk(
            settings,
            f"  另有 {more} 行剔除;全部:加 --rejects 行.csv",
            f"  {more} more rows set aside; all of them: add --rejects rows.csv",
        )
    if samples.kind == "volume-biomass":
        _talk_about_pool(settings, samples)
    for zh, en in samples.warnings:
        talk(settings, f"注意:{zh}", f"warning: {en}")
    _talk_about_groups(settings, samples)


def _talk_about_pool(settings: Settings, samples: "Samples") -> None:
    if samples.biomass_pool == "whole_tree":
        talk(
            settings,
            "样本的生物量当作全株(含根);若只含地上,请加 --biomass-of above-ground",
            "the biomass of the samples counts as that of whole trees with roots; if it is what is "
            "above ground, add --biomass-of above-ground",
        )
    else:
        talk(
            settings,
            "样本的生物量为地上部分;估算时地下 = 地上 × 根茎比;公布的方程含根,不可直接相比",
            "the biomass of the samples is what is above ground; an estimate adds roots by the "
            "root:shoot ratio; published equations hold roots and do not compare",
        )


def _talk_about_groups(settings: Settings, samples: "Samples") -> None:
    if samples.other_groups:
        shown = ", ".join(samples.other_groups[:_LISTED])
        more = " …" if len(samples.other_groups) > _LISTED else ""
        talk(
            settings,
            f"注意:{shown}{more} 不是本程序的树种或树种组(见 parameters/species.csv):可以拟合,"
            "但 estimate --method calibrated 用不上。改用树种组的名称,或用 --group - 全部一起拟合",
            f"warning: {shown}{more} is no species or species group of this program (see "
            "parameters/species.csv): it is fitted, but estimate --method calibrated cannot use "
            "it. Name a species group instead, or fit all samples together with --group -",
        )


def talk_about_fit(settings: Settings, result: "FitResult", *, dry_run: bool) -> None:
    """Tell problems, what was chosen and why, and where it is stored."""
    for told in told_problems(result.calibration.problems, settings):
        talk(settings, told.zh, told.en)
    for model in result.calibration.models:
        talk_about_choice(settings, model, result.calibration.candidates)
    if not result.calibration.models:
        return
    if result.stored:
        identity = result.calibration_id
        first, last = result.stored[0], result.stored[-1]
        listed = first if first == last else f"{first} – {last}"
        talk(
            settings,
            f"已存为 {identity}(模型 {listed}),存入 {settings.db};启用:"
            f"sinkcalc --db {settings.db} calibrate activate {identity}",
            f"stored as {identity} (models {listed}) in {settings.db}; to use them: "
            f"sinkcalc --db {settings.db} calibrate activate {identity}",
        )
    elif dry_run:
        talk(settings, "未入库", "nothing was stored")


def talk_about_choice(settings: Settings, model: "Model", candidates: "pl.DataFrame") -> None:
    """Name the chosen form with its score, and the next best."""
    import polars as pl

    from sinkcalc.report.equations import KINDS, equation_of

    unit = KINDS[model.kind].result_unit
    group = group_name(model.group, settings)
    mine = candidates.filter((pl.col("group") == model.group) & ~pl.col("refused"))
    scored = mine.filter(pl.col("cv_rmse").is_not_null() & pl.col("cv_rmse").is_not_nan())
    own = scored.filter("chosen")
    others = scored.filter(~pl.col("chosen")).sort("cv_rmse")
    score_zh, score_en = "", ""
    if own.height:
        rmse, share = own.row(0, named=True)["cv_rmse"], own.row(0, named=True)["cv_relative_rmse"]
        what = f"{rmse:.4g} {unit} ({share:.1%})"
        score_zh, score_en = f";交叉验证 RMSE {what}", f"; cross-validated RMSE {what}"
    if own.height and others.height:
        other = others.row(0, named=True)
        gap = f"{other['form']} {other['cv_rmse']:.4g}"
        if other["cv_rmse"] < own["cv_rmse"][0]:
            reason_zh, reason_en = _why_not_the_smallest(model, other["form"])
            score_zh += f";{gap} 更小,但{reason_zh}"
            score_en += f"; {gap} is smaller, but {reason_en}"
        else:
            score_zh, score_en = f"{score_zh},其次 {gap}", f"{score_en}, next {gap}"
    equation = equation_of(model)
    talk(
        settings,
        f"选定 {group}:{model.form},{equation}{score_zh}",
        f"chosen {group}: {model.form}, {equation}{score_en}",
    )


def _why_not_the_smallest(model: "Model", smallest: str) -> tuple[str, str]:
    """Say why a form was taken whose cross-validated error is not the smallest of its group.

    `choose` passes over the smallest error for a simpler form within the error of the comparison,
    or where it is the line through the origin and the intercept speaks against it.
    """
    from sinkcalc.calibration.choose import ORDER

    if model.kind == "growth":
        return (
            "差别在比较的误差之内,取系数较少的形式",
            "within the error of the comparison: the form with fewer coefficients is taken",
        )
    if model.estimator == "mixed":
        return (
            "各组联合拟合取同一形式,按全部样本的误差选定",
            "groups fitted together share one form, chosen by the error over all samples",
        )
    if ORDER.index(model.form) < ORDER.index(smallest):
        return (
            "差别在比较的误差之内,取较简单的形式",
            "within the error of the comparison: the simpler form is taken",
        )
    return (
        "截距与零有显著差别,不取过原点的直线",
        "the intercept differs from 0, which speaks against a line through the origin",
    )
