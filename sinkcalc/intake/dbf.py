"""The attribute table of a shapefile, as far as it has to be looked at before it is read."""

import shutil
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from sinkcalc.errors import UsageProblem
from sinkcalc.intake.delivery import beside, unreadable
from sinkcalc.intake.text import codec_of, declared_codec

_BYTES_LOOKED_AT: Final = 1 << 23
_HEADER, _FIELD, _NAME = 32, 32, 11


@dataclass(frozen=True)
class DbfTable:
    """What is known of an attribute table.

    Attributes
    ----------
    codec
        Codec of its text.
    broken_names
        Byte offset and bytes of names that end within a character.
    """

    path: Path
    codec: str
    broken_names: list[tuple[int, bytes]]

    def with_whole_names(self, shapefile: Path, folder: Path) -> Path:
        """Return the shapefile, or a copy whose names lost the half of a character they end with.

        A DBF table keeps 10 bytes of a name, which may cut a Chinese character.
        """
        if not self.broken_names:
            return shapefile
        folder.mkdir()
        for suffix in (".shp", ".shx", ".prj"):
            member = beside(shapefile, suffix)
            if member is not None:
                (folder / f"layer{suffix}").symlink_to(member.absolute())
        copy = Path(shutil.copy(self.path, folder / "layer.dbf"))
        with copy.open("r+b") as file:
            for offset, name in self.broken_names:
                whole = name.decode(self.codec, errors="ignore").encode(self.codec)
                file.seek(offset)
                file.write(whole.ljust(_NAME, b"\0"))
        return folder / "layer.shp"


def read_dbf(shapefile: Path, encoding: str | None = None) -> DbfTable:
    """Look at the attribute table of a shapefile.

    Parameters
    ----------
    encoding
        Of its text; that of the `.cpg`, else found out by names and values, if None.

    Raises
    ------
    UsageProblem
        If there is no such table, or the `.cpg` names another encoding than it is written in.
    """
    path = beside(shapefile, ".dbf")
    if path is None:
        raise UsageProblem(
            zh=f"{shapefile.name} 旁边没有 {shapefile.stem}.dbf;"
            "Shapefile 需要 .shp、.shx、.dbf 在一起",
            en=f"there is no {shapefile.stem}.dbf beside {shapefile.name}: a shapefile needs .shp, "
            ".shx and .dbf together",
        )
    try:
        with path.open("rb") as file:
            head = file.read(_HEADER)
            records, header_bytes, size = struct.unpack("<IHH", head[4:12])
            fields = file.read(max(header_bytes - _HEADER, 0))
    except OSError as error:
        raise unreadable(path, error) from None
    except struct.error:
        raise unreadable(path, OSError(0, "no DBF table")) from None
    described = [fields[i : i + _FIELD] for i in range(0, len(fields) - _FIELD + 1, _FIELD)]
    names = [field[:_NAME].split(b"\0")[0] for field in described]
    body = np.memmap(path, np.uint8, "r", header_bytes) if records and size else np.empty(0, "u1")
    whole = body[: len(body) // max(size, 1) * size].reshape(-1, max(size, 1))[:records]
    found = _text_codec(names, whole)
    codec = codec_of(encoding) if encoding else declared_codec(path, found) or found or "gb18030"
    broken = [
        (_HEADER + i * _FIELD, name)
        for i, name in enumerate(names)
        if name.decode(codec, errors="ignore").encode(codec) != name
    ]
    return DbfTable(path, codec, broken)


def _text_codec(
    names: list[bytes], records: "np.ndarray[tuple[int, int], np.dtype[np.uint8]]"
) -> str | None:
    """Tell UTF-8 from GB18030 by names and values; None if all is ASCII."""
    first = records[: max(_BYTES_LOOKED_AT // max(records.shape[1], 1), 1)]
    wide = first[(first > 127).any(axis=1)] if first.size else first
    texts = [*(name for name in names if not name.isascii()), *(row.tobytes() for row in wide)]
    if not texts:
        return None
    bad = sum("\ufffd" in text.decode("utf-8", errors="replace") for text in texts)
    return "gb18030" if bad * 2 > len(texts) else "utf-8"
