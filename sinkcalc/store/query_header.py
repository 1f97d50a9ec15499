"""The header of a query of the catalogue: what it asks, takes and returns."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, NoReturn, cast, get_args

from sinkcalc.errors import SinkcalcError

Kind = Literal["INTEGER", "DOUBLE", "VARCHAR", "DATE", "BOOLEAN"]
KINDS: Final[tuple[str, ...]] = get_args(Kind)
# keys of the header that stand in it once, in their order
_ONCE: Final = (
    "name",
    "title_zh",
    "title_en",
    "question_zh",
    "question_en",
    "grain",
    "command",
)
_KEY: Final = re.compile(r"-- (\w+):(?: (.*))?")
_CONTINUED: Final = "--   "
# of a parameter or a column: what it is, its meaning in Chinese and in English
_PARTS: Final = 3
_PARAMETER: Final = re.compile(r"\$([a-z][a-z0-9_]*) ([A-Z]+)(\?)? (.+)")
_RETURNED: Final = re.compile(r"([a-z][a-z0-9_]*) (.+)")
# strings, quoted names and comments hold no parameter
_IN_BODY: Final = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|\$([A-Za-z_]\w*)")


@dataclass(frozen=True)
class Parameter:
    """A `$name` of a query: its type, whether it may be left out, and a value that gives rows."""

    name: str
    kind: Kind
    optional: bool
    example: str
    zh: str
    en: str


@dataclass(frozen=True)
class Returned:
    """A column of a query's result; `unit` is None where it has none."""

    name: str
    unit: str | None
    zh: str
    en: str


@dataclass(frozen=True)
class Query:
    """A question of the bureau and the SQL that answers it.

    Parameters
    ----------
    grain
        Columns of the result that make a row one.
    command
        Command line that stores the same figures; `{name}` stands for a parameter's value.
    sql
        The statement without its header, with `$name` where values go.
    """

    name: str
    title_zh: str
    title_en: str
    question_zh: str
    question_en: str
    grain: tuple[str, ...]
    command: str
    parameters: tuple[Parameter, ...]
    returns: tuple[Returned, ...]
    sql: str


@dataclass(frozen=True)
class _Line:
    number: int
    key: str
    text: str


def parse_query(name: str, text: str) -> Query:
    """Read the header and the body of the file `name`.sql.

    Raises
    ------
    SinkcalcError
        Naming file and line, if a key is missing, doubled, unknown or not in its form, or the
        header and the body have other parameters.
    """
    lines = text.splitlines()
    end = next((i for i, line in enumerate(lines) if not line.startswith("--")), len(lines))
    header = list(_header(name, lines[:end]))
    once = _once(name, header)
    if once["name"].text != name:
        _refuse(
            name, once["name"].number, f"name 应为 {name}", f"name has to be {name}, as the file"
        )
    sql = "\n".join(lines[end:]).strip() + "\n"
    parameters = tuple(_parameter(name, line) for line in header if line.key == "param")
    returns = tuple(_returned(name, line) for line in header if line.key == "returns")
    _require_unique(name, header, [p.name for p in parameters], [r.name for r in returns])
    grain = tuple(part.strip() for part in once["grain"].text.split(","))
    columns = {column.name for column in returns}
    for column in grain:
        if column not in columns:
            _refuse(
                name,
                once["grain"].number,
                f"grain 的 {column} 不在 returns 之中",
                f"{column} of grain is not among returns",
            )
    _require_same_parameters(
        name, once["command"], "\n".join(lines[end:]), {p.name for p in parameters}, end
    )
    return Query(
        **{key: once[key].text for key in _ONCE if key != "grain"},
        grain=grain,
        parameters=parameters,
        returns=returns,
        sql=sql,
    )


def parameter_names(sql: str) -> list[str]:
    """Return every `$name` of a statement, in order, outside of strings and comments."""
    return [found[1] for found in _IN_BODY.finditer(sql) if found[1]]


def with_values(sql: str, written: dict[str, str]) -> str:
    """Write values in the place of `$name`, outside of strings and comments."""
    return _IN_BODY.sub(lambda found: written[found[1]] if found[1] else found[0], sql)


