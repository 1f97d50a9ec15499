"""Tables for people: headings, words and numbers, laid out to the width of their place."""

import csv
import functools
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sinkcalc.cli.settings import Settings
from sinkcalc.resources import parameter_path

if TYPE_CHECKING:
    import polars as pl
    from rich.table import Table

# columns whose values are words of the vocabulary
_WORD_COLUMNS: Final = (
    "source",
    "interval_method",
    "quantity",
    "pool",
    "vegetation_class",
    "wetland_class",
    "protection_form",
    "found_by",
    "counted",
    "outcome",
    "land",
    "class_from",
    "class_to",
    "event",
    "loss_reason",
    "species_group",
    "origin",
    "age_group",
    "forest_category",
    "status",
    "evidence",
    "severity",
    "matched_by",
    "estimator",
    "stat",
    "warning",
    "verdict",
    "verdict_reason",
    "se_reason",
    "domain",
    "species",
    "class",
    "grouped_by",
    "progress",
    "kind",
    "standing",
    "verification",
)
# width of tables that go to a file or a pipe, and one that no table fills
_PIPE_WIDTH: Final = 220
_ENDLESS: Final = 10_000
# in a table wider than its place: least room of a heading, and of a long text before it folds
_HEADING_WIDTH: Final = 8
_TEXT_WIDTH: Final = 28
# names up to this width stay whole; paths may be longer
_NAME_WIDTH: Final = 60
# from here on a number is counted, not read
_UNREADABLE: Final = 1e15
# columns of coefficients, which may be small; a figure that small is 0 to the reader
_COEFFICIENTS: Final = ("a", "b", "c", "coefficient")
_SMALL: Final = 1e-3
# columns between two columns of such a table
_GAP: Final = 2


@functools.cache
def _labels(file: str, key: str, lang: str) -> Mapping[str, str]:
    with parameter_path(file).open(encoding="utf-8") as handle:
        return {row[key]: row[lang] for row in csv.DictReader(handle)}


def label(name: str, settings: Settings) -> str:
    """Return the heading of a column."""
    return _labels("labels", "name", settings.lang).get(name, name)


def word(value: str, settings: Settings) -> str:
    """Return a word of the vocabulary in the chosen language."""
    return _labels("words", "word", settings.lang).get(value, value)


def region_names(codes: Sequence[str], settings: Settings) -> str:
    """List regions by their names."""
    names = _labels("regions", "region_code", settings.say("name_zh", "name_en"))
    return settings.say("、", ", ").join(names[code] for code in codes)


def table_text(
    frame: "pl.DataFrame", settings: Settings, title: str | None, raw: bool = False
) -> str:
    """Return a table as text, as wide as the terminal, or 220 columns for a file or a pipe.

    Parameters
    ----------
    raw
        Whether columns keep their names and codes stay codes, as SQL has to write them.
    """
    import io
    import shutil

    from rich.console import Console
    from rich.measure import Measurement

    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if terminal else _PIPE_WIDTH
    console = Console(file=io.StringIO(), width=_ENDLESS, no_color=True, markup=False)
    table = _table(frame, settings, None, raw)
    if Measurement.get(console, console.options, table).maximum > width:
        table = _table(frame, settings, width, raw)
        # a table that is too wide all the same runs over: nothing of it is cut or left out
        width = _ENDLESS
    buffer = io.StringIO()
    Console(file=buffer, width=width, no_color=True, markup=False).print(table)
    lines = [line.rstrip() for line in buffer.getvalue().rstrip("\n").splitlines()]
    # beside the table, since a narrow one would break it to its own width
    return "\n".join([*([title] if title else []), *lines])


