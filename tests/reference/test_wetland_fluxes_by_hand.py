"""Fluxes of wetlands, each rule by hand.

Factors (IPCC 2013 Wetlands Supplement, IPCC 2019 Refinement, warm temperate moist):
EF_RE tidal marsh 0.91, mangrove 1.62 t C/ha/yr; EF_DR 7.9; coastal CH4 193.7 kg/ha/yr below
18 ppt; rewetted organic soil 0.23 removal (poor), 0.50 emission (rich) t CO2-C, 92 and 216 kg
CH4-C; inland mineral 135 t C/ha x 0.71 -> 0.80 -> 1.0 in two times 20 years, CH4 235; reservoirs
1.46 t CO2-C up to 20 years, CH4 127.5 and 80.3, downstream 0.09; ponds 183, saline 30, canals 416.
44/12 = 3.666667.
"""

from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest

from sinkcalc.accounting.wetland_fluxes import Fluxes, net_sources, wetland_fluxes
from sinkcalc.coefficients.wetland_fluxes import gwp_table
from sinkcalc.errors import UsageProblem
from sinkcalc.schemas.wetland import Wetland
from sinkcalc.vocabulary import BURIAL_MEASUREMENT, WETLAND_AREA_MEASUREMENT

SURVEY = 2020
STOCKS = {"tidal_marsh": 255.0, "mangrove": 386.0}


def wetlands(*rows: Mapping[str, object]) -> pl.LazyFrame:
    """Make records of 100 ha in Xiaoshan, with what is given."""
    filled = [
        {
            "wetland_id": f"w{number}",
            "source_file": "test.csv",
            "source_row": number + 2,
            "region_code": "330109",
            "area_ha": 100.0,
            **row,
        }
        for number, row in enumerate(rows)
    ]
    frame = pl.DataFrame(filled, infer_schema_length=None)
    missing = [name for name in Wetland.column_names() if name not in frame.columns]
    frame = frame.with_columns(pl.lit(None).alias(name) for name in missing)
    return Wetland.cast(frame.select(Wetland.column_names())).lazy()


def fluxes(*rows: Mapping[str, object], densities: dict[str, float] | None = STOCKS) -> Fluxes:
    """Return the fluxes of such records; of a class without a density nothing is set free."""
    known = densities or {}
    dug = [
        (f"w{number}", f"stock.{row['wetland_class']}", known[str(row["wetland_class"])])
        for number, row in enumerate(rows)
        if row["wetland_class"] in known
    ]
    schema = {"wetland_id": pl.String, "density_id": pl.String, "density": pl.Float64}
    return wetland_fluxes(wetlands(*rows), SURVEY, pl.DataFrame(dug, schema=schema, orient="row"))


def masses(found: Fluxes) -> dict[tuple[str, str, str], float]:
    """Return rule, quantity, gas -> t."""
    rows = found.terms.group_by("rule", "quantity", "gas").agg(pl.col("mass_t").sum())
    return {(rule, quantity, gas): mass for rule, quantity, gas, mass in rows.iter_rows()}


def flags(found: Fluxes) -> dict[str, str | None]:
    """Return flag -> gas."""
    return dict(found.flags.select("flag", "gas").iter_rows())


def co2e(found: Fluxes, gwp_set: str = "AR6") -> float:
    """Return the net emission, t CO2e."""
    sign = pl.when(pl.col("quantity") == "emission").then(1).otherwise(-1)
    joined = found.terms.join(gwp_table(gwp_set), on="gas")
    return float(joined.select((sign * pl.col("mass_t") * pl.col("gwp")).sum()).item())


# flooded land


@pytest.mark.parametrize(
    ("state", "ten_thousand_t"),
    [("oligotrophic", 9.6), (None, 13.7), ("mesotrophic", 41.1)],
)
def test_a_reservoir_of_580_km2_older_than_60_years(
    state: str | None, ten_thousand_t: float
) -> None:
    """58 000 ha x 80.3 kg x 1.09 = 5 076.566 t CH4; x 27 = 137 067 t CO2e; x 0.7, 1, 3."""
    lake = {"wetland_class": "reservoir", "area_ha": 58_000.0, "year_flooded": 1959}
    found = fluxes({**lake, "trophic_state": state})
    assert round(co2e(found) / 10_000, 1) == ten_thousand_t
    assert set(found.terms["gas"]) == {"CH4"}
    assert found.terms["low_t"].to_list() == [None]


