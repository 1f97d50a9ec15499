"""Serial numbers of units: a fixed beginning and a running number at the end."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sinkcalc.errors import UsageProblem

_SERIAL: Final = re.compile(r"(.*?)([0-9]+)")


@dataclass(frozen=True)
class Serials:
    """Units from `first` to `last`, both among them.

    Attributes
    ----------
    beginning
        What stands before the running number; leading zeros of the number are no part of it.
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
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    found = _SERIAL.fullmatch(plain)
    if found is None:
        raise UsageProblem(
            zh=f"编号 {text!r} 应以数字结尾,如 CCER-2024-000001",
            en=f"the serial number {text!r} should end in digits, as CCER-2024-000001",
        )
    return found[1], int(found[2])


def covered(wanted: Serials, held: Iterable[Serials]) -> int:
    """Return how many units of a range are in ranges that have no unit in common."""
    return sum(wanted.common(one) for one in held)
