"""Targets of the plan in stored units, and what a survey shows of them."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from sinkcalc.accounting.gross_production import NOT_NET, is_gross
from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import UsageProblem
from sinkcalc.units import MU_PER_HA, WAN
from sinkcalc.vocabulary import WETLAND_DEFINITIONS

# units a target file may use -> stored unit and factor
_UNITS: Final[dict[str, tuple[str, float]]] = {
    "m3": ("m3", 1.0),
    "万m3": ("m3", WAN),
    "万m³": ("m3", WAN),
    "ha": ("ha", 1.0),
    "亩": ("ha", 1 / MU_PER_HA),
    "万亩": ("ha", WAN / MU_PER_HA),
    "1": ("1", 1.0),
    "%": ("1", 0.01),
}
_STORED: Final = {
    "growing_stock": "m3",
    "forest_cover": "1",
    "wetland_area": "ha",
    "wetland_protection_rate": "1",
}
# a target this many times its reference, or a fraction of it as small, is a slip of the unit
_UNIT_SLIP: Final = 50.0
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2200
CITY: Final = "330100"


@dataclass(frozen=True)
class TargetRow:
    """One row of `targets.csv`, in stored units."""

    indicator: str
    definition: str
    unit: str
    baseline_year: int | None
    baseline_value: float | None
    baseline_source: str | None
    target_year: int
    target_value: float
    decimals: int
    region_code: str = CITY
    target_id: str = ""


@dataclass(frozen=True)
class Observation:
    """What one survey shows of an indicator, in stored units."""

    survey: int
    definition: str
    value: float
    se: float | None
    simulated: bool
    # whose records they are: two surveys of other records are no series
    series: str = ""
    # degrees of freedom of the error; None: its size counts as known
    df: float | None = None


def parse_target(row: dict[str, str | None], where: str) -> TargetRow:
    """Read one row of a target table and bring it to the stored unit.

    Raises
    ------
    UsageProblem
        If a field is missing or no number, the unit is not known, or the value is off by
        orders of magnitude from its own baseline.
    """
    if is_gross(str(row.get("indicator") or "")):
        zh, en = NOT_NET
        raise UsageProblem(
            zh=f"{where}:指标 {row['indicator']} 不能作目标:{zh}。请改用 {', '.join(_STORED)}",
            en=f"{where}: indicator {row['indicator']} is no target here: {en}. Use one of "
            f"{', '.join(_STORED)}",
        )
    try:
        indicator = str(row["indicator"])
        unit, factor = _UNITS[str(row["unit"])]
        if unit != _STORED[indicator]:
            raise KeyError(unit)
        baseline = row.get("baseline_value")
        target = TargetRow(
            target_id=where,
            indicator=indicator,
            definition=_definition(indicator, row.get("definition"), where),
            region_code=row.get("region_code") or CITY,
            unit=unit,
            baseline_year=int(year) if (year := row.get("baseline_year")) else None,
            baseline_value=float(baseline) * factor if baseline else None,
            baseline_source=row.get("baseline_source") or None,
            target_year=int(str(row["target_year"])),
            target_value=float(str(row["target_value"])) * factor,
            decimals=int(row.get("decimals") or 4),
        )
    except (KeyError, ValueError) as error:
        raise UsageProblem(
            zh=f"{where}:目标行不完整或单位不符({error})。需要 indicator({', '.join(_STORED)})、"
            f"unit({', '.join(_UNITS)})、target_year、target_value",
            en=f"{where}: the target row is incomplete or its unit does not fit ({error}). "
            f"It needs indicator ({', '.join(_STORED)}), unit ({', '.join(_UNITS)}), "
            "target_year, target_value",
        ) from None
    first = target.baseline_year or _FIRST_YEAR
    if not _FIRST_YEAR <= first < target.target_year <= _LAST_YEAR:
        raise UsageProblem(
            zh=f"{where}:年份不对:基期 {target.baseline_year},目标 {target.target_year}",
            en=f"{where}: the years are wrong: baseline {target.baseline_year}, "
            f"target {target.target_year}",
        )
    guard_unit(target, target.baseline_value, where)
    return target


def _definition(indicator: str, given: str | None, where: str) -> str:
    if not indicator.startswith("wetland"):
        return given or "local"
    if given and given not in WETLAND_DEFINITIONS:
        raise UsageProblem(
            zh=f"{where}:湿地目标的口径 {given} 不认识;可用 {', '.join(WETLAND_DEFINITIONS)}",
            en=f"{where}: the definition {given} of a wetland target is not known; use one of "
            f"{', '.join(WETLAND_DEFINITIONS)}",
        )
    return given or "plan_list"


def guard_unit(target: TargetRow, reference: float | None, where: str) -> None:
    """Refuse a target whose size cannot be meant.

    Parameters
    ----------
    reference
        Baseline, or shipped target of the same indicator; nothing to compare with if None.

    Raises
    ------
    UsageProblem
        With the explanation of 万m³.
    """
    value = target.target_value
    slip = value <= 0 or (target.unit == "1" and value > 1)
    if reference is not None and reference > 0:
        slip = slip or not 1 / _UNIT_SLIP < value / reference < _UNIT_SLIP
    if not slip:
        return
    shown = "–" if reference is None else f"{reference:,.0f}"
    raise UsageProblem(
        zh=f"{where}:{target.indicator} 的目标 {value:,.6g} {target.unit} 与参照值 {shown} "
        "相差悬殊,"
        "多半是单位写错。7 790 万m³ = 77 900 000 m³(7 790 万,不是 7 790 百万);"
        '请写 unit = "万m³" 或换算成 m³;比率用 0–1 或 "%"',
        en=f"{where}: the target of {target.indicator}, {value:,.6g} {target.unit}, is orders of "
        f"magnitude away from {shown}: most likely the unit is wrong. 7 790 万m³ is "
        "77 900 000 m3 = 77.9 million m3 (万 is 10 000), not 7 790 million m3; "
        'write the unit 万m³ or convert to m3; give a rate as 0-1 or with the unit "%"',
    )


def region_codes(region_code: str) -> list[str]:
    """List the counties of the city, or a county alone; the test region lies outside."""
    if region_code != CITY:
        return [region_code]
    return load_table("regions").rows.filter(pl.col("kind") != "test")["region_code"].to_list()


def inside(region_code: str) -> pl.Expr:
    """Say which counties a region has, by `region_code`.

    Records of the test region lie outside Hangzhou: they belong to no city total.
    """
    return pl.col("region_code").is_in(region_codes(region_code))