def test_a_state_between_two_is_a_range() -> None:
    """58 000 x 80.3 x 1.09/1000 = 5 076.566 t at alpha 1; 3 553.596 at 0.7; 15 229.698 at 3."""
    lake = {"wetland_class": "reservoir", "area_ha": 58_000.0, "year_flooded": 1959}
    found = fluxes({**lake, "trophic_state": "oligo_mesotrophic"})
    row = found.terms.row(0, named=True)
    assert row["mass_t"] == pytest.approx(5076.566, abs=1e-9)
    assert row["low_t"] == pytest.approx(3553.5962, abs=1e-9)
    assert row["high_t"] == pytest.approx(15229.698, abs=1e-9)
    assert flags(found) == {"trophic_state_range": "CH4"}


def test_a_range_beside_a_certain_state_keeps_that_at_both_ends() -> None:
    """Of 100 ha each: 8.7527 t at alpha 1, 87.527 at 10; low 0.7 x 8.7527 + 87.527."""
    pair = [
        {"wetland_class": "reservoir", "year_flooded": 1959, "trophic_state": state}
        for state in ("oligo_mesotrophic", "eutrophic")
    ]
    row = fluxes(*pair).terms.row(0, named=True)
    assert row["mass_t"] == pytest.approx(11 * 8.7527, abs=1e-9)
    assert row["low_t"] == pytest.approx(10.7 * 8.7527, abs=1e-9)
    assert row["high_t"] == pytest.approx(13 * 8.7527, abs=1e-9)


@pytest.mark.parametrize(("year", "co2"), [(2000, True), (1999, False), (2020, True)])
def test_land_flooded_up_to_20_years_gives_co2(year: int, co2: bool) -> None:
    """100 ha x 1.46 x 44/12 = 535.333 t CO2; CH4 100 x 127.5 x 1.09 x 10 = 138.975 t."""
    found = fluxes(
        {"wetland_class": "reservoir", "year_flooded": year, "trophic_state": "eutrophic"}
    )
    if co2:
        assert masses(found) == pytest.approx(
            {
                ("flooded_young", "emission", "CO2"): 535.333333333,
                ("flooded_young", "emission", "CH4"): 138.975,
            }
        )
    else:
        assert masses(found) == pytest.approx({("flooded_old", "emission", "CH4"): 87.527})


def test_a_reservoir_of_unknown_year_counts_as_old() -> None:
    """100 ha x 80.3 x 1.09/1000 = 8.7527 t."""
    found = fluxes({"wetland_class": "reservoir"})
    assert masses(found) == pytest.approx({("flooded_old", "emission", "CH4"): 8.7527})
    assert flags(found) == {"flood_year_assumed_old": None, "trophic_state_unknown": "CH4"}


@pytest.mark.parametrize(
    ("wetland_class", "managed", "counted"),
    [
        ("reservoir", None, True),
        ("reservoir", True, True),
        ("reservoir", False, False),
        ("lake", True, True),
        ("lake", None, False),
        ("lake", False, False),
        ("pond", None, True),
        ("pond", False, False),
        ("canal", None, True),
        ("canal", False, False),
    ],
)
def test_what_is_natural_is_not_accounted(
    wetland_class: str, managed: bool | None, counted: bool
) -> None:
    found = fluxes({"wetland_class": wetland_class, "managed": managed})
    assert (found.terms.height > 0) == counted
    assert ("not_accounted" in flags(found)) != counted


@pytest.mark.parametrize(
    "wetland_class",
    ["river", "lake", "coastal_water", "spring", "karst_cave", "salt_pan", "paddy"],
)
def test_water_without_a_factor(wetland_class: str) -> None:
    found = fluxes({"wetland_class": wetland_class})
    assert found.terms.is_empty()
    assert found.flags.rows() == [("not_accounted", wetland_class, None, 1, 100)]


