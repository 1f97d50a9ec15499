"""Workbooks: which line is the header, which sheet is read, and what a cell says."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from sinkcalc.errors import UsageProblem
from sinkcalc.intake.delivery import BadLine, Delivery
from sinkcalc.intake.workbook import read_workbook

KNOWN = {"小班号", "面积", "平均胸径", "平均树高", "备注", "XBMJ"}
Cells = list[list[Any]]
Fill = Callable[[Any, Any], None]


def _known(name: str) -> bool:
    return name in KNOWN


def _book(folder: Path, sheets: dict[str, Cells], fill: Fill | None = None) -> Path:
    path = folder / "s.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    if value is not None:
                        page.write(number, column, value)
            if fill is not None:
                fill(book, page)
    return path


def _read(
    folder: Path, sheets: dict[str, Cells], sheet: str | None = None, fill: Fill | None = None
) -> tuple[Delivery, list[tuple[Any, ...]]]:
    delivery = read_workbook(_book(folder, sheets, fill), folder / "out", _known, sheet)
    return delivery, pl.read_parquet(delivery.path).rows()


TABLE = [["小班号", "面积"], ["0001", 2.5], ["0002", 3]]


def test_a_plain_sheet(tmp_path: Path) -> None:
    """A code in a text cell keeps its zeros; a whole number has no decimals."""
    delivery, rows = _read(tmp_path, {"s": TABLE})
    assert delivery.headers == ["小班号", "面积"]
    assert (delivery.numbered, delivery.kind, delivery.encoding) == (True, "table", None)
    assert rows == [(2, "0001", "2.5"), (3, "0002", "3")]


@pytest.mark.parametrize("titles", range(1, 9))
def test_titles_above_the_header_are_no_rows(tmp_path: Path, titles: int) -> None:
    above: Cells = [["杭州市小班一览表", None]] * titles
    delivery, rows = _read(tmp_path, {"s": [*above, *TABLE]})
    assert delivery.headers == ["小班号", "面积"]
    assert [row[0] for row in rows] == [titles + 2, titles + 3]


def test_blank_lines_above_count(tmp_path: Path) -> None:
    _, rows = _read(tmp_path, {"s": [["标题", None], [], *TABLE]})
    assert [row[0] for row in rows] == [4, 5]


def test_blank_lines_between_rows_count_but_are_no_rows(tmp_path: Path) -> None:
    _, rows = _read(tmp_path, {"s": [*TABLE, [], [], ["0003", 1]]})
    assert [row[:2] for row in rows] == [(2, "0001"), (3, "0002"), (6, "0003")]


def test_a_header_of_two_lines(tmp_path: Path) -> None:
    """平均 over 胸径 and 树高; 小班号 and 备注 run over both lines."""
    cells: Cells = [
        ["一览表", None, None, None, None],
        ["小班号", "平均", None, "备注", "面积"],
        [None, "胸径", "树高", None, None],
        ["0001", 14.5, 9.8, "x", 2],
    ]

    def merge(book: Any, page: Any) -> None:
        page.merge_range(1, 1, 1, 2, "平均")
        page.merge_range(1, 0, 2, 0, "小班号")

    delivery, rows = _read(tmp_path, {"s": cells}, fill=merge)
    assert delivery.headers == ["小班号", "平均胸径", "平均树高", "备注", "面积"]
    assert rows == [(4, "0001", "14.5", "9.8", "x", "2")]


def test_a_heading_ends_with_its_cells(tmp_path: Path) -> None:
    """平均 stands over 胸径 alone: the column beside it is no mean height."""
    cells: Cells = [
        ["小班号", "平均", None, None],
        [None, "胸径", "树高", "面积"],
        ["1", 14.5, 9, 2],
    ]
    delivery, _ = _read(tmp_path, {"s": cells})
    assert delivery.headers == ["小班号", "平均胸径", "树高", "面积"]


def test_two_sheets_that_look_alike_are_not_chosen_from(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="--layer"):
        _read(tmp_path, {"临安": TABLE, "淳安": TABLE})
    delivery, rows = _read(tmp_path, {"临安": TABLE, "淳安": TABLE[:2]}, sheet="淳安")
    assert (delivery.layer, len(rows), delivery.rows) == ("淳安", 1, 1)


def test_a_hidden_sheet_is_read_by_name_only(tmp_path: Path) -> None:
    def hide(book: Any, page: Any) -> None:
        if page.get_name() == "old":
            page.hide()

    sheets: dict[str, Cells] = {"new": TABLE[:2], "old": TABLE}
    assert _read(tmp_path, sheets, fill=hide)[0].layer == "new"
    assert _read(tmp_path, sheets, "old", hide)[0].layer == "old"


def test_headings_that_belong_to_no_name(tmp_path: Path) -> None:
    """林分因子 over 面积 is no column name: the lower line is."""
    cells: Cells = [["林分因子", None], ["小班号", "面积"], ["0001", 2]]
    delivery, rows = _read(tmp_path, {"s": cells})
    assert delivery.headers == ["小班号", "面积"]
    assert rows == [(3, "0001", "2")]


def test_a_first_row_of_names_is_no_second_header(tmp_path: Path) -> None:
    """The first stand has a remark that is a column name as well."""
    cells: Cells = [["小班号", "备注"], ["0001", "面积"], ["0002", None]]
    _, rows = _read(tmp_path, {"s": cells})
    assert rows == [(2, "0001", "面积"), (3, "0002", None)]


def test_repeated_and_empty_names(tmp_path: Path) -> None:
    cells: Cells = [["小班号", "面积", None, "面积"], ["0001", 1, 2, 3]]
    delivery, _ = _read(tmp_path, {"s": cells})
    assert delivery.headers == ["小班号", "面积", "column_3", "面积__2"]


def test_the_sheet_with_the_known_header_is_read(tmp_path: Path) -> None:
    sheets = {"说明": [["填表说明"], ["一"]], "空": [], "小班": TABLE, "汇总": [["面积"], [7]]}
    _, rows = _read(tmp_path, sheets)
    assert len(rows) == 2
    _, rows = _read(tmp_path, sheets, "汇总")
    assert rows == [(2, "7")]


def test_a_sheet_that_is_not_there_lists_the_others(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem) as refused:
        _read(tmp_path, {"小班": TABLE, "汇总": []}, "林班")
    for text in (refused.value.zh, refused.value.en):
        assert all(name in text for name in ("s.xlsx", "林班", "小班", "汇总"))


@pytest.mark.parametrize("sheets", [{"a": []}, {"a": [], "b": [[None]]}])
def test_a_workbook_without_data(tmp_path: Path, sheets: dict[str, Cells]) -> None:
    with pytest.raises(UsageProblem, match=r"s\.xlsx"):
        _read(tmp_path, sheets)


def test_a_workbook_without_a_known_name(tmp_path: Path) -> None:
    """The first line that holds anything is the header: the profile then says what is missing."""
    delivery, rows = _read(tmp_path, {"s": [[], ["甲", "乙"], ["1", "2"]]})
    assert delivery.headers == ["甲", "乙"]
    assert rows == [(3, "1", "2")]


def test_formulas_dates_and_truth_values(tmp_path: Path) -> None:
    """A formula reads as its last result, a date as one."""

    def fill(book: Any, page: Any) -> None:
        page.write_formula(3, 1, "=B2*2", None, 5)
        page.write_string(3, 0, "0003")
        page.write_datetime(4, 0, date(2020, 7, 1), book.add_format({"num_format": "yyyy-mm-dd"}))
        page.write_boolean(4, 1, boolean=True)

    _, rows = _read(tmp_path, {"s": TABLE}, fill=fill)
    assert rows[2] == (4, "0003", "5")
    assert rows[3][1].startswith("2020-07-01")


@pytest.mark.parametrize("error", ["#DIV/0!", "#N/A", "#VALUE!", "#REF!", "#NAME?", "#NUM!"])
def test_a_cell_in_error_sets_its_row_aside(tmp_path: Path, error: str) -> None:
    def fill(book: Any, page: Any) -> None:
        page.write_formula(2, 1, "=1/0", None, error)

    delivery, rows = _read(tmp_path, {"s": [*TABLE, ["0003", 1]]}, fill=fill)
    assert [row[0] for row in rows] == [2, 4]
    (bad,) = delivery.bad_lines
    assert isinstance(bad, BadLine)
    assert (bad.row, bad.rule) == (3, "error_cell")
    assert "0002" in bad.raw


def test_a_cell_in_error_in_the_title_is_no_row(tmp_path: Path) -> None:
    def fill(book: Any, page: Any) -> None:
        page.write_formula(0, 1, "=1/0", None, "#DIV/0!")

    delivery, rows = _read(tmp_path, {"s": [["标题", None], *TABLE]}, fill=fill)
    assert delivery.bad_lines == []
    assert len(rows) == 2


def test_an_error_far_down_keeps_its_row_number(tmp_path: Path) -> None:
    """Empty lines above the header, and between rows, shift nothing."""

    def fill(book: Any, page: Any) -> None:
        page.write_formula(7, 1, "=1/0", None, "#DIV/0!")
        page.write_string(7, 0, "0009")

    delivery, rows = _read(tmp_path, {"s": [[], [], *TABLE]}, fill=fill)
    assert [row[0] for row in rows] == [4, 5]
    assert [bad.row for bad in delivery.bad_lines] == [8]
