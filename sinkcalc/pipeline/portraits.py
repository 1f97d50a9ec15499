"""Models of a calibration with their samples, ready to be drawn."""

from collections.abc import Callable

from sinkcalc.pipeline.fit_models import FitResult
from sinkcalc.report.panels import Line, Portrait


def portraits_of(
    result: FitResult, named: Callable[[str], str], named_en: Callable[[str], str]
) -> list[Portrait]:
    """Return a portrait of each model.

    Parameters
    ----------
    named, named_en
        Give the name of a group in the language of the reader and in English.
    """
    return [
        Portrait(
            model=model,
            title=named(model.group),
            title_en=named_en(model.group),
            samples=result.calibration.samples,
            published=[
                Line(line.name, line.a, line.b, line.form, line.c)
                for line in result.lines.get(model.group, [])
            ],
        )
        for model in result.calibration.models
    ]
