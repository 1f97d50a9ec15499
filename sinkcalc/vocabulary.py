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

# the measured quantity an estimate starts from: volume of arbor forest, culms of bamboo forest
MEASURE_STATES: Final = ("given", "zero", "missing")

# relative errors of what a survey measures, common to all its stands; they stand among the
# parameters with the value 1
VOLUME_MEASUREMENT: Final = "measurement.volume"
AREA_MEASUREMENT: Final = "measurement.area"
CULM_MEASUREMENT: Final = "measurement.culms"
MEASUREMENTS: Final = (VOLUME_MEASUREMENT, AREA_MEASUREMENT, CULM_MEASUREMENT)
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

QUANTITIES: Final = ("area", "growing_stock", "living_stock", "biomass", "carbon", "co2e")
UNITS: Final = {
    "area": "ha",
    "growing_stock": "m3",
    "living_stock": "m3",
    "biomass": "t d.m.",
    "carbon": "t C",
    "co2e": "t CO2e",
}

BY_KEYS: Final = ("region", "vegetation_class", "species_group", "origin", "age_group")

# whose way of counting a survey follows; figures of different definitions are never chained
DEFINITIONS: Final = {
    "local": "地方口径: the city's own bulletin and plan",
    "nfi": "一类清查: national continuous inventory",
    "land_survey_3": "国土三调: third national land survey",
}

STATUSES: Final = ("met", "on_track", "behind", "missed", "no_data", "not_comparable")

DEFAULT_METHOD: Final = "cbef-zhejiang"
# models that a user fitted and activated, with the default method's equations for the rest
CALIBRATED: Final = "calibrated"
# methods of published coefficients, which can always be put side by side
METHODS: Final = (DEFAULT_METHOD, "fang-2001", "ccer-d-bef", "ipcc-2006", "yuan-2009")
# forest types of the IPCC tables
FOREST_TYPES: Final = ("conifers", "hardwoods", "mixed")
