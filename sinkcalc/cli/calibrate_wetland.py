"""`sinkcalc calibrate wetland-carbon`: carbon and bulk density from organic matter."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sinkcalc.cli.calibrate_marks import marks_in_words
from sinkcalc.cli.calibrate_models import forms_of, require_outputs
from sinkcalc.cli.calibrate_options import FORMS, column_option, outputs
from sinkcalc.cli.calibrate_stored import group_name
from sinkcalc.cli.calibrate_talk import talk_about_choice
from sinkcalc.cli.calibrate_view import (
    candidates_view,
    report_page,
    role_names,
    told_problems,
    write_plot,
)
from sinkcalc.cli.output import emit, format_options, talk, write_payload, write_text
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import word
from sinkcalc.errors import SinkcalcError, UsageProblem

if TYPE_CHECKING:
    from sinkcalc.pipeline.fit_models import FitResult

_KIND: Final = "wetland-carbon"
_FORMS: Final = ",".join(FORMS[_KIND])


def _columns() -> list[Callable[[Any], Any]]:
    """Return the options that say what the columns hold."""
    return [
        column_option("--organic-matter", "x", "有机质列,0–1 · fraction [organic_matter_fraction]"),
        column_option("--carbon", "carbon", "有机碳列,0–1;- 不用 · fraction [carbon_fraction]"),
        column_option(
            "--bulk-density", "density", "容重列,g/cm³;- 不用 · [bulk_density_g_per_cm3]"
        ),
        column_option(
            "--carbon-kind", "carbon_kind", "碳的种类列 · organic, total, modelled [carbon_kind]"
        ),
        click.option(
            "--all-organic",
            is_flag=True,
            help="全部为实测有机碳,由用户确认 · all is measured organic carbon: you vouch for it",
        ),
        column_option(
            "--group", "group", "湿地类列;- 不分 · column of wetland classes; - for none"
        ),
        column_option("--site", "site", "研究列;- 无 · column of studies; - for none"),
    ]


def _fits() -> list[Callable[[Any], Any]]:
    """Return the options of the fits."""
    return [
        click.option(
            "--forms", metavar="LIST", help=f"有机碳的候选形式 · forms of carbon [{_FORMS}]"
        ),
        click.option(
            "--weights",
            type=click.Choice(("none", "size", "size2")),
            default="none",
            show_default=True,
            help="有机碳的方差与有机质或其平方成正比 · variance in proportion to organic matter",
        ),
        click.option(
            "--min-group",
            type=click.IntRange(3),
            default=10,
            show_default=True,
            help="样本少于此数的湿地类没有自己的模型 · fewer samples: no model of its own",
        ),
        click.option(
            "--min-studies",
            type=click.IntRange(2),
            default=5,
            show_default=True,
            help="研究少于此数的湿地类没有自己的模型 · fewer studies: no model of its own",
        ),
        click.option(
            "--folds",
            type=click.IntRange(2),
            default=10,
            show_default=True,
            help="交叉验证折数(按研究) · folds of the cross-validation over studies",
        ),
    ]


def _options(function: Any) -> Any:
    """Add the options of the command."""
    options: list[Callable[[Any], Any]] = [
        click.argument("samples", required=False, type=click.Path(path_type=Path, dir_okay=False)),
        click.option(
            "--survey", type=int, metavar="YEAR", help="用该年入库的土芯 · loaded cores of a survey"
        ),
        *_columns(),
        *_fits(),
        *outputs(),
        format_options,
    ]
    for option in reversed(options):
        function = option(function)
    return function


@click.command(_KIND, short_help="有机质-有机碳、容重 · carbon and density of organic matter")
@_options
@click.pass_obj
def wetland_carbon(settings: Settings, /, **options: Any) -> None:
    """由土样拟合有机质-有机碳、有机质-容重 · fit carbon and bulk density to organic matter.

    有机碳的候选:origin C = aOM;quadratic C = aOM + bOM²;linear C = aOM + b;quadratic_intercept
    C = aOM + bOM² + c。容重:BD = 1/(OM/a + (1−OM)/b)。只用实测有机碳;按研究交叉验证,系数的误差
    按研究刀切;模型存入数据库,启用后用于土芯 · measured organic carbon only; forms are chosen by
    cross-validation over studies, errors are of a jackknife over studies; the models are stored,
    and serve soil cores once activated.

    \b
    例 · examples:
      sinkcalc calibrate wetland-carbon organic_matter.csv --report 校准.html
      sinkcalc calibrate wetland-carbon ccn_depthseries.parquet --dry-run
      sinkcalc calibrate wetland-carbon 土样.csv --carbon - --bulk-density 容重
      sinkcalc calibrate wetland-carbon --survey 2020
    """
    from sinkcalc.pipeline.fit_soil_models import SoilFitOptions, fit_soil_models
    from sinkcalc.pipeline.soil_samples import SoilSampleOptions

    written = {name: options.pop(name) for name in ("report", "plot", "rejects")}
    require_outputs(**written)
    roles = ("x", "carbon", "density", "carbon_kind", "group", "site")
    _require_one(options["samples"], options["survey"])
    files = options["survey"] or SoilSampleOptions(
        options["samples"],
        {role: options[role] for role in roles},
        options["all_organic"],
        options["encoding"],
        options["layer"],
    )
    chosen = SoilFitOptions(
        forms_of(_KIND, options["forms"]),
        options["weights"],
        options["min_group"],
        options["min_studies"],
        options["folds"],
    )
    results = fit_soil_models(
        settings.db, files, chosen, options["name"], settings.wait, store=not options["dry_run"]
    )
    _show(settings, results, options["fmt"], options["output"])
    for result in results:
        _talk_about(settings, result)
    _talk_about_stored(settings, results, dry_run=options["dry_run"])
    _write(settings, results, **written)
    if not any(result.calibration.models for result in results):
        file = results[0].samples.file
        raise SinkcalcError(
            zh=f"{file}:没有得到模型,原因见上;没有存入任何内容",
            en=f"{file}: there is no model, for the reasons above; nothing was stored",
        )


def _require_one(samples: Path | None, survey: int | None) -> None:
    """Refuse a file beside a survey, or neither.

    Raises
    ------
    UsageProblem
        If both or none are given.
    """
    if (samples is None) == (survey is None):
        raise UsageProblem(
            zh="请给出样品文件,或用 --survey 年份 指定已入库的土芯,二者取一",
            en="give a file of samples, or --survey YEAR for the cores of a survey: one of the two",
        )


def _show(
    settings: Settings, results: "Sequence[FitResult]", fmt: str | None, output: Path | None
) -> None:
    import polars as pl

    from sinkcalc.report.equations import KINDS

    rows = pl.concat(
        [
            result.candidates.select(pl.lit(result.samples.kind).alias("kind"), pl.all())
            for result in results
        ],
        how="diagonal",
    )
    counted = [(KINDS[one.samples.kind], one.samples.rows.height) for one in results]
    zh = "、".join(f"{of.result[0]}({of.result_unit}){n} 个样本" for of, n in counted)
    en = ", ".join(f"{n} samples of {of.result[1]} ({of.result_unit})" for of, n in counted)
    file, marks = results[0].samples.file, marks_in_words(rows, settings)
    title = settings.say(
        f"{file} · {zh} · {marks};公布的模型在同一批样本上",
        f"{file} · {en} · {marks}; published models on the same samples",
    )
    emit(rows, settings, fmt, output, lambda frame: candidates_view(frame, settings), title)


def _talk_about(settings: Settings, result: "FitResult") -> None:
    """Tell what was used and set aside, what is wrong, and what was chosen and why."""
    samples = result.samples
    names = role_names(samples.kind, settings)
    columns = ", ".join(f"{names[role]} = {name}" for role, name in samples.columns.items())
    kind = word(samples.kind, settings)
    talk(
        settings,
        f"{kind}:读入 {samples.rows_in} 行,使用 {samples.rows.height},"
        f"剔除 {samples.rejected.height}(列:{columns})",
        f"{kind}: {samples.rows_in} rows read, {samples.rows.height} used, "
        f"{samples.rejected.height} set aside (columns: {columns})",
    )
    for row in samples.counted().iter_rows(named=True):
        talk(
            settings,
            f"  剔除 {row['rows']} 行({row['rule']}),如第 {row['first']} 行:{row['reason_zh']};"
            f"{row['remedy_zh']}",
            f"  set aside {row['rows']} rows ({row['rule']}), as row {row['first']}: "
            f"{row['reason_en']}; {row['remedy_en']}",
        )
    for zh, en in samples.warnings:
        talk(settings, f"注意:{zh}", f"warning: {en}")
    if samples.other_groups:
        shown = ", ".join(samples.other_groups)
        talk(
            settings,
            f"注意:{shown} 不是本程序的湿地类:可以拟合,土芯的估算用不上",
            f"warning: {shown} is no wetland class of this program: it is fitted, but no core can "
            "use it",
        )
    for told in told_problems(result.calibration.problems, settings):
        talk(settings, told.zh, told.en)
    for model in result.calibration.models:
        talk_about_choice(settings, model, result.calibration.candidates)


def _talk_about_stored(
    settings: Settings, results: "Sequence[FitResult]", *, dry_run: bool
) -> None:
    stored = [identity for result in results for identity in result.stored]
    if stored:
        identity = results[0].calibration_id
        some = stored[0] if len(stored) == 1 else f"{stored[0]} – {stored[-1]}"
        talk(
            settings,
            f"已存为 {identity}(模型 {some}),存入 {settings.db};启用:"
            f"sinkcalc --db {settings.db} calibrate activate {identity}",
            f"stored as {identity} (models {some}) in {settings.db}; to use them: "
            f"sinkcalc --db {settings.db} calibrate activate {identity}",
        )
    elif dry_run:
        talk(settings, "未入库", "nothing was stored")


def _write(
    settings: Settings,
    results: "Sequence[FitResult]",
    report: Path | None,
    plot: Path | None,
    rejects: Path | None,
) -> None:
    import polars as pl

    from sinkcalc.pipeline.portraits import portraits_of

    if rejects is not None:
        rows = pl.concat(
            result.samples.rejected.select(pl.lit(result.samples.kind).alias("kind"), pl.all())
            for result in results
        )
        write_payload(rejects, rows, settings)
    if plot is None and report is None:
        return
    english = replace(settings, lang="en")
    portraits = [
        portrait
        for result in results
        for portrait in portraits_of(
            result,
            lambda group: group_name(group, settings),
            lambda group: group_name(group, english),
        )
    ]
    if plot is not None and portraits:
        write_plot(plot, portraits, settings)
    if report is not None:
        page = report_page(results[0], portraits, settings, results[1:])
        write_text(report, page, settings)
