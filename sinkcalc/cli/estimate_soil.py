"""`sinkcalc estimate --kind soil`: the soil carbon of the land in one table."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

from sinkcalc.cli.output import emit, simulated_mark, talk
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import label, word
from sinkcalc.errors import UsageProblem

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.pipeline.soil_of_land import SoilTable

# what the table takes of the options of an estimate
_TAKEN: Final = ("survey", "kind", "by", "errors", "soil_depth", "fmt", "output")
_SUM: Final = "sum_of_lands"


def show_soil(
    settings: Settings, fmt: str | None, output: Path | None, chosen: dict[str, Any]
) -> None:
    """Estimate, store and print the soil carbon of forest, wetland and farmland to 30 cm.

    Parameters
    ----------
    chosen
        Options of the command by name.

    Raises
    ------
    UsageProblem
        If an option that does not concern the table was given.
    """
    from sinkcalc.pipeline.soil_lands import SoilOptions
    from sinkcalc.pipeline.soil_of_land import soil_of_land

    _refuse_others(chosen)
    keys = [key.strip() for key in chosen["by"].replace("\uff0c", ",").split(",") if key.strip()]
    if set(keys) - {"region"}:
        raise UsageProblem(
            zh="--kind soil 只能按县分组:--by region",
            en="--kind soil is grouped by county only: --by region",
        )
    options = SoilOptions(chosen["survey"], bool(keys), chosen.get("errors"))
    table = soil_of_land(settings.db, options, settings.wait)

    def view(rows: "pl.DataFrame") -> "pl.DataFrame":
        return soil_view(rows, settings)

    emit(table.rows, settings, fmt, output, view, _title(table, settings))
    _talk_about_lands(table, settings)
    _talk_about_farmland(table, settings)
    _talk_about_depth(settings)
    _talk_about_errors(table.rows, settings)


def _refuse_others(chosen: dict[str, Any]) -> None:
    context = click.get_current_context()
    given = [
        name
        for name in context.params
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]
    if "soil_depth" in given and chosen["soil_depth"] != "30":
        raise UsageProblem(
            zh="三类土地只有 0–30 cm 是共同的深度;0–100 cm 只有森林"
            "(--kind forest --soil-depth 100),两者不能相加",
            en="0-30 cm is the one depth that the lands have in common; 0-100 cm is there for "
            "forest alone (--kind forest --soil-depth 100) and is never added to it",
        )
    others = [name for name in given if name not in _TAKEN]
    if others:
        names = ", ".join("--" + name.replace("_", "-") for name in others)
        raise UsageProblem(
            zh=f"--kind soil 不用 {names}:土壤按面积计,与林木方法无关",
            en=f"--kind soil takes no {names}: soil goes by area, whatever the method of the trees",
        )


def soil_view(rows: "pl.DataFrame", settings: Settings) -> "pl.DataFrame":
    """Lay out one line a county and quantity, with a column for every land and their sum.

    Counties are added up in a last line where every county has the figure.
    """
    import polars as pl

    from sinkcalc.vocabulary import LANDS

    by_county = rows["region_code"].is_not_null().any()
    keys = ["region_code", "region_name"] if by_county else []
    columns = [land for land in LANDS if (rows["land"] == land).any()]
    if rows["land"].is_null().any():
        columns.append(_SUM)
    plain = rows.with_columns(pl.col("land").fill_null(_SUM))
    wide = plain.pivot("land", index=["quantity", *keys, "unit"], values="value").select(
        "quantity", *keys, "unit", *columns
    )
    if by_county:
        lines = []
        for part in wide.partition_by("quantity", maintain_order=True):
            total = part.select(
                pl.col("quantity").first(),
                pl.lit(None, pl.String).alias("region_code"),
                pl.lit(settings.say("全市", "city")).alias("region_name"),
                pl.col("unit").first(),
                *(_column_sum(part, column) for column in columns),
            )
            lines += [part, total]
        wide = pl.concat(lines)
    return wide.rename({name: _heading(name, settings) for name in columns})


def _heading(column: str, settings: Settings) -> str:
    name = word(column, settings)
    return name if column == _SUM else settings.say(name, f"{name} soil")


def _column_sum(part: "pl.DataFrame", column: str) -> "pl.Expr":
    """Add up a column; a sum over lands that one county lacks is not given for the city."""
    import polars as pl

    if column == _SUM and part[column].has_nulls():
        return pl.lit(None, part.schema[column]).alias(column)
    return pl.col(column).sum().cast(part.schema[column])


def _title(table: "SoilTable", settings: Settings) -> str:
    rows = table.rows
    survey = rows["survey"][0]
    return simulated_mark(bool(rows["simulated"].any()), settings) + settings.say(
        f"土壤有机碳库 0–30 cm · 调查 {survey} · 运行 {table.run_id}",
        f"soil organic carbon 0-30 cm · survey {survey} · run {table.run_id}",
    )


def _talk_about_lands(table: "SoilTable", settings: Settings) -> None:
    """Tell which lands are missing or incomplete, and what the figures rest on."""
    year = table.rows["survey"][0]
    for land, run_id in table.runs.items():
        name = word(land, settings)
        talk(settings, f"{name}:取自运行 {run_id}", f"{name}: from run {run_id}")
    for land in table.missing:
        name = word(land, settings)
        load = "stands" if land == "forest" else "wetlands" if land == "wetland" else land
        talk(
            settings,
            f"缺 {name}:{year} 年无数据(sinkcalc load {load} 文件 --survey {year});"
            "合计不给出,以免把部分当作全部",
            f"{name} is missing: nothing of {year} is loaded (sinkcalc load {load} FILE "
            f"--survey {year}); no sum over the lands is given, for a part is no total",
        )
    for land, code, area in table.incomplete.select("land", "region_code", "area_ha").iter_rows():
        name = word(land, settings) + (f" {code}" if code else "")
        talk(
            settings,
            f"{name}:{float(area):,.1f} ha 的土壤没有数值,未估算;该处不给合计",
            f"{name}: {float(area):,.1f} ha of soil has no figure and is not estimated; no sum "
            "over the lands is given there",
        )
    _talk_about_counties_without(table, settings)
    _talk_about_overlaps(table, settings)
    if table.open_water_ha:
        talk(
            settings,
            f"开阔水面(河、湖、库、塘、渠、浅海){table.open_water_ha:,.1f} ha 只有沉积物,没有土壤:"
            "不在表内",
            f"open water (rivers, lakes, reservoirs, ponds, canals, shallow sea), "
            f"{table.open_water_ha:,.1f} ha, has sediment and no soil: it is not in the table",
        )
    talk(
        settings,
        "乔木林、竹林、经济林、特灌林、湿地与农田之外的土地(其他灌木林、疏林、未成林、草地、建设用地)"
        "不在表内;水田作为农田计一次",
        "land other than arbor, bamboo, economic and special shrub forest, wetland and farmland "
        "(other shrub, sparse and unestablished forest, grassland, built-up land) is not in the "
        "table; paddies count once, as farmland",
    )


def _talk_about_counties_without(table: "SoilTable", settings: Settings) -> None:
    """Name the counties of which a land that is loaded has no record: they count as 0."""
    import polars as pl

    names = table.rows.select("region_code", "region_name").drop_nulls("region_code").unique()
    for land in table.rows["land"].drop_nulls().unique(maintain_order=True):
        there = table.rows.filter(pl.col("land") == land).select("region_code")
        without = names.join(there, on="region_code", how="anti").sort("region_code")
        if without.is_empty():
            continue
        counties = ", ".join(
            str(name or code) for code, name in without.select(names.columns).iter_rows()
        )
        talk(
            settings,
            f"{word(land, settings)}:{counties} 没有这类土壤的记录,合计中为 0",
            f"{word(land, settings)}: no record of such soil in {counties}, 0 in the sum",
        )


def _talk_about_overlaps(table: "SoilTable", settings: Settings) -> None:
    """Warn of land that two surveys may hold both."""
    economic, perennial = table.tree_crops_ha
    if economic and perennial:
        talk(
            settings,
            f"注意:经济林 {economic:,.1f} ha 与多年生农田 {perennial:,.1f} ha 可能是同一土地"
            "(茶园、果园在林业口径为经济林):森林调查已计的,请不要放入农田表",
            f"caution: economic forest, {economic:,.1f} ha, and perennial farmland, "
            f"{perennial:,.1f} ha, may be the same land (tea gardens and orchards are economic "
            "forest in forestry statistics): leave out of the farmland table what the forest "
            "survey counts",
        )
    if len(set(table.definitions.values())) > 1:
        listed = ", ".join(
            f"{word(land, settings)} {name}" for land, name in table.definitions.items()
        )
        talk(
            settings,
            f"注意:各类土地的口径不同({listed}):边界处可能重复或遗漏",
            f"caution: the lands follow different definitions ({listed}): land on their borders "
            "may be counted twice or not at all",
        )


def _talk_about_farmland(table: "SoilTable", settings: Settings) -> None:
    for flag, use, records, area in table.flags.iter_rows():
        what = f"{word(flag, settings)} [{word(use, settings)}]"
        talk(
            settings,
            f"说明 {what}:{records} 条,{float(area):,.1f} ha",
            f"note {what}: {records} records, {float(area):,.1f} ha",
        )


def _talk_about_depth(settings: Settings) -> None:
    """Say how forest gets from 0-100 cm to 0-30 cm, and what its figures imply."""
    from sinkcalc.coefficients.verify import implied_bulk_densities

    low, high = implied_bulk_densities()
    talk(
        settings,
        "森林 0–30 cm = 0–100 cm 密度 × 剖面在 0–30 cm 的比例(容重不随深度变);两组数据推出的容重为 "
        f"{low:.2f}–{high:.2f} g/cm3,超出常见范围的类型见 sinkcalc params check;"
        "0–100 cm 不与本表相加",
        "forest 0-30 cm = density of 0-100 cm × share of the profile in 0-30 cm at constant bulk "
        f"density; the two together imply bulk densities of {low:.2f} to {high:.2f} g/cm3, see "
        "sinkcalc params check for the unlikely ones; figures to 100 cm are never added to these",
    )


def _talk_about_errors(rows: "pl.DataFrame", settings: Settings) -> None:
    import polars as pl

    lacking = rows.filter(pl.col("se").is_null())
    by_land = lacking.group_by("land", "se_reason", maintain_order=True).agg(
        pl.col("quantity").unique(maintain_order=True)
    )
    for land, reason, quantities in by_land.iter_rows():
        figures = ", ".join(word(quantity, settings) for quantity in quantities)
        name = f"{word(land or _SUM, settings)}: {figures}"
        head, colon, tail = str(reason).partition(": ")
        known = f"{word(head, settings)}: {tail}" if colon else word(str(reason), settings)
        talk(settings, f"误差 [{name}]:{known}", f"error [{name}]: {known}")
    if not lacking.height:
        talk(
            settings,
            f"标准误与 95 % 区间在文件各行中({label('se', settings)}、"
            f"{label('ci_low', settings)}、{label('ci_high', settings)})",
            "standard errors and 95 % intervals are in the rows of the files (se, ci_low, ci_high)",
        )
