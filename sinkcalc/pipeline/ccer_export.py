"""Export a computed project: workbook, tables, JSON, copies of the inputs, manifest."""

import hashlib
import io
import json
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from sinkcalc import __version__
from sinkcalc.ccer.calculation import Calculation, calculate
from sinkcalc.ccer.dossier import Dossier
from sinkcalc.ccer.project import Project
from sinkcalc.ccer.tables import tidy_tables
from sinkcalc.coefficients.verified import read_verified, with_verification
from sinkcalc.errors import UsageProblem, reason_zh
from sinkcalc.pipeline.ccer_baseline import project_curves
from sinkcalc.pipeline.ccer_formed import form_strata
from sinkcalc.pipeline.ccer_inputs import (
    Reading,
    as_read,
    copied_files,
    read_again,
    reading_files,
)
from sinkcalc.pipeline.ccer_parcels import read_parcels
from sinkcalc.pipeline.ccer_project import read_project
from sinkcalc.report.ccer_json import (
    FORMAT,
    FORMAT_VERSION,
    SCHEMA_NAME,
    json_bytes,
    project_document,
    rows_of,
    schema_text,
    totals,
)
from sinkcalc.report.ccer_workbook import project_workbook

MANIFEST: Final = "manifest.json"
INPUTS: Final = "inputs"
RUN_ID_LENGTH: Final = 16


@dataclass(frozen=True)
class Exported:
    """What was exported, and where to."""

    folder: Path
    dossier: Dossier
    files: dict[str, bytes]


def export_project(
    path: Path, folder: Path, db: Path, wait: float, *, include_unknown: bool, force: bool
) -> Exported:
    """Compute a project and write its export; all of it or nothing.

    Parameters
    ----------
    folder
        Made new; an export that lies there is replaced only with `force`.
    include_unknown
        Whether parcels that a rule could not judge are counted.

    Raises
    ------
    UsageProblem
        If the folder exists (see `force`), holds something else than an export, or the project
        file lies in it.
    SinkcalcError
        If the project cannot be computed.
    """
    _check_folder(folder, path, force=force)
    # first what says in words what is wrong with the file
    project = read_project(path)
    project_file, copies = copied_files(path)
    inputs = copies | reading_files(_read(project, db, wait))
    dossier = compute(project, inputs, include_unknown=include_unknown)
    files = export_files(dossier, inputs, project_file, include_unknown=include_unknown)
    # another export may have been written there meanwhile
    _check_folder(folder, path, force=force)
    _write(folder, files)
    return Exported(folder, dossier, files)


def _read(project: Project, db: Path, wait: float) -> Reading:
    parcels = read_parcels(project, db, wait)
    curves, simulated = project_curves(parcels.project, db, wait)
    return Reading(
        parcels=as_read(project, parcels.frame),
        notes=tuple(parcels.notes),
        curves=curves,
        simulated=simulated,
    )


def compute(project: Project, inputs: Mapping[str, bytes], *, include_unknown: bool) -> Dossier:
    """Compute a project from the files of an export's inputs."""
    reading = read_again(inputs)
    whole, parcels = form_strata(project, reading.parcels)
    made = calculate(
        whole,
        parcels,
        reading.curves,
        include_unknown=include_unknown,
        simulated=reading.simulated,
    )
    hashes = {name: sha256(content) for name, content in inputs.items()}
    return Dossier(
        project=whole,
        pack=made.pack,
        plan=made.plan,
        results=made.results,
        parcels=made.parcels,
        excluded=made.excluded,
        screening=made.screening,
        items=with_verification(made.used_items, read_verified(project.verified_file)),
        notes=(*reading.notes, *made.notes),
        inputs=dict(sorted(hashes.items())),
        run_id=_run_id(made, hashes, include_unknown=include_unknown),
        program_version=__version__,
        simulated=reading.simulated,
    )


def export_files(
    dossier: Dossier, inputs: Mapping[str, bytes], project_file: str, *, include_unknown: bool
) -> dict[str, bytes]:
    """Return every file of an export by its place in the folder; the manifest is the last.

    Parameters
    ----------
    inputs
        Files of the inputs by their place in the folder of inputs.
    project_file
        Place of the project file among them.
    """
    tables = tidy_tables(dossier)
    name = dossier.project.project_id
    files = {
        f"{name}.xlsx": project_workbook(dossier),
        f"{name}.json": json_bytes(project_document(dossier, tables)),
        SCHEMA_NAME: schema_text().encode(),
    }
    for table, rows in tables.items():
        files[f"tables/{table}.csv"] = rows.write_csv().encode()
        files[f"tables/{table}.parquet"] = _parquet(rows)
    files |= {f"{INPUTS}/{place}": content for place, content in inputs.items()}
    options = {"project_file": project_file, "include_unknown": include_unknown}
    manifest = _manifest(dossier, tables["parameters"], options)
    manifest["files"] = [
        {"path": place, "sha256": sha256(content), "bytes": len(content)}
        for place, content in sorted(files.items())
    ]
    return {**files, MANIFEST: json_bytes(manifest)}


