"""One soil core worked out by hand, and again by integrating its profile.

Core A, depths in cm, BD in g/cm3, carbon C and organic matter OM per dry mass, q the volume of
coarse fragments. d = BD C (1 - q) 100 t C/ha per cm, rho = BD (1 - q) 100 t/ha per cm:

    interval    BD            C              q      d                           rho
    0-7         0.80          0.060          -      4.8                         80
    7-15        0.95          0.040          0.10   3.42                        85.5
    15-24       gap: mean of 7-15 and 24-41         (3.42 + 2.88)/2 = 3.15      74.75
    24-41       missing       0.045          -      0.64 * 0.045 * 100 = 2.88   64
    41-60       1.10          missing        0.05   1.7138                      104.5
    60-110      1.25          0.012          -      1.5                         125

BD of 24-41 from OM 0.10 by ideal mixing with k1 = 0.1, k2 = 1.6 g/cm3:
1/(0.10/0.1 + 0.90/1.6) = 1/1.5625 = 0.64. C of 41-60 from OM 0.04 by C = 0.4 OM + 0.25 OM2:
0.016 + 0.0004 = 0.0164, d = 1.1 * 0.0164 * 0.95 * 100 = 1.7138.

    to 30 cm    7*4.8 + 8*3.42 + 9*3.15 + 6*2.88 = 33.6 + 27.36 + 28.35 + 17.28    = 106.59
    to 50 cm    106.59 + 11*2.88 + 9*1.7138 = 106.59 + 31.68 + 15.4242             = 153.6942
    to 100 cm   138.27 + 19*1.7138 + 40*1.5 = 138.27 + 32.5622 + 60                = 230.8322

Fine soil down to 7, 15, 24, 41, 60, 110 cm: 560, 1244, 1916.75, 3004.75, 4990.25, 11240.25 t/ha.

    4000 t/ha   at 41 + 995.25/104.5 cm: 138.27 + 995.25*0.0164 = 138.27 + 16.3221 = 154.5921
    1500 t/ha   in the gap: 33.6 + 27.36 + 256*3.15/74.75
    13000 t/ha  below the core, at 110 + 1759.75/125 = 124.078 cm: 245.8322 + 1759.75*0.012
"""

from typing import Any

import numpy as np
import polars as pl
import pytest
from soil_cores import NO_MODELS, intervals, relations

from sinkcalc.models.organic_matter import SoilModels
from sinkcalc.models.soil_core import CoreBounds, CoreOptions, stocks_of_cores
from sinkcalc.models.soil_layers import core_layers
from sinkcalc.pipeline.core_stocks import core_bounds, stocks_of_intervals
from sinkcalc.uncertainty.parts import ErrorParts, difference_errors

CORE = (
    {"top": 0, "bottom": 7, "density": 0.80, "carbon": 0.060, "kind": "organic"},
    {"top": 7, "bottom": 15, "density": 0.95, "carbon": 0.040, "kind": "organic", "coarse": 0.10},
    {"top": 24, "bottom": 41, "om": 0.10, "carbon": 0.045, "kind": "organic"},
    {"top": 41, "bottom": 60, "density": 1.10, "om": 0.04, "coarse": 0.05},
    {"top": 60, "bottom": 110, "density": 1.25, "carbon": 0.012, "kind": "organic"},
)
CARBON, DENSITIES = (0.4, 0.25), (0.1, 1.6)
SPREADS = (0.002, 0.05)
NAMES: dict[str, Any] = {"pool": pl.String, "source": pl.String}
ERRORS = {"bulk_density.a": 0.005, "bulk_density.b": 0.1, "carbon.a": 0.02}
MODELS = relations(CARBON, DENSITIES, spreads=SPREADS, errors=ERRORS)
BY_HAND = {30: 106.59, 50: 153.6942, 100: 230.8322}
AT_MASS = {4000: 154.5921, 1500: 33.6 + 27.36 + 256 * 3.15 / 74.75, 13000: 245.8322 + 21.117}
EXACT = pytest.approx


def _row(options: CoreOptions, core: Any = CORE, models: SoilModels = MODELS) -> dict[str, Any]:
    rows = stocks_of_intervals(intervals(*core), options, models).rows
    assert rows.height == 1
    return rows.row(0, named=True)


