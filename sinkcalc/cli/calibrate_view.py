"""The table of candidates and the report of a calibration, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sinkcalc.cli.calibrate_marks import marks_in_words, with_marks
from sinkcalc.cli.calibrate_stored import group_name
from sinkcalc.cli.output import talk, write_bytes
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import label, word

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.calibration.calibrate import Problem
    from sinkcalc.calibration.model import Kind
    from sinkcalc.pipeline.fit_models import FitResult
    from sinkcalc.report.panels import Portrait

# groups with the same problem that are told one by one, and names of groups that are listed
_ALIKE: Final = 3
_LISTED: Final = 10
# columns of shares -> the same in per cent, as foresters read them
_PERCENT: Final = {
    "relative_error": "relative_error_percent",
    "cv_relative_error": "cv_relative_error_percent",
    "relative_rmse": "relative_rmse_percent",
    "cv_relative_rmse": "cv_relative_rmse_percent",
}
_SHOWN: Final = (
    "kind",
    "sample_group",
    "equation",
    "estimator",
    "samples",
    "sites",
    "a",
    "b",
    "c",
    "aic",
    "r2",
    "bias",
    "rmse",
    "relative_error_percent",
    "cv_rmse",
    "cv_relative_rmse_percent",
    "cv_relative_error_percent",
    "chosen",
)


@dataclass(frozen=True)
class Told:
    """A problem as it is told, in Chinese and English."""

    refused: bool
    zh: str
    en: str


def told_problems(problems: "Sequence[Problem]", settings: Settings) -> list[Told]:
    """Return each problem; the same of many groups once, with the other groups' names."""
    alike: dict[tuple[str, str | None], list[Problem]] = {}
    for problem in problems:
        alike.setdefault((problem.code, problem.form), []).append(problem)
    found = []
    for same in alike.values():
        for problem in same if len(same) <= _ALIKE else same[:1]:
            refused = problem.severity == "refused"
            name = group_name(problem.group, settings)
            text_zh, text_en = problem.zh, problem.en
            if problem.group:
                # the name of the group in place of its word
                text_zh = text_zh.replace(f"{problem.group} 组", f"{name} 组", 1)
                text_en = text_en.replace(f"group {problem.group}", f"group {name}", 1)
            zh = f"{'拒绝' if refused else '注意'}:{text_zh}"
            en = f"{'refused' if refused else 'warning'}: {text_en}"
            if len(same) > _ALIKE:
                names = [group_name(other.group, settings) for other in same[1:]]
                listed = ", ".join(names[:_LISTED]) + (" …" if len(names) > _LISTED else "")
                zh += f"。另有 {len(names)} 组相同:{listed}"
                en += f". The same of {len(names)} more groups: {listed}"
            found.append(Told(refused, zh, en))
    return found


def role_names(kind: "Kind", settings: Settings) -> dict[str, str]:
    """Return what the columns of samples are called."""
    from sinkcalc.report.equations import KINDS

    words = KINDS[kind]
    soil = kind.startswith("wetland-")
    return {
        "x": settings.say(*words.size),
        "h": settings.say("树高", "height"),
        "y": settings.say(*words.result),
        "group": settings.say("组", "group"),
        "site": settings.say(*(("研究", "study") if soil else ("样点", "site"))),
        "carbon_kind": settings.say("碳的种类", "kind of carbon"),
        "carbon_source": settings.say("实测或模型", "measured or modelled"),
    }


def candidates_title(result: "FitResult", settings: Settings) -> str:
    """Return the line above the table."""
    from sinkcalc.report.equations import KINDS

    samples = result.samples
    unit = KINDS[samples.kind].result_unit
    beside = any(result.lines.values())
    marks = marks_in_words(result.candidates, settings)
    return settings.say(
        f"{samples.file} · {samples.rows.height} 个样本 · 偏差与 RMSE 以 {unit} 计 · "
        f"{marks}" + (";公布方程在同一批样本上" if beside else ""),
        f"{samples.file} · {samples.rows.height} samples · bias and RMSE in {unit} · "
        f"{marks}" + ("; published equations on the same samples" if beside else ""),
    )


