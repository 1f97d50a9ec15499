"""`sinkcalc calibrate list`, `show`, `activate`, `deactivate`: what is stored."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from sinkcalc.cli.calibrate_marks import with_marks
from sinkcalc.cli.calibrate_served import of_growth, of_soil, tell_unserved
from sinkcalc.cli.output import emit, format_options, talk
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import word

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.store.models import StoredModel

_KINDS: Final = (
    "control-totals",
    "volume-biomass",
    "tree-biomass",
    "wetland-carbon",
    "wetland-bulk-density",
    "growth",
)
# columns of each sort that a table for people leaves out
_LISTED: Final = (
    "calibration_id",
    "kind",
    "model_id",
    "name",
    "sample_group",
    "form",
    "samples",
    "sites",
    "cv_relative_rmse",
    "active",
    "survey",
    "plot_survey",
    "by_keys",
    "method",
    "weight_min",
    "weight_max",
    "volume_before_m3",
    "volume_after_m3",
    "volume_after_m3_se",
    "verdict",
)

# columns of control totals that a list of both sorts has no room for
_OF_ONE_KIND: Final = (
    "method",
    "weight_min",
    "weight_max",
    "volume_before_m3",
    "volume_after_m3",
    "volume_after_m3_se",
)


@click.command("list", short_help="已存的校准与模型 · stored calibrations and models")
@click.option("--kind", type=click.Choice(_KINDS), help="只列一种 · of one kind only")
@format_options
@click.pass_obj
def list_all(settings: Settings, kind: str | None, fmt: str | None, output: Path | None) -> None:
    """列出已存的校准与模型 · list the stored calibrations and models.

    \b
    例 · examples:
      sinkcalc calibrate list
      sinkcalc calibrate list --kind volume-biomass --json
    """
    from sinkcalc.pipeline.stored_calibrations import listed_calibrations

    rows = listed_calibrations(settings.db, kind, settings.wait)
    emit(rows, settings, fmt, output, lambda frame: _listed(frame, settings))


def _listed(frame: "pl.DataFrame", settings: Settings) -> "pl.DataFrame":
    """Show the columns that hold something."""
    shown = [name for name in _LISTED if name in frame.columns]
    if frame["kind"].n_unique() > 1:
        # both sorts in one table: what tells them, the rest by --kind
        shown = [name for name in shown if name not in _OF_ONE_KIND]
    kept = [name for name in shown if frame.is_empty() or not frame[name].is_null().all()]
    return with_group_words(frame.select(kept), settings)


def with_group_words(frame: "pl.DataFrame", settings: Settings) -> "pl.DataFrame":
    """Write the groups of samples in words; the model of all samples is `all`."""
    import polars as pl

    if "sample_group" not in frame.columns:
        return frame
    named = pl.col("sample_group").map_elements(
        lambda name: group_name(name, settings), return_dtype=pl.String
    )
    return frame.with_columns(named)


def group_name(group: str, settings: Settings) -> str:
    """Return the name of a group of samples, or of species and origin with a growth curve."""
    from sinkcalc.vocabulary import ORIGINS

    species, _, origin = group.rpartition(".")
    if origin in ORIGINS and group != origin:
        named = word(origin, settings)
        return f"{word(species, settings)} · {named}" if species else named
    return word(group or "all", settings)


@click.command("show", short_help="一次校准的权数或系数 · weights or coefficients")
@click.argument("calibration_id")
@click.option(
    "--candidates", is_flag=True, help="模型的候选形式 · the candidates a model was chosen from"
)
@format_options
@click.pass_obj
def show(
    settings: Settings, calibration_id: str, candidates: bool, fmt: str | None, output: Path | None
) -> None:
    """总量控制:逐组的权数;模型:系数、协方差、范围 · weights by group, or coefficients.

    编号为一次校准(其全部模型)或一个模型 · the id of a calibration (all its models) or of one model.

    \b
    例 · examples:
      sinkcalc calibrate show 0123456789ab
      sinkcalc calibrate show 0123456789ab.1
      sinkcalc calibrate show 0123456789ab --candidates
    """
    from sinkcalc.pipeline.stored_calibrations import shown_calibration

    shown = shown_calibration(settings.db, calibration_id, settings.wait, candidates=candidates)
    emit(shown.rows, settings, fmt, output, lambda rows: with_group_words(_filled(rows), settings))
    for stored in shown.models:
        talk_about_stored(settings, stored)


def _filled(frame: "pl.DataFrame") -> "pl.DataFrame":
    """Leave out columns of models that hold nothing, and what the notes say."""
    empty = [
        name
        for name in ("c", "c_se", "covariance_c", "h_min", "h_max")
        if name in frame.columns and frame[name].is_null().all()
    ]
    told = ("calibration_id", "kind", "estimator", "sample_file", "sample_sha256")
    if "sample_group" not in frame.columns:
        return frame
    shown = with_marks(frame) if "refused" in frame.columns else frame
    return shown.drop(*empty, *told, "refused", strict=False)


def talk_about_stored(settings: Settings, stored: "StoredModel") -> None:
    """Tell what a stored model rests on."""
    from sinkcalc.report.equations import KINDS, equation_of

    model = stored.model
    size = KINDS[model.kind].size_unit.replace("m³", "m3")
    heights = f", H {model.h_min:g}–{model.h_max:g} m" if model.h_min is not None else ""
    span = f"{model.x_min:g}–{model.x_max:g} {size}{heights}"
    head = f"{stored.model_id} {group_name(model.group, settings)} ({stored.name})"
    equation = equation_of(model)
    if model.biomass_pool == "above_ground":
        equation += settings.say("(地上)", " (above ground)")
    spread = f"{model.residual_variance:.4g}"
    if model.residual_power:
        words = (
            KINDS[model.kind].size if model.residual_base == "size" else ("预测值", "prediction")
        )
        spread += f" × {settings.say(*words)}^{model.residual_power:g}"
    if model.residual_correlation:
        alike = f"{model.residual_correlation:.2f}"
        spread += settings.say(f",同一研究内相关 {alike}", f", correlation in a study {alike}")
    factor = f"{model.correction} {model.correction_factor:.6g}"
    in_logs = model.correction != "none"
    back_zh, back_en = (
        (f";回变换 {factor}", f"; back-transformation {factor}") if in_logs else ("", "")
    )
    talk(
        settings,
        f"{head}:{equation};{'已启用' if stored.active else '未启用'};范围 {span};"
        f"自由度 {model.df:g};残差方差 {spread}{back_zh};"
        f"样本 {stored.sample_file},SHA-256 {stored.sample_sha256}",
        f"{head}: {equation}; {'active' if stored.active else 'not active'}; range {span}; "
        f"{model.df:g} degrees of freedom; residual variance {spread}{back_en}; "
        f"samples {stored.sample_file}, SHA-256 {stored.sample_sha256}",
    )


@click.command("activate", short_help="启用模型 · let models serve their groups")
@click.argument("calibration_id")
@click.pass_obj
def activate(settings: Settings, calibration_id: str) -> None:
    """启用一次校准各组的模型,或其中一个 · let models of a calibration serve their groups.

    每种模型每组只有一个启用;estimate --method calibrated 使用启用的模型,forecast 使用启用的生长
    曲线 · one model a kind and group is active, and estimate --method calibrated uses it, forecast
    the growth curves. A model of all samples serves every
    species without a model of its own; beside models of groups it has to be named itself.

    \b
    例 · examples:
      sinkcalc calibrate activate 0123456789ab
      sinkcalc calibrate activate 0123456789ab.2
    """
    from sinkcalc.pipeline.stored_calibrations import activate_calibration

    chosen, replaced = activate_calibration(settings.db, calibration_id, settings.wait)
    _tell(settings, chosen, "已启用", "active")
    _tell(settings, replaced, "不再启用(被取代)", "no longer active (replaced)")
    tell_unserved(settings, chosen)
    _tell_left_out(settings, calibration_id, chosen)
    if any(of_growth(stored) for stored in chosen):
        talk(
            settings,
            "生长曲线供 forecast 使用,不影响 estimate",
            "growth curves serve forecast; estimate does not use them",
        )
    if any(
        not stored.model.group for stored in chosen if not of_soil(stored) and not of_growth(stored)
    ):
        talk(
            settings,
            "注意:全部样本一起的模型用于没有自己模型的每个树种;若样本只是一个树种组,"
            "请用 --of-group 重新校准",
            "note: a model of all samples together serves every species without a model of its "
            "own; if the samples are of one group, calibrate again with --of-group",
        )


@click.command("deactivate", short_help="停用模型 · take models out of service")
@click.argument("calibration_id")
@click.pass_obj
def deactivate(settings: Settings, calibration_id: str) -> None:
    """停用一次校准的全部模型,或其中一个 · take a model, or all of a calibration, out of service.

    \b
    例 · examples:
      sinkcalc calibrate deactivate 0123456789ab
    """
    from sinkcalc.pipeline.stored_calibrations import deactivate_calibration

    stopped = deactivate_calibration(settings.db, calibration_id, settings.wait)
    _tell(settings, stopped, "已停用", "no longer active")
    if not stopped:
        talk(
            settings,
            f"{calibration_id} 本来就未启用,没有改动",
            f"{calibration_id} was not active: nothing changed",
        )


def _tell(settings: Settings, models: "Sequence[StoredModel]", zh: str, en: str) -> None:
    for stored in models:
        group = group_name(stored.model.group, settings)
        what = f"{stored.model_id} {stored.model.kind}, {group}, {stored.model.form}"
        talk(settings, f"{zh}:{what}", f"{en}: {what}")


def _tell_left_out(settings: Settings, identity: str, chosen: "Sequence[StoredModel]") -> None:
    """Name the model of all samples of a calibration whose groups are served."""
    from sinkcalc.store.connection import reading
    from sinkcalc.store.models import read_models

    with reading(settings.db, settings.wait) as con:
        found = read_models(con, identity)
    served = {stored.model_id for stored in chosen}
    for stored in found:
        if stored.model_id in served or stored.active:
            continue
        if of_soil(stored):
            talk(
                settings,
                f"未启用:{stored.model_id}(全部样本一起);它会用于没有自己模型的每类湿地,"
                f"需要时:calibrate activate {stored.model_id}",
                f"not activated: {stored.model_id} (all samples together), which would serve every "
                f"wetland class without a model of its own; if wanted: calibrate activate "
                f"{stored.model_id}",
            )
        else:
            talk(
                settings,
                f"未启用:{stored.model_id}(全部样本一起);它会用于没有自己模型的每个树种,"
                f"需要时:calibrate activate {stored.model_id}",
                f"not activated: {stored.model_id} (all samples together), which would serve every "
                f"species without a model of its own; if wanted: calibrate activate "
                f"{stored.model_id}",
            )
