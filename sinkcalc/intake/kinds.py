"""The tables that files are loaded into, and what tells one from another."""

from dataclasses import dataclass
from typing import Final

import dataframely as dy

from sinkcalc.errors import UsageProblem
from sinkcalc.schemas.inventory import Plot, Stand, Stratum, Tree
from sinkcalc.schemas.wetland import CoreInterval, Farmland, ProtectedArea, Wetland

# columns that say the class of a row
_CLASSES: Final = ("vegetation_class", "wetland_class")
# class that a stand had at the survey before, as the later layer says it; 森林类别, and what says
# it where that is blank: 事权等级, 林种
_WAS: Final = ("previous_vegetation_class", "previous_economic_mark")
_FOREST: Final = ("forest_category", "category_by_authority", "category_by_purpose")
# tables that are checked alike
STAND_RULES: Final = "stand_rules"
PLOT_RULES: Final = "plot_rules"
WETLAND_RULES: Final = "wetland_rules"


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
    rules
        Parameter table of its own rules.
    noun_en
        Name in English messages, if it is not that of the table.
    geometries
        Table of the geometries of its rows, if it has one.
    mixed
        Coded column in which a known code without a word says that the row is none of the table.
    stays
        Whether one file serves several surveys.
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
    rules: str = PLOT_RULES
    noun_en: str = ""
    geometries: str = ""
    mixed: str = ""
    stays: bool = False

    @property
    def noun(self) -> str:
        """Name in English messages."""
        return self.noun_en or self.name

    @property
    def class_column(self) -> str:
        """Column that says the class of a row; empty if there is none."""
        return next((column for column in _CLASSES if column in self.coded), "")

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
    coded=("vegetation_class", "economic_mark", "species", "origin", "age_group", *_FOREST, *_WAS),
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
    rules=STAND_RULES,
    geometries="stand_geometries",
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
    stays=True,
)
WETLANDS: Final = TableKind(
    name="wetlands",
    noun_zh="湿地斑块",
    schema=Wetland,
    id_column="wetland_id",
    key=("wetland_id",),
    repeated="duplicate_wetland",
    text=(
        "region_code",
        "wetland_name",
        "class_code",
        "water_source",
        "protected_area_name",
        "vegetation",
        "stand_id",
        "remark",
    ),
    years=("year_flooded", "event_year", "record_year"),
    coded=(
        "wetland_class",
        "in_plan_list",
        "managed",
        "protection_form",
        "soil_type",
        "nutrient_status",
        "trophic_state",
        "event",
        "former_use",
    ),
    numeric=(
        "area_ha",
        "salinity_ppt",
        "vegetated_area_ha",
        "vegetation_cover_fraction",
        "burial_t_c_per_ha_per_year",
    ),
    required=("region_code", "wetland_class", "area_ha"),
    names_itself=True,
    rules=WETLAND_RULES,
    geometries="wetland_geometries",
    mixed="wetland_class",
)
CORES: Final = TableKind(
    name="cores",
    noun_zh="土芯层段",
    schema=CoreInterval,
    id_column="core_id",
    key=("core_id", "depth_top_cm", "depth_bottom_cm"),
    repeated="duplicate_interval",
    text=("wetland_id", "region_code", "study", "remark"),
    years=("sampled_year",),
    coded=("wetland_class", "carbon_kind", "modelled_mark"),
    numeric=(
        "longitude",
        "latitude",
        "depth_top_cm",
        "depth_bottom_cm",
        "bulk_density_g_per_cm3",
        "organic_matter_fraction",
        "carbon_fraction",
        "coarse_fraction",
    ),
    required=("depth_top_cm", "depth_bottom_cm"),
    rules=WETLAND_RULES,
    noun_en="intervals of cores",
    stays=True,
)
PROTECTED_AREAS: Final = TableKind(
    name="protected_areas",
    noun_zh="保护地记录",
    schema=ProtectedArea,
    id_column="protected_area_id",
    key=("protected_area_id", "wetland_id"),
    repeated="duplicate_protected_area",
    text=("protected_area_name", "wetland_id", "remark"),
    years=(),
    coded=("protection_form",),
    numeric=("protected_area_ha",),
    required=(),
    rules=WETLAND_RULES,
    noun_en="records of protected areas",
    geometries="protected_area_geometries",
    stays=True,
)
FARMLAND: Final = TableKind(
    name="farmland",
    noun_zh="农田记录",
    schema=Farmland,
    id_column="farmland_id",
    key=("farmland_id",),
    repeated="duplicate_farmland",
    text=("region_code", "remark"),
    years=(),
    coded=("farmland_use", "soil_class", "tillage", "input_level"),
    numeric=("area_ha", "land_use_factor", "management_factor", "input_factor"),
    required=("region_code", "farmland_use", "area_ha"),
    names_itself=True,
    rules=WETLAND_RULES,
    noun_en="records of farmland",
    stays=True,
)
KINDS: Final = {
    kind.name: kind
    for kind in (STANDS, PLOTS, TREES, STRATA, WETLANDS, CORES, PROTECTED_AREAS, FARMLAND)
}


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
