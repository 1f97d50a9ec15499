"""The report of a calibration as one HTML file that needs nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from sinkcalc.calibration.model import Model
from sinkcalc.errors import Lang
from sinkcalc.report.charts import chart_svg
from sinkcalc.report.equations import KINDS, equation_of, formula_of, units_of
from sinkcalc.report.html import page_template
from sinkcalc.report.panels import Portrait

# sign in a table on the screen -> class of its row
_MARKS: Final = {"●": "chosen", "×": "refused"}


@dataclass(frozen=True)
class CalibrationReport:
    """What the report of a calibration shows.

    Attributes
    ----------
    columns
        What a column holds -> its name in the file.
    rejected
        Rows set aside, as `Samples.rejected`.
    warnings
        What is implausible of the samples, in Chinese and English.
    candidates
        Candidates and published equations, as on the screen.
    portraits, model_ids
        Chosen models; ids are None where nothing was stored.
    problems
        Whether it refuses a model, and the text in Chinese and English.
    """

    calibration_id: str
    kind: str
    file: str
    sha256: str
    rows_in: int
    used: int
    columns: dict[str, str]
    rejected: pl.DataFrame
    warnings: Sequence[tuple[str, str]]
    candidates: pl.DataFrame
    portraits: Sequence[Portrait]
    model_ids: Sequence[str | None]
    problems: Sequence[tuple[bool, str, str]]
    program_version: str


def calibration_page(report: CalibrationReport, lang: Lang, word: Callable[[str], str]) -> str:
    """Return the report as HTML.

    Parameters
    ----------
    word
        Gives words and column names in the language.
    """
    models = [
        _model(portrait, identity, lang)
        for portrait, identity in zip(report.portraits, report.model_ids, strict=True)
    ]
    return page_template("calibration.html").render(
        r=report,
        zh=lang == "zh",
        lang=lang,
        word=word,
        # the chosen rows are on green
        columns=[name for name in report.candidates.columns if name != "chosen"],
        numeric=[name for name, kind in report.candidates.schema.items() if kind.is_numeric()],
        rows=[
            {**row, "mark": _MARKS.get(row["chosen"], "")} for row in report.candidates.to_dicts()
        ],
        rejected=report.rejected.to_dicts(),
        models=models,
        figure=_figure,
    )


def _figure(value: Any) -> str:
    """Write a figure with four significant digits, or more before the decimal point."""
    if value is None or value != value:  # NaN
        return "–"
    if value == 0:
        return "0"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.1f}" if abs(value) >= 1000 else f"{value:.4g}"
    return str(value)


def _model(portrait: Portrait, identity: str | None, lang: Lang) -> dict[str, Any]:
    model = portrait.model
    return {
        "id": identity,
        "title": portrait.title,
        "formula": formula_of(model),
        "equation": equation_of(model),
        "size_unit": KINDS[model.kind].size_unit,
        "size": KINDS[model.kind].size[0 if lang == "zh" else 1],
        "model": model,
        "coefficients": _coefficients(model),
        "svg": chart_svg(portrait, lang),
    }


def _coefficients(model: Model) -> list[dict[str, Any]]:
    return [
        {
            "symbol": symbol,
            "value": value,
            "se": max(row[place], 0.0) ** (1 / 2),
            "unit": unit,
            "covariance": row,
        }
        for place, (symbol, value, unit, row) in enumerate(
            zip(model.symbols, model.values, units_of(model), model.covariance, strict=True)
        )
    ]