def _header(name: str, lines: list[str]) -> Iterator[_Line]:
    """Yield the keys of a header; lines that begin with `--` and three spaces go on with one."""
    held: _Line | None = None
    for number, line in enumerate(lines, start=1):
        if held is not None and line.startswith(_CONTINUED):
            more = line[len(_CONTINUED) :].strip()
            # Chinese text has no space where a line ends
            space = " " if held.text[-1:].isascii() and more[:1].isascii() else ""
            held = _Line(held.number, held.key, f"{held.text}{space}{more}")
            continue
        if held is not None:
            yield held
        found = _KEY.fullmatch(line)
        if found is None or found[1] not in (*_ONCE, "param", "returns"):
            keys = ", ".join((*_ONCE, "param", "returns"))
            _refuse(
                name,
                number,
                f"头部不认识 {line!r};每行写 -- 键: 值,键为 {keys}",
                f"{line!r} is no line of a header; write -- key: value with a key of {keys}",
            )
        if not (found[2] or "").strip():
            _refuse(name, number, f"{found[1]} 没有值", f"{found[1]} has no value")
        held = _Line(number, found[1], found[2].strip())
    if held is not None:
        yield held


def _once(name: str, header: list[_Line]) -> dict[str, _Line]:
    once: dict[str, _Line] = {}
    for line in header:
        if line.key in once:
            _refuse(name, line.number, f"{line.key} 写了两次", f"{line.key} stands there twice")
        if line.key in _ONCE:
            once[line.key] = line
    for key in _ONCE:
        if key not in once:
            _refuse(name, 1, f"头部缺少 {key}", f"the header lacks {key}")
    if not any(line.key == "returns" for line in header):
        _refuse(name, 1, "头部缺少 returns", "the header lacks returns")
    return once


def _parameter(name: str, line: _Line) -> Parameter:
    head, zh, en = _three(name, line, "$name TYPE[?] example | zh | en")
    found = _PARAMETER.fullmatch(head)
    if found is None or found[2] not in KINDS:
        kinds = ", ".join(KINDS)
        _refuse(
            name,
            line.number,
            f"参数 {head!r} 应写作 $name TYPE[?] 例值,TYPE 为 {kinds}",
            f"the parameter {head!r} has to read $name TYPE[?] example, TYPE one of {kinds}",
        )
    return Parameter(found[1], cast(Kind, found[2]), found[3] is not None, found[4], zh, en)


def _returned(name: str, line: _Line) -> Returned:
    head, zh, en = _three(name, line, "column unit | zh | en")
    found = _RETURNED.fullmatch(head)
    if found is None:
        _refuse(
            name,
            line.number,
            f"列 {head!r} 应写作 列名 单位(没有单位写 -)",
            f"the column {head!r} has to read: name unit (- where it has none)",
        )
    return Returned(found[1], None if found[2] == "-" else found[2], zh, en)


def _three(name: str, line: _Line, form: str) -> tuple[str, str, str]:
    parts = [part.strip() for part in line.text.split("|")]
    if len(parts) != _PARTS or not all(parts):
        _refuse(
            name,
            line.number,
            f"{line.key} 应写作 {form}",
            f"{line.key} has to read {form}",
        )
    return parts[0], parts[1], parts[2]


def _require_unique(name: str, header: list[_Line], *groups: list[str]) -> None:
    for names in groups:
        for twice in {one for one in names if names.count(one) > 1}:
            at = next(
                line.number for line in header if line.text.lstrip("$").split(" ")[0] == twice
            )
            _refuse(name, at, f"{twice} 写了两次", f"{twice} stands there twice")


def _require_same_parameters(
    name: str, command: _Line, sql: str, declared: set[str], end: int
) -> None:
    used = set(parameter_names(sql))
    for missing in sorted(declared - used):
        _refuse(
            name,
            end,
            f"SQL 中没有用到参数 ${missing}",
            f"the parameter ${missing} is not used in the SQL",
        )
    for unknown in sorted(used - declared):
        at = end + next(
            i for i, line in enumerate(sql.splitlines(), start=1) if f"${unknown}" in line
        )
        _refuse(name, at, f"头部没有参数 ${unknown}", f"the header has no parameter ${unknown}")
    for placed in re.findall(r"\{(\w*)\}", command.text):
        if placed not in declared:
            _refuse(
                name,
                command.number,
                f"command 的 {{{placed}}} 不是参数",
                f"{{{placed}}} of command is no parameter",
            )


def _refuse(name: str, line: int, zh: str, en: str) -> NoReturn:
    raise SinkcalcError(
        zh=f"查询文件 {name}.sql 第 {line} 行:{zh}", en=f"query file {name}.sql, line {line}: {en}"
    )
