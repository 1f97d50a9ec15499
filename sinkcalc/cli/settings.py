"""What every command knows: database, language, quietness, patience."""

import os
from dataclasses import dataclass
from pathlib import Path

from sinkcalc.errors import Lang


@dataclass(frozen=True)
class Settings:
    """Global options."""

    db: Path
    lang: Lang
    quiet: bool
    wait: float

    def say(self, zh: str, en: str) -> str:
        """Return the text in the chosen language."""
        return zh if self.lang == "zh" else en


def default_lang() -> Lang:
    """Return Chinese where the environment asks for it, else English."""
    for name in ("SINKCALC_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"
