"""What a load is asked for, and what it did."""

from dataclasses import dataclass, field

import polars as pl

from sinkcalc.errors import RowsRejected, SinkcalcError
from sinkcalc.intake.kinds import TableKind
from sinkcalc.report.quality import Quality
from sinkcalc.store.loads import LoadRecord


@dataclass(frozen=True)
class LoadOptions:
    """How files are loaded.

    Attributes
    ----------
    survey
        Year of the survey.
    profile
        Name or TOML path; found by the headers if None.
    definition
        Whose way of counting the survey follows.
    definition_is_default
        Whether nobody asked for that definition, so that one of the profile goes before it.
    encoding
        Encoding of text; found out if None.
    layer
        Layer or sheet of the files.
    occasion
        Occasion that is read of files that hold several.
    plot_area_ha
        Area of every plot, ha.
    accept_unit_jump
        Store also where two occasions differ tenfold.
    replace, dry_run, strict
        Replace the survey's rows; store nothing; refuse the load if any row is rejected.
    """

    survey: int
    profile: str | None = None
    definition: str = "local"
    definition_is_default: bool = False
    encoding: str | None = None
    layer: str | None = None
    replace: bool = False
    dry_run: bool = False
    strict: bool = False
    occasion: str | None = None
    plot_area_ha: float | None = None
    accept_unit_jump: bool = False


@dataclass(frozen=True)
class LoadResult:
    """What a load did.

    Attributes
    ----------
    kind
        The table.
    rejected, warned
        Rows of `RejectedRow` and `WarnedRow`, of this or the former load.
    findings
        Broken rules, counted; empty where the load was there already.
    columns
        How the columns of every file were understood; empty where the load was there already.
    loaded_as
        File -> other survey that holds the very same file.
    simulated, successors
        Whether any row is marked as simulated; rows of abolished counties by old and new code.
    notes
        What has to be told of the files as wholes, in Chinese and English.
    detected
        Whether the profile was found by the headers.
    checked, stored
        Whether the files were read, and whether the database changed.
    not_loaded
        Rows of mixed layers that are none of the table.
    counties
        County codes of the rows.
    completeness, classes
        Values of each column, and stands by class, for the data-quality report.
    """

    load: LoadRecord
    kind: TableKind
    rejected: pl.DataFrame
    warned: pl.DataFrame
    findings: pl.DataFrame
    columns: pl.DataFrame
    loaded_as: dict[str, int]
    simulated: bool
    successors: pl.DataFrame
    notes: list[tuple[str, str]]
    detected: bool
    checked: bool
    stored: bool
    not_loaded: int = 0
    counties: list[str] = field(default_factory=list)
    completeness: pl.DataFrame | None = None
    classes: pl.DataFrame | None = None

    @property
    def quality(self) -> Quality | None:
        """Data-quality report; None where there is none of the table, or nothing was read."""
        if self.completeness is None or self.classes is None:
            return None
        return Quality(
            survey=self.load.survey,
            load_id=self.load.load_id,
            profile=self.load.profile,
            simulated=self.simulated,
            files=pl.DataFrame(self.load.files),
            findings=self.findings,
            completeness=self.completeness,
            classes=self.classes,
        )

    @property
    def stored_columns(self) -> pl.DataFrame:
        """How the columns were understood, as it is stored."""
        return self.columns.drop("proposal").filter(pl.col("matched_by") != "absent")

    @property
    def accepted(self) -> int:
        """Rows that passed."""
        return sum(file.rows_accepted for file in self.load.files)

    @property
    def rejected_count(self) -> int:
        """Rows that were rejected, for whatever number of reasons."""
        return sum(file.rows_rejected for file in self.load.files)

    @property
    def not_read(self) -> list[str]:
        """Columns of the files that are not read."""
        if self.columns.is_empty():
            return []
        rows = self.columns.filter(pl.col("matched_by") == "not_read")
        return rows["header"].unique(maintain_order=True).to_list()

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
    if not result.checked:
        return RowsRejected(
            zh=f"调查 {result.load.survey} 已由同样的文件入库(当时未用 --strict),其中 {count} 行"
            "被拒收,数据库未变。用 --rejects 文件.csv 查看原因",
            en=f"survey {result.load.survey} was stored from the same files without --strict; "
            f"{count} of their rows were rejected. Nothing changed; see the reasons with "
            "--rejects FILE.csv",
        )
    return RowsRejected(
        zh=f"{count} 行未通过检查;--strict 下未入库任何数据。用 --rejects 文件.csv 查看各行原因",
        en=f"{count} rows were rejected; with --strict nothing was stored. "
        "See the reasons with --rejects FILE.csv",
    )


def nothing_passed(result: LoadResult) -> SinkcalcError:
    """Return the error of a load of which no row passed."""
    names = ", ".join(file.source_file for file in result.load.files)
    if not result.rejected_count and result.not_loaded:
        noun, named = result.kind.noun_zh, result.kind.noun
        return SinkcalcError(
            zh=f"{names} 的 {result.not_loaded} 行没有一行是{noun},未入库。核对地类列与 --profile",
            en=f"{names}: none of {result.not_loaded} rows are {named}; nothing was stored. Check "
            "the column of the class and --profile",
        )
    if not result.rejected_count:
        return SinkcalcError(
            zh=f"{names} 只有表头,没有数据行,未入库。检查文件是否导出完整",
            en=f"{names}: a header and no rows; nothing was stored. Check whether the file was "
            "written completely",
        )
    name, count = result.load.profile, result.rejected_count
    zh, en = "", ""
    if result.detected:
        zh = f"配置 {name} 是按表头识别的,可能不对,请用 --profile 指定。"
        en = f"Profile {name} was taken by the headers: if it is the wrong one, name another with "
        en += "--profile. "
    return SinkcalcError(
        zh=f"{count} 行没有一行通过检查,未入库。{zh}用 --rejects 文件.csv 查看全部原因",
        en=f"none of {count} rows passed the checks; nothing was stored. {en}"
        "See all reasons with --rejects FILE.csv",
    )
