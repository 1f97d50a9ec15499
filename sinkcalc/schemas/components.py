"""Rows of the components of change of permanent plots."""

import dataframely as dy

# 1e-8 of the unit of the value: below any reading of a tree, so that rounding once shows nowhere
COMPONENT = (24, 8)
# 1e-6 of the unit of an effect, per plot: shares of few plots add up to a mean per ha unharmed
EFFECT = (28, 6)
# "area_differs": measured twice, but not on the same area
OCCASIONS = ("both", "first", "last", "area_differs")


class PairedPlot(dy.Schema):
    """One plot of either occasion, and whether its two occasions can be compared."""

    plot_id = dy.String(min_length=1)
    occasions = dy.Enum(OCCASIONS)
    years = dy.Int32(nullable=True, metadata={"unit": "a"})
    plot_area_ha = dy.Decimal(10, 6, nullable=True, min=0, metadata={"unit": "ha"})


class PlotComponents(PairedPlot):
    """Components of the change of one plot; all null where its occasions are not compared.

    The figures have the unit of the value that was followed. Losses (`mortality`, `harvest`,
    `loss`) are positive.
    """

    value_from = dy.Decimal(*COMPONENT, nullable=True)
    value_to = dy.Decimal(*COMPONENT, nullable=True)
    net_increment = dy.Decimal(*COMPONENT, nullable=True)
    mortality = dy.Decimal(*COMPONENT, nullable=True)
    harvest = dy.Decimal(*COMPONENT, nullable=True)
    gross_growth = dy.Decimal(*COMPONENT, nullable=True)
    gross_consumption = dy.Decimal(*COMPONENT, nullable=True)
    net_increment_fraction_per_year = dy.Float64(nullable=True, metadata={"unit": "1/a"})


class TreeComponents(PlotComponents):
    """Components of the change of one plot, from its trees."""

    survivor_growth = dy.Decimal(*COMPONENT, nullable=True)
    ongrowth = dy.Decimal(*COMPONENT, nullable=True)
    ingrowth = dy.Decimal(*COMPONENT, nullable=True)
    loss = dy.Decimal(*COMPONENT, nullable=True)
    correction = dy.Decimal(*COMPONENT, nullable=True)
    trees_from = dy.Int64(nullable=True)
    trees_to = dy.Int64(nullable=True)
    trees_corrected = dy.Int64(nullable=True)


class PlotEffects(dy.Schema):
    """What area, density and species did to a change on plots; the three add up to it.

    `area_from` and `area_to` are ha where the area of the strata is known, else the part of the
    sampled land; the figures are m3 (t C), or m3 (t C) per ha of the sampled land.
    """

    survey_from = dy.Int32()
    survey_to = dy.Int32()
    region_code = dy.String(nullable=True)
    region_name = dy.String(nullable=True)
    vegetation_class = dy.String(nullable=True)
    species_group = dy.String(nullable=True)
    origin = dy.String(nullable=True)
    age_group = dy.String(nullable=True)
    variable = dy.String()
    unit = dy.String()
    area_unit = dy.String()
    plots = dy.Int64()
    area_from = dy.Float64()
    area_to = dy.Float64()
    value_from = dy.Decimal(*EFFECT)
    value_to = dy.Decimal(*EFFECT)
    change = dy.Decimal(*EFFECT)
    area_effect = dy.Decimal(*EFFECT)
    density_effect = dy.Decimal(*EFFECT)
    species_effect = dy.Decimal(*EFFECT)
    change_se = dy.Float64(nullable=True)
    area_effect_se = dy.Float64(nullable=True)
    density_effect_se = dy.Float64(nullable=True)
    species_effect_se = dy.Float64(nullable=True)
    df = dy.Int64()
    se_reason = dy.String(nullable=True)
    estimator = dy.String()
    definition = dy.String()
    simulated = dy.Bool()
