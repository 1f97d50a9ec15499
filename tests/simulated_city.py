"""A database of the simulated city: stands, plots, trees and strata of three surveys."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from sinkcalc.cli.main import cli
from sinkcalc.demo.city import City, write_city

YEARS = (2015, 2020, 2023)
# counties, classes and strata are all there, and a load takes about a second whatever its rows
STANDS = 3_000


@dataclass(frozen=True)
class CityDatabase:
    """The simulated city as files with what is true of them, and as a database."""

    city: City
    db: Path


_MADE: list[CityDatabase] = []


def city_database(factory: pytest.TempPathFactory) -> CityDatabase:
    """Load the city by the command line, once for all tests of a run; not to be changed."""
    if not _MADE:
        folder = factory.mktemp("simulated_city")
        city = write_city(folder / "files", stands=STANDS)
        files = {
            "stands": city.files,
            "plots": city.plot_files,
            "trees": city.tree_files,
            "strata": city.strata_files,
        }
        db = folder / "sinkcalc.duckdb"
        for year in YEARS:
            for table, paths in files.items():
                words = ("--db", db, "load", table, paths[year], "--survey", year)
                cli.main(list(map(str, words)), standalone_mode=False)
        _MADE.append(CityDatabase(city, db))
    return _MADE[0]
