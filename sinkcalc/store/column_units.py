"""Units of the columns of the database, by one rule from their names.

``<quantity>_<unit>[_per_<unit>…][_se|_ci_low|_ci_high]``; a figure without a unit in its name has
the one that its row names.
"""

import re
from collections.abc import Collection
from typing import Final

_ERRORS: Final = re.compile(r"_(?:se|sd|ci_low|ci_high|low|high|median|upper|lower)$")
# longest first: t_co2e is no e
_OVER: Final = {
    "t_co2e": "t CO2e",
    "t_c": "t C",
    "kg_ch4": "kg CH4",
    "kg_n2o": "kg N2O",
    "wan_m3": "1e4 m3",
    "wan_mu": "1e4 mu",
    "m3": "m3",
    "m2": "m2",
    "ha": "ha",
    "mu": "mu",
    "cm": "cm",
    "mm": "mm",
    "ppt": "ppt",
    "years": "a",
    "fraction": "1",
    "percent": "%",
    "kg": "kg",
    "g": "g",
    "m": "m",
    "t": "t",
}
_UNDER: Final = {"year": "yr", "ha": "ha", "mu": "mu", "m3": "m3", "cm3": "cm3", "m2": "m2"}
# what a tonne weighs is in the word before it
_MASSES: Final = {
    "carbon": "t C",
    "carbon_stock": "t C",
    "co2e": "t CO2e",
    "biomass": "t d.m.",
    "above_ground": "t d.m.",
    "below_ground": "t d.m.",
    "gas": "t {gas}",
    "baseline_removal": "t CO2e",
    "project_removal": "t CO2e",
    "leakage": "t CO2e",
    "risk_deduction": "t CO2e",
    "reduction": "t CO2e",
    "cumulative": "t CO2e",
    "creditable": "t CO2e",
    "creditable_in_year": "t CO2e",
    "expected": "t CO2e",
    "surplus": "t CO2e",
    "quantity": "t CO2e",
    "verified": "t CO2e",
    "event_emissions": "t CO2e",
    "issued": "t CO2e",
    "cancelled": "t CO2e",
    "reversed": "t CO2e",
    "balance": "t CO2e",
    "debt": "t CO2e",
    "uncovered": "t CO2e",
}
# names that have one unit wherever they are
_KNOWN: Final = {
    "longitude": "degree",
    "latitude": "degree",
    "rate_per_year": "1/yr",
    "rate_se": "1/yr",
    "mass_t": "t {gas}/yr",
    "low_t": "t {gas}/yr",
    "high_t": "t {gas}/yr",
    "wood_density": "t d.m./m3",
    "residual_variance": "",
    "activity": "{activity_unit}",
}
# figures without a dimension, however rows are measured
_PURE: Final = {
    "bcef_s",
    "bef",
    "root_shoot_ratio",
    "probability",
    "df",
    "n",
    "culms",
    "stems",
    "factor",
    "land_use_factor",
    "management_factor",
    "input_factor",
    "correction_factor",
    "difference_in",
    "sampling_precision",
    "loading",
    "weight",
    "weight_min",
    "weight_max",
    "r2",
    "residual_correlation",
    "residual_power",
    "relative_error",
    "relative_rmse",
    "cv_relative_error",
    "cv_relative_rmse",
    "largest_miss",
    "draws",
}
_WHOLE: Final = ("INTEGER", "BIGINT", "SMALLINT", "TINYINT", "HUGEINT")


def column_unit(name: str, kind: str, columns: Collection[str]) -> str:
    """Return the unit of a column.

    Parameters
    ----------
    name
        Name of the column.
    kind
        Its DuckDB type.
    columns
        Names of all columns of the table or view.

    Returns
    -------
    The unit, as ``t C/ha/yr``; ``1`` for what has no dimension; blank for what is no quantity; a
    name in braces, as ``{unit}/yr``, for the unit that the row has in the column of this name.

    Examples
    --------
    >>> column_unit("carbon_t_per_ha_se", "DOUBLE", ())
    't C/ha'
    >>> column_unit("change_per_year", "DOUBLE", ("change_per_year", "unit"))
    '{unit}/yr'
    """
    if kind not in ("DOUBLE", "FLOAT", *_WHOLE) and not kind.startswith("DECIMAL"):
        return ""
    if name in _KNOWN:
        return _KNOWN[name]
    stem, *under = _ERRORS.sub("", name).split("_per_")
    if any(word not in _UNDER for word in under):
        return ""
    over = _over(stem)
    if over is None and kind in _WHOLE:
        return ""
    if over is None and not under and "unit" not in columns:
        return ""
    if over is None:
        # stems_per_ha are counted, change_per_year is measured
        over = "{unit}" if "unit" in columns else "1"
    return "/".join((over, *(_UNDER[word] for word in under)))


def _over(stem: str) -> str | None:
    """Return what is above the line; None for a name that says nothing of it."""
    if stem in _PURE or stem == "share" or stem.startswith("share_"):
        return "1"
    for word, unit in _OVER.items():
        if stem == word or stem.endswith(f"_{word}"):
            before = stem[: -len(word)].rstrip("_")
            return _mass(before) if word == "t" else unit
    return None


def _mass(before: str) -> str:
    found = [word for word in _MASSES if before == word or before.endswith(f"_{word}")]
    return _MASSES[max(found, key=len)] if found else "t"
