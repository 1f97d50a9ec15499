"""Options of `sinkcalc change --transitions`, and which others go with them."""

from typing import Any, Final

import click
from click.core import ParameterSource

from sinkcalc.errors import UsageProblem
from sinkcalc.schemas.series import TRANSITION_BASES

# options of `change` that mean something here; the program's own are told by the parameter's name
_FITTING: Final = (
    "first",
    "last",
    "kind",
    "by",
    "transitions",
    "basis",
    "across",
    "fmt",
    "output",
)


def transition_options(function: Any) -> Any:
    """Add --transitions and --basis."""
    options = (
        click.option(
            "--transitions",
            is_flag=True,
            help="地类转移矩阵(ha) · matrix of land-class transitions (ha)",
        ),
        click.option(
            "--basis",
            type=click.Choice(TRANSITION_BASES),
            help="转移依据:两期同号小班,或后期小班自带的前期地类 · transitions of the same stand "
            "numbers, or by the class before that the later layer carries",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def require_transitions(kind: str, by: str, *, transitions: bool) -> None:
    """Refuse options that transitions do not have, and --basis without --transitions.

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
    if not transitions:
        if "basis" in given:
            raise UsageProblem(
                zh="--basis 只与 --transitions 合用", en="--basis goes with --transitions only"
            )
        return
    if kind != "forest":
        raise UsageProblem(
            zh="--transitions 是小班的;湿地的类型转换用 --kind wetland --conversions",
            en="--transitions are those of stands; for wetlands: --kind wetland --conversions",
        )
    strange = [option for name, option in given.items() if name not in _FITTING]
    if strange:
        listed = ", ".join(strange)
        raise UsageProblem(
            zh=f"{listed} 不用于 --transitions:转移只由面积与蓄积记录得出;去掉它",
            en=f"{listed} is not for --transitions, which come from recorded areas and volumes: "
            "leave it out",
        )
    if by.strip() not in ("", "region"):
        raise UsageProblem(
            zh=f"--transitions 只能 --by region,给出的是 {by}",
            en=f"--transitions can be split --by region only, not by {by}",
        )
