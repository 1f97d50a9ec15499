"""A reservoir of 580 km2 from its record to the emission that a query reads.

58 000 ha, filled in 1959, survey of 2023, so older than 60 years: no CO2, and CH4 by the factor of
more than 20 years. 58 000 ha * 80.3 kg/ha * alpha * 1.09 * 27 / 1000 t CO2e, in 万t:

    alpha 0.7   oligotrophic      9.59
    alpha 1     not recorded     13.71
    alpha 3     mesotrophic      41.12
"""

from pathlib import Path

import pytest
from command_line import query, succeed

COUNTIES = {"330127": "oligotrophic", "330182": "", "330122": "mesotrophic"}
WAN_T = {"330127": 9.6, "330182": 13.7, "330122": 41.1}


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reservoir")
    records = folder / "wetlands.csv"
    lines = [
        f"R-{county},{county},reservoir,58000,1959,{state}" for county, state in COUNTIES.items()
    ]
    header = "wetland_id,region_code,wetland_class,area_ha,year_flooded,trophic_state"
    records.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    database = folder / "sinkcalc.duckdb"
    succeed("--db", str(database), "load", "wetlands", str(records), "--survey", "2023")
    estimate = ("estimate", "--kind", "wetland", "--survey", "2023", "--by", "region")
    succeed("--db", str(database), *estimate)
    return database


def test_the_emission_of_each_state(db: Path) -> None:
    rows = query(
        db,
        "SELECT region_code, round(value / 10000, 1)::DOUBLE FROM estimates "
        "JOIN runs USING (run_id) WHERE kind = 'wetland' AND quantity = 'emission' "
        "AND gas = 'CH4' AND estimates.gwp_set = 'AR6' AND wetland_class IS NULL",
    )
    assert dict(rows) == WAN_T


def test_no_carbon_dioxide_after_twenty_years(db: Path) -> None:
    rows = query(
        db,
        "SELECT count(*) FROM estimates WHERE quantity = 'emission' AND gas = 'CO2' AND value > 0",
    )
    assert rows == [(0,)]
