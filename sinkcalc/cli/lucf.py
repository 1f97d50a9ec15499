"""`sinkcalc change --form provincial-inventory`: the guide's form, by county."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

from sinkcalc.cli.output import emit, talk
from sinkcalc.cli.series_breaks import talk_about_breaks, talk_about_unlike_counties
from sinkcalc.cli.settings import Settings
from sinkcalc.errors import UsageProblem

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.cli.keep import Keeper
    from sinkcalc.pipeline.lucf_inputs import InventoryOptions

FORM: Final = "provincial-inventory"
_OWN: Final = (
    "survey",
    "inventory_year",
    "growth_rate",
    "consumption_rate",
    "rates",
    "rates_from_plots",
    "expansion",
)
# options of other changes that the form has too
_SHARED: Final = ("form", "first", "last", "by", "gwp", "fmt", "output", "kind", "across")


def inventory_options(function: Any) -> Any:
    """Add --form and what fills it."""
    options = (
        click.option(
            "--form",
            type=click.Choice([FORM]),
            help="按省级温室气体清单编制指南(2011)林业部分填表 · fill the forestry "
            "form of the guide to provincial inventories",
        ),
        click.option(
            "--survey", type=int, help="清单:只用一次调查 · form: one survey, no changes of area"
        ),
        click.option(
            "--inventory-year",
            type=int,
            metavar="YEAR",
            help="清单年份,在两次调查之间内插;默认为止年 · form: year between the surveys",
        ),
        click.option(
            "--growth-rate",
            metavar="RATE",
            help="活立木蓄积年均总生长率 GR,如 0.05 或 5% · gross growth of the living stock",
        ),
        click.option(
            "--consumption-rate",
            metavar="RATE",
            help="活立木蓄积年均净消耗率 CR · net consumption of the living stock",
        ),
        click.option(
            "--rates",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            help="分县的率、转化面积等 CSV · rates and converted areas by county",
        ),
        click.option(
            "--rates-from-plots",
            metavar="Y1,Y2",
            help="由两期样地求 GR 与 CR · measure both rates on the permanent plots",
        ),
        click.option(
            "--expansion",
            type=click.Choice(["guide", "national", "species"]),
            help="扩展系数:guide 密度按树种、BEF 全国平均(默认);national 均用全国平均;"
            "species 均按树种 · density by species and mean BEF; both means; both by species",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def take_form(chosen: dict[str, Any]) -> dict[str, Any]:
    """Take the form's options from those of the command.

    Raises
    ------
    UsageProblem
        If one is given without --form, or another that the form does not have with it.
    """
    context = click.get_current_context()
    given = {
        parameter.name: parameter.opts[0]
        for parameter in context.command.params
        if parameter.name is not None
        and context.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE
    }
    own = {name: chosen.pop(name) for name in ("form", *_OWN)}
    if own["form"] is None:
        strange = [given[name] for name in _OWN if name in given]
        if strange:
            raise UsageProblem(
                zh=f"{', '.join(strange)} 用于 --form {FORM};请一并给出",
                en=f"{', '.join(strange)} goes with --form {FORM}: give it as well",
            )
    else:
        strange = [option for name, option in given.items() if name not in (*_OWN, *_SHARED)]
        if "gwp" not in given:
            chosen["gwp"] = None
        if strange:
            raise UsageProblem(
                zh=f"{', '.join(strange)} 不用于 --form {FORM};去掉它",
                en=f"{', '.join(strange)} does not go with --form {FORM}: leave it out",
            )
    return own


def required_years(first: int | None, last: int | None) -> tuple[int, int]:
    """Return the years of both surveys.

    Raises
    ------
    UsageProblem
        If one is missing.
    """
    if first is None or last is None:
        missing = " ".join(
            name for name, year in (("--from", first), ("--to", last)) if year is None
        )
        raise UsageProblem(
            zh=f"缺 {missing}:两次调查的年度;用 sinkcalc surveys 查看已入库的调查",
            en=f"{missing} is missing: the years of both surveys; sinkcalc surveys lists them",
        )
    return first, last


def show_inventory(
    settings: Settings,
    years: tuple[int | None, int | None],
    own: dict[str, Any],
    chosen: dict[str, Any],
    fmt: str | None,
    output: Path | None,
) -> None:
    """Fill and show the form: the city line by line, or a table of counties."""
    from sinkcalc.cli.keep import Keeper
    from sinkcalc.cli.lucf_talk import notes_of, talk_about_missing
    from sinkcalc.cli.lucf_view import counties_view, lines_view, title_of, workbook_sheets
    from sinkcalc.pipeline.lucf import provincial_inventory
    from sinkcalc.report.lucf_workbook import inventory_workbook

    by_county = _by_county(chosen["by"])
    if chosen["kind"] != "forest":
        raise UsageProblem(
            zh=f"--form {FORM} 只填森林;去掉 --kind {chosen['kind']}",
            en=f"--form {FORM} is of forests: leave out --kind {chosen['kind']}",
        )
    options = _options(years, own, chosen["gwp"], by_county=by_county, across=chosen["across"])
    keeper = Keeper(settings)
    found = provincial_inventory(settings.db, options, settings.wait)
    rows = found.rows if by_county else city_rows(found.rows)
    view = counties_view if by_county else lines_view

    def shown(frame: "pl.DataFrame") -> "pl.DataFrame":
        return view(frame, settings)

    def book(frame: "pl.DataFrame") -> bytes:
        notes = [settings.say(*note) for note in notes_of(found, options)]
        return inventory_workbook(workbook_sheets(frame, settings), notes)

    keep_inventory(keeper, rows, options)
    emit(rows, settings, fmt, output, shown, title_of(rows, settings), book)
    talk_about_breaks(settings, found.breaks)
    if options.first is not None:
        talk_about_unlike_counties(settings, options.first, options.last)
    talk_about_missing(settings, found.rows)
    for note in notes_of(found, options):
        talk(settings, *note)


def keep_inventory(keeper: "Keeper", rows: "pl.DataFrame", options: "InventoryOptions") -> None:
    """Store the filled form; its subject is the year and the surveys, the rates are options."""
    years = ("first", "last", "year")
    subject: dict[str, object] = {
        "survey_from": options.first,
        "survey_to": options.last,
        "inventory_year": rows["inventory_year"][0],
    }
    told = {name: value for name, value in asdict(options).items() if name not in years}
    by_keys = "region" if told.pop("by_county") else ""
    keeper.keep("provincial_inventory", rows, subject, told, by_keys=by_keys)


def _by_county(by: str) -> bool:
    from sinkcalc.cli.estimate import parse_by

    keys = parse_by(by)
    if set(keys) - {"region"}:
        raise UsageProblem(
            zh=f"--form {FORM} 只能按县分:--by region",
            en=f"--form {FORM} is made by county alone: --by region",
        )
    return bool(keys)


def _options(
    years: tuple[int | None, int | None],
    own: dict[str, Any],
    gwp: str | None,
    *,
    by_county: bool,
    across: bool,
) -> "InventoryOptions":
    from sinkcalc.coefficients.inventory_form import read_rate
    from sinkcalc.pipeline.lucf_inputs import GUIDE_GWP, InventoryOptions

    survey = own["survey"]
    if survey is not None and any(year is not None for year in years):
        raise UsageProblem(
            zh="--survey 与 --from/--to 只能给其一",
            en="give --survey, or --from and --to, not both",
        )
    first, last = (None, survey) if survey is not None else required_years(*years)
    rates = {
        name: None if own[name] is None else read_rate(own[name], f"--{name.replace('_', '-')}")
        for name in ("growth_rate", "consumption_rate")
    }
    plots = own["rates_from_plots"]
    return InventoryOptions(
        last=last,
        first=first,
        year=own["inventory_year"],
        growth_rate=rates["growth_rate"],
        consumption_rate=rates["consumption_rate"],
        inputs=own["rates"],
        plots=None if plots is None else _two_years(plots),
        expansion=own["expansion"] or "guide",
        gwp_set=gwp or GUIDE_GWP,
        by_county=by_county,
        across=across,
    )


def _two_years(text: str) -> tuple[int, int]:
    parts = text.replace("\uff0c", ",").split(",")
    try:
        first, last = (int(part) for part in parts)
    except ValueError:
        raise UsageProblem(
            zh=f"--rates-from-plots {text!r} 应为两个年度,如 2015,2020",
            en=f"--rates-from-plots {text!r} should be two years, as 2015,2020",
        ) from None
    return first, last


def city_rows(rows: "pl.DataFrame") -> "pl.DataFrame":
    """Take the form of the city as a whole."""
    from sinkcalc.coefficients.land import CITY

    return rows.filter(rows["region_code"] == CITY)
