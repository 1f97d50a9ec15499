"""Rows of the components of change of permanent plots."""

import dataframely as dy

# 1e-8 of the unit of the value: below any reading of a tree, so that rounding once shows nowhere
COMPONENT = (24, 8)
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
