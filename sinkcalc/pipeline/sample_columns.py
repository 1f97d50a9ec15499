"""Which columns of a table of samples hold size, biomass, group and site."""

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.calibration.model import Kind
from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import UsageProblem

# in place of the name of a column: do without one
NO_COLUMN: Final = "-"
_OPTIONAL: Final = ("group", "site", "carbon_kind", "carbon_source", "origin", "area")
# option of the command that names the column of a role
_OPTION: Final = {
    ("volume-biomass", "x"): "--volume",
    ("tree-biomass", "x"): "--dbh",
    ("tree-biomass", "h"): "--height",
    ("wetland-carbon", "x"): "--organic-matter",
    ("wetland-carbon", "y"): "--carbon",
    ("wetland-bulk-density", "x"): "--organic-matter",
    ("wetland-bulk-density", "y"): "--bulk-density",
    ("growth", "x"): "--age",
    ("growth", "y"): "--volume",
}


@dataclass(frozen=True)
class Role:
    """What a column is wanted for.

    Attributes
    ----------
    role
        `x`, `y`, `h`, `group` or `site`.
    name
        Name by default.
    unit
        Of its figures; none for words.
    """

    role: str
    name: str
    unit: str
    aliases: tuple[str, ...]
    units: tuple[str, ...]

    def headers(self, names: list[str]) -> list[str]:
        """Return the columns that go by the name or an alias, with or without the unit."""
        known = [_plain(name) for name in (self.name, *self.aliases)]
        units = [_plain(unit) for unit in self.units]
        found = [
            (known.index(stem), name) for name in names if (stem := _stem(name, units)) in known
        ]
        return [name for _, name in sorted(found, key=lambda pair: pair[0])]

    def in_other_units(self, names: list[str]) -> list[tuple[str, str]]:
        """Return the columns that go by the name or an alias in another unit, with that unit."""
        known = [_plain(name) for name in (self.name, *self.aliases)]
        units = [_plain(unit) for unit in self.units]
        parts = [(name, *_parts(name)) for name in names]
        return [(name, unit) for name, stem, unit in parts if stem in known and unit not in units]


def roles_of(kind: Kind) -> list[Role]:
    """Return the columns that samples of a kind have."""
    rows = load_table("sample_columns").rows.filter(pl.col("kind") == kind)
    return [
        Role(
            row["role"],
            row["column"],
            row["unit"] or "",
            tuple((row["aliases"] or "").split("|")),
            tuple((row["units"] or "").split("|")),
        )
        for row in rows.iter_rows(named=True)
    ]


def is_known(kind: Kind, asked: dict[str, str | None], text: str) -> bool:
    """Tell whether a text may be the name of a column of samples."""
    named = {_plain(name) for name in asked.values() if name}
    return _plain(text) in named or any(role.headers([text]) for role in roles_of(kind))


def find_columns(
    path: Path, kind: Kind, asked: dict[str, str | None], names: list[str], *, height: bool | None
) -> dict[str, str]:
    """Find the column of each role.

    Parameters
    ----------
    asked
        Role -> column that the user named; `NO_COLUMN` for none.
    names
        Columns of the file.
    height
        Whether a height is needed; None: taken where there is one.

    Returns
    -------
    Role -> column.

    Raises
    ------
    UsageProblem
        If a column that is needed or named is not there, or one serves two roles.
    """
    found: dict[str, str] = {}
    missing: list[Role] = []
    for role in roles_of(kind):
        name = asked.get(role.role)
        if role.role == "h" and height is False:
            continue
        if name == NO_COLUMN and role.role in _OPTIONAL:
            continue
        if name is not None:
            found[role.role] = _named(path, name, names)
            continue
        taken = role.headers(names)
        if taken:
            found[role.role] = taken[0]
        elif role.role not in _OPTIONAL and (role.role != "h" or height is True):
            missing.append(role)
    if missing:
        raise _missing(path, kind, missing, names, list(found.values()))
    _require_apart(path, kind, found)
    return found


def _named(path: Path, name: str, names: list[str]) -> str:
    plain = {_plain(header): header for header in reversed(names)}
    if _plain(name) in plain:
        return plain[_plain(name)]
    near = difflib.get_close_matches(_plain(name), plain, n=1)
    listed = ", ".join(names)
    if near:
        raise UsageProblem(
            zh=f"{path.name} 没有列 {name};是不是 {plain[near[0]]}?现有列:{listed}",
            en=f"{path.name} has no column {name}; did you mean {plain[near[0]]}? It has {listed}",
        )
    raise UsageProblem(
        zh=f"{path.name} 没有列 {name};现有列:{listed}",
        en=f"{path.name} has no column {name}; it has {listed}",
    )


def _missing(
    path: Path, kind: Kind, roles: list[Role], names: list[str], taken: list[str]
) -> UsageProblem:
    """Say of every column that is missing what it may be called, and why one was not taken."""
    free = [name for name in names if name not in taken]
    told = [_wanted(kind, role, free) for role in roles]
    listed = ", ".join(names)
    return UsageProblem(
        zh=f"{path.name} 没有列 {';'.join(zh for zh, _ in told)}。现有列:{listed}",
        en=f"{path.name} has no column {'; '.join(en for _, en in told)}. The file has {listed}",
    )


def _wanted(kind: Kind, role: Role, names: list[str]) -> tuple[str, str]:
    option = _OPTION.get((kind, role.role), "--biomass")
    aliases = "\u3001".join(role.aliases)
    zh = f"{role.name}({role.unit};也可写作 {aliases};或用 {option} 列名 指定)"
    en = f"{role.name} ({role.unit}; also read as {', '.join(role.aliases)}; or name it with "
    en += f"{option} COL)"
    strange = role.in_other_units(names)
    if strange:
        header, unit = strange[0]
        return (
            f"{zh},{header} 没有读,因为括号中的单位 {unit} 不是 {role.unit}:请换算后改写单位",
            f"{en}, {header} was not read because its unit {unit} is not {role.unit}: convert "
            "the figures and write that unit",
        )
    plain = {_plain(header): header for header in reversed(names)}
    near = difflib.get_close_matches(_plain(role.name), plain, n=1)
    if near:
        return f"{zh}(是不是 {plain[near[0]]}?)", f"{en} (did you mean {plain[near[0]]}?)"
    return zh, en


def _require_apart(path: Path, kind: Kind, found: dict[str, str]) -> None:
    for role, name in found.items():
        others = [other for other, same in found.items() if same == name and other != role]
        if others:
            raise UsageProblem(
                zh=f"{path.name} 的列 {name} 被同时指定为两项;请为每项指定不同的列",
                en=f"column {name} of {path.name} is named twice: name another column for one of "
                "them",
            )


def _plain(text: str) -> str:
    return text.strip().casefold()


def _stem(name: str, units: list[str]) -> str:
    """Return a header without the unit in brackets behind it; another unit is left on."""
    stem, unit = _parts(name)
    return stem if unit in units else _halfwidth(name)


def _parts(name: str) -> tuple[str, str]:
    """Return a header without what stands in brackets behind it, and what stands there."""
    plain = _halfwidth(name)
    stem, bracket, unit = plain.rpartition("(")
    return (stem.strip(), unit.rstrip(")").strip()) if bracket else (plain, "")


def _halfwidth(name: str) -> str:
    return _plain(name).replace("\uff08", "(").replace("\uff09", ")")