def test_a_reservoir_filled_after_the_survey() -> None:
    found = fluxes({"wetland_class": "reservoir", "year_flooded": 2021})
    assert found.terms.is_empty()
    assert flags(found) == {"flooded_later": None}


@pytest.mark.parametrize(
    ("record", "mass"),
    [
        ({"wetland_class": "pond", "salinity_ppt": 0.5}, 18.3),
        ({"wetland_class": "pond", "salinity_ppt": 17.99}, 18.3),
        ({"wetland_class": "pond", "salinity_ppt": 18.0}, 3.0),
        ({"wetland_class": "pond"}, 18.3),
        ({"wetland_class": "canal"}, 41.6),
    ],
)
def test_ponds_and_canals(record: dict[str, object], mass: float) -> None:
    """100 ha x 183, 30 or 416 kg."""
    found = fluxes(record)
    assert found.terms["mass_t"].to_list() == pytest.approx([mass])
    unknown = record["wetland_class"] == "pond" and "salinity_ppt" not in record
    assert flags(found) == ({"salinity_unknown_assumed_fresh": "CH4"} if unknown else {})


# coast

PLANTED = {
    "wetland_class": "tidal_marsh",
    "event": "planted",
    "event_year": 2015,
    "vegetation_cover_fraction": 0.6,
    "salinity_ppt": 25.0,
}


@pytest.mark.parametrize(
    ("wetland_class", "mass"),
    [("tidal_marsh", 333.6666667), ("tidal_flat", 333.6666667), ("mangrove", 594.0)],
)
def test_planted_saline_coast_is_a_sink(wetland_class: str, mass: float) -> None:
    """100 ha x 0.91 x 44/12 = 333.667 t; mangrove 1.62: 594.0 t; no methane from 18 ppt on."""
    found = fluxes({**PLANTED, "wetland_class": wetland_class})
    assert masses(found) == pytest.approx({("coastal_restoration_saline", "removal", "CO2"): mass})
    assert flags(found) == {"saline_no_methane": "CH4"}
    assert net_sources(found.terms, gwp_table("AR6")).is_empty()


def test_a_brackish_marsh_is_a_net_source() -> None:
    """193.7 kg x 27/1000 = 5.2299 t CO2e/ha against 0.91 x 44/12 = 3.3367 t: 189.32 t net."""
    found = fluxes({**PLANTED, "salinity_ppt": 8.0})
    rule = "coastal_restoration_brackish"
    assert masses(found) == pytest.approx(
        {(rule, "removal", "CO2"): 333.6666667, (rule, "emission", "CH4"): 19.37}
    )
    (row,) = net_sources(found.terms, gwp_table("AR6")).iter_rows(named=True)
    assert (row["rule"], row["wetland_class"], row["area_ha"]) == (rule, "tidal_marsh", 100)
    assert round(row["emission_t"] / 100, 2) == 5.23
    assert round(row["removal_t"] / 100, 2) == 3.34
    assert row["net_t"] == pytest.approx(522.99 - 333.6666667)


@pytest.mark.parametrize(
    ("changed", "flag"),
    [
        ({"vegetation_cover_fraction": None}, "cover_unknown_not_credited"),
        ({"vegetation_cover_fraction": 0.099}, "cover_below_minimum"),
        ({"event": "natural_recolonisation"}, "recolonised_not_credited"),
        ({"event": "rewetted"}, "not_planted_not_credited"),
        ({"event_year": 1739}, "stock_reached"),
    ],
)
def test_coast_that_is_not_credited(changed: dict[str, object], flag: str) -> None:
    """No removal; 255/0.91 = 280.2 years of planting build up the stock: 2020 - 1739 = 281."""
    found = fluxes({**PLANTED, **changed})
    assert found.terms.is_empty()
    assert flags(found) == {flag: "CO2", "saline_no_methane": "CH4"}


@pytest.mark.parametrize("changed", [{"vegetation_cover_fraction": 0.1}, {"event_year": 1740}])
def test_coast_that_is_still_credited(changed: dict[str, object]) -> None:
    assert fluxes({**PLANTED, **changed}).terms["quantity"].to_list() == ["removal"]


