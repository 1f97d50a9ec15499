"""Values in a user's scenario file, each refused with the file and the key it stands at."""

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import UsageProblem
from sinkcalc.vocabulary import AGE_GROUPS, ORIGINS


@dataclass(frozen=True)
class Section:
    """A table of the file.

    Attributes
    ----------
    path
        The file, as the user named it.
    name
        As `measures.felling`; empty for the file itself.
    entries
        Key -> value.
    """

    path: object
    name: str
    entries: Mapping[str, Any]

    def problem(self, key: str, zh: str, en: str) -> UsageProblem:
        """Say what is wrong with a key, and where it stands."""
        table = f"[{self.name}]" if self.name else ""
        at = " ".join(part for part in (table, key) if part)
        return UsageProblem(
            zh=f"情景文件 {self.path} 的 {at}:{zh}",
            en=f"scenario file {self.path}, {at}: {en}",
        )

    def require_known(self, known: Iterable[str]) -> None:
        """Refuse a key that means nothing here."""
        words = list(known)
        for key in self.entries:
            if key not in words:
                raise self.problem(
                    key,
                    f"不认识的键;{_hint_zh(key, words)}",
                    f"the key is not known; {_hint_en(key, words)}",
                )

    def text(self, key: str) -> str | None:
        """Return a text that is not empty; None where the key is absent."""
        value = self.entries.get(key)
        if value is None or (isinstance(value, str) and value.strip()):
            return value
        raise self.problem(key, "应为非空文字,写在引号中", "must be a text in quotes, not empty")

    def number(self, key: str, most: float = math.inf) -> float | None:
        """Return a number from 0 to `most`; None where the key is absent."""
        value = self.entries.get(key)
        if value is None:
            return None
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and math.isfinite(value) and 0 <= value <= most:
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
        shown = list(words)
        raise self.problem(
            key,
            f"不认识 {value!r};{_hint_zh(str(value), shown)}",
            f"{value!r} is not known; {_hint_en(str(value), shown)}",
        )


def _hint_zh(text: str, known: list[str]) -> str:
    near = difflib.get_close_matches(text, known, n=1)
    return f"是否指 {near[0]}?" if near else f"可用:{'、'.join(known)}"


def _hint_en(text: str, known: list[str]) -> str:
    near = difflib.get_close_matches(text, known, n=1)
    return f"did you mean {near[0]}?" if near else f"use one of: {', '.join(known)}"


def did_you_mean(text: str, known: Iterable[str]) -> tuple[str, str]:
    """Return a hint in Chinese and English at the word that may be meant, or all of them."""
    words = list(known)
    return _hint_zh(text, words), _hint_en(text, words)


@cache
def region_words() -> dict[str, str]:
    """Return the counties of today by code and by name, those of old by what they are now."""
    rows = load_table("regions").rows.filter(
        load_table("regions").rows["kind"].is_in(["city", "test"]).not_()
    )
    now = {
        row["region_code"]: row["successor_code"] or row["region_code"]
        for row in rows.iter_rows(named=True)
    }
    named = {row["name_zh"]: row["region_code"] for row in rows.iter_rows(named=True)}
    return now | {name: now[code] for name, code in named.items()}


@cache
def species_words() -> dict[str, str]:
    """Return the species of arbor forest by word and Chinese name."""
    rows = [row for row in load_table("species").rows.iter_rows(named=True) if _is_arbor(row)]
    return {row["species"]: row["species"] for row in rows} | {
        row["name_zh"]: row["species"] for row in rows
    }


@cache
def group_words() -> dict[str, str]:
    """Return the species groups of arbor forest by word and Chinese name."""
    rows = [row for row in load_table("species").rows.iter_rows(named=True) if _is_arbor(row)]
    return _with_names(dict.fromkeys(row["species_group"] for row in rows))


def origin_words() -> dict[str, str]:
    """Return the origins by word and Chinese name."""
    return _with_names(ORIGINS)


def age_group_words() -> dict[str, str]:
    """Return the age groups by word and Chinese name."""
    return _with_names(AGE_GROUPS)


def _is_arbor(row: dict[str, Any]) -> bool:
    return str(row["species_group"]) != "bamboo"


def _with_names(words: Iterable[str]) -> dict[str, str]:
    names = {row["word"]: row["zh"] for row in load_table("words").rows.iter_rows(named=True)}
    listed = list(words)
    return {word: word for word in listed} | {names[word]: word for word in listed}
