"""The tables that files are loaded into, and what tells one from another."""

from dataclasses import dataclass
from typing import Final

import dataframely as dy

from sinkcalc.errors import UsageProblem
from sinkcalc.schemas.inventory import Plot, Stand, Stratum, Tree
from sinkcalc.vocabulary import (
    AGE_GROUPS,
    ORIGINS,
    SPECIES,
    TREE_STATUSES,
    VEGETATION_CLASSES,
)

# words that a coded column may hold
WORDS: Final = {
    "vegetation_class": VEGETATION_CLASSES,
    "economic_mark": ("economic",),
    "species": SPECIES,
    "origin": ORIGINS,
    "age_group": AGE_GROUPS,
    "status": TREE_STATUSES,
}


@dataclass(frozen=True)
class TableKind:
    """One table that files are loaded into.

    Attributes
    ----------
    name, noun_zh
        Name in the profiles, in the database and in messages.
    schema
        Rows as they are stored.
    id_column
        Column that the `id_columns` of a profile make together.
    key
        Columns of which no two rows are alike.
    repeated
        Rule of a row that repeats the key of another.
    text, years, coded, numeric
        Columns that a profile may name, by what they hold: any text, a year, a word of `WORDS`,
        a number with a unit.
    required
        Columns without which a row is no use, beside the id.
    told_apart_by
        Column of the key without which a row repeats no other.
    compared
        Measured columns that are compared between occasions.
    names_itself
        Whether file and row number name a row where the profile has no `id_columns`.
    """

    name: str
    noun_zh: str
    schema: type[dy.Schema]
    id_column: str
    key: tuple[str, ...]
    repeated: str
    text: tuple[str, ...]
    years: tuple[str, ...]
    coded: tuple[str, ...]
    numeric: tuple[str, ...]
    required: tuple[str, ...]
    told_apart_by: str = ""
    compared: tuple[str, ...] = ()
    names_itself: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that a profile may name."""
        return (*self.text, *self.years, *self.coded, *self.numeric)


STANDS: Final = TableKind(
    name="stands",
    noun_zh="小班",
    schema=Stand,
    id_column="stand_id",
    key=("stand_id",),
    repeated="duplicate_stand",
    text=("region_code", "township_code", "remark"),
    years=("record_year",),
    coded=("vegetation_class", "economic_mark", "species", "origin", "age_group"),
    numeric=(
        "area_ha",
        "volume_m3",
        "volume_m3_per_ha",
        "culms",
        "stems_per_ha",
        "canopy_cover_fraction",
        "dbh_cm",
        "height_m",
        "crown_length_m",
        "scattered_volume_m3",
        "age_years",
    ),
    required=("region_code", "vegetation_class", "area_ha"),
    names_itself=True,
)
PLOTS: Final = TableKind(
    name="plots",
    noun_zh="样地",
    schema=Plot,
    id_column="plot_id",
    key=("plot_id",),
    repeated="duplicate_plot",
    text=("cluster_id", "region_code", "stratum", "stand_id", "species_code", "remark"),
    years=("measured_year",),
    coded=("vegetation_class", "species", "origin", "age_group"),
    numeric=(
        "plot_area_ha",
        "age_years",
        "canopy_cover_fraction",
        "dbh_cm",
        "height_m",
        "volume_m3",
        "dead_volume_m3",
        "cut_volume_m3",
    ),
    required=(),
    compared=("dbh_cm", "height_m", "volume_m3"),
)
TREES: Final = TableKind(
    name="trees",
    noun_zh="样木",
    schema=Tree,
    id_column="plot_id",
    key=("plot_id", "tree_id"),
    repeated="duplicate_tree",
    text=("tree_id", "species_code"),
    years=(),
    coded=("status", "species"),
    numeric=("dbh_cm", "height_m", "crown_length_m", "volume_m3", "tally_area_ha"),
    required=(),
    told_apart_by="tree_id",
    compared=("dbh_cm", "height_m", "volume_m3"),
)
STRATA: Final = TableKind(
    name="strata",
    noun_zh="层",
    schema=Stratum,
    id_column="stratum",
    key=("estimation_unit", "stratum"),
    repeated="duplicate_stratum",
    text=("estimation_unit",),
    years=(),
    coded=(),
    numeric=("area_ha",),
    required=("area_ha",),
)
KINDS: Final = {kind.name: kind for kind in (STANDS, PLOTS, TREES, STRATA)}


def kind_named(name: str, profile: object) -> TableKind:
    """Return the table that a profile names.

    Raises
    ------
    UsageProblem
        If there is none of that name.
    """
    if name in KINDS:
        return KINDS[name]
    listed = ", ".join(KINDS)
    raise UsageProblem(
        zh=f"配置 {profile}:不认识的 table {name};可用:{listed}",
        en=f"profile {profile}: table {name} is not known; use {listed}",
    )
