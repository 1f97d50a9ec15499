"""Tables of coefficients that a user brings."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.coefficients.factors import species_groups
from sinkcalc.coefficients.load import all_parameters
from sinkcalc.coefficients.own_csv import numbers, read_text_table, refuse_rows, require_columns
from sinkcalc.coefficients.table import PARAMETER_COLUMNS
from sinkcalc.errors import UsageProblem
from sinkcalc.units import PERCENT
from sinkcalc.vocabulary import MEASUREMENTS, OWN_FACTORS, RESIDUAL, SPECIES

# an error larger than twice the figure is a slip of the unit
LARGEST_RELATIVE_SE: Final = 2.0
_FACTORS: Final = ("wood_density", "bef", "root_shoot_ratio", "carbon_fraction")
_CODES: Final = ("species_code", "species_group")
_FORMS: Final = (("two_way_a", "two_way_b", "two_way_c"), ("one_way_a", "one_way_b"))


def read_own_factors(path: Path) -> pl.DataFrame:
    """Read a table of factors: C = V·D·BEF·(1 + R)·CF, t C of a tree of V m3.

    Columns `wood_density` (t d.m./m3), `bef`, `root_shoot_ratio`, `carbon_fraction`, and
    `species_code` (as the tree list has it) or `species_group`, one of the two in each row.

    Returns
    -------
    `species_code`, `species_group` and the factors.

    Raises
    ------
    UsageProblem
        If the file is not readable, a column is missing, a code is there twice or with neither
        or both keys, or a factor is no number above 0 (root:shoot ratio: 0 or above; carbon
        fraction: at most 1).
    """
    table = read_text_table(path)
    require_columns(path, table, _FACTORS)
    if not set(_CODES) & set(table.columns):
        require_columns(path, table, _CODES[:1])
    table = table.with_columns(
        pl.lit(None, pl.String).alias(code) for code in _CODES if code not in table.columns
    )
    table = table.select(*_CODES, *numbers(_FACTORS)).with_row_index("row", offset=2)
    root, fraction = pl.col("root_shoot_ratio"), pl.col("carbon_fraction")
    positive = ("wood_density", "bef", "carbon_fraction")
    finite = pl.all_horizontal(pl.col(name).is_finite() for name in _FACTORS)
    above = pl.all_horizontal(pl.col(name) > 0 for name in positive)
    good = finite & above & (root >= 0) & (fraction <= 1)
    bad = ~good.fill_null(False)
    refuse_rows(
        path, table.filter(bad), "系数缺失或超出范围", "a factor is missing or out of range"
    )
    keys = pl.sum_horizontal(pl.col(code).is_not_null() for code in _CODES)
    refuse_rows(path, table.filter(keys != 1), "须且只须填一个键", "fill one key, not both or none")
    _refuse_strange_groups(path, table)
    twice = table.filter(pl.struct(_CODES).is_duplicated())
    refuse_rows(path, twice, "代码重复", "the code is there twice")
    return table.drop("row")


def read_own_volume(path: Path) -> pl.DataFrame:
    """Read stem-volume models: V = a·D^b·H^c or V = a·D^b, m3; D cm, H m.

    Columns `symbol` (`two_way_a`, `two_way_b`, `two_way_c`, `one_way_a`, `one_way_b`), `value`
    and `species` or `species_group` in the program's words, as in `stem_volume.csv`. A row
    without either serves every arbor species.

    Returns
    -------
    Rows with the columns of a parameter table.

    Raises
    ------
    UsageProblem
        If the file is not readable, a column, symbol or species is not known, a value is no
        number, a is not above 0, or a model lacks one of its symbols or has one twice.
    """
    table = read_text_table(path)
    require_columns(path, table, ("symbol", "value"))
    table = table.with_columns(
        pl.lit(None, pl.String).alias(key)
        for key in ("species", "species_group")
        if key not in table.columns
    )
    table = table.select("species", "species_group", "symbol", *numbers(("value",)))
    table = table.with_row_index("row", offset=2)
    known = [symbol for form in _FORMS for symbol in form]
    value = pl.col("value")
    scale = pl.col("symbol").str.ends_with("_a") & (value <= 0)
    bad = ~pl.col("symbol").is_in(known) | ~value.is_finite() | scale
    refuse_rows(
        path, table.filter(bad.fill_null(True)), "符号或数值不认识", "symbol or value not known"
    )
    strange = ~pl.col("species").is_in(SPECIES)
    refuse_rows(path, table.filter(strange), "树种不认识", "the species is not known")
    _refuse_strange_groups(path, table)
    key = ["species", "species_group"]
    both = pl.all_horizontal(pl.col(key).is_not_null())
    refuse_rows(
        path, table.filter(both), "树种与树种组只能填一个", "fill species or group, not both"
    )
    for form in _FORMS:
        part = table.filter(pl.col("symbol").is_in(form))
        count, kinds = pl.len().over(key), pl.col("symbol").n_unique().over(key)
        broken = part.filter((count != len(form)) | (kinds != len(form)))
        names = ", ".join(form)
        refuse_rows(path, broken, f"同一树种须恰有 {names}", f"a species needs {names}, each once")
    ids = pl.concat_str(pl.lit("own"), *key, "symbol", separator=".", ignore_nulls=True)
    rows = table.with_columns(
        ids.alias("parameter_id"),
        pl.lit("arbor").alias("vegetation_class"),
        pl.lit("published").alias("status"),
        pl.lit("read").alias("evidence"),
    )
    return rows.select(
        (pl.col(c) if c in rows.columns else pl.lit(None).alias(c)).cast(t)
        for c, t in PARAMETER_COLUMNS.items()
    )


def read_own_errors(path: Path, also: Iterable[str] = ()) -> pl.DataFrame:
    """Read relative standard errors of parameters and of a survey's measurements.

    Columns `match` (the beginning of the parameter ids it speaks of, as `carbon-fraction.`,
    `measurement.volume`, `measurement.volume.2020` or `own-factor.`), `relative_se` (a fraction,
    or percent with a % sign) and, if wanted, `shared` (`true`: one error common to all of them;
    the default).

    Parameters
    ----------
    also
        Ids of parameters beyond those of the shipped tables.

    Returns
    -------
    `assumed_id`, `match`, `relative_se`, `shared`.

    Raises
    ------
    UsageProblem
        If the file is not readable, a column is missing or every row, a beginning is there twice
        or fits no parameter, or an error is no number from 0 to 2.
    """
    table = read_text_table(path)
    require_columns(path, table, ("match", "relative_se"))
    shared = pl.col("shared") if "shared" in table.columns else pl.lit(None, pl.String)
    if table.is_empty():
        raise UsageProblem(
            zh=f"{path} 没有数据行:请写上误差", en=f"{path} has no rows: write the errors into it"
        )
    # the full-width sign is what Chinese keyboards write
    text = pl.col("relative_se").str.replace("％", "%", literal=True)
    number = text.str.strip_chars_end("% ").cast(pl.Float64, strict=False)
    table = table.select(
        pl.concat_str(pl.lit("own."), "match").alias("assumed_id"),
        "match",
        pl.when(text.str.ends_with("%"))
        .then(number / PERCENT)
        .otherwise(number)
        .alias("relative_se"),
        shared.fill_null("true").str.to_lowercase().alias("shared"),
    ).with_row_index("row", offset=2)
    error = pl.col("relative_se")
    bad = ~error.is_between(0, LARGEST_RELATIVE_SE)
    refuse_rows(
        path,
        table.filter(bad.fill_null(True)),
        "relative_se 应为 0–2 的小数,或写成百分数如 5%",
        "relative_se must be a fraction from 0 to 2, or a percentage such as 5%",
    )
    strange = ~pl.col("shared").is_in(["true", "false"])
    refuse_rows(path, table.filter(strange), "shared 应为 true 或 false", "shared is true or false")
    refuse_rows(
        path, table.filter(pl.col("match").is_duplicated()), "match 重复", "match is there twice"
    )
    known = [*all_parameters()["parameter_id"], *MEASUREMENTS, *OWN_FACTORS, *also]
    halves = [_halves(match or "", known) for match in table["match"]]
    refuse_rows(
        path,
        table.filter(halves),
        "match 只对应方程的一个系数;a 与 b 一起拟合,请写到方程为止,如 cbef-zhejiang.oak.",
        "match fits one coefficient of an equation; a and b were fitted together: name the "
        "equation, as cbef-zhejiang.oak.",
    )
    known += [RESIDUAL + name for name in known]
    idle = [not _fits(match or "", known) for match in table["match"]]
    refuse_rows(path, table.filter(idle), "match 不对应任何参数", "match fits no parameter")
    return table.select("assumed_id", "match", "relative_se", pl.col("shared") == "true")


def _halves(match: str, known: list[str]) -> bool:
    """Tell whether a beginning fits one of the coefficients a and b of an equation alone."""
    fitted = {name for name in known if name.startswith(match)}
    pairs = {name: name[:-1] + ("b" if name.endswith(".a") else "a") for name in fitted}
    return any(
        name.endswith((".a", ".b")) and pair in known and pair not in fitted
        for name, pair in pairs.items()
    )


def _fits(match: str, known: list[str]) -> bool:
    """Tell whether a beginning fits a parameter, or a measurement of one survey."""
    begins = any(name.startswith(match) for name in known)
    measurement, _, year = match.rpartition(".")
    return bool(match) and (begins or (measurement in MEASUREMENTS and year.isdecimal()))


def _refuse_strange_groups(path: Path, table: pl.DataFrame) -> None:
    groups = species_groups()["species_group"].unique()
    strange = ~pl.col("species_group").is_in(groups.implode())
    refuse_rows(path, table.filter(strange), "树种组不认识", "the species group is not known")
