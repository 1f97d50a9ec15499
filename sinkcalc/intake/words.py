"""Words that the coded columns of a profile may hold."""

from typing import Final

from sinkcalc.vocabulary import (
    AGE_GROUPS,
    CARBON_KINDS,
    FARMLAND_USES,
    FORMER_USES,
    INPUT_LEVELS,
    NUTRIENT_STATES,
    ORIGINS,
    PROTECTION_FORMS,
    SOIL_CLASSES,
    SOIL_TYPES,
    SPECIES,
    TILLAGES,
    TREE_STATUSES,
    TROPHIC_STATES,
    TRUTHS,
    VEGETATION_CLASSES,
    WETLAND_CLASSES,
    WETLAND_EVENTS,
)

# column -> its words
WORDS: Final = {
    "vegetation_class": VEGETATION_CLASSES,
    "economic_mark": ("economic",),
    "previous_vegetation_class": VEGETATION_CLASSES,
    "previous_economic_mark": ("economic",),
    "species": SPECIES,
    "origin": ORIGINS,
    "age_group": AGE_GROUPS,
    "status": TREE_STATUSES,
    "wetland_class": WETLAND_CLASSES,
    "in_plan_list": TRUTHS,
    "managed": TRUTHS,
    "protection_form": PROTECTION_FORMS,
    "soil_type": SOIL_TYPES,
    "nutrient_status": NUTRIENT_STATES,
    "trophic_state": TROPHIC_STATES,
    "event": WETLAND_EVENTS,
    "former_use": FORMER_USES,
    "carbon_kind": CARBON_KINDS,
    "modelled_mark": ("modelled",),
    "farmland_use": FARMLAND_USES,
    "soil_class": SOIL_CLASSES,
    "tillage": TILLAGES,
    "input_level": INPUT_LEVELS,
}
