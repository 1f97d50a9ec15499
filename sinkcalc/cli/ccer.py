"""`sinkcalc ccer`: one module a subcommand, imported when it is asked for."""

from typing import Final

import click

from sinkcalc.cli.lazy import LazyGroup

# subcommand -> module of sinkcalc.cli, in the order of the work
COMMANDS: Final[dict[str, str]] = {
    "packs": "ccer_packs",
    "new": "ccer_new",
    "screen": "ccer_screen",
    "baseline": "ccer_baseline",
    "sensitivity": "ccer_sensitivity",
    "sample-size": "ccer_sample_size",
    "monitor": "ccer_monitor",
    "export": "ccer_export",
    "verify-export": "ccer_verify",
    "ledger": "ccer_ledger",
}


@click.group(
    "ccer",
    cls=LazyGroup,
    modules=COMMANDS,
    short_help="林业碳汇项目 · carbon projects (CCER)",
)
def command() -> None:
    """自愿减排碳汇项目:筛查、基准线、监测、导出 · carbon projects: from screening to export.

    \b
      sinkcalc ccer new our-project.toml --methodology CCER-14-001-V01
      sinkcalc ccer screen our-project.toml
      sinkcalc ccer baseline our-project.toml
      sinkcalc ccer export our-project.toml --to DIR
    """
