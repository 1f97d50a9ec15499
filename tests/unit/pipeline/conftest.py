import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from filled_database import fill, keep_little
from postgres import Server, running_server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Run a PostgreSQL server."""
    with running_server() as running:
        yield running


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database with rows in every view; not to be changed."""
    path = tmp_path_factory.mktemp("filled") / "sinkcalc.duckdb"
    fill(path)
    return path


@pytest.fixture(scope="session")
def small(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return one with three views only, which are sooner published; not to be changed."""
    path = Path(shutil.copy(filled, tmp_path_factory.mktemp("small") / "sinkcalc.duckdb"))
    keep_little(path, "stands", "odd", "bits")
    return path


@pytest.fixture
def db(small: Path, tmp_path: Path) -> Path:
    """Return a copy of the small one that a test may change."""
    return Path(shutil.copy(small, tmp_path / "own.duckdb"))


@pytest.fixture
def database(server: Server) -> str:
    """Return a database of the server that is empty."""
    name = "carbon"
    if server.psql("postgres", f"SELECT 1 FROM pg_database WHERE datname = '{name}'") == "":
        server.psql("postgres", f"CREATE DATABASE {name}")
    dropped = server.psql(
        name,
        "SELECT format('DROP SCHEMA %I CASCADE;', nspname) FROM pg_namespace "
        "WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'",
    )
    server.psql(name, f"SET client_min_messages = warning; {dropped} CREATE SCHEMA public")
    return name