def test_a_planted_flat_is_full_when_a_marsh_is() -> None:
    flat = {**PLANTED, "wetland_class": "tidal_flat"}
    assert fluxes({**flat, "event_year": 1739}).terms.is_empty()
    assert fluxes({**flat, "event_year": 1740}).terms.height == 1


def test_planting_ends_at_the_table_whatever_cores_say() -> None:
    """386/1.62 = 238.3 years of mangrove: 239 are the end, with cores of 60 t C/ha or none."""
    cores = {"tidal_marsh": 60.0, "mangrove": 60.0}
    mangrove = {**PLANTED, "wetland_class": "mangrove"}
    for densities in (cores, None):
        for record, last in ((PLANTED, 1740), (mangrove, 1782)):
            full = fluxes({**record, "event_year": last - 1}, densities=densities)
            assert full.terms.is_empty()
            assert "stock_reached" in flags(full)
            growing = fluxes({**record, "event_year": last}, densities=densities)
            assert growing.terms["quantity"].to_list() == ["removal"]


@pytest.mark.parametrize("event", ["planted", "natural_recolonisation", "rewetted"])
def test_unknown_salinity_counts_methane(event: str) -> None:
    """100 ha x 193.7 kg = 19.37 t, whether planted or not."""
    found = fluxes({**PLANTED, "event": event, "salinity_ppt": None})
    assert masses(found)["coastal_restoration_brackish", "emission", "CH4"] == pytest.approx(19.37)
    assert flags(found)["salinity_unknown_assumed_fresh"] == "CH4"


@pytest.mark.parametrize("wetland_class", ["mangrove", "tidal_marsh"])
def test_drained_coast(wetland_class: str) -> None:
    """100 ha x 7.9 x 44/12 = 2 896.667 t."""
    found = fluxes({"wetland_class": wetland_class, "event": "drained"})
    assert masses(found) == pytest.approx({("coastal_drainage", "emission", "CO2"): 2896.666666667})
    assert flags(found) == {}


def test_excavation_sets_the_stock_free_once() -> None:
    """100 ha x 255 x 44/12 = 93 500 t in the year, nothing after it."""
    record = {"wetland_class": "tidal_marsh", "event": "excavated", "event_year": 2020}
    found = fluxes(record)
    assert masses(found) == pytest.approx({("excavation", "emission", "CO2"): 93_500.0})
    gradients = dict(found.gradients.select("parameter_id", "derivative").iter_rows())
    assert gradients["stock.tidal_marsh"] == pytest.approx(100 * 44 / 12)
    assert flags(fluxes({**record, "event_year": 2019})) == {"excavated_earlier": "CO2"}
    assert flags(fluxes({**record, "event_year": None})) == {"event_year_unknown": "CO2"}
    assert flags(fluxes(record, densities=None)) == {"no_density": "CO2"}
    assert flags(fluxes({**record, "wetland_class": "marsh"})) == {"no_density": "CO2"}


# inland

REWETTED = {
    "wetland_class": "marsh",
    "event": "rewetted",
    "event_year": 2010,
    "soil_type": "mineral",
    "former_use": "cropland",
}


@pytest.mark.parametrize(
    ("year", "per_ha"),
    [
        (2020, 0.0),
        (2019, 2.2275),
        (2000, 2.2275),
        (1999, 4.95),
        (1980, 4.95),
        (1979, 0.0),
    ],
)
def test_inland_marsh_from_cropland(year: int, per_ha: float) -> None:
    """135 x (0.80 - 0.71)/20 x 44/12 = 2.2275 t CO2/ha; 135 x 0.20/20 x 44/12 = 4.95."""
    found = fluxes({**REWETTED, "event_year": year})
    mass = masses(found)
    assert mass["rewetted_mineral_soil", "emission", "CH4"] == pytest.approx(23.5)
    removal = mass.get(("rewetted_mineral_soil", "removal", "CO2"), 0.0)
    assert removal == pytest.approx(100 * per_ha)
    expected = {2020: "removal_from_next_year", 1979: "transition_over"}
    assert list(flags(found)) == ([expected[year]] if year in expected else [])


