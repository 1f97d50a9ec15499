"""Fitted relations in words: formula with figures, unit of each coefficient."""

from typing import Final

from sinkcalc.calibration.model import Model

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
    return UNITS[model.form]


def equation_text(form: str, values: tuple[float, ...]) -> str:
    """Return a relation with its figures, as B = 1.07 V + 6.58."""
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