def candidates_view(frame: "pl.DataFrame", settings: Settings) -> "pl.DataFrame":
    """Show each group's candidates with its published equations below them."""
    import polars as pl

    rows = with_marks(frame).with_columns(
        pl.coalesce("equation", "form").alias("equation"),
        pl.col("sample_group").map_elements(
            lambda name: group_name(name, settings), return_dtype=pl.String
        ),
        *([pl.col("kind").replace_strict(_results(settings))] if "kind" in frame.columns else []),
        # mixed is a word for forests
        pl.col("estimator").replace("mixed", "mixed_model"),
        *(
            (pl.col(share) * 100).round(2).alias(percent)
            for share, percent in _PERCENT.items()
            if share in frame.columns
        ),
    )
    shown = [name for name in _SHOWN if name in rows.columns]
    if rows["sample_group"].n_unique() == 1 and not frame["sample_group"][0]:
        # all samples together and no groups: a title says so
        shown.remove("sample_group")
    empty = [name for name in shown if rows[name].is_null().all() and name not in ("b", "samples")]
    if (
        rows["estimator"].drop_nulls().n_unique() == 1
        and rows["estimator"].drop_nulls()[0] == "ols"
    ):
        empty.append("estimator")
    return rows.select(name for name in shown if name not in empty)


def _results(settings: Settings) -> dict[str, str]:
    """Return kind of model -> what it gives."""
    from sinkcalc.report.equations import KINDS

    return {kind: settings.say(*words.result) for kind, words in KINDS.items()}


def _candidates_of(results: "Sequence[FitResult]", settings: Settings) -> "pl.DataFrame":
    """Put the tables of several relations below one another, each row with what it gives."""
    import polars as pl

    from sinkcalc.report.equations import KINDS

    tables = [candidates_view(one.candidates, settings) for one in results]
    if len(tables) > 1:
        # errors of one relation are no errors of another, and in another unit
        kinds = [KINDS[one.samples.kind] for one in results]
        given = [f"{settings.say(*kind.result)} ({kind.result_unit})" for kind in kinds]
        tables = [
            table.insert_column(0, pl.lit(name).alias("kind"))
            for table, name in zip(tables, given, strict=True)
        ]
    return pl.concat(tables, how="diagonal")


def report_page(
    result: "FitResult",
    portraits: "Sequence[Portrait]",
    settings: Settings,
    beside: "Sequence[FitResult]" = (),
    used: int | None = None,
) -> str:
    """Return the report as one HTML file.

    Parameters
    ----------
    portraits
        Of the models of all results.
    beside
        Results of another relation fitted to the same file.
    used
        Samples used; the rows of the results if None.
    """
    import polars as pl

    from sinkcalc import __version__
    from sinkcalc.report.calibration_page import CalibrationReport, calibration_page

    samples = result.samples
    every = (result, *beside)
    columns: dict[str, str] = {}
    for one in every:
        roles = role_names(one.samples.kind, settings)
        columns |= {roles[role]: name for role, name in one.samples.columns.items()}
    stored = [identity for one in every for identity in one.stored]
    ids: list[str | None] = [None] * len(portraits)
    report = CalibrationReport(
        calibration_id=result.calibration_id,
        # growth is an increment elsewhere
        kind="growth_curves" if samples.kind == "growth" else samples.kind,
        file=samples.file,
        sha256=samples.sha256,
        rows_in=samples.rows_in,
        used=pl.concat(one.samples.rows["row"] for one in every).n_unique()
        if used is None
        else used,
        columns=columns,
        rejected=pl.concat(one.samples.rejected for one in every),
        warnings=[warning for one in every for warning in one.samples.warnings],
        candidates=_candidates_of(every, settings),
        portraits=list(portraits),
        model_ids=[*stored] or ids,
        problems=[
            (told.refused, told.zh, told.en)
            for one in every
            for told in told_problems(one.calibration.problems, settings)
        ],
        program_version=__version__,
    )

    def named(text: str) -> str:
        known = label(text, settings)
        return word(text, settings) if known == text else known

    return calibration_page(report, settings.lang, named)


def write_plot(path: Path, portraits: "Sequence[Portrait]", settings: Settings) -> None:
    """Write the figures as PNG, and say so where they are in English for want of a font."""
    from sinkcalc.report.charts import charts_png

    write_bytes(path, charts_png(portraits, settings.lang), settings)
    tell_missing_font(settings, "或用 --report 的网页", "or use the page of --report")


def tell_missing_font(settings: Settings, zh: str, en: str) -> None:
    """Say that figures are in English for want of a font, and what else would serve."""
    from sinkcalc.report.charts import chinese_font

    if chinese_font() is None:
        talk(
            settings,
            f"本机没有中文字体,图中文字为英文;装上中文字体(如 Noto Sans CJK SC)后重画,{zh}",
            "no font of this machine holds Chinese: the figures are in English, without Chinese "
            "names; install one (as "
            f"Noto Sans CJK SC) and draw again, {en}",
        )
