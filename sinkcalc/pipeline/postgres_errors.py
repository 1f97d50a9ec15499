"""What a PostgreSQL server refuses, in words: what happened, why, and what to do."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from sinkcalc.errors import SinkcalcError

if TYPE_CHECKING:
    import psycopg

# a refused connection has no code, and a server speaks English or its own language
_CONNECTING: Final[Sequence[tuple[str, str, str]]] = (
    (
        r"password authentication failed|Password 认证失败|no password supplied",
        "用户名或密码不对:把密码放在 PGPASSWORD 或 ~/.pgpass 中,并检查用户名",
        "user name or password is wrong: give the password in PGPASSWORD or ~/.pgpass and check "
        "the user name",
    ),
    (
        r'database ".*" does not exist|数据库 ".*" 不存在',
        "服务器上没有这个数据库:请管理员建立(createdb -E UTF8 名称),或改地址中的数据库名",
        "the server has no such database: have it made (createdb -E UTF8 NAME), or change the "
        "name in the address",
    ),
    (
        r'role ".*" does not exist|角色 ".*" 不存在',
        "服务器上没有这个用户:请管理员建立(createuser 名称),或改地址中的用户名",
        "the server has no such user: have it made (createuser NAME), or change the name in the "
        "address",
    ),
    (
        r"no pg_hba.conf entry|pg_hba.conf rejects",
        "服务器不许这台机器、这个用户或不加密的连接:请管理员在 pg_hba.conf 中放行,"
        "或在地址后加 ?sslmode=require",
        "the server does not admit this machine, this user or an unencrypted connection: have it "
        "admitted in pg_hba.conf, or add ?sslmode=require to the address",
    ),
    (
        r"\bSSL\b|certificate",
        "加密连接不成:检查 sslmode、sslrootcert 与服务器证书;服务器没有开启 SSL 时不要用 "
        "sslmode=require",
        "no encrypted connection: check sslmode, sslrootcert and the server's certificate; without "
        "SSL on the server do not ask for sslmode=require",
    ),
    (
        r"too many (clients|connections)|remaining connection slots",
        "服务器的连接已满:稍后再试",
        "the server has no free connection: try again later",
    ),
    (
        r"starting up|shutting down|recovery mode",
        "服务器正在启动或关闭:稍后再试",
        "the server is starting up or shutting down: try again later",
    ),
    (
        r"refused|No such file|timeout|timed out|resolve|translate|unreachable|No route|not known",
        "没有服务器应答:检查主机名、端口、防火墙,以及服务器是否已启动",
        "no server answers: check host, port and firewall, and whether the server runs",
    ),
)
# code, or the two characters of its class, by https://www.postgresql.org/docs/current/errcodes-appendix.html
_WORKING: Final[dict[str, tuple[str, str]]] = {
    "42501": (
        "权限不够:用户需要在数据库上有 CREATE 权限(或已有模式的所有权),并且是这些表的所有者;"
        "用最初发布的用户,或请管理员授权",
        "no permission: the user needs CREATE on the database (or to own the schema) and has to "
        "own the tables; take the user that published first, or have the right granted",
    ),
    "42704": (
        "没有这个角色:检查 --grant",
        "there is no such role: check --grant",
    ),
    "55P03": (
        "表被别的会话锁住,或另一个发布正在进行:等它结束,或用 --wait 秒数 等待",
        "a table is locked by another session, or another publication is under way: let it finish, "
        "or wait for it with --wait SECONDS",
    ),
    "2BP01": (
        "视图等对象依赖于新版本不再有的列或表:先删除它们,发布后再建",
        "views or others depend on a column or table that this version has no more: drop them, "
        "publish, and make them anew",
    ),
    "23503": (
        "别的表有外键指向已发布的表,而发布要换掉全部行:删除外键,或改为 "
        "DEFERRABLE INITIALLY DEFERRED",
        "another table has a foreign key to a published one, whose rows are all replaced: drop "
        "the key, or make it DEFERRABLE INITIALLY DEFERRED",
    ),
    "22P05": (
        "数据库的编码容不下中文或其他字符:用 UTF8 编码建立数据库(createdb -E UTF8 -T template0)",
        "the encoding of the database lacks characters of the data: make a database in UTF8 "
        "(createdb -E UTF8 -T template0)",
    ),
    "25006": (
        "数据库只读(备用服务器或 default_transaction_read_only):改用主服务器",
        "the database is read-only (a standby, or default_transaction_read_only): publish to the "
        "primary server",
    ),
    "57014": (
        "服务器取消了语句(管理员取消或 statement_timeout):稍后再试,或为这个用户放宽时限",
        "the server cancelled the statement (an administrator or statement_timeout): try again, "
        "or allow this user more time",
    ),
    "53": (
        "服务器的磁盘、内存或连接不够:请管理员清理后重试",
        "the server lacks disk space, memory or connections: have room made and try again",
    ),
    "57": (
        "服务器结束了会话:等它恢复后重试",
        "the server ended the session: try again when it is back",
    ),
}
_OTHER: Final = ("请把这段文字交给管理员", "show this text to the administrator")


def cannot_connect(error: "psycopg.Error", shown: str) -> SinkcalcError:
    """Return why there is no connection, with the server's or the driver's own words."""
    said = " ".join(str(error).split())
    zh, en = next(((zh, en) for pattern, zh, en in _CONNECTING if re.search(pattern, said)), _OTHER)
    return SinkcalcError(
        zh=f"无法连接 {shown}:{zh}。原文:{said}",
        en=f"cannot connect to {shown}: {en}. In full: {said}",
    )


def not_published(error: "psycopg.Error", shown: str, table: str) -> SinkcalcError:
    """Return why a publication ended; the server has rolled it back."""
    primary = error.diag.message_primary
    said = " ".join(part for part in (primary, error.diag.message_detail) if part)
    code = error.sqlstate or ""
    if not primary or code.startswith("08"):
        said = " ".join(str(error).split())
        return SinkcalcError(
            zh=f"与 {shown} 的连接中断(表 {table}):服务器上仍是上次发布的内容;再发布一次即可。"
            f"原文:{said}",
            en=f"the connection to {shown} was lost (table {table}): the server keeps what was "
            f"published before; publish again. In full: {said}",
        )
    zh, en = _WORKING.get(code) or _WORKING.get(code[:2]) or _OTHER
    return SinkcalcError(
        zh=f"没有发布到 {shown}(表 {table}):{zh}。上次发布的内容不变。原文:{said}({code})",
        en=f"not published to {shown} (table {table}): {en}. What was published before is as it "
        f"was. In full: {said} ({code})",
    )
