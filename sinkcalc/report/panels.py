"""Panels of a figure: samples with the curve, residuals, cross-validation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl
from scipy.stats import t as student

from sinkcalc.calibration.forms import FORMS, gradient, predict, value
from sinkcalc.calibration.model import EVERY_GROUP, Model
from sinkcalc.calibration.solve import Floats
from sinkcalc.errors import Lang
from sinkcalc.report.equations import KINDS, equation_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_CONFIDENCE: Final = 0.95
_GREEN: Final = "#2f6b46"
GREY: Final = "#8a958e"
_PUBLISHED: Final = ("#b5651d", "#3b6ea5", "#8e4585", "#6b6b00", "#a23b3b", "#4a4a4a")
_POINTS: Final = 160
# samples that are drawn, spread evenly over the file where there are more
_MOST_POINTS: Final = 2000
# ratio of the ends of a scale from which powers of ten are figures enough
_WIDE: Final = 200
# points of its own below which a model of all samples has no panel of its cross-validation
_FEW_POINTS: Final = 10
# where the names of the lines stand, in heights of the axes, and length of names that share a row
_BELOW: Final = -1 / 6
_SHORT_NAME: Final = 36


@dataclass(frozen=True)
class Line:
    """A published relation: a straight line y = a x + b, or another form of `Model.form`."""

    name: str
    a: float
    b: float
    form: str = "linear"
    c: float = 0.0


@dataclass(frozen=True)
class Portrait:
    """A model with its samples.

    Attributes
    ----------
    title, title_en
        Name of the group, in the language of the reader and in English.
    samples
        Rows of `Calibration.samples`.
    published
        Lines to draw beside the model's curve.
    """

    model: Model
    title: str
    title_en: str
    samples: pl.DataFrame
    published: Sequence[Line] = ()


def panels_of(portrait: Portrait) -> int:
    """Count the panels of a model; one without any cross-validated value has none of them."""
    return 3 if portrait.samples["cv_fitted"].is_not_null().any() else 2


def draw(portrait: Portrait, axes: Any, lang: Lang) -> None:
    """Draw a model on its axes: samples with the curve, then residuals, then cross-validation.

    Fewer axes get the first of them.
    """
    model, rows = portrait.model, portrait.samples
    if model.group != EVERY_GROUP:
        rows = rows.filter(pl.col("model_group") == model.group)
    points = (rows.filter(pl.col("model_group") == model.group).height, rows.height)
    # more points than these are a blot on paper and a burden on a page
    each = -(-rows.height // _MOST_POINTS)
    rows = rows.gather_every(each)
    x, y = rows["x"].to_numpy(), rows["y"].to_numpy()
    h = rows["h"].to_numpy() if model.h_min is not None else None
    fitted = predict(model, x, h)
    _curve(axes[0], portrait, (x, y, h, fitted), each, lang)
    if len(axes) == 1:
        return
    _residuals(axes[1], fitted, y - fitted, model, lang)
    if len(axes) == 2:
        return
    own = rows.filter(pl.col("model_group") == model.group)
    _validation(axes[2], own["cv_fitted"].to_numpy(), own["y"].to_numpy(), points, model, lang)


def _say(lang: Lang, zh: str, en: str) -> str:
    return zh if lang == "zh" else en


def _size_label(model: Model, lang: Lang) -> str:
    if model.form == "power_d2h":
        return "D²H (cm² m)"
    words = KINDS[model.kind]
    return f"{_say(lang, *words.size)} {words.size_symbol} ({words.size_unit})"


def _biomass(model: Model, lang: Lang) -> str:
    words = KINDS[model.kind]
    return f"{_say(lang, *words.result)} {words.result_symbol} ({words.result_unit})"


def _curve(
    ax: "Axes",
    portrait: Portrait,
    drawn: tuple[Floats, Floats, Floats | None, Floats],
    each: int,
    lang: Lang,
) -> None:
    """Draw samples, curve, band of its mean, and published lines."""
    model = portrait.model
    x, y, h, fitted = drawn
    trees = model.kind == "tree-biomass"
    shown = x * x * h if model.form == "power_d2h" and h is not None else x
    named = _say(lang, "样本", "samples")
    if model.kind == "growth":
        named = _say(lang, "各年龄的平均", "means by age")
    if each > 1:
        named += _say(lang, f"(每 {each} 个取 1)", f" (1 in {each})")
    ax.scatter(shown, y, s=22, facecolor="none", edgecolor=GREY, label=named)
    if model.form == "power_d_h":
        # two sizes have no curve in a plane: the model's figure stands beside each sample's
        label = _say(lang, "模型", "model")
        ax.scatter(shown, fitted, s=14, color=_GREEN, marker="x", linewidth=1, label=label)
    else:
        _line_with_band(ax, model, lang)
    _published(ax, portrait.published, np.array([model.x_min, model.x_max]))
    if trees:
        _logarithmic(ax, "xy")
    else:
        ax.set_xlim(left=0)
        ax.set_ylim(bottom=min(0, float(y.min())))
    ax.set_xlabel(_size_label(model, lang))
    ax.set_ylabel(_biomass(model, lang))
    title = f"{portrait.title} · n = {model.n}\n{equation_of(model)}"
    ax.set_title(title, loc="left", fontsize="medium")
    # below the axes: published lines have long names, and samples may lie anywhere
    names = ax.get_legend_handles_labels()[1]
    ax.legend(
        frameon=False,
        fontsize="small",
        loc="upper left",
        bbox_to_anchor=(0, _BELOW),
        ncols=2 if max(map(len, names)) < _SHORT_NAME else 1,
    )


def _logarithmic(ax: "Axes", which: str) -> None:
    """Set scales to logarithms with plain figures: a power of ten is set as a formula."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    for name, axis in (("x", ax.xaxis), ("y", ax.yaxis)):
        if name in which:
            ax.set(**{f"{name}scale": "log"})
            low, high = axis.get_view_interval()
            # one power of ten or two say little of where a sample lies
            if high < low * _WIDE:
                axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
            axis.set_minor_formatter(NullFormatter())


