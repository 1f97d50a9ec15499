"""Carbon of sample plots from their trees, by the models that serve plots of the database."""

from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.accounting.plot_checks import trees_without_plot
from sinkcalc.accounting.plot_table import plot_table
from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import UsageProblem
from sinkcalc.intake.delivery import ROW
from sinkcalc.pipeline.ccer_plot_columns import (
    CARBON,
    PLOT,
    STRATUM,
    Note,
    PlotCarbon,
    Plots,
    find_columns,
    read_columns,
    require_figures,
)
from sinkcalc.pipeline.sample_groups import as_words
from sinkcalc.vocabulary import SPECIES, TREE_STATUSES

_AREA: Final = "plot_area_ha"
_TREE_TEXTS: Final = (PLOT, "species", "status")
_TREE_NUMBERS: Final = ("dbh_cm", "height_m", "crown_length_m", "volume_m3", "tally_area_ha")
# what the plot table of a survey asks for and this table has not
_NO_TEXTS: Final = ("cluster_id", "region_code", "stand_id", "species", "species_code")
_NO_KEYS: Final = ("origin", "age_group")
_NO_NUMBERS: Final = ("volume_m3", "dead_volume_m3", "cut_volume_m3")


def carbon_of_trees(plots: Path, trees: Path, options: PlotCarbon) -> Plots:
    """Expand the trees of plots to the hectare and sum their carbon; see `plot_table`.

    Raises
    ------
    UsageProblem
        If a tree is on no plot, of no known species, or its plot has no area, or no model serves
        the trees of a plot.
    """
    names = find_columns(plots, [PLOT, STRATUM], [_AREA], options)
    rows = read_columns(plots, names, [PLOT, STRATUM], [_AREA] if _AREA in names else [], options)
    if _AREA not in names:
        rows = rows.with_columns(pl.lit(None, pl.Float64).alias(_AREA))
    area = pl.lit(options.plot_area_ha, pl.Float64)
    rows = rows.with_columns(pl.coalesce(_AREA, area).alias(_AREA))
    require_figures(rows.with_columns(pl.lit(0.0).alias(CARBON)), CARBON, plots)
    listed = _trees(trees, options)
    _require_areas(rows, listed, plots)
    frame = _as_survey(rows)
    lost = trees_without_plot(frame.lazy(), listed.lazy()).collect()
    if lost.height:
        raise UsageProblem(
            zh=f"{trees.name} 有 {lost['trees'].sum()} 株样木的样地不在 {plots.name} 中"
            f"(如 {lost['plot_id'][0]});改正样地号,或补上该样地",
            en=f"{lost['trees'].sum()} trees of {trees.name} are on plots that {plots.name} has "
            f"not (such as {lost['plot_id'][0]}): correct the number, or add the plot",
        )
    models = options.models.models()
    table = plot_table(frame.lazy(), listed.lazy(), models).collect()
    return Plots(
        table.select(PLOT, STRATUM, CARBON),
        (plots, trees),
        _said_of_trees(_known(table, trees), models.set_name),
    )


def _trees(path: Path, options: PlotCarbon) -> pl.DataFrame:
    names = find_columns(path, [PLOT, "species"], ["status", *_TREE_NUMBERS], options)
    numbers = [name for name in _TREE_NUMBERS if name in names]
    texts = [name for name in _TREE_TEXTS if name in names]
    rows = read_columns(path, names, texts, numbers, options)
    rows = rows.with_columns(as_words(rows["species"]))
    if "status" in names:
        rows = rows.with_columns(_statuses(rows["status"]))
    for column, known in (("species", SPECIES), ("status", TREE_STATUSES)):
        if column not in rows.columns:
            continue
        bad = rows.filter(~pl.col(column).is_in(known))
        if bad.height:
            row = bad.row(0, named=True)
            raise UsageProblem(
                zh=f"{path.name} 第 {row[ROW]} 行的 {column} 不认识:{row[column]}"
                f"(共 {bad.height} 行)。用中文名、英文名(树种也可用拉丁名)或程序中的词",
                en=f"{column} in row {row[ROW]} of {path.name} is not known: {row[column]} "
                f"({bad.height} rows in all). Use a Chinese or English name (Latin of a species), "
                "or the program's word",
            )
    kinds = dict.fromkeys(_TREE_TEXTS, pl.String) | dict.fromkeys(_TREE_NUMBERS, pl.Float64)
    return rows.with_columns(
        pl.lit(None, kind).alias(name) for name, kind in kinds.items() if name not in rows.columns
    ).with_columns(pl.lit(None, pl.String).alias("species_code"))


