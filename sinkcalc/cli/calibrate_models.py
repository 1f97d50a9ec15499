"""`sinkcalc calibrate volume-biomass` and `tree-biomass`: models fitted to samples."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sinkcalc.cli.calibrate_options import FORMS, column_option, model_options
from sinkcalc.cli.calibrate_talk import talk_about_fit, talk_about_samples
from sinkcalc.cli.calibrate_view import candidates_title, candidates_view, write_plot
from sinkcalc.cli.output import (
    emit,
    require_writable,
    write_payload,
    write_text,
)
from sinkcalc.cli.settings import Settings
from sinkcalc.errors import SinkcalcError, UsageProblem

if TYPE_CHECKING:
    from sinkcalc.calibration.model import BiomassPool, Kind
    from sinkcalc.pipeline.fit_models import FitResult

_PAGE: Final = (".html", ".htm")


@click.command("volume-biomass", short_help="蓄积-生物量方程 · biomass of volume")
@model_options(
    "volume-biomass",
    column_option("--volume", "x", "蓄积列,m³/ha · volume [volume_m3_per_ha]"),
    column_option("--biomass", "y", "生物量列,t/ha · biomass [biomass_t_per_ha]"),
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

    候选:linear B = aV + b;origin B = aV;power B = aV^b;hyperbolic B = V/(a + bV)。按样点交叉验证
    选定;同一批样本上列出公布的方程。模型存入数据库,启用后供 estimate --method calibrated 使用 ·
    candidates are chosen by cross-validation over sites, beside published equations on the same
    samples; the models are stored, and serve estimate --method calibrated once activated.

    样本表默认列名 · columns by default: volume_m3_per_ha (每公顷蓄积), biomass_t_per_ha
    (每公顷生物量), species_group (树种组), site (样点).

    \b
    例 · examples:
      sinkcalc calibrate volume-biomass 样本.xlsx --report 校准.html
      sinkcalc calibrate volume-biomass stands.csv --volume volume_m3_ha --biomass biomass_t_ha \\
        --published fang-2001.birch,cbef-zhejiang.broadleaf_mixed --dry-run
      sinkcalc calibrate volume-biomass 样本.csv --forms linear,power --weights size --plot 图.png
    """
    pool: BiomassPool = "whole_tree" if biomass_of == "whole-tree" else "above_ground"
    _run(settings, "volume-biomass", options, listed(published), pool)


@click.command("tree-biomass", short_help="单木生物量方程 · biomass of trees")
@model_options(
    "tree-biomass",
    column_option("--dbh", "x", "胸径列,cm · diameter [dbh_cm]"),
    column_option("--height", "h", "树高列,m · height [height_m]"),
    column_option("--biomass", "y", "生物量列,kg · biomass [biomass_kg]"),
)
@click.pass_obj
def tree_biomass(settings: Settings, /, **options: Any) -> None:
    """由样木拟合单木生物量方程 · fit the biomass of trees to diameter and height.

    候选:power_d B = aD^b;power_d2h B = a(D²H)^b;power_d_h B = aD^b H^c;没有树高时只用 power_d ·
    without heights power_d alone.

    \b
    例 · examples:
      sinkcalc calibrate tree-biomass 样木.csv --group 树种 --site 地点 --report 校准.html
      sinkcalc calibrate tree-biomass trees.csv --forms power_d,power_d2h --correction snowdon
    """
    _run(settings, "tree-biomass", options, ())


def listed(text: str | None) -> tuple[str, ...]:
    """Return the parts of a list with commas."""
    parts = (text or "").replace("\uff0c", ",").split(",")
    return tuple(part.strip() for part in parts if part.strip())


def forms_of(kind: str, text: str | None) -> tuple[str, ...] | None:
    """Read the candidates.

    Raises
    ------
    UsageProblem
        If one is not a form of this kind.
    """
    if text is None:
        return None
    named = tuple(dict.fromkeys(listed(text)))
    strange = [form for form in named if form not in FORMS[kind]]
    if strange or not named:
        raise UsageProblem(
            zh=f"--forms 不认识 {', '.join(strange) or '空值'};可用:{', '.join(FORMS[kind])}",
            en=f"--forms does not know {', '.join(strange) or 'nothing'}; use "
            f"{', '.join(FORMS[kind])}",
        )
    return named


def require_outputs(report: Path | None, plot: Path | None, rejects: Path | None) -> None:
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
    require_outputs(**outputs)
    fmt, output = options.pop("fmt"), options.pop("output")
    name, dry_run = options.pop("name"), options.pop("dry_run")
    columns = {role: options.pop(role, None) for role in ("x", "y", "h", "group", "site")}
    files = SampleOptions(
        options.pop("samples"),
        kind,
        columns,
        forms_of(kind, options.pop("forms")),
        options.pop("encoding"),
        options.pop("layer"),
        options.pop("of_group"),
        pool,
        options.pop("units_checked"),
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
    _require_models(result)


def _require_models(result: "FitResult") -> None:
    """Refuse a calibration that came to nothing, or whose units look wrong.

    Raises
    ------
    SinkcalcError
        If there is no model, or the models were kept from being stored.
    """
    if not result.calibration.models:
        raise SinkcalcError(
            zh=f"{result.samples.file}:没有一组得到模型,原因见上;没有存入任何内容",
            en=f"{result.samples.file}: no group got a model, for the reasons above; nothing was "
            "stored",
        )
    if result.samples.held:
        raise SinkcalcError(
            zh=f"{result.samples.file}:单位可疑(见上面的注意),没有存入任何内容。"
            "请核对并改正单位;确认单位无误时加 --units-checked 存入",
            en=f"{result.samples.file}: the units look wrong (see the warning above), and "
            "nothing was stored. Check and correct them; if they are right, add --units-checked "
            "to store the models",
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
        write_plot(plot, portraits, settings)
    if report is not None:
        from sinkcalc.cli.calibrate_view import report_page

        write_text(report, report_page(result, portraits, settings), settings)
