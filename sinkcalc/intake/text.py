"""Rewrite a delimited text file as UTF-8 with the row's number as its first column."""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import IO, Final

from sinkcalc.errors import UsageProblem
from sinkcalc.intake.delivery import ROW, BadLine, Delivery, beside, unique_headers
from sinkcalc.intake.two_readings import is_gb2312, reads_as_chinese

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
_BLOCK: Final = 1 << 23
# a value may be longer than what the csv module takes by itself
csv.field_size_limit(_BLOCK)

Line = tuple[int, str]


def codec_of(name: str) -> str:
    """Return the codec of an encoding as users, `.cpg` files and code pages name it.

    Raises
    ------
    UsageProblem
        If it is not known.
    """
    try:
        return ENCODINGS[name.strip().lower().replace("_", "-")]
    except KeyError:
        raise UsageProblem(
            zh=f"不认识编码 {name};可用:utf-8、gb18030(gbk)",
            en=f"encoding {name} is not known; use utf-8 or gb18030 (gbk)",
        ) from None


def rewrite_text(path: Path, target: Path, encoding: str | None = None) -> Delivery:
    """Decode a CSV in blocks, number its rows and set aside lines that cannot be read.

    Parameters
    ----------
    path
        The delivery.
    target
        Where the UTF-8 copy goes.
    encoding
        Name of the encoding; that of a `.cpg` beside the file, else found out, if None.

    Raises
    ------
    UsageProblem
        If the file is empty, is no text, or the encoding is not known.
    """
    codec, told = _codec(path, encoding)
    # a byte that is not of the encoding reads as U+FFFD
    with path.open(encoding=codec, errors="replace", newline="\n") as source:
        head = source.readline().removeprefix("\ufeff")
        lines = 1
        while head.count('"') % 2 and lines < _MAX_LINES_IN_VALUE:  # a name may hold line ends
            head += source.readline()
            lines += 1
        head = head.rstrip("\r\n")
        _refuse_no_header(path, head)
        delimiter = max(",\t;", key=head.count)
        headers = unique_headers(next(csv.reader(head.splitlines(True), delimiter=delimiter)))
        text = Delivery(path.name, target, "text", codec, delimiter, headers, notes=told)
        with target.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, delimiter=delimiter, lineterminator="\n").writerow([ROW, *headers])
            rows = _number_rows(source, out, text, lines)
    return replace(text, rows=rows)


def _refuse_no_header(path: Path, head: str) -> None:
    if not head.strip():
        raise UsageProblem(
            zh=f"文件 {path} 是空的,或第一行没有表头。检查文件是否传输完整",
            en=f"file {path} is empty, or its first line holds no header. Check whether it was "
            "transferred completely",
        )
    if "\r" in head.replace("\r\n", "\n"):
        raise UsageProblem(
            zh=f"{path} 的行以 CR 结束;请另存为 CSV(CRLF 或 LF 换行)",
            en=f"the lines of {path} end with CR; save it as CSV with CRLF or LF line ends",
        )


def _number_rows(source: IO[str], out: IO[str], text: Delivery, number: int) -> int:
    """Write numbered records, a clean block at once, others line by line; return how many."""
    delimiter = text.delimiter or ","
    written = 0
    while block := source.read(_BLOCK):
        block = (block + source.readline()).replace("\r\n", "\n")
        lines = block.removesuffix("\n").split("\n")
        numbered = enumerate(lines, number + 1)
        number += len(lines)
        if '"' in block or "\ufffd" in block or "\r" in block:
            following = _Following(source, number)
            for row, line in _records(numbered, following, text):
                out.write(f"{row}{delimiter}{line}\n")
                written += 1
            number = following.number
        else:
            kept = [f"{row}{delimiter}{line}\n" for row, line in numbered if line.strip()]
            out.writelines(kept)
            written += len(kept)
    return written


class _Following:
    """Lines after a block, read only where a quoted value runs over its end."""

    def __init__(self, source: IO[str], number: int) -> None:
        self._source = source
        self.number = number

    def __iter__(self) -> Iterator[Line]:
        return self

    def __next__(self) -> Line:
        line = self._source.readline()
        if not line:
            raise StopIteration
        self.number += 1
        return self.number, line.rstrip("\r\n")


