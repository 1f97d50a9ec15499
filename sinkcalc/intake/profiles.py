"""How the columns of a delivery are to be understood; declared in a TOML file, never guessed."""

import difflib
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from sinkcalc.errors import UsageProblem
from sinkcalc.intake.column_rules import (
    ColumnRule,
    parse_rule,
    require_classes,
)
from sinkcalc.intake.kinds import STANDS, TREES, TableKind, kind_named
from sinkcalc.intake.occasions import Occasions, TallyArea, parse_occasions, parse_tally
from sinkcalc.intake.profile_keys import require_known_keys
from sinkcalc.resources import parameter_dir


@dataclass(frozen=True)
class Profile:
    """One way of delivering the rows of a table.

    Attributes
    ----------
    kind
        The table.
    id_columns
        Headers that name a row together, as a stand.
    id_optional
        Headers that are added to the name where they are not empty.
    needed
        Headers without which a file is not of this profile, beside those of needed columns.
    recognised_by
        Headers that tell this profile from others that fit the same file.
    columns
        Stored column -> rule.
    aliases
        Header -> other names it goes by.
    constants
        Stored column -> value for every row, in the stored unit.
    constant_headers
        Header of a column that a constant takes the place of -> the constant.
    occasions, occasion
        What is written otherwise on some occasions of permanent plots; the one that is read.
    tally
        Areas on which trees are tallied by diameter.
    definition
        Whose way of counting its files follow, of `vocabulary.DEFINITIONS`; empty if not said.
    simulated_mark
        A remark that begins with it marks the row as simulated.
    """

    name: str
    sha256: str
    id_columns: tuple[str, ...]
    columns: dict[str, ColumnRule]
    constants: dict[str, str]
    kind: TableKind = STANDS
    simulated_mark: str = ""
    definition: str = ""
    id_optional: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    recognised_by: tuple[str, ...] = ()
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constant_headers: Mapping[str, str] = field(default_factory=dict)
    occasions: Occasions | None = None
    occasion: str = ""
    tally: tuple[TallyArea, ...] = ()
    title_zh: str = ""
    title_en: str = ""

    @property
    def headers(self) -> list[str]:
        """Every header the profile reads, once; a constant takes the place of its column."""
        columns = [rule.header for name, rule in self.columns.items() if name not in self.constants]
        ids = [h for h in self.id_columns if h not in self.constant_headers]
        told = [self.occasions.header] if self.occasions and self.occasions.header else []
        return list(dict.fromkeys([*ids, *self.id_optional, *columns, *told, *self.needed]))

    def required_headers(self) -> list[str]:
        """Headers without which a file cannot be read by this profile."""
        needed = [
            self.columns[column].header
            for column in self.kind.required
            if column in self.columns and column not in self.constants
        ]
        ids = [header for header in self.id_columns if header not in self.constant_headers]
        return list(dict.fromkeys([*ids, *needed, *self.needed]))

    def on_occasion(self, occasion: str) -> "Profile":
        """Return the profile as it reads the rows of one occasion."""
        if self.occasions is None:
            return self
        own = {
            column: replace(rule, header=self.columns[column].header)
            for column, rule in self.occasions.rules(occasion).items()
            if column in self.columns
        }
        return replace(self, columns=self.columns | own, occasion=occasion)

    def with_constant(self, column: str, value: str) -> "Profile":
        """Return the profile with one value for every row."""
        rule = self.columns.get(column)
        headers = {} if rule is None else {rule.header: value}
        return replace(
            self,
            constants=self.constants | {column: value},
            constant_headers={**self.constant_headers, **headers},
        )

    def require_table(self, kind: TableKind) -> None:
        """Refuse to read another table by this profile.

        Raises
        ------
        UsageProblem
            With the profiles that serve it.
        """
        if self.kind is kind:
            return
        listed = ", ".join(profile.name for profile in profiles_of(kind))
        raise UsageProblem(
            zh=f"配置 {self.name} 是 {self.kind.name} 的,不能读 {kind.name};请用 {listed},"
            f'或在自己的配置中写 table = "{kind.name}"',
            en=f"profile {self.name} is one of {self.kind.name} and does not read {kind.name}; "
            f'use {listed}, or write table = "{kind.name}" in a profile of your own',
        )


def shipped_profiles() -> dict[str, Path]:
    """Return the profiles of `parameters/profiles` by name."""
    folder = parameter_dir() / "profiles"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


@cache
def profiles_of(kind: TableKind) -> tuple[Profile, ...]:
    """Return the shipped profiles of a table."""
    profiles = (load_profile(name) for name in shipped_profiles())
    return tuple(profile for profile in profiles if profile.kind is kind)


def load_profile(name: str) -> Profile:
    """Read a shipped profile by name, or a user's own by the path of its TOML file.

    Raises
    ------
    UsageProblem
        If it does not exist, is no TOML, or says something that is not understood.
    """
    path = _find(name, Path())
    data, digest = _read(path, ())
    return _parse(data, path, digest)


