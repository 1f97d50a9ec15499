"""`sinkcalc params verify`."""

import math
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sinkcalc.cli.output import emit, format_options, talk
from sinkcalc.cli.settings import Settings
from sinkcalc.errors import UsageProblem

if TYPE_CHECKING:
    import polars as pl


@click.command("verify", short_help="记录对原文的核对 · record what was checked in the source")
@click.argument("row", required=False)
@click.option("--source", default="", help="核对所据的文本 · the text that was read")
@click.option("--locator", default="", help="在文本中的位置:页、表、公式号 · page, table, equation")
@click.option("--by", default="", help="核对人 · who checked it")
@click.option("--value", type=float, help="在文本中读到的数值 · the figure read there")
@click.option(
    "--in-place-of-shipped",
    is_flag=True,
    help="--value 是项目自己的数,替代所附的数 · the figure is a project's own, not the shipped one",
)
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="核对日期,默认今天 · day, today")
@click.option(
    "--all-of",
    is_flag=True,
    help="ROW 开头的全部未核对行 · every unverified row that begins with ROW",
)
@click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("verified.csv"),
    show_default=True,
    help="记录核对结果的文件 · file that keeps the record",
)
@click.option("--list", "listing", is_flag=True, help="列出已记录的核对 · list what is recorded")
@format_options
@click.pass_obj
def verify(
    settings: Settings,
    row: str | None,
    source: str,
    locator: str,
    by: str,
    value: float | None,
    in_place_of_shipped: bool,
    on: datetime | None,
    all_of: bool,
    file: Path,
    listing: bool,
    fmt: str | None,
    output: Path | None,
) -> None:
    """记录一行参数或方法学条款已对照原文核对 · record that a row was checked in its source.

    \b
    ROW 为参数编号或方法学包的条款编号 · ROW is the id of a parameter or of an item of a pack:
      sinkcalc params verify CCER-14-001-V01.k_risk --value 0.10 \\
        --source "CCER-14-001-V01" --locator "p. 21, 6.5" --by 张三
      sinkcalc params verify --list
    项目在 [parameters] 中用自己的数替代所附的数 · a project's own figure in place of the shipped:
      sinkcalc params verify CCER-14-001-V01.k_risk --value 0.12 --in-place-of-shipped …
    """
    from sinkcalc.ccer.items import all_items
    from sinkcalc.cli.pack_views import verified_view
    from sinkcalc.coefficients.verified import read_verified, record_verified, states

    items = all_items()
    if listing:
        _list(settings, states(read_verified(file), items), fmt, output)
        return
    if row is None:
        raise UsageProblem(
            zh="请给出要核对的行的编号(sinkcalc params check 列出未核对的行),或用 --list",
            en="say which row was checked (sinkcalc params check lists those to check), or --list",
        )
    chosen = _begin_with(items, row) if all_of else _one(items, row)
    _check_value(chosen, value, all_of=all_of, own=in_place_of_shipped)
    day = (datetime.now() if on is None else on).date()
    added = record_verified(file, chosen, source, locator, by, day, value=value)
    emit(added, settings, fmt, output, verified_view)
    if in_place_of_shipped:
        _say_whom_it_serves(settings, chosen.row(0, named=True), value)
    talk(
        settings,
        f"已在 {file} 记录 {added.height} 行;该行内容一旦改变,核对即失效",
        f"recorded {added.height} rows in {file}; each holds until its row changes",
    )


def _list(
    settings: Settings, entries: "pl.DataFrame", fmt: str | None, output: Path | None
) -> None:
    from sinkcalc.cli.pack_views import verified_view
    from sinkcalc.coefficients.verified import HOLDS

    emit(entries, settings, fmt, output, verified_view)
    gone = entries.filter(entries["verification"] != HOLDS).height
    if gone:
        talk(
            settings,
            f"{gone} 条核对已失效:对应的行已改变或不再存在,请重新核对",
            f"{gone} entries hold no longer: their rows have changed or are gone; check them again",
        )


def _one(items: "pl.DataFrame", row: str) -> "pl.DataFrame":
    import polars as pl

    from sinkcalc.errors import did_you_mean

    chosen = items.filter(pl.col("item_id") == row)
    if not chosen.is_empty():
        return chosen
    beginning = items.filter(pl.col("item_id").str.starts_with(row)).height
    if beginning:
        raise UsageProblem(
            zh=f"没有编号恰为 {row} 的行;有 {beginning} 行以它开头:要全部核对请加 --all-of",
            en=f"no row is named {row}; {beginning} rows begin with it: add --all-of for all of "
            "them",
        )
    near = items["item_id"].to_list()
    zh, en = did_you_mean(row, near) if _close(row, near) else _where()
    raise UsageProblem(zh=f"没有 {row} 这一行;{zh}", en=f"there is no row {row}; {en}")


def _close(row: str, known: list[str]) -> bool:
    import difflib

    return bool(difflib.get_close_matches(row, known, n=1))


def _where() -> tuple[str, str]:
    return "用 sinkcalc params check 查看编号", "see sinkcalc params check for the ids"


def _begin_with(items: "pl.DataFrame", row: str) -> "pl.DataFrame":
    import polars as pl

    from sinkcalc.coefficients.verified import to_verify

    chosen = to_verify(items).filter(pl.col("item_id").str.starts_with(row))
    if chosen.is_empty():
        zh, en = _where()
        raise UsageProblem(
            zh=f"没有以 {row} 开头的未核对行;{zh}",
            en=f"no row that is to be checked begins with {row}; {en}",
        )
    return chosen


def _say_whom_it_serves(settings: Settings, item: Mapping[str, Any], value: float | None) -> None:
    if value == item["value"]:
        return
    talk(
        settings,
        f"所附的数仍是 {item['value']!r};这条核对只对在 [parameters] 中写 {value!r} 的项目有效",
        f"{item['value']!r} stays the shipped figure; this entry serves projects that give "
        f"{value!r} under [parameters]",
    )


def _check_value(chosen: "pl.DataFrame", value: float | None, *, all_of: bool, own: bool) -> None:
    """Refuse a figure that is not the shipped one, unless it is said to be a project's own."""
    if value is None and own:
        raise UsageProblem(
            zh="--in-place-of-shipped 须与 --value 同用:请写项目所用的数值",
            en="--in-place-of-shipped needs --value: say which figure the project uses",
        )
    if value is None:
        return
    if not math.isfinite(value):
        raise UsageProblem(
            zh=f"--value {value} 不是数值", en=f"--value {value} is no number: give the figure"
        )
    if all_of:
        raise UsageProblem(
            zh="--value 只能用于一行,不能与 --all-of 同用",
            en="--value is of one row: leave out --all-of",
        )
    item = chosen.row(0, named=True)
    if item["value"] is None:
        raise UsageProblem(
            zh=f"{item['item_id']} 不是数值,不用 --value",
            en=f"{item['item_id']} is no figure: leave out --value",
        )
    if value != item["value"] and not own:
        raise UsageProblem(
            zh=f"{item['item_id']} 的数值是 {item['value']!r},不是 {value!r}:核对不改数值。"
            "若原文数值不同,请在项目文件的 [parameters] 中写入该数值及其来源,"
            "再加 --in-place-of-shipped 核对",
            en=f"{item['item_id']} is {item['value']!r}, not {value!r}: a verification changes no "
            "number. If the text has another, give it with its source under [parameters] of the "
            "project file, and verify it with --in-place-of-shipped",
        )
