"""Hints at the word that is meant, and reasons of the system in Chinese."""

import errno

import pytest

from sinkcalc.errors import did_you_mean, reason_zh


@pytest.mark.parametrize(
    ("text", "known", "meant"),
    [
        # the beginning of one name alone is that name, though another is more alike by its letters
        ("CCER-14-001", ["AR-CM-001-V01", "CCER-14-001-V01", "CCER-14-003-V01"], "CCER-14-001-V01"),
        ("creditng_years", ["crediting_years", "crediting_start"], "crediting_years"),
    ],
)
def test_the_word_that_is_meant(text: str, known: list[str], meant: str) -> None:
    zh, en = did_you_mean(text, known)
    assert zh == f"是否指 {meant}?"
    assert en == f"did you mean {meant}?"


def test_a_short_chinese_name_with_one_wrong_character_may_be_several() -> None:
    zh, _ = did_you_mean("衫木", ["马尾松", "杉木", "檫木", "杨树"])
    assert zh.startswith("是否指 ")
    assert set(zh.removeprefix("是否指 ").removesuffix("?").split("、")) == {"杉木", "檫木"}


def test_reasons_of_the_system_are_told_in_chinese() -> None:
    assert "检查路径" in reason_zh(OSError(errno.ENOENT, "No such file or directory"))
    assert "Excel" in reason_zh(PermissionError(errno.EACCES, "Permission denied"))
    assert reason_zh(OSError(errno.EMLINK, "Too many links")) == "Too many links"
