"""Text deliveries: encoding, delimiter, rows and their numbers in the file."""

from pathlib import Path

import polars as pl
import pytest

from sinkcalc.errors import UsageProblem
from sinkcalc.intake.delivery import ROW, BadLine, Delivery
from sinkcalc.intake.readers import open_delivery, raw_records, table_batches
from sinkcalc.store.scan import scan_text

LINES = ["小班号,县,备注", "1,临安,毛竹", "2,淳安,杉木林"]


def _deliver(folder: Path, data: bytes, name: str = "stands.csv") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def _open(folder: Path, data: bytes, name: str = "stands.csv", **options: str) -> Delivery:
    out = folder / "copy"
    out.mkdir()
    return open_delivery(_deliver(folder, data, name), out, **options)


def _rows(delivery: Delivery) -> list[tuple[str | None, ...]]:
    """Return the row number and every column of what can be read."""
    assert delivery.delimiter is not None
    return _scan(delivery)[0].rows()


def _scan(delivery: Delivery, size: int = 2) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return all rows, whatever the size of a batch, and the lines that are none."""
    headers = [ROW, *delivery.headers]
    empty = pl.DataFrame(schema=dict.fromkeys(headers, pl.String))
    with scan_text(delivery.delimiter or ",") as scan:
        batches = list(scan.batches(delivery.path, headers, headers, size))
        return pl.concat([empty, *batches]), scan.rejects()


EXPECTED = [("2", "1", "临安", "毛竹"), ("3", "2", "淳安", "杉木林")]


@pytest.mark.parametrize(
    ("codec", "mark", "found"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", b"\xef\xbb\xbf", "utf-8"),
        ("gb18030", b"", "gb18030"),
        ("gbk", b"", "gb18030"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_are_told_apart(
    tmp_path: Path, codec: str, mark: bytes, found: str, end: str
) -> None:
    delivery = _open(tmp_path, mark + (end.join(LINES) + end).encode(codec))
    assert delivery.encoding == found
    assert delivery.headers == ["小班号", "县", "备注"]
    assert delivery.bad_lines == []
    assert _rows(delivery) == EXPECTED


@pytest.mark.parametrize("rows", [1, 3])
def test_a_lone_chinese_word_that_is_also_utf_8(tmp_path: Path, rows: int) -> None:
    """芦苇 in GB18030 is « and a Greek letter in UTF-8; what was taken is told."""
    delivery = _open(tmp_path, ("id,plant\n" + rows * "W1,芦苇\n").encode("gb18030"))
    assert delivery.encoding == "gb18030"
    ((zh, en),) = delivery.notes
    assert all("GB18030" in text and "--encoding utf-8" in text for text in (zh, en))
    assert [row[1:] for row in _rows(delivery)] == rows * [("W1", "芦苇")]


def test_nothing_is_told_of_an_encoding_that_was_said(tmp_path: Path) -> None:
    data = "id,plant\nW1,芦苇\n".encode("gb18030")
    assert _open(tmp_path, data, encoding="gb18030").notes == []


@pytest.mark.parametrize(
    "text",
    ["café", "é", "naïveté", "5 ± 2", "m²", "±", "βα", "« café »", "30°", "°±", "µm", "Å", "界é±"],
)
def test_letters_of_one_script_stay_utf_8(tmp_path: Path, text: str) -> None:
    delivery = _open(tmp_path, f"id,name\n2,{text}\n".encode())
    assert (delivery.encoding, delivery.notes) == ("utf-8", [])
    assert _rows(delivery) == [("2", "2", text)]


def test_a_declared_encoding_goes_before_what_is_likely(tmp_path: Path) -> None:
    (tmp_path / "stands.cpg").write_text("UTF-8")
    delivery = _open(tmp_path, "id,plant\n2,芦苇\n".encode("gb18030"))
    assert (delivery.encoding, delivery.notes) == ("utf-8", [])


def test_one_bad_byte_does_not_change_the_encoding(tmp_path: Path) -> None:
    """The line with it is set aside with its number; the others are read."""
    first, second, third = (line.encode("gb18030") for line in LINES)
    broken = second[:-1] + b"\xff"
    delivery = _open(tmp_path, b"\n".join([first, broken, third]) + b"\n")
    assert delivery.encoding == "gb18030"
    (bad,) = delivery.bad_lines
    assert (bad.row, bad.rule) == (2, "undecodable")
    assert bad.raw.startswith("1,临安,")
    assert _rows(delivery) == EXPECTED[1:]


def test_a_lead_byte_at_the_end_of_a_line_takes_nothing_of_the_next(tmp_path: Path) -> None:
    first, second, third = (line.encode("gb18030") for line in LINES)
    delivery = _open(tmp_path, b"\n".join([first, second + b"\xb0", third]) + b"\n")
    assert [(bad.row, bad.rule) for bad in delivery.bad_lines] == [(2, "undecodable")]
    assert _rows(delivery) == EXPECTED[1:]


@pytest.mark.parametrize("name", ["gbk", "GB2312", "cp936", "GB18030", "936"])
def test_a_named_encoding_is_used(tmp_path: Path, name: str) -> None:
    delivery = _open(tmp_path, "\n".join(LINES).encode("gb18030"), encoding=name)
    assert delivery.encoding == "gb18030"
    assert _rows(delivery) == EXPECTED


def test_a_wrongly_named_encoding_shows(tmp_path: Path) -> None:
    """Read as UTF-8 nothing of a GB18030 file but ASCII is left."""
    data = b"id,name\n" + "1,临安\n2,abc\n".encode("gb18030")
    delivery = _open(tmp_path, data, encoding="utf-8")
    assert [(bad.row, bad.rule) for bad in delivery.bad_lines] == [(2, "undecodable")]
    assert _rows(delivery) == [("3", "2", "abc")]


def test_an_unknown_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="big5"):
        _open(tmp_path, b"a\n1\n", encoding="big5")


@pytest.mark.parametrize(
    "data",
    [
        "id,name\n1,a\n".encode("utf-16"),
        b"\xfe\xff" + "id,name\n1,a\n".encode("utf-16-be"),
        "id,name\n1,a\n".encode("utf-16-le"),
        b"PK\x03\x04 a workbook",
    ],
    ids=["utf-16", "utf-16 big-endian", "utf-16 without a mark", "workbook"],
)
def test_utf_16_and_workbooks_are_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(UsageProblem, match="CSV UTF-8"):
        _open(tmp_path, data)


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf"], ids=["nothing", "a mark only"])
def test_an_empty_file_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(UsageProblem, match=r"stands\.csv is empty"):
        _open(tmp_path, data)


def test_a_header_alone_has_no_rows(tmp_path: Path) -> None:
    delivery = _open(tmp_path, b"a,b\n")
    assert delivery.headers == ["a", "b"]
    assert _rows(delivery) == []


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match=r"stands\.xlsx"):
        _open(tmp_path, b"a,b\n1,2\n", "stands.xlsx")


@pytest.mark.parametrize("name", ["stands.ods", "stands.dbf", "stands"])
def test_other_kinds_of_file_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageProblem, match=r"\.parquet"):
        _open(tmp_path, b"a,b\n1,2\n", name)


@pytest.mark.parametrize(("delimiter", "name"), [("\t", "s.tsv"), (";", "s.csv"), (",", "s.TXT")])
def test_delimiters(tmp_path: Path, delimiter: str, name: str) -> None:
    lines = [
        delimiter.join(fields)
        for fields in (("a", "b"), ("1", "x, y" if delimiter != "," else "x"))
    ]
    delivery = _open(tmp_path, "\n".join(lines).encode(), name)
    assert delivery.delimiter == delimiter
    assert delivery.headers == ["a", "b"]
    assert _rows(delivery) == [("2", "1", "x, y" if delimiter != "," else "x")]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("a,b,a,a", ["a", "b", "a__2", "a__3"]),
        (" a , b", ["a", "b"]),
        ('"a","b,c"', ["a", "b,c"]),
        ("a,,b,", ["a", "column_2", "b", "column_4"]),
        # a name that only looks like a repetition is a name of its own
        ("a__old,a", ["a__old", "a"]),
    ],
)
def test_headers(tmp_path: Path, header: str, expected: list[str]) -> None:
    assert _open(tmp_path, f"{header}\n".encode()).headers == expected


def test_headers_are_never_the_same(tmp_path: Path) -> None:
    headers = _open(tmp_path, b"a__2,a,a\n").headers
    assert len(set(headers)) == 3


def test_blank_lines_count_but_are_no_rows(tmp_path: Path) -> None:
    delivery = _open(tmp_path, b"a,b\n1,x\n\n   \n2,y\n")
    assert _rows(delivery) == [("2", "1", "x"), ("5", "2", "y")]
    assert delivery.bad_lines == []


def test_a_newline_in_quotes_keeps_the_numbers_of_the_file(tmp_path: Path) -> None:
    """Record 2 runs over lines 2 to 4, so the next one is line 5."""
    data = b'id,remark,n\n1,"first\nsecond, with comma\nthird",7\n2,x,8\n'
    delivery = _open(tmp_path, data)
    assert delivery.bad_lines == []
    assert _rows(delivery) == [
        ("2", "1", "first\nsecond, with comma\nthird", "7"),
        ("5", "2", "x", "8"),
    ]


def test_doubled_quotes_are_one(tmp_path: Path) -> None:
    delivery = _open(tmp_path, b'id,remark\n1,"the ""old"" one"\n')
    assert _rows(delivery) == [("2", "1", 'the "old" one')]


def test_an_unclosed_quote_takes_no_other_row(tmp_path: Path) -> None:
    """Neither when no quote follows, nor when a later row has quotes of its own."""
    data = b'id,remark,n\n1,"open,7\n2,x,8\n3,"closed",9\n4,"open too,1\n5,z,2\n'
    delivery = _open(tmp_path, data)
    assert delivery.bad_lines == [
        BadLine(2, "unbalanced_quote", '1,"open,7'),
        BadLine(5, "unbalanced_quote", '4,"open too,1'),
    ]
    assert _rows(delivery) == [
        ("3", "2", "x", "8"),
        ("4", "3", "closed", "9"),
        ("6", "5", "z", "2"),
    ]


def test_quotes_within_unquoted_values_take_no_other_row(tmp_path: Path) -> None:
    """Inch marks in rows 2 and 4: whatever becomes of those, rows 3 and 5 are kept as they are."""
    delivery = _open(tmp_path, b'id,remark,n\n1,12" pipe,7\n2,x,8\n3,5" pipe,9\n4,y,1\n')
    assert {bad.row for bad in delivery.bad_lines} <= {2, 4}
    others = [row for row in _rows(delivery) if row[0] not in ("2", "4")]
    assert others == [("3", "2", "x", "8"), ("5", "4", "y", "1")]


def test_short_and_long_rows_are_listed(tmp_path: Path) -> None:
    delivery = _open(tmp_path, b"a,b,c\n1,2,3\n4,5\n6,7,8,9\n1,,\n")
    rows, rejects = _scan(delivery)
    assert rows.rows() == [("2", "1", "2", "3"), ("5", "1", None, None)]
    assert set(rejects.iter_rows()) == {(3, "short_row", "4,5"), (4, "long_row", "6,7,8,9")}


def test_raw_text_is_that_of_the_row(tmp_path: Path) -> None:
    """A line within quotes may look like the beginning of another row."""
    delivery = _open(tmp_path, b'id,remark\n1,"first\n4,second"\n2,x\n')
    assert [row[0] for row in _rows(delivery)] == ["2", "4"]
    raw = raw_records(delivery, {2, 4})
    assert raw[4] == "2,x"
    assert raw[2] == '1,"first\n4,second"'


def test_parquet_rows_are_numbered_as_under_a_header(tmp_path: Path) -> None:
    path = tmp_path / "stands.parquet"
    pl.DataFrame({"id": ["a", "b"], "area": [1.5, None]}).write_parquet(path)
    delivery = open_delivery(path, tmp_path)
    assert (delivery.headers, delivery.encoding, delivery.delimiter) == (["id", "area"], None, None)
    for size in (1, 2, 3):
        rows = pl.concat(table_batches(delivery, ["area", "id"], size)).rows()
        assert rows == [(2, "1.5", "a"), (3, None, "b")]
    assert raw_records(delivery, {3}) == {3: '{"id":"b","area":null}'}


def test_what_is_no_parquet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match=r"stands\.parquet"):
        open_delivery(_deliver(tmp_path, b"no parquet", "stands.parquet"), tmp_path)
