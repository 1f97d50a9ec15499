"""Data-quality reports on the screen and in files."""

from pathlib import Path
from typing import TYPE_CHECKING

from sinkcalc.cli.output import emit, label, word, write_text
from sinkcalc.cli.settings import Settings

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.report.quality import Quality


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
    if fmt is None and output is not None and output.suffix.lower() in (".html", ".htm"):
        page = quality_page(quality, settings.lang, lambda text: _in_words(text, settings))
        write_text(output, page, settings)
        return
    emit(quality.rows(), settings, fmt, output, lambda frame: _view(frame, settings))


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
        (pl.col("share") * 100).round(2).cast(pl.String) + " %",
        "example",
        pl.col(f"reason_{lang}").alias("reason"),
        pl.col(f"remedy_{lang}").alias("remedy"),
    )
