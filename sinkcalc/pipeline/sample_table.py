"""Samples of a calibration read from any table; rows that cannot be used are set aside."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import polars as pl

from sinkcalc.calibration.forms import FORMS
from sinkcalc.calibration.model import EVERY_GROUP, TREE_FORMS, VOLUME_FORMS, BiomassPool, Kind
from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import UsageProblem
from sinkcalc.intake.delivery import ROW, file_sha256
from sinkcalc.intake.plot_checks import TOTALS
from sinkcalc.pipeline.read_table import TextTable, read_text_table
from sinkcalc.pipeline.sample_columns import find_columns, is_known
from sinkcalc.pipeline.sample_groups import as_words, served_groups

NUMBERS: Final = ("x", "y", "h")
# forms that can take a volume of 0
_WITH_ZERO: Final = ("linear", "origin")
_REJECTED: Final = {
    "source_row": pl.Int64,
    "column_name": pl.String,
    "value": pl.String,
    "rule": pl.String,
}


@dataclass(frozen=True)
class SampleOptions:
    """Where samples lie, and which columns hold what.

    Attributes
    ----------
    columns
        `x`, `y`, `h`, `group`, `site` -> column; None: by its name, `-`: do without.
    forms
        Candidate forms, which say whether heights are needed and zeros can be used; all that the
        columns allow if None.
    of_group
        Group that all samples belong to; by the column of groups, if any, if None.
    biomass_pool
        What the biomass of the samples is.
    units_checked
        Whether the user vouches for units that look wrong.
    """

    path: Path
    kind: Kind
    columns: dict[str, str | None]
    forms: tuple[str, ...] | None = None
    encoding: str | None = None
    layer: str | None = None
    of_group: str | None = None
    biomass_pool: BiomassPool = "whole_tree"
    units_checked: bool = False


@dataclass(frozen=True)
class Samples:
    """Samples that can be used, and what is told of the others.

    Attributes
    ----------
    rows
        `row` (of the file), `group`, `site`, `x`, `y`, and `h` where there are heights.
    rejected
        One row a sample set aside: `source_row`, `column_name`, `value`, `rule`, `reason_zh`,
        `reason_en`, `remedy_zh`, `remedy_en`.
    warnings
        What is implausible, in Chinese and English.
    held
        Whether the figures look like another unit and nobody vouched for them: models fitted to
        them are not stored.
    columns
        Role -> column of the file.
    forms
        Candidate forms that the columns allow.
    other_groups
        Groups whose models no estimate can use.
    """

    file: str
    sha256: str
    kind: Kind
    rows: pl.DataFrame
    rejected: pl.DataFrame
    warnings: list[tuple[str, str]]
    held: bool
    columns: dict[str, str]
    forms: tuple[str, ...]
    rows_in: int
    other_groups: list[str]
    biomass_pool: BiomassPool

    def counted(self) -> pl.DataFrame:
        """Count the rows set aside by rule, with the first row, its reason and remedy."""
        words = ("reason_zh", "reason_en", "remedy_zh", "remedy_en")
        return (
            self.rejected.group_by("rule", maintain_order=True)
            .agg(
                pl.len().alias("rows"),
                pl.col("source_row").first().alias("first"),
                *(pl.col(name).first() for name in words),
            )
            .sort("rows", "rule", descending=[True, False])
        )


def read_samples(options: SampleOptions) -> Samples:
    """Read samples and set aside the rows that cannot be used.

    Raises
    ------
    UsageProblem
        If the file or a column is missing, or no row can be used.
    """
    path, kind = options.path, options.kind
    asked_columns = options.columns
    if options.of_group is not None:
        asked_columns = {**asked_columns, "group": "-"}
    asked = options.forms
    height = None if asked is None else any(FORMS[form].with_height for form in asked)
    columns: dict[str, str] = {}

    def choose(names: list[str]) -> list[str]:
        columns.update(find_columns(path, kind, asked_columns, names, height=height))
        # the first column says what a row is, also if it is not asked for
        return [*columns.values(), names[0]]

    known = partial(is_known, kind, asked_columns)
    table = read_text_table(path, choose, known, options.encoding, options.layer)
    forms = options.forms or _forms(kind, columns)
    rejected = _rejected(table, columns, kind, forms)
    used = _used(table, columns, rejected, options.of_group or EVERY_GROUP)
    rows_in = table.rows.height + len(table.bad)
    if used.is_empty():
        raise _nothing(path, rejected, rows_in)
    doubts = _implausible(used, kind)
    other = sorted(set(used["group"].unique()) - served_groups() - {EVERY_GROUP})
    return Samples(
        file=path.name,
        sha256=file_sha256(path),
        kind=kind,
        rows=used,
        rejected=rejected,
        warnings=[*_repeated(used), *doubts],
        held=bool(doubts) and not options.units_checked,
        columns=columns,
        forms=forms,
        rows_in=rows_in,
        other_groups=other,
        biomass_pool=options.biomass_pool,
    )


def _rules() -> dict[str, dict[str, Any]]:
    rows = load_table("sample_rules").rows
    return {row["rule"]: row for row in rows.iter_rows(named=True)}


def _forms(kind: Kind, columns: dict[str, str]) -> tuple[str, ...]:
    """Return every form of a kind; without heights, those that need none."""
    forms = VOLUME_FORMS if kind == "volume-biomass" else TREE_FORMS
    return tuple(form for form in forms if "h" in columns or not FORMS[form].with_height)


def _rejected(
    table: TextTable, columns: dict[str, str], kind: Kind, forms: tuple[str, ...]
) -> pl.DataFrame:
    """List each row that cannot be used with the first rule it breaks."""
    found: dict[int, tuple[str | None, str | None, str]] = {}
    for row, _ in table.bad:
        found[row] = (None, None, "sample_line")
    rows = table.rows
    for name in rows.columns[1:]:
        for row, text in rows.filter(pl.col(name).str.contains(TOTALS)).select(ROW, name).rows():
            found.setdefault(row, (name, text, "sample_total_row"))
    zero_volume = kind == "volume-biomass" and set(forms) <= set(_WITH_ZERO)
    for role, name in columns.items():
        if role == "site":
            continue
        for row, text, rule in _broken(rows, name, role, zero_volume=zero_volume):
            found.setdefault(row, (name, text, rule))
    rules = _rules()
    listed = [
        {
            "source_row": row,
            "column_name": name,
            "value": text,
            "rule": rule,
            **{
                part: rules[rule][part].format(header=name)
                for part in ("reason_zh", "reason_en", "remedy_zh", "remedy_en")
            },
        }
        for row, (name, text, rule) in sorted(found.items())
    ]
    words = dict.fromkeys(("reason_zh", "reason_en", "remedy_zh", "remedy_en"), pl.String)
    return pl.DataFrame(listed, schema={**_REJECTED, **words})


def _broken(
    rows: pl.DataFrame, name: str, role: str, *, zero_volume: bool
) -> list[tuple[int, str | None, str]]:
    text = pl.col(name)
    number = text.cast(pl.Float64, strict=False)
    broken = {"sample_missing": text.is_null()}
    if role in NUMBERS:
        broken["sample_not_a_number"] = ~number.is_finite().fill_null(False)
        broken["sample_negative"] = number < 0
        if not (role == "x" and zero_volume):
            broken["sample_zero"] = number == 0
        limits = _rules()["sample_range"]
        within = number.is_between(float(limits["min"]), float(limits["max"])) | (number == 0)
        broken["sample_range"] = ~within
    rule = pl.coalesce(pl.when(test).then(pl.lit(name)) for name, test in broken.items())
    return rows.select(ROW, name, rule.alias("rule")).drop_nulls("rule").rows()


def _used(
    table: TextTable, columns: dict[str, str], rejected: pl.DataFrame, of_group: str
) -> pl.DataFrame:
    kept = table.rows.filter(~pl.col(ROW).is_in(rejected["source_row"].implode()))
    none = pl.lit(None, pl.String)
    group = pl.col(columns["group"]) if "group" in columns else pl.lit(of_group)
    site = pl.col(columns["site"]) if "site" in columns else none
    rows = kept.select(
        pl.col(ROW).alias("row"),
        group.alias("group"),
        site.alias("site"),
        *(
            pl.col(columns[role]).cast(pl.Float64).alias(role)
            for role in NUMBERS
            if role in columns
        ),
    )
    return rows.with_columns(as_words(rows["group"]))


def _nothing(path: Path, rejected: pl.DataFrame, rows_in: int) -> UsageProblem:
    if rejected.is_empty():
        return UsageProblem(
            zh=f"{path.name} 没有样本;检查文件", en=f"{path.name} holds no samples: check the file"
        )
    first = rejected.row(0, named=True)
    return UsageProblem(
        zh=f"{path.name} 的 {rows_in} 行全部剔除;如第 {first['source_row']} 行:"
        f"{first['reason_zh']}({first['value'] or '–'});{first['remedy_zh']}",
        en=f"none of the {rows_in} rows of {path.name} can be used; as row {first['source_row']}: "
        f"{first['reason_en']} ({first['value'] or '–'}); {first['remedy_en']}",
    )


def _repeated(rows: pl.DataFrame) -> list[tuple[str, str]]:
    """Tell rows that repeat an earlier one to the last digit; round figures may do so by chance."""
    figures = [name for name in NUMBERS if name in rows.columns]
    exact = pl.any_horizontal(pl.col(name) != pl.col(name).round(0) for name in figures)
    same = ["group", "site", *figures]
    again = rows.filter(exact).filter(~pl.struct(same).is_first_distinct())
    if again.is_empty():
        return []
    rule, row = _rules()["sample_repeated"], again["row"][0]
    return [
        (
            f"{again.height} 行{rule['reason_zh']},如第 {row} 行;{rule['remedy_zh']}",
            f"{again.height} rows: {rule['reason_en']}, as row {row}; {rule['remedy_en']}",
        )
    ]


def _implausible(rows: pl.DataFrame, kind: Kind) -> list[tuple[str, str]]:
    """Tell medians that look like a wrong unit."""
    volume = kind == "volume-biomass"
    measures = {"x": pl.col("x"), "y/x": pl.col("y") / pl.col("x")}
    if not volume:
        measures = {"d": pl.col("x"), "y/d2": pl.col("y") / pl.col("x") ** 2}
        if "h" in rows.columns:
            measures["h"] = pl.col("h")
    positive = rows.filter(pl.col("x") > 0)
    found: list[tuple[str, str]] = []
    for rule in _rules().values():
        if rule["severity"] != "stop" or rule["column"] not in measures or positive.is_empty():
            continue
        if rule["column"] == "y/d2" and found:
            # what is wrong of the diameter is wrong of the ratio
            continue
        median = float(positive.select(measures[rule["column"]].median()).item())
        if float(rule["min"]) <= median < float(rule["max"]):
            what = f"{median:,.4g} {rule['unit']}"
            found.append(
                (
                    f"{rule['reason_zh']}({what});{rule['remedy_zh']}",
                    f"{rule['reason_en']} ({what}); {rule['remedy_en']}",
                )
            )
    return found