def _find(name: str, folder: Path) -> Path:
    shipped = shipped_profiles()
    path = shipped.get(name, folder / name)
    if not path.is_file():
        raise UsageProblem(
            zh=f"没有配置 {name};可用:{', '.join(shipped)},或给出 TOML 文件路径",
            en=f"there is no profile {name}; use {', '.join(shipped)}, or the path of a TOML file",
        )
    return path


def _read(path: Path, chain: tuple[Path, ...]) -> tuple[dict[str, Any], str]:
    """Read a profile on top of the one it extends; the hash covers both."""
    raw = path.read_bytes()
    try:
        data = tomllib.loads(raw.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageProblem(
            zh=f"配置 {path} 不是有效的 TOML(须为 UTF-8):{error}。改正该处",
            en=f"profile {path} is no TOML in UTF-8: {error}. Correct that place",
        ) from None
    require_known_keys(data, path)
    digest = hashlib.sha256(raw.replace(b"\r\n", b"\n")).hexdigest()
    if "extends" not in data:
        return data, digest
    base_path = _find(data["extends"], path.parent)
    if base_path.resolve() in (path.resolve(), *chain):
        raise UsageProblem(
            zh=f"配置 {path} 的 extends 绕回了自身;请改为另一个配置的名称",
            en=f"profile {path} extends itself in a circle; name another profile there",
        )
    base, base_digest = _read(base_path, (*chain, path.resolve()))
    merged = base | data
    for section in ("aliases", "constants"):
        merged[section] = base.get(section, {}) | data.get(section, {})
    columns = base.get("columns", {})
    own = data.get("columns", {})
    merged["columns"] = columns | {
        column: columns.get(column, {}) | entry if isinstance(entry, dict) else entry
        for column, entry in own.items()
    }
    # what names the base and tells it from others does not name and tell this one
    merged["name"] = data.get("name", path.stem)
    merged["recognised_by"] = data.get("recognised_by", [])
    return merged, hashlib.sha256((base_digest + digest).encode()).hexdigest()


def _require_fitting(data: dict[str, Any], kind: TableKind, path: Path) -> None:
    """Refuse keys that mean nothing in a table."""
    if not kind.names_itself and not data.get("id_columns"):
        raise UsageProblem(
            zh=f"配置 {path} 缺少 id_columns:写出合成 {kind.id_column} 的列",
            en=f"profile {path} lacks id_columns: name the columns that make {kind.id_column}",
        )
    allowed = {"occasions": bool(kind.compared), "tally": kind is TREES}
    wrong = [key for key, fits in allowed.items() if key in data and not fits]
    if wrong:
        raise UsageProblem(
            zh=f"配置 {path}:{wrong[0]} 不能用于 {kind.name};请删去",
            en=f"profile {path}: {wrong[0]} has no meaning in {kind.name}; remove it",
        )


def _parse(data: dict[str, Any], path: Path, digest: str) -> Profile:
    kind = kind_named(data.get("table", STANDS.name), path)
    columns = {}
    for column, entry in data.get("columns", {}).items():
        if column not in kind.columns:
            near = difflib.get_close_matches(column, kind.columns, n=1)
            hint = near[0] if near else ", ".join(kind.columns)
            raise UsageProblem(
                zh=f"配置 {path}:不认识的列 {column};是否指 {hint}?",
                en=f"profile {path}: column {column} is not known; did you mean {hint}?",
            )
        columns[column] = parse_rule(column, entry, path)
    _require_fitting(data, kind, path)
    require_classes(columns, kind, path)
    given = data.get("constants", {}).items()  # true of TOML is the word of a yes-or-no column
    constants = {k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in given}
    if missing := [c for c in kind.required if c not in columns and c not in constants]:
        listed = ", ".join(missing)
        raise UsageProblem(
            zh=f"配置 {path} 缺少 {listed};在 [columns] 中写出它的列,或在 [constants] 中给一个值",
            en=f"profile {path} lacks {listed}: name its column under [columns], or give a value "
            "under [constants]",
        )
    if unknown := [c for c in constants if c not in kind.columns]:
        listed, known = ", ".join(unknown), ", ".join(kind.columns)
        raise UsageProblem(
            zh=f"配置 {path}:[constants] 中不认识 {listed};请用:{known}",
            en=f"profile {path}: [constants] does not know {listed}; use {known}",
        )
    return Profile(
        name=str(data.get("name", path.stem)),
        sha256=digest,
        id_columns=tuple(map(str, data.get("id_columns", ()))),
        columns=columns,
        constants=constants,
        kind=kind,
        occasions=parse_occasions(data.get("occasions"), data.get("columns", {}), path),
        tally=parse_tally(data.get("tally", []), path),
        constant_headers={columns[c].header: v for c, v in constants.items() if c in columns},
        simulated_mark=str(data.get("simulated_mark", "")),
        definition=data.get("definition", ""),
        id_optional=tuple(map(str, data.get("id_optional", ()))),
        needed=tuple(map(str, data.get("needed", ()))),
        recognised_by=tuple(map(str, data.get("recognised_by", ()))),
        aliases=_aliases(data.get("aliases", {})),
        title_zh=str(data.get("title_zh", "")),
        title_en=str(data.get("title_en", "")),
    )


def _aliases(given: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    return {
        header: tuple(map(str, names if isinstance(names, list) else [names]))
        for header, names in given.items()
    }
