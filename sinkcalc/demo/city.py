"""Writes the stand files of a simulated Hangzhou for the surveys of 2015, 2020 and 2023."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.demo.chance import streams
from sinkcalc.demo.dirt import ENCODING, KINDS, LINE_END, BadLine, bad_lines
from sinkcalc.demo.figures import read_figures, survey_totals
from sinkcalc.demo.form import to_form
from sinkcalc.demo.growth import grow
from sinkcalc.demo.stands import build_stands
from sinkcalc.errors import UsageProblem

# fewer do not hold every county, class and faulty row
_FEWEST_STANDS: Final = 500


@dataclass(frozen=True)
class City:
    """The files of a simulated city.

    Attributes
    ----------
    files
        Stand file of each survey year.
    bad_rows
        Faulty rows of each survey year by kind; the other rows are good.
    """

    files: dict[int, Path]
    bad_rows: dict[int, dict[str, int]]


def write_city(directory: Path, *, stands: int = 20_000, seed: int = 20201231) -> City:
    """Write `stands_<year>.csv` for each survey: simulated stands that meet published totals.

    The files follow the layer LCXZGX (GB18030, CRLF line ends, area in m2). Their good rows add
    up to the forest area, the growing stock and the volume per hectare of arbor forest of the
    city; the same seed gives the same bytes. Every remark says that the row is simulated.

    Parameters
    ----------
    directory
        Where to write; created if absent.
    stands
        Number of stands at the first survey, about.
    seed
        Seed of the random streams.

    Raises
    ------
    UsageProblem
        If there are too few stands to show every county and class.
    """
    if stands < _FEWEST_STANDS:
        raise UsageProblem(
            zh=f"模拟城市至少需要 {_FEWEST_STANDS} 个小班,给出的是 {stands};请调大数量",
            en=f"the simulated city needs {_FEWEST_STANDS} stands, not {stands}: ask for more",
        )
    figures, draws = read_figures(), streams(seed)
    totals = survey_totals(figures)
    directory.mkdir(parents=True, exist_ok=True)
    city = City({}, {})
    every = build_stands(stands, totals, figures, draws)
    for year, survey in grow(every, totals, figures, draws):
        form = to_form(survey, year, figures)
        bad = bad_lines(form, int(figures.one("bad_rows", year=year)), draws["dirt"])
        city.files[year] = directory / f"stands_{year}.csv"
        found = Counter(line.kind for line in bad)
        city.bad_rows[year] = {kind: found[kind] for kind in KINDS}
        _write(form, bad, city.files[year])
    return city


def _write(form: pl.DataFrame, bad: Sequence[BadLine], path: Path) -> None:
    """Write the rows with the faulty lines at their positions between them."""
    with path.open("wb") as file:
        file.write((",".join(form.columns) + LINE_END).encode(ENCODING))
        start = 0
        for line in bad:
            file.write(_encoded(form[start : line.position]))
            file.write(line.line)
            start = line.position
        file.write(_encoded(form[start:]))


def _encoded(rows: pl.DataFrame) -> bytes:
    return rows.write_csv(include_header=False, line_terminator=LINE_END).encode(ENCODING)
