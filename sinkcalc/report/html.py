"""Render a report as one HTML file that needs nothing else."""

from typing import TYPE_CHECKING

from sinkcalc.errors import Lang

if TYPE_CHECKING:
    from collections.abc import Callable

    from jinja2 import Template

    from sinkcalc.report.quality import Quality


def page_template(name: str) -> "Template":
    """Return a template of `report/templates`; a name that the page lacks is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("sinkcalc.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def quality_page(quality: "Quality", lang: Lang, word: "Callable[[str], str]") -> str:
    """Return the data-quality report as HTML.

    Parameters
    ----------
    word
        Gives words and column names in the language.
    """
    return page_template("quality.html").render(
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
