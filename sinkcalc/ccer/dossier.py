"""What an export says of a project, whatever the form it is written in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import polars as pl

from sinkcalc.ccer.own_figures import ONLY_OWN
from sinkcalc.ccer.plan import Plan, Results
from sinkcalc.ccer.project import Project
from sinkcalc.coefficients import packs
from sinkcalc.coefficients.packs import Pack
from sinkcalc.coefficients.verified import HOLDS, to_verify


class Stamp(NamedTuple):
    """A mark that every page of an export carries."""

    word: str
    zh: str
    en: str


DRAFT: Final = Stamp("draft", "草案 · 参数未核对", "DRAFT · PARAMETERS NOT VERIFIED")
UNKNOWN_PARCELS: Final = Stamp(
    "unknown_parcels", "含未判定地块", "PARCELS INCLUDED THAT NO RULE HAS CLEARED"
)
SIMULATED: Final = Stamp("simulated", "模拟数据", "SIMULATED DATA")
HISTORIC: Final = Stamp(
    packs.HISTORIC,
    "历史方法学,仅供研究与地方机制",
    "HISTORIC METHODOLOGY, FOR RESEARCH AND LOCAL SCHEMES ONLY",
)
PLACEHOLDER: Final = Stamp(
    packs.PLACEHOLDER, "占位方法学,不可用于申报", "PLACEHOLDER OF A METHODOLOGY, NOT FOR SUBMISSION"
)


@dataclass(frozen=True)
class Dossier:
    """A computed project with everything that a reader needs to follow its numbers.

    Attributes
    ----------
    parcels
        Included parcels, sorted by `parcel_id`: `PARCEL_COLUMNS`, the stratum that each is of, and
        its `outcome`.
    excluded
        Parcels left out: `parcel_id`, `stratum`, `area_ha`, `outcome`, and the rules that decide.
    screening
        One line a parcel and rule.
    items
        Items that the figures rest on, with `verification`: `holds`, `lapsed` (the item has
        changed since it was verified) or `none`.
    notes
        What has to be said beside the figures, in Chinese and English.
    inputs
        Name of an input file -> its sha256.
    run_id
        Hash of inputs, parameters, equations and the version of the program.
    simulated
        Whether the parcels come from a simulated survey.
    """

    project: Project
    pack: Pack
    plan: Plan
    results: Results
    parcels: pl.DataFrame
    excluded: pl.DataFrame
    screening: pl.DataFrame
    items: pl.DataFrame
    notes: tuple[tuple[str, str], ...]
    inputs: Mapping[str, str]
    run_id: str
    program_version: str
    simulated: bool = False

    @property
    def unverified(self) -> pl.DataFrame:
        """Items that were not read in the text, or are assumed, and that nobody has verified."""
        return to_verify(self.items).filter(pl.col("verification") != HOLDS)

    @property
    def own_figures(self) -> pl.DataFrame:
        """Figures that only the project can know, with the source that it names."""
        return self.items.filter(pl.col("status") == ONLY_OWN)

    @property
    def unknown_parcels(self) -> int:
        """Number of included parcels that a rule could not judge."""
        return int((self.parcels["outcome"] == "unknown").sum())

    @property
    def stamps(self) -> tuple[Stamp, ...]:
        """Marks that every page carries; none once every item is verified."""
        marks = [SIMULATED] if self.simulated else []
        if not self.unverified.is_empty() or self.unknown_parcels:
            marks.append(DRAFT)
        if self.unknown_parcels:
            marks.append(UNKNOWN_PARCELS)
        if self.pack.standing == packs.HISTORIC:
            marks.append(HISTORIC)
        if self.pack.standing == packs.PLACEHOLDER:
            marks.append(PLACEHOLDER)
        return tuple(marks)
