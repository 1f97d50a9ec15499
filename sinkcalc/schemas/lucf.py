"""Rows of the form of the provincial inventory: land-use change and forestry."""

import dataframely as dy

from sinkcalc.schemas.stages import STOCK

# lines of the form in its order, each with its gas
BIOMASS_LINES = (
    "arbor_growth",
    "scattered_growth",
    "bamboo_change",
    "economic_change",
    "shrub_change",
    "living_stock_consumption",
)
CONVERSION_LINES = ("burned_on_site", "burned_off_site", "decayed")
BIOMASS_NET = "biomass_net"
CONVERSION_NET = "conversion_net"
LUCF_TOTAL = "lucf_total"
OWN_CHANGE = "own_stock_change"
LUCF_CATEGORIES = (
    *BIOMASS_LINES,
    BIOMASS_NET,
    *CONVERSION_LINES,
    CONVERSION_NET,
    LUCF_TOTAL,
    OWN_CHANGE,
)


class ProvincialInventory(dy.Schema):
    """One line of the form for one county or the city, of one year.

    `removal_*` and `emission_*` are both at least 0; `net_*` = removal - emission. A line without
    its input has `status` = `no_data` and its `reason`, and no figure. `own_stock_change` is not a
    line of the form: `gwp_set`, `expansion`, `evidence` and `parameter_tables` are null there.
    """

    survey_from = dy.Int32(nullable=True)
    survey_to = dy.Int32()
    inventory_year = dy.Int32()
    region_code = dy.String()
    region_name = dy.String(nullable=True)
    category = dy.Enum(LUCF_CATEGORIES)
    gas = dy.String(nullable=True)
    status = dy.Enum(("estimated", "no_data"))
    reason = dy.String(nullable=True)
    activity = dy.Decimal(*STOCK, nullable=True)
    activity_unit = dy.String(nullable=True)
    rate_per_year = dy.Float64(nullable=True, metadata={"unit": "1/yr"})
    rate_se = dy.Float64(nullable=True, metadata={"unit": "1/yr"})
    rate_source = dy.String(nullable=True)
    wood_density = dy.Float64(nullable=True, metadata={"unit": "t d.m./m3"})
    bef = dy.Float64(nullable=True, metadata={"unit": "1"})
    biomass_t_per_ha = dy.Float64(nullable=True, metadata={"unit": "t d.m./ha"})
    removal_t_c_per_year = dy.Decimal(*STOCK, nullable=True, metadata={"unit": "t C/yr"})
    emission_t_c_per_year = dy.Decimal(*STOCK, nullable=True, metadata={"unit": "t C/yr"})
    net_t_c_per_year = dy.Decimal(*STOCK, nullable=True, metadata={"unit": "t C/yr"})
    gas_t_per_year = dy.Decimal(*STOCK, nullable=True, metadata={"unit": "t of the gas/yr"})
    removal_t_co2e_per_year = dy.Decimal(*STOCK, nullable=True, metadata={"unit": "t CO2e/yr"})
    emission_t_co2e_per_year = dy.Decimal(*STOCK, nullable=True, metadata={"unit": "t CO2e/yr"})
    net_t_co2e_per_year = dy.Decimal(*STOCK, nullable=True, metadata={"unit": "t CO2e/yr"})
    se_t_co2e_per_year = dy.Float64(nullable=True, metadata={"unit": "t CO2e/yr"})
    se_reason = dy.String(nullable=True)
    gwp_set = dy.String(nullable=True)
    expansion = dy.String(nullable=True)
    method = dy.String()
    definition = dy.String()
    evidence = dy.String(nullable=True)
    parameter_tables = dy.String(nullable=True)
    series_break = dy.String(nullable=True)
    simulated = dy.Bool()
