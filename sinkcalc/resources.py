"""Where the shipped `parameters/` and `sql/` folders lie: in the wheel, or in a checkout."""

from functools import cache
from pathlib import Path


@cache
def _root() -> Path:
    package = Path(__file__).parent
    shipped = package / "_data"
    return shipped if shipped.is_dir() else package.parent


def parameter_dir() -> Path:
    """Return the folder of the parameter files."""
    return _root() / "parameters"


def parameter_path(name: str) -> Path:
    """Return the CSV file of the parameter table `name`."""
    return parameter_dir() / f"{name}.csv"


def sql_dir() -> Path:
    """Return the folder of the SQL files."""
    return _root() / "sql"
