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
}


@dataclass(frozen=True)
class Pack:
    """A methodology: its rules, pools, equations, parameters and discounts.

    Attributes
    ----------
    code
        As `AR-CM-001-V01`.
    standing
        `in_force`, `historic` or `placeholder`.
    about
        The whole `pack.toml`.
    tables
        Name of `PACK_TABLES` -> rows; equations begin with those of the folders in `uses`.
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


@cache
def load_pack(code: str) -> Pack:
    """Read a pack.

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
    folders = [*about.get("uses", []), code]
    tables = {name: pl.concat([_table(folder, name) for folder in folders]) for name in PACK_TABLES}
    return Pack(
        code=code,
        title_zh=about["title_zh"],
        title_en=about["title_en"],
        standing=about["standing"],
        version=about["version"],
        about=about,
        tables=tables,
    )


def _about(folder: str) -> dict[str, Any]:
    return tomllib.loads((_folder() / folder / PACK_FILE).read_text(encoding="utf-8"))


def _table(folder: str, name: str) -> pl.DataFrame:
    path = _folder() / folder / f"{name}.csv"
    columns = PACK_TABLES[name]
    if path.is_file():
        digest = hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
        if digest != _about(folder)["sha256"].get(name):
            raise UsageProblem(
                zh=f"方法学包 {folder} 的 {name}.csv 与 {PACK_FILE} 中的 sha256 不符:内容已改",
                en=f"{name}.csv of the pack {folder} differs from the sha256 in {PACK_FILE}: it "
                "was changed",
            )
        rows = pl.read_csv(path, infer_schema=False)
    else:
        rows = pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    rows = rows.with_columns(
        pl.lit(None, pl.String).alias(column) for column in columns if column not in rows.columns
    )
    kinds = PARAMETER_COLUMNS if name == "parameters" else dict.fromkeys(columns, pl.String)
    return rows.select(pl.col(column).cast(kinds[column]) for column in columns)
