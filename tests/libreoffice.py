"""Recalculate a workbook with LibreOffice, so that its formulas speak and not its cached values."""

import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree

import pytest

# a cell as (sheet, address), as ("B.6.4 汇总 summary", "B12")
Cell = tuple[str, str]
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# without this LibreOffice shows the cached values of a workbook that another program has written
_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"
 xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def require_libreoffice() -> str:
    """Return the program; skip without it, but fail where everything has to be tested."""
    found = shutil.which("soffice")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("soffice is missing: install libreoffice-calc-nogui")
        pytest.skip("LibreOffice (soffice) is not installed")
    return found


def recalculated(path: Path, folder: Path) -> Path:
    """Return a copy of a workbook with every formula computed anew, under a profile of its own."""
    program = require_libreoffice()
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_RECALCULATE, encoding="utf-8")
    out = folder / "recalculated"
    subprocess.run(
        [
            program,
            f"-env:UserInstallation=file://{profile}",
            "--headless",
            "--convert-to",
            "xlsx",
            "--outdir",
            str(out),
            str(path),
        ],
        check=True,
        capture_output=True,
        timeout=300,
    )
    return out / path.name


def _sheets(file: zipfile.ZipFile) -> dict[str, str]:
    """Return name of a sheet -> its part of the file."""
    book = ElementTree.fromstring(file.read("xl/workbook.xml"))
    relations = ElementTree.fromstring(file.read("xl/_rels/workbook.xml.rels"))
    targets = {one.get("Id"): one.get("Target", "") for one in relations}
    return {
        sheet.get("name", ""): "xl/" + targets[sheet.get(_RELATION)].removeprefix("/xl/")
        for sheet in book.iter(f"{_MAIN}sheet")
    }


def formula_cells(path: Path) -> dict[Cell, tuple[str, str]]:
    """Return every cell with a formula -> the formula and its stored value.

    A cell whose formula ended in an error fails: readers of values show it as blank.
    """
    found: dict[Cell, tuple[str, str]] = {}
    with zipfile.ZipFile(path) as file:
        for name, part in _sheets(file).items():
            for cell in _cells(file.read(part)):
                formula = cell.find(f"{_MAIN}f")
                if formula is not None:
                    value = cell.findtext(f"{_MAIN}v")
                    address = cell.get("r", "")
                    assert cell.get("t") != "e", (name, address, formula.text, value)
                    assert value not in (None, ""), (name, address, formula.text)
                    found[name, address] = (formula.text or "", value or "")
    return found


def _cells(part: bytes) -> Iterator[ElementTree.Element]:
    return ElementTree.fromstring(part).iter(f"{_MAIN}c")


def with_wrong_values(path: Path, out: Path, inputs: Mapping[Cell, float]) -> None:
    """Copy a workbook with a wrong cached value in every formula cell, and some inputs changed."""
    missing = set(inputs)
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        names = {part: name for name, part in _sheets(old).items()}
        for entry in old.namelist():
            content = old.read(entry)
            if entry in names:
                text = content.decode()
                text = re.sub(r"(</f>)<v>[^<]*</v>", r"\1<v>-12345</v>", text)
                for sheet, address in inputs:
                    if sheet == names[entry]:
                        pattern = rf'(<c r="{address}"[^>]*>)<v>[^<]*</v>'
                        text, found = re.subn(
                            pattern, rf"\g<1><v>{inputs[sheet, address]!r}</v>", text
                        )
                        assert found == 1, (sheet, address)
                        missing.discard((sheet, address))
                content = text.encode()
            new.writestr(entry, content)
    assert not missing, missing
