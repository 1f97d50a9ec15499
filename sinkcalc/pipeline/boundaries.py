"""Polygons of counties from a layer of the bureau, matched by code or Chinese name."""

import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl

from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import UsageProblem
from sinkcalc.intake.delivery import GEOMETRY, GEOMETRY_AREA, ROW, Delivery
from sinkcalc.intake.layers import layer_names, read_layer

_LAYER: Final = "|layername="
# of a county, and what follows it in codes of towns and villages
_CODE_DIGITS: Final = 6
_LONGER_DIGITS: Final = (9, 12)
_SHOWN: Final = 5
_MARKS: Final = ("simulated", "模拟")

Note = tuple[str, str]


@dataclass(frozen=True)
class Boundaries:
    """Polygons of counties.

    Attributes
    ----------
    rows
        `region_code` (of today), `crs`, `geometry_wkb`, `boundary_area_ha` (ha, on the ellipsoid;
        null where it cannot be measured), in the order of the file; a county may have several.
    codes
        County codes as the file has them, of abolished counties too.
    column
        Header by which they were matched.
    simulated
        Whether the file says that its borders are simulated.
    notes
        What did not match, in Chinese and English.
    """

    rows: pl.DataFrame
    codes: frozenset[str]
    column: str
    simulated: bool
    notes: list[Note] = field(default_factory=list)


@dataclass(frozen=True)
class _Known:
    """Counties: text -> code as written, and code -> code of today."""

    codes: dict[str, str]
    names: dict[str, str]


def read_boundaries(file: Path) -> Boundaries:
    """Read the polygons of counties.

    The column is found by its values: the one of which most rows are a county, codes before
    names. Codes of towns and villages are those of their county. Counties that were abolished are
    those that took their place, as in every load.

    Parameters
    ----------
    file
        Any layer that GDAL reads; `FILE|layername=NAME` where it has several.

    Raises
    ------
    UsageProblem
        If it cannot be read, has no polygons, or no column names counties.
    """
    text, _, layer = str(file).partition(_LAYER)
    path = Path(text)
    if not path.exists():
        raise UsageProblem(
            zh=f"--boundaries:没有文件 {path};检查路径",
            en=f"--boundaries: no file {path}; check it",
        )
    _refuse_several(path, layer)
    with TemporaryDirectory() as folder:
        delivery = read_layer(path, Path(folder) / "boundaries.parquet", layer or None)
        frame = pl.read_parquet(delivery.path)
    if GEOMETRY not in frame.columns or frame.is_empty():
        raise UsageProblem(
            zh=f"--boundaries:{path.name} 没有图形;给出县界的面图层",
            en=f"--boundaries: {path.name} has no geometries; name a layer of county polygons",
        )
    known = _known()
    column, found = _matched(path, frame, delivery, known)
    return _boundaries(
        path, frame.with_columns(found.alias("_as_written")), delivery, column, known
    )


def _refuse_several(path: Path, layer: str) -> None:
    names = layer_names(path)
    if len(names) > 1 and layer not in names:
        listed = ", ".join(names)
        raise UsageProblem(
            zh=f'--boundaries:{path.name} 有图层 {listed};写成 "{path}{_LAYER}图层名"',
            en=f'--boundaries: {path.name} has the layers {listed}; write "{path}{_LAYER}NAME"',
        )


def _known() -> _Known:
    rows = load_table("regions").rows.filter(~pl.col("kind").is_in(["city", "test"]))
    codes: dict[str, str] = {}
    names: dict[str, str] = {}
    # a name of today stands before the same name of an abolished county
    for row in rows.sort(pl.col("kind") == "abolished", maintain_order=True).iter_rows(named=True):
        codes[row["region_code"]] = row["successor_code"] or row["region_code"]
        names.setdefault(row["name_zh"], row["region_code"])
    return _Known(codes, names)


def _matched(
    path: Path, frame: pl.DataFrame, delivery: Delivery, known: _Known
) -> tuple[str, pl.Series]:
    """Return the column that names counties and its codes as written."""
    best: tuple[tuple[int, int], str, pl.Series] | None = None
    for header in delivery.headers:
        texts = [_plain(value) for value in frame[header].to_list()]
        for rank, read in ((1, _code_of), (0, _name_of)):
            found = pl.Series([read(text, known) for text in texts], dtype=pl.String)
            score = (int(found.is_not_null().sum()), rank)
            if score[0] and (best is None or score > best[0]):
                best = (score, header, found)
    if best is None:
        raise UsageProblem(
            zh=f"--boundaries:{path.name} 没有哪一列是杭州的县级代码(如 330122)或中文名(如 桐庐县);"
            f"它的列:{', '.join(delivery.headers)}。加一列代码后重试",
            en=f"--boundaries: no column of {path.name} holds county codes of Hangzhou (330122) or "
            f"Chinese names (桐庐县); its columns: {', '.join(delivery.headers)}. Add a column of "
            "codes and try again",
        )
    return best[1], best[2]


def _plain(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return unicodedata.normalize("NFKC", "" if value is None else str(value)).strip()


def _code_of(text: str, known: _Known) -> str | None:
    digits = text.removesuffix(".0")
    county = digits[:_CODE_DIGITS]
    whole = len(digits) == _CODE_DIGITS or len(digits) in _LONGER_DIGITS
    return county if whole and digits.isdigit() and county in known.codes else None


def _name_of(text: str, known: _Known) -> str | None:
    return known.names.get(text.removeprefix("浙江省").removeprefix("杭州市"))


def _boundaries(
    path: Path, frame: pl.DataFrame, delivery: Delivery, column: str, known: _Known
) -> Boundaries:
    notes = list(delivery.notes)
    lost = frame.filter(pl.col("_as_written").is_null())
    if lost.height:
        told = "、".join(_plain(value) or "–" for value in lost[column].to_list()[:_SHOWN])
        notes.append(
            (
                f"{path.name}:{lost.height} 个图形的 {column}({told})不是杭州的县,未用",
                f"{path.name}: {lost.height} geometries whose {column} ({told}) is no county of "
                "Hangzhou are not used",
            )
        )
    kept = frame.drop_nulls("_as_written")
    written = Counter(kept["_as_written"].to_list())
    notes += [
        (
            f"{path.name}:已撤销的 {code} 归入 {known.codes[code]}",
            f"{path.name}: {code}, which was abolished, is drawn as {known.codes[code]}",
        )
        for code in sorted(written)
        if known.codes[code] != code
    ]
    rows = kept.select(
        pl.col("_as_written").replace_strict(known.codes).alias("region_code"),
        pl.lit(delivery.crs or None, pl.String).alias("crs"),
        pl.col(GEOMETRY).alias("geometry_wkb"),
        pl.col(GEOMETRY_AREA).alias("boundary_area_ha"),
        pl.col(ROW).alias("row"),
    )
    marked = [header for header in delivery.headers if header.casefold() in _MARKS]
    simulated = any(frame[header].cast(pl.String).is_in(["true", "1"]).any() for header in marked)
    return Boundaries(rows, frozenset(written), column, simulated, notes)
