"""Growing stock per hectare over age: the four sigmoid curves of forest yield."""

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
GrowthForm = Literal["richards", "logistic", "korf", "schumacher"]

# simplest first; coefficients in the order of their covariance
GROWTH_SYMBOLS: Final[dict[GrowthForm, tuple[str, ...]]] = {
    "schumacher": ("a", "b"),
    "logistic": ("a", "b", "c"),
    "korf": ("a", "b", "c"),
    "richards": ("a", "b", "c"),
}
GROWTH_UNITS: Final[dict[GrowthForm, tuple[str, ...]]] = {
    "schumacher": ("m3/ha", "yr"),
    "logistic": ("m3/ha", "1", "1/yr"),
    "korf": ("m3/ha", "yr^c", "1"),
    "richards": ("m3/ha", "1/yr", "1"),
}
GROWTH_FORMULAS: Final[dict[GrowthForm, str]] = {
    "schumacher": "V = a exp(−b/A)",
    "logistic": "V = a/(1 + b exp(−c A))",
    "korf": "V = a exp(−b A^−c)",
    "richards": "V = a (1 − exp(−b A))^c",
}


def volume_at(form: GrowthForm, values: Floats, age: Floats) -> Floats:
    """Return growing stock per hectare at an age.

    richards    V = a (1 - exp(-b A))^c
    logistic    V = a / (1 + b exp(-c A))
    korf        V = a exp(-b A^-c)
    schumacher  V = a exp(-b / A)

    Parameters
    ----------
    values
        Coefficients, all above 0; the last axis holds those of `GROWTH_SYMBOLS`, the axes before
        it broadcast with `age`. `a` is the asymptote, m3/ha.
    age
        Years, 0 or more.

    Returns
    -------
    m3/ha, above or at 0, never falling with age. Korf and Schumacher are 0 at age 0.

    References
    ----------
    Richards 1959, J. Exp. Bot. 10:290; Korf 1939 and Schumacher 1939, J. For. 37:819; the forms
    as compared by Zeide 1993, For. Sci. 39:594 (recalled, not read).
    """
    a, b = values[..., 0], values[..., 1]
    c = values[..., -1]
    with np.errstate(divide="ignore"):
        if form == "richards":
            return np.asarray(a * (-np.expm1(-b * age)) ** c)
        if form == "logistic":
            return np.asarray(a / (1 + b * np.exp(-c * age)))
        if form == "korf":
            return np.asarray(a * np.exp(-b * age**-c))
        return np.asarray(a * np.exp(-b / age))


def volume_slopes(form: GrowthForm, values: Floats, age: Floats) -> Floats:
    """Return dV/d(coefficient) at each age.

    richards    u = 1 - exp(-b A): V/a, a c u^(c-1) A exp(-b A), V ln u
    logistic    D = 1 + b exp(-c A): 1/D, -a exp(-c A)/D^2, a b A exp(-c A)/D^2
    korf        V/a, -V A^-c, V b A^-c ln A
    schumacher  V/a, -V/A

    Parameters
    ----------
    values
        Coefficients, all above 0, in the order of `GROWTH_SYMBOLS`; shape k.
    age
        Years, 0 or more; shape n.

    Returns
    -------
    n x k; 0 at age 0 but for the logistic, whose curve does not begin at 0.
    """
    a, b, c = values[0], values[1], values[-1]
    volume = volume_at(form, values, age)
    # at age 0 the curve is 0 whatever the coefficients; 1 keeps logarithms finite there
    old = np.where(age > 0, age, 1)
    if form == "richards":
        left = np.exp(-b * old)
        columns = [volume / a, a * c * (1 - left) ** (c - 1) * old * left, np.log1p(-left) * volume]
    elif form == "logistic":
        left = np.exp(-c * age)
        below = 1 + b * left
        return np.column_stack([1 / below, -a * left / below**2, a * b * age * left / below**2])
    elif form == "korf":
        power = old**-c
        columns = [volume / a, -volume * power, volume * b * power * np.log(old)]
    else:
        columns = [volume / a, -volume / old]
    return np.asarray(np.where((age > 0)[:, None], np.column_stack(columns), 0))
