"""Rows of the monitoring of a carbon project, and of the number of its plots."""

from typing import Final

import dataframely as dy

# figure of a monitoring -> its unit
MONITORED: Final = {
    "monitored_area": "ha",
    "carbon_density": "t C/ha",
    "earlier_stock": "t CO2e",
    "present_stock": "t CO2e",
    "stock_change": "t CO2e",
    "stock_covariance": "(t CO2e)2",
    # half-width of the interval over the figure
    "relative_uncertainty": "1",
    "change_uncertainty": "1",
    "uncertainty_discount": "1",
    "discounted_change": "t CO2e",
    "fire_emission": "t CO2e",
    # of methodologies that take more than fire off the change
    "other_emission": "t CO2e",
    "project_removal": "t CO2e",
    "baseline_removal": "t CO2e",
    "leakage": "t CO2e",
    "risk_deduction": "t CO2e",
    "reduction": "t CO2e",
    "creditable_reduction": "t CO2e",
    "further_plots_for_no_discount": "plots",
    "further_plots_for_a_figure": "plots",
}
# of a vintage: whether it may be part of the batch, or why not
VINTAGE_OUTCOMES: Final = (
    "creditable",
    "before_first_vintage",
    "older_than_rule",
    "no_application_date",
)


class Monitoring(dy.Schema):
    """One figure of a stratum, of a vintage, or (both null) of the project.

    Removals and reductions are positive; `baseline_removal`, `leakage`, `fire_emission`,
    `other_emission` and `risk_deduction` are taken off. A stock is that of `date_to`, a change that
    of the days from `date_from` to `date_to`.
    """

    project_id = dy.String()
    methodology = dy.String()
    # that the carbon of plots is of
    pools = dy.String()
    stratum = dy.String(nullable=True)
    vintage = dy.Int32(nullable=True)
    date_from = dy.Date(nullable=True)
    date_to = dy.Date()
    quantity = dy.Enum(list(MONITORED))
    value = dy.Float64(nullable=True)
    unit = dy.String()
    se = dy.Float64(nullable=True)
    # by the confidence that the methodology asks for
    interval_low = dy.Float64(nullable=True)
    interval_high = dy.Float64(nullable=True)
    confidence = dy.Float64()
    df = dy.Int64(nullable=True)
    n = dy.Int64(nullable=True)
    outcome = dy.Enum(VINTAGE_OUTCOMES, nullable=True)
    unverified_items = dy.Int64()
    simulated = dy.Bool()


class SampleSizes(dy.Schema):
    """Plots of one stratum, or (stratum null) of the project.

    `mean`, `sd` and `cost` of the project: weighted mean, null, cost of all plots.
    `expected_relative_error` is what the whole numbers of plots are expected to give.
    """

    project_id = dy.String()
    stratum = dy.String(nullable=True)
    area_ha = dy.Float64(metadata={"unit": "ha"})
    possible_plots = dy.Float64(nullable=True, metadata={"unit": "1"})
    mean_t_c_per_ha = dy.Float64(metadata={"unit": "t C/ha"})
    sd_t_c_per_ha = dy.Float64(nullable=True, metadata={"unit": "t C/ha"})
    plot_cost = dy.Float64(nullable=True)
    plots_computed = dy.Float64(metadata={"unit": "1"})
    plots = dy.Int64(metadata={"unit": "1"})
    sampled_fraction = dy.Float64(nullable=True, metadata={"unit": "1"})
    total_cost = dy.Float64()
    expected_relative_error = dy.Float64(nullable=True, metadata={"unit": "1"})
    unverified_items = dy.Int64()
    simulated = dy.Bool()


class LayoutPlot(dy.Schema):
    """Centre of one sample plot.

    `x_m` and `y_m` are of the equal-area projection the grid is square in, `longitude` and
    `latitude` of CGCS2000.
    """

    plot_id = dy.String()
    stratum = dy.String()
    parcel_id = dy.String()
    longitude = dy.Float64(metadata={"unit": "degree"})
    latitude = dy.Float64(metadata={"unit": "degree"})
    x_m = dy.Float64(metadata={"unit": "m"})
    y_m = dy.Float64(metadata={"unit": "m"})