def _without_bounds(options: CoreOptions, core: Any = CORE) -> dict[str, Any]:
    """Give the row where neither a wide gap nor a short core is left out."""
    frame = intervals(*core).with_row_index("interval_id")
    mixed = 1 / (
        pl.col("organic_matter_fraction") / 0.1 + (1 - pl.col("organic_matter_fraction")) / 1.6
    )
    om = pl.col("organic_matter_fraction")
    frame = frame.with_columns(
        predicted_bulk_density_g_per_cm3=mixed,
        predicted_carbon_fraction=0.4 * om + 0.25 * om**2,
        **{
            f"{name}_{what}": pl.lit(0.0 if what == "spread" else False)
            for name in ("carbon_fraction", "bulk_density_g_per_cm3")
            for what in ("spread", "outside")
        },
    )
    layers = core_layers(frame, options.depth_cm, options.equivalent_mass_t_per_ha)
    cores = frame.select("core_id").unique()
    found = stocks_of_cores(layers, cores, options, CoreBounds(1.0, 0.0)).collect()
    return found.row(0, named=True)


# the second route: the profile as a function of depth, integrated between its breaks


def _profile(core: Any) -> tuple[list[float], list[float], list[float]]:
    """Give breaks, cm, and carbon and fine soil between them, t/ha per cm; gaps are filled."""
    pieces = []
    for row in core:
        om = row.get("om", 0.0)
        density = row.get("density") or np.reciprocal(om / 0.1 + (1 - om) / 1.6)
        carbon = row["carbon"] if "carbon" in row else om * (0.4 + 0.25 * om)
        # 1 g/cm3 over 1 ha and 1 cm: 1e8 cm2 of 1 g/cm2, 1e6 g to the tonne
        soil = density * (1 - row.get("coarse", 0.0)) * 1e8 / 1e6
        pieces.append((row["top"], row["bottom"], soil * carbon, soil))
    breaks, carbons, soils = [0.0], [], []
    before = None
    for top, bottom, carbon, soil in pieces:
        if top > breaks[-1]:
            both = (carbon, soil) if before is None else np.mean([before, (carbon, soil)], axis=0)
            breaks.append(top)
            carbons.append(both[0])
            soils.append(both[1])
        breaks.append(bottom)
        carbons.append(carbon)
        soils.append(soil)
        before = (carbon, soil)
    return breaks, carbons, soils


def _integral(core: Any, depth: float) -> float:
    breaks, carbons, _ = _profile(core)
    grid = np.unique(np.clip([*breaks, depth], 0, depth))
    middle = (grid[1:] + grid[:-1]) / 2
    place = np.clip(np.searchsorted(breaks, middle) - 1, 0, len(carbons) - 1)
    return float(np.sum(np.diff(grid) * np.take(carbons, place)))


def _depth_of_mass(core: Any, mass: float) -> float:
    breaks, _, soils = _profile(core)
    masses = np.concatenate([[0], np.cumsum(np.diff(breaks) * soils)])
    if mass > masses[-1]:
        return breaks[-1] + (mass - masses[-1]) / soils[-1]
    return float(np.interp(mass, masses, breaks))


@pytest.mark.parametrize("depth", BY_HAND)
def test_stock_to_a_depth_by_hand_and_by_integration(depth: int) -> None:
    found = _without_bounds(CoreOptions(depth))["carbon_t_per_ha"]
    assert found == EXACT(BY_HAND[depth], abs=1e-9)
    assert found == EXACT(_integral(CORE, depth), abs=1e-9)


@pytest.mark.parametrize("mass", AT_MASS)
def test_stock_to_an_equivalent_mass_by_hand_and_by_integration(mass: float) -> None:
    found = _without_bounds(CoreOptions(equivalent_mass_t_per_ha=mass, short="extrapolate"))
    assert found["carbon_t_per_ha"] == EXACT(AT_MASS[mass], abs=1e-9)
    depth = _depth_of_mass(CORE, mass)
    assert found["cut_cm"] == EXACT(depth, abs=1e-9)
    assert found["carbon_t_per_ha"] == EXACT(_integral(CORE, depth), abs=1e-9)


