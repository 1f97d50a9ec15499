"""Values in a user's TOML file, each refused with the file and the key it stands at."""

import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from sinkcalc.errors import UsageProblem, did_you_mean, reason_zh

# years are added to a day and taken off it: the ends of the calendar are out of reach
_FIRST_DAY, _END_OF_DAYS = date(1000, 1, 1), date(9000, 1, 1)
_DAY: Final = r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"


class FileKind(NamedTuple):
    """What messages call a file."""

    zh: str
    en: str


@dataclass(frozen=True)
class Section:
    """A table of the file.

    Attributes
    ----------
    what
        What the file is called in messages.
    path
        The file, as the user named it.
    name
        As `measures.felling`; empty for the file itself.
    entries
        Key -> value.
    """

    what: FileKind
    path: object
    name: str
    entries: Mapping[str, Any]

    def problem(self, key: str, zh: str, en: str) -> UsageProblem:
        """Say what is wrong with a key, and where it stands."""
        table = f"[{self.name}]" if self.name else ""
        at = " ".join(part for part in (table, key) if part)
        return UsageProblem(
            zh=f"{self.what.zh} {self.path} 的 {at}:{zh}",
            en=f"{self.what.en} {self.path}, {at}: {en}",
        )

    def require_known(self, known: Iterable[str]) -> None:
        """Refuse a key that means nothing here."""
        words = list(known)
        for key in self.entries:
            if key not in words:
                zh, en = did_you_mean(key, words)
                raise self.problem(key, f"不认识的键;{zh}", f"the key is not known; {en}")

    def text(self, key: str) -> str | None:
        """Return a text that is not empty; None where the key is absent."""
        value = self.entries.get(key)
        if value is None or (isinstance(value, str) and value.strip()):
            return value
        raise self.problem(key, "应为非空文字,写在引号中", "must be a text in quotes, not empty")

    def needed(self, key: str, zh: str, en: str) -> None:
        """Refuse a key that is absent, saying what is to be written."""
        if self.entries.get(key) is None:
            raise self.problem(key, f"缺少;{zh}", f"is missing: {en}")

    def within(self, key: str, entries: object) -> "Section":
        """Return a table inside this one.

        Raises
        ------
        UsageProblem
            If it is no table.
        """
        name = f"{self.name}.{key}" if self.name else key
        if not isinstance(entries, Mapping):
            raise Section(self.what, self.path, name, {}).problem(
                "", "应为一段,而不是一个值", "must be a table, not a value"
            )
        return Section(self.what, self.path, name, entries)

    def table(self, key: str) -> "Section":
        """Return the table under a key; an empty one where the key is absent."""
        return self.within(key, self.entries.get(key, {}))

    def tables(self, key: str) -> list["Section"]:
        """Return the tables of a list under a key, numbered from 1; none where it is absent."""
        listed = self.entries.get(key, [])
        if not isinstance(listed, list):
            name = f"{self.name}.{key}" if self.name else key
            raise self.problem(
                key,
                f"应为一列段,每段以 [[{name}]] 开头,或写作 [{{ … }}, {{ … }}]",
                f"must be a list of tables, each beginning with [[{name}]], or [{{ … }}, {{ … }}]",
            )
        return [self.within(f"{key} {number}", each) for number, each in enumerate(listed, 1)]

    def signed(self, key: str) -> float | None:
        """Return a number of any sign; None where the key is absent."""
        value = self.entries.get(key)
        if value is None:
            return None
        if is_number(value):
            return float(value)
        raise self.problem(key, f"应为数,现为 {value!r}", f"must be a number and is {value!r}")

    def day(self, key: str) -> date | None:
        """Return a date, of TOML or in quotes; None where the key is absent."""
        value = self.entries.get(key)
        if value is None:
            return None
        found = _as_day(value)
        if found is not None and _FIRST_DAY <= found < _END_OF_DAYS:
            return found
        raise self.problem(
            key,
            f"应为日期,如 2024-03-01,现为 {value!r}",
            f"must be a date, as 2024-03-01, and is {value!r}",
        )

    def number(self, key: str, most: float = math.inf) -> float | None:
        """Return a number from 0 to `most`; None where the key is absent."""
        value = self.entries.get(key)
        if value is None:
            return None
        if is_number(value) and 0 <= value <= most:
            return float(value)
        if most < math.inf:
            zh = f"应为 0–{most:g} 的小数,现为 {value!r};百分之五写 0.05"
            en = f"must be a fraction from 0 to {most:g} and is {value!r}; five per cent is 0.05"
        else:
            zh = f"应为不小于 0 的数,现为 {value!r}"
            en = f"must be a number of 0 or more and is {value!r}"
        raise self.problem(key, zh, en)

    def whole(self, key: str) -> int | None:
        """Return a whole number of 0 or more; None where the key is absent."""
        value = self.entries.get(key)
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
            return value
        raise self.problem(
            key, f"应为不小于 0 的整数,现为 {value!r}", f"must be a whole number and is {value!r}"
        )

    def flag(self, key: str) -> bool:
        """Return true or false; false where the key is absent."""
        value = self.entries.get(key, False)
        if isinstance(value, bool):
            return value
        raise self.problem(key, "应为 true 或 false", "must be true or false")

    def word(self, key: str, words: Mapping[str, str]) -> str | None:
        """Return the word that a text stands for; None where the key is absent."""
        value = self.entries.get(key)
        return None if value is None else self._one(key, value, words)

    def list_of(self, key: str, words: Mapping[str, str]) -> tuple[str, ...]:
        """Return the words of a list, or of one text; none where the key is absent."""
        value = self.entries.get(key, [])
        values = value if isinstance(value, list) else [value]
        found = tuple(self._one(key, each, words) for each in values)
        if len(set(found)) < len(found):
            raise self.problem(key, "有重复的值;请删去", "names one of them twice: remove it")
        return found

    def _one(self, key: str, value: object, words: Mapping[str, str]) -> str:
        # a county code may stand without quotes
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and value in words:
            return words[value]
        zh, en = did_you_mean(str(value), words)
        raise self.problem(key, f"不认识 {value!r};{zh}", f"{value!r} is not known; {en}")


