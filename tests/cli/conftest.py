import shutil
from pathlib import Path

import pytest
from command_line import succeed
from deliveries import GOOD, acceptance, clean, good_row


@pytest.fixture(scope="session")
def acceptance_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a file of 1 000 good and 50 faulty rows."""
    path = tmp_path_factory.mktemp("acceptance") / "stands_2020.csv"
    path.write_bytes(acceptance().data)
    return path


@pytest.fixture(scope="session")
def later_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the same 1 000 stands three years later, each arbor stand with 6 m3 more."""
    path = tmp_path_factory.mktemp("later") / "stands_2023.csv"
    path.write_bytes(clean([good_row(number, growth=6) for number in range(GOOD)]))
    return path


@pytest.fixture(scope="session")
def inventory(
    tmp_path_factory: pytest.TempPathFactory, acceptance_file: Path, later_file: Path
) -> Path:
    """Make a database with the surveys 2020 and 2023, both estimated; not to be changed."""
    db = tmp_path_factory.mktemp("inventory") / "sinkcalc.duckdb"
    succeed("--db", db, "load", "stands", acceptance_file, "--survey", 2020)
    succeed("--db", db, "load", "stands", later_file, "--survey", 2023)
    for survey in (2020, 2023):
        succeed("--db", db, "estimate", "--survey", survey)
    return db


@pytest.fixture
def db(inventory: Path, tmp_path: Path) -> Path:
    """Copy the database, to be changed."""
    return Path(shutil.copy(inventory, tmp_path / "sinkcalc.duckdb"))
