"""Compute an export again and name every difference."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import polars as pl

from sinkcalc import __version__
from sinkcalc.ccer.dossier import Dossier
from sinkcalc.ccer.project import Project
from sinkcalc.errors import SinkcalcError, UsageProblem
from sinkcalc.pipeline.ccer_compare import (
    Difference,
    compare_documents,
    compare_rows,
    compare_tables,
    compare_workbooks,
)
from sinkcalc.pipeline.ccer_export import INPUTS, MANIFEST, compute, export_files, sha256
from sinkcalc.pipeline.ccer_inputs import PARCELS, as_read, parcels_csv, read_again
from sinkcalc.pipeline.ccer_parcels import read_parcels
from sinkcalc.pipeline.ccer_project import read_project
from sinkcalc.report.ccer_json import FORMAT, FORMAT_VERSION

# of the manifest: what is compared by itself, or follows from what is
_BY_ITSELF: Final = ("files", "parameters", "run_id", "program", "methodology")
# what others follow from, the weightier first
_CAUSES: Final = (
    ("input_changed", "not_computed", "parameter"),
    ("file_missing", "file_added", "file_changed", "file_unreadable"),
)
_FROM_DATABASE: Final = ("is_wetland",)
_PARAMETER_KEYS: Final = ("parameter_id", "symbol", "key")


class Note(NamedTuple):
    """What is told beside the differences, in Chinese and English."""

    zh: str
    en: str


@dataclass(frozen=True)
class Verified:
    """What a second computation found.

    Attributes
    ----------
    differences
        In the order of their weight: files and inputs that were changed, parameters, then cells.
    notes
        Versions of program and pack, where they are others.
    """

    folder: Path
    differences: tuple[Difference, ...]
    notes: tuple[Note, ...]

    @property
    def causes(self) -> tuple[Difference, ...]:
        """What others may follow from: inputs and parameters, or else files, that were changed."""
        for kinds in _CAUSES:
            found = tuple(one for one in self.differences if one.kind in kinds)
            if found:
                return found
        return ()

    @property
    def frame(self) -> pl.DataFrame:
        """The differences as rows."""
        kinds = dict.fromkeys(Difference._fields, pl.String)
        return pl.DataFrame([one._asdict() for one in self.differences], schema=kinds)


def verify_export(folder: Path) -> Verified:
    """Hold an export against its manifest, and against a computation from its inputs.

    Parameters
    ----------
    folder
        Of `sinkcalc ccer export`.

    Raises
    ------
    UsageProblem
        If the folder holds no export of a form that this program knows.
    """
    manifest = _manifest(folder)
    stored = {entry["path"]: entry["sha256"] for entry in manifest["files"]}
    present = {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
    changed = list(_changed_files(stored, present))
    inputs = {
        path.removeprefix(f"{INPUTS}/"): content
        for path, content in present.items()
        if path.startswith(f"{INPUTS}/")
    }
    try:
        project = read_project(folder / INPUTS / manifest["options"]["project_file"])
        anew = inputs | {PARCELS: _parcels_anew(project, inputs)}
        dossier = compute(project, anew, include_unknown=manifest["options"]["include_unknown"])
        found = [
            *compare_tables(f"{INPUTS}/{PARCELS}", inputs[PARCELS], anew[PARCELS]),
            *_compared(manifest, dossier, anew, present),
        ]
    except SinkcalcError as error:
        said = f"{error.zh} · {error}"
        changed.append(Difference("not_computed", INPUTS, recomputed=said))
        return Verified(folder, tuple(changed), ())
    notes = tuple(_versions(manifest, dossier))
    differences = [*changed, *found]
    if not differences and not notes and dossier.run_id != manifest["run_id"]:
        ids = (manifest["run_id"], dossier.run_id)
        differences = [Difference("run_id", MANIFEST, exported=ids[0], recomputed=ids[1])]
    return Verified(folder, tuple(differences), notes)


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        known = _is_known(manifest)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        # of another form, or none of JSON
        known = False
    if not known:
        raise UsageProblem(
            zh=f"{folder} 不是本程序认识的导出:{MANIFEST} 缺失或不能理解。"
            "请给出 sinkcalc ccer export 的文件夹",
            en=f"{folder} is no export that this program knows: {MANIFEST} is missing or cannot be "
            "understood. Give a folder of sinkcalc ccer export",
        )
    return dict(manifest)


def _is_known(manifest: dict[str, Any]) -> bool:
    """Tell whether a manifest has the form that this program writes, as far as it is read.

    A project file that is not among the files of the export is none of its: no other is opened.
    """
    files, options = manifest["files"], manifest["options"]
    project_file, include_unknown = options["project_file"], options["include_unknown"]
    texts = (
        manifest["run_id"],
        manifest["program"]["version"],
        manifest["methodology"]["pack_version"],
        project_file,
        *(entry[key] for entry in files for key in ("path", "sha256")),
    )
    return (
        manifest["format"] == FORMAT
        and manifest["format_version"] <= FORMAT_VERSION
        and isinstance(include_unknown, bool)
        and all(isinstance(text, str) for text in texts)
        and all(isinstance(row, dict) for row in manifest["parameters"])
        and f"{INPUTS}/{project_file}" in [entry["path"] for entry in files]
    )


def _changed_files(stored: Mapping[str, str], present: Mapping[str, bytes]) -> Iterator[Difference]:
    for path, digest in stored.items():
        if path not in present:
            yield Difference("file_missing", path, exported=digest)
        elif sha256(present[path]) != digest:
            is_input = path.startswith(f"{INPUTS}/")
            kind = "input_changed" if is_input else "file_changed"
            yield Difference(kind, path, exported=digest, recomputed=sha256(present[path]))
    for path in sorted(present.keys() - stored.keys() - {MANIFEST}):
        yield Difference("file_added", path)


def _versions(manifest: Mapping[str, Any], dossier: Dossier) -> Iterator[Note]:
    version = manifest["program"]["version"]
    if version != __version__:
        yield Note(
            f"导出由 sinkcalc {version} 生成,现用 {__version__} 复算",
            f"the export was made by sinkcalc {version} and is computed again by {__version__}",
        )
    code, version = dossier.pack.code, manifest["methodology"]["pack_version"]
    if version != dossier.pack.version:
        yield Note(
            f"导出用方法学包 {code} 的 {version} 版,现为 {dossier.pack.version} 版",
            f"the export was made with version {version} of the pack {code}, which is now version "
            f"{dossier.pack.version}",
        )


def _parcels_anew(project: Project, inputs: Mapping[str, bytes]) -> bytes:
    """Read the file of parcels once more; what came from a database stays as it was read."""
    stored = read_again(inputs).parcels
    if project.parcels.file is None:
        return inputs[PARCELS]
    parcels = read_parcels(project, None)
    frame = as_read(project, parcels.frame)
    if not parcels.shapes.is_empty():
        # wetlands of a database were laid over parcels that are drawn
        known = stored.select("parcel_id", *_FROM_DATABASE)
        frame = frame.drop(_FROM_DATABASE).join(known, on="parcel_id", how="left")
    return parcels_csv(frame)


def _compared(
    manifest: Mapping[str, Any],
    dossier: Dossier,
    inputs: Mapping[str, bytes],
    present: Mapping[str, bytes],
) -> list[Difference]:
    """Compare every file of an export with that of a second computation."""
    options = manifest["options"]
    files = export_files(
        _as_exported(dossier, manifest),
        inputs,
        options["project_file"],
        include_unknown=options["include_unknown"],
    )
    again = json.loads(files[MANIFEST])
    return [
        *_parameters(manifest["parameters"], again["parameters"]),
        *_cells(files, present),
    ]


def _as_exported(dossier: Dossier, manifest: Mapping[str, Any]) -> Dossier:
    """Give a dossier the names of the export's own program and run: they are told, not compared."""
    pack = replace(dossier.pack, version=manifest["methodology"]["pack_version"])
    return replace(
        dossier,
        pack=pack,
        run_id=manifest["run_id"],
        program_version=manifest["program"]["version"],
    )


def _parameters(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Iterator[Difference]:
    """Name the parameters that are others than those of the export."""
    for found in compare_rows(MANIFEST, "parameters", _PARAMETER_KEYS, old, new):
        yield found._replace(kind="parameter")


def _cells(files: Mapping[str, bytes], present: Mapping[str, bytes]) -> Iterator[Difference]:
    for path, recomputed in files.items():
        exported = present.get(path)
        if exported is None or exported == recomputed or path.startswith(f"{INPUTS}/"):
            continue
        if path.startswith("tables/"):
            yield from compare_tables(path, exported, recomputed)
        elif path.endswith(".xlsx"):
            yield from compare_workbooks(path, exported, recomputed)
        else:
            left_out = _BY_ITSELF if path == MANIFEST else ()
            yield from compare_documents(path, exported, recomputed, left_out)
