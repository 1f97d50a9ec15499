"""`sinkcalc ccer ledger`: registered projects and the book of their units."""

from typing import Final

import click

from sinkcalc.cli.lazy import LazyGroup

# subcommand -> module of sinkcalc.cli and the command in it, in the order of the work
_COMMANDS: Final = {
    "register": "ccer_ledger_projects:register",
    "projects": "ccer_ledger_projects:projects",
    "issue": "ccer_ledger_entries:issue",
    "cancel": "ccer_ledger_entries:cancel",
    "reverse": "ccer_ledger_entries:reverse",
    "correct": "ccer_ledger_entries:correct",
    "withdraw": "ccer_ledger_projects:withdraw",
    "show": "ccer_ledger_show:show",
    "check": "ccer_ledger_show:check",
}


@click.group(
    "ledger", cls=LazyGroup, modules=_COMMANDS, short_help="减排量账簿 · the book of units"
)
def command() -> None:
    """减排量账簿:登记、签发、注销、逆转、余额 · register, issue, cancel, reverse, balance.

    \b
    只增不改,更正另记一笔;同一土地、同一编号只计一次
    entries are added and never changed; one piece of land and one serial number count once

    \b
      sinkcalc ccer ledger register our-project.toml
      sinkcalc ccer ledger issue our-project --vintage 2024 --quantity 1200 --date 2025-06-30 \\
        --verified-amount 1234.5 --document 核查报告-7 --serial-from A-0001 --serial-to A-1200
      sinkcalc ccer ledger cancel our-project --vintage 2024 --quantity 500 --date 2025-09-01 \\
        --event 城市马拉松 --event-emissions 812.4 --serial-from A-0001 --serial-to A-0500
      sinkcalc ccer ledger show --by event
    """
