"""Options and output that the commands of `sinkcalc survey` share."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sinkcalc.cli.output import emit, format_options, talk
from sinkcalc.cli.settings import Settings
from sinkcalc.errors import UsageProblem

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.survey import Design, SurveyResult

# as in sinkcalc.survey.design, which is imported with polars only when a command runs
ESTIMATORS: Final = ("stratified", "poststratified", "bp2005", "greg", "cluster", "composite")
TREE_SETS: Final = ("yuan-2009", "anhui-2016", "general-2018", "volume-bef")
# mark of a row -> what it means, in Chinese and English
_WARNINGS: Final = {
    "skewed_below_60": (
        "注意:样地少于 60 个且分布偏斜的行,95% 区间的实际覆盖率低于 95%"
        "(对数正态、变异系数 0.74 时 n=15 约 91%,n=30 约 93%)",
        "note: in rows of fewer than 60 plots and skewed data the 95 % interval covers less than "
        "95 % (lognormal data of CV 0.74: about 91 % at n = 15, 93 % at n = 30)",
    ),
    "no_degrees_of_freedom": (
        "注意:样地太少、没有自由度的行不给区间",
        "note: rows with too few plots for any degree of freedom have no interval",
    ),
    "no_spread": (
        "注意:样地(残差)全同的行不给区间:标准误为 0 不说明没有误差,已知大小的类别除外",
        "note: rows whose plots (residuals) are all alike have no interval: a standard error of 0 "
        "does not mean that there is no error, but for classes of known size",
    ),
    "denominator_zero": (
        "注意:分母为 0 的行没有比值",
        "note: rows whose denominator is 0 have no ratio",
    ),
}
# columns of rows from the database that the title of a table says
_IN_TITLE: Final = ("survey", "survey_from", "survey_to", "simulated")
FILE: Final = click.Path(path_type=Path, dir_okay=False)


def single_plot_option(function: Any) -> Any:
    """Add --single-plot."""
    return click.option(
        "--single-plot",
        type=click.Choice(("fail", "collapse", "certainty")),
        default="fail",
        show_default=True,
        help="只有一个样地的层:报错、并层、视为确定 · stratum with one plot",
    )(function)


def design_options(function: Any) -> Any:
    """Add the options that describe a design."""
    options = (
        click.option("--stratum", metavar="COL", help="层 · stratum of the design"),
        click.option(
            "--poststratum", metavar="COL", help="后分层 · class of known size in the population"
        ),
        click.option("--unit", metavar="COL", help="估计单元 · estimation unit"),
        click.option("--cluster", metavar="COL", help="群 · cluster of sub-plots"),
        click.option("--domain", metavar="COL", help="域 · class that figures are wanted for"),
        click.option(
            "--sizes",
            type=FILE,
            help="各层大小:列为层(单元)与 size · sizes by stratum and unit, column size",
        ),
        click.option("--size", type=float, metavar="N", help="总体大小 · possible plots, or area"),
        click.option("--fpc", is_flag=True, help="有限总体校正 · finite-population correction"),
        click.option(
            "--estimator",
            type=click.Choice(ESTIMATORS),
            help="估计量;默认由各列决定 · by the columns if not given",
        ),
        click.option(
            "--aux",
            multiple=True,
            metavar="COL=TOTAL",
            help="辅助变量及总体总量(greg) · auxiliary and its population total",
        ),
        single_plot_option,
        click.option("--encoding", help="编码 · encoding (utf-8, gb18030/gbk)"),
        click.option("--layer", help="图层或工作表 · layer or sheet"),
        format_options,
    )
    for option in reversed(options):
        function = option(function)
    return function


def tree_model_options(function: Any) -> Any:
    """Add the options that choose what serves the trees of the database."""
    options = (
        click.option(
            "--tree-models",
            type=click.Choice(TREE_SETS),
            default=TREE_SETS[0],
            show_default=True,
            help="单木生物量模型 · models of tree biomass (plots of the database)",
        ),
        click.option("--volume-table", type=FILE, help="自备材积式 CSV · own stem-volume models"),
        click.option(
            "--factors", type=FILE, help="自备系数 CSV(volume-bef) · own factors, for volume-bef"
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def inventory_options(function: Any) -> Any:
    """Add --survey and what serves the trees."""
    return click.option(
        "--survey",
        type=int,
        metavar="YEAR",
        help="数据库中的样地调查 · plot survey in the database",
    )(tree_model_options(function))


def parse_auxiliaries(texts: tuple[str, ...]) -> dict[str, float]:
    """Read COL=TOTAL.

    Raises
    ------
    UsageProblem
        If a text is none.
    """
    found = {}
    for text in texts:
        name, equals, total = text.rpartition("=")
        try:
            found[name.strip()] = float(total)
        except ValueError:
            equals = ""
        if not equals or not name.strip():
            raise UsageProblem(
                zh=f"--aux {text} 应为 列=总体总量,如 chm=242000",
                en=f"--aux {text} must be COL=TOTAL, as chm=242000",
            )
    return found


def make_design(options: dict[str, Any]) -> "Design":
    """Take the options that describe a design out of those of a command."""
    from sinkcalc.survey import Design

    named = ("stratum", "poststratum", "unit", "cluster", "domain", "size", "fpc")
    return Design(
        estimator=options.pop("estimator"),
        auxiliaries=parse_auxiliaries(options.pop("aux")),
        single_plot=options.pop("single_plot"),
        **{name: options.pop(name) for name in named},
    )


def show(
    settings: Settings,
    result: "SurveyResult",
    fmt: str | None,
    output: Path | None,
    title: str | None = None,
    view: "Callable[[pl.DataFrame], pl.DataFrame] | None" = None,
) -> None:
    """Print rows of an estimator, and say what was done to strata and where intervals are weak."""
    emit(
        result.rows,
        settings,
        fmt,
        output,
        view or partial(survey_view, counted=result.counted),
        title,
    )
    for zh, en in result.notes:
        talk(settings, zh, en)
    marks = set(result.rows["warning"].drop_nulls())
    for mark in sorted(marks):
        talk(settings, *_WARNINGS[mark])


def survey_view(frame: "pl.DataFrame", counted: str = "plots") -> "pl.DataFrame":
    """Leave out columns that hold nothing, and name estimation unit and plots."""
    import polars as pl

    empty = [name for name in ("unit", "domain", "warning") if frame[name].is_null().all()]
    shown = frame.drop(*empty, *_IN_TITLE, strict=False)
    names = shown.columns
    if "measure_unit" in names:
        names.remove("measure_unit")
        names.insert(names.index("value") + 1, "measure_unit")
    if "domain" in names and len(frame) > 1:
        # the row over all
        everything = pl.when(pl.col("domain").is_null()).then(pl.lit("*")).otherwise("domain")
        shown = shown.with_columns(everything.alias("domain"))
    return shown.select(names).rename({"unit": "estimation_unit", "n": counted}, strict=False)
