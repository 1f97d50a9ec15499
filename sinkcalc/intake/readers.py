"""Read text and Parquet deliveries as text columns with the row's number in the file."""

import csv
import hashlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.errors import UsageProblem

ROW: Final = "_row"
ENCODINGS: Final = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "65001": "utf-8",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "cp936": "gb18030",
    "936": "gb18030",
}
# a quoted value that runs over more lines than this is an unclosed quote
_MAX_LINES_IN_VALUE: Final = 50
_LOOKED_AT: Final = 4096


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
        The delivery rewritten as UTF-8 with the row number as first column, or the Parquet file.
    encoding, delimiter
        As found in the delivery; None for Parquet.
    headers
        Column names, stripped; an empty name becomes `column_N`, a repeated one `name__2`.
    bad_lines
        Lines that were left out.
    """

    name: str
    path: Path
    encoding: str | None
    delimiter: str | None
    headers: list[str]
    bad_lines: list[BadLine] = field(default_factory=list)


def file_sha256(path: Path) -> str:
    """Return the hash of a file's bytes.

    Raises
    ------
    UsageProblem
        If the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UsageProblem(
            zh=f"无法读取文件 {path}:{error.strerror}",
            en=f"cannot read file {path}: {error.strerror}",
        ) from None


def open_delivery(path: Path, folder: Path, encoding: str | None = None) -> Delivery:
    """Make a delivery ready to read.

    Parameters
    ----------
    path
        CSV, TXT, TSV or Parquet.
    folder
        Where the UTF-8 copy of a text file goes.
    encoding
        Encoding of a text file; found out if None.

    Raises
    ------
    UsageProblem
        If the kind of file is not read.
    """
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        headers = [name for name in _parquet(path).collect_schema().names() if name != ROW]
        return Delivery(path.name, path, None, None, headers)
    if suffix in (".csv", ".txt", ".tsv"):
        return rewrite_text(path, folder / f"{path.name}.utf8", encoding)
    raise UsageProblem(
        zh=f"{path.name}:不认识的文件类型;可读 .csv .txt .tsv .parquet",
        en=f"{path.name}: this kind of file is not read; use .csv .txt .tsv .parquet",
    )


def rewrite_text(path: Path, target: Path, encoding: str | None = None) -> Delivery:
    """Decode a CSV line by line, number its rows and set aside lines that cannot be read.

    Parameters
    ----------
    path
        The delivery.
    target
        Where the UTF-8 copy goes.
    encoding
        Name of the encoding; found out if None (UTF-8 or GB18030, whichever decodes more).

    Raises
    ------
    UsageProblem
        If the file is empty, is no text, or the encoding is not known.
    """
    codec = _codec(path, encoding)
    lines = _numbered(path, codec)
    head = next(lines, (0, ""))[1].removeprefix("\ufeff")
    if not head.strip():
        raise UsageProblem(zh=f"文件 {path} 是空的", en=f"file {path} is empty")
    if "\r" in head:
        raise UsageProblem(
            zh=f"{path} 的行以 CR 结束;请另存为 CSV(CRLF 或 LF 换行)",
            en=f"the lines of {path} end with CR; save it as CSV with CRLF or LF line ends",
        )
    delimiter = max(",\t;", key=head.count)
    headers = _headers(next(csv.reader([head], delimiter=delimiter)))
    text = Delivery(path.name, target, codec, delimiter, headers)
    with target.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, delimiter=delimiter, lineterminator="\n").writerow([ROW, *headers])
        for number, line in _records(lines, delimiter, text):
            out.write(f"{number}{delimiter}{line}\n")
    return text


def _numbered(path: Path, codec: str) -> Iterator[tuple[int, str]]:
    """Yield the lines; a byte that is not of the encoding reads as U+FFFD."""
    with path.open(encoding=codec, errors="replace", newline="\n") as file:
        for number, line in enumerate(file, 1):
            yield number, line.rstrip("\r\n")


def _records(
    lines: Iterator[tuple[int, str]], delimiter: str, text: Delivery
) -> Iterator[tuple[int, str]]:
    """Yield whole records; a value in quotes may hold line ends."""
    pending: deque[tuple[int, str]] = deque()
    while True:
        number, line = pending.popleft() if pending else next(lines, (0, ""))
        if number == 0:
            return
        if "\r" in line:
            text.bad_lines.append(BadLine(number, "unreadable", line))
        elif "\ufffd" in line:
            text.bad_lines.append(BadLine(number, "undecodable", line))
        elif line.count('"') % 2 == 0:
            if line and not line.isspace():
                yield number, line
        else:
            joined, taken = _close_quote(line, pending, lines)
            if joined is not None and _fields(joined, delimiter) == len(text.headers):
                yield number, joined
            else:
                text.bad_lines.append(BadLine(number, "unbalanced_quote", line))
                pending.extendleft(reversed(taken))