def _as_day(value: object) -> date | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    found = re.fullmatch(_DAY, value.strip()) if isinstance(value, str) else None
    try:
        return None if found is None else date(*map(int, found.groups()))
    except ValueError:
        return None


def is_number(value: object) -> bool:
    """Tell whether a value is a number that a float can hold; nan and inf are none."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def read_toml(path: Path, what: FileKind) -> dict[str, Any]:
    """Read a TOML file in UTF-8, with or without a byte order mark.

    Raises
    ------
    UsageProblem
        If the file cannot be read, is in another encoding, or is no TOML, with the place.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return tomllib.loads(text)
    except UnicodeDecodeError:
        raise UsageProblem(
            zh=f"{what.zh} {path} 不是 UTF-8 编码(可能是 GBK):请在编辑器中另存为 UTF-8",
            en=f"{what.en} {path} is not in UTF-8 (it may be GBK): save it as UTF-8",
        ) from None
    except OSError as error:
        raise UsageProblem(
            zh=f"读不了{what.zh} {path}:{reason_zh(error)}",
            en=f"cannot read {what.en} {path}: {error.strerror}",
        ) from None
    except tomllib.TOMLDecodeError as error:
        zh, en = _place(error, text)
        raise UsageProblem(
            zh=f"{what.zh} {path} 不是有效的 TOML:{zh}。改正该处(文字写在引号中,"
            "每行一个 键 = 值,同一个键只写一次)",
            en=f"{what.en} {path} is no TOML {en}. Correct that place (texts stand in quotes, "
            "one key = value a line, no key twice)",
        ) from None
    except (ValueError, RecursionError) as error:
        # whole numbers of thousands of digits, lists thousands deep
        raise UsageProblem(
            zh=f"{what.zh} {path} 无法读取:{error}。检查过长的数或过深的列表",
            en=f"cannot read {what.en} {path}: {error}. Look for a number of thousands of digits "
            "or lists within lists",
        ) from None


def _place(error: tomllib.TOMLDecodeError, text: str) -> tuple[str, str]:
    """Say where a file is no TOML, with the line and what is often wrong there."""
    found = re.search(r"line (\d+), column (\d+)", str(error))
    if found is None:
        return "文件末尾", "at its end"
    line, column = found.groups()
    written = (text.splitlines() or [""])[min(int(line), text.count("\n") + 1) - 1].strip()
    zh, en = _why(written)
    return (
        f"第 {line} 行第 {column} 列「{written}」{zh}",
        f"at line {line}, column {column}: {written!r}{en}",
    )


def _why(line: str) -> tuple[str, str]:
    """Name what is wrong in a line that people often write so; nothing if it is another thing."""
    if re.search("[\u201c\u201d\u2018\u2019]", line):
        return ',引号应为半角 "', ", quotes are to be plain"
    if re.search(r"\d\s*年|\d/\d", line):
        return ",日期写 2024-03-01,或放在引号中", ", write a date as 2024-03-01, or in quotes"
    if re.match(r"[\[\s]*[^\x00-\x7f\"'#]", line):
        return ",中文名称要放在引号中", ", names that are not in Latin letters stand in quotes"
    if re.search(r"=\s*[\d.]+\s*[%亩万株]", line):
        return ",只写数,不带单位", ", write the figure alone, without a unit"
    return "", ""
