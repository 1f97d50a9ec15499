"""Serial numbers of units: a fixed beginning and a running number at the end."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sinkcalc.errors import UsageProblem

_SERIAL: Final = re.compile(r"(.*?)([0-9]+)")
# categories of Unicode: dashes, characters that are not shown; a minus is of neither
_DASH: Final = "Pd"
_UNSEEN: Final = "Cf"
_MINUS: Final = "\N{MINUS SIGN}"
# of a running number; more is no number of units
_MOST_DIGITS: Final = 18
# characters that a message shows of one that cannot be read
_SHOWN: Final = 40


def as_compared(text: str) -> str:
    """Return the one spelling of a name: without case, blanks, width of characters, kind of dash.

    Characters that cannot be seen are left out as well.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(_as_compared(one) for one in folded if not one.isspace())


def _as_compared(character: str) -> str:
    category = unicodedata.category(character)
    if category == _DASH or character == _MINUS:
        return "-"
    return "" if category == _UNSEEN else character


def alike(one: str | None, other: str | None) -> bool:
    """Tell whether two names are one; none is like none."""
    if one is None or other is None:
        return one is other
    return as_compared(one) == as_compared(other)


@dataclass(frozen=True)
class Serials:
    """Units from `first` to `last`, both among them.

    Attributes
    ----------
    beginning
        What stands before the running number, in capitals; leading zeros of the number are no
        part of it.
    """

    beginning: str
    first: int
    last: int

    @property
    def count(self) -> int:
        """Number of units."""
        return self.last - self.first + 1

    def common(self, other: "Serials") -> int:
        """Return how many units both hold."""
        if self.beginning != other.beginning:
            return 0
        return max(0, min(self.last, other.last) - max(self.first, other.first) + 1)

    def __str__(self) -> str:
        """Return both ends."""
        return f"{self.beginning}{self.first}–{self.beginning}{self.last}"


def parse_serials(first: str, last: str) -> Serials:
    """Read the two ends of a range.

    Raises
    ------
    UsageProblem
        If one does not end in digits, they begin differently, or the last is before the first.
    """
    (beginning, start), (other, end) = _parts(first), _parts(last)
    if beginning != other:
        raise UsageProblem(
            zh=f"编号 {first} 与 {last} 除末尾数字外应相同",
            en=f"serial numbers {first} and {last} may differ in their last digits only",
        )
    if end < start:
        raise UsageProblem(
            zh=f"止编号 {last} 小于起编号 {first}",
            en=f"the last serial number {last} is before the first, {first}",
        )
    return Serials(beginning, start, end)


def _parts(text: str) -> tuple[str, int]:
    found = _SERIAL.fullmatch(as_compared(text).upper())
    digits = "" if found is None else found[2].lstrip("0")
    if found is None or len(digits) > _MOST_DIGITS:
        raise UsageProblem(
            zh=f"编号 {text[:_SHOWN]!r} 应以数字结尾,至多 {_MOST_DIGITS} 位,如 CCER-2024-000001",
            en=f"the serial number {text[:_SHOWN]!r} should end in digits, {_MOST_DIGITS} at most, "
            "as CCER-2024-000001",
        )
    return found[1], int(digits or "0")


def covered(wanted: Serials, held: Iterable[Serials]) -> int:
    """Return how many units of a range are in ranges that have no unit in common."""
    return sum(wanted.common(one) for one in held)
