"""`sinkcalc ccer verify-export`."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from sinkcalc.cli.output import emit, format_options, talk
from sinkcalc.cli.settings import Settings
from sinkcalc.errors import EXIT_FAILED

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.pipeline.ccer_verify import Verified

# differences of one file that a table for people shows; the other formats hold every one
_SHOWN: Final = 10
# that the last line names
_CAUSES: Final = 3


@click.command("verify-export", short_help="复算并核对一份导出 · compute an export again")
@click.argument(
    "folder", metavar="DIR", type=click.Path(path_type=Path, exists=True, file_okay=False)
)
@format_options
@click.pass_context
def command(ctx: click.Context, /, folder: Path, fmt: str | None, output: Path | None) -> None:
    """核对清单中的哈希,由输入副本复算,逐格列出不同 · name what differs from a second computation.

    Hashes are held against the manifest; then the project is computed again from the copies of its
    inputs with the installed program and parameters, and every cell of the tables, of the JSON
    document and of the workbook is compared, and every parameter. The exit code is 0 if all is
    equal and 1 if anything differs. Another version of the program or of the pack is told.

    \b
    例 · examples:
      sinkcalc ccer verify-export export
      sinkcalc ccer verify-export export --json
      sinkcalc ccer verify-export export -o 差异.csv
    """
    from sinkcalc.pipeline.ccer_verify import verify_export

    settings: Settings = ctx.obj
    found = verify_export(folder)
    for zh, en in found.notes:
        talk(settings, zh, en)
    count = len(found.differences)
    if count or fmt or output:
        title = settings.say(f"{folder}:{count} 处不同", f"{folder}: differences {count}")
        emit(found.frame, settings, fmt, output, _first_of_each_file, title)
    if count:
        talk(settings, *_last_line(found, _SHOWN))
        ctx.exit(EXIT_FAILED)
    talk(
        settings,
        f"{folder} 与由其输入复算的结果逐格相同",
        f"{folder} is what its inputs give, cell by cell",
    )


def _first_of_each_file(frame: "pl.DataFrame") -> "pl.DataFrame":
    return frame.group_by("kind", "file", maintain_order=True).head(_SHOWN)


def _last_line(found: "Verified", shown: int) -> tuple[str, str]:
    """Name what was changed, and how many differences follow from it."""
    causes, rest = found.causes, len(found.differences) - len(found.causes)
    named = "; ".join(" / ".join(part for part in one[1:5] if part) for one in causes[:_CAUSES])
    more = " …" if len(causes) > _CAUSES else ""
    head_zh, head_en = (
        f"{found.folder} 与复算不同",
        f"{found.folder} differs from a second computation",
    )
    tail_zh = f"(表中每个文件至多列 {shown} 处,--json 列出全部)"
    tail_en = f"(a table shows {shown} of a file at most, --json all of them)"
    if not causes:
        return f"{head_zh}:{rest} 处{tail_zh}", f"{head_en}; places: {rest} {tail_en}"
    return (
        f"{head_zh}。起因 {len(causes)} 处:{named}{more};由此或另有不同的格:{rest}{tail_zh}",
        f"{head_en}. Changed, {len(causes)}: {named}{more}; cells that follow from it or differ "
        f"besides: {rest} {tail_en}",
    )