def _statuses(statuses: pl.Series) -> pl.Series:
    rows = load_table("words").rows.filter(pl.col("word").is_in(TREE_STATUSES))
    known = {text.casefold(): word for word, zh, en in rows.rows() for text in (word, zh, en)}
    return pl.Series(
        statuses.name,
        [None if one is None else known.get(one.casefold(), one) for one in statuses],
        pl.String,
    )


def _require_areas(rows: pl.DataFrame, trees: pl.DataFrame, plots: Path) -> None:
    tallied = trees.filter(pl.col("tally_area_ha").is_null())
    bare = rows.filter(~(pl.col(_AREA) > 0).fill_null(False)).join(
        tallied, on=PLOT, how="semi", maintain_order="left"
    )
    if bare.height:
        raise UsageProblem(
            zh=f"{plots.name} 的 {bare.height} 个样地没有面积(如 {bare[PLOT][0]}):"
            "加列 plot_area_ha,或在项目文件 [sampling] 中写 plot_area_ha,或用 --plot-area",
            en=f"{bare.height} plots of {plots.name} have no area (such as {bare[PLOT][0]}): add "
            "a column plot_area_ha, write plot_area_ha in [sampling] of the project file, or say "
            "--plot-area",
        )


def _as_survey(rows: pl.DataFrame) -> pl.DataFrame:
    """Give plots the columns of a plot survey."""
    texts = [pl.lit(None, pl.String).alias(name) for name in (*_NO_TEXTS, *_NO_KEYS)]
    numbers = [pl.lit(None, pl.Float64).alias(name) for name in _NO_NUMBERS]
    return rows.select(
        PLOT, STRATUM, _AREA, *texts, *numbers, pl.lit("arbor").alias("vegetation_class")
    )


def _known(table: pl.DataFrame, trees: Path) -> pl.DataFrame:
    unknown = table.filter(pl.col(CARBON).is_null())
    if unknown.height:
        raise UsageProblem(
            zh=f"{unknown.height} 个样地的碳未知(如 {unknown[PLOT][0]}):{trees.name} 中其样木"
            "没有可用的模型;检查树种、胸径、树高,或换 --tree-models",
            en=f"the carbon of {unknown.height} plots is not known (such as {unknown[PLOT][0]}): "
            f"no model serves their trees in {trees.name}; check species, diameter and height, or "
            "choose other --tree-models",
        )
    return table


def _said_of_trees(table: pl.DataFrame, models: str) -> list[Note]:
    counts = {
        name: int(table[name].sum())
        for name in (
            "trees",
            "trees_without_biomass",
            "trees_carbon_recalled",
            "trees_extrapolated",
        )
    }
    notes = [
        (
            f"样地的碳:{counts['trees']:,} 株活立木,单木模型 {models},含地上与地下;"
            f"{counts['trees_carbon_recalled']:,} 株用到未核对的参数,"
            f"{counts['trees_extrapolated']:,} 株超出模型胸径范围",
            f"carbon of the plots: {counts['trees']:,} living trees by the models {models}, above "
            f"and below ground; {counts['trees_carbon_recalled']:,} rest on parameters that are "
            f"recalled, {counts['trees_extrapolated']:,} lie outside the models' diameters",
        )
    ]
    if counts["trees_without_biomass"]:
        notes.append(
            (
                f"{counts['trees_without_biomass']:,} 株没有可用的模型,按 0 计",
                f"no model serves {counts['trees_without_biomass']:,} trees: they count as 0",
            )
        )
    return notes
