"""Texts of data and of others on a terminal: what would steer it is shown instead."""

import re
from typing import Final

# all but tabulator and line feed; and what turns the direction of the text after it
_STEERING: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# Unicode has a picture for each of the first 32 characters, and for the last of ASCII
_PICTURES: Final = 0x2400
_SPACE: Final = 0x20
_DELETE: Final = "\x7f"


def visible(text: str) -> str:
    """Return a text in which no character moves the cursor, sets colours, titles or clipboards."""
    return _STEERING.sub(_shown, text)


def _shown(found: re.Match[str]) -> str:
    sign = found[0]
    if ord(sign) < _SPACE:
        return chr(_PICTURES + ord(sign))
    return "␡" if sign == _DELETE else "�"