def test_forty_years_restore_the_loss_of_cultivation() -> None:
    """Sum over the years: 135 x (1 - 0.71) = 39.15 t C/ha."""
    every_year = fluxes(*({**REWETTED, "event_year": year} for year in range(1970, 2021)))
    removal = masses(every_year)["rewetted_mineral_soil", "removal", "CO2"]
    assert removal == pytest.approx(100 * 39.15 * 44 / 12)


def test_inland_restoration_is_a_net_source() -> None:
    """235 kg x 27/1000 = 6.345 t CO2e/ha against 2.2275; GWP sets 27, 28, 21."""
    found = fluxes(REWETTED)
    for gwp_set, gwp in (("AR6", 27), ("AR5", 28), ("SAR", 21)):
        (row,) = net_sources(found.terms, gwp_table(gwp_set)).iter_rows(named=True)
        assert row["emission_t"] == pytest.approx(23.5 * gwp)
        assert row["net_t"] == pytest.approx(23.5 * gwp - 222.75)
        assert co2e(found, gwp_set) == pytest.approx(row["net_t"])
    assert round(0.235 * 27, 1) == 6.3


@pytest.mark.parametrize(
    ("changed", "flag"),
    [
        ({"former_use": None}, "former_use_unknown"),
        ({"former_use": "pond"}, "former_use_not_cropland"),
        ({"event_year": None}, "event_year_unknown"),
    ],
)
def test_inland_marsh_that_is_not_credited(changed: dict[str, object], flag: str) -> None:
    found = fluxes({**REWETTED, **changed})
    assert masses(found) == pytest.approx({("rewetted_mineral_soil", "emission", "CH4"): 23.5})
    assert flags(found) == {flag: "CO2"}


def test_an_unrecorded_soil_counts_as_mineral() -> None:
    found = fluxes({**REWETTED, "soil_type": None})
    assert found.terms.height == 2
    assert flags(found) == {"soil_unknown_assumed_mineral": None}


def test_rewetted_organic_soil() -> None:
    """Poor: 0.23 x 44/12 = 0.84333 t CO2/ha in, 92 x 16/12 = 122.667 kg CH4 out.

    Rich: 0.5 x 44/12 = 1.83333 t CO2/ha out, 216 x 16/12 = 288 kg CH4 out.
    """
    organic = {**REWETTED, "soil_type": "organic"}
    rule = "rewetted_organic_soil"
    poor = fluxes({**organic, "nutrient_status": "poor"})
    assert masses(poor) == pytest.approx(
        {(rule, "removal", "CO2"): 84.3333333, (rule, "emission", "CH4"): 12.2666667}
    )
    rich = fluxes({**organic, "nutrient_status": "rich"})
    unknown = fluxes(organic)
    assert masses(rich) == pytest.approx(
        {(rule, "emission", "CO2"): 183.3333333, (rule, "emission", "CH4"): 28.8}
    )
    assert masses(unknown) == masses(rich)
    assert (flags(rich), flags(unknown)) == ({}, {"nutrients_unknown_assumed_rich": None})


# burial, natural wetlands, events without a factor


def test_measured_burial_replaces_the_factor() -> None:
    """100 ha x 1.2 x 44/12 = 440 t CO2, not 440 + 333.67."""
    found = fluxes({**PLANTED, "burial_t_c_per_ha_per_year": 1.2})
    assert masses(found) == pytest.approx({("coastal_restoration_saline", "removal", "CO2"): 440.0})
    assert flags(found) == {"burial_replaces_factor": "CO2", "saline_no_methane": "CH4"}
    mineral = fluxes({**REWETTED, "burial_t_c_per_ha_per_year": 1.2})
    assert masses(mineral)["rewetted_mineral_soil", "removal", "CO2"] == pytest.approx(440.0)
    organic = fluxes({**REWETTED, "soil_type": "organic", "burial_t_c_per_ha_per_year": 1.2})
    assert ("rewetted_organic_soil", "emission", "CO2") not in masses(organic)


