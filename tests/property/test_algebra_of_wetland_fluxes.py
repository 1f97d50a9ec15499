"""What must hold for any wetlands: sums, order, signs, and that none is left out."""

import random
from collections.abc import Callable
from decimal import Decimal

import polars as pl
import pytest

from sinkcalc.accounting.wetland_cells import to_wetland_cells
from sinkcalc.accounting.wetland_flags import FLUX_FLAGS, flag_conditions
from sinkcalc.accounting.wetland_fluxes import Fluxes, wetland_fluxes
from sinkcalc.coefficients import wetland_fluxes as coefficients
from sinkcalc.coefficients.load import load_table
from sinkcalc.models import wetland_cases as case
from sinkcalc.models.wetland_flux import EXCAVATION, flux_lines
from sinkcalc.schemas.wetland import Wetland
from sinkcalc.uncertainty.assumed import AssumedErrors
from sinkcalc.vocabulary import (
    FORMER_USES,
    NUTRIENT_STATES,
    SOIL_TYPES,
    TROPHIC_STATES,
    WETLAND_AREA_MEASUREMENT,
    WETLAND_CLASSES,
    WETLAND_EVENTS,
)

SURVEY = 2020
STOCKS = {"tidal_marsh": 255.0, "mangrove": 386.0, "marsh": 135.0}
CHOICES: dict[str, tuple[object, ...]] = {
    "region_code": ("330102", "330109", "330127"),
    "wetland_class": WETLAND_CLASSES,
    "managed": (None, True, False),
    "salinity_ppt": (None, 0.0, 17.99, 18.0, 30.0),
    "vegetation_cover_fraction": (None, 0.0, 0.099, 0.1, 0.8),
    "soil_type": (None, *SOIL_TYPES),
    "nutrient_status": (None, *NUTRIENT_STATES),
    "trophic_state": (None, *TROPHIC_STATES),
    "year_flooded": (None, 1959, 1999, 2000, 2020, 2021),
    "event": (None, *WETLAND_EVENTS),
    "event_year": (None, 1700, 1970, 1990, 2010, 2020, 2022),
    "former_use": (None, *FORMER_USES),
    "burial_t_c_per_ha_per_year": (None, None, 0.0, 1.2345),
}


def _records(number: int, seed: int) -> pl.DataFrame:
    chance = random.Random(seed)
    columns: dict[str, list[object]] = {
        name: [chance.choice(choices) for _ in range(number)] for name, choices in CHOICES.items()
    }
    columns["area_ha"] = [
        Decimal(chance.randrange(1, 10**8)) / Decimal(10**4) for _ in range(number)
    ]
    columns["wetland_id"] = [f"w{each}" for each in range(number)]
    columns["source_file"] = ["test.csv"] * number
    columns["source_row"] = [2] * number
    frame = pl.DataFrame(columns, strict=False)
    missing = [name for name in Wetland.column_names() if name not in frame.columns]
    frame = frame.with_columns(pl.lit(None).alias(name) for name in missing)
    return Wetland.cast(frame.select(Wetland.column_names()))


def _dug(records: pl.DataFrame) -> pl.DataFrame:
    """Give every wetland of a class with a stock its density."""
    kind = pl.col("wetland_class").cast(pl.String)
    return records.filter(kind.is_in(list(STOCKS))).select(
        "wetland_id",
        (pl.lit("stock.") + kind).alias("density_id"),
        kind.replace_strict(STOCKS, return_dtype=pl.Float64).alias("density"),
    )


def _fluxes(records: pl.DataFrame) -> Fluxes:
    return wetland_fluxes(records.lazy(), SURVEY, _dug(records))


@pytest.fixture(scope="module")
def records() -> pl.DataFrame:
    """Make 20 000 records of every sort."""
    return _records(20_000, 7)


@pytest.fixture(scope="module")
def found(records: pl.DataFrame) -> Fluxes:
    """Return their fluxes."""
    return _fluxes(records)


