"""Bytes that are text in UTF-8 and in GB18030 alike, and which of the two was meant."""

import re
import unicodedata
from typing import Final

# a word of nothing but other letters and marks than ASCII, which touches no ASCII letter
_WORD: Final = re.compile(r"(?<![A-Za-z])[^\x00-\x7f]{2,}(?![A-Za-z])")
# the last character that UTF-8 writes in two bytes
_LAST_OF_TWO_BYTES: Final = "\u07ff"


def reads_as_chinese(text: bytes) -> bool:
    """Tell whether valid UTF-8 is rather common Chinese words in GB18030.

    A few Chinese characters in GB18030 are valid UTF-8 of letters that stand in no word together,
    as 芦苇 reads « and a Greek έ. Where all of the text reads as Chinese in GB2312 and some word
    mixes letters of several scripts, or letters and marks, Chinese was meant. Words of one script,
    as Greek and French have them, are what they are; so is text with a longer UTF-8 character.

    Parameters
    ----------
    text
        Lines with bytes that are not ASCII, valid UTF-8.
    """
    if not is_gb2312(text):
        return False
    as_utf8 = text.decode("utf-8")
    if max(as_utf8) > _LAST_OF_TWO_BYTES:
        return False
    return any(len(set(map(_script, word))) > 1 for word in _WORD.findall(as_utf8))


def _script(character: str) -> str:
    """Name the script of a letter; the empty text of any other character."""
    if not character.isalpha():
        return ""
    return unicodedata.name(character, "").partition(" ")[0]


def is_gb2312(text: bytes) -> bool:
    """Tell whether bytes are common Chinese characters; longer UTF-8 text hardly ever is."""
    try:
        text.decode("gb2312")
    except UnicodeDecodeError:
        return False
    return True