def test_measured_burial_of_a_natural_marsh() -> None:
    """100 ha x 0.2 + 50 ha x 0.4 = 40 t C; x 44/12 = 146.667 t."""
    found = fluxes(
        {"wetland_class": "tidal_marsh", "burial_t_c_per_ha_per_year": 0.2},
        {"wetland_class": "tidal_marsh", "burial_t_c_per_ha_per_year": 0.4, "area_ha": 50.0},
    )
    assert masses(found) == pytest.approx({("measured_burial", "removal", "CO2"): 146.6666667})
    assert flags(found) == {}
    gradients = dict(found.gradients.select("parameter_id", "derivative").iter_rows())
    of_each = dict.fromkeys((WETLAND_AREA_MEASUREMENT, BURIAL_MEASUREMENT), 146.6666667)
    assert gradients == pytest.approx(of_each)


def test_burial_on_drained_land_is_not_counted() -> None:
    record = {"wetland_class": "tidal_marsh", "event": "drained"}
    found = fluxes({**record, "burial_t_c_per_ha_per_year": 1.0})
    assert set(masses(found)) == {("coastal_drainage", "emission", "CO2")}
    assert flags(found) == {"burial_contradicted": "CO2"}


@pytest.mark.parametrize(
    ("record", "flag"),
    [
        ({"wetland_class": "tidal_marsh"}, "natural_no_flux"),
        ({"wetland_class": "tidal_flat"}, "natural_no_flux"),
        ({"wetland_class": "forest_swamp"}, "natural_no_flux"),
        ({"wetland_class": "marsh", "event": "drained"}, "no_factor_for_event"),
        ({"wetland_class": "marsh", "event": "planted"}, "no_factor_for_event"),
        ({"wetland_class": "tidal_flat", "event": "rewetted"}, "no_factor_for_event"),
    ],
)
def test_wetlands_without_a_flux(record: dict[str, object], flag: str) -> None:
    found = fluxes(record)
    assert found.terms.is_empty()
    assert flags(found) == {flag: None}


def test_an_event_after_the_survey_is_none() -> None:
    found = fluxes({**PLANTED, "event_year": 2021})
    assert found.terms.is_empty()
    assert flags(found) == {"event_in_future": None, "natural_no_flux": None}


# gradients, potentials


def test_gradients_of_a_product() -> None:
    """M = A EF alpha (1 + R): dM/dEF = M/EF, dM/dalpha = M/alpha, dM/dR = M/(1 + R)."""
    record = {"wetland_class": "reservoir", "year_flooded": 1959, "trophic_state": "mesotrophic"}
    found = fluxes(record)
    (mass,) = found.terms["mass_t"]
    gradients = dict(found.gradients.select("parameter_id", "derivative").iter_rows())
    assert gradients == pytest.approx(
        {
            "wetland-flux.flooded.methane_old.warm_temperate_moist": mass / 80.3,
            "wetland-flux.flooded.trophic.mesotrophic": mass / 3,
            "wetland-flux.flooded.downstream": mass / 1.09,
            WETLAND_AREA_MEASUREMENT: mass,
        }
    )


def test_gradients_of_the_change_of_stock() -> None:
    """100 x 44/12/20 = 18.3333: x 0.09 = 1.65 for SOC_REF; x 135 = 2475 for the factors."""
    found = fluxes(REWETTED).gradients.filter(pl.col("quantity") == "removal")
    gradients = dict(found.select("parameter_id", "derivative").iter_rows())
    assert gradients == pytest.approx(
        {
            "wetland-soil.ipcc.inland_mineral.0-30": 1.65,
            "wetland-flux.inland.factor.first": 2475.0,
            "wetland-flux.inland.factor.cultivated": -2475.0,
            WETLAND_AREA_MEASUREMENT: 222.75,
        }
    )


@pytest.mark.parametrize(
    ("gwp_set", "expected"),
    [
        ("AR6", {"CO2": 1.0, "CH4": 27.0, "N2O": 273.0}),
        ("AR5", {"CO2": 1.0, "CH4": 28.0, "N2O": 265.0}),
        ("SAR", {"CO2": 1.0, "CH4": 21.0, "N2O": 310.0}),
    ],
)
def test_potentials(gwp_set: str, expected: dict[str, Any]) -> None:
    assert dict(gwp_table(gwp_set).select("gas", "gwp").iter_rows()) == expected


def test_an_unknown_set_is_refused() -> None:
    with pytest.raises(UsageProblem, match="AR4"):
        gwp_table("AR4")
