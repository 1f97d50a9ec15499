"""Errors a user can act on, in Chinese and English, and the exit codes they carry."""

import difflib
from collections.abc import Iterable
from typing import Literal

Lang = Literal["zh", "en"]

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_DATABASE = 3
EXIT_REJECTED = 4
EXIT_TARGET_MISSED = 5
EXIT_INTERRUPTED = 130


class SinkcalcError(Exception):
    """What went wrong, where, why, and what to do about it, in two languages.

    Parameters
    ----------
    zh, en
        The whole message in Chinese and in English.
    """

    exit_code = EXIT_FAILED

    def __init__(self, *, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en

    def text(self, lang: Lang) -> str:
        """Return the message in the language asked for."""
        return self.zh if lang == "zh" else self.en


class UsageProblem(SinkcalcError):
    """The command, an option, a profile or a parameter file is not usable."""

    exit_code = EXIT_USAGE


class DatabaseProblem(SinkcalcError):
    """The database cannot be opened or has another schema version."""

    exit_code = EXIT_DATABASE


class RowsRejected(SinkcalcError):
    """Input rows were rejected under ``--strict``; nothing was stored."""

    exit_code = EXIT_REJECTED


def did_you_mean(text: str, known: Iterable[str]) -> tuple[str, str]:
    """Return a hint in Chinese and English at the word that may be meant, or all of them."""
    words = list(known)
    near = difflib.get_close_matches(text, words, n=1)
    if near:
        return f"是否指 {near[0]}?", f"did you mean {near[0]}?"
    listed = ", ".join(words) or "–"
    return f"可用:{listed}", f"use one of: {listed}"
