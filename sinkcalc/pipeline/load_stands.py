"""Files of stands to checked rows in the database: all of a survey or nothing."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc import __version__
from sinkcalc.coefficients.land import land_area
from sinkcalc.errors import SinkcalcError
from sinkcalc.intake.check import Previous, previous_figures
from sinkcalc.intake.delivery import Delivery, file_sha256
from sinkcalc.intake.matching import Understanding, detect_profile, known_names, understand
from sinkcalc.intake.profiles import load_profile
from sinkcalc.intake.readers import open_delivery
from sinkcalc.pipeline.load_record import file_records, load_identity, require_distinct
from sinkcalc.pipeline.load_result import LoadOptions, LoadResult
from sinkcalc.pipeline.read_delivery import check_delivery, examples, with_raw
from sinkcalc.pipeline.spool import Spool, workplace
from sinkcalc.report.quality import Quality, by_class, completeness, findings
from sinkcalc.store.connection import reading, writing
from sinkcalc.store.inventory import (
    LoadRecord,
    Survey,
    find_load,
    previous_load,
    previous_stands,
    read_rejected,
    read_warned,
    save_load,
    surveys_of_files,
)

_TABLE_OF: Final = {
    "stands": "stands",
    "geometries": "stand_geometries",
    "warned": "warned_rows",
    "rejected": "rejected_rows",
}


def load_stands(
    db: Path, files: Sequence[Path], options: LoadOptions, wait: float = 0.0
) -> LoadResult:
    """Read, check, quarantine and store the stands of one survey.

    Parameters
    ----------
    db
        Database file; created if absent.
    files
        All deliveries of the survey.
    options
        Survey year, profile and switches.
    wait
        Seconds to wait for the database.

    Raises
    ------
    SinkcalcError
        If the survey holds other files and `replace` is not set, or there is no room on disk.
    """
    # of two rows of one stand the first is kept: the order of the arguments shall not matter
    files = sorted(files, key=lambda path: path.name)
    hashes = [file_sha256(path) for path in files]
    require_distinct(files, hashes)
    with workplace() as folder:
        deliveries, understood = _understand(files, options, folder)
        profile = understood[0].profile
        encodings = [delivery.encoding or "" for delivery in deliveries]
        names = [path.name for path in files]
        load_id = load_identity(options, profile, hashes, encodings, names)
        before = _load_before(db, options.survey, wait)
        record = LoadRecord(
            load_id, options.survey, profile.name, profile.sha256, __version__, [], before
        )
        former = _already_there(db, record, options, wait)
        if former is not None:
            return former
        spool = Spool(folder)
        previous = _previous(db, options.survey, wait)
        for delivery, understanding in zip(deliveries, understood, strict=True):
            check_delivery(delivery, understanding.profile, options.survey, spool, previous)
        names = [delivery.name for delivery in deliveries]
        profiles = dict(zip(names, (each.profile for each in understood), strict=True))
        repeated = spool.set_aside_repeated(profiles)
        for delivery in deliveries:
            spool.write("rejected", with_raw(repeated, delivery))
        result = _result(record, deliveries, hashes, understood, spool)
        result = replace(
            result, loaded_as=_loaded_as(db, result, wait), detected=options.profile is None
        )
        refused = options.strict and not result.rejected.is_empty()
        if options.dry_run or refused or not result.stands:
            return result
        with writing(db, wait) as con:
            # another load of the survey may have ended meanwhile
            _refuse_other(find_load(con, options.survey), load_id, options)
            parts = {table: spool.parts[kind] for kind, table in _TABLE_OF.items()}
            survey = _survey(options, result.simulated, load_id)
            stored = result.columns.drop("proposal").filter(pl.col("matched_by") != "absent")
            save_load(con, result.load, survey, parts, stored)
        return replace(result, stored=True)


def explain(files: Sequence[Path], options: LoadOptions) -> pl.DataFrame:
    """Tell how every column of the files would be understood; nothing is checked or stored.

    Returns
    -------
    `source_file`, `profile`, then the columns of `Understanding.columns`, and `example`: the
    first value of the file and what it is read as.
    """
    with workplace() as folder:
        deliveries, understood = _understand(files, options, folder)
        parts = []
        for delivery, understanding in zip(deliveries, understood, strict=True):
            example = pl.col("column_name").replace_strict(
                examples(delivery, understanding.profile), default=None, return_dtype=pl.String
            )
            columns = _columns([delivery.name], [understanding])
            profile = pl.lit(understanding.profile.name).alias("profile")
            parts.append(columns.with_columns(profile, example.alias("example")))
        return pl.concat(parts)


def _understand(
    files: Sequence[Path], options: LoadOptions, folder: Path
) -> tuple[list[Delivery], list[Understanding]]:
    declared = load_profile(options.profile) if options.profile else None
    known = known_names(declared)
    deliveries = []
    for number, path in enumerate(files):
        own = folder / str(number)
        own.mkdir()
        deliveries.append(open_delivery(path, own, options.encoding, options.layer, known))
    profile = declared or detect_profile(deliveries[0].headers, files[0])
    understood = [
        understand(profile, delivery.headers, path)
        for delivery, path in zip(deliveries, files, strict=True)
    ]
    return deliveries, understood


def _result(
    record: LoadRecord,
    deliveries: list[Delivery],
    hashes: list[str],
    understood: list[Understanding],
    spool: Spool,
) -> LoadResult:
    names = [delivery.name for delivery in deliveries]
    stands = spool.scan("stands")
    rejected = spool.scan("rejected").collect()
    files = file_records(deliveries, hashes, stands, rejected)
    order = pl.col("source_file").replace_strict(
        names, range(len(names)), return_dtype=pl.Int64, default=None
    )
    rejected = rejected.sort(order, "source_row", maintain_order=True)
    warned = spool.scan("warned").collect()
    return LoadResult(
        load=replace(record, files=files),
        rejected=rejected,
        warned=warned,
        quality=Quality(
            survey=record.survey,
            load_id=record.load_id,
            profile=record.profile,
            simulated=spool.simulated,
            files=pl.DataFrame(files),
            findings=findings(rejected, warned, sum(file.rows_in for file in files)),
            completeness=completeness(stands),
            classes=by_class(stands),
        ),
        loaded_as={},
        columns=_columns(names, understood),
        counties=stands.select(pl.col("region_code").unique().sort())
        .collect()
        .to_series()
        .to_list(),
        simulated=spool.simulated,
        successors=spool.successors,
        notes=list(dict.fromkeys(note for each in deliveries for note in each.notes)),
        detected=False,
        checked=True,
        stored=False,
    )


def _columns(names: list[str], understood: list[Understanding]) -> pl.DataFrame:
    return pl.concat(
        understanding.columns.select(pl.lit(name).alias("source_file"), pl.all())
        for name, understanding in zip(names, understood, strict=True)
    )


def _already_there(
    db: Path, record: LoadRecord, options: LoadOptions, wait: float
) -> LoadResult | None:
    """Return what the same load found if it is stored; refuse another one.

    To replace is to compare again with the survey before, if that is another one now.
    """
    if not db.exists():
        return None
    with reading(db, wait) as con:
        found = find_load(con, options.survey)
        same = found is not None and found[0] == record.load_id
        compared = found is not None and found[2] == record.previous_load_id
        if same and (compared or not options.replace):
            none = pl.DataFrame()
            return LoadResult(
                load=record,
                rejected=read_rejected(con, record.load_id),
                warned=read_warned(con, record.load_id),
                columns=none,
                quality=None,
                loaded_as={},
                counties=[],
                simulated=False,
                successors=none,
                notes=[],
                detected=False,
                checked=False,
                stored=False,
            )
    if not options.dry_run:
        _refuse_other(found, record.load_id, options)
    return None


def _previous(db: Path, survey: int, wait: float) -> Previous | None:
    if not db.exists():
        return None
    with reading(db, wait) as con:
        found = previous_stands(con, survey)
    return None if found is None else Previous(found[0], previous_figures(found[1]))


def _loaded_as(db: Path, result: LoadResult, wait: float) -> dict[str, int]:
    if not db.exists():
        return {}
    names = {file.sha256: file.source_file for file in result.load.files}
    with reading(db, wait) as con:
        found = surveys_of_files(con, list(names))
    return {names[h]: year for h, year in found.items() if year != result.load.survey}


def _load_before(db: Path, survey: int, wait: float) -> str | None:
    if not db.exists():
        return None
    with reading(db, wait) as con:
        return previous_load(con, survey)


def _refuse_other(
    found: tuple[str, int, str | None] | None, load_id: str, options: LoadOptions
) -> None:
    if found is None or found[0] == load_id or options.replace:
        return
    raise SinkcalcError(
        zh=f"调查 {options.survey} 已有 {found[1]} 个小班(来自其他文件、配置、口径或程序版本)。"
        "要整体替换请加 --replace;分县的多个文件请在一条命令里一起给出",
        en=f"survey {options.survey} already holds {found[1]} stands (from other files, or under "
        "another profile, definition or program version). Use --replace to replace them all; "
        "give the files of several counties together in one command",
    )


def _survey(options: LoadOptions, simulated: bool, load_id: str) -> Survey:
    area, parameter = land_area(options.survey, options.definition)
    return Survey(options.survey, options.definition, area, parameter, simulated, load_id)
