"""`sinkcalc restore`."""

from pathlib import Path

import click

from sinkcalc.cli.output import talk
from sinkcalc.cli.settings import Settings


@click.command("restore", short_help="由发布状态恢复数据库 · make a database of a published state")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--state", metavar="STATE", help="状态,缺省为当前 · state, the current by default")
@click.option(
    "--db",
    "new",
    type=click.Path(path_type=Path, dir_okay=False),
    help="新数据库文件,缺省为全局 --db · the new database, the global --db by default",
)
@click.option(
    "--force",
    is_flag=True,
    help="数据库已存在时替换,原文件保留为 .bak · replace a database, keeping it as .bak",
)
@click.pass_obj
def command(
    settings: Settings, folder: Path, state: str | None, new: Path | None, force: bool
) -> None:
    """由发布的状态恢复工作数据库 · make a working database of a published state.

    先核对各文件的 sha256,再核对全部数据行;不升级结构,不覆盖已有数据库。
    The hashes of the files are checked, then all rows; nothing is migrated and no database is
    written over.

    \b
    例 · examples:
      sinkcalc restore /srv/sinkcalc --db 新库.duckdb
      sinkcalc restore /srv/sinkcalc --state 2024-03-01-0a1b2c3d4e5f --db old.duckdb
    """
    from sinkcalc.pipeline.restore import restore

    db = new or settings.db
    done = restore(folder, state, db, force=force, wait=settings.wait)
    if done.kept is not None:
        talk(
            settings, f"原数据库保留为 {done.kept}", f"the earlier database is kept as {done.kept}"
        )
    talk(
        settings,
        f"已由状态 {done.state} 恢复数据库 {db}({done.rows} 行,已核对)",
        f"restored database {db} from state {done.state} ({done.rows} rows, checked)",
    )
    if not done.own_views:
        talk(
            settings,
            f"它的视图由另一版本建立,原样恢复;使用前运行 sinkcalc --db {db} init 更新视图",
            f"its views were made by another version and are restored as they were: run "
            f"sinkcalc --db {db} init to make them anew before you use it",
        )
