"""The files that a project is computed from, gathered so that an export can be computed again."""

import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import polars as pl
from polars.exceptions import PolarsError

from sinkcalc.accounting.curves import Curves
from sinkcalc.calibration.model import Model
from sinkcalc.ccer.parcel import PARCEL_COLUMNS
from sinkcalc.ccer.project import Project
from sinkcalc.coefficients.verified import VERIFIED_FILE
from sinkcalc.errors import SinkcalcError, UsageProblem, reason_zh

# what was read of files and the database, as it was computed with
READ: Final = "as-read"
PARCELS: Final = f"{READ}/parcels.csv"
READING: Final = f"{READ}/reading.json"
CURVES: Final = f"{READ}/curves.json"
# a shapefile is several files of one stem
_OF_SEVERAL_FILES: Final = ".shp"
Notes = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Reading:
    """What was read, beside the project file itself.

    Attributes
    ----------
    parcels
        Frame of `PARCEL_COLUMNS`; strata that parcels form are not named yet.
    notes
        What is to be said of the reading.
    curves
        Calibrated growth curves of the database; None where the project asks for none.
    simulated
        Whether parcels or curves come from a simulated survey.
    """

    parcels: pl.DataFrame
    notes: Notes
    curves: Curves | None
    simulated: bool


def copied_files(path: Path) -> tuple[str, dict[str, bytes]]:
    """Return the project file and every file that it names, by their place in a folder of copies.

    Returns
    -------
    Place of the project file, and place -> content; places keep the files where they lie beside
    one another, so that the names in the project file lead to the copies.

    Raises
    ------
    UsageProblem
        If the project file names a file by its full path, or one cannot be read.
    """
    home = path.parent.resolve()
    named = [home / name for name in _named_files(path)]
    found = [file for one in named for file in _with_its_parts(Path(os.path.normpath(one)))]
    root = Path(os.path.commonpath([home, *(file.parent for file in found)]))
    project = home / path.name
    files = {
        file.relative_to(root).as_posix(): _content(file)
        for file in dict.fromkeys([project, *found])
    }
    return project.relative_to(root).as_posix(), dict(sorted(files.items()))


def _named_files(path: Path) -> Iterator[str]:
    """Return the names of files that a project file gives."""
    entries = tomllib.loads(_content(path).decode("utf-8-sig"))
    parcels, tables = entries.get("parcels", {}), entries.get("tables", {})
    others = parcels.get("others", [])
    names = [
        parcels.get("file"),
        *(others if isinstance(others, list) else [others]),
        *(table.get("file") for table in tables.values()),
        entries.get("project", {}).get("verified", VERIFIED_FILE),
    ]
    for name in names:
        if name is None:
            continue
        if Path(name).is_absolute():
            raise UsageProblem(
                zh=f"{path} 用完整路径指明了 {name};导出要附上输入文件的副本,"
                "请改为相对于项目文件的名称",
                en=f"{path} names {name} by its full path: an export carries copies of its inputs, "
                "name files relative to the project file",
            )
        yield name


def _with_its_parts(file: Path) -> list[Path]:
    """Return a file with those that belong to it; nothing where it does not exist."""
    if file.is_dir():
        return sorted(part for part in file.rglob("*") if part.is_file())
    if file.suffix.lower() == _OF_SEVERAL_FILES:
        return sorted(part for part in file.parent.glob(f"{file.stem}.*") if part.is_file())
    return [file] if file.exists() else []


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageProblem(
            zh=f"无法读取 {file}:{reason_zh(error)}", en=f"cannot read {file}: {error.strerror}"
        ) from None


def as_read(project: Project, parcels: pl.DataFrame) -> pl.DataFrame:
    """Return parcels without the names of strata that they form, which a reader makes again."""
    if project.each is None:
        return parcels
    written = [stratum.stratum for stratum in project.strata]
    return parcels.with_columns(pl.when(pl.col("stratum").is_in(written)).then("stratum"))


def reading_files(reading: Reading) -> dict[str, bytes]:
    """Return what was read as files, by their place in the folder of copies."""
    about = {
        "simulated": reading.simulated,
        "notes": [list(note) for note in reading.notes],
    }
    files = {
        PARCELS: parcels_csv(reading.parcels),
        READING: _json(about),
    }
    if reading.curves is not None:
        files[CURVES] = _json(asdict(reading.curves))
    return files


def parcels_csv(parcels: pl.DataFrame) -> bytes:
    """Return parcels as they are computed with, sorted by their ids."""
    columns = [name for name in PARCEL_COLUMNS if name in parcels.columns]
    return parcels.select(columns).sort("parcel_id").write_csv().encode()


def read_again(files: Mapping[str, bytes]) -> Reading:
    """Return the reading that files hold.

    Raises
    ------
    SinkcalcError
        If one is missing or cannot be understood.
    """
    try:
        about = json.loads(files[READING])
        curves = json.loads(files[CURVES]) if CURVES in files else None
        parcels = pl.read_csv(files[PARCELS], infer_schema=False)
        return Reading(
            parcels=parcels.select(_cast(name, PARCEL_COLUMNS[name]) for name in parcels.columns),
            notes=tuple((zh, en) for zh, en in about["notes"]),
            curves=None if curves is None else _curves(curves),
            simulated=about["simulated"],
        )
    except (
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
        RecursionError,
        PolarsError,
    ) as error:
        raise SinkcalcError(
            zh=f"inputs/{READ} 中的文件缺失或不能读取:{error}",
            en=f"a file of inputs/{READ} is missing or cannot be read: {error}",
        ) from None


def _cast(name: str, kind: type[pl.DataType]) -> pl.Expr:
    column = pl.col(name)
    if kind is pl.Boolean:
        words = {"true": True, "false": False}
        return column.replace_strict(words, return_dtype=pl.Boolean)
    return column.str.to_date() if kind is pl.Date else column.cast(kind)


def _curves(stored: dict[str, Any]) -> Curves:
    models = {group: _model(fields) for group, fields in stored.pop("models").items()}
    return replace(Curves({}, **stored), models=models)


def _model(fields: dict[str, Any]) -> Model:
    """Return a model from JSON, whose lists stand for tuples."""

    def frozen(value: Any) -> Any:
        return tuple(map(frozen, value)) if isinstance(value, list) else value

    return Model(**{name: frozen(value) for name, value in fields.items()})


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