def test_outcome_and_shares() -> None:
    """The gap is 9 of 100 cm; 17 + 9/2 + 19 cm stand on a model."""
    row = _row(CoreOptions(100))
    assert row["outcome"] == "gap_filled"
    assert row["carbon_t_per_ha"] == EXACT(BY_HAND[100], abs=1e-9)
    assert row["gap_fraction"] == EXACT(0.09)
    assert row["modelled_fraction"] == EXACT(0.405)
    assert row["extrapolated_fraction"] == 0
    assert row["reached_cm"] == 110


def test_a_gap_wider_than_its_bound_leaves_the_core_out() -> None:
    """9 of 50 cm are within the bound of one fifth, 9 of 30 cm are not."""
    assert core_bounds() == CoreBounds(largest_gap=0.2, least_reach=0.7)
    assert _row(CoreOptions(50))["outcome"] == "gap_filled"
    row = _row(CoreOptions(30))
    assert (row["outcome"], row["carbon_t_per_ha"]) == ("left_out_gap", None)
    assert row["gap_fraction"] == EXACT(0.3)
    assert _row(CoreOptions(100, gaps="leave_out"))["outcome"] == "left_out_gap"
    # above the gap there is none
    assert _row(CoreOptions(15, gaps="leave_out"))["outcome"] == "complete"


def test_short_cores() -> None:
    """Ended at 75 cm the core goes on at 1.5 t C/ha per cm; ended at 60 it is too short."""
    ends_at_75 = (*CORE[:-1], {**CORE[-1], "bottom": 75})
    row = _row(CoreOptions(100, short="extrapolate"), ends_at_75)
    assert row["outcome"] == "gap_filled_and_extrapolated"
    assert row["carbon_t_per_ha"] == EXACT(BY_HAND[100], abs=1e-9)
    assert row["extrapolated_fraction"] == EXACT(0.25)
    row = _row(CoreOptions(100), ends_at_75)
    assert (row["outcome"], row["carbon_t_per_ha"]) == ("left_out_short", None)
    assert row["extrapolated_fraction"] == 0
    row = _row(CoreOptions(100, short="extrapolate"), CORE[:-1])
    assert (row["outcome"], row["reached_cm"]) == ("left_out_short", 60)


def test_without_models_missing_values_are_gaps() -> None:
    """24-60 cm become one gap with 15-24: 45 cm, wider than a fifth of 100."""
    row = _row(CoreOptions(100), models=NO_MODELS)
    assert row["outcome"] == "left_out_gap"
    assert row["gap_fraction"] == EXACT(0.45)
    only_om = ({"top": 0, "bottom": 100, "om": 0.1},)
    row = _row(CoreOptions(100), only_om, NO_MODELS)
    assert (row["outcome"], row["gap_fraction"], row["reached_cm"]) == ("left_out_unknown", 1, 0)


def test_total_and_modelled_carbon() -> None:
    """Total carbon counts where it is asked for; carbon called modelled gives way to the model."""
    total = ({**CORE[0], "bottom": 100, "kind": "total"},)
    row = _row(CoreOptions(100), total)
    assert (row["outcome"], row["total_carbon_fraction"]) == ("left_out_total_carbon", 1)
    row = _row(CoreOptions(100, total_carbon="include"), total)
    assert row["carbon_t_per_ha"] == EXACT(480)
    modelled = ({**CORE[0], "bottom": 100, "kind": "modelled", "om": 0.04},)
    assert _row(CoreOptions(100), modelled)["carbon_t_per_ha"] == EXACT(0.8 * 0.0164 * 1e4)
    assert _row(CoreOptions(100), modelled, NO_MODELS)["outcome"] == "left_out_unknown"


def test_a_gap_at_the_top_takes_the_uppermost_interval() -> None:
    row = _row(CoreOptions(30), ({**CORE[0], "top": 5, "bottom": 30},))
    assert (row["outcome"], row["carbon_t_per_ha"]) == ("gap_filled", EXACT(30 * 4.8))


