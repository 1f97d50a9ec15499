"""What a workbook holds beside values: formulas, names, and the marks of the printed page."""

import io
import zipfile
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element, fromstring

_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REFERENCE: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_BOOK: Final = "xl/workbook.xml"
_BOOK_LINKS: Final = "xl/_rels/workbook.xml.rels"
NAMES: Final = "names"

# sheet -> cell, name or mark -> text
Parts = dict[str, dict[str, str]]


def workbook_parts(content: bytes) -> Parts:
    """Return the formulas of a workbook by sheet and cell, its defined names, headers and footers.

    Values are not read. A formula that is shared by several cells is returned where it is
    written.

    Raises
    ------
    Exception
        Whatever the readers of archives and XML say of a file that is no workbook.
    """
    found: Parts = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        book = fromstring(archive.read(_BOOK))
        targets = {
            link.get("Id"): str(link.get("Target"))
            for link in fromstring(archive.read(_BOOK_LINKS))
        }
        found[NAMES] = {
            f"{name.get('name')}{name.get('localSheetId') or ''}": name.text or ""
            for name in book.iter(f"{_MAIN}definedName")
        }
        for sheet in book.iter(f"{_MAIN}sheet"):
            target = targets[sheet.get(_REFERENCE)]
            path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            page = fromstring(archive.read(path))
            found[str(sheet.get("name"))] = dict(_of_page(page))
    return found


def _of_page(page: Element) -> Iterator[tuple[str, str]]:
    for cell in page.iter(f"{_MAIN}c"):
        formula = cell.find(f"{_MAIN}f")
        if formula is not None:
            yield str(cell.get("r")), formula.text or ""
    for marks in page.iter(f"{_MAIN}headerFooter"):
        for mark in marks:
            yield mark.tag.removeprefix(_MAIN), mark.text or ""
