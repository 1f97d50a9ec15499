"""`sinkcalc calibrate volume-biomass` and `tree-biomass`: models fitted to samples."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sinkcalc.cli.calibrate_talk import talk_about_fit, talk_about_samples
from sinkcalc.cli.calibrate_view import candidates_title, candidates_view
from sinkcalc.cli.output import (
    emit,
    format_options,
    require_writable,
    write_bytes,
    write_payload,
    write_text,
)
from sinkcalc.cli.settings import Settings
from sinkcalc.errors import SinkcalcError, UsageProblem

if TYPE_CHECKING:
    from sinkcalc.calibration.model import BiomassPool, Kind
    from sinkcalc.pipeline.fit_models import FitResult

_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_PAGE: Final = (".html", ".htm")
# as in sinkcalc.calibration.model, which is imported with polars only when a command runs
_FORMS: Final = {
    "volume-biomass": ("linear", "origin", "power", "hyperbolic"),
    "tree-biomass": ("power_d", "power_d2h", "power_d_h"),
}


def _column(name: str, role: str, what: str) -> Callable[[Any], Any]:
    return click.option(name, role, metavar="COL", help=what)


def _outputs() -> list[Callable[[Any], Any]]:
    return [
        click.option("--report", type=_FILE, help="HTML 报告 · report with figures"),
        click.option("--plot", type=_FILE, help="PNG 图 · figures"),
        click.option("--rejects", type=_FILE, help="不能用的行(CSV) · rows set aside"),
        click.option("--name", help="名称,默认为文件名 · name; that of the file if not given"),
        click.option("--dry-run", is_flag=True, help="不存 · store nothing"),
        click.option("--encoding", help="编码 · encoding (utf-8, gb18030/gbk)"),
        click.option("--layer", help="图层或工作表 · layer or sheet"),
    ]


def _options(kind: str, *sizes: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Add what both commands have."""
    forms = ",".join(_FORMS[kind])
    options = [
        click.argument("samples", type=_FILE),
        *sizes,
        _column("--group", "group", "树种组列;- 不分组 · column of groups; - for none"),
        click.option(
            "--of-group",
            metavar="GROUP",
            help="全部样本同属此树种或树种组 · species or group that all samples are of",
        ),
        _column("--site", "site", "地点列;- 无 · column of sites or studies; - for none"),
        click.option("--forms", metavar="LIST", help=f"候选形式,逗号分隔 · candidates [{forms}]"),
        click.option(
            "--weights",
            type=click.Choice(("none", "size", "size2")),
            default="none",
            show_default=True,
            help="方差与大小(平方)成正比 · variance in proportion to size or size squared",
        ),
        click.option("--robust", is_flag=True, help="Huber 稳健估计 · Huber's estimator"),
        click.option("--pool", is_flag=True, help="混合模型,样本少的组借用全体 · mixed model"),
        click.option(
            "--min-group",
            type=click.IntRange(3),
            default=10,
            show_default=True,
            help="样本少于此数的组不单独拟合 · fewer samples: no model of its own",
        ),
        click.option(
            "--correction",
            type=click.Choice(("baskerville", "duan", "snowdon", "none")),
            default="baskerville",
            show_default=True,
            help="对数回归的回变换校正 · back-transformation of fits in logarithms",
        ),
        click.option(
            "--folds",
            type=click.IntRange(2),
            default=10,
            show_default=True,
            help="交叉验证折数(按地点) · folds of the cross-validation over sites",
        ),
        *_outputs(),
        format_options,
    ]

    def decorate(function: Any) -> Any:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


@click.command("volume-biomass", short_help="蓄积-生物量方程 · biomass of volume")
@_options(
    "volume-biomass",
    _column("--volume", "x", "蓄积列,m³/ha · volume [volume_m3_per_ha]"),
    _column("--biomass", "y", "生物量列,t/ha · biomass [biomass_t_per_ha]"),
)
@click.option(
    "--biomass-of",
    type=click.Choice(("whole-tree", "above-ground")),
    default="whole-tree",
    show_default=True,
    help="样本的生物量:全株(含根)或地上 · biomass of the samples, with roots or without",
)
@click.option(
    "--published",
    metavar="LIST",
    help="并列比较的公布方程:all、none、方程集或方程名;默认同组的 · published equations to compare "
    "with: all, none, sets or names; those of the group if not given",
)
@click.pass_obj
def volume_biomass(
    settings: Settings, /, published: str | None, biomass_of: str, **options: Any
) -> None:
    """由样本拟合蓄积-生物量方程 · fit biomass per hectare to volume per hectare.

    候选:linear B = aV + b;origin B = aV;power B = aV^b;hyperbolic B = V/(a + bV)。按地点交叉验证
    选定;同一批样本上列出公布的方程。模型存入数据库,启用后供 estimate --method calibrated 使用 ·
    candidates are chosen by cross-validation over sites, beside published equations on the same
    samples; the models are stored, and serve estimate --method calibrated once activated.

    样本表默认列名 · columns by default: volume_m3_per_ha (每公顷蓄积), biomass_t_per_ha
    (每公顷生物量), species_group (树种组), site (地点).

    \b
    例 · examples:
      sinkcalc calibrate volume-biomass 样本.xlsx --report 标定.html
      sinkcalc calibrate volume-biomass stands.csv --volume volume_m3_ha --biomass biomass_t_ha \\
        --published fang-2001.birch,cbef-zhejiang.broadleaf_mixed --dry-run
      sinkcalc calibrate volume-biomass 样本.csv --forms linear,power --weights size --plot 图.png
    """
    pool: BiomassPool = "whole_tree" if biomass_of == "whole-tree" else "above_ground"
    _run(settings, "volume-biomass", options, _listed(published), pool)