def test_error_by_hand() -> None:
    """Error of the models to 100 cm.

    dS/dBD of 24-41 is (17 + 9/2) 0.045 100 = 96.75, dS/dC of 41-60 is 19 * 104.5 = 1985.5.
    dBD/dk1 = BD2 OM/k1^2 = 0.4096*10 = 4.096, dBD/dk2 = BD2 (1 - OM)/k2^2 = 0.144;
    dC/da = OM, dC/db = OM2. By k1 396.288, by k2 13.932, by a 79.42, by b 3.1768.
    var = (396.288*0.005)^2 + (13.932*0.1)^2 + (79.42*0.02)^2 + (96.75*0.05)^2 + (1985.5*0.002)^2.
    """
    stocks = stocks_of_intervals(intervals(*CORE), CoreOptions(100), MODELS)
    by_hand = {
        "bulk_density.a": 396.288,
        "bulk_density.b": 13.932,
        "carbon.a": 79.42,
        "carbon.b": 3.1768,
    }
    found = dict(stocks.gradients.select("parameter_id", "derivative").iter_rows())
    assert found == EXACT(by_hand, abs=1e-9)
    own = (96.75 * 0.05) ** 2 + (1985.5 * 0.002) ** 2
    shared = sum((by_hand[name] * error) ** 2 for name, error in ERRORS.items())
    row = stocks.rows.row(0, named=True)
    assert row["residual_variance"] == EXACT(own, abs=1e-9)
    assert row["carbon_t_per_ha_se"] == EXACT(np.sqrt(shared + own), abs=1e-9)


def test_what_a_study_shares_moves_from_the_core_to_the_survey() -> None:
    """The error of one core is the same; of two cores four tenths of the residual are common."""
    models = relations(CARBON, DENSITIES, spreads=SPREADS, errors=ERRORS, correlation=0.4)
    alone = _row(CoreOptions(100))
    shared = _row(CoreOptions(100), models=models)
    assert shared["carbon_t_per_ha_se"] == EXACT(alone["carbon_t_per_ha_se"], rel=1e-12)
    assert shared["residual_variance"] == EXACT(0.6 * alone["residual_variance"], rel=1e-12)


def test_what_a_survey_shares_cancels_in_a_change() -> None:
    """BD 1, 100 cm, spread 0.004 common: 10 000 cm * 0.004 = 40 t C/ha at both times.

    The soil of a place deviates from the relation of all studies in one direction, at both times.
    """
    models = relations(CARBON, DENSITIES, spreads=(0.004, 0.0), correlation=1.0)
    parts = []
    for om in (0.10, 0.11):
        rows = intervals({"top": 0, "bottom": 100, "density": 1.0, "om": om})
        found = stocks_of_intervals(rows, CoreOptions(100), models)
        shared = found.gradients.filter(parameter_id="carbon.survey").select(
            pl.lit("soil").alias("pool"), "parameter_id", "derivative"
        )
        assert shared["derivative"].to_list() == EXACT([40.0])
        none = pl.DataFrame(schema={**NAMES, "variance": pl.Float64})
        parts.append(ErrorParts(shared, none, found.errors))
    change = difference_errors(parts[0], parts[1], ["pool"]).rows
    assert change["se"].to_list() == EXACT([0.0], abs=1e-9)


def test_what_is_measured_has_no_known_error() -> None:
    assert _row(CoreOptions(15))["carbon_t_per_ha_se"] is None


@pytest.mark.parametrize("mass", [None, 1500.0, 3500.0, 4000.0, 6000.0])
def test_derivatives_are_those_of_the_stock(mass: float | None) -> None:
    """Central differences; with an equivalent mass the depth moves with the bulk density."""
    options = CoreOptions(100, equivalent_mass_t_per_ha=mass)
    found = stocks_of_intervals(intervals(*CORE), options, MODELS).gradients
    derivatives = dict(found.select("parameter_id", "derivative").iter_rows())
    step = 1e-5
    for place, name in enumerate(("carbon.a", "carbon.b", "bulk_density.a", "bulk_density.b")):
        stocks = []
        for sign in (-1, 1):
            values = [*CARBON, *DENSITIES]
            values[place] += sign * step
            models = relations((values[0], values[1]), (values[2], values[3]))
            stocks.append(_row(options, models=models)["carbon_t_per_ha"])
        numeric = (stocks[1] - stocks[0]) / (2 * step)
        assert derivatives.get(name, 0.0) == EXACT(numeric, rel=1e-5, abs=1e-4)
