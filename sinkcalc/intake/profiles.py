"""How the columns of a delivery are to be understood; declared in a TOML file, never guessed."""

import difflib
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import UsageProblem
from sinkcalc.resources import parameter_dir
from sinkcalc.units import NUMERIC_COLUMNS, factor_to_stored
from sinkcalc.vocabulary import VEGETATION_CLASSES

TEXT_COLUMNS: Final = ("region_code", "township_code", "record_year", "remark")
CODED_COLUMNS: Final = ("vegetation_class", "economic_mark", "species", "origin", "age_group")
REQUIRED_COLUMNS: Final = ("region_code", "vegetation_class", "area_ha")
_KNOWN: Final = (*TEXT_COLUMNS, *CODED_COLUMNS, *NUMERIC_COLUMNS)
_KEYS: Final = {
    "name": str,
    "extends": str,
    "title_zh": str,
    "title_en": str,
    "id_columns": list,
    "id_optional": list,
    "recognised_by": list,
    "simulated_mark": str,
    "columns": dict,
    "aliases": dict,
    "constants": dict,
}
_RULE_KEYS: Final = {"header", "unit", "code_set", "codes", "classes", "unknown", "empty"}


@dataclass(frozen=True)
class ColumnRule:
    """Where one stored column comes from.

    Attributes
    ----------
    header
        Column of the delivery.
    unit, factor
        Unit of the delivery and its factor to the stored unit (numbers only).
    code_set
        Name in `code_sets.csv`; None where the delivery writes this program's words.
    codes
        Codes of the delivery's own, code -> word; they go before the code set.
    classes
        Vegetation classes in which the column is read; empty for all.
    empty
        Texts that mean that nothing is recorded.
    ignore_unknown
        An unknown code is no error and reads as empty.
    """

    header: str
    unit: str = ""
    factor: float = 1.0
    code_set: str | None = None
    codes: Mapping[str, str] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    ignore_unknown: bool = False


@dataclass(frozen=True)
class Profile:
    """One way of delivering stands.

    Attributes
    ----------
    id_columns
        Headers that name a stand together.
    id_optional
        Headers that are added to the name where they are not empty.
    recognised_by
        Headers that tell this profile from others that fit the same file.
    columns
        Stored column -> rule.
    aliases
        Header -> other names it goes by.
    constants
        Stored column -> value for every row, in the stored unit.
    simulated_mark
        A remark that begins with it marks the stand as simulated.
    """

    name: str
    sha256: str
    id_columns: tuple[str, ...]
    columns: dict[str, ColumnRule]
    constants: dict[str, str]
    simulated_mark: str = ""
    id_optional: tuple[str, ...] = ()
    recognised_by: tuple[str, ...] = ()
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    title_zh: str = ""
    title_en: str = ""

    @property
    def headers(self) -> list[str]:
        """Every header the profile reads, once; a constant takes the place of its column."""
        columns = [rule.header for name, rule in self.columns.items() if name not in self.constants]
        return list(dict.fromkeys([*self.id_columns, *self.id_optional, *columns]))

    def required_headers(self) -> list[str]:
        """Headers without which a file cannot be read by this profile."""
        needed = [
            self.columns[column].header
            for column in REQUIRED_COLUMNS
            if column in self.columns and column not in self.constants
        ]
        return list(dict.fromkeys([*self.id_columns, *needed]))