def _close_quote(
    line: str, pending: deque[tuple[int, str]], lines: Iterator[tuple[int, str]]
) -> tuple[str | None, list[tuple[int, str]]]:
    """Append lines up to the one that closes the quote; give back what was taken."""
    taken: list[tuple[int, str]] = []
    parts = [line]
    while len(taken) < _MAX_LINES_IN_VALUE:
        item = pending.popleft() if pending else next(lines, None)
        if item is None:
            break
        taken.append(item)
        if "\ufffd" in item[1]:
            break
        parts.append(item[1])
        if item[1].count('"') % 2 == 1:
            return "\n".join(parts), taken
    return None, taken


def _fields(record: str, delimiter: str) -> int:
    """Count the fields of one record; 0 if the text is no single well-formed record."""
    lines = record.splitlines(keepends=True)
    try:
        records = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return 0
    return len(records[0]) if len(records) == 1 else 0


def _headers(names: list[str]) -> list[str]:
    out: list[str] = []
    for position, name in enumerate(names, 1):
        base = name.strip().strip('"') or f"column_{position}"
        unique, repeat = base, 1
        # the reader of the text knows no difference of case
        while unique.casefold() in {other.casefold() for other in out}:
            repeat += 1
            unique = f"{base}__{repeat}"
        out.append(unique)
    return out


def _codec(path: Path, encoding: str | None) -> str:
    if encoding is not None:
        try:
            return ENCODINGS[encoding.lower().replace("_", "-")]
        except KeyError:
            raise UsageProblem(
                zh=f"不认识编码 {encoding};可用:utf-8、gb18030(gbk)",
                en=f"encoding {encoding} is not known; use utf-8 or gb18030 (gbk)",
            ) from None
    with path.open("rb") as file:
        start = file.read(_LOOKED_AT)
    # UTF-16 has a mark or zero bytes, a workbook is a zip file
    if start.startswith((b"\xff\xfe", b"\xfe\xff", b"PK\x03\x04")) or b"\x00" in start:
        raise UsageProblem(
            zh=f"{path} 是 UTF-16 或 Excel 文件;请另存为 CSV UTF-8",
            en=f"{path} is UTF-16 or an Excel workbook; save it as CSV UTF-8",
        )
    # Chinese text of one encoding hardly ever decodes as the other: the many lines decide, so
    # that a few damaged ones do not turn the rest into other characters
    lines = bad = 0
    with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
        for line in file:
            if not line.isascii():
                lines += 1
                bad += "\ufffd" in line
    return "gb18030" if bad * 2 > lines else "utf-8"


def raw_records(delivery: Delivery, rows: set[int]) -> dict[int, str]:
    """Return the text of some rows, by row number; a Parquet row as JSON."""
    if delivery.delimiter is None:
        whole = _parquet(delivery.path)
        picked = whole.filter(pl.col(ROW).is_in(sorted(rows)))
        text = pl.struct(pl.exclude(ROW)).struct.json_encode()
        return dict(picked.select(ROW, text.alias("raw")).collect().iter_rows())
    found: dict[int, str] = {}
    record = ""
    with delivery.path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            record += line
            if record.count('"') % 2:  # the value goes on
                continue
            number, _, rest = record.partition(delivery.delimiter)
            if number.isdigit() and int(number) in rows:
                found[int(number)] = rest.rstrip("\n")
            record = ""
    return found


def read_parquet(delivery: Delivery, wanted: list[str]) -> pl.DataFrame:
    """Read the row number and the wanted columns as text."""
    return _parquet(delivery.path).select(ROW, *wanted).collect()


def _parquet(path: Path) -> pl.LazyFrame:
    """Scan as text; the first row is row 2, as under a header line."""
    try:
        frame = pl.scan_parquet(path)
        frame.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise UsageProblem(
            zh=f"无法按 Parquet 读取 {path}:{str(error).splitlines()[0]}",
            en=f"cannot read {path} as Parquet: {str(error).splitlines()[0]}",
        ) from None
    # geometry and other nested values are no attributes of a stand
    plain = [name for name, dtype in frame.collect_schema().items() if _is_plain(dtype)]
    return (
        frame.select(pl.col(name).cast(pl.String, strict=False) for name in plain if name != ROW)
        .with_row_index(ROW, offset=2)
        .with_columns(pl.col(ROW).cast(pl.Int64))
    )


def _is_plain(dtype: pl.DataType) -> bool:
    return not dtype.is_nested() and dtype not in (pl.Binary, pl.Object)
