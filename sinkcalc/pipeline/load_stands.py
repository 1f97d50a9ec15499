"""Files of stands to checked rows in the database: all of a survey or nothing."""

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from sinkcalc import __version__
from sinkcalc.coefficients.land import land_area
from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import RowsRejected, SinkcalcError, UsageProblem
from sinkcalc.intake.check import SOURCE, Checked, check_stands
from sinkcalc.intake.profiles import Profile, detect_profile, load_profile, require_headers
from sinkcalc.intake.readers import (
    ROW,
    Delivery,
    file_sha256,
    open_delivery,
    raw_records,
    read_parquet,
)
from sinkcalc.intake.rules import texts_of
from sinkcalc.schemas.inventory import RejectedRow
from sinkcalc.store.connection import reading, writing
from sinkcalc.store.inventory import (
    FileRecord,
    LoadRecord,
    Survey,
    find_load,
    read_rejected,
    save_load,
)
from sinkcalc.store.scan import scan_text


@dataclass(frozen=True)
class LoadOptions:
    """How stands are loaded.

    Attributes
    ----------
    survey
        Year of the survey.
    profile
        Name or TOML path; found by the headers if None.
    definition
        Whose way of counting the survey follows.
    encoding
        Encoding of text files; found out if None.
    replace, dry_run, strict
        Replace the survey's stands; store nothing; refuse the load if any row is rejected.
    """

    survey: int
    profile: str | None = None
    definition: str = "local"
    encoding: str | None = None
    replace: bool = False
    dry_run: bool = False
    strict: bool = False


@dataclass(frozen=True)
class LoadResult:
    """What a load did.

    Attributes
    ----------
    checked
        Outcome of the checks; None where the same files were loaded already.
    rejected
        Rows of `RejectedRow`, of this or the former load.
    stored
        Whether the database changed.
    absent
        Columns of the profile that no file has; they are optional and read as empty.
    """

    load: LoadRecord
    checked: Checked | None
    rejected: pl.DataFrame
    stored: bool
    absent: list[str] = field(default_factory=list)


def load_stands(
    db: Path, files: Sequence[Path], options: LoadOptions, wait: float = 0.0
) -> LoadResult:
    """Read, check, quarantine and store the stands of one survey.

    Parameters
    ----------
    db
        Database file; created if absent.
    files
        All deliveries of the survey: CSV (UTF-8, GB18030) or Parquet.
    options
        Survey year, profile and switches.
    wait
        Seconds to wait for the database.

    Raises
    ------
    SinkcalcError
        If the survey holds other files and `replace` is not set.
    """
    hashes = [file_sha256(path) for path in files]
    _require_distinct(files, hashes)
    with tempfile.TemporaryDirectory(prefix="sinkcalc-") as folder:
        deliveries = [open_delivery(path, Path(folder), options.encoding) for path in files]
        profile = (
            load_profile(options.profile)
            if options.profile
            else detect_profile(deliveries[0].headers, files[0])
        )
        encodings = [delivery.encoding or "" for delivery in deliveries]
        load_id = _load_id(options, profile, hashes, encodings)
        record = LoadRecord(load_id, options.survey, profile.name, profile.sha256, __version__, [])
        former = _already_there(db, options, load_id, wait)
        if former is not None:
            return LoadResult(record, None, former, stored=False)
        for path, delivery in zip(files, deliveries, strict=True):
            require_headers(profile, delivery.headers, path)
        checked = _check(deliveries, _of_present(profile, deliveries))
    record = replace(record, files=_file_records(deliveries, hashes, checked))
    refused = options.strict and checked.rejected.height
    keep = not options.dry_run and not refused and checked.stands.height > 0
    if keep:
        with writing(db, wait) as con:
            # another load of the survey may have ended meanwhile
            _refuse_other(find_load(con, options.survey), load_id, options)
            save_load(
                con, record, _survey(options, checked, load_id), checked.stands, checked.rejected
            )
    given = {header for delivery in deliveries for header in delivery.headers}
    absent = [header for header in profile.headers if header not in given]
    return LoadResult(record, checked, checked.rejected, stored=keep, absent=absent)


def strict_rejection(result: LoadResult) -> RowsRejected:
    """Return the error of a load under `strict` with rejected rows."""
    count = result.rejected.select("source_file", "source_row").n_unique()
    return RowsRejected(
        zh=f"{count} 行未通过检查;--strict 下未入库任何数据。用 --rejects 文件.csv 查看各行原因",
        en=f"{count} rows were rejected; with --strict nothing was stored. "
        "See the reasons with --rejects FILE.csv",
    )


def _of_present(profile: Profile, deliveries: list[Delivery]) -> Profile:
    """Leave out columns that no delivery has; they are optional and read as empty."""
    present = {header for delivery in deliveries for header in delivery.headers}
    columns = {c: rule for c, rule in profile.columns.items() if rule.header in present}
    return replace(profile, columns=columns)


