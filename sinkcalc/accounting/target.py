"""The plan's indicators beside what the surveys show."""

from dataclasses import dataclass
from typing import Any, Final

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


def inside(region_code: str) -> pl.Expr:
    """Say which counties a region has, by `region_code`.

    Records of the test region lie outside Hangzhou: they belong to no city total.
    """
    regions = load_table("regions").rows.filter(pl.col("kind") != "test")["region_code"]
    wanted = regions if region_code == CITY else pl.Series([region_code])
    return pl.col("region_code").is_in(wanted.implode())


def assess(
    target: TargetRow, observations: list[Observation], missing: str = "no_survey"
) -> dict[str, Any]:
    """Judge one target by the surveys.

    needed_per_year = gap / (target year - current year), null from the target year on.
    observed_per_year is the mean yearly change between the last two surveys.

    Status: `met` or `missed` by a survey of the target year or later; before that `on_track`
    or `behind` by the current value plus the observed change to the target year, or, with one
    survey only, by the straight line from baseline to target. Where there is neither a second
    survey nor a baseline there is no line: `on_track` means that the target is reached already,
    `behind` that it is not. Values are compared at the precision the target was published with.

    Parameters
    ----------
    observations
        Surveys in order of year, all of them in the target's unit.
    missing
        Why there is none.

    Returns
    -------
    Fields of `Target`.
    """
    row: dict[str, Any] = {
        "target_id": target.target_id,
        "region_code": target.region_code,
        "indicator": target.indicator,
        "definition": target.definition,
        "unit": target.unit,
        "baseline_year": target.baseline_year,
        "baseline_value": target.baseline_value,
        "baseline_source": target.baseline_source,
        "target_year": target.target_year,
        "target_value": target.target_value,
        "probability": None,
    }
    if not observations:
        return row | {"status": "no_data", "status_reason": missing}
    current = observations[-1]
    row |= {
        "current_year": current.survey,
        "current_value": current.value,
        "current_se": current.se,
        "simulated": current.simulated,
    }
    same = [
        o
        for o in observations
        if (o.definition, o.simulated, o.series)
        == (current.definition, current.simulated, current.series)
    ]
    if current.definition != target.definition:
        return row | {"status": "not_comparable", "status_reason": "definition_differs"}
    gap = target.target_value - current.value
    years = target.target_year - current.survey
    row["gap"] = gap
    if len(same) > 1:
        before = same[-2]
        row["observed_per_year"] = (current.value - before.value) / (current.survey - before.survey)
    return row | _judge(target, current.value, years, gap, row.get("observed_per_year"))


def _judge(
    target: TargetRow, value: float, years: int, gap: float, observed: float | None
) -> dict[str, Any]:
    def reached(figure: float, goal: float) -> bool:
        return round(figure, target.decimals) >= round(goal, target.decimals)

    if years <= 0:
        status = "met" if reached(value, target.target_value) else "missed"
        return {"status": status, "status_reason": "settled_by_survey"}
    found: dict[str, Any] = {"needed_per_year": gap / years}
    if observed is not None:
        projected = value + observed * years
        status = "on_track" if reached(projected, target.target_value) else "behind"
        return found | {
            "projected_value": projected,
            "status": status,
            "status_reason": "projected_from_last_two_surveys",
        }
    line, reason = target.target_value, "one_survey_no_baseline"
    if target.baseline_year is not None and target.baseline_value is not None:
        done = (target.target_year - years - target.baseline_year) / (
            target.target_year - target.baseline_year
        )
        line = target.baseline_value + done * (target.target_value - target.baseline_value)
        reason = "line_from_baseline_to_target"
    status = "on_track" if reached(value, line) else "behind"
    return found | {"status": status, "status_reason": reason}