def _records(block: Iterator[Line], following: Iterator[Line], text: Delivery) -> Iterator[Line]:
    """Yield whole records of a block; a value in quotes may hold line ends."""
    delimiter = text.delimiter or ","
    pending: deque[Line] = deque()
    while True:
        number, line = pending.popleft() if pending else next(block, (0, ""))
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
            joined, taken = _close_quote(line, pending, chain(block, following))
            if joined is not None and _fields(joined, delimiter) == len(text.headers):
                yield number, joined
            else:
                text.bad_lines.append(BadLine(number, "unbalanced_quote", line))
                pending.extendleft(reversed(taken))


def _close_quote(
    line: str, pending: deque[Line], lines: Iterator[Line]
) -> tuple[str | None, list[Line]]:
    """Append lines up to the one that closes the quote; give back what was taken."""
    taken: list[Line] = []
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


def declared_codec(path: Path, found: str | None) -> str | None:
    """Return the codec that a `.cpg` beside the file names.

    Raises
    ------
    UsageProblem
        If the text is written in another encoding.
    """
    declared = beside(path, ".cpg")
    if declared is None:
        return None
    named = codec_of(declared.read_text(encoding="ascii", errors="replace"))
    if found is not None and found != named:
        raise UsageProblem(
            zh=f"{declared.name} 写的编码是 {named},而 {path.name} 的文字是 {found}。"
            f"改正 {declared.name},或用 --encoding 指定",
            en=f"{declared.name} names the encoding {named}, but the text of {path.name} is "
            f"{found}. Correct {declared.name}, or say it with --encoding",
        )
    return named


def _codec(path: Path, encoding: str | None) -> tuple[str, list[tuple[str, str]]]:
    """Return the codec, and what has to be told of it in Chinese and English."""
    if encoding is not None:
        return codec_of(encoding), []
    with path.open("rb") as file:
        start = file.read(_LOOKED_AT)
    # UTF-16 has a mark or zero bytes, a workbook is a zip file
    if start.startswith((b"\xff\xfe", b"\xfe\xff", b"PK\x03\x04")) or b"\x00" in start:
        raise UsageProblem(
            zh=f"{path} 是 UTF-16 或 Excel 文件,不能按文本读。请另存为 CSV UTF-8;"
            "工作簿用 .xlsx 扩展名",
            en=f"{path} is no such text: it is UTF-16 or an Excel workbook. Save it as CSV UTF-8; "
            "a workbook needs the suffix .xlsx",
        )
    found, sure = _find_codec(path)
    declared = declared_codec(path, found if sure else None)
    if declared or sure:
        return declared or found or "utf-8", []
    note = (
        f"{path.name} 的文字按 UTF-8 与 GB18030 都能读;取 GB18030,读出的是汉字。"
        "若不对,用 --encoding utf-8",
        f"the text of {path.name} can be read as UTF-8 and as GB18030: GB18030 was taken, by which "
        "it is Chinese. If that is wrong, say --encoding utf-8",
    )
    return "gb18030", [note]


def _find_codec(path: Path) -> tuple[str | None, bool]:
    """Tell UTF-8 from GB18030 by the first lines that are not ASCII; None if there are none.

    The second is false where both can be read and GB18030 alone makes sense.

    Chinese text of one encoding hardly ever decodes as the other: many lines decide, so that a
    few damaged ones do not turn the rest into other characters.
    """
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            lines = [line for line in (block + file.readline()).split(b"\n") if not line.isascii()]
            if lines:
                bad = sum("\ufffd" in line.decode("utf-8", errors="replace") for line in lines)
                text = b"\n".join(lines)
                if bad == 0 and reads_as_chinese(text):
                    return "gb18030", False
                # a short file whose few words happen to be valid UTF-8 but for one
                simple = bad > 0 and is_gb2312(text)
                return "gb18030" if bad * 2 > len(lines) or simple else "utf-8", True
    return None, True
