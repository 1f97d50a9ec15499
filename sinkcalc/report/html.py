"""Render a report as one HTML file that needs nothing else."""

from typing import TYPE_CHECKING

from sinkcalc.errors import Lang

if TYPE_CHECKING:
    from collections.abc import Callable

    from sinkcalc.report.quality import Quality


def quality_page(quality: "Quality", lang: Lang, word: "Callable[[str], str]") -> str:
    """Return the data-quality report as HTML.

    Parameters
    ----------
    word
        Gives words and column names in the language.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("sinkcalc.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("quality.html")
    return template.render(
        q=quality,
        zh=lang == "zh",
        lang=lang,
        word=word,
        errors=quality.findings.filter(quality.findings["severity"] == "error").to_dicts(),
        warnings=quality.findings.filter(quality.findings["severity"] == "warn").to_dicts(),
        rows_in=int(quality.files["rows_in"].sum()),
        accepted=int(quality.files["rows_accepted"].sum()),
        rejected=int(quality.files["rows_rejected"].sum()),
    )
