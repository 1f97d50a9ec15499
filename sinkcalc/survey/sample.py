"""Rows of a sample sorted into cells, with what every cell is expanded to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sinkcalc.errors import UsageProblem
from sinkcalc.survey.design import CELL, CLUSTER, DOMAIN, SIZE, UNIT, Design, sizes_of

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Note = tuple[str, str]


@dataclass(frozen=True)
class Sample:
    """Plots sorted by estimation unit and cell (stratum or post-stratum).

    Attributes
    ----------
    rows
        `_unit`, `_cell`, `_cluster`, `_domain` (texts), the variables and auxiliaries (numbers).
    starts
        First row of each cell.
    cells
        `_unit`, `_cell`, `plots`, `drawn` (plots or clusters), `size` (null where not known), in
        the order of the rows.
    notes
        What was done to the strata, and which plots are in no domain, in Chinese and English.
    """

    rows: pl.DataFrame
    starts: Integers
    cells: pl.DataFrame
    notes: list[Note]

    def values(self, column: str) -> Floats:
        """Return a column of numbers; NaN where it is null."""
        return self.rows[column].to_numpy().astype(np.float64, copy=False)

    def rows_of(self, cells: slice) -> slice:
        """Return where the rows of neighbouring cells stand."""
        ends = np.append(self.starts, self.rows.height)
        return slice(int(ends[cells.start]), int(ends[cells.stop]))

    @property
    def plots(self) -> Integers:
        """Plots of each cell."""
        return self.cells["plots"].to_numpy().astype(np.int64)

    @property
    def sizes(self) -> Floats:
        """Size of each cell; NaN where it is not known."""
        return self.cells[SIZE].to_numpy().astype(np.float64)

    def spread(self, of_cells: Floats) -> Floats:
        """Give every row the figure of its cell."""
        return np.repeat(of_cells, self.plots)


def sums(values: Floats, starts: Integers) -> Floats:
    """Sum each run of rows, one after the other, so that the same rows give the same bits."""
    return np.add.reduceat(values, starts) if values.size else np.zeros(0)


def read_sample(
    frame: pl.DataFrame | pl.LazyFrame,
    design: Design,
    variables: Sequence[str],
    *,
    may_lack: bool = False,
) -> Sample:
    """Check the rows and sort them into cells.

    Parameters
    ----------
    frame
        One row a plot (sub-plot of a cluster).
    variables
        Columns of y and x.
    may_lack
        Whether a plot may lack a variable (partly replaced plots).

    Raises
    ------
    UsageProblem
        If a column is missing, a value is empty or no number, or a cell has no size or no plots.
    """
    rows = _checked_rows(frame, design, variables, may_lack=may_lack)
    drawn = pl.len() if design.cluster is None else pl.col(CLUSTER).n_unique()
    cells = rows.group_by(UNIT, CELL).agg(
        pl.len().cast(pl.Int64).alias("plots"), drawn.cast(pl.Int64).alias("drawn")
    )
    table = sizes_of(design)
    if table is None:
        size = pl.lit(design.size, pl.Float64).alias(SIZE)
        cells = cells.with_columns(size)
    else:
        _require_known(cells, table, design)
        cells = table.join(cells, on=[UNIT, CELL], how="left").with_columns(
            pl.col("plots", "drawn").fill_null(0)
        )
    cells = cells.sort(UNIT, CELL)
    notes = _without_domain(rows, design)
    if design.single_plot == "collapse":
        rows, cells, joined = _collapse(rows, cells)
        notes += joined
    _require_plots(cells, design)
    notes += _certain(cells, design)
    rows = rows.sort(UNIT, CELL, maintain_order=True)
    starts = (cells["plots"].cum_sum() - cells["plots"]).to_numpy().astype(np.int64)
    _require_room(cells, design)
    return Sample(rows, starts, cells, notes)


def _checked_rows(
    frame: pl.DataFrame | pl.LazyFrame, design: Design, variables: Sequence[str], *, may_lack: bool
) -> pl.DataFrame:
    lazy = frame.lazy()
    has = lazy.collect_schema().names()
    numbers = list(dict.fromkeys([*variables, *design.auxiliaries]))
    lacking = [name for name in (*numbers, *design.columns) if name not in has]
    if lacking:
        raise UsageProblem(
            zh=f"样地表没有列 {', '.join(dict.fromkeys(lacking))};现有列:{', '.join(has)}",
            en=f"the table of plots has no column {', '.join(dict.fromkeys(lacking))}; it has "
            f"{', '.join(has)}",
        )
    texts = {UNIT: design.unit, CELL: design.cell, CLUSTER: design.cluster, DOMAIN: design.domain}
    rows = lazy.select(
        *(
            pl.lit(None if key == DOMAIN else "", pl.String).alias(key)
            if column is None
            else pl.col(column).cast(pl.String).alias(key)
            for key, column in texts.items()
        ),
        *(pl.col(name).cast(pl.Float64, strict=False) for name in numbers),
    ).collect()
    if rows.is_empty():
        raise UsageProblem(
            zh="样地表没有数据行;检查文件", en="the table of plots has no rows: check the file"
        )
    required = [*(k for k, column in texts.items() if column and k != DOMAIN), *numbers]
    for key in required:
        empty = rows[key].is_null() | (
            ~rows[key].is_finite() if key in numbers else pl.Series([False])
        )
        if may_lack and key in variables:
            empty = ~rows[key].is_finite().fill_null(True)
        if empty.any():
            raise _empty_value(texts.get(key) or key, int(empty.arg_true()[0]), int(empty.sum()))
    return rows


def _without_domain(rows: pl.DataFrame, design: Design) -> list[Note]:
    """Say how many plots are in no domain, so that domains do not add up to the whole."""
    none = rows[DOMAIN].null_count()
    if design.domain is None or not none:
        return []
    return [
        (
            f"{none} 个样地没有 {design.domain},只计入总体",
            f"{none} plots have no {design.domain}: they count in the whole alone",
        )
    ]


def _empty_value(column: str, row: int, count: int) -> UsageProblem:
    return UsageProblem(
        zh=f"样地表第 {row + 1} 个数据行的列 {column} 为空或不是数字(共 {count} 行)。"
        "没有林木的样地填 0;未调查的样地先删去,两期部分更换的样地用 --estimator composite",
        en=f"column {column} is empty or no number in data row {row + 1} of the plots ({count} "
        "rows in all). A plot without trees has 0; remove plots that were not measured, or use "
        "--estimator composite where plots were partly replaced between two occasions",
    )


def _require_known(cells: pl.DataFrame, sizes: pl.DataFrame, design: Design) -> None:
    unknown = cells.join(sizes, on=[UNIT, CELL], how="anti").sort(UNIT, CELL)
    if unknown.height:
        listed = _listed(unknown)
        key = ", ".join(k for k in (design.unit, design.cell) if k) or SIZE
        raise UsageProblem(
            zh=f"大小表没有 {key} 的 {listed};补上这些行",
            en=f"the table of sizes has no row for {key} {listed}: add it",
        )


def _require_plots(cells: pl.DataFrame, design: Design) -> None:
    none = cells.filter(pl.col("plots") == 0)
    if none.height:
        raise UsageProblem(
            zh=f"{_listed(none)} 没有样地,无法估计;并入其他层,或用 --single-plot collapse",
            en=f"{_listed(none)} has no plots and cannot be estimated: join it to another "
            "stratum, or use --single-plot collapse",
        )
    if design.single_plot == "certainty" or design.cluster is not None:
        return
    size = pl.col(SIZE).fill_null(float("inf"))
    whole = (size <= pl.col("plots")) if design.fpc else pl.lit(False)
    require_more_than_one(cells.filter((pl.col("plots") == 1) & ~whole), design)


def _certain(cells: pl.DataFrame, design: Design) -> list[Note]:
    """Tell which strata count as certain."""
    single = cells.filter(pl.col("drawn") == 1)
    if design.single_plot != "certainty" or single.is_empty():
        return []
    listed = _listed(single)
    return [(f"视为确定(方差为 0)的层:{listed}", f"strata taken as certain: {listed}")]


def require_more_than_one(single: pl.DataFrame, design: Design) -> None:
    """Refuse cells with a single plot or cluster.

    Raises
    ------
    UsageProblem
        Naming them.
    """
    if single.is_empty() or design.single_plot == "certainty":
        return
    what_zh, what_en = ("群", "cluster") if design.cluster else ("样地", "plot")
    raise UsageProblem(
        zh=f"只有一个{what_zh}的层:{_listed(single)}。一个{what_zh}没有方差;"
        "并层用 --single-plot collapse,或视为确定(方差为 0)用 --single-plot certainty",
        en=f"strata with one {what_en}: {_listed(single)}. One {what_en} has no variance: join it "
        "to the next stratum with --single-plot collapse, or take it as certain (variance 0) with "
        "--single-plot certainty",
    )


def _require_room(cells: pl.DataFrame, design: Design) -> None:
    over = cells.filter(pl.col("plots") > pl.col(SIZE))
    if design.fpc and over.height:
        raise UsageProblem(
            zh=f"{_listed(over)} 的样地多于大小表中的可能样地数;--fpc 时大小须为样地个数",
            en=f"{_listed(over)} has more plots than its size: with --fpc sizes count possible "
            "plots",
        )


def _listed(cells: pl.DataFrame) -> str:
    most = 12
    names = [
        "/".join(filter(None, pair)) or "–" for pair in cells.select(UNIT, CELL).head(most).rows()
    ]
    return ", ".join(names) + (f" … ({cells.height})" if cells.height > most else "")


def _collapse(
    rows: pl.DataFrame, cells: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, list[Note]]:
    """Join every cell of fewer than two plots, or clusters, to the next one of its unit.

    The last is joined to the one before it. The order is that of the names: a rule that does not
    look at the values.
    """
    joined: dict[tuple[str, str], str] = {}
    notes: list[Note] = []
    for (unit,), of_unit in cells.group_by(UNIT, maintain_order=True):
        groups: list[tuple[list[str], int]] = []
        for name, plots in of_unit.select(CELL, "drawn").rows():
            if groups and (groups[-1][1] < 2):
                groups[-1] = ([*groups[-1][0], name], groups[-1][1] + plots)
            else:
                groups.append(([name], plots))
        if len(groups) > 1 and groups[-1][1] < 2:
            last = groups.pop()
            groups[-1] = ([*groups[-1][0], *last[0]], groups[-1][1] + last[1])
        for names, _ in groups:
            label = "+".join(names)
            joined |= {(str(unit), name): label for name in names}
            if len(names) > 1:
                where = f"{unit}/{label}" if unit else label
                notes.append((f"并层:{where}", f"strata joined: {where}"))
    new = pl.DataFrame(
        [(unit, cell, label) for (unit, cell), label in joined.items()],
        schema={UNIT: pl.String, CELL: pl.String, "_label": pl.String},
        orient="row",
    )

    def renamed(frame: pl.DataFrame) -> pl.DataFrame:
        labelled = frame.join(new, on=[UNIT, CELL], how="left", maintain_order="left")
        return labelled.with_columns(pl.col("_label").alias(CELL)).drop("_label")

    merged = (
        renamed(cells)
        .group_by(UNIT, CELL, maintain_order=True)
        .agg(pl.col("plots", "drawn", SIZE).sum())
        .sort(UNIT, CELL)
    )
    return renamed(rows), merged, notes
