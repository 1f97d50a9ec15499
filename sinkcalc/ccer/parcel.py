"""What is known of a parcel of a carbon project."""

from typing import Final

import polars as pl

# a field whose value may be only the least that it can be -> the column that says so
LOWER_BOUNDS: Final = {"non_forest_years": "non_forest_years_at_least"}

# what is known of a parcel, with its kind; a blank cell is not known
PARCEL_COLUMNS: Final[dict[str, type[pl.DataType]]] = {
    "parcel_id": pl.String,
    "stratum": pl.String,
    "region_code": pl.String,
    "township": pl.String,
    "village": pl.String,
    "compartment": pl.String,
    "stand_id": pl.String,
    "area_ha": pl.Float64,
    # largest contiguous part, m2; a parcel of one part is its own area
    "contiguous_area_m2": pl.Float64,
    "longitude": pl.Float64,
    "latitude": pl.Float64,
    # kind and number of the title: 不动产权证, 林权证, 承包合同 …
    "tenure_kind": pl.String,
    "tenure_number": pl.String,
    # word of `VEGETATION_CLASSES` before the start
    "vegetation_class": pl.String,
    # before the start; whether that is only the least that it can be; or the day since when
    "non_forest_years": pl.Float64,
    "non_forest_years_at_least": pl.Boolean,
    "non_forest_since": pl.Date,
    "is_wetland": pl.Boolean,
    "planned_afforestation": pl.Boolean,
    "urban_or_road_greening": pl.Boolean,
    "start_year": pl.Int64,
    "start_date": pl.Date,
    "planted_form": pl.String,
    # of ground area: shrubs and small bamboo removed; cover of plants before the start; soil
    # disturbed
    "removed_cover_fraction": pl.Float64,
    "vegetation_cover_fraction": pl.Float64,
    "disturbed_fraction": pl.Float64,
    "scattered_trees_removed": pl.Boolean,
    "litter_removed": pl.Boolean,
    "repeated_soil_disturbance": pl.Boolean,
    "burning": pl.Boolean,
    "displaces_agriculture": pl.Boolean,
    # registered by, or claimed for, another project
    "in_other_project": pl.Boolean,
    "organic_soil": pl.Boolean,
    "canopy_cover_fraction": pl.Float64,
    "deep_tillage": pl.Boolean,
    # of trees in a bamboo forest
    "tree_cover_fraction": pl.Float64,
    "mean_height_m": pl.Float64,
    "mean_dbh_cm": pl.Float64,
    "origin": pl.String,
    "age_group": pl.String,
    # of a coast: tidal flat, and whether sea works, ponds and the like still occupy it
    "is_tidal_flat": pl.Boolean,
    "is_occupied": pl.Boolean,
    "planted_species": pl.String,
    "planted_year": pl.Int64,
    "density_per_ha": pl.Float64,
    # of mixed stands: strips, groups …
    "mixing": pl.String,
    "management": pl.String,
}
