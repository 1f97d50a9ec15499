"""How a table of plots was sampled, and what it stands for."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

import polars as pl

from sinkcalc.errors import UsageProblem

Estimator = Literal[
    "simple_random", "stratified", "poststratified", "bp2005", "greg", "cluster", "composite"
]
SinglePlot = Literal["fail", "collapse", "certainty"]
ESTIMATORS: Final[tuple[Estimator, ...]] = get_args(Estimator)
SINGLE_PLOT: Final[tuple[SinglePlot, ...]] = get_args(SinglePlot)
SIZE: Final = "size"
CONFIDENCE: Final = 0.95
# texts of the rows of a sample
UNIT, CELL, CLUSTER, DOMAIN = "_unit", "_cell", "_cluster", "_domain"


@dataclass(frozen=True)
class Design:
    """How plots were drawn, and the sizes they are expanded to.

    Attributes
    ----------
    estimator
        Chosen by the columns if None: `poststratified` with a post-stratum, `cluster` with a
        cluster, `stratified` with a stratum, else `simple_random`.
    stratum, poststratum, unit, cluster, domain
        Names of columns: stratum of the design; class known for the whole population; estimation
        unit, sampled on its own; cluster of sub-plots; class that figures are wanted for.
    size
        Number of possible plots, or area where y is per unit of area; without strata and units.
    sizes
        The same by stratum or post-stratum and unit: columns of those names and `size`.
    fpc
        Apply the finite-population correction 1 - n/N; sizes then count plots.
    single_plot
        What to do about a stratum with one plot: fail, collapse it with the next one, or take it
        as certain.
    auxiliaries
        Column -> population total, for `greg`.
    confidence
        Of the intervals.
    """

    estimator: Estimator | None = None
    stratum: str | None = None
    poststratum: str | None = None
    unit: str | None = None
    cluster: str | None = None
    domain: str | None = None
    size: float | None = None
    sizes: pl.DataFrame | None = None
    fpc: bool = False
    single_plot: SinglePlot = "fail"
    auxiliaries: Mapping[str, float] = field(default_factory=dict)
    confidence: float = CONFIDENCE

    @property
    def name(self) -> Estimator:
        """The estimator, chosen by the columns where none is named."""
        if self.estimator is not None:
            return self.estimator
        if self.poststratum is not None:
            return "poststratified"
        if self.auxiliaries:
            return "greg"
        if self.cluster is not None:
            return "cluster"
        return "simple_random" if self.stratum is None else "stratified"

    @property
    def cell(self) -> str | None:
        """Column whose classes are expanded one by one."""
        return self.poststratum if self.name in ("poststratified", "bp2005") else self.stratum

    @property
    def counted(self) -> Literal["plots", "clusters"]:
        """What its number of observations counts."""
        return "plots" if self.cluster is None else "clusters"

    @property
    def columns(self) -> list[str]:
        """Columns that the design reads beside the variables."""
        named = (self.stratum, self.poststratum, self.unit, self.cluster, self.domain)
        return list(dict.fromkeys(name for name in (*named, *self.auxiliaries) if name))


def require_sound(design: Design) -> None:
    """Refuse a design whose parts do not go together, or that lacks a size it needs.

    Raises
    ------
    UsageProblem
        Saying what is missing or too much.
    """
    require_fitting(design)
    _require_sizes(design, design.cell)


def require_fitting(design: Design) -> None:
    """Refuse a design whose parts do not go together, before any table is read.

    Raises
    ------
    UsageProblem
        Saying what is missing or too much.
    """
    for wrong, zh, en in (*_faults_of_columns(design), *_faults_of_switches(design)):
        if wrong:
            raise _unsound(zh, en)


# what must not be, and what is said of it
_Fault = tuple[bool, str, str]


def _faults_of_columns(design: Design) -> list[_Fault]:
    name = design.name
    by_class = name in ("poststratified", "bp2005")
    return [
        (
            by_class != (design.poststratum is not None),
            f"估计量 {name} 与后分层列 --poststratum 不相配",
            "a post-stratum needs the estimator poststratified or bp2005, and these need one",
        ),
        (
            (name == "greg") != bool(design.auxiliaries),
            "回归估计 greg 需要 --aux 列=总体总量,其他估计量不用",
            "greg needs auxiliary totals (--aux COL=TOTAL), the other estimators take none",
        ),
        (
            name == "cluster" and design.cluster is None,
            "整群估计需要群列 --cluster",
            "the estimator cluster needs a column of clusters (--cluster)",
        ),
        (
            design.cluster is not None and name not in ("cluster", "greg"),
            f"{name} 不计群内的相关;有群的样地用 cluster 或 greg",
            f"{name} takes no clusters: sub-plots of one resemble each other, and it would count "
            "them as drawn one by one; use cluster or greg",
        ),
        (
            by_class and design.stratum is not None,
            "分层与后分层不能同时使用;已知面积的层作为估计单元 --unit 给出",
            "strata and post-strata cannot be combined: give strata of known area as estimation "
            "units (--unit)",
        ),
        (
            (name == "stratified" and design.stratum is None)
            or (name == "simple_random" and design.stratum is not None),
            f"估计量 {name} 与分层列 --stratum 不相配",
            f"estimator {name} and the column of strata do not fit: stratified needs one, "
            "simple_random takes none",
        ),
        (
            name in ("greg", "composite") and design.unit is not None,
            f"{name} 不按估计单元计算;请按单元分别运行",
            f"{name} takes no estimation units: run it for each of them",
        ),
    ]


def _faults_of_switches(design: Design) -> list[_Fault]:
    name = design.name
    numbers = [*design.auxiliaries.values(), *([] if design.size is None else [design.size])]
    return [
        (
            name not in ESTIMATORS or design.single_plot not in SINGLE_PLOT,
            f"不认识的估计量 {name} 或 single_plot {design.single_plot}",
            f"estimator {name} or single_plot {design.single_plot} is not known",
        ),
        (
            design.fpc and name in ("bp2005", "composite"),
            f"{name} 的公式不含有限总体校正;去掉 --fpc",
            f"the formula of {name} has no finite-population correction: leave --fpc out",
        ),
        (
            not all(map(math.isfinite, numbers)),
            "--size 与 --aux 须为有限的数",
            "--size and --aux have to be finite numbers",
        ),
    ]


def _require_sizes(design: Design, cell: str | None) -> None:
    keys = [key for key in (design.unit, cell) if key is not None]
    if design.size is not None and design.sizes is not None:
        raise _unsound("--size 与 --sizes 只给一个", "give --size or --sizes, not both")
    if keys and design.size is not None:
        raise _unsound(
            f"按 {', '.join(keys)} 分别需要大小:用 --sizes 文件(列 {', '.join(keys)}, {SIZE})",
            f"sizes are needed by {', '.join(keys)}: use --sizes FILE with the columns "
            f"{', '.join(keys)}, {SIZE}",
        )
    if keys and design.sizes is None:
        raise _unsound(
            f"缺少各 {', '.join(keys)} 的大小:用 --sizes 文件给出列 {', '.join(keys)}, {SIZE}"
            "(可能样地数,或 y 为单位面积值时的面积)",
            f"the sizes of {', '.join(keys)} are missing: give --sizes FILE with the columns "
            f"{', '.join(keys)}, {SIZE} (number of possible plots, or the area where y is per "
            "unit of area)",
        )
    if design.size is not None and not design.size > 0:
        raise _unsound(
            f"--size 须大于 0,给出的是 {design.size:g}",
            f"the size must be above 0, not {design.size:g}",
        )
    if design.fpc and design.size is None and design.sizes is None:
        raise _unsound(
            "有限总体校正需要总体大小:用 --size 或 --sizes 给出可能样地数",
            "the finite-population correction needs the number of possible plots: give --size or "
            "--sizes",
        )


def sizes_of(design: Design) -> pl.DataFrame | None:
    """Return `_unit`, `_cell`, `size` (texts and number); None where no size is known.

    Raises
    ------
    UsageProblem
        If the table lacks a column, or a key is there twice or has no size above 0.
    """
    if design.sizes is None:
        return None
    keys = {UNIT: design.unit, CELL: design.cell}
    needed = [*(column for column in keys.values() if column is not None), SIZE]
    lacking = [column for column in needed if column not in design.sizes.columns]
    if lacking:
        has = ", ".join(design.sizes.columns)
        raise _unsound(
            f"大小表缺少列 {', '.join(lacking)};现有列:{has}",
            f"the table of sizes lacks the column {', '.join(lacking)}; it has {has}",
        )
    table = design.sizes.select(
        *(
            (pl.lit("") if column is None else pl.col(column).cast(pl.String)).alias(key)
            for key, column in keys.items()
        ),
        pl.col(SIZE).cast(pl.Float64, strict=False),
    )
    bad = table.filter(
        pl.struct(UNIT, CELL).is_duplicated()
        | pl.any_horizontal(pl.all().is_null())
        | ~((pl.col(SIZE) > 0) & pl.col(SIZE).is_finite())
    )
    if bad.height:
        row = bad.row(0, named=True)
        where = " ".join(str(row[key]) for key in (UNIT, CELL) if row[key])
        raise _unsound(
            f"大小表中 {where or '该行'} 重复、缺值或不大于 0({row[SIZE]});每个层一行,大小为正数",
            f"in the table of sizes {where or 'a row'} is there twice, empty or not above 0 "
            f"({row[SIZE]}): one row a stratum, with a positive size",
        )
    return table


def _unsound(zh: str, en: str) -> UsageProblem:
    return UsageProblem(zh=zh, en=en)