@pytest.mark.parametrize("known", [False, True], ids=["no densities", "densities"])
def test_every_wetland_ends_in_a_term_or_a_flag(records: pl.DataFrame, *, known: bool) -> None:
    """Every cell falls under a rule or a flag, so the areas of both together are the area."""
    cells = to_wetland_cells(records.lazy(), SURVEY, _dug(records) if known else None)
    dug = case.excavated() & pl.col("dug_id").is_not_null()
    terms = [dug, *(line.applies for line in flux_lines())]
    flags = [condition for _, _, condition in flag_conditions()]
    told = cells.select(
        "area_ha",
        "wetlands",
        pl.any_horizontal(terms).alias("term"),
        pl.any_horizontal(flags).alias("flag"),
        pl.any_horizontal(each.is_null() for each in (*terms, *flags)).alias("null"),
    ).collect()
    assert not told["null"].any()
    in_terms = told.filter("term")["area_ha"].sum()
    only_flags = told.filter(~pl.col("term") & pl.col("flag"))["area_ha"].sum()
    assert in_terms + only_flags == records["area_ha"].sum()
    assert told["wetlands"].sum() == records.height
    assert in_terms > 0
    assert only_flags > 0


def test_no_wetland_removes_carbon_twice(records: pl.DataFrame) -> None:
    cells = to_wetland_cells(records.lazy(), SURVEY)
    removals = [line.applies for line in flux_lines() if line.quantity == "removal"]
    emissions = [line.applies for line in flux_lines() if line.gas == "CH4"]
    for lines in (removals, emissions):
        most = cells.select(pl.sum_horizontal(lines).max()).collect().item()
        assert most == 1


def test_every_rule_and_flag_occurs_and_no_other(records: pl.DataFrame, found: Fluxes) -> None:
    rules = {EXCAVATION, *(line.rule for line in flux_lines())}
    assert set(found.terms["rule"]) == rules
    without = wetland_fluxes(records.lazy(), SURVEY)
    assert set(found.flags["flag"]) | set(without.flags["flag"]) == set(FLUX_FLAGS)
    words = set(load_table("words").rows["word"])
    assert {*rules, *FLUX_FLAGS} - words == set()


def test_masses_and_areas_are_not_negative(found: Fluxes) -> None:
    assert found.terms.select(pl.col("mass_t", "area_ha").min() >= 0).row(0) == (True, True)
    ranged = found.terms.filter(pl.col("low_t").is_not_null())
    assert ranged.height > 0
    assert (ranged["low_t"] <= ranged["mass_t"]).all()
    assert (ranged["mass_t"] <= ranged["high_t"]).all()
    assert set(found.terms["gas"]) == {"CO2", "CH4"}


def test_the_order_of_records_does_not_matter(records: pl.DataFrame, found: Fluxes) -> None:
    shuffled = records.sample(fraction=1, shuffle=True, seed=3)
    again = _fluxes(shuffled)
    assert again.terms.equals(found.terms)
    assert again.gradients.equals(found.gradients)
    assert again.flags.equals(found.flags)


def _key(frame: pl.DataFrame, keys: list[str], value: str) -> dict[tuple[object, ...], float]:
    return {row[:-1]: float(row[-1]) for row in frame.select(*keys, value).iter_rows()}


@pytest.mark.parametrize(
    ("keys", "value", "part"),
    [
        (["region_code", "wetland_class", "quantity", "gas", "rule"], "mass_t", "terms"),
        (["region_code", "wetland_class", "quantity", "gas", "rule"], "area_ha", "terms"),
        (
            ["region_code", "wetland_class", "quantity", "gas", "parameter_id"],
            "derivative",
            "gradients",
        ),
        (["flag", "region_code", "wetland_class", "gas"], "area_ha", "flags"),
        (["flag", "region_code", "wetland_class", "gas"], "wetlands", "flags"),
    ],
)
def test_parts_add_up(
    records: pl.DataFrame, found: Fluxes, keys: list[str], value: str, part: str
) -> None:
    halves = [_fluxes(half) for half in (records[:7_000], records[7_000:])]
    together: dict[tuple[object, ...], float] = {}
    for half in halves:
        for key, number in _key(getattr(half, part), keys, value).items():
            together[key] = together.get(key, 0.0) + number
    assert together == pytest.approx(_key(getattr(found, part), keys, value), rel=1e-12)


