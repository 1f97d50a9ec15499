"""Samples of soil for relations with organic matter; rows that cannot be used are set aside."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import polars as pl

from sinkcalc.calibration.model import EVERY_GROUP, FORMS_OF, Kind
from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import UsageProblem
from sinkcalc.intake.delivery import ROW, file_sha256
from sinkcalc.pipeline.read_table import TextTable, read_text_table
from sinkcalc.pipeline.sample_columns import find_columns, is_known, roles_of
from sinkcalc.pipeline.sample_table import Samples
from sinkcalc.vocabulary import WETLAND_CLASSES

SOIL_KINDS: Final[tuple[Kind, ...]] = ("wetland-carbon", "wetland-bulk-density")
# role of an option -> relation and role there
_OPTIONS: Final[dict[str, tuple[Kind, str]]] = {
    "carbon": ("wetland-carbon", "y"),
    "density": ("wetland-bulk-density", "y"),
}
_WORDS: Final = ("reason_zh", "reason_en", "remedy_zh", "remedy_en")


@dataclass(frozen=True)
class SoilSampleOptions:
    """Where samples lie, and which columns hold what.

    Attributes
    ----------
    path
        File of the samples; for those of a survey's cores only a name.
    columns
        `x` (organic matter), `carbon`, `density`, `carbon_kind`, `group`, `site` -> column; None:
        by its name, `-`: do without.
    all_organic
        Whether the user vouches that all carbon is measured organic carbon.
    """

    path: Path
    columns: dict[str, str | None] = field(default_factory=dict)
    all_organic: bool = False
    encoding: str | None = None
    layer: str | None = None


def read_soil_samples(options: SoilSampleOptions) -> list[Samples]:
    """Read the samples of each relation that the file has columns for.

    Carbon (g/g) and bulk density (g/cm3) of organic matter (g/g of dry soil).

    Returns
    -------
    Samples of `wetland-carbon`, `wetland-bulk-density` or both; of a relation without any row
    that can be used its rejected rows only.

    Raises
    ------
    UsageProblem
        If the file or a column is missing, or it is not said what kind of carbon it holds.
    """
    path = options.path
    found: dict[Kind, dict[str, str]] = {}

    def choose(names: list[str]) -> list[str]:
        for kind in _present(options, names):
            found[kind] = find_columns(path, kind, _asked(options, kind), names, height=None)
        carbon = found.get("wetland-carbon", {})
        if carbon and "carbon_kind" not in carbon and not options.all_organic:
            raise _kind_unknown(path)
        return [*(name for columns in found.values() for name in columns.values()), names[0]]

    def known(text: str) -> bool:
        return any(is_known(kind, _asked(options, kind), text) for kind in SOIL_KINDS)

    table = read_text_table(path, choose, known, options.encoding, options.layer)
    digest = file_sha256(path)
    return [samples_of(table, kind, columns, options, digest) for kind, columns in found.items()]


def _asked(options: SoilSampleOptions, kind: Kind) -> dict[str, str | None]:
    shared = {
        role: name for role, name in options.columns.items() if role in ("x", "group", "site")
    }
    for option, (of_kind, role) in _OPTIONS.items():
        if of_kind == kind:
            shared[role] = options.columns.get(option)
    if kind == "wetland-carbon":
        shared["carbon_kind"] = options.columns.get("carbon_kind")
    return shared


def _present(options: SoilSampleOptions, names: list[str]) -> list[Kind]:
    """Return the relations whose result has a column; if none has, that of carbon, to say so."""
    present: list[Kind] = []
    for option, (kind, role) in _OPTIONS.items():
        asked = options.columns.get(option)
        roles = {r.role: r for r in roles_of(kind)}
        if asked != "-" and (asked is not None or roles[role].headers(names)):
            present.append(kind)
    return present or ["wetland-carbon"]


def _kind_unknown(path: Path) -> UsageProblem:
    return UsageProblem(
        zh=f"{path.name} 没有说明碳的种类(列 carbon_kind:organic、total 或 modelled):总碳含碳酸盐,"
        "模型算出的碳不是实测,都不能用。请补上该列,用 --carbon-kind 列名 指定;"
        "确认全部为实测有机碳时加 --all-organic",
        en=f"{path.name} does not say what kind of carbon it holds (column carbon_kind: organic, "
        "total or modelled): total carbon holds carbonates, and modelled carbon is no "
        "measurement. Add the column, name it with --carbon-kind COL, or say --all-organic if "
        "all of it is measured organic carbon",
    )


def samples_of(
    table: TextTable,
    kind: Kind,
    columns: dict[str, str],
    options: SoilSampleOptions,
    digest: str,
) -> Samples:
    """Sort the rows of a table into samples of a relation and rows set aside."""
    rows = _numbered(table, kind, columns)
    rule = pl.coalesce(
        pl.when(test).then(pl.lit(name)) for name, test in _broken(kind, columns, options).items()
    )
    judged = rows.with_columns(rule.alias("rule"))
    used = judged.filter(pl.col("rule").is_null()).select("row", "group", "site", "x", "y")
    other = sorted(set(used["group"].unique()) - {EVERY_GROUP, *WETLAND_CLASSES})
    return Samples(
        file=options.path.name,
        sha256=digest,
        kind=kind,
        rows=used,
        rejected=_rejected(judged, table, columns),
        warnings=[],
        held=False,
        columns=columns,
        forms=FORMS_OF[kind],
        rows_in=table.rows.height + len(table.bad),
        other_groups=other,
        biomass_pool="whole_tree",
    )


def _numbered(table: TextTable, kind: Kind, columns: dict[str, str]) -> pl.DataFrame:
    none = pl.lit(None, pl.String)

    def text(role: str) -> pl.Expr:
        return pl.col(columns[role]) if role in columns else none

    return table.rows.select(
        pl.col(ROW).alias("row"),
        _word(text("group"), "group", columns.get("group")).fill_null(EVERY_GROUP).alias("group"),
        text("site").alias("site"),
        text("x").alias("x_text"),
        text("y").alias("y_text"),
        text("x").cast(pl.Float64, strict=False).alias("x"),
        text("y").cast(pl.Float64, strict=False).alias("y"),
        _word(text("carbon_kind"), "carbon_kind", None).alias("carbon_kind"),
        _word(text("carbon_source"), "carbon_kind", None).alias("carbon_source"),
    )


def _broken(kind: Kind, columns: dict[str, str], options: SoilSampleOptions) -> dict[str, pl.Expr]:
    """Return the rules that a row may break, the first one that it breaks first."""
    x, y = pl.col("x"), pl.col("y")
    carbon = kind == "wetland-carbon"
    limits = {row["rule"]: row for row in _rules()}

    def outside(rule: str, number: pl.Expr) -> pl.Expr:
        low, high = float(limits[rule]["min"]), float(limits[rule]["max"])
        return ~number.is_between(low, high)

    broken = {
        "soil_organic_matter_missing": pl.col("x_text").is_null(),
        "soil_value_missing": pl.col("y_text").is_null(),
    }
    if carbon and not options.all_organic:
        broken["soil_carbon_modelled"] = (pl.col("carbon_source") == "modelled") | (
            pl.col("carbon_kind") == "modelled"
        )
        broken["soil_carbon_total"] = pl.col("carbon_kind") == "total"
        broken["soil_carbon_kind_unknown"] = (pl.col("carbon_kind") != "organic").fill_null(True)
        if "carbon_source" in columns:
            broken["soil_carbon_kind_unknown"] |= pl.col("carbon_source").is_null()
    finite = x.is_finite().fill_null(False) & y.is_finite().fill_null(False)
    broken["soil_not_a_number"] = ~finite
    broken["soil_organic_matter_range"] = outside("soil_organic_matter_range", x)
    if carbon:
        broken["soil_organic_matter_none"] = x == 0
        broken["soil_carbon_range"] = outside("soil_carbon_range", y)
        broken["soil_carbon_above_organic_matter"] = y > x
    else:
        broken["soil_bulk_density_range"] = outside("soil_bulk_density_range", y) | (y == 0)
    return broken


@cache
def _rules() -> tuple[dict[str, Any], ...]:
    rows = load_table("sample_rules").rows.filter(pl.col("rule").str.starts_with("soil_"))
    return tuple(rows.iter_rows(named=True))


def _rejected(judged: pl.DataFrame, table: TextTable, columns: dict[str, str]) -> pl.DataFrame:
    """List the rows set aside, in order, with rule, reason and remedy."""
    about_x = pl.col("rule").str.starts_with("soil_organic_matter") | (
        (pl.col("rule") == "soil_not_a_number") & ~pl.col("x").is_finite().fill_null(False)
    )
    broken = judged.filter(pl.col("rule").is_not_null()).select(
        pl.col("row").alias("source_row"),
        pl.when(about_x)
        .then(pl.lit(columns["x"]))
        .otherwise(pl.lit(columns["y"]))
        .alias("column_name"),
        pl.when(about_x).then("x_text").otherwise("y_text").alias("value"),
        "rule",
    )
    bad = pl.DataFrame(
        [(row, None, None, "sample_line") for row, _ in table.bad],
        schema=broken.schema,
        orient="row",
    )
    words = load_table("sample_rules").rows.select("rule", *_WORDS)
    listed = (
        pl.concat([broken, bad])
        .sort("source_row")
        .join(words, on="rule", how="left", maintain_order="left")
    )
    name = pl.col("column_name").fill_null("")
    return listed.with_columns(
        pl.col(part).str.replace("{header}", name, literal=True) for part in _WORDS
    )


def _word(text: pl.Expr, role: str, column: str | None) -> pl.Expr:
    """Turn what a cell says into a word of the program; others stay as they are."""
    known = _known_words(role, None if column is None else column.casefold())
    plain = text.str.to_lowercase()
    return plain.replace_strict(known, default=text, return_dtype=pl.String)


def _known_words(role: str, column: str | None) -> dict[str, str]:
    rows = load_table("soil_sample_words").rows.filter(pl.col("role") == role)
    words: dict[str, str] = {}
    if role == "group":
        names = load_table("words").rows.filter(pl.col("word").is_in(WETLAND_CLASSES))
        for word, zh, en in names.select("word", "zh", "en").iter_rows():
            words |= {word: word, zh: word, en.casefold(): word}
    for row in rows.iter_rows(named=True):
        # a word of one column only: a marsh of the network is a tidal one
        if row["column"] in (None, column):
            words[row["text"]] = row["word"]
    return words
