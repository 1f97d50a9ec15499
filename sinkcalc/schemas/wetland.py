"""Wetlands (湿地), soil cores (土芯), protected areas and farmland as they are stored."""

import dataframely as dy

from sinkcalc.vocabulary import (
    CARBON_KINDS,
    FARMLAND_USES,
    FORMER_USES,
    INPUT_LEVELS,
    NUTRIENT_STATES,
    PROTECTION_FORMS,
    SOIL_CLASSES,
    SOIL_TYPES,
    TILLAGES,
    TROPHIC_STATES,
    WETLAND_CLASSES,
    WETLAND_EVENTS,
)


class Wetland(dy.Schema):
    """One wetland patch of one survey.

    `class_code` is the code as delivered. `stand_id` names the stand of the forest survey that is
    the same land. `burial_t_c_per_ha_per_year` is a measured rate of carbon burial.
    `year_flooded` is the year a reservoir was filled, `event_year` that of `event`.
    """

    wetland_id = dy.String(min_length=1)
    source_file = dy.String()
    source_row = dy.Int64(min=2)
    region_code = dy.String()
    wetland_name = dy.String(nullable=True)
    wetland_class = dy.Enum(WETLAND_CLASSES)
    class_code = dy.String(nullable=True)
    area_ha = dy.Decimal(14, 4, min=0, metadata={"unit": "ha"})
    in_plan_list = dy.Bool(nullable=True)
    managed = dy.Bool(nullable=True)
    water_source = dy.String(nullable=True)
    salinity_ppt = dy.Decimal(6, 2, nullable=True, min=0, metadata={"unit": "ppt"})
    protection_form = dy.Enum(PROTECTION_FORMS, nullable=True)
    protected_area_name = dy.String(nullable=True)
    vegetation = dy.String(nullable=True)
    vegetated_area_ha = dy.Decimal(14, 4, nullable=True, min=0, metadata={"unit": "ha"})
    vegetation_cover_fraction = dy.Decimal(4, 3, nullable=True, metadata={"unit": "1"})
    soil_type = dy.Enum(SOIL_TYPES, nullable=True)
    nutrient_status = dy.Enum(NUTRIENT_STATES, nullable=True)
    trophic_state = dy.Enum(TROPHIC_STATES, nullable=True)
    year_flooded = dy.Int32(nullable=True)
    event = dy.Enum(WETLAND_EVENTS, nullable=True)
    event_year = dy.Int32(nullable=True)
    former_use = dy.Enum(FORMER_USES, nullable=True)
    burial_t_c_per_ha_per_year = dy.Decimal(8, 4, nullable=True, metadata={"unit": "t C/ha/yr"})
    stand_id = dy.String(nullable=True)
    record_year = dy.Int32(nullable=True)
    remark = dy.String(nullable=True)


class CoreInterval(dy.Schema):
    """One depth interval of one soil core.

    `carbon_fraction` is carbon per dry mass as determined; `carbon_kind` says whether that is
    organic or total carbon, measured or modelled. `coarse_fraction` is the volume of fragments
    above 2 mm. Organic matter is loss on ignition.
    """

    core_id = dy.String(min_length=1)
    source_file = dy.String()
    source_row = dy.Int64(min=2)
    wetland_id = dy.String(nullable=True)
    region_code = dy.String(nullable=True)
    wetland_class = dy.Enum(WETLAND_CLASSES, nullable=True)
    study = dy.String(nullable=True)
    longitude = dy.Decimal(9, 5, nullable=True, min=-180, max=180, metadata={"unit": "degree"})
    latitude = dy.Decimal(8, 5, nullable=True, min=-90, max=90, metadata={"unit": "degree"})
    sampled_year = dy.Int32(nullable=True)
    depth_top_cm = dy.Decimal(8, 3, min=0, metadata={"unit": "cm"})
    depth_bottom_cm = dy.Decimal(8, 3, min=0, metadata={"unit": "cm"})
    bulk_density_g_per_cm3 = dy.Decimal(8, 6, nullable=True, metadata={"unit": "g/cm3"})
    organic_matter_fraction = dy.Decimal(8, 7, nullable=True, min=0, max=1, metadata={"unit": "1"})
    carbon_fraction = dy.Decimal(8, 7, nullable=True, min=0, max=1, metadata={"unit": "1"})
    carbon_kind = dy.Enum(CARBON_KINDS, nullable=True)
    coarse_fraction = dy.Decimal(8, 7, nullable=True, min=0, max=1, metadata={"unit": "1"})
    remark = dy.String(nullable=True)


class ProtectedArea(dy.Schema):
    """One protected area, or the part of one wetland in it.

    With `wetland_id`: that wetland lies in the area, with `protected_area_ha` of it (all of it
    where that is empty). Without: the geometry says what lies in it.
    """

    protected_area_id = dy.String(min_length=1)
    source_file = dy.String()
    source_row = dy.Int64(min=2)
    protected_area_name = dy.String(nullable=True)
    protection_form = dy.Enum(PROTECTION_FORMS, nullable=True)
    wetland_id = dy.String(nullable=True)
    protected_area_ha = dy.Decimal(14, 4, nullable=True, min=0, metadata={"unit": "ha"})
    remark = dy.String(nullable=True)


class Farmland(dy.Schema):
    """Area of farmland of one county, use, soil and management.

    The three factors are the user's own stock-change factors; the shipped ones where empty.
    """

    farmland_id = dy.String(min_length=1)
    source_file = dy.String()
    source_row = dy.Int64(min=2)
    region_code = dy.String()
    farmland_use = dy.Enum(FARMLAND_USES)
    soil_class = dy.Enum(SOIL_CLASSES, nullable=True)
    tillage = dy.Enum(TILLAGES, nullable=True)
    input_level = dy.Enum(INPUT_LEVELS, nullable=True)
    area_ha = dy.Decimal(14, 4, min=0, metadata={"unit": "ha"})
    land_use_factor = dy.Decimal(6, 4, nullable=True, min=0, metadata={"unit": "1"})
    management_factor = dy.Decimal(6, 4, nullable=True, min=0, metadata={"unit": "1"})
    input_factor = dy.Decimal(6, 4, nullable=True, min=0, metadata={"unit": "1"})
    remark = dy.String(nullable=True)