def shipped_profiles() -> dict[str, Path]:
    """Return the profiles of `parameters/profiles` by name."""
    folder = parameter_dir() / "profiles"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


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
            zh=f"配置 {path} 不是有效的 TOML(须为 UTF-8):{error}",
            en=f"profile {path} is no TOML in UTF-8: {error}",
        ) from None
    _require_known_keys(data, path)
    digest = hashlib.sha256(raw.replace(b"\r\n", b"\n")).hexdigest()
    if "extends" not in data:
        return data, digest
    base_path = _find(data["extends"], path.parent)
    if base_path.resolve() in (path.resolve(), *chain):
        raise UsageProblem(
            zh=f"配置 {path} 的 extends 绕回了自身", en=f"profile {path} extends itself in a circle"
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
    # what tells the base from others does not tell this one
    merged["recognised_by"] = data.get("recognised_by", [])
    return merged, hashlib.sha256((base_digest + digest).encode()).hexdigest()


def _require_known_keys(data: dict[str, Any], path: Path) -> None:
    for key, value in data.items():
        if key not in _KEYS:
            hint = (difflib.get_close_matches(key, _KEYS, n=1) or [", ".join(_KEYS)])[0]
            raise UsageProblem(
                zh=f"配置 {path}:不认识的键 {key};是否指 {hint}?",
                en=f"profile {path}: key {key} is not known; did you mean {hint}?",
            )
        if not isinstance(value, _KEYS[key]):
            kind_zh, kind_en = {dict: ("表", "a table"), list: ("列表", "a list")}.get(
                _KEYS[key], ("文字", "text")
            )
            raise UsageProblem(
                zh=f"配置 {path}:{key} 须为{kind_zh}", en=f"profile {path}: {key} must be {kind_en}"
            )


def _parse(data: dict[str, Any], path: Path, digest: str) -> Profile:
    columns = {}
    for column, entry in data.get("columns", {}).items():
        if column not in _KNOWN:
            near = difflib.get_close_matches(column, _KNOWN, n=1)
            hint = near[0] if near else ", ".join(_KNOWN)
            raise UsageProblem(
                zh=f"配置 {path}:不认识的列 {column};是否指 {hint}?",
                en=f"profile {path}: column {column} is not known; did you mean {hint}?",
            )
        columns[column] = _rule(column, entry, path)
    constants = {k: str(v) for k, v in data.get("constants", {}).items()}
    missing = [c for c in REQUIRED_COLUMNS if c not in columns and c not in constants]
    unknown = [c for c in constants if c not in _KNOWN]
    if missing or unknown:
        raise UsageProblem(
            zh=f"配置 {path}:缺少列 {missing} 或有不认识的常量 {unknown}",
            en=f"profile {path}: columns {missing} are missing, or constants {unknown} unknown",
        )
    return Profile(
        name=str(data.get("name", path.stem)),
        sha256=digest,
        id_columns=tuple(map(str, data.get("id_columns", ()))),
        columns=columns,
        constants=constants,
        simulated_mark=str(data.get("simulated_mark", "")),
        id_optional=tuple(map(str, data.get("id_optional", ()))),
        recognised_by=tuple(map(str, data.get("recognised_by", ()))),
        aliases={
            header: tuple(map(str, names if isinstance(names, list) else [names]))
            for header, names in data.get("aliases", {}).items()
        },
        title_zh=str(data.get("title_zh", "")),
        title_en=str(data.get("title_en", "")),
    )


def _rule(column: str, entry: dict[str, Any], path: Path) -> ColumnRule:
    if (
        not isinstance(entry, dict)
        or "header" not in entry
        or set(entry) - _RULE_KEYS
        or set(entry.get("classes", ())) - set(VEGETATION_CLASSES)
        or entry.get("unknown", "ignore") != "ignore"
        or not isinstance(entry.get("codes", {}), dict)
        or not isinstance(entry.get("empty", []), list)
    ):
        raise UsageProblem(
            zh=f"配置 {path}:列 {column} 需要 header,只能再有 {sorted(_RULE_KEYS - {'header'})};"
            'classes 须为植被类别,codes 为 { 代码 = "词" },empty 为列表,unknown 只能是 "ignore"',
            en=f"profile {path}: column {column} needs a header and may have "
            f"{sorted(_RULE_KEYS - {'header'})} besides; classes are vegetation classes, "
            'codes is { code = "word" }, empty a list, unknown can only be "ignore"',
        )
    code_set = entry.get("code_set")
    sets = load_table("code_sets").rows["code_set"].unique().to_list()
    if code_set is not None and code_set not in sets:
        raise UsageProblem(
            zh=f"配置 {path}:没有代码表 {code_set};可用:{', '.join(sorted(sets))}",
            en=f"profile {path}: there is no code set {code_set}; use {', '.join(sorted(sets))}",
        )
    numeric = column in NUMERIC_COLUMNS
    return ColumnRule(
        header=str(entry["header"]),
        unit=str(entry.get("unit", "")),
        factor=factor_to_stored(column, str(entry.get("unit", ""))) if numeric else 1.0,
        code_set=code_set,
        codes={str(k): str(v) for k, v in entry.get("codes", {}).items()},
        classes=tuple(entry.get("classes", ())),
        empty=tuple(map(str, entry.get("empty", ()))),
        ignore_unknown=entry.get("unknown") == "ignore",
    )
