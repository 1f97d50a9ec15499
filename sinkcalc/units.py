"""Unit conversions of the field; 万 and 亩 are input and display units, never stored."""

import math
from typing import Final

from sinkcalc.errors import UsageProblem

# molar masses of CO2 and C
CO2E_PER_C: Final = 44 / 12
# and of CH4
CH4_PER_C: Final = 16 / 12
# and of N2O and the two N in it
N2O_PER_N: Final = 44 / 28
MU_PER_HA: Final = 15.0
M2_PER_HA: Final = 10_000.0
CM2_PER_M2: Final = 10_000.0
WAN: Final = 10_000.0
PERCENT: Final = 100.0
T_PER_KG: Final = 0.001
KG_PER_T: Final = 1000.0
G_PER_T: Final = 1e6
# a layer of 1 g/cm3 and 1 cm, hence of 1 g/cm2
T_PER_HA_PER_G_PER_CM2: Final = M2_PER_HA * CM2_PER_M2 / G_PER_T
# a nanometre, in cm: what is nearer to a depth than this is at it
DEPTH_DECIMALS: Final = 7

# decimal places of every stored stock: 1e-4 ha, 1e-4 m3, 1e-4 t
STOCK_DECIMALS: Final = 4
# of what one tree stands for per hectare, before trees are summed
PER_HA_DECIMALS: Final = 6

# unit as written in a profile -> factor to the stored unit, by stored quantity
_TO_STORED: Final[dict[str, dict[str, float]]] = {
    "area_ha": {"ha": 1.0, "hm2": 1.0, "m2": 1e-4, "mu": 1 / MU_PER_HA, "km2": 100.0},
    "volume_m3": {"m3": 1.0, "wan_m3": WAN},
    "volume_m3_per_ha": {"m3/ha": 1.0, "m3/mu": MU_PER_HA},
    "culms": {"1": 1.0, "wan": WAN},
    "stems_per_ha": {"1/ha": 1.0, "1/mu": MU_PER_HA},
    "canopy_cover_fraction": {"1": 1.0, "percent": 0.01, "tenths": 0.1},
    "dbh_cm": {"cm": 1.0, "mm": 0.1},
    "height_m": {"m": 1.0, "dm": 0.1, "cm": 0.01},
    "crown_length_m": {"m": 1.0, "dm": 0.1, "cm": 0.01},
    "scattered_volume_m3": {"m3": 1.0, "wan_m3": WAN},
    "age_years": {"a": 1.0},
    "plot_area_ha": {"ha": 1.0, "hm2": 1.0, "m2": 1e-4, "mu": 1 / MU_PER_HA},
    "dead_volume_m3": {"m3": 1.0},
    "cut_volume_m3": {"m3": 1.0},
    "tally_area_ha": {"ha": 1.0, "hm2": 1.0, "m2": 1e-4, "mu": 1 / MU_PER_HA},
    "vegetated_area_ha": {"ha": 1.0, "hm2": 1.0, "m2": 1e-4, "mu": 1 / MU_PER_HA},
    "protected_area_ha": {"ha": 1.0, "hm2": 1.0, "m2": 1e-4, "mu": 1 / MU_PER_HA},
    "vegetation_cover_fraction": {"1": 1.0, "percent": 0.01},
    # 盐度 in per cent or per mille by mass; 1 ppt is 1 g of salt in 1 kg of water
    "salinity_ppt": {"ppt": 1.0, "percent": 10.0},
    # 1 g C/m2 is 0.01 t C/ha
    "burial_t_c_per_ha_per_year": {"t C/ha/yr": 1.0, "g C/m2/yr": 0.01, "kg C/m2/yr": 10.0},
    "longitude": {"degree": 1.0},
    "latitude": {"degree": 1.0},
    "depth_top_cm": {"cm": 1.0, "m": 100.0, "mm": 0.1},
    "depth_bottom_cm": {"cm": 1.0, "m": 100.0, "mm": 0.1},
    "bulk_density_g_per_cm3": {"g/cm3": 1.0, "kg/m3": 0.001, "t/m3": 1.0},
    "organic_matter_fraction": {"1": 1.0, "percent": 0.01, "g/kg": 0.001},
    "carbon_fraction": {"1": 1.0, "percent": 0.01, "g/kg": 0.001},
    "coarse_fraction": {"1": 1.0, "percent": 0.01},
    "land_use_factor": {"1": 1.0},
    "management_factor": {"1": 1.0},
    "input_factor": {"1": 1.0},
    "contiguous_area_m2": {"m2": 1.0, "mu": M2_PER_HA / MU_PER_HA, "ha": M2_PER_HA},
    "density_per_ha": {"1/ha": 1.0, "1/mu": MU_PER_HA},
    "non_forest_years": {"a": 1.0},
    "removed_cover_fraction": {"1": 1.0, "percent": 0.01},
    "disturbed_fraction": {"1": 1.0, "percent": 0.01},
    "tree_cover_fraction": {"1": 1.0, "percent": 0.01},
    "mean_height_m": {"m": 1.0},
    "mean_dbh_cm": {"cm": 1.0},
}

NUMERIC_COLUMNS: Final = tuple(_TO_STORED)


def unit_ten_times(column: str, unit: str, factor: float) -> str | None:
    """Return the unit of a column that is `factor` (10 or 1/10) times another; None without one.

    >>> unit_ten_times("dbh_cm", "cm", 0.1)
    'mm'
    """
    units = _TO_STORED[column]
    wanted = units[unit] * factor
    found = [name for name, each in units.items() if math.isclose(each, wanted)]
    return found[0] if found else None


def factor_to_stored(column: str, unit: str, profile: object = "") -> float:
    """Return the factor that turns `unit` into the stored unit of `column`.

    Parameters
    ----------
    profile
        Named in the message.

    Raises
    ------
    UsageProblem
        If the unit is not known for this column.
    """
    try:
        return _TO_STORED[column][unit]
    except KeyError:
        known = ", ".join(_TO_STORED.get(column, {}))
        raise UsageProblem(
            zh=f"配置 {profile}:列 {column} 的单位 {unit!r} 不认识;可用:{known}",
            en=f"profile {profile}: unit {unit!r} is not known for column {column}; "
            f"use one of: {known}",
        ) from None
