"""`sinkcalc ccer ledger issue`, `cancel`, `reverse` and `correct`."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import click

from sinkcalc.ccer.entries import EVENT, PURPOSES
from sinkcalc.cli.ccer_ledger_talk import talk_about, talk_about_event
from sinkcalc.cli.output import talk
from sinkcalc.cli.settings import Settings
from sinkcalc.errors import UsageProblem

# above what any project issues; keeps a slip out of the book
_MOST = 10**12
# characters that a message shows of what cannot be read
_SHOWN = 40
_DATES = ["%Y-%m-%d"]


def day_option(name: str, text: str, *, required: bool = False) -> Callable[..., Any]:
    """Give an option that takes a day."""
    return click.option(
        name, type=click.DateTime(_DATES), required=required, metavar="YYYY-MM-DD", help=text
    )


def as_day(value: datetime | None) -> date | None:
    """Return the day of an option."""
    return None if value is None else value.date()


def _quantity(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--quantity",
        required=True,
        metavar="T",
        help="数量,整吨 CO2e · whole tonnes of CO2e",
    )(function)


def _units(function: Callable[..., Any]) -> Callable[..., Any]:
    options = (
        click.option("--serial-from", help="起编号,末尾为数字 · first serial number"),
        click.option("--serial-to", help="止编号,个数须等于数量 · last serial number"),
        click.option("--batch", help="没有编号时的批次 · batch, where there are no serial numbers"),
    )
    for option in reversed(options):
        function = option(function)
    return function


def whole_tonnes(text: str) -> int:
    """Read a quantity.

    Raises
    ------
    UsageProblem
        If it is no whole number of tonnes above 0.
    """
    plain = text.replace(",", "").strip()
    # read as a decimal: one of thousands of digits is no whole number of Python
    if not (plain.isascii() and plain.isdigit() and 0 < Decimal(plain) <= _MOST):
        shown = repr(text[:_SHOWN])
        raise UsageProblem(
            zh=f"--quantity {shown} 应为大于 0 的整吨数;签发与注销以 1 t CO2e 为单位,"
            "不足 1 t 的舍去",
            en=f"--quantity {shown} should be a whole number of tonnes above 0: units are of "
            "1 t CO2e, and what is less is left out",
        )
    return int(Decimal(plain))


def _serials(serial_from: str | None, serial_to: str | None) -> dict[str, str | None]:
    if (serial_from is None) != (serial_to is None):
        raise UsageProblem(
            zh="--serial-from 与 --serial-to 须一并给出",
            en="--serial-from and --serial-to go together",
        )
    return {"serial_from": serial_from, "serial_to": serial_to}


@click.command("issue", short_help="记入签发 · enter issued units")
@click.argument("project_id")
@click.option("--vintage", type=int, required=True, metavar="YEAR", help="产生年度 · vintage")
@_quantity
@day_option("--date", "登记(签发)日期 · day of the issue", required=True)
@click.option(
    "--verified-amount",
    required=True,
    metavar="T",
    help="该年度经核查的减排量合计(ccer monitor 的未取整减排量,扣除所弥补的损失) · "
    "verified reductions of the whole vintage: of ccer monitor, not rounded, less losses covered",
)
@click.option("--document", required=True, help="核查报告等文件 · document of the verification")
@_units
@day_option("--applied", "申请登记之日,默认同 --date · day of the application")
@day_option("--first-day", "产生起日,默认年度内计入期的第一天 · first day of the reductions")
@day_option("--last-day", "产生止日,默认年度内计入期的最后一天 · last day of the reductions")
@click.option("--note", help="说明 · note")
@click.pass_obj
def issue(settings: Settings, /, project_id: str, vintage: int, **given: Any) -> None:
    """记入登记系统签发的减排量 · enter units that the registry issued.

    \b
    拒绝 · refused:
      超过该年度经核查的减排量 1 t 及以上,或各年度合计超过 · 1 t or more above what was verified
      of the vintage, or above all that was verified
      今天以后、登记项目以前的日期 · days after today, or before the project was registered
      编号或批次已签发,个数与数量不等 · serial numbers or a batch issued before, another count
      2020-09-22 及以前、申请前五年以外、计入期以外 · outside the days that the measures allow
    """
    from sinkcalc.pipeline.ccer_ledger import amount
    from sinkcalc.pipeline.ccer_ledger import issue as enter

    _require_year(vintage)
    fields = {
        "quantity_t": whole_tonnes(given["quantity"]),
        "entry_date": as_day(given["date"]),
        "verified_t": amount(given["verified_amount"], "--verified-amount"),
        "document": given["document"],
        "batch": given["batch"],
        "applied_on": as_day(given["applied"]),
        "first_day": as_day(given["first_day"]),
        "last_day": as_day(given["last_day"]),
        "note": given["note"],
        **_serials(given["serial_from"], given["serial_to"]),
    }
    talk_about(settings, *enter(settings.db, project_id, vintage, fields, settings.wait))


def _require_year(vintage: int) -> None:
    if not date.min.year < vintage < date.max.year:
        raise UsageProblem(zh=f"--vintage {vintage} 不是年份", en=f"--vintage {vintage} is no year")


@click.command("cancel", short_help="记入注销 · enter cancelled units")
@click.argument("project_id")
@click.option("--vintage", type=int, required=True, metavar="YEAR", help="产生年度 · vintage")
@_quantity
@day_option("--date", "注销日期 · day of the cancellation", required=True)
@click.option(
    "--purpose",
    type=click.Choice(PURPOSES),
    help="用途:配额清缴、大型活动(给 --event 时默认)、企业抵销、其他 · use of the units; "
    "event where --event is given",
)
@click.option("--beneficiary", help="为谁注销 · for whom")
@click.option("--event", "event_name", help="活动名称 · name of the event")
@click.option(
    "--event-emissions",
    metavar="T",
    help="活动的排放量(由用户给出),t CO2e · emissions of the event, given by the user",
)
@_units
@click.option("--document", help="注销证明等文件 · document of the cancellation")
@click.option("--note", help="说明 · note")
@click.pass_obj
def cancel(settings: Settings, /, project_id: str, **given: Any) -> None:
    """记入注销(抵销) · enter units that were cancelled, as for the offset of an event.

    \b
    注销的减排量不能恢复,也不能再用于别的活动;超过余额、编号已注销的拒绝
    cancelled units do not come back and serve one use; more than the balance and serial numbers
    that were cancelled before are refused
    """
    from sinkcalc.pipeline.ccer_ledger import amount
    from sinkcalc.pipeline.ccer_ledger import cancel as enter

    purpose = given["purpose"] or (EVENT if given["event_name"] else None)
    if purpose is None:
        raise UsageProblem(
            zh="注销须有用途:--event 活动名称,或 --purpose",
            en="a cancellation needs its use: --event NAME, or --purpose",
        )
    emissions = given["event_emissions"]
    fields = {
        "vintage": given["vintage"],
        "quantity_t": whole_tonnes(given["quantity"]),
        "entry_date": as_day(given["date"]),
        "purpose": purpose,
        "beneficiary": given["beneficiary"],
        "event_name": given["event_name"],
        "event_emissions_t": None if emissions is None else amount(emissions, "--event-emissions"),
        "batch": given["batch"],
        "document": given["document"],
        "note": given["note"],
        **_serials(given["serial_from"], given["serial_to"]),
    }
    book, entry = enter(settings.db, project_id, fields, settings.wait)
    talk_about(settings, book, entry)
    if entry.event_name is not None:
        talk_about_event(settings, book, entry.event_name)


@click.command("reverse", short_help="记入逆转 · enter a loss of stock after an issue")
@click.argument("project_id")
@_quantity
@day_option("--date", "发生或查明的日期 · day of the loss, or when it was found", required=True)
@click.option("--cause", required=True, help="原因,如火灾、采伐 · cause, as a fire or felling")
@click.option(
    "--vintage",
    type=int,
    metavar="YEAR",
    help="所损失的年度;不给则记在整个项目 · vintage that is lost; of the whole project without it",
)
@click.option("--document", help="文件 · document")
@click.pass_obj
def reverse(settings: Settings, /, project_id: str, **given: Any) -> None:
    """记入已签发减排量的碳储量损失 · enter the loss of stock that units were issued for.

    \b
    管理办法没有逆转的规定:这里只记录并减少余额,余额低于 0 时显示欠额
    the measures have no rule on reversals: it is recorded and lowers the balance, and below 0
    the debt is shown
    """
    from sinkcalc.pipeline.ccer_ledger import reverse as enter

    fields = {
        "quantity_t": whole_tonnes(given["quantity"]),
        "entry_date": as_day(given["date"]),
        "vintage": given["vintage"],
        "note": given["cause"],
        "document": given["document"],
    }
    talk_about(settings, *enter(settings.db, project_id, fields, settings.wait))
    talk(
        settings,
        "管理办法(试行)没有逆转的规定:登记系统中的减排量不因此减少,这里只作记录",
        "the measures (trial) have no rule on reversals: no unit leaves the registry for it, it is "
        "recorded here only",
    )


@click.command("correct", short_help="更正一笔误记 · take back an entry made by mistake")
@click.argument("entry_no", type=int)
@click.option("--reason", required=True, help="原因 · reason")
@click.option(
    "--document",
    help="文件;更正注销时必须 · document; needed for a cancellation",
)
@click.pass_obj
def correct(settings: Settings, entry_no: int, reason: str, document: str | None) -> None:
    """以相反的一笔更正误记,原记录保留 · take back a slip by a counter-entry; the entry stays.

    \b
    只用于误记:登记系统中已注销的减排量不能恢复
    for slips of the book alone: units cancelled in the registry do not come back
    """
    from sinkcalc.pipeline.ccer_ledger import correct as enter

    talk_about(settings, *enter(settings.db, entry_no, reason, document, settings.wait))
