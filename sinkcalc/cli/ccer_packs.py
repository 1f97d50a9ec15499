"""`sinkcalc ccer packs`."""

from pathlib import Path

import click

from sinkcalc.cli.output import emit, format_options, talk
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import word


@click.command("packs", short_help="方法学包及其依据 · methodologies, and what of them was read")
@click.argument("code", required=False)
@format_options
@click.pass_obj
def command(settings: Settings, code: str | None, fmt: str | None, output: Path | None) -> None:
    """列出方法学,或一个方法学的全部条款 · list methodologies, or every item of one.

    \b
      sinkcalc ccer packs
      sinkcalc ccer packs CCER-14-001-V01
    """
    from sinkcalc.ccer.items import pack_counts, pack_listing, pack_remarks
    from sinkcalc.cli.pack_views import items_view, titled
    from sinkcalc.coefficients.packs import read_pack

    if code is None:
        emit(pack_counts(), settings, fmt, output, lambda rows: titled(rows, settings))
        talk(
            settings,
            "待核对条数 为凭记忆或假定的条款;逐条查看:sinkcalc ccer packs 编号;"
            "核对:sinkcalc params verify",
            "items to verify are recalled and assumed items; one by one: sinkcalc ccer packs "
            "CODE; check them off: sinkcalc params verify",
        )
        return
    pack = read_pack(code)
    rows = pack_listing(pack)
    emit(rows, settings, fmt, output, lambda frame: items_view(titled(frame, settings)))
    standing = word(pack.standing, settings)
    talk(
        settings,
        f"{pack.code} {pack.title_zh}({standing},包版本 {pack.version})",
        f"{pack.code} {pack.title_en} ({standing}, version {pack.version} of the pack)",
    )
    for zh, en in pack_remarks(pack):
        talk(settings, zh, en)
