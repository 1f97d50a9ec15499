"""`sinkcalc calibrate growth`: growing stock per hectare over age."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sinkcalc.cli.calibrate_marks import marks_in_words
from sinkcalc.cli.calibrate_models import forms_of, require_outputs
from sinkcalc.cli.calibrate_options import FORMS, column_option
from sinkcalc.cli.calibrate_stored import group_name
from sinkcalc.cli.calibrate_talk import talk_about_choice
from sinkcalc.cli.calibrate_view import candidates_view, report_page, told_problems, write_plot
from sinkcalc.cli.output import emit, format_options, talk, write_text
from sinkcalc.cli.settings import Settings
from sinkcalc.errors import SinkcalcError, UsageProblem

if TYPE_CHECKING:
    from sinkcalc.pipeline.fit_growth import GrowthFitResult
    from sinkcalc.pipeline.growth_samples import GrowthSource

_KIND: Final = "growth"
_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_ROLES: Final = ("x", "y", "group", "origin", "site", "area")


def _sources() -> list[Callable[[Any], Any]]:
    return [
        click.argument("samples", required=False, type=_FILE),
        click.option("--survey", type=int, metavar="YEAR", help="小班调查 · stands of a survey"),
        click.option(
            "--from",
            "survey_from",
            type=int,
            metavar="YEAR",
            help="同一小班的前期调查 · the same stands at an earlier survey",
        ),
        click.option(
            "--plots", metavar="Y1,Y2", help="两期固定样地 · permanent plots of two surveys"
        ),
        column_option("--age", "x", "年龄列,年 · age in years [age]"),
        column_option("--volume", "y", "蓄积列,m³/ha · volume [volume_m3_per_ha]"),
        column_option("--group", "group", "树种组列 · column of species groups; - for none"),
        column_option("--origin", "origin", "起源列 · column of origins; - for none"),
        column_option("--site", "site", "县(样点)列 · column of counties or sites; - for none"),
        column_option("--area", "area", "面积列,ha · column of areas; - for none"),
    ]


def _fits() -> list[Callable[[Any], Any]]:
    return [
        click.option(
            "--forms", metavar="LIST", help=f"候选形式 · candidates [{','.join(FORMS[_KIND])}]"
        ),
        click.option(
            "--weights",
            type=click.Choice(("area", "stands")),
            default="area",
            show_default=True,
            help="林分按面积加权,或各林分相同 · stands count by their area, or each alike",
        ),
        click.option(
            "--power",
            type=click.FloatRange(0, 2),
            help="方差与预测值的此次方成正比,默认由数据估计 · variance in proportion to this power "
            "of the prediction; told from the data if not given",
        ),
        click.option(
            "--folds",
            type=click.IntRange(2),
            default=10,
            show_default=True,
            help="交叉验证折数(按县) · folds of the cross-validation over counties",
        ),
        click.option("--report", type=_FILE, help="HTML 报告 · report with figures"),
        click.option("--plot", type=_FILE, help="PNG 图 · figures"),
        click.option("--name", help="名称,默认为样本名 · name; that of the samples if not given"),
        click.option("--dry-run", is_flag=True, help="不存 · store nothing"),
        click.option("--encoding", help="编码 · encoding (utf-8, gb18030/gbk)"),
        click.option("--layer", help="图层或工作表 · layer or sheet"),
    ]


def _options(function: Any) -> Any:
    for option in reversed([*_sources(), *_fits(), format_options]):
        function = option(function)
    return function


@click.command(_KIND, short_help="生长曲线 · growing stock over age")
@_options
@click.pass_obj
def growth(settings: Settings, /, **options: Any) -> None:
    """按树种组与起源拟合每公顷蓄积-年龄曲线 · fit growing stock per hectare to age.

    候选:schumacher V = a·e^(−b/A);logistic V = a/(1+b·e^(−cA));korf V = a·e^(−b·A^(−c));richards
    V = a(1−e^(−bA))^c。按县交叉验证选定;启用后供 forecast 使用 · candidates are chosen by
    cross-validation over counties; the curves are stored, and serve forecast once activated. A
    group without a curve is served by that of its origin, or of all stands.

    \b
    例 · examples:
      sinkcalc calibrate growth --survey 2020                 一次调查,以空间代时间 · space for time
      sinkcalc calibrate growth --survey 2020 --from 2015     同一小班两期 · the same stands twice
      sinkcalc calibrate growth --plots 2015,2020             固定样地两期 · permanent plots
      sinkcalc calibrate growth 样木林分.csv --report 生长.html
    """
    from sinkcalc.calibration.growth import GrowthOptions
    from sinkcalc.pipeline.fit_growth import fit_growth_models

    require_outputs(options["report"], options["plot"], None)
    forms: Any = forms_of(_KIND, options["forms"]) or FORMS[_KIND]
    chosen = GrowthOptions(forms, options["weights"], options["power"], options["folds"])
    result = fit_growth_models(
        settings.db,
        _source(options),
        chosen,
        options["name"],
        settings.wait,
        store=not options["dry_run"],
    )
    name, used, rows = result.samples.name, result.samples.used, result.fit.candidates
    marks = marks_in_words(rows, settings)
    title = settings.say(
        f"{name} · {used} 个林分 · 偏差与 RMSE 以 m³/ha 计 · {marks}",
        f"{name} · {used} stands · bias and RMSE in m³/ha · {marks}",
    )
    emit(
        rows,
        settings,
        options["fmt"],
        options["output"],
        lambda frame: candidates_view(frame, settings),
        title,
    )
    _talk(settings, result, dry_run=options["dry_run"])
    _write(settings, result, options["report"], options["plot"])
    if not result.fit.calibration.models:
        raise SinkcalcError(
            zh=f"{name}:没有得到曲线,原因见上;没有存入任何内容",
            en=f"{name}: there is no curve, for the reasons above; nothing was stored",
        )


def _source(options: dict[str, Any]) -> "GrowthSource":
    """Read where the samples come from.

    Raises
    ------
    UsageProblem
        If not exactly one source is given, or `--plots` is no two years.
    """
    from sinkcalc.pipeline.growth_samples import GrowthSource

    given = [options[name] for name in ("samples", "survey", "plots")]
    if sum(one is not None for one in given) != 1 or (
        options["survey_from"] is not None and options["survey"] is None
    ):
        raise UsageProblem(
            zh="请给出一种来源:样本文件,--survey 年(可加 --from 年),或 --plots 年,年",
            en="give one source: a file of samples, --survey YEAR (with --from YEAR if wanted), or "
            "--plots Y1,Y2",
        )
    plots: tuple[int, int] | None = None
    if options["plots"] is not None:
        parts = options["plots"].replace("\uff0c", ",").split(",")
        years = [int(part) for part in parts if part.strip().isdecimal()]
        if len(parts) != 2 or len(years) != 2:
            raise UsageProblem(
                zh=f"--plots {options['plots']} 应为两个年份,如 2015,2020",
                en=f"--plots {options['plots']} has to be two years, as 2015,2020",
            )
        plots = (years[0], years[1])
    return GrowthSource(
        options["survey"],
        options["survey_from"],
        plots,
        options["samples"],
        {role: options[role] for role in _ROLES},
        options["encoding"],
        options["layer"],
    )


def _talk(settings: Settings, result: "GrowthFitResult", *, dry_run: bool) -> None:
    """Tell what the samples stand for, what is refused, what was chosen, and how sure it is."""
    fit = result.fit
    for zh, en in result.samples.notes:
        talk(settings, zh, en)
    for told in told_problems(fit.calibration.problems, settings):
        talk(settings, told.zh, told.en)
    for model in fit.calibration.models:
        talk_about_choice(settings, model, fit.calibration.candidates)
    _talk_about_errors(settings, result)
    if result.samples.levels is None:
        _talk_about_published(settings)
    if fit.stored:
        identity = fit.calibration_id
        talk(
            settings,
            f"已存为 {identity}(曲线 {len(fit.stored)} 条),存入 {settings.db};启用:"
            f"sinkcalc --db {settings.db} calibrate activate {identity}",
            f"stored as {identity} ({len(fit.stored)} curves) in {settings.db}; to use them: "
            f"sinkcalc --db {settings.db} calibrate activate {identity}",
        )
    elif dry_run:
        talk(settings, "未入库", "nothing was stored")


def _talk_about_errors(settings: Settings, result: "GrowthFitResult") -> None:
    """Tell what the errors are of, and which groups have no curve of their own."""
    from sinkcalc.calibration.growth import served_by
    from sinkcalc.calibration.growth_cells import least

    models = result.fit.calibration.models
    needed = int(least("growth_regions"))
    of_regions = sum(model.sites >= needed for model in models)
    talk(
        settings,
        f"系数的误差:{of_regions} 条曲线按县刀切(自由度为县数减一),"
        f"{len(models) - of_regions} 条县少于 {needed} 个,按林分的离散与失拟",
        f"errors of the coefficients: {of_regions} curves by a jackknife over counties (degrees of "
        f"freedom: counties less one), {len(models) - of_regions} with fewer than {needed} "
        "counties by the spread of stands and the lack of fit",
    )
    served = served_by(result.samples.rows, [model.group for model in models])
    if served:
        listed = [
            f"{group_name(group, settings)} → {group_name(by, settings)}"
            for group, by in served.items()
        ]
        told = "; ".join(listed)
        talk(
            settings,
            f"没有自己曲线的组,由此代替:{told}",
            f"groups without a curve of their own, and what serves them: {told}",
        )


def _talk_about_published(settings: Settings) -> None:
    """Tell where published figures fall with age, as no curve does."""
    from sinkcalc.pipeline.published_ages import falls_with_age, published_by_age

    rows, falls = published_by_age(), falls_with_age()
    names = rows.select("type", "origin").rows()
    falling = list(dict.fromkeys(falls.select("type", "origin").rows()))
    listed = "; ".join(
        f"{group_name(f'{kind}.{origin}', settings)} {before:g}→{after:g}"
        for kind, origin, before, after in falls.select(
            "type", "origin", "value_from", "value_to"
        ).rows()
    )
    talk(
        settings,
        f"曲线只升不降;公布的全省乔木层碳密度(LI2016)按龄组并非都上升:{len(names)} 行中 "
        f"{len(falling)} 行有下降(t C/ha):{listed}",
        "curves never fall; the published carbon of the province's tree layer by age group "
        f"(LI2016) does, in {len(falling)} of {len(names)} rows (t C/ha): {listed}",
    )


def _write(
    settings: Settings, result: "GrowthFitResult", report: Path | None, plot: Path | None
) -> None:
    from dataclasses import replace

    from sinkcalc.pipeline.fit_growth import growth_portraits

    if plot is None and report is None:
        return
    english = replace(settings, lang="en")
    names = {
        model.group: (group_name(model.group, settings), group_name(model.group, english))
        for model in result.fit.calibration.models
    }
    portraits = growth_portraits(result.fit, names)
    if plot is not None and portraits:
        write_plot(plot, portraits, settings)
    if report is not None:
        page = report_page(result.fit, portraits, settings, used=result.samples.used)
        write_text(report, page, settings)
