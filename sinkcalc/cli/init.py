"""`sinkcalc init`."""

import click

from sinkcalc.cli.output import talk
from sinkcalc.cli.settings import Settings


@click.command("init", short_help="建立或升级数据库 · create or migrate the database")
@click.pass_obj
def command(settings: Settings) -> None:
    """建立或升级数据库 · create the database, or migrate it to this version."""
    from sinkcalc.store.connection import writing

    with writing(settings.db, settings.wait):
        pass
    talk(settings, f"数据库 {settings.db} 已就绪", f"database {settings.db} is ready")
