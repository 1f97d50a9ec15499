"""The table of candidates and the report of a calibration, in words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from sinkcalc.cli.calibrate_stored import group_name
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import label, word

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.pipeline.fit_models import FitResult
    from sinkcalc.report.charts import Portrait

_CHOSEN: Final = "●"
# columns of shares -> the same in per cent, as foresters read them
_PERCENT: Final = {
    "relative_error": "relative_error_percent",
    "cv_relative_error": "cv_relative_error_percent",
    "relative_rmse": "relative_rmse_percent",
    "cv_relative_rmse": "cv_relative_rmse_percent",
}
_SHOWN: Final = (
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


def candidates_title(result: "FitResult", settings: Settings) -> str:
    """Return the line above the table."""
    samples = result.samples
    unit = "t d.m./ha" if samples.kind == "volume-biomass" else "kg d.m."
    return settings.say(
        f"{samples.file} · {samples.rows.height} 个样本 · 偏差与 RMSE 以 {unit} 计 · "
        f"{_CHOSEN} 选定;公布方程在同一批样本上",
        f"{samples.file} · {samples.rows.height} samples · bias and RMSE in {unit} · "
        f"{_CHOSEN} chosen; published equations on the same samples",
    )


def candidates_view(frame: "pl.DataFrame", settings: Settings) -> "pl.DataFrame":
    """Show each group's candidates with its published equations below them."""
    import polars as pl

    rows = frame.with_columns(
        pl.coalesce("equation", "form").alias("equation"),
        pl.col("sample_group").map_elements(
            lambda name: group_name(name, settings), return_dtype=pl.String
        ),
        # mixed is a word for forests
        pl.col("estimator").replace("mixed", "mixed_model"),
        pl.when("chosen").then(pl.lit(_CHOSEN)).otherwise(pl.lit("")).alias("chosen"),
        *(
            (pl.col(share) * 100).round(2).alias(percent)
            for share, percent in _PERCENT.items()
            if share in frame.columns
        ),
    )
    shown = [name for name in _SHOWN if name in rows.columns]
    empty = [name for name in shown if rows[name].is_null().all() and name not in ("b", "samples")]
    if (
        rows["estimator"].drop_nulls().n_unique() == 1
        and rows["estimator"].drop_nulls()[0] == "ols"
    ):
        empty.append("estimator")
    return rows.select(name for name in shown if name not in empty)


def report_page(result: "FitResult", portraits: "Sequence[Portrait]", settings: Settings) -> str:
    """Return the report as one HTML file."""
    from sinkcalc import __version__
    from sinkcalc.report.calibration_page import CalibrationReport, calibration_page

    samples = result.samples
    ids: list[str | None] = [None] * len(result.calibration.models)
    report = CalibrationReport(
        calibration_id=result.calibration_id,
        kind=samples.kind,
        file=samples.file,
        sha256=samples.sha256,
        rows_in=samples.rows_in,
        used=samples.rows.height,
        columns=samples.columns,
        rejected=samples.rejected,
        warnings=samples.warnings,
        candidates=candidates_view(result.candidates, settings),
        portraits=list(portraits),
        model_ids=[*result.stored] or ids,
        problems=result.calibration.problems,
        program_version=__version__,
    )

    def named(text: str) -> str:
        known = label(text, settings)
        return word(text, settings) if known == text else known

    return calibration_page(report, settings.lang, named)
