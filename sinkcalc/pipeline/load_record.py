"""What names a load and counts its rows."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc import __version__
from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import SinkcalcError, UsageProblem
from sinkcalc.intake.delivery import Delivery
from sinkcalc.intake.kinds import STANDS
from sinkcalc.intake.profiles import Profile
from sinkcalc.pipeline.load_result import LoadOptions
from sinkcalc.pipeline.spool import Spool
from sinkcalc.store.loads import FileRecord

# tables whose content decides how a file is read and checked
_CHECK_TABLES: Final = (
    "code_sets",
    "stand_rules",
    "age_groups",
    "species",
    "forest_types",
    "regions",
    "land_area",
)


def require_distinct(files: Sequence[Path], hashes: list[str]) -> None:
    """Refuse a file that is given twice, by content or by name.

    Raises
    ------
    UsageProblem
        With the names.
    """
    names = [path.name for path in files]
    pairs = list(zip(names, hashes, strict=True))
    twice = [n for n, digest in pairs if names.count(n) > 1 or hashes.count(digest) > 1]
    if twice:
        raise UsageProblem(
            zh=f"给出的文件中有相同的文件或同名文件:{', '.join(twice)}。"
            "每个文件只给一次,且文件名各不相同",
            en=f"the same file or file name is there twice: {', '.join(twice)}. Name each file "
            "once, and rename files of one name",
        )


def declared_definition(
    options: LoadOptions, profile: Profile
) -> tuple[LoadOptions, list[tuple[str, str]]]:
    """Take the definition that the profile declares where none was asked for, and tell it."""
    own = profile.definition
    if not own or not options.definition_is_default:
        return options, []
    note = (
        f"口径按配置 {profile.name} 为 {own};另有口径时用 --definition 说明",
        f"the definition is {own}, as profile {profile.name} declares; say another one with "
        "--definition",
    )
    return replace(options, definition=own), [note]


def load_identity(
    options: LoadOptions, profile: Profile, hashes: list[str], deliveries: list[Delivery]
) -> str:
    """Return the identity of a load: files, profile, and what decides how they are checked."""
    encodings = [delivery.encoding or "" for delivery in deliveries]
    parts = [
        str(options.survey),
        options.definition,
        options.layer or "",
        profile.sha256,
        __version__,
        *(load_table(name).sha256 for name in _CHECK_TABLES),
        *map(" ".join, zip(hashes, encodings, strict=True)),
        # without columns that name a row, the file does
        *([] if profile.id_columns else (delivery.name for delivery in deliveries)),
    ]
    if profile.kind is not STANDS:
        area = profile.constants.get("plot_area_ha", "")
        rules = load_table(profile.kind.rules).sha256
        parts += [profile.kind.name, profile.occasion, area, rules]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def file_records(deliveries: list[Delivery], hashes: list[str], spool: Spool) -> list[FileRecord]:
    """Count the rows of every file; those that are not loaded are not among them.

    Raises
    ------
    SinkcalcError
        If a row that was read neither passed nor was rejected.
    """
    rows, rejected = spool.scan("rows"), spool.scan("rejected").collect()
    accepted = dict(rows.group_by("source_file").len().collect().iter_rows())
    of_file = rejected.group_by("source_file").agg(pl.col("source_row").n_unique())
    refused = dict(of_file.iter_rows())
    records = []
    for delivery, digest in zip(deliveries, hashes, strict=True):
        name, read = delivery.name, delivery.rows + len(delivery.bad_lines)
        read -= spool.not_loaded(name)
        passed, failed = accepted.get(name, 0), refused.get(name, 0)
        if passed + failed != read:
            raise SinkcalcError(
                zh=f"{name}:读入 {read} 行,却只有 {passed} 行通过、{failed} 行拒收;"
                "未入库。请报告此错误",
                en=f"{name}: {read} rows read, but {passed} passed and {failed} were rejected; "
                "nothing was stored. Report this error",
            )
        encoding, layer = delivery.encoding, delivery.layer
        records.append(FileRecord(name, digest, encoding, read, passed, failed, layer))
    return records
