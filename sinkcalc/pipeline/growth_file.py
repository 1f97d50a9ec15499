"""Group sums for growth curves from a table of stands."""

from pathlib import Path

import polars as pl

from sinkcalc.coefficients.factors import species_groups
from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import UsageProblem
from sinkcalc.intake.delivery import file_sha256
from sinkcalc.pipeline.growth_samples import SPACE_FOR_TIME, GrowthSamples, GrowthSource
from sinkcalc.pipeline.read_table import headers, read_table
from sinkcalc.pipeline.sample_columns import find_columns
from sinkcalc.pipeline.sample_groups import as_words
from sinkcalc.vocabulary import ORIGINS


def file_samples(source: GrowthSource) -> GrowthSamples:
    """Return the group sums of a table of stands, one row a stand; without areas each alike.

    Raises
    ------
    UsageProblem
        If a column is missing, a figure is none or below 0, or an origin is not known.
    """
    path = source.file
    assert path is not None
    names = headers(path, source.encoding)
    columns = find_columns(path, "growth", source.columns or {}, names, height=None)
    numbers = [columns[role] for role in ("x", "y", "area") if role in columns]
    texts = [columns[role] for role in ("group", "origin", "site") if role in columns]
    table = read_table(path, texts, numbers, source.encoding, source.layer)
    if table.is_empty():
        raise UsageProblem(zh=f"{path.name} 没有样本", en=f"{path.name} holds no samples")
    frame = table.select(
        *(pl.col(columns[role]).alias(role) for role in columns),
        pl.col(table.columns[0]).alias("row"),
    )
    _refuse_figures(path, frame)
    rows = _summed(path, frame)
    used = frame.height
    note = (
        f"{path.name}:{used} 行全部使用(面积{'按列' if 'area' in columns else '各行相同'})",
        f"{path.name}: all {used} rows are used "
        f"({'with their areas' if 'area' in columns else 'each alike'})",
    )
    return GrowthSamples(
        rows,
        None,
        path.name,
        file_sha256(path),
        used,
        used,
        columns,
        [note, SPACE_FOR_TIME],
        False,
    )


def _summed(path: Path, frame: pl.DataFrame) -> pl.DataFrame:
    area = pl.col("area") if "area" in frame.columns else pl.lit(1.0)
    volume, age = pl.col("y"), pl.col("x").round().cast(pl.Int64)
    keys = ("species_group", "origin", "region_code", "age")
    return (
        frame.with_columns(
            _groups(frame), _origins(path, frame), _text(frame, "site").alias("region_code")
        )
        .select(
            *keys[:3],
            age.alias("age"),
            pl.lit(1).alias("n"),
            area.alias("area"),
            (area * volume).alias("volume"),
            (area * volume**2).alias("square"),
        )
        .sort(*keys, "volume", "area", nulls_last=True)
        .group_by(keys, maintain_order=True)
        .agg(pl.col("n", "area", "volume", "square").sum())
    )


def _text(frame: pl.DataFrame, role: str) -> pl.Expr:
    return pl.col(role).cast(pl.String) if role in frame.columns else pl.lit(None, pl.String)


def _groups(frame: pl.DataFrame) -> pl.Series:
    """Return the species group of each row; a species goes to its group."""
    named = as_words(frame.with_columns(_text(frame, "group").alias("group"))["group"])
    of_species = dict(species_groups().iter_rows())
    return pl.Series(
        "species_group", [None if w is None else of_species.get(w, w) for w in named], pl.String
    )


def _origins(path: Path, frame: pl.DataFrame) -> pl.Series:
    words = load_table("words").rows.filter(pl.col("word").is_in(ORIGINS))
    known = {name.casefold(): row[0] for row in words.iter_rows() for name in row[:3] if name}
    given = frame.select("row", _text(frame, "origin").alias("origin"))
    strange = given.filter(
        pl.col("origin").is_not_null() & ~pl.col("origin").str.to_lowercase().is_in(list(known))
    )
    if strange.height:
        row, text = strange["row"][0], strange["origin"][0]
        raise UsageProblem(
            zh=f"{path.name} 第 {row} 行的起源 {text} 不认识:写 天然、人工(natural、planted)",
            en=f"{path.name}, row {row}: the origin {text} is not known: write natural or planted",
        )
    return pl.Series("origin", [None if o is None else known[o.lower()] for o in given["origin"]])


def _refuse_figures(path: Path, frame: pl.DataFrame) -> None:
    area = pl.col("area") <= 0 if "area" in frame.columns else pl.lit(False)
    bad = frame.filter(
        (pl.col("x") <= 0)
        | (pl.col("y") < 0)
        | area
        | pl.col("x").is_null()
        | pl.col("y").is_null()
    )
    if bad.height:
        row = bad["row"][0]
        raise UsageProblem(
            zh=f"{path.name} 第 {row} 行:年龄与面积须大于零,蓄积不能为负或空",
            en=f"{path.name}, row {row}: age and area have to be above 0, and a volume 0 or more",
        )
