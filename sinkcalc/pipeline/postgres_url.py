"""The address of a PostgreSQL database, read without ever showing its password."""

import re
from typing import Final, NamedTuple
from urllib.parse import unquote

from sinkcalc.errors import UsageProblem

_SCHEMES: Final = ("postgresql://", "postgres://")
_EXAMPLE: Final = "postgresql://user@host:5432/database"
# a name of a parameter, which may be encoded, and its value
_VALUES: Final = re.compile(r"([^?&=@:/]+)=[^&]*")


class Address(NamedTuple):
    """Where to publish.

    Attributes
    ----------
    parameters
        As libpq names them; what is missing comes from its environment, service file or .pgpass.
    shown
        The address without a password, for messages.
    """

    parameters: dict[str, str]
    shown: str


def is_postgres_url(text: str) -> bool:
    """Whether a place to publish to is a PostgreSQL database."""
    return text.lower().startswith(_SCHEMES)


def masked(url: str) -> str:
    """Return a URL with *** for its passwords, also where it is malformed."""
    # the last @: one in a password that was not encoded must not show what is after it
    user, at, place = url.rpartition("@")
    head, slashes, names = user.partition("://") if "://" in user else ("", "", user)
    if any(_is_secret(name) for name in _VALUES.findall(names)):
        # a @ in the value of a parameter: nothing after it tells where the password ends
        return f"{head}{slashes}***"
    name, colon, _ = names.partition(":")
    kept = f"{name}:***" if colon else name
    return f"{head}{slashes}{kept}{at}{_VALUES.sub(_hidden, place)}"


def _hidden(found: re.Match[str]) -> str:
    return f"{found[1]}=***" if _is_secret(found[1]) else found[0]


def _is_secret(name: str) -> bool:
    return unquote(name).strip().lower().endswith(("password", "secret"))


def read_address(url: str) -> Address:
    """Read a URL ``postgresql://[user[:password]@][host[:port]][/database][?name=value…]``.

    Raises
    ------
    UsageProblem
        If psycopg is not installed, or it is no such URL; the message has no part of a password.
    """
    if not is_postgres_url(url):
        raise UsageProblem(
            zh=f"{masked(url)} 不是 PostgreSQL 地址:写成 {_EXAMPLE}",
            en=f"{masked(url)} is no address of a PostgreSQL database: write {_EXAMPLE}",
        )
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict
    except ImportError as error:
        raise UsageProblem(
            zh='发布到 PostgreSQL 需要安装 psycopg:pip install "sinkcalc[postgres]"'
            f"({error.name or error})",
            en='publishing to PostgreSQL needs psycopg: pip install "sinkcalc[postgres]" '
            f"({error.name or error})",
        ) from None
    try:
        found = conninfo_to_dict(url)
    except (ProgrammingError, UnicodeError):
        # libpq quotes the part that it does not understand, which may be one of the password
        raise _unreadable(url) from None
    parameters = {name: str(value) for name, value in found.items()}
    parts = (parameters.get(name, "") for name in ("host", "port", "dbname"))
    # a password with @ or / in it has spilt over into what follows
    if any("@" in part for part in parts) or not _are_ports(parameters.get("port", "")):
        raise _unreadable(url)
    return Address(parameters, masked(url))


def _are_ports(text: str) -> bool:
    return all((port.isascii() and port.isdigit()) or not port for port in text.split(","))


def _unreadable(url: str) -> UsageProblem:
    return UsageProblem(
        zh=f"读不懂地址 {masked(url)}:写成 {_EXAMPLE},端口为数字;用户名和密码中的 @ : / ? # % "
        "写成 %40 %3A %2F %3F %23 %25,密码最好放在 PGPASSWORD 或 ~/.pgpass 中",
        en=f"cannot read the address {masked(url)}: write {_EXAMPLE} with a number as port; write "
        "@ : / ? # % in a user name or password as %40 %3A %2F %3F %23 %25, or better leave the "
        "password to PGPASSWORD or ~/.pgpass",
    )
