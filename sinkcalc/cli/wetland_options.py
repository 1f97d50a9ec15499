"""Options of estimates and changes of wetlands, and which of them fit which kind."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

from sinkcalc.cli.cores import core_rule_options, parse_wetland_by
from sinkcalc.errors import UsageProblem
from sinkcalc.vocabulary import BY_KEYS, DEFAULT_GWP_SET, GWP_SETS, WETLAND_BY_KEYS

if TYPE_CHECKING:
    from sinkcalc.pipeline.wetland_options import WetlandOptions

KINDS: Final = ("forest", "wetland", "all", "soil")
CORE_RULES: Final = ("gaps", "short", "equivalent_mass_t_per_ha", "total_carbon")
# options of one kind, by the name of the parameter
_OF_WETLANDS: Final = ("gwp", "conversions", *CORE_RULES)
_OF_FORESTS: Final = (
    "method",
    "carbon_fraction",
    "class_survey",
    "controls",
    "draws",
    "seed",
    "effects",
)
_WETLAND_DEPTH: Final = "50"


def kind_option(function: Any) -> Any:
    """Add --kind of estimates."""
    return click.option(
        "--kind",
        type=click.Choice(KINDS),
        default=KINDS[0],
        show_default=True,
        help="对象:森林、湿地、两者,或森林、湿地、农田 0–30 cm 土壤 · forests, wetlands, both, "
        "or the soil of forest, wetland and farmland to 30 cm",
    )(function)


def change_kind_option(function: Any) -> Any:
    """Add --kind of changes."""
    return click.option(
        "--kind",
        type=click.Choice(KINDS[:2]),
        default=KINDS[0],
        show_default=True,
        help="对象:森林或湿地 · forests or wetlands",
    )(function)


def wetland_options(function: Any) -> Any:
    """Add --gwp and the rules of cores."""
    return click.option(
        "--gwp",
        type=click.Choice(GWP_SETS),
        default=DEFAULT_GWP_SET,
        show_default=True,
        help="湿地各气体折算所用的 GWP · global warming potentials of the gases of wetlands",
    )(core_rule_options(function))


def require_fitting(kind: str, soil_depth: str) -> None:
    """Refuse options that the kind does not have.

    Raises
    ------
    UsageProblem
        If one is given.
    """
    context = click.get_current_context()
    given = {
        parameter.name: parameter.opts[0]
        for parameter in context.command.params
        if parameter.name is not None
        and context.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE
    }
    strange = {"forest": _OF_WETLANDS, "wetland": _OF_FORESTS, "all": ()}[kind]
    found = [given[name] for name in strange if name in given]
    if found:
        listed = ", ".join(found)
        other = "forest" if kind == "wetland" else "wetland"
        raise UsageProblem(
            zh=f"{listed} 不用于 --kind {kind};去掉它,或用 --kind {other}",
            en=f"{listed} is not for --kind {kind}: leave it out, or use --kind {other}",
        )
    if kind != "wetland" and soil_depth == _WETLAND_DEPTH:
        raise UsageProblem(
            zh="森林土壤只有 30 与 100 cm 的密度;--soil-depth 50 只用于 --kind wetland",
            en="forest soil has densities to 30 and 100 cm; --soil-depth 50 is for --kind wetland",
        )


def split_keys(by: str) -> tuple[str, str]:
    """Give forest and wetland rows the keys of --by that each has.

    Raises
    ------
    UsageProblem
        If a key belongs to neither.
    """
    keys = [key.strip() for key in by.replace("\uff0c", ",").split(",") if key.strip()]
    every = dict.fromkeys((*BY_KEYS, *WETLAND_BY_KEYS))
    unknown = [key for key in keys if key not in every]
    if unknown:
        raise UsageProblem(
            zh=f"--by 不认识 {', '.join(unknown)};可用:{', '.join(every)}",
            en=f"--by does not know {', '.join(unknown)}; use {', '.join(every)}",
        )
    parts = [",".join(key for key in keys if key in own) for own in (BY_KEYS, WETLAND_BY_KEYS)]
    return parts[0], parts[1]


def make_wetland_options(
    survey: int, by: str, soil_depth: str, gwp: str, errors: Path | None, rules: dict[str, Any]
) -> "WetlandOptions":
    """Build the options of an estimate of wetlands from the command line's words.

    Parameters
    ----------
    rules
        Values of `CORE_RULES`.

    Raises
    ------
    UsageProblem
        If a key is not known.
    """
    from sinkcalc.pipeline.wetland_options import WetlandOptions

    return WetlandOptions(
        survey=survey,
        by=parse_wetland_by(by),
        soil_depth_cm=int(soil_depth),
        gwp_set=gwp,
        errors=errors,
        **rules,
    )
