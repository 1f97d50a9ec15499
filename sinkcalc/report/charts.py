"""Figures of fitted models: samples with their curve, residuals, cross-validation."""

import io
import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sinkcalc.errors import Lang
from sinkcalc.report.panels import GREY, Portrait, draw, panels_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontManager

# fonts that hold Chinese characters, of the systems that bring them
CHINESE_FONTS: Final = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "SimHei",
    "PingFang SC",
    "Heiti SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
)
# radicals, the first of the signs that fonts of European scripts lack
FIRST_CJK: Final = "\u2e80"
_LATIN_FONT: Final = "DejaVu Sans"
_SALT: Final = "sinkcalc"
_INK: Final = "#1c2b22"
# inches of a row of three panels
_WIDTH, _HEIGHT = 15, 6
# curves alone: how many side by side, and inches of one
_CURVES_A_ROW: Final = 4
_CURVE_WIDTH, _CURVE_HEIGHT = 6, 5
_DPI: Final = 110


@cache
def chinese_font() -> str | None:
    """Return an installed font that holds Chinese characters, if there is one."""
    from matplotlib import font_manager

    manager = font_manager.fontManager
    found = _chinese_in(manager)
    if found is None:
        # the list is kept from an earlier run: fonts installed since then are not in it
        listed = {font.fname for font in manager.ttflist}
        for path in sorted({*font_manager.findSystemFonts()} - listed):
            # a font that cannot be read serves nobody
            with suppress(OSError, RuntimeError):
                if font_manager.get_font(path).family_name in CHINESE_FONTS:
                    manager.addfont(path)
        found = _chinese_in(manager)
    return found


def _chinese_in(manager: "FontManager") -> str | None:
    installed = {font.name for font in manager.ttflist}
    return next((name for name in CHINESE_FONTS if name in installed), None)


def charts_png(portraits: Sequence[Portrait], lang: Lang) -> bytes:
    """Draw models below one another as PNG; in English where no font holds Chinese."""
    font = chinese_font()
    spoken: Lang = lang if font else "en"
    if font is None:
        portraits = [_in_latin(portrait, place) for place, portrait in enumerate(portraits, 1)]
    with style([font] if font else [], drawn=True):
        figure = _figure(portraits, spoken)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=_DPI, metadata={"Software": None})
    return buffer.getvalue()


def _in_latin(portrait: Portrait, place: int) -> Portrait:
    """Name a group in letters that every font has; by its number where its name has others."""
    title = portrait.title_en
    return replace(portrait, title=title if max(title) < FIRST_CJK else f"group {place}")


def chart_svg(portrait: Portrait, lang: Lang) -> str:
    """Draw a model as SVG whose text the browser sets in its own fonts."""
    with style(list(CHINESE_FONTS), drawn=False):
        figure = _figure([portrait], lang)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    # what stands before belongs to a file of its own, not inside a page
    text = buffer.getvalue()
    return text[text.index("<svg") :]


@contextmanager
def style(fonts: list[str], *, drawn: bool) -> Iterator[None]:
    """Draw with the program's colours and these fonts; equal figures give equal bytes.

    Parameters
    ----------
    drawn
        Whether letters are drawn here, with fonts that are installed, or set by the reader's
        program.
    """
    import matplotlib as mpl

    settings: Any = {
        "svg.fonttype": "none",
        "svg.hashsalt": _SALT,
        # a sign that one font lacks is looked for in the next of these names, and of no generic one
        "font.family": [_LATIN_FONT, *fonts] if drawn else ["sans-serif"],
        "font.sans-serif": [_LATIN_FONT, *fonts],
        "font.size": 11,
        "axes.edgecolor": GREY,
        "axes.labelcolor": _INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "figure.constrained_layout.w_pad": 1 / 8,
        "grid.color": "#e6ece8",
        "text.color": _INK,
        "xtick.color": _INK,
        "ytick.color": _INK,
        # a dollar sign in the name of a group is no formula
        "text.parse_math": False,
        "axes.unicode_minus": True,
    }
    finder = logging.getLogger("matplotlib.font_manager")
    level = finder.level
    # fonts of other systems are asked for on purpose, and the browser has what lacks here
    finder.setLevel(logging.ERROR)
    try:
        with mpl.rc_context(settings), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph .* missing")
            yield
    finally:
        finder.setLevel(level)


def _figure(portraits: Sequence[Portrait], lang: Lang) -> "Figure":
    from matplotlib.figure import Figure

    if len(portraits) > 1 and all(portrait.model.kind == "growth" for portrait in portraits):
        return _curves(portraits, lang)
    panels = max(map(panels_of, portraits))
    figure = Figure(figsize=(_WIDTH, _HEIGHT * len(portraits)), layout="constrained")
    rows = figure.subplots(len(portraits), panels, squeeze=False)
    for portrait, axes in zip(portraits, rows, strict=True):
        draw(portrait, axes, lang)
    return figure


def _curves(portraits: Sequence[Portrait], lang: Lang) -> "Figure":
    """Draw many curves side by side: below one another with all panels they fill no page."""
    from matplotlib.figure import Figure

    lines = -(-len(portraits) // _CURVES_A_ROW)
    size = (_CURVES_A_ROW * _CURVE_WIDTH, lines * _CURVE_HEIGHT)
    figure = Figure(figsize=size, layout="constrained")
    places = figure.subplots(lines, _CURVES_A_ROW, squeeze=False).flatten()
    for portrait, ax in zip(portraits, places, strict=False):
        draw(portrait, [ax], lang)
    for ax in places[len(portraits) :]:
        ax.remove()
    return figure
