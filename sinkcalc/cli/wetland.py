"""What `estimate --kind wetland` and `--kind all` show and say."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from sinkcalc.cli.category import talk_about_category
from sinkcalc.cli.output import emit, simulated_mark, talk
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import format_number, word
from sinkcalc.cli.views import asked_keys
from sinkcalc.units import PERCENT
from sinkcalc.vocabulary import NOT_COUNTED_CLASSES

if TYPE_CHECKING:
    from sinkcalc.pipeline.estimate import EstimateOptions
    from sinkcalc.pipeline.wetland_options import WetlandOptions

_SOURCE: Final = "source_"
# what a table of the budget shows
_BUDGET: Final = (
    ("area", None),
    ("carbon", "soil"),
    ("carbon", "total"),
    ("removal", None),
    ("emission", None),
)


def show_wetlands(
    settings: Settings,
    options: "WetlandOptions",
    fmt: str | None,
    output: Path | None,
    *,
    budget: bool,
) -> None:
    """Estimate the wetlands of one survey and show the rows, or the budget of their errors."""
    from sinkcalc.cli.budget import budget_rows
    from sinkcalc.pipeline.wetland_estimate import estimate_wetlands
    from sinkcalc.store.connection import reading
    from sinkcalc.store.results import read_budget

    run_id, rows = estimate_wetlands(settings.db, options, settings.wait)
    title = wetland_title(rows, settings)
    if budget:
        with reading(settings.db, settings.wait) as con:
            sources = read_budget(con, run_id)
        # the same flux as mass has the same error
        in_co2e = rows.filter(~is_mass())
        emit(budget_rows(sources, in_co2e), settings, fmt, output, wetland_budget_view, title)
    else:
        emit(rows, settings, fmt, output, wetland_view, title)
    talk_about_wetlands(settings, run_id, rows, options)


def is_mass() -> pl.Expr:
    """Tell the rows of a flux that are a mass of gas."""
    return pl.col("quantity").is_in(["removal", "emission"]) & pl.col("gwp_set").is_null()


def wetland_view(frame: pl.DataFrame) -> pl.DataFrame:
    """Show keys, figure, interval and shares; leave out what is the same in every row."""

    def percent(column: str) -> pl.Expr:
        text = (pl.col(column) * PERCENT).round(1).cast(pl.String) + " %"
        return pl.when(pl.col(column) > 0).then(text).alias(column)

    shares = [c for c in frame.columns if c.startswith("share_") and c != "share_assumed_error"]
    return frame.select(
        *asked_keys(frame),
        "quantity",
        "pool",
        "gas",
        "gwp_set",
        "depth_cm",
        "value",
        "unit",
        "se",
        "ci_low",
        "ci_high",
        pl.col("n").alias("wetlands"),
        *(percent(name) for name in shares if frame[name].max()),
    )


def wetland_budget_view(frame: pl.DataFrame) -> pl.DataFrame:
    """Show area, soil, total and fluxes, each source in percent of value and variance."""
    shown = pl.DataFrame(_BUDGET, schema=["quantity", "pool"], orient="row")
    entering = frame.join(
        shown, on=["quantity", "pool"], how="semi", nulls_equal=True, maintain_order="left"
    ).filter(pl.col("variance_fraction") > 0)
    relative = pl.col("se") / pl.col("value").cast(pl.Float64) * PERCENT
    return entering.select(
        *asked_keys(frame),
        "quantity",
        "pool",
        "gas",
        "value",
        "unit",
        "source",
        "se",
        relative.alias("se_percent"),
        (pl.col("variance_fraction") * PERCENT).alias("variance_percent"),
    )


def wetland_title(frame: pl.DataFrame, settings: Settings) -> str:
    """Name survey, run and method above a table."""
    if frame.is_empty():
        return settings.say("该调查没有湿地", "the survey has no wetlands")
    first = frame.row(0, named=True)
    mark = simulated_mark(first["simulated"], settings)
    return mark + settings.say(
        f"调查 {first['survey']} 湿地 · 方法 {first['method']} · 运行 {first['run_id']}",
        f"wetlands of survey {first['survey']} · method {first['method']} · run {first['run_id']}",
    )


def talk_about_wetlands(
    settings: Settings, run_id: str, rows: pl.DataFrame, options: "WetlandOptions"
) -> None:
    """Say where densities come from, what is not estimated, and what else a reader must know."""
    from sinkcalc.cli.wetland_cores import talk_about_cores_used
    from sinkcalc.coefficients.wetlands import load_wetland_factors
    from sinkcalc.store.connection import reading
    from sinkcalc.store.results import count_core_stocks, read_wetland_flags, run_parameters

    with reading(settings.db, settings.wait) as con:
        flags, parameters = read_wetland_flags(con, run_id), run_parameters(con, run_id)
        cores = count_core_stocks(con, run_id)
    _talk_about_sources(settings, flags, options)
    least = load_wetland_factors(options.soil_depth_cm).min_places_city
    talk_about_cores_used(settings, flags, cores, least)
    _talk_about_omissions(settings, flags)
    _talk_about_reasons(settings, rows)
    _talk_about_net(settings, rows, run_id, options)
    recalled = parameters.filter(pl.col("evidence") == "recalled")
    listed = ", ".join(recalled["parameter_id"]) or "–"
    talk(
        settings,
        f"用到 {parameters.height} 个参数(含误差),{recalled.height} 个凭记忆未核对:{listed};"
        f"详见 sinkcalc runs show {run_id}",
        f"{parameters.height} parameters used, errors among them; {recalled.height} recalled and "
        f"not checked against the source: {listed}; see sinkcalc runs show {run_id}",
    )


def _talk_about_sources(settings: Settings, flags: pl.DataFrame, options: "WetlandOptions") -> None:
    """Give the area that each source of the soil density serves."""
    served = flags.filter(pl.col("flag").str.starts_with(_SOURCE))
    by_source = served.group_by("flag", maintain_order=True).agg(pl.col("area_ha").sum())
    parts = [
        f"{word(flag, settings)} {float(area):,.1f} ha" for flag, area in by_source.iter_rows()
    ]
    mass = options.equivalent_mass_t_per_ha
    to = f"{options.soil_depth_cm} cm" if mass is None else f"{format_number(mass)} t/ha"
    talk(
        settings,
        f"土壤碳(到 {to})的来源:{';'.join(parts) or '没有一处有密度'}",
        f"sources of soil carbon (to {to}): {'; '.join(parts) or 'no wetland has a density'}",
    )


def _talk_about_omissions(settings: Settings, flags: pl.DataFrame) -> None:
    """Count what was not estimated or rests on an assumption, a line a reason and pool or gas."""
    # that paddies are not counted says already why they have no flux
    twice = (pl.col("flag") == "not_accounted") & pl.col("wetland_class").is_in(NOT_COUNTED_CLASSES)
    notes = flags.filter(~pl.col("flag").str.starts_with(_SOURCE) & ~twice)
    for (flag, pool, gas), rows in notes.group_by("flag", "pool", "gas", maintain_order=True):
        about = [word(str(one), settings) for one in (pool, gas) if one is not None]
        head = word(str(flag), settings) + (f" [{about[0]}]" if about else "")
        count, total = rows["wetlands"].sum(), float(rows["area_ha"].sum())
        classes = "; ".join(
            f"{word(kind, settings)} {float(area):,.1f}"
            for kind, area in rows.select("wetland_class", "area_ha").iter_rows()
        )
        talk(
            settings,
            f"说明 {head}:{count} 处,{total:,.1f} ha({classes})",
            f"note {head}: {count} wetlands, {total:,.1f} ha ({classes})",
        )


def _talk_about_reasons(settings: Settings, rows: pl.DataFrame) -> None:
    """Say why rows have no interval."""
    from sinkcalc.cli.views import talk_about_errors

    talk_about_errors(rows.filter(~is_mass()).unique("se_reason", maintain_order=True), settings)


def _talk_about_net(
    settings: Settings, rows: pl.DataFrame, run_id: str, options: "WetlandOptions"
) -> None:
    """Say what yearly fluxes come to, and which restorations are net sources."""
    from sinkcalc.pipeline.wetland_estimate import net_sources_of_survey

    yearly = rows.filter(~is_mass())
    totals = [
        float(yearly.filter(pl.col("quantity") == quantity)["value"].sum() or 0)
        for quantity in ("removal", "emission")
    ]
    net = totals[0] - totals[1]
    talk(
        settings,
        f"年通量({options.gwp_set}):清除 {totals[0]:,.1f},排放 {totals[1]:,.1f},"
        f"净清除 {net:,.1f} t CO2e/年;储量与年通量不可相加",
        f"yearly fluxes ({options.gwp_set}): removal {totals[0]:,.1f}, emission {totals[1]:,.1f}, "
        f"net removal {net:,.1f} t CO2e/yr; stocks and yearly fluxes are not added",
    )
    for row in net_sources_of_survey(settings.db, options, settings.wait).iter_rows(named=True):
        rule, kind = word(row["rule"], settings), word(row["wetland_class"], settings)
        area, source = float(row["area_ha"]), row["net_t"]
        talk(
            settings,
            f"净排放源 {rule} [{kind}]:{area:,.1f} ha,净排放 {source:,.1f} t CO2e/年"
            "(按 IPCC 第一层级,恢复后的甲烷超过清除)",
            f"net source {rule} [{kind}]: {area:,.1f} ha emit {source:,.1f} t CO2e/yr net "
            "(by IPCC tier 1 the methane of restoration exceeds the removal)",
        )


def show_both(
    settings: Settings,
    forest: "EstimateOptions",
    wetland: "WetlandOptions",
    fmt: str | None,
    output: Path | None,
) -> None:
    """Estimate forests and wetlands of one survey and show both in one listing."""
    from sinkcalc.cli.views import run_title, talk_about_flags
    from sinkcalc.pipeline.estimate import estimate
    from sinkcalc.pipeline.wetland_estimate import estimate_wetlands
    from sinkcalc.store.connection import reading
    from sinkcalc.store.results import read_flags

    forest_run, stands = estimate(settings.db, forest, settings.wait)
    wetland_run, wetlands = estimate_wetlands(settings.db, wetland, settings.wait)
    title = f"{run_title(stands, settings)} + {wetland_title(wetlands, settings)}"
    rows = pl.concat([stands, wetlands])
    emit(rows, settings, fmt, output, _view_of_both, title)
    with reading(settings.db, settings.wait) as con:
        talk_about_flags(read_flags(con, forest_run), settings)
    talk_about_category(stands, forest.by, forest.survey, settings)
    talk_about_wetlands(settings, wetland_run, wetlands, wetland)
    total = [
        float(part.filter(quantity="carbon", pool="total")["value"].sum() or 0)
        for part in (stands, wetlands)
    ]
    both = f"{total[0]:,.0f} + {total[1]:,.0f} = {sum(total):,.0f} t C"
    depth = wetland.soil_depth_cm
    talk(
        settings,
        f"森林与湿地的碳合计(土壤都到 {depth} cm):{both};"
        "小班中的乔木、灌木沼泽与红树林随森林计一次(以小班面积为限),湿地只列其面积",
        f"carbon of forests and wetlands (soil of both to {depth} cm): {both}; wooded wetlands "
        "that a forest stand holds are counted once, up to the stand's area with the stand: of "
        "that part the wetland gives only the area",
    )


def _view_of_both(frame: pl.DataFrame) -> pl.DataFrame:
    """Show which land a row is of before the columns of both kinds."""
    land = frame.select(pl.col("land").fill_null("forest"))
    # stands of the forest, wetlands of the others
    shown = wetland_view(frame).rename({"wetlands": "records"})
    return pl.concat([land, shown], how="horizontal")
