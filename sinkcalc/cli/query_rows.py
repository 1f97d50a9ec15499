"""How many rows of a query a table shows."""

import sys
from pathlib import Path
from typing import Final

from sinkcalc.cli.output import talk
from sinkcalc.cli.settings import Settings

# more than these nobody reads on a terminal
_TERMINAL_ROWS: Final = 200


def kept_rows(asked: int | None, fmt: str | None, output: Path | None) -> int | None:
    """Return how many rows are put out; all if None."""
    on_terminal = output is None and fmt in (None, "table") and sys.stdout.isatty()
    return _TERMINAL_ROWS if asked is None and on_terminal else asked


def tell_left_out(settings: Settings, rows: int) -> None:
    """Say how many rows were not put out."""
    if rows:
        talk(
            settings,
            f"还有 {rows} 行未输出;用 --max-rows 增加,或用 -o 写入文件",
            f"{rows} more rows are not shown; raise --max-rows, or write all to a file with -o",
        )
