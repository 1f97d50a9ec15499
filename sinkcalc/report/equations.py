"""Fitted relations in words: formula with figures, unit of each coefficient."""

import re
from dataclasses import dataclass
from typing import Final, cast

from sinkcalc.calibration.model import Kind, Model
from sinkcalc.models.growth import GROWTH_FORMULAS, GROWTH_UNITS, GrowthForm


@dataclass(frozen=True)
class KindWords:
    """What the sizes and results of a kind of model are called.

    Attributes
    ----------
    size, result
        Chinese and English name.
    size_symbol, result_symbol
        As in the equations.
    size_unit, result_unit
        As printed with figures.
    """

    size: tuple[str, str]
    size_symbol: str
    size_unit: str
    result: tuple[str, str]
    result_symbol: str
    result_unit: str


KINDS: Final[dict[Kind, KindWords]] = {
    "volume-biomass": KindWords(
        ("蓄积", "volume"), "V", "m³/ha", ("生物量", "biomass"), "B", "t d.m./ha"
    ),
    "tree-biomass": KindWords(
        ("胸径", "diameter"), "D", "cm", ("生物量", "biomass"), "B", "kg d.m."
    ),
    "wetland-carbon": KindWords(
        ("有机质", "organic matter"), "OM", "g/g", ("有机碳", "organic carbon"), "C", "g C/g"
    ),
    "wetland-bulk-density": KindWords(
        ("有机质", "organic matter"), "OM", "g/g", ("容重", "bulk density"), "BD", "g/cm3"
    ),
    "growth": KindWords(("年龄", "age"), "A", "yr", ("每公顷蓄积", "growing stock"), "V", "m³/ha"),
}
# unit of each coefficient of a form, in the order of its symbols
UNITS: Final[dict[str, tuple[str, ...]]] = {
    "linear": ("t d.m./m3", "t d.m./ha"),
    "origin": ("t d.m./m3",),
    "power": ("t d.m./ha at 1 m3/ha", "1"),
    "hyperbolic": ("m3/t d.m.", "ha/t d.m."),
    "power_d": ("kg d.m. at 1 cm", "1"),
    "power_d2h": ("kg d.m. at 1 cm2 m", "1"),
    "power_d_h": ("kg d.m. at 1 cm and 1 m", "1", "1"),
}
# of relations with organic matter
_SOIL_UNITS: Final[dict[str, tuple[str, ...]]] = {
    "origin": ("g C/g",),
    "linear": ("g C/g", "g C/g"),
    "quadratic": ("g C/g", "g C/g"),
    "quadratic_intercept": ("g C/g", "g C/g", "g C/g"),
    "mixing": ("g/cm3", "g/cm3"),
}
_SOIL_FORMULAS: Final = {
    "origin": "C = a OM",
    "linear": "C = a OM + b",
    "quadratic": "C = a OM + b OM²",
    "quadratic_intercept": "C = a OM + b OM² + c",
    "mixing": "BD = 1/(OM/a + (1 − OM)/b)",
}
FORMULAS: Final = {
    "linear": "B = a V + b",
    "origin": "B = a V",
    "power": "B = a V^b",
    "hyperbolic": "B = V/(a + b V)",
    "power_d": "B = a D^b",
    "power_d2h": "B = a (D²H)^b",
    "power_d_h": "B = a D^b H^c",
}


def units_of(model: Model) -> tuple[str, ...]:
    """Return the units of the coefficients of a model."""
    if model.kind == "growth":
        return GROWTH_UNITS[cast("GrowthForm", model.form)]
    return (_SOIL_UNITS if _of_soil(model.kind) else UNITS)[model.form]


def formula_of(model: Model) -> str:
    """Return the relation of a model in symbols."""
    if model.kind == "growth":
        return GROWTH_FORMULAS[cast("GrowthForm", model.form)]
    return (_SOIL_FORMULAS if _of_soil(model.kind) else FORMULAS)[model.form]


def _of_soil(kind: Kind) -> bool:
    return kind in ("wetland-carbon", "wetland-bulk-density")


def equation_of(model: Model) -> str:
    """Return the relation of a model with its figures, as B = 1.07 V + 6.58."""
    if model.kind == "growth":
        return _growth_text(model)
    if not _of_soil(model.kind):
        return equation_text(model.form, model.values)
    figures = [f"{abs(value):.4g}" for value in model.values]
    signs = ["−" if value < 0 else "+" for value in model.values]
    if model.form == "mixing":
        return f"BD = 1/(OM/{figures[0]} + (1 − OM)/{figures[1]})"
    terms = {"linear": ("OM", "")}.get(model.form, ("OM", "OM²", ""))
    parts = [
        f"{sign} {figure} {term}".rstrip()
        for sign, figure, term in zip(signs, figures, terms, strict=False)
    ]
    text = " ".join(parts).removeprefix("+ ")
    return f"C = {text}"


def _growth_text(model: Model) -> str:
    """Write the figures of a curve in place of its symbols, each of which stands once."""
    text = GROWTH_FORMULAS[cast("GrowthForm", model.form)]
    for symbol, value in zip(model.symbols, model.values, strict=True):
        text = re.sub(rf"\b{symbol}\b", f"{value:.4g}", text, count=1)
    return text


def equation_text(form: str, values: tuple[float, ...]) -> str:
    """Return a relation of biomass with its figures, as B = 1.07 V + 6.58."""
    a, *rest = [f"{value:.4g}" for value in values]
    if form == "linear":
        sign = "−" if values[1] < 0 else "+"
        return f"B = {a} V {sign} {abs(values[1]):.4g}"
    if form == "hyperbolic":
        sign = "−" if values[1] < 0 else "+"
        return f"B = V/({a} {sign} {abs(values[1]):.4g} V)"
    if form == "power_d_h":
        return f"B = {a} D^{rest[0]} H^{rest[1]}"
    sizes = {"origin": "V", "power": "V", "power_d": "D", "power_d2h": "(D²H)"}
    return f"B = {a} {sizes[form]}" + (f"^{rest[0]}" if rest else "")
