"""Tables of sample plots and their trees: what they are, and their columns by name or label."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import polars as pl

from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import UsageProblem
from sinkcalc.intake.delivery import ROW
from sinkcalc.pipeline.plot_survey import PlotOptions
from sinkcalc.pipeline.read_table import headers, read_table
from sinkcalc.vocabulary import PLOT_CARBON_OF

Note = tuple[str, str]
# carbon of which parts of the trees the table of plots gives
Includes = Literal["above_ground", "above_and_below_ground"]
PLOT: Final = "plot_id"
STRATUM: Final = "stratum"
CARBON: Final = "carbon_t_per_ha"
_PROJECTS: Final = "ccer."
_ALSO: Final = {
    CARBON: ("碳密度(t c/ha)", "碳密度(t c/ha)", "每公顷碳储量(t c/ha)"),
    PLOT: ("样地编号",),
}


@dataclass(frozen=True)
class PlotCarbon:
    """How the carbon of plots is read.

    Attributes
    ----------
    carbon_fraction
        t C/t d.m., where the table gives biomass.
    includes
        What carbon or biomass of the table is of.
    root_shoot_ratio
        Adds what is below ground, R times what is above, where the table has the latter alone.
    plot_area_ha
        Of plots whose table does not say it, for trees.
    models
        What serves the trees.
    """

    carbon_fraction: float | None = None
    includes: Includes = PLOT_CARBON_OF[0]
    root_shoot_ratio: float | None = None
    plot_area_ha: float | None = None
    models: PlotOptions = field(default_factory=PlotOptions)
    encoding: str | None = None
    layer: str | None = None

    @property
    def pools(self) -> tuple[str, ...]:
        """Pools that the carbon is of, as words of the vocabulary."""
        below = self.includes != "above_ground" or self.root_shoot_ratio is not None
        return ("above_ground", "below_ground") if below else ("above_ground",)


@dataclass(frozen=True)
class Plots:
    """Carbon of plots on one occasion.

    Attributes
    ----------
    rows
        `plot_id`, `stratum`, `carbon_t_per_ha` (t C/ha).
    files
        That were read.
    """

    rows: pl.DataFrame
    files: tuple[Path, ...]
    notes: list[Note]


def _labels() -> dict[str, str]:
    """Return label in either language, without its unit too -> name of the column."""
    rows = list(load_table("labels").rows.select("name", "zh", "en").iter_rows())
    # what a carbon project calls a column stands under the prefix of its workbook
    rows = [(name.removeprefix(_PROJECTS), *texts) for name, *texts in rows]
    return {text.casefold(): name for name, *texts in rows for text in texts} | {
        text: name for name, texts in _ALSO.items() for text in texts
    }


def _zh(name: str) -> str:
    """Return the Chinese headings that a column may have."""
    return "、".join(
        text for text, column in _labels().items() if column == name and text > "\u2e80"
    )


def find_columns(
    path: Path, needed: Sequence[str], wanted: Iterable[str], options: PlotCarbon
) -> dict[str, str]:
    """Find columns by name or label: name -> header.

    Raises
    ------
    UsageProblem
        If a needed one is missing.
    """
    there = headers(path, options.encoding)
    labels = _labels()
    by_name = {labels.get(header.strip().casefold(), header.strip()): header for header in there}
    by_name |= {header: header for header in there}
    lacking = [name for name in needed if name not in by_name]
    if lacking:
        said = ", ".join(f"{name}({_zh(name)})" for name in lacking)
        raise UsageProblem(
            zh=f"{path.name} 没有列 {said};现有列:{', '.join(there)}",
            en=f"{path.name} has no column {', '.join(lacking)}; it has {', '.join(there)}",
        )
    return {name: by_name[name] for name in (*needed, *wanted) if name in by_name}


def read_columns(
    path: Path,
    names: dict[str, str],
    texts: Sequence[str],
    numbers: Sequence[str],
    options: PlotCarbon,
) -> pl.DataFrame:
    """Read columns under their names, with the row of the file.

    Parameters
    ----------
    names
        Name -> header.

    Raises
    ------
    UsageProblem
        If there are no rows, or a number is none.
    """
    rows = read_table(
        path,
        [names[name] for name in texts],
        [names[name] for name in numbers],
        options.encoding,
        options.layer,
    )
    if rows.is_empty():
        raise UsageProblem(
            zh=f"{path.name} 没有数据行;检查文件", en=f"{path.name} has no rows: check the file"
        )
    back = {names[name]: name for name in (*texts, *numbers)}
    return rows.rename(back)


def require_figures(rows: pl.DataFrame, column: str, path: Path) -> None:
    """Refuse a row without plot or stratum, or whose figure is empty or below 0.

    Raises
    ------
    UsageProblem
        Naming the row of the file.
    """
    bad = rows.filter(
        pl.col(PLOT).is_null() | pl.col(STRATUM).is_null() | ~(pl.col(column) >= 0).fill_null(False)
    )
    if bad.height:
        row = bad.row(0, named=True)
        what = next(name for name in (PLOT, STRATUM, column) if row[name] is None or name == column)
        raise UsageProblem(
            zh=f"{path.name} 第 {row[ROW]} 行的 {what} 为空或小于 0({row[what]};"
            f"共 {bad.height} 行)。没有林木的样地填 0,未测的样地先删去",
            en=f"{what} in row {row[ROW]} of {path.name} is empty or below 0 ({row[what]}; "
            f"{bad.height} rows in all). A plot without trees has 0; remove plots that were not "
            "measured",
        )
