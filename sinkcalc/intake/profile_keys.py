"""What a profile may say beside its columns."""

import difflib
from pathlib import Path
from typing import Any, Final

from sinkcalc.errors import UsageProblem
from sinkcalc.vocabulary import DEFINITIONS

_KEYS: Final = {
    "name": str,
    "table": str,
    "extends": str,
    "title_zh": str,
    "title_en": str,
    "id_columns": list,
    "id_optional": list,
    "needed": list,
    "recognised_by": list,
    "simulated_mark": str,
    "definition": str,
    "columns": dict,
    "aliases": dict,
    "constants": dict,
    "occasions": dict,
    "tally": list,
}


def require_known_keys(data: dict[str, Any], path: Path) -> None:
    """Refuse a key that no profile has, or one that holds another kind of thing.

    Raises
    ------
    UsageProblem
        With the nearest key, or with what it must be.
    """
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
    _require_definition(data.get("definition", ""), path)


def _require_definition(name: str, path: Path) -> None:
    """Refuse a definition that no survey follows."""
    if name and name not in DEFINITIONS:
        listed = ", ".join(DEFINITIONS)
        raise UsageProblem(
            zh=f"配置 {path}:不认识的口径 definition = {name};可用:{listed}",
            en=f"profile {path}: definition {name} is not known; use {listed}",
        )
