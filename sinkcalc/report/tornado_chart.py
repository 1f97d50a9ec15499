"""Chart of what each parameter of a project alone does to its reductions."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sinkcalc.errors import Lang
from sinkcalc.report.charts import CHINESE_FONTS, FIRST_CJK, chinese_font, style
from sinkcalc.report.panels import GREY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_RAISES: Final = "#2f6b46"
_LOWERS: Final = "#b5651d"
_WIDTH: Final = 12
# inches of title and axis, and of a bar
_FRAME: Final = 12 / 5
_BAR: Final = 3 / 7
_LEAST_BARS: Final = 3
_THICK: Final = 5 / 8
_DPI: Final = 110
# room for figures at the ends, in widths of the widest bar
_MARGIN: Final = 1 / 5


@dataclass(frozen=True)
class Label:
    """A text in both languages."""

    zh: str
    en: str

    def of(self, lang: Lang) -> str:
        """Return one of them."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class TornadoBar:
    """A parameter: change of the total (t CO2e) at its lower and at its upper end."""

    label: Label
    low: float
    high: float
    has_error: bool = True


@dataclass(frozen=True)
class TornadoChart:
    """What the chart shows.

    Attributes
    ----------
    title
        Lines above the chart.
    total
        Reductions with all parameters at their values, t CO2e.
    ends
        What the ends of the bars are.
    left_out
        Bars that are not drawn, narrower than those that are.
    """

    title: Sequence[Label]
    total: float
    ends: Label
    bars: Sequence[TornadoBar]
    left_out: int = 0


def tornado_png(chart: TornadoChart, lang: Lang) -> bytes:
    """Draw as PNG; in English where no font holds Chinese."""
    font = chinese_font()
    spoken: Lang = lang if font else "en"
    with style([font] if font else [], drawn=True):
        buffer = io.BytesIO()
        _figure(chart, spoken, latin=font is None).savefig(
            buffer, format="png", dpi=_DPI, metadata={"Software": None}
        )
    return buffer.getvalue()


def tornado_svg(chart: TornadoChart, lang: Lang) -> bytes:
    """Draw as SVG whose text the reader's program sets in its own fonts."""
    with style(list(CHINESE_FONTS), drawn=False):
        buffer = io.BytesIO()
        _figure(chart, lang, latin=False).savefig(
            buffer, format="svg", metadata={"Date": None, "Creator": None}
        )
    return buffer.getvalue()


_CHINESE: Final = re.compile(f"[{FIRST_CJK}-\U0010ffff]+")


def _latin(text: str) -> str:
    """Say where a name stands whose signs fonts of European scripts lack."""
    return _CHINESE.sub("(name in Chinese)", text)


def _figure(chart: TornadoChart, lang: Lang, *, latin: bool) -> "Figure":
    from matplotlib.figure import Figure

    def say(label: Label) -> str:
        return _latin(label.of(lang)) if latin else label.of(lang)

    height = _FRAME + _BAR * max(len(chart.bars), _LEAST_BARS)
    figure = Figure(figsize=(_WIDTH, height), layout="constrained")
    ax = figure.subplots()
    for place, bar in enumerate(chart.bars):
        _draw(ax, place, bar)
    ax.set_yticks(range(len(chart.bars)), [say(bar.label) for bar in chart.bars])
    ax.tick_params(axis="y", length=0)
    ax.invert_yaxis()
    ax.axvline(0, color=GREY, linewidth=1)
    ax.grid(visible=False, axis="y")
    ax.spines["left"].set_visible(False)
    ends = [end for bar in chart.bars for end in (bar.low, bar.high)] or [0.0]
    reach = max(ends) - min(ends)
    ax.set_xlim(min(*ends, 0.0) - _MARGIN * reach, max(*ends, 0.0) + _MARGIN * reach or 1)
    ax.xaxis.set_major_formatter(lambda value, _: _signed(value))
    ax.set_xlabel(_axis(chart, lang))
    ax.set_title("\n".join(say(line) for line in chart.title), loc="left", fontsize="medium")
    _legend(figure, chart, lang)
    return figure


def _signed(value: float) -> str:
    return f"{value:+,.0f}".replace("-", "−") if value else "0"


def _axis(chart: TornadoChart, lang: Lang) -> str:
    """Say what is drawn, from what the changes count, and what is not drawn."""
    zh = f"计入期减排量的变化(t CO2e);0 = {chart.total:,.0f}"
    en = f"change of the total reductions (t CO2e); 0 = {chart.total:,.0f}"
    if chart.left_out:
        zh += f";另有 {chart.left_out} 项更窄,未画"
        en += f"; {chart.left_out} narrower not drawn"
    return Label(zh, en).of(lang)


def _draw(ax: "Axes", place: int, bar: TornadoBar) -> None:
    for end, colour in ((bar.low, _LOWERS), (bar.high, _RAISES)):
        ax.barh(
            place,
            end,
            height=_THICK,
            color=colour if bar.has_error else "white",
            edgecolor=colour,
            hatch=None if bar.has_error else "///",
            linewidth=1,
        )
    left, right = sorted((bar.low, bar.high))
    for end, side, shift in ((left, "right", -4), (right, "left", 4)):
        if end == 0:
            continue
        ax.annotate(
            _signed(end),
            (end, place),
            xytext=(shift, 0),
            textcoords="offset points",
            ha=side,
            va="center",
            fontsize="small",
            color=GREY,
        )


def _legend(figure: "Figure", chart: TornadoChart, lang: Lang) -> None:
    from matplotlib.patches import Patch

    ends = chart.ends.of(lang)
    handles = [
        Patch(color=_LOWERS, label=Label(f"下端({ends})", f"lower end ({ends})").of(lang)),
        Patch(color=_RAISES, label=Label(f"上端({ends})", f"upper end ({ends})").of(lang)),
    ]
    if not all(bar.has_error for bar in chart.bars):
        text = Label("误差未知,只作比较", "error not known, moved for comparison").of(lang)
        handles.append(Patch(facecolor="white", edgecolor=GREY, hatch="///", label=text))
    figure.legend(
        handles=handles,
        frameon=False,
        fontsize="small",
        loc="outside lower right",
        ncols=len(handles),
    )
