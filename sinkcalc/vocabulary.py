"""The closed word lists of the program; the same words are the ENUM types of the database."""

from typing import Final

VEGETATION_CLASSES: Final = (
    "arbor",
    "bamboo",
    "economic",
    "special_shrub",
    "other_shrub",
    "sparse",
    "unestablished",
    "scattered",
    "non_forest",
)
# counted in forest cover: 乔木林, 竹林, 国家特别规定灌木林 with the economic forest among them
FOREST_CLASSES: Final = ("arbor", "bamboo", "economic", "special_shrub")
# 活立木蓄积 adds sparse forest and scattered trees to 森林蓄积 (arbor only)
LIVING_STOCK_CLASSES: Final = ("arbor", "sparse", "scattered")

ORIGINS: Final = ("natural", "planted")
AGE_GROUPS: Final = ("young", "middle", "near_mature", "mature", "over_mature")
# 公益林 and 商品林, as they are designated
FOREST_CATEGORIES: Final = ("public_benefit", "commercial")

SPECIES: Final = (
    "masson_pine",
    "slash_pine",
    "loblolly_pine",
    "huangshan_pine",
    "black_pine",
    "chinese_fir",
    "cryptomeria",
    "metasequoia",
    "pond_cypress",
    "cypress",
    "oak",
    "camphor",
    "schima",
    "nanmu",
    "sweetgum",
    "birch",
    "other_hard_broadleaf",
    "sassafras",
    "poplar",
    "paulownia",
    "other_soft_broadleaf",
    "conifer_mixed",
    "broadleaf_mixed",
    "conifer_broadleaf_mixed",
    "moso_bamboo",
    "other_bamboo",
)

# 检尺类型 of a tree on a permanent plot, seen from the occasion before
TREE_STATUSES: Final = (
    "retained",
    "ingrowth",
    "standing_dead",
    "fallen_dead",
    "cut",
    "missed_before",
    "tallied_wrongly",
    "dbh_corrected",
    "species_corrected",
    "status_corrected",
)
DEAD_STATUSES: Final = ("standing_dead", "fallen_dead")
# not in the living stock of the occasion that records them
GONE_STATUSES: Final = (*DEAD_STATUSES, "cut", "tallied_wrongly")

# one list for the third land survey and the second wetland survey, see `code_sets.csv`
WETLAND_CLASSES: Final = (
    "mangrove",
    "tidal_marsh",
    "tidal_flat",
    "coastal_water",
    "forest_swamp",
    "shrub_swamp",
    "marsh",
    "marsh_meadow",
    "inland_flat",
    "spring",
    "karst_cave",
    "river",
    "lake",
    "reservoir",
    "pond",
    "canal",
    "salt_pan",
    "paddy",
)
# what has sediment and no soil
OPEN_WATER_CLASSES: Final = ("coastal_water", "river", "lake", "reservoir", "pond", "canal")
# also forest land of the forestry statistics: counted once, with the stands where these hold them
WOODED_WETLAND_CLASSES: Final = ("mangrove", "forest_swamp", "shrub_swamp")
# 湿地 of the third land survey (00), and the nine land classes that the city counts
LAND_SURVEY_WETLAND_CLASSES: Final = (
    "mangrove",
    "tidal_marsh",
    "tidal_flat",
    "forest_swamp",
    "shrub_swamp",
    "marsh",
    "marsh_meadow",
    "inland_flat",
    "salt_pan",
)
NINE_WETLAND_CLASSES: Final = (
    "forest_swamp",
    "shrub_swamp",
    "inland_flat",
    "marsh",
    "river",
    "lake",
    "reservoir",
    "pond",
    "canal",
)
# lists of classes of the third land survey; records of the second wetland survey are not such
LAND_SURVEY_LISTS: Final = ("nine_classes", "land_survey_wetland")
# which wetlands an area or a rate counts; never numerator of one and denominator of another
WETLAND_DEFINITIONS: Final = {
    "plan_list": "the plan's own list: records with in_plan_list",
    "nine_classes": "国土三调: the nine land classes that the city counts",
    "land_survey_wetland": "国土三调: the class 00 湿地, without water",
    "second_survey": "第二次湿地资源调查: patches of 8 ha or more",
}
TRUTHS: Final = ("true", "false")
TROPHIC_STATES: Final = (
    "oligotrophic",
    "oligo_mesotrophic",
    "mesotrophic",
    "eutrophic",
    "hypereutrophic",
)
SOIL_TYPES: Final = ("mineral", "organic")
NUTRIENT_STATES: Final = ("poor", "rich")
# what was done to a wetland, in its event year
WETLAND_EVENTS: Final = (
    "planted",
    "natural_recolonisation",
    "rewetted",
    "drained",
    "excavated",
)
FORMER_USES: Final = ("cropland", "pond", "other")
PROTECTION_FORMS: Final = (
    "nature_reserve",
    "scenic_area",
    "geopark",
    "forest_park",
    "wetland_park",
    "small_reserve",
    "drinking_water",
    "important_wetland",
    "national_park",
    "other_protection",
)
# how the carbon of an interval of a core was determined
CARBON_KINDS: Final = ("organic", "total", "modelled")
# what is done about gaps of a core, about one that ends above the depth, about total carbon
GAP_RULES: Final = ("neighbours", "leave_out")
SHORT_RULES: Final = ("leave_out", "extrapolate")
TOTAL_CARBON_RULES: Final = ("exclude", "include")
# what became of a core
CORE_OUTCOMES: Final = (
    "complete",
    "gap_filled",
    "extrapolated",
    "gap_filled_and_extrapolated",
    "left_out_short",
    "left_out_gap",
    "left_out_unknown",
    "left_out_total_carbon",
)
FARMLAND_USES: Final = ("paddy", "dry_cropland", "perennial")
SOIL_CLASSES: Final = ("high_activity_clay", "low_activity_clay", "sandy", "wetland_soil")
TILLAGES: Final = ("full", "reduced", "no_till")
INPUT_LEVELS: Final = ("low", "medium", "high", "high_with_manure")
GASES: Final = ("CO2", "CH4", "N2O")
GWP_SETS: Final = ("AR6", "AR5", "SAR")
DEFAULT_GWP_SET: Final = "AR6"
# of the soil carbon of farmland, by use, tillage and input
STOCK_FACTORS: Final = ("land_use_factor", "management_factor", "input_factor")
# how the carbon of wetlands is estimated: one way, the most specific source of each record
WETLAND_METHOD: Final = "ipcc-wetlands"
# where the soil carbon density of a wetland comes from, the most specific first
SOIL_SOURCES: Final = ("own_cores", "county_cores", "city_cores", "national", "ipcc")
# 水田 is a wetland type and not counted as wetland area
NOT_COUNTED_CLASSES: Final = ("paddy",)
# parts of the land in the table of soil carbon
LANDS: Final = ("forest", "wetland", "farmland")

