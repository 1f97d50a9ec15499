"""Checked rows of a load on disk, so that a load of any size fits in memory."""

import errno
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.errors import SinkcalcError
from sinkcalc.intake.check import Checked
from sinkcalc.intake.delivery import ROW, SOURCE
from sinkcalc.intake.kinds import STANDS, TableKind
from sinkcalc.intake.profiles import Profile
from sinkcalc.intake.rules import rejected_rows
from sinkcalc.intake.violations import repeated_key
from sinkcalc.schemas.inventory import RejectedRow, StandGeometry, WarnedRow

_EMPTY: Final = {
    "rejected": RejectedRow.create_empty(),
    "warned": WarnedRow.create_empty(),
    "geometries": StandGeometry.create_empty(),
}
_FILE: Final = "_file"
OCCASION: Final = "_occasion"


_NO_ROOM: Final = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)


@contextmanager
def workplace() -> Iterator[Path]:
    """Give a folder for copies; say where room is missing."""
    try:
        with tempfile.TemporaryDirectory(prefix="sinkcalc-") as folder:
            yield Path(folder)
    except (OSError, pl.exceptions.PolarsError) as error:
        full = isinstance(error, OSError) and error.errno in _NO_ROOM
        if not full and not any(mark in str(error) for mark in ("No space", "File too large")):
            raise
        place = tempfile.gettempdir()
        raise SinkcalcError(
            zh=f"临时文件夹 {place} 空间不足,读入中止,数据库保持原状。"
            "腾出空间,或用环境变量 TMPDIR 指向别的磁盘",
            en=f"there is no room left in the temporary folder {place}: the load stopped and the "
            "database is as before. Free space, or point TMPDIR to another disk",
        ) from None


@dataclass
class Spool:
    """Parquet parts of the rows of one table, of rejected rows, warnings and geometries.

    Attributes
    ----------
    other_rows
        File and occasion -> rows of occasions that are not loaded.
    left_out
        File and code -> rows of a mixed layer that are none of the table.
    """

    folder: Path
    kind: TableKind = STANDS
    parts: dict[str, list[Path]] = field(
        default_factory=lambda: {kind: [] for kind in ("rows", "figures", *_EMPTY)}
    )
    simulated: bool = False
    other_rows: Counter[tuple[str, str]] = field(default_factory=Counter)
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)
    _successors: list[pl.DataFrame] = field(default_factory=list)

    def add(self, checked: Checked, occasion: str = "") -> None:
        """Keep the accepted rows of one batch, and the figures of all."""
        if self.kind.compared:
            figures = checked.figures.with_columns(pl.lit(occasion).alias(OCCASION))
            self.write("figures", figures)
        self.write("rows", checked.rows)
        self.write("warned", checked.warned)
        self.write("geometries", checked.geometries)
        self.simulated = self.simulated or checked.simulated
        self._successors.append(checked.successors)

    def write(self, kind: str, rows: pl.DataFrame) -> None:
        """Keep rows of one kind."""
        if rows.height:
            path = self.folder / f"{kind}-{len(self.parts[kind]):05d}.parquet"
            rows.write_parquet(path, compression="lz4")
            self.parts[kind].append(path)

    def scan(self, kind: str) -> pl.LazyFrame:
        """Read rows of one kind back."""
        parts = self.parts[kind]
        if parts:
            return pl.scan_parquet(parts)
        if kind == "rows":
            return self.kind.schema.create_empty().lazy()
        if kind == "figures":
            texts = dict.fromkeys((*self.kind.key, OCCASION), pl.String)
            schema = {**texts, **dict.fromkeys(self.kind.compared, pl.Float64)}
            return pl.LazyFrame(schema=schema)
        return _EMPTY[kind].lazy()

    @property
    def successors(self) -> pl.DataFrame:
        """Rows whose county code was abolished, by old and new code."""
        rows = pl.concat(self._successors) if self._successors else pl.DataFrame()
        if rows.is_empty():
            return rows
        return rows.group_by("old_code", "region_code").agg(pl.col("rows").sum()).sort("old_code")

    def not_loaded(self, file: str) -> int:
        """Count the rows of a file that are of other occasions or none of the table."""
        counts = (self.other_rows, self.left_out)
        return sum(rows for each in counts for (name, _), rows in each.items() if name == file)

    def take_out(self, rows: pl.DataFrame) -> None:
        """Remove rows, named by file and row number, with their warnings and geometries."""
        for kind in ("rows", "warned", "geometries"):
            for part in self.parts[kind]:
                kept = pl.read_parquet(part)
                left = kept.join(rows, on=[SOURCE, "source_row"], how="anti", maintain_order="left")
                if left.height < kept.height:
                    left.write_parquet(part, compression="lz4")

    def set_aside_repeated(self, profiles: dict[str, Profile]) -> pl.DataFrame:
        """Take out every row whose key an earlier row has, in the order of the files.

        Parameters
        ----------
        profiles
            Profile of each file, by name, in the order of the load.

        Returns
        -------
        Rows of `RejectedRow` for what was taken out.
        """
        key = list(self.kind.key)
        ids = self.scan("rows").select(*key, SOURCE, "source_row")
        if self.kind.told_apart_by:
            ids = ids.filter(pl.col(self.kind.told_apart_by).is_not_null())
        several = ids.group_by(key).len().filter(pl.col("len") > 1)
        order = dict(zip(profiles, range(len(profiles)), strict=True))
        rows = (
            ids.join(several, on=key, how="semi", nulls_equal=True)
            .with_columns(pl.col(SOURCE).replace_strict(order, return_dtype=pl.Int64).alias(_FILE))
            .collect(engine="streaming")
            .sort(_FILE, "source_row")
        )
        repeated = rows.filter(~pl.struct(key).is_first_distinct())
        if repeated.is_empty():
            return RejectedRow.create_empty()
        self.take_out(repeated)
        return pl.concat(
            rejected_rows(
                repeated.filter(pl.col(SOURCE) == name).rename({"source_row": ROW}),
                [repeated_key(profile, pl.lit(True))],
            )
            for name, profile in profiles.items()
        )
