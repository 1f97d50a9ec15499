"""Files to checked rows of one table in the database: all of a survey or nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc import __version__
from sinkcalc.errors import SinkcalcError
from sinkcalc.intake.check import Against
from sinkcalc.intake.delivery import Delivery, file_sha256
from sinkcalc.intake.kinds import CORES, STANDS, TableKind
from sinkcalc.intake.matching import Understanding
from sinkcalc.pipeline.core_intervals import check_intervals
from sinkcalc.pipeline.load_notes import left_out, other_occasions
from sinkcalc.pipeline.load_record import (
    declared_definition,
    file_records,
    load_identity,
    require_distinct,
)
from sinkcalc.pipeline.load_result import LoadOptions, LoadResult
from sinkcalc.pipeline.read_delivery import check_delivery, with_raw
from sinkcalc.pipeline.spool import Spool, workplace
from sinkcalc.pipeline.understand_files import columns_of, understand_files
from sinkcalc.pipeline.unit_jump import jumps_of, refuse_jumps
from sinkcalc.report.quality import by_class, completeness, findings
from sinkcalc.store.connection import reading
from sinkcalc.store.loads import (
    LoadRecord,
    Parts,
    StoredLoad,
    find_load,
    read_rejected,
    read_warned,
    surveys_of_files,
)

_TABLE_OF: Final = {"warned": "warned_rows", "rejected": "rejected_rows"}


@dataclass(frozen=True)
class Around:
    """What the database holds around the rows that are loaded.

    Attributes
    ----------
    previous_load_id
        Load that rows are compared with or rest on.
    against
        What rows are checked against.
    """

    previous_load_id: str | None = None
    # frozen, so that all may share one
    against: Against = Against()  # noqa: RUF009


@dataclass(frozen=True)
class Job:
    """How files become rows of one table.

    Attributes
    ----------
    kind
        The table.
    around
        Reads what the database holds around a survey.
    save
        Stores a result: database, seconds to wait, result, options, table -> Parquet files.
    """

    kind: TableKind
    around: Callable[[Path, LoadOptions, float], Around]
    save: Callable[[Path, float, LoadResult, LoadOptions, Parts], None]


def load_files(
    db: Path,
    files: Sequence[Path],
    options: LoadOptions,
    job: Job,
    wait: float = 0.0,
) -> LoadResult:
    """Read, check, quarantine and store the rows of one table of one survey.

    Parameters
    ----------
    db
        Database file; created if absent.
    files
        All deliveries of the survey.
    options
        Survey year, profile and switches.
    job
        The table.
    wait
        Seconds to wait for the database.

    Raises
    ------
    SinkcalcError
        If the survey holds other files and `replace` is not set, or there is no room on disk.
    """
    # of two rows of one key the first is kept: the order of the arguments shall not matter
    files = sorted(files, key=lambda path: path.name)
    hashes = [file_sha256(path) for path in files]
    require_distinct(files, hashes)
    with workplace() as folder:
        deliveries, understood = understand_files(files, options, job.kind, folder)
        profile = understood[0].profile
        options, told = declared_definition(options, profile)
        load_id = load_identity(options, profile, hashes, deliveries)
        around = job.around(db, options, wait)
        record = LoadRecord(
            load_id,
            options.survey,
            job.kind.name,
            profile.name,
            profile.sha256,
            __version__,
            [],
            around.previous_load_id,
        )
        former = _already_there(db, record, options, job.kind, wait)
        if former is not None:
            return former
        spool = Spool(folder, job.kind)
        for delivery, understanding in zip(deliveries, understood, strict=True):
            check_delivery(delivery, understanding.profile, options.survey, spool, around.against)
        jumps = jumps_of(spool, profile, around.against.neighbours, options.survey)
        refuse_jumps(jumps, options)
        _set_aside(deliveries, understood, spool)
        result = _result(record, deliveries, hashes, understood, spool, [*told, *jumps])
        # a file of several occasions serves several surveys, and so does what stays
        several = profile.occasion or job.kind.stays
        twice = {} if several else _loaded_as(db, result, wait)
        result = replace(result, loaded_as=twice, detected=options.profile is None)
        refused = options.strict and not result.rejected.is_empty()
        if options.dry_run or refused or not result.accepted:
            return result
        tables = {"rows": job.kind.name, **_TABLE_OF}
        if job.kind.geometries:
            tables["geometries"] = job.kind.geometries
        parts = {table: spool.parts[part] for part, table in tables.items()}
        job.save(db, wait, result, options, parts)
        return replace(result, stored=True)


def _set_aside(deliveries: list[Delivery], understood: list[Understanding], spool: Spool) -> None:
    profiles = {
        delivery.name: each.profile for delivery, each in zip(deliveries, understood, strict=True)
    }
    rejected = [spool.set_aside_repeated(profiles)]
    if spool.kind is CORES:
        rejected.append(check_intervals(spool, profiles))
    for delivery in deliveries:
        spool.write("rejected", with_raw(pl.concat(rejected), delivery))


def _result(
    record: LoadRecord,
    deliveries: list[Delivery],
    hashes: list[str],
    understood: list[Understanding],
    spool: Spool,
    told: list[tuple[str, str]],
) -> LoadResult:
    names = [delivery.name for delivery in deliveries]
    rows = spool.scan("rows")
    rejected = spool.scan("rejected").collect()
    files = file_records(deliveries, hashes, spool)
    order = pl.col("source_file").replace_strict(
        names, range(len(names)), return_dtype=pl.Int64, default=None
    )
    rejected = rejected.sort(order, "source_row", maintain_order=True)
    warned = spool.scan("warned").collect()
    stands = spool.kind is STANDS
    return LoadResult(
        load=replace(record, files=files),
        kind=spool.kind,
        rejected=rejected,
        warned=warned,
        findings=findings(rejected, warned, sum(file.rows_in for file in files)),
        loaded_as={},
        columns=columns_of(names, understood),
        simulated=spool.simulated,
        successors=spool.successors,
        notes=[
            *dict.fromkeys(note for each in deliveries for note in each.notes),
            *other_occasions(spool),
            *left_out(spool),
            *told,
        ],
        detected=False,
        checked=True,
        stored=False,
        not_loaded=sum(spool.left_out.values()),
        counties=_counties(rows) if stands else [],
        completeness=completeness(rows) if stands else None,
        classes=by_class(rows) if stands else None,
    )


def _counties(rows: pl.LazyFrame) -> list[str]:
    return rows.select(pl.col("region_code").unique().sort()).collect().to_series().to_list()


def _already_there(
    db: Path, record: LoadRecord, options: LoadOptions, kind: TableKind, wait: float
) -> LoadResult | None:
    """Return what the same load found if it is stored; refuse another one.

    To replace is to compare again with the survey before, if that is another one now.
    """
    if not db.exists():
        return None
    with reading(db, wait) as con:
        found = find_load(con, options.survey, kind.name)
        same = found is not None and found.load_id == record.load_id
        compared = found is not None and found.previous_load_id == record.previous_load_id
        if same and (compared or not options.replace):
            none = pl.DataFrame()
            return LoadResult(
                load=record,
                kind=kind,
                rejected=read_rejected(con, record.load_id),
                warned=read_warned(con, record.load_id),
                findings=none,
                loaded_as={},
                columns=none,
                simulated=False,
                successors=none,
                notes=[],
                detected=False,
                checked=False,
                stored=False,
            )
    if not options.dry_run:
        refuse_other(found, record.load_id, options, kind)
    return None


def _loaded_as(db: Path, result: LoadResult, wait: float) -> dict[str, int]:
    if not db.exists():
        return {}
    names = {file.sha256: file.source_file for file in result.load.files}
    with reading(db, wait) as con:
        found = surveys_of_files(con, list(names), result.kind.name)
    return {names[h]: year for h, year in found.items() if year != result.load.survey}


def refuse_other(
    found: StoredLoad | None, load_id: str, options: LoadOptions, kind: TableKind
) -> None:
    """Refuse to take the place of another load unasked.

    Raises
    ------
    SinkcalcError
        If the survey holds rows of another load and `replace` is not set.
    """
    if found is None or found.load_id == load_id or options.replace:
        return
    raise SinkcalcError(
        zh=f"调查 {options.survey} 已有 {found.rows} 个{kind.noun_zh}"
        "(来自其他文件、配置、口径或程序版本)。"
        "要整体替换请加 --replace;分县的多个文件请在一条命令里一起给出",
        en=f"survey {options.survey} already holds {found.rows} {kind.noun} (from other files, or "
        "under another profile, definition or program version). Use --replace to replace them all; "
        "give the files of several counties together in one command",
    )
