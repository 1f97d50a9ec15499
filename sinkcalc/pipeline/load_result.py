"""What a load is asked for, and what it did."""

from dataclasses import dataclass

import polars as pl

from sinkcalc.errors import RowsRejected, SinkcalcError
from sinkcalc.report.quality import Quality
from sinkcalc.store.inventory import LoadRecord


@dataclass(frozen=True)
class LoadOptions:
    """How stands are loaded.

    Attributes
    ----------
    survey
        Year of the survey.
    profile
        Name or TOML path; found by the headers if None.
    definition
        Whose way of counting the survey follows.
    encoding
        Encoding of text; found out if None.
    layer
        Layer or sheet of the files.
    replace, dry_run, strict
        Replace the survey's stands; store nothing; refuse the load if any row is rejected.
    """

    survey: int
    profile: str | None = None
    definition: str = "local"
    encoding: str | None = None
    layer: str | None = None
    replace: bool = False
    dry_run: bool = False
    strict: bool = False


@dataclass(frozen=True)
class LoadResult:
    """What a load did.

    Attributes
    ----------
    rejected, warned
        Rows of `RejectedRow` and `WarnedRow`, of this or the former load.
    columns
        How the columns of every file were understood; empty where the load was there already.
    quality
        Data-quality report; None where the load was there already.
    loaded_as
        File -> other survey that holds the very same file.
    counties, simulated, successors
        County codes of the stands; whether any row is marked as simulated; rows of abolished
        counties by old and new code.
    checked, stored
        Whether the files were read, and whether the database changed.
    """

    load: LoadRecord
    rejected: pl.DataFrame
    warned: pl.DataFrame
    columns: pl.DataFrame
    quality: Quality | None
    loaded_as: dict[str, int]
    counties: list[str]
    simulated: bool
    successors: pl.DataFrame
    checked: bool
    stored: bool

    @property
    def stands(self) -> int:
        """Stands that passed."""
        return sum(file.rows_accepted for file in self.load.files)

    @property
    def rejected_count(self) -> int:
        """Rows that were rejected, for whatever number of reasons."""
        return sum(file.rows_rejected for file in self.load.files)

    @property
    def absent(self) -> list[str]:
        """Columns of the profile that no file has; they are optional and read as empty."""
        if self.columns.is_empty():
            return []
        read = self.columns.filter(pl.col("matched_by") != "absent")["column_name"]
        missing = self.columns.filter(
            pl.col("matched_by") == "absent",
            ~pl.col("column_name").is_in(read.drop_nulls().implode()),
        )
        return missing["proposal"].drop_nulls().unique(maintain_order=True).to_list()


def strict_rejection(result: LoadResult) -> RowsRejected:
    """Return the error of a load under `strict` with rejected rows."""
    count = result.rejected.select("source_file", "source_row").n_unique()
    return RowsRejected(
        zh=f"{count} 行未通过检查;--strict 下未入库任何数据。用 --rejects 文件.csv 查看各行原因",
        en=f"{count} rows were rejected; with --strict nothing was stored. "
        "See the reasons with --rejects FILE.csv",
    )


def nothing_passed(result: LoadResult) -> SinkcalcError:
    """Return the error of a load of which no row passed."""
    if not result.rejected_count:
        return SinkcalcError(
            zh="文件只有表头,没有数据行,未入库",
            en="the file has a header and no rows; nothing was stored",
        )
    return SinkcalcError(
        zh=f"{result.rejected_count} 行没有一行通过检查,未入库。用 --rejects 文件.csv 查看全部原因",
        en=f"none of {result.rejected_count} rows passed the checks; nothing was stored. "
        "See all reasons with --rejects FILE.csv",
    )