def _check(deliveries: list[Delivery], profile: Profile) -> Checked:
    parts = [_read(delivery, profile) for delivery in deliveries]
    checked = check_stands(pl.concat([rows for rows, _ in parts]), profile)
    by_rules = _with_raw(checked.rejected, deliveries)
    rejected = pl.concat([*(broken for _, broken in parts), by_rules]).sort(
        "source_file", "source_row", maintain_order=True
    )
    return replace(checked, rejected=rejected)


def _read(delivery: Delivery, profile: Profile) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the profile's columns as text, and the lines that could not be read."""
    wanted = [h for h in profile.headers if h in delivery.headers]
    rejected: pl.DataFrame = RejectedRow.create_empty()
    if delivery.delimiter is None:
        rows = read_parquet(delivery, wanted)
    else:
        rows, broken = scan_text(
            delivery.path, delivery.delimiter, [ROW, *delivery.headers], [ROW, *wanted]
        )
        bad = [(line.row, line.rule, line.raw) for line in delivery.bad_lines]
        rejected = _structural([*bad, *broken.iter_rows()], delivery)
    absent = [pl.lit(None, pl.String).alias(h) for h in profile.headers if h not in wanted]
    named = rows.with_columns(
        pl.col(ROW).cast(pl.Int64), pl.lit(delivery.name).alias(SOURCE), *absent
    )
    return named.select(ROW, SOURCE, *profile.headers), rejected


def _structural(lines: list[tuple[int, str, str]], delivery: Delivery) -> pl.DataFrame:
    rows = [
        {
            "source_file": delivery.name,
            "source_row": row,
            "column_name": None,
            "value": None,
            "rule": rule,
            **texts_of(rule, encoding=delivery.encoding or ""),
            "raw": raw,
        }
        for row, rule, raw in lines
    ]
    return pl.DataFrame(rows, schema=RejectedRow.create_empty().schema)


def _with_raw(rejected: pl.DataFrame, deliveries: list[Delivery]) -> pl.DataFrame:
    out = [rejected.clear()]
    for delivery in deliveries:
        mine = rejected.filter(pl.col("source_file") == delivery.name)
        if mine.height:
            raw = raw_records(delivery, set(mine["source_row"]))
            found = pl.col("source_row").replace_strict(raw, default=None, return_dtype=pl.String)
            out.append(mine.with_columns(found.alias("raw")))
    return pl.concat(out)


def _file_records(
    deliveries: list[Delivery], hashes: list[str], checked: Checked
) -> list[FileRecord]:
    records = []
    for delivery, digest in zip(deliveries, hashes, strict=True):
        mine = pl.col("source_file") == delivery.name
        accepted = checked.stands.filter(mine).height
        rejected = checked.rejected.filter(mine)["source_row"].n_unique()
        records.append(
            FileRecord(
                delivery.name, digest, delivery.encoding, accepted + rejected, accepted, rejected
            )
        )
    return records


def _require_distinct(files: Sequence[Path], hashes: list[str]) -> None:
    if len(set(hashes)) < len(files) or len({path.name for path in files}) < len(files):
        raise UsageProblem(
            zh="给出的文件中有相同的文件或同名文件;每个文件只给一次,且文件名各不相同",
            en="the files named include the same file or file name twice; name each once, "
            "with different names",
        )


def _load_id(
    options: LoadOptions, profile: Profile, hashes: list[str], encodings: list[str]
) -> str:
    parts = [
        str(options.survey),
        options.definition,
        profile.sha256,
        __version__,
        *(load_table(name).sha256 for name in ("code_sets", "stand_rules", "regions", "land_area")),
        *sorted(map(" ".join, zip(hashes, encodings, strict=True))),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _already_there(
    db: Path, options: LoadOptions, load_id: str, wait: float
) -> pl.DataFrame | None:
    """Return the rejected rows of the same load if it is stored; refuse another one."""
    if not db.exists():
        return None
    with reading(db, wait) as con:
        found = find_load(con, options.survey)
        if found is not None and found[0] == load_id:
            return read_rejected(con, load_id)
    if not options.dry_run:
        _refuse_other(found, load_id, options)
    return None


def _refuse_other(found: tuple[str, int] | None, load_id: str, options: LoadOptions) -> None:
    if found is None or found[0] == load_id or options.replace:
        return
    raise SinkcalcError(
        zh=f"调查 {options.survey} 已有 {found[1]} 个小班(来自其他文件、配置、口径或程序版本)。"
        "要整体替换请加 --replace;分县的多个文件请在一条命令里一起给出",
        en=f"survey {options.survey} already holds {found[1]} stands (from other files, or under "
        "another profile, definition or program version). Use --replace to replace them all; "
        "give the files of several counties together in one command",
    )


def _survey(options: LoadOptions, checked: Checked, load_id: str) -> Survey:
    area, parameter = land_area(options.survey, options.definition)
    return Survey(options.survey, options.definition, area, parameter, checked.simulated, load_id)


def nothing_passed(result: LoadResult) -> SinkcalcError:
    """Return the error of a load of which no row passed."""
    count = result.rejected.height
    return SinkcalcError(
        zh=f"没有一行通过检查({count} 条原因),未入库。用 --rejects 文件.csv 查看全部原因",
        en=f"no row passed the checks ({count} reasons); nothing was stored. "
        "See them all with --rejects FILE.csv",
    )