def _parquet(rows: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    rows.write_parquet(buffer)
    return buffer.getvalue()


def _manifest(
    dossier: Dossier, parameters: pl.DataFrame, options: Mapping[str, object]
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "program": {"name": "sinkcalc", "version": dossier.program_version},
        "run_id": dossier.run_id,
        "stamps": [stamp._asdict() for stamp in dossier.stamps],
        "methodology": {"code": dossier.pack.code, "pack_version": dossier.pack.version},
        "gwp_set": dossier.project.gwp_set,
        "options": dict(options),
        "counts": totals(dossier),
        "parameters": rows_of(parameters),
        "unverified": dossier.unverified["item_id"].to_list(),
    }


def sha256(content: bytes) -> str:
    """Return the hash of a file."""
    return hashlib.sha256(content).hexdigest()


def _run_id(made: Calculation, inputs: Mapping[str, str], *, include_unknown: bool) -> str:
    """Return the hash of all that the figures come from."""
    rules = made.pack.tables["rules"].select("item_id", "expression").rows()
    known = {
        "inputs": dict(sorted(inputs.items())),
        "include_unknown": include_unknown,
        "parameters": rows_of(made.plan.parameters),
        "equations": [[one.equation_id, one.expression.text] for one in made.plan.equations],
        "rules": rules,
        "pack": [made.pack.code, made.pack.version],
        "program": __version__,
    }
    text = json.dumps(known, ensure_ascii=False, sort_keys=True)
    return sha256(text.encode())[:RUN_ID_LENGTH]


def _check_folder(folder: Path, project: Path, *, force: bool) -> None:
    """Refuse a folder that must not be written over."""
    if folder.exists() and not folder.is_dir():
        raise UsageProblem(
            zh=f"{folder} 是文件,不是文件夹;请换一个 --to",
            en=f"{folder} is a file, not a folder: give another --to",
        )
    if not folder.absolute().parent.is_dir():
        raise UsageProblem(
            zh=f"无法写入 {folder}:文件夹 {folder.parent} 不存在",
            en=f"cannot write {folder}: there is no folder {folder.parent}",
        )
    if not folder.exists() or not any(folder.iterdir()):
        return
    if project.resolve().is_relative_to(folder.resolve()):
        raise UsageProblem(
            zh=f"项目文件 {project} 就在 {folder} 中,写入会把它抹去;请换一个 --to",
            en=f"the project file {project} lies in {folder}, which would be replaced: give "
            "another --to",
        )
    foreign = _foreign_files(folder)
    if foreign:
        raise UsageProblem(
            zh=f"{folder} 中有不属于导出的文件({foreign[0]}),替换会把它抹去;请换一个 --to",
            en=f"{folder} holds files that are of no export ({foreign[0]}), which would be "
            "replaced: give another --to",
        )
    if not force:
        raise UsageProblem(
            zh=f"{folder} 中已有导出;用 --force 替换,或换一个 --to",
            en=f"{folder} holds an export already: replace it with --force, or give another --to",
        )


def _foreign_files(folder: Path) -> list[str]:
    """Return the files of a folder that an export did not write, by its manifest."""
    written: set[str] = set()
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        if manifest["format"] == FORMAT:
            written = {MANIFEST, *(entry["path"] for entry in manifest["files"])}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        # no manifest, or another program's: nothing here is known to be ours
        pass
    found = (file.relative_to(folder) for file in folder.rglob("*") if not file.is_dir())
    return sorted(place.as_posix() for place in found if place.as_posix() not in written)


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write into a folder beside, which then takes the place of the old one."""
    made: Path | None = None
    try:
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.absolute().parent))
        made.chmod(0o755)
        for place, content in files.items():
            file = made / place
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        _replace(folder, made)
    except OSError as error:
        raise UsageProblem(
            zh=f"无法写入 {folder}:{reason_zh(error)}",
            en=f"cannot write {folder}: {error.strerror}",
        ) from None
    finally:
        if made is not None and made.exists():
            shutil.rmtree(made, ignore_errors=True)


def _replace(folder: Path, made: Path) -> None:
    """Put a folder in the place of another; the other comes back if that fails."""
    old = made.with_name(f"{made.name}.old")
    try:
        if folder.exists():
            folder.rename(old)
        made.rename(folder)
    except BaseException:
        # an interruption too
        with suppress(OSError):
            old.rename(folder)
        raise
    finally:
        # of two exports at once one is there; where none is, the old one is kept
        if folder.exists():
            shutil.rmtree(old, ignore_errors=True)