def _published(ax: "Axes", lines: Sequence[Line], ends: Floats) -> None:
    """Draw published lines; equations that were copied from one another are one line."""
    names: dict[tuple[str, float, float, float], list[str]] = {}
    for line in lines:
        names.setdefault((line.form, line.a, line.b, line.c), []).append(line.name)
    for place, ((form, *values), of_line) in enumerate(names.items()):
        # beyond the colours that the eye tells apart the lines stay unnamed
        named = place < len(_PUBLISHED)
        label = "\n".join(of_line) if named else None
        colour = _PUBLISHED[place] if named else GREY
        width = 3 / 2 if named else 1 / 2
        shown = ends if form == "linear" else np.linspace(ends[0], ends[1], _POINTS)
        ax.plot(
            shown,
            value(form, np.array(values[: len(FORMS[form].symbols)]), shown, None),
            color=colour,
            linestyle="--",
            linewidth=width,
            label=label,
        )


def _line_with_band(ax: "Axes", model: Model, lang: Lang) -> None:
    if model.form == "power_d2h":
        # along the samples' own range of D²H; the height alone does not matter to it
        low = model.x_min**2 * (model.h_min or 1)
        high = model.x_max**2 * (model.h_max or 1)
        shown = np.geomspace(low, high, _POINTS)
        x, h = np.sqrt(shown), np.ones(_POINTS)
    else:
        trees = model.kind == "tree-biomass"
        space = np.geomspace if trees else np.linspace
        shown = x = space(model.x_min, model.x_max, _POINTS)
        h = None
    mean = predict(model, x, h)
    slopes = gradient(model, x, h)
    covariance = np.array(model.covariance)
    se = np.sqrt(np.clip(np.einsum("ni,ij,nj->n", slopes, covariance, slopes), 0, None))
    reach = float(student.ppf((1 + _CONFIDENCE) / 2, max(model.df, 1))) * se
    ax.fill_between(
        shown,
        mean - reach if model.kind != "tree-biomass" else np.maximum(mean - reach, mean / 10),
        mean + reach,
        color=_GREEN,
        alpha=1 / 5,
        linewidth=0,
        label=_say(lang, "均值的 95 % 区间", "95 % band of the mean"),
    )
    ax.plot(shown, mean, color=_GREEN, linewidth=2, label=_say(lang, "模型", "model"))


def _residuals(ax: "Axes", fitted: Floats, residual: Floats, model: Model, lang: Lang) -> None:
    trees = model.kind == "tree-biomass"
    # trees differ by orders of magnitude: by their share the small ones are seen too
    shown = residual / fitted if trees else residual
    ax.axhline(0, color=_GREEN, linewidth=1)
    ax.scatter(fitted, shown, s=22, facecolor="none", edgecolor=GREY)
    if trees:
        _logarithmic(ax, "x")
    ax.set_xlabel(_say(lang, "拟合值", "fitted") + " · " + _biomass(model, lang))
    if trees:
        ax.set_ylabel(_say(lang, "实测/拟合 − 1", "measured/fitted − 1"))
    else:
        ax.set_ylabel(_say(lang, "残差(实测 − 拟合)", "residual (measured − fitted)"))
    ax.set_title(_say(lang, "残差", "Residuals"), loc="left", fontsize="medium")


def _validation(
    ax: "Axes",
    predicted: Floats,
    y: Floats,
    points: tuple[int, int],
    model: Model,
    lang: Lang,
) -> None:
    """Draw what was predicted without each sample.

    Parameters
    ----------
    points
        Samples that the model serves, and all samples that it was fitted to: the others are
        served by the models of their groups, and drawn there.
    """
    own, every = points
    title = _say(lang, "交叉验证", "Cross-validation")
    elsewhere = _say(
        lang,
        f"{every} 个样本中有 {every - own} 个的点见各组的模型",
        f"{every - own} of {every} points are with the models of the groups",
    )
    if own < every:
        title += f"\n{elsewhere}"
    ax.set_title(title, loc="left", fontsize="medium")
    known = np.isfinite(predicted.astype(float))
    if not known.any() or own < min(_FEW_POINTS, every):
        ax.set_axis_off()
        return
    ends = [
        float(min(predicted[known].min(), y.min())),
        float(max(predicted[known].max(), y.max())),
    ]
    ax.plot(ends, ends, color=_GREEN, linewidth=1)
    ax.scatter(predicted[known], y[known], s=22, facecolor="none", edgecolor=GREY)
    if model.kind == "tree-biomass" and ends[0] > 0:
        _logarithmic(ax, "xy")
    ax.set_xlabel(_say(lang, "预测(未用该样本)", "predicted without the sample"))
    ax.set_ylabel(_say(lang, "实测", "measured") + " · " + _biomass(model, lang))