@click.command("tree-biomass", short_help="单木生物量方程 · biomass of trees")
@_options(
    "tree-biomass",
    _column("--dbh", "x", "胸径列,cm · diameter [dbh_cm]"),
    _column("--height", "h", "树高列,m · height [height_m]"),
    _column("--biomass", "y", "生物量列,kg · biomass [biomass_kg]"),
)
@click.pass_obj
def tree_biomass(settings: Settings, /, **options: Any) -> None:
    """由样木拟合单木生物量方程 · fit the biomass of trees to diameter and height.

    候选:power_d B = aD^b;power_d2h B = a(D²H)^b;power_d_h B = aD^b H^c;没有树高时只用 power_d ·
    without heights power_d alone.

    \b
    例 · examples:
      sinkcalc calibrate tree-biomass 样木.csv --group 树种 --site 地点 --report 标定.html
      sinkcalc calibrate tree-biomass trees.csv --forms power_d,power_d2h --correction snowdon
    """
    _run(settings, "tree-biomass", options, ())


def _listed(text: str | None) -> tuple[str, ...]:
    parts = (text or "").replace("\uff0c", ",").split(",")
    return tuple(part.strip() for part in parts if part.strip())


def _forms(kind: str, text: str | None) -> tuple[str, ...] | None:
    """Read the candidates.

    Raises
    ------
    UsageProblem
        If one is not a form of this kind.
    """
    if text is None:
        return None
    named = tuple(dict.fromkeys(_listed(text)))
    strange = [form for form in named if form not in _FORMS[kind]]
    if strange or not named:
        raise UsageProblem(
            zh=f"--forms 不认识 {', '.join(strange) or '空值'};可用:{', '.join(_FORMS[kind])}",
            en=f"--forms does not know {', '.join(strange) or 'nothing'}; use "
            f"{', '.join(_FORMS[kind])}",
        )
    return named


def _require_outputs(report: Path | None, plot: Path | None, rejects: Path | None) -> None:
    """Refuse outputs that cannot be written before the work is done.

    Raises
    ------
    UsageProblem
        If a suffix or a folder is wrong.
    """
    wanted = (
        ("--report", report, _PAGE),
        ("--plot", plot, (".png",)),
        ("--rejects", rejects, (".csv",)),
    )
    for option, path, suffixes in wanted:
        if path is None:
            continue
        if path.suffix.lower() not in suffixes:
            raise UsageProblem(
                zh=f"{option} {path.name}:扩展名须为 {suffixes[0]}",
                en=f"{option} {path.name}: the suffix has to be {suffixes[0]}",
            )
        require_writable("file", path)


def _run(
    settings: Settings,
    kind: "Kind",
    options: dict[str, Any],
    published: tuple[str, ...],
    pool: "BiomassPool" = "whole_tree",
) -> None:
    from sinkcalc.calibration.calibrate import CalibrationOptions
    from sinkcalc.pipeline.fit_models import fit_models
    from sinkcalc.pipeline.sample_table import SampleOptions

    outputs = {name: options.pop(name) for name in ("report", "plot", "rejects")}
    _require_outputs(**outputs)
    fmt, output = options.pop("fmt"), options.pop("output")
    name, dry_run = options.pop("name"), options.pop("dry_run")
    columns = {role: options.pop(role, None) for role in ("x", "y", "h", "group", "site")}
    files = SampleOptions(
        options.pop("samples"),
        kind,
        columns,
        _forms(kind, options.pop("forms")),
        options.pop("encoding"),
        options.pop("layer"),
        options.pop("of_group"),
        pool,
    )
    chosen = CalibrationOptions(kind=kind, **options)
    result = fit_models(
        settings.db, files, chosen, published, name, settings.wait, store=not dry_run
    )
    talk_about_samples(settings, result.samples)
    emit(
        result.candidates,
        settings,
        fmt,
        output,
        lambda rows: candidates_view(rows, settings),
        candidates_title(result, settings),
    )
    talk_about_fit(settings, result, dry_run=dry_run)
    _write(settings, result, **outputs)
    if not result.calibration.models:
        raise SinkcalcError(
            zh=f"{files.path.name}:没有一组得到模型,原因见上;没有存入任何内容",
            en=f"{files.path.name}: no group got a model, for the reasons above; nothing was "
            "stored",
        )


def _write(
    settings: Settings,
    result: "FitResult",
    report: Path | None,
    plot: Path | None,
    rejects: Path | None,
) -> None:
    """Write what was asked for beside the table."""
    from sinkcalc.pipeline.portraits import portraits_of

    if rejects is not None:
        write_payload(rejects, result.samples.rejected, settings)
    if plot is None and report is None:
        return
    from sinkcalc.cli.calibrate_stored import group_name

    english = replace(settings, lang="en")
    portraits = portraits_of(
        result,
        lambda group: group_name(group, settings),
        lambda group: group_name(group, english),
    )
    if plot is not None and portraits:
        from sinkcalc.report.charts import charts_png

        write_bytes(plot, charts_png(portraits, settings.lang), settings)
    if report is not None:
        from sinkcalc.cli.calibrate_view import report_page

        write_text(report, report_page(result, portraits, settings), settings)
