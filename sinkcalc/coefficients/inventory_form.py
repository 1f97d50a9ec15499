"""What the form of the provincial inventory computes with: the guide's figures, a user's rates."""

from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.coefficients.load import load_table
from sinkcalc.coefficients.own_csv import read_text_table, refuse_rows, require_columns
from sinkcalc.errors import UsageProblem
from sinkcalc.units import PERCENT

TABLE: Final = "provincial_inventory"
FORM_TABLES: Final = (TABLE, "plant_biomass", "wood_density_bef", "root_shoot", "gwp")
# classes whose biomass the form counts by area
PLANT_CLASSES: Final = ("bamboo", "economic", "special_shrub")
CONVERTED_CLASSES: Final = ("arbor", *PLANT_CLASSES)
RATES: Final = ("growth_rate", "consumption_rate")
_RATE_COLUMNS: Final = tuple(f"{rate}{end}" for rate in RATES for end in ("", "_se"))
_FACTORS: Final = ("wood_density", "bef", "bef_above_ground")
CONVERTED: Final = tuple(f"converted_{name}_ha" for name in CONVERTED_CLASSES)
CONVERTED_MEAN: Final = tuple(f"converted_{name}_mean_ha" for name in CONVERTED_CLASSES)
_BIOMASS: Final = ("arbor_biomass_t_per_ha", "biomass_after_t_per_ha")
INPUT_COLUMNS: Final = (*_RATE_COLUMNS, *_FACTORS, *CONVERTED, *CONVERTED_MEAN, *_BIOMASS)


def form_values() -> dict[str, float]:
    """Return the figures of the table `provincial_inventory` that no class has of its own."""
    rows = load_table(TABLE).rows.filter(pl.col("vegetation_class").is_null())
    return dict(rows.select("symbol", "value").iter_rows())


def plant_biomass(symbol: str) -> dict[str, float]:
    """Return biomass per area of bamboo, economic forest and shrubs, t d.m./ha.

    Parameters
    ----------
    symbol
        `whole_plant_biomass` or `above_ground_biomass`.
    """
    columns = ["vegetation_class", "symbol", "value"]
    rows = pl.concat(load_table(name).rows.select(columns) for name in (TABLE, "plant_biomass"))
    found = rows.filter(pl.col("symbol") == symbol, pl.col("vegetation_class").is_in(PLANT_CLASSES))
    return dict(found.select("vegetation_class", "value").iter_rows())


def form_versions() -> str:
    """Name the tables behind the form with their versions."""
    return "; ".join(f"{name} {load_table(name).version}" for name in FORM_TABLES)


def read_rate(text: str, option: str) -> float:
    """Read a rate per year: a fraction such as 0.05, or 5%.

    Raises
    ------
    UsageProblem
        If it is no number, below 0, or so large that it is a percentage without its sign.
    """
    written = text.replace("\uff05", "%").strip()
    try:
        value = float(written.rstrip("% "))
    except ValueError:
        raise UsageProblem(
            zh=f"{option} {text!r} 不是数;写成小数 0.05 或 5%",
            en=f"{option} {text!r} is no number: write a fraction, 0.05, or 5%",
        ) from None
    if written.endswith("%"):
        value /= PERCENT
    limit = form_values()["largest_rate"]
    if 0 <= value <= limit:
        return value
    slip_zh, slip_en = "", ""
    if limit < value <= limit * PERCENT:
        fraction = f"{value / PERCENT:g}"
        slip_zh = f";若是百分数,写 {fraction} 或 {value:g}%"
        slip_en = f"; if it is a percentage, write {fraction} or {value:g}%"
    raise UsageProblem(
        zh=f"{option} {text}:年率是小数(每年占蓄积的份额),应在 0–{limit:g}{slip_zh}",
        en=f"{option} {text}: a rate is a fraction of the stock per year, from 0 to {limit:g}"
        f"{slip_en}",
    )


def read_inputs(path: Path, known: list[str]) -> pl.DataFrame:
    """Read a user's table of inputs by county.

    Column `region_code`, a county or the city (which serves counties without an own figure), and
    any of `INPUT_COLUMNS`: rates (fractions per year or with a % sign) with standard errors,
    `wood_density` (t d.m./m3), `bef` and `bef_above_ground` (1), areas of forest converted to
    other land in the year and as a mean of ten years (ha/yr), biomass before and after
    (t d.m./ha).

    Parameters
    ----------
    known
        Codes of the counties and of the city.

    Returns
    -------
    `region_code` and every one of `INPUT_COLUMNS`, null where the table says nothing.

    Raises
    ------
    UsageProblem
        If the file is not readable, a county or column is not known or there twice, or a figure
        is no number of its range.
    """
    table = read_text_table(path)
    require_columns(path, table, ("region_code",))
    strange = [c for c in table.columns if c not in ("region_code", "region_name", *INPUT_COLUMNS)]
    if strange or set(table.columns) <= {"region_code", "region_name"}:
        raise UsageProblem(
            zh=f"{path} 不认识列 {', '.join(strange) or '–'};可用:{', '.join(INPUT_COLUMNS)}",
            en=f"{path}: columns {', '.join(strange) or '–'} are not known; use any of "
            f"{', '.join(INPUT_COLUMNS)}",
        )
    table = table.with_row_index("row", offset=2)
    code = pl.col("region_code")
    lost = table.filter(~code.is_in(known).fill_null(False))
    refuse_rows(path, lost, "县代码不认识", "the code of the county is not known")
    refuse_rows(path, table.filter(code.is_duplicated()), "县重复", "the county is there twice")
    rows = [_inputs_of(path, row) for row in table.iter_rows(named=True)]
    types = {"region_code": pl.String, **dict.fromkeys(INPUT_COLUMNS, pl.Float64)}
    return pl.DataFrame(rows, schema=types)


def _inputs_of(path: Path, row: dict[str, str | None]) -> dict[str, str | float | None]:
    """Read the figures of one county."""
    out: dict[str, str | float | None] = {"region_code": row["region_code"]}
    for name in INPUT_COLUMNS:
        text, where = row.get(name), f"{path}, row {row['row']}, {name}"
        if text is None:
            out[name] = None
        elif name in _RATE_COLUMNS:
            out[name] = read_rate(text, where)
        else:
            out[name] = _amount(text, where, above=name in _FACTORS)
    return out


def _amount(text: str, where: str, *, above: bool) -> float:
    """Read a figure of at least 0, or above 0."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if value < 0 or value == float("inf") or value != value or (above and value == 0):
        least_zh, least_en = ("大于 0", "above 0") if above else ("不小于 0", "of at least 0")
        raise UsageProblem(
            zh=f"{where}:{text!r} 应为{least_zh}的数",
            en=f"{where}: {text!r} is no number {least_en}",
        )
    return value
