"""What `ccer baseline` shows and says."""

from typing import Final

import polars as pl

from sinkcalc.ccer.calculation import Calculation
from sinkcalc.ccer.plan import SCENARIOS
from sinkcalc.cli.ccer_marks import project_marks, talk_about_unchecked
from sinkcalc.cli.output import talk
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import word

# of a table for people; marks of all rows stand in the title
_SHOWN: Final[dict[str | None, tuple[str, ...]]] = {
    None: (
        "period",
        "first_day",
        "last_day",
        "baseline_removal_t",
        "project_removal_t",
        "leakage_t",
        "risk_deduction_t",
        "reduction_t",
        "cumulative_t",
        "creditable_in_year_t",
        "creditable_t",
    ),
    "stratum": (
        "scenario",
        "stratum",
        "component",
        "species",
        "period",
        "last_day",
        "age_years",
        "volume_m3_per_ha",
        "above_ground_t_per_ha",
        "below_ground_t_per_ha",
        "carbon_t",
        "co2e_t",
        "change_co2e_t",
        "extrapolated",
    ),
    "pool": ("scenario", "pool", "period", "last_day", "co2e_t", "change_co2e_t"),
}


def view_of(frame: pl.DataFrame, by: str | None, settings: Settings) -> pl.DataFrame:
    """Return what a table for people shows; pools that hold nothing throughout are left out."""
    rows = frame.select(_SHOWN[by]).rename({"stratum": "ccer.stratum"}, strict=False)
    if by == "pool":
        held = pl.col("co2e_t").abs().max().over("scenario", "pool") > 0
        rows = rows.filter(held)
    if by == "stratum" and not rows["extrapolated"].any():
        rows = rows.drop("extrapolated")
    if "scenario" not in rows.columns:
        return rows
    names = {name: word(name, settings) for name in SCENARIOS}
    return rows.with_columns(pl.col("scenario").replace_strict(names, return_dtype=pl.String))


def baseline_title(found: Calculation, settings: Settings) -> str:
    """Return the heading with every mark that the figures carry."""
    project, pack = found.project, found.pack
    area = found.parcels["area_ha"].sum()
    return project_marks(found, found.unverified.height, settings) + settings.say(
        f"{project.name} · {pack.code} {pack.title_zh} · {area:.4f} ha · t CO2e,清除为正",
        f"{project.name} · {pack.code} {pack.title_en} · {area:.4f} ha · t CO2e, removals positive",
    )


def talk_about_baseline(found: Calculation, settings: Settings) -> None:
    """Say the total, what was left out, which curves serve, and what nobody has checked."""
    last = found.yearly.row(-1, named=True)
    years = found.yearly.height
    talk(
        settings,
        f"计入期 {years} 年合计减排 {last['cumulative_t']:.4f} t CO2e,可计入 "
        f"{last['creditable_t']} t(年均 {last['cumulative_t'] / years:.2f})",
        f"{years} years: reductions of {last['cumulative_t']:.4f} t CO2e, creditable "
        f"{last['creditable_t']} t ({last['cumulative_t'] / years:.2f} a year)",
    )
    for zh, en in found.notes:
        talk(settings, zh, en)
    talk_about_unchecked(found.unverified, found.used_items.height, settings)