def _table(frame: "pl.DataFrame", settings: Settings, width: int | None, raw: bool) -> "Table":
    """Lay out a table; to fit a width, headings stand on several lines and long texts fold."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    narrow = width is not None
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=narrow)
    numeric = {name for name, dtype in frame.schema.items() if dtype.is_numeric()}
    cells = [
        [
            value if raw and isinstance(value, str) else _cell(name, value, settings)
            for name, value in row.items()
        ]
        for row in frame.iter_rows(named=True)
    ]
    headings = [name if raw else label(name, settings) for name in frame.columns]
    rooms: list[int | None] = [None] * len(headings)
    if width is not None:
        headings, rooms = _fitted(headings, cells, width)
    for heading, name, room in zip(headings, frame.columns, rooms, strict=True):
        table.add_column(
            heading,
            justify="right" if name in numeric else "left",
            overflow="fold",
            # a number on two lines reads as two
            no_wrap=name in numeric,
            width=room,
        )
    for row in cells:
        table.add_row(*row)
    return table


def _fitted(
    headings: list[str], cells: list[list[str]], width: int
) -> tuple[list[str], list[int | None]]:
    """Break headings and give each column its room; long texts get what is left.

    A column is never narrower than its numbers, its short texts and the lines of its heading.
    """
    from rich.cells import cell_len

    longest = [
        max((cell_len(row[place]) for row in cells), default=0) for place in range(len(headings))
    ]
    broken, rooms = [], []
    for place, (heading, cell) in enumerate(zip(headings, longest, strict=True)):
        name = max((_longest_name(row[place]) for row in cells), default=0)
        least = max(min(cell, _TEXT_WIDTH), name)
        lines = on_lines(heading, max(least, _HEADING_WIDTH))
        broken.append(lines)
        rooms.append(max(least, *map(cell_len, lines.split("\n"))))
    # one column is free at each edge
    left = width - sum(rooms) - _GAP * len(rooms)
    for place, cell in enumerate(longest):
        more = max(min(cell - rooms[place], left), 0)
        rooms[place] += more
        left -= more
    return broken, list(rooms)


def _longest_name(text: str) -> int:
    """Return the width of the longest name in a text: one on two lines cannot be copied."""
    names = [len(piece) for piece in text.split(" ") if piece.isascii()]
    return max((width for width in names if width <= _NAME_WIDTH), default=0)


def on_lines(text: str, width: int) -> str:
    """Break a heading between words, or anywhere in Chinese text."""
    from rich.cells import cell_len

    lines = [""]
    for word in text.replace("(", " (").split():
        if lines[-1] and cell_len(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
            continue
        if lines[-1]:
            lines.append("")
        # a name of five signs reads as three and two, not as four and one
        even = -(-cell_len(word) // -(-cell_len(word) // width))
        for piece in [word] if word.isascii() else list(word):
            if lines[-1] and cell_len(lines[-1] + piece) > even + even % 2:
                lines.append(piece)
            else:
                lines[-1] += piece
    return "\n".join(lines)


def _cell(name: str, value: Any, settings: Settings) -> str:
    if value is None:
        return "–"
    if isinstance(value, str):
        return word(value, settings) if is_word_column(name) else value
    if isinstance(value, bool):
        return settings.say("是" if value else "否", "yes" if value else "no")
    if isinstance(value, int):
        return str(value) if is_year(name) else f"{value:,}"
    if name.endswith("_percent"):
        shown = f"{value:,.1f}"
        return shown.removeprefix("-") if shown == "-0.0" else shown
    if name in _COEFFICIENTS and 0 < abs(value) < _SMALL:
        return f"{value:.4g}"
    if isinstance(value, (float, Decimal)):
        return format_number(float(value))
    return str(value)


def is_word_column(name: str) -> bool:
    """Tell whether the values of a column are words of the vocabulary."""
    return name in _WORD_COLUMNS


def is_year(name: str) -> bool:
    """Tell whether the numbers of a column are years, which are not grouped by thousands."""
    if name.endswith("_per_year"):
        return False
    return (
        name in ("survey", "year")
        or name.endswith(("_year", "_survey"))
        or name.startswith("survey_")
    )


def format_number(value: float) -> str:
    """Return a number for people: thousands separated, four digits where it is small."""
    if value == 0:
        return "0"
    if abs(value) >= _UNREADABLE:
        return f"{value:.4g}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:,.2f}"
    shown = f"{value:.4f}"
    # what rounds to nothing has no sign
    return "0" if not float(shown) else shown
