"""How the columns of a delivery are to be understood; declared in a TOML file, never guessed."""

import difflib
import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import UsageProblem
from sinkcalc.resources import parameter_dir
from sinkcalc.units import NUMERIC_COLUMNS, factor_to_stored
from sinkcalc.vocabulary import VEGETATION_CLASSES

TEXT_COLUMNS: Final = ("region_code", "township_code", "remark")
CODED_COLUMNS: Final = ("vegetation_class", "economic_mark", "species", "origin", "age_group")
REQUIRED_COLUMNS: Final = ("region_code", "vegetation_class", "area_ha")
_KNOWN: Final = (*TEXT_COLUMNS, *CODED_COLUMNS, *NUMERIC_COLUMNS)


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
    classes
        Vegetation classes in which the code is read; empty for all.
    ignore_unknown
        An unknown code is no error and reads as empty.
    """

    header: str
    unit: str = ""
    factor: float = 1.0
    code_set: str | None = None
    classes: tuple[str, ...] = ()
    ignore_unknown: bool = False


@dataclass(frozen=True)
class Profile:
    """One way of delivering stands.

    Attributes
    ----------
    id_columns
        Headers that name a stand together.
    columns
        Stored column -> rule.
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
    simulated_mark: str

    @property
    def headers(self) -> list[str]:
        """Every header the profile reads, once."""
        return list(
            dict.fromkeys([*self.id_columns, *(rule.header for rule in self.columns.values())])
        )

    def required_headers(self) -> list[str]:
        """Headers without which a file cannot be read by this profile."""
        needed = [self.columns[c].header for c in REQUIRED_COLUMNS if c in self.columns]
        return [*self.id_columns, *needed]


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
    shipped = shipped_profiles()
    path = shipped.get(name, Path(name))
    if not path.is_file():
        raise UsageProblem(
            zh=f"没有配置 {name};可用:{', '.join(shipped)},或给出 TOML 文件路径",
            en=f"there is no profile {name}; use {', '.join(shipped)}, or the path of a TOML file",
        )
    raw = path.read_bytes()
    try:
        data = tomllib.loads(raw.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageProblem(
            zh=f"配置 {path} 不是有效的 TOML:{error}", en=f"profile {path} is no TOML: {error}"
        ) from None
    return _parse(data, path, hashlib.sha256(raw.replace(b"\r\n", b"\n")).hexdigest())


def _parse(data: dict[str, Any], path: Path, digest: str) -> Profile:
    sections = (data.get("columns", {}), data.get("constants", {}))
    if not all(isinstance(part, dict) for part in sections) or not isinstance(
        data.get("id_columns", []), list
    ):
        raise UsageProblem(
            zh=f"配置 {path}:columns 与 constants 须为表,id_columns 须为列表",
            en=f"profile {path}: columns and constants must be tables, id_columns a list",
        )
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
        id_columns=tuple(data.get("id_columns", ())),
        columns=columns,
        constants=constants,
        simulated_mark=str(data.get("simulated_mark", "")),
    )


def _rule(column: str, entry: dict[str, Any], path: Path) -> ColumnRule:
    allowed = {"header", "unit", "code_set", "classes", "unknown"}
    if (
        not isinstance(entry, dict)
        or "header" not in entry
        or set(entry) - allowed
        or set(entry.get("classes", ())) - set(VEGETATION_CLASSES)
        or entry.get("unknown", "ignore") != "ignore"
    ):
        raise UsageProblem(
            zh=f"配置 {path}:列 {column} 需要 header,只能再有 {sorted(allowed - {'header'})};"
            'classes 须为植被类别,unknown 只能是 "ignore"',
            en=f"profile {path}: column {column} needs a header and may have "
            f"{sorted(allowed - {'header'})} besides; classes are vegetation classes, "
            'unknown can only be "ignore"',
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
        classes=tuple(entry.get("classes", ())),
        ignore_unknown=entry.get("unknown") == "ignore",
    )


def detect_profile(headers: list[str], file: Path) -> Profile:
    """Return the shipped profile whose required headers the file has.

    Raises
    ------
    UsageProblem
        If none fits or several do; the nearest is named with what it lacks.
    """
    lacking = {}
    for name in shipped_profiles():
        profile = load_profile(name)
        lacking[name] = [h for h in profile.required_headers() if h not in headers]
    fits = [name for name, missing in lacking.items() if not missing]
    if len(fits) == 1:
        return load_profile(fits[0])
    if fits:
        raise UsageProblem(
            zh=f"{file.name} 符合多个配置:{', '.join(fits)};用 --profile 指定一个",
            en=f"{file.name} fits several profiles: {', '.join(fits)}; name one with --profile",
        )
    near = min(lacking, key=lambda name: len(lacking[name]))
    raise UsageProblem(
        zh=f"{file.name} 不符合任何配置。最接近的是 {near},缺列:{', '.join(lacking[near])}。"
        f"文件的列:{', '.join(headers)}。用 --profile 指定配置名或 TOML 文件",
        en=f"{file.name} fits no profile. Nearest is {near}, which lacks: "
        f"{', '.join(lacking[near])}. Columns of the file: {', '.join(headers)}. "
        "Name a profile or a TOML file with --profile",
    )


def require_headers(profile: Profile, headers: list[str], file: Path) -> None:
    """Refuse a file that lacks a column the profile needs.

    Raises
    ------
    UsageProblem
        With the nearest header for each missing one.
    """
    repeats = {h.casefold() for h in headers if h.endswith("__2")}
    twice = [h for h in profile.headers if f"{h}__2".casefold() in repeats]
    if twice:
        raise UsageProblem(
            zh=f"{file.name} 中列 {', '.join(twice)} 出现多次,不知取哪一列;请改名或删去多余的列",
            en=f"{file.name} has the column {', '.join(twice)} more than once: rename or remove "
            "the others",
        )
    missing = [h for h in dict.fromkeys(profile.required_headers()) if h not in headers]
    if not missing:
        return
    hints = []
    for header in missing:
        near = difflib.get_close_matches(header, headers, n=1, cutoff=0.5)
        hints.append(f"{header} → {near[0]}?" if near else header)
    raise UsageProblem(
        zh=f"{file.name} 缺少配置 {profile.name} 需要的列:{', '.join(hints)}。"
        "改正表头,或复制配置文件并修改 header",
        en=f"{file.name} lacks columns that profile {profile.name} needs: {', '.join(hints)}. "
        "Correct the header, or copy the profile and change its header entries",
    )