def test_an_empty_survey_has_no_flux(records: pl.DataFrame) -> None:
    nothing = _fluxes(records[:0])
    assert (nothing.terms.height, nothing.gradients.height, nothing.flags.height) == (0, 0, 0)


def _totals(fluxes: Fluxes) -> dict[tuple[object, ...], float]:
    keys = ["region_code", "wetland_class", "quantity", "gas"]
    return _key(fluxes.terms.group_by(keys).agg(pl.col("mass_t").sum()), keys, "mass_t")


@pytest.fixture
def nudge(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, float], None]:
    """Return a function that changes one factor."""

    def change(parameter_id: str, factor: float) -> None:
        values = dict(load_table("wetland_fluxes").rows.select("parameter_id", "value").iter_rows())
        values[parameter_id] *= factor
        monkeypatch.setattr(coefficients, "_values", lambda: values)

    return change


def test_gradients_are_the_slopes(nudge: Callable[[str, float], None]) -> None:
    """Each factor up and down by 0.1 %: the fluxes are of degree 1 in each, so it is exact.

    The trophic factor of a water between two states has a range in place of a slope.
    """
    between = (pl.col("trophic_state") == "oligo_mesotrophic").fill_null(False)
    few = _records(8_000, 11).filter(~between)
    found = _fluxes(few)
    of_table = found.gradients.filter(pl.col("parameter_id").str.starts_with("wetland-flux."))
    rows = load_table("wetland_fluxes").rows
    values = dict(rows.select("parameter_id", "value").iter_rows())
    names = of_table["parameter_id"].unique().sort().to_list()
    assert len(names) == 24
    for name in names:
        nudge(name, 1.001)
        high = _totals(_fluxes(few))
        nudge(name, 0.999)
        low = _totals(_fluxes(few))
        slopes = _key(
            of_table.filter(pl.col("parameter_id") == name),
            ["region_code", "wetland_class", "quantity", "gas"],
            "derivative",
        )
        for key, slope in slopes.items():
            assert (high[key] - low[key]) / (0.002 * values[name]) == pytest.approx(slope, rel=1e-6)


def test_the_error_of_area_is_that_of_the_mass(found: Fluxes) -> None:
    keys = ["region_code", "wetland_class", "quantity", "gas"]
    by_area = found.gradients.filter(pl.col("parameter_id") == WETLAND_AREA_MEASUREMENT)
    assert _key(by_area, keys, "derivative") == pytest.approx(_totals(found), rel=1e-12)


def test_every_factor_has_an_error(found: Fluxes) -> None:
    """A factor without one would leave its row without a standard error."""
    rows = load_table("wetland_fluxes").rows
    used = rows.join(found.gradients.select("parameter_id").unique(), on="parameter_id")
    assert used.height == 24
    unprinted = used.filter(pl.col("se").is_null()).select("parameter_id", "value")
    assumed = AssumedErrors.read().loadings(unprinted)
    assert set(assumed["parameter_id"]) == set(unprinted["parameter_id"])
    assert set(assumed["basis"]) == {"assumed"}
    printed = used.filter(pl.col("se").is_not_null())
    width = (pl.col("ci_high").cast(pl.Float64) - pl.col("ci_low").cast(pl.Float64)) / 3.92
    assert printed.select(((width / pl.col("se") - 1).abs() < 1e-5).all()).item()