# the measured quantity an estimate starts from: volume of arbor forest, culms of bamboo forest
MEASURE_STATES: Final = ("given", "zero", "missing")

# relative errors of what a survey measures, common to all its stands; they stand among the
# parameters with the value 1
VOLUME_MEASUREMENT: Final = "measurement.volume"
AREA_MEASUREMENT: Final = "measurement.area"
CULM_MEASUREMENT: Final = "measurement.culms"
WETLAND_AREA_MEASUREMENT: Final = "measurement.wetland_area"
# no source prints the error of a measured burial, and none is assumed
BURIAL_MEASUREMENT: Final = "measurement.burial"
MEASUREMENTS: Final = (
    VOLUME_MEASUREMENT,
    AREA_MEASUREMENT,
    CULM_MEASUREMENT,
    WETLAND_AREA_MEASUREMENT,
    BURIAL_MEASUREMENT,
)
# before the name of a user's own stock-change factor: its relative error, of a parameter with the
# value 1
OWN_FACTOR: Final = "own-factor."
OWN_FACTORS: Final = tuple(OWN_FACTOR + name for name in STOCK_FACTORS)
# before the id of a parameter: what a single stand deviates from its model, per ha
RESIDUAL: Final = "residual."

# where an error comes from: the rows of a budget
COEFFICIENTS: Final = "coefficients"
RESIDUALS: Final = "residual"
ERROR_SOURCES: Final = (
    "sampling",
    COEFFICIENTS,
    RESIDUALS,
    "shared_factors",
    "volume_measurement",
    "area_measurement",
    "culm_measurement",
    "imputation",
)

POOLS: Final = ("above_ground", "below_ground", "understorey", "dead_wood", "litter", "soil")
VEGETATION_POOLS: Final = ("above_ground", "below_ground", "understorey")
REPORTED_POOLS: Final = (*POOLS, "total", "vegetation")

QUANTITIES: Final = (
    "area",
    "growing_stock",
    "living_stock",
    "biomass",
    "carbon",
    "co2e",
    "removal",
    "emission",
)
UNITS: Final = {
    "area": "ha",
    "growing_stock": "m3",
    "living_stock": "m3",
    "biomass": "t d.m.",
    "carbon": "t C",
    "co2e": "t CO2e",
    "removal": "t CO2e/yr",
    "emission": "t CO2e/yr",
}

WETLAND_BY_KEYS: Final = ("region", "wetland_class")
PLOT_BY_KEYS: Final = ("region", "vegetation_class", "species_group", "origin", "age_group")
BY_KEYS: Final = (*PLOT_BY_KEYS, "forest_category")

# whose way of counting a survey follows; figures of different definitions are never chained
DEFINITIONS: Final = {
    "local": "地方口径: the city's own bulletin and plan",
    "nfi": "一类清查: national continuous inventory",
    "land_survey_3": "国土三调: third national land survey",
    "wetland_survey_2": "第二次湿地资源调查: second national wetland survey, of 2011",
}
SECOND_WETLAND_SURVEY: Final = "wetland_survey_2"

STATUSES: Final = ("met", "on_track", "behind", "missed", "no_data", "not_comparable")

DEFAULT_METHOD: Final = "cbef-zhejiang"
# models that a user fitted and activated, with the default method's equations for the rest
CALIBRATED: Final = "calibrated"
# methods of published coefficients, which can always be put side by side
METHODS: Final = (DEFAULT_METHOD, "fang-2001", "ccer-d-bef", "ipcc-2006", "yuan-2009")
# forest types of the IPCC tables
FOREST_TYPES: Final = ("conifers", "hardwoods", "mixed")

# what the carbon of a table of sample plots is of
PLOT_CARBON_OF: Final = ("above_and_below_ground", "above_ground")

# figures of a forecast; net removal is signed: a removal is positive
FORECAST_UNITS: Final = {
    "area": "ha",
    "forest_cover": "1",
    "growing_stock": "m3",
    "growth": "m3/yr",
    "felled": "m3/yr",
    "lost": "m3/yr",
    "carbon": "t C",
    "net_removal": "t CO2e/yr",
}
FORECAST_BY_KEYS: Final = ("region", "species_group", "origin")
DEFAULT_SCENARIO: Final = "as_now"

# of a rule for a parcel, and of all rules; what is not known does not pass
SCREENING_OUTCOMES: Final = ("pass", "fail", "unknown")
