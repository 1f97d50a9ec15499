"""A delivered file made ready to be read as numbered text rows."""

import errno
import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sinkcalc.errors import UsageProblem

ROW: Final = "_row"
SOURCE: Final = "source_file"
# what a layer brings beside its attributes
GEOMETRY: Final = "_geometry_wkb"
GEOMETRY_AREA: Final = "_geometry_area_ha"
OWN_COLUMNS: Final = (ROW, GEOMETRY, GEOMETRY_AREA)


@dataclass(frozen=True)
class BadLine:
    """A line that cannot be read, with the rule it breaks."""

    row: int
    rule: str
    raw: str


@dataclass(frozen=True)
class Delivery:
    """A file ready to be read as numbered text rows.

    Attributes
    ----------
    name
        Name of the delivered file.
    path
        A UTF-8 copy with the row number as first column, or a Parquet file.
    kind
        `text` or `table` (Parquet).
    encoding, delimiter
        As found in the delivery; None where it has none.
    headers
        Column names, stripped; an empty name becomes `column_N`, a repeated one `name__2`.
    numbered
        Whether a Parquet file brings its row numbers; else its first row is row 2.
    crs
        Coordinate system of the geometry; None without geometry.
    layer
        Layer or sheet that was read; None where there is but one thing to read.
    rows
        Records of the file, counted where they were read, without the bad lines.
    notes
        What has to be told of the file as a whole, in Chinese and English.
    bad_lines
        Lines that were left out.
    """

    name: str
    path: Path
    kind: str
    encoding: str | None
    delimiter: str | None
    headers: list[str]
    numbered: bool = False
    crs: str | None = None
    layer: str | None = None
    rows: int = 0
    notes: list[tuple[str, str]] = field(default_factory=list)
    bad_lines: list[BadLine] = field(default_factory=list)


def unique_headers(names: list[str]) -> list[str]:
    """Name empty and repeated columns so that each header is there once."""
    out: list[str] = []
    taken = set(OWN_COLUMNS)
    for position, name in enumerate(names, 1):
        base = name.strip().strip('"') or f"column_{position}"
        unique, repeat = base, 1
        # the reader of the text knows no difference of case
        while unique.casefold() in taken:
            repeat += 1
            unique = f"{base}__{repeat}"
        taken.add(unique.casefold())
        out.append(unique)
    return out


def file_sha256(path: Path) -> str:
    """Return the hash of a file, or of the files of a folder (a file geodatabase).

    Raises
    ------
    UsageProblem
        If the file cannot be read.
    """
    require_there(path)
    members = sorted(path.rglob("*")) if path.is_dir() else _with_sidecars(path)
    digest = hashlib.sha256()
    try:
        for member in members:
            if member.is_file():
                with member.open("rb") as file:
                    part = hashlib.file_digest(file, "sha256")
                if members == [path]:
                    return part.hexdigest()
                digest.update(member.name.encode() + part.digest())
    except OSError as error:
        raise unreadable(path, error) from None
    return digest.hexdigest()


def require_there(path: Path) -> None:
    """Refuse a file that does not exist.

    Raises
    ------
    UsageProblem
        With its path.
    """
    if not path.exists():
        raise unreadable(path, FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)))


def _with_sidecars(path: Path) -> list[Path]:
    """List the files a shapefile consists of; any other file stands alone."""
    if path.suffix.lower() != ".shp":
        return [path]
    found = (beside(path, suffix) for suffix in (".shp", ".dbf", ".shx", ".prj", ".cpg"))
    return sorted(member for member in found if member is not None)


def beside(path: Path, suffix: str) -> Path | None:
    """Return the file of the same name with another suffix, in whatever case it is written."""
    for candidate in path.parent.iterdir():
        if candidate.stem == path.stem and candidate.suffix.lower() == suffix:
            return candidate
    return None


def unreadable(path: Path, error: OSError) -> UsageProblem:
    """Return the error of a file that the system does not let us read."""
    return UsageProblem(
        zh=f"无法读取文件 {path}:{error.strerror}。检查路径与权限",
        en=f"cannot read file {path}: {error.strerror}. Check the path and the permissions",
    )
