"""By what a survey was counted, which decides whether it is of one series with another."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

# how the class of land before is known: stands of both surveys, or the later layer's own column
SAME_IDS: Final = "same_ids"
BOTH_CLASSES: Final = "both_classes"
TRANSITION_BASES: Final = (SAME_IDS, BOTH_CLASSES)


@dataclass(frozen=True)
class Recorded:
    """Words of a coded column that occur in a survey, and the code sets it was read by.

    A code set without a name stands for this program's own words; none: it was not delivered.
    """

    used: frozenset[str]
    code_sets: frozenset[str]


@dataclass(frozen=True)
class Counted:
    """By what a survey was counted.

    Attributes
    ----------
    regions
        County codes of its records, those of today.
    old_codes
        Abolished county codes that numbers of stands begin with.
    words
        Coded column -> what occurs and what could.
    read
        Whether it is known how the columns were read.
    economic
        Whether a purpose of economic forest was read beside the land class.
    """

    survey: int
    definition: str
    regions: frozenset[str]
    old_codes: frozenset[str]
    words: Mapping[str, Recorded]
    read: bool = True
    economic: bool = False
