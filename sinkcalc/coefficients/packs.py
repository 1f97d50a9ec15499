"""Packs of methodologies: `parameters/ccer/<code>/`, one table a kind of item."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import polars as pl

from sinkcalc.coefficients.table import PARAMETER_COLUMNS
from sinkcalc.errors import UsageProblem
from sinkcalc.resources import parameter_dir

PACK_FILE: Final = "pack.toml"
# where an item was read, and whether
MARKS: Final = ("source_id", "locator", "status", "evidence", "note")
# tables of a pack; one that is absent has no rows
PACK_TABLES: Final[dict[str, tuple[str, ...]]] = {
    "rules": ("item_id", "title_zh", "title_en", "expression", "reason_zh", "reason_en", *MARKS),
    "pools": (
        "item_id",
        "scenario",
        "pool",
        "gas",
        "included",
        "reason_zh",
        "reason_en",
        *MARKS,
    ),
    "equations": (
        "item_id",
        "level",
        "scenario",
        "form",
        "symbol",
        "expression",
        "unit",
        "title_zh",
        "title_en",
        "text_number",
        *MARKS,
    ),
    "parameters": tuple(PARAMETER_COLUMNS),
    "discounts": ("item_id", "uncertainty_max", "discount", *MARKS),
    # what the project has to give: of a stratum, or one figure for the project
    "inputs": (
        "item_id",
        "level",
        "symbol",
        "unit",
        "needed_with",
        "title_zh",
        "title_en",
        *MARKS,
    ),
}
HISTORIC: Final = "historic"
PLACEHOLDER: Final = "placeholder"
STANDINGS: Final = ("in_force", HISTORIC, PLACEHOLDER)
# name of a pool's switch: this and the pool
INCLUDE: Final = "include_"
# folder of the layout of the project design document's tables
_DESIGN_TABLES: Final = "pdd-tables"
_STAND_IN: Final = "not this methodology's text"


@dataclass(frozen=True)
class Pack:
    """A methodology: its rules, pools, equations, parameters, discounts and inputs.

    Attributes
    ----------
    code
        As `AR-CM-001-V01`.
    standing
        `in_force`, `historic` or `placeholder`.
    about
        The whole `pack.toml`.
    tables
        Name of `PACK_TABLES` -> rows, those of the folders in `uses` first. The id of a shared
        row begins with the pack's code, so that it is verified for each pack by itself; a row of
        the pack with the same id stands in its place.
    """

    code: str
    title_zh: str
    title_en: str
    standing: str
    version: str
    about: Mapping[str, Any]
    tables: Mapping[str, pl.DataFrame]


def _folder() -> Path:
    return parameter_dir() / "ccer"


@cache
def pack_codes() -> tuple[str, ...]:
    """Return the codes of the shipped methodologies."""
    found = [path.parent.name for path in _folder().glob(f"*/{PACK_FILE}")]
    return tuple(sorted(code for code in found if "standing" in _about(code)))


def load_pack(code: str) -> Pack:
    """Read a pack that a project can be computed with.

    Raises
    ------
    UsageProblem
        If there is none of this code, it is a placeholder, or a table differs from the hash in
        `pack.toml`.
    """
    pack = read_pack(code)
    if pack.standing == PLACEHOLDER:
        raise UsageProblem(
            zh=f"{code} 只是占位,不能用于项目:{pack.about['why_zh']}",
            en=f"{code} is a placeholder, no project can use it: {pack.about['why_en']}",
        )
    return pack


@cache
def read_pack(code: str) -> Pack:
    """Read a pack of any standing.

    Raises
    ------
    UsageProblem
        If there is none of this code, or a table differs from the hash in `pack.toml`.
    """
    if code not in pack_codes():
        listed = ", ".join(pack_codes())
        raise UsageProblem(
            zh=f"没有方法学 {code};可用:{listed}",
            en=f"there is no methodology {code}; use one of: {listed}",
        )
    about = _about(code)
    return Pack(
        code=code,
        title_zh=about["title_zh"],
        title_en=about["title_en"],
        standing=about["standing"],
        version=about["version"],
        about=about,
        tables={name: _composed(code, name, about) for name in PACK_TABLES},
    )


def _about(folder: str) -> dict[str, Any]:
    return tomllib.loads((_folder() / folder / PACK_FILE).read_text(encoding="utf-8"))


def _composed(code: str, name: str, about: Mapping[str, Any]) -> pl.DataFrame:
    """Put the shared rows before the pack's own, or the pack's own in their place."""
    key = key_of(name)
    shared = [
        row | {key: f"{code}.{row[key]}"}
        for folder in about.get("uses", [])
        for row in _table(folder, name).iter_rows(named=True)
    ]
    own = _table(code, name)
    # a row of the same id takes the place of the one before
    rows = {row[key]: row for row in (*shared, *own.iter_rows(named=True))}
    ordered = pl.DataFrame(list(rows.values()), schema=own.schema)
    stands_in = pl.col("source_id").is_in(list(about.get("analogues", [])))
    remark = pl.concat_str(pl.lit(_STAND_IN), pl.col("note"), separator="; ", ignore_nulls=True)
    return ordered.with_columns(pl.when(stands_in).then(remark).otherwise("note").alias("note"))


def key_of(name: str) -> str:
    """Return the column that names the rows of a table of a pack."""
    return "parameter_id" if name == "parameters" else "item_id"


def _table(folder: str, name: str) -> pl.DataFrame:
    columns = PACK_TABLES[name]
    path = _folder() / folder / f"{name}.csv"
    rows = (
        _sealed(folder, name)
        if path.is_file()
        else pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    )
    rows = rows.with_columns(
        pl.lit(None, pl.String).alias(column) for column in columns if column not in rows.columns
    )
    kinds = PARAMETER_COLUMNS if name == "parameters" else dict.fromkeys(columns, pl.String)
    return rows.select(pl.col(column).cast(kinds[column]) for column in columns)


def _sealed(folder: str, name: str) -> pl.DataFrame:
    path = _folder() / folder / f"{name}.csv"
    digest = hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
    if digest != _about(folder)["sha256"].get(name):
        raise UsageProblem(
            zh=f"方法学包 {folder} 的 {name}.csv 与 {PACK_FILE} 中的 sha256 不符:内容已改",
            en=f"{name}.csv of the pack {folder} differs from the sha256 in {PACK_FILE}: it was "
            "changed",
        )
    return pl.read_csv(path, infer_schema=False)


@cache
def load_pdd_tables() -> pl.DataFrame:
    """Return the layout of the tables of the project design document.

    Returns
    -------
    `table`, `section`, `table_title_zh`, `table_title_en`, `place` (of the column, from 1),
    `column`, `title_zh`, `title_en`, `source_id`, `locator`, `status`, `evidence`.

    Raises
    ------
    UsageProblem
        If a table differs from the hash in `pack.toml`.
    """
    columns = _sealed(_DESIGN_TABLES, "columns").with_columns(pl.col("place").cast(pl.Int64))
    tables = _sealed(_DESIGN_TABLES, "tables")
    joined = columns.join(tables, on="table", how="left", maintain_order="left")
    head = ("table", "section", "table_title_zh", "table_title_en")
    return joined.select(*head, pl.exclude(head))


@cache
def pack_parameters() -> pl.DataFrame:
    """Return the parameters of every pack, in the columns of `load.all_parameters`."""
    return pl.concat(
        read_pack(code).tables["parameters"].select(pl.lit(f"ccer/{code}").alias("table"), pl.all())
        for code in pack_codes()
    )


def pack_marks() -> pl.DataFrame:
    """Return `status` and `evidence` of every item of every pack; inputs have none."""
    return pl.concat(
        rows.select("status", "evidence")
        for code in pack_codes()
        for name, rows in read_pack(code).tables.items()
        if name != "inputs"
    )
