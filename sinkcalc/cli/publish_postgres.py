"""`sinkcalc publish --to postgresql://…`."""

from pathlib import Path
from typing import Any, Final

import click

from sinkcalc.cli.output import emit, talk
from sinkcalc.cli.settings import Settings

OPTIONS: Final = ("schema", "grant", "force")
_SCHEMA: Final = "sinkcalc"


def options(command: Any) -> Any:
    """Add the options of publishing to PostgreSQL."""
    for option in (
        click.option(
            "--grant",
            multiple=True,
            metavar="ROLE",
            help="PostgreSQL:允许读取的角色,可重复;public 为所有人 · PostgreSQL: role that may "
            "read, repeatable; public is everyone",
        ),
        click.option(
            "--schema",
            default=_SCHEMA,
            show_default=True,
            help="PostgreSQL:模式名 · PostgreSQL: schema",
        ),
    ):
        command = option(command)
    return command


def publish(
    settings: Settings,
    target: str,
    *,
    schema: str,
    grant: tuple[str, ...],
    force: bool,
    fmt: str | None,
    output: Path | None,
) -> None:
    """Publish to a PostgreSQL schema and list the tables that were written."""
    import polars as pl

    from sinkcalc.pipeline.publish_postgres import publish_postgres

    done = publish_postgres(settings.db, target, schema, settings.wait, force=force, grant=grant)
    if done.password_in_address:
        talk(
            settings,
            "地址中的密码在进程列表和命令历史中可见:改放在 PGPASSWORD 或 ~/.pgpass 中",
            "the list of processes and the shell's history show the password of the address: "
            "leave it to PGPASSWORD or ~/.pgpass",
        )
    if done.unchanged:
        talk(
            settings,
            f"数据没有变化:{done.place} 的模式 {schema} 已是这个状态(--force 仍然重写)",
            f"unchanged: schema {schema} of {done.place} holds this state (--force writes it anew)",
        )
    else:
        talk(
            settings,
            f"已发布到 {done.place} 的模式 {schema}",
            f"published to schema {schema} of {done.place}",
        )
    for table in done.tables:
        if table.nul_characters:
            talk(
                settings,
                f"表 {table.name}:PostgreSQL 的文本不能有字符 0,{table.nul_characters} 处写作 ␀",
                f"table {table.name}: texts of PostgreSQL have no character 0; "
                f"{table.nul_characters} of them are written as ␀",
            )
    rows = [{"table_name": table.name, "rows": table.rows} for table in done.tables]
    schema_of_rows = {"table_name": pl.String, "rows": pl.Int64}
    emit(pl.DataFrame(rows, schema=schema_of_rows), settings, fmt, output)
