"""Data-quality reports on the screen and in files."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sinkcalc.cli.output import FORMATS, emit, require_writable, write_text
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import label, word
from sinkcalc.errors import UsageProblem

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.report.quality import Quality

_PAGE: Final = (".html", ".htm")
# a share that would print as 0.0 %
_SMALL: Final = 5e-5


def emit_quality(
    settings: Settings,
    quality: "Quality | None",
    survey: int,
    output: Path | None,
    fmt: str | None = None,
) -> None:
    """Write the report of a load, or of what is stored of the survey; HTML by the suffix.

    Parameters
    ----------
    quality
        Report of a load just done; that of the stored survey if None.
    """
    from sinkcalc.pipeline.quality import stored_quality
    from sinkcalc.report.html import quality_page

    quality = quality or stored_quality(settings.db, survey, settings.wait)
    if fmt is None and output is not None and output.suffix.lower() in _PAGE:
        page = quality_page(quality, settings.lang, lambda text: _in_words(text, settings))
        write_text(output, page, settings)
        return
    emit(quality.rows(), settings, fmt, output, lambda frame: _view(frame, settings))


def require_report_writable(output: Path | None) -> None:
    """Refuse a report that cannot be written before the work is done.

    Raises
    ------
    UsageProblem
        If the folder does not exist or the suffix names no format.
    """
    if output is None:
        return
    suffix = output.suffix.lower()
    if suffix not in (*_PAGE, ".txt", *(f".{name}" for name in FORMATS)):
        listed = ", ".join((".html", ".txt", *(f".{name}" for name in FORMATS if name != "table")))
        raise UsageProblem(
            zh=f"{output.name}:报告的扩展名须为 {listed}",
            en=f"{output.name}: give the report one of the suffixes {listed}",
        )
    require_writable("html" if suffix in _PAGE else None, output)


def _in_words(text: str, settings: Settings) -> str:
    named = label(text, settings)
    return word(text, settings) if named == text else named


def _view(frame: "pl.DataFrame", settings: Settings) -> "pl.DataFrame":
    import polars as pl

    lang = settings.lang
    return frame.select(
        "severity",
        "rule",
        "column_name",
        "rows",
        pl.when(pl.col("share").is_between(0, _SMALL, closed="none"))
        .then(pl.lit("<0.01 %"))
        .otherwise((pl.col("share") * 100).round(2).cast(pl.String) + " %")
        .alias("share"),
        "example",
        pl.col(f"reason_{lang}").alias("reason"),
        pl.col(f"remedy_{lang}").alias("remedy"),
    )
