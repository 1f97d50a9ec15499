"""Plans of small made-up carbon projects."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import polars as pl

from sinkcalc.calibration.model import Model
from sinkcalc.ccer.expression import parse
from sinkcalc.ccer.plan import SERVED, Equation, Level, Period, Plan

SHARED = {
    "bdr_sf": 0.1,
    "forest_biomass": 100.0,
    "shrub_root_shoot": 0.4,
    "shrub_carbon_fraction": 0.47,
    "shrub_cover_min": 0.05,
    "dead_wood_factor": 0.0225,
    "fire_ch4": 4.7,
    "gwp_ch4": 28.0,
    "k_risk": 0.0,
    "discount": 0.06,
}
SPECIES = {"wood_density": 0.4, "bef": 1.5, "root_shoot_ratio": 0.2, "carbon_fraction": 0.5}
FORMS = ("table", "schumacher", "logistic", "korf", "richards")
KEYS = ("scenario", "stratum", "component", "form")


# level, scenario, form, symbol, expression: afforestation with shrubs, dead wood and a discount
EQUATIONS = (
    ("tree", "both", "schumacher", "curve_volume", "curve_a*exp(-curve_b/age) if age > 0 else 0"),
    (
        *("tree", "both", "logistic", "curve_volume"),
        "curve_a/(1+curve_b*exp(-curve_c*age)) if age > 0 else 0",
    ),
    (
        *("tree", "both", "korf", "curve_volume"),
        "curve_a*exp(-curve_b*age**-curve_c) if age > 0 else 0",
    ),
    (
        *("tree", "both", "richards", "curve_volume"),
        "curve_a*(1-exp(-curve_b*age))**curve_c if age > 0 else 0",
    ),
    ("tree", "both", "table", "curve_volume", "table_volume"),
    ("tree", "both", "", "kept_fraction", "cumprod(1-thinned_fraction)"),
    ("tree", "both", "", "volume_m3_per_ha", "share*curve_volume*kept_fraction"),
    ("tree", "both", "", "agb_t_per_ha", "volume_m3_per_ha*wood_density*bef"),
    ("tree", "both", "", "bgb_t_per_ha", "agb_t_per_ha*root_shoot_ratio"),
    (
        *("tree", "both", "", "tree_co2e_t"),
        "(agb_t_per_ha+bgb_t_per_ha)*carbon_fraction*area_ha*44/12",
    ),
    ("stratum", "both", "", "tree_stock_t", "total(tree_co2e_t)"),
    (
        *("stratum", "both", "", "shrub_t_per_ha"),
        "bdr_sf*forest_biomass*shrub_cover if shrub_cover >= shrub_cover_min else 0",
    ),
    (
        *("stratum", "both", "", "shrub_stock_t"),
        "44/12*shrub_carbon_fraction*(1+shrub_root_shoot)*area_ha*shrub_t_per_ha",
    ),
    (
        *("stratum", "project", "", "dead_wood_stock_t"),
        "include_dead_wood*tree_stock_t*dead_wood_factor",
    ),
    ("stratum", "both", "", "stock_t", "tree_stock_t+shrub_stock_t+dead_wood_stock_t"),
    ("stratum", "both", "", "change_t", "stock_t-prev(stock_t)"),
    (
        *("stratum", "project", "", "fire_t"),
        "0.001*burnt_ha*total(agb_t_per_ha)*fire_ch4*gwp_ch4",
    ),
    ("project", "both", "", "baseline_removal_t", "baseline(change_t)"),
    ("project", "both", "", "project_change_t", "project(change_t)"),
    (
        *("project", "both", "", "discounted_change_t"),
        "project_change_t*(1-discount) if project_change_t > 0 else project_change_t*(1+discount)",
    ),
    ("project", "both", "", "project_removal_t", "discounted_change_t-project(fire_t)"),
    (
        *("project", "both", "", "risk_deduction_t"),
        "k_risk*max(project_removal_t-baseline_removal_t, 0)",
    ),
    (
        *("project", "both", "", "reduction_t"),
        "project_removal_t-baseline_removal_t-risk_deduction_t",
    ),
    ("project", "both", "", "cumulative_t", "cumsum(reduction_t)"),
    ("project", "both", "", "creditable_t", "floor(cumulative_t)"),
)


def equations() -> tuple[Equation, ...]:
    """Return the equations of the made-up methodology."""
    return tuple(
        Equation(f"T.{n}", level, scenario, form, symbol, parse(text, symbol), "1")  # type: ignore[arg-type]  # one of the levels
        for n, (level, scenario, form, symbol, text) in enumerate(EQUATIONS)
    )


def parameter_rows(rows: list[tuple[str, str, str, float, float | None]]) -> pl.DataFrame:
    """Return parameters from symbol, key, id, value and standard error."""
    names = ("symbol", "key", "parameter_id", "value", "se")
    kinds = (pl.String, pl.String, pl.String, pl.Float64, pl.Float64)
    frame = pl.DataFrame(rows, schema=dict(zip(names, kinds, strict=True)), orient="row")
    return frame.with_columns(pl.lit("1").alias("unit"), pl.lit("published").alias("status"))


def forest_plan(
    strata: int = 3,
    years: int = 12,
    errors: Mapping[str, float] | None = None,
    model: Model | None = None,
) -> Plan:
    """Trees of one to three components in each stratum, in turn on every form of curve.

    Shrubs in the baseline, a thinning in year 5. With a model, that of all schumacher rows.

    Parameters
    ----------
    errors
        Standard errors by symbol.
    """
    errors = errors or {}
    listed = [(s, "", f"test.{s}", v, errors.get(s)) for s, v in SHARED.items()]
    shared = {row[0]: place for place, row in enumerate(listed)}
    place = {}
    for number, species in enumerate(("fir", "oak")):
        for symbol, value in SPECIES.items():
            place[symbol, species] = len(listed)
            found = value * (1 + number / 10)
            listed.append((symbol, species, f"test.{symbol}.{species}", found, errors.get(symbol)))
    curve = model.values if model else (300.0, 12.0)
    for form in FORMS[1:]:
        values = {"a": 300.0, "b": 0.1 if form == "richards" else 12.0, "c": 0.5}
        if form == "schumacher":
            values = dict(zip("ab", curve, strict=True))
        for symbol, value in values.items():
            place[f"curve_{symbol}", form] = len(listed)
            name = f"growth.{form}.{symbol}"
            listed.append((f"curve_{symbol}", form, name, value, errors.get("curve")))
    number = 0
    trees: list[tuple[str, str, str, str, str]] = []
    for stratum in range(strata):
        for component in range(1 + stratum % 3):
            species = ("fir", "oak")[number % 2]
            form = FORMS[number % len(FORMS)]
            trees.append(("project", f"{stratum:05d}", f"{component}", form, species))
            number += 1
    levels = (_trees(trees, place, years), _bamboo(), _strata(strata, years), _project())
    periods = tuple(
        Period(t, date(2024 + t, 1, 1), date(2024 + t, 12, 31)) for t in range(years + 1)
    )
    served = pl.DataFrame(
        [
            dict(zip(KEYS, row, strict=False)) | {"curve": "table", "curve_name": "made"}
            for row in trees
            if row[3] == "table"
        ],
        schema={
            name: kind for name, kind in SERVED.items() if name in (*KEYS, "curve", "curve_name")
        },
    )
    return Plan(
        periods,
        levels,
        equations(),
        parameter_rows(listed),
        shared,
        served=served,
        curve_models={"schumacher": model} if model else {},
    )


def _trees(
    trees: list[tuple[str, str, str, str, str]], place: dict[tuple[str, str], int], years: int
) -> Level:
    rows = pl.DataFrame([row[:4] for row in trees], schema=list(KEYS), orient="row")
    t = np.arange(years + 1.0)
    count = len(trees)
    thinned = np.zeros((count, years + 1))
    if years >= 5:
        thinned[:, 5] = 0.2
    inputs = {
        "age": np.broadcast_to(t, (count, years + 1)).copy(),
        "share": np.array([[1 / (1 + int(row[1]) % 3)] for row in trees]),
        "thinned_fraction": thinned,
        "table_volume": np.outer(1 + np.arange(count) / 10, t * t),
        "area_ha": np.array([[10.0 + int(row[1])] for row in trees]),
    }
    places = {symbol: np.array([place[symbol, row[4]] for row in trees]) for symbol in SPECIES}
    for symbol in ("curve_a", "curve_b", "curve_c"):
        places[symbol] = np.array([place.get((symbol, row[3]), -1) for row in trees])
    return Level("tree", rows, inputs, places)


def _bamboo() -> Level:
    return Level("bamboo", pl.DataFrame(schema=dict.fromkeys(KEYS[:3], pl.String)), {}, {})


def _strata(strata: int, years: int) -> Level:
    names = [f"{number:05d}" for number in range(strata)]
    rows = pl.DataFrame(
        {"scenario": ["baseline"] * strata + ["project"] * strata, "stratum": names * 2}
    )
    cover = np.full((2 * strata, years + 1), 0.1)
    cover[strata:, 1:] = 0
    area = np.array([[10.0 + number] for number in range(strata)] * 2)
    inputs = {
        "area_ha": area,
        "shrub_cover": cover,
        "include_dead_wood": np.ones((2 * strata, 1)),
        "burnt_ha": np.zeros((2 * strata, years + 1)),
    }
    return Level("stratum", rows, inputs, {})


def _project() -> Level:
    keys = {"scenario": pl.String, "stratum": pl.String}
    return Level("project", pl.DataFrame({"scenario": [None], "stratum": [None]}, keys), {}, {})
