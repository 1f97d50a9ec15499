"""Errors a user can act on, in Chinese and English, and the exit codes they carry."""

import difflib
import errno
from collections.abc import Iterable
from typing import Final, Literal

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


# a Chinese name of two characters of which one is wrong may be any of several names
_SHORT: Final = 2
_LATIN: Final = "\u02ff"


def did_you_mean(text: str, known: Iterable[str]) -> tuple[str, str]:
    """Return a hint in Chinese and English at the word that may be meant, or all of them."""
    words = list(known)
    # the beginning of one name alone is that name: CCER-14-001 is no CCER-14-003-V01
    begun = [word for word in words if text and word.startswith(text)]
    if len(text) == _SHORT and text > _LATIN:
        near = [word for word in words if len(word) == _SHORT and set(word) & set(text)]
    else:
        near = begun if len(begun) == 1 else difflib.get_close_matches(text, words, 1)
    if near:
        return f"是否指 {'、'.join(near)}?", f"did you mean {', '.join(near)}?"
    listed = ", ".join(words) or "–"
    return f"可用:{listed}", f"use one of: {listed}"


_REASONS: Final = {
    errno.ENOENT: "没有这个文件或文件夹,检查路径",
    errno.EACCES: "没有权限,或文件在别的程序(如 Excel)中打开:关闭后重试",
    errno.EPERM: "没有权限,或文件在别的程序(如 Excel)中打开:关闭后重试",
    errno.EBUSY: "文件在别的程序(如 Excel)中打开:关闭后重试",
    errno.EISDIR: "这是文件夹,不是文件",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EEXIST: "已经存在,换一个名称",
    errno.ENOSPC: "磁盘已满",
    errno.EROFS: "磁盘只读,换一个位置",
    errno.ENAMETOOLONG: "名称太长",
}


def reason_zh(error: OSError) -> str:
    """Return why a file cannot be used, in Chinese; the system's words where it is rare."""
    return _REASONS.get(error.errno or 0) or error.strerror or str(error)
