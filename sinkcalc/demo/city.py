"""Writes the stand, plot and wetland files of a simulated Hangzhou for 2015, 2020 and 2023."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, NamedTuple

import polars as pl

from sinkcalc.demo.chance import streams
from sinkcalc.demo.counties import write_counties
from sinkcalc.demo.dirt import (
    ENCODING,
    KINDS,
    LINE_END,
    PLOT_FAULTS,
    TREE_FAULTS,
    BadLine,
    bad_lines,
    with_faults,
)
from sinkcalc.demo.figures import Figures, read_figures, survey_totals
from sinkcalc.demo.form import layer_profile, to_form
from sinkcalc.demo.growth import grow
from sinkcalc.demo.land import land_of_counties, strata
from sinkcalc.demo.plots import (
    lay_plots,
    stands_of_plots,
    true_volume,
    visit,
)
from sinkcalc.demo.stands import build_stands
from sinkcalc.demo.wetland_files import WetlandCity, write_wetlands
from sinkcalc.demo.wetlands import WETLAND_YEARS
from sinkcalc.errors import UsageProblem

# fewer do not hold every county, class and faulty row
_FEWEST_STANDS: Final = 500


class GrowingStock(NamedTuple):
    """Volume of the arbor forest of a survey (m3): what stands, and what the stands record."""

    true_m3: float
    recorded_m3: int


@dataclass(frozen=True)
class City:
    """The files of a simulated city.

    Attributes
    ----------
    files
        Stand file of each survey year.
    bad_rows
        Faulty rows of each survey year by kind; the other rows are good.
    plot_files, tree_files, strata_files
        Permanent plots, their trees and the strata they sample, of each survey year.
    bad_plot_rows, bad_tree_rows
        Faulty rows of the plot and the tree files by kind.
    truth
        Growing stock of each survey year as it is and as the stands record it, m3.
    wetlands
        Files of wetlands, cores, protected areas and farmland, and what they add up to.
    boundaries
        Blocks in place of the counties' borders.
    """

    files: dict[int, Path] = field(default_factory=dict)
    bad_rows: dict[int, dict[str, int]] = field(default_factory=dict)
    plot_files: dict[int, Path] = field(default_factory=dict)
    tree_files: dict[int, Path] = field(default_factory=dict)
    strata_files: dict[int, Path] = field(default_factory=dict)
    bad_plot_rows: dict[int, dict[str, int]] = field(default_factory=dict)
    bad_tree_rows: dict[int, dict[str, int]] = field(default_factory=dict)
    truth: dict[int, GrowingStock] = field(default_factory=dict)
    wetlands: WetlandCity = field(default_factory=WetlandCity)
    boundaries: Path | None = None


def write_city(directory: Path, *, stands: int = 20_000, seed: int = 20201231) -> City:
    """Write simulated stands that meet published totals, plots and wetlands for each survey.

    The stand files follow the layer LCXZGX (GB18030, CRLF line ends, area in m2). Their good rows
    add up to the forest area, the growing stock and the volume per hectare of arbor forest of the
    city. Plots, trees and strata have this program's own column names (UTF-8). Plots measure what
    stands, which is more than the stands record. Wetlands are of the last two surveys, see
    `write_wetlands`. The same seed gives the same bytes. Every remark
    of a stand and of a plot says that it is simulated.

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
    city = City()
    every = build_stands(stands, totals, figures, draws).with_columns(
        stand=pl.int_range(pl.len(), dtype=pl.Int64)
    )
    land = land_of_counties(every)
    stand_ids = pl.DataFrame()
    panel = lay_plots(land, figures, draws)
    for year, survey in grow(every, totals, figures, draws):
        form = to_form(survey, year, figures)
        bad = bad_lines(form, int(figures.one("bad_rows", year=year)), draws["dirt"])
        city.files[year] = directory / f"stands_{year}.csv"
        found = Counter(line.kind for line in bad)
        city.bad_rows[year] = {kind: found[kind] for kind in KINDS}
        _write(form, bad, city.files[year])
        if year == WETLAND_YEARS[0]:
            stand_ids = _stand_ids(survey, form)
        city.truth[year] = _growing_stock(survey, figures)
        panel, plots, trees = visit(
            panel, year, stands_of_plots(panel, survey, form), figures, draws
        )
        _write_plots(city, directory, year, plots, trees)
        city.strata_files[year] = _write_table(strata(land, year), directory / f"strata_{year}.csv")
    return replace(
        city,
        wetlands=write_wetlands(directory, stands, stand_ids, draws),
        boundaries=write_counties(directory / "counties.geojson"),
    )


def _stand_ids(survey: pl.DataFrame, form: pl.DataFrame) -> pl.DataFrame:
    """Return the stands by the numbers that the layer gives them."""
    names = form.select(stand_id=pl.concat_str(layer_profile()["id_columns"], separator="-"))
    return survey.select("region_code", "vegetation_class", "area_units").hstack(names)


def _growing_stock(survey: pl.DataFrame, figures: Figures) -> GrowingStock:
    arbor = survey.filter(vegetation_class="arbor").select(
        true=true_volume(figures), recorded="volume_m3"
    )
    return GrowingStock(math.fsum(arbor["true"]), int(arbor["recorded"].sum()))


def _write_plots(
    city: City, directory: Path, year: int, plots: pl.DataFrame, trees: pl.DataFrame
) -> None:
    """Write plots and trees of a survey with their faulty rows, and name them in the city."""
    for name, rows, faults, files, bad in (
        ("plots", plots, PLOT_FAULTS, city.plot_files, city.bad_plot_rows),
        ("trees", trees, TREE_FAULTS, city.tree_files, city.bad_tree_rows),
    ):
        files[year] = _write_table(with_faults(rows, faults), directory / f"{name}_{year}.csv")
        bad[year] = dict.fromkeys(faults, 1)


def _write_table(rows: pl.DataFrame, path: Path) -> Path:
    path.write_bytes(rows.write_csv().encode())
    return path


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
