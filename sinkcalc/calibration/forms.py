"""The curves from a size to a biomass: values, gradients, and how they are fitted."""

from dataclasses import dataclass
from typing import Final, cast, get_args

import numpy as np

from sinkcalc.calibration.model import Model
from sinkcalc.calibration.solve import Floats
from sinkcalc.errors import UsageProblem
from sinkcalc.models.growth import GrowthForm, volume_at, volume_slopes


@dataclass(frozen=True)
class Form:
    """What there is to know of a form before it is fitted.

    Attributes
    ----------
    symbols
        Coefficients in order.
    in_logs
        Fitted as a line through the logarithms.
    with_height
        Needs `h`.
    slope
        Place of the coefficient that must be above 0 for biomass to grow with size.
    weighted
        Whether weights by size mean anything to it.
    """

    symbols: tuple[str, ...]
    in_logs: bool
    with_height: bool
    slope: int
    weighted: bool = True


# simplest first: fewer coefficients, then fewer measurements, then nearer to a line
FORMS: Final = {
    "origin": Form(("a",), in_logs=False, with_height=False, slope=0),
    # no carbon without organic matter: before the line, which has an intercept
    "quadratic": Form(("a", "b"), in_logs=False, with_height=False, slope=0),
    "linear": Form(("a", "b"), in_logs=False, with_height=False, slope=0),
    "quadratic_intercept": Form(("a", "b", "c"), in_logs=False, with_height=False, slope=0),
    "mixing": Form(("a", "b"), in_logs=False, with_height=False, slope=0, weighted=False),
    "power": Form(("a", "b"), in_logs=True, with_height=False, slope=1),
    "hyperbolic": Form(("a", "b"), in_logs=False, with_height=False, slope=0),
    "power_d": Form(("a", "b"), in_logs=True, with_height=False, slope=1),
    "power_d2h": Form(("a", "b"), in_logs=True, with_height=True, slope=1),
    "power_d_h": Form(("a", "b", "c"), in_logs=True, with_height=True, slope=1),
    "schumacher": Form(("a", "b"), in_logs=False, with_height=False, slope=0),
    "logistic": Form(("a", "b", "c"), in_logs=False, with_height=False, slope=0),
    "korf": Form(("a", "b", "c"), in_logs=False, with_height=False, slope=0),
    "richards": Form(("a", "b", "c"), in_logs=False, with_height=False, slope=0),
}
_GROWTH: Final = get_args(GrowthForm)


def design(form: str, x: Floats, h: Floats | None) -> Floats:
    """Return the columns of the line that a form is fitted as, n x k.

    `linear` x, 1; `origin` x; `quadratic` x, x^2 (and 1 with an intercept); the powers 1, ln x
    (ln(D^2 H); ln D, ln H). Not for `hyperbolic`, `mixing` and curves of growth, which are
    no lines in any scale that keeps their errors.
    """
    if form == "linear":
        return np.column_stack([x, np.ones_like(x)])
    if form == "origin":
        return x[:, None]
    one = np.ones_like(x)
    if form == "quadratic":
        return np.column_stack([x, x * x])
    if form == "quadratic_intercept":
        return np.column_stack([x, x * x, one])
    if form == "power_d2h":
        return np.column_stack([one, np.log(x * x * heights(form, h))])
    if form == "power_d_h":
        return np.column_stack([one, np.log(x), np.log(heights(form, h))])
    return np.column_stack([one, np.log(x)])


def heights(form: str, h: Floats | None) -> Floats:
    """Return the heights.

    Raises
    ------
    UsageProblem
        If there are none and the form needs them.
    """
    if h is None:
        raise UsageProblem(
            zh=f"形式 {form} 需要树高 h。请给出树高,或改用 power_d",
            en=f"the form {form} needs the height h. Give heights, or use power_d",
        )
    return h


def value(form: str, values: Floats, x: Floats, h: Floats | None) -> Floats:
    """Return y of a form: see `Model.form` for the equations."""
    if form in _GROWTH:
        return volume_at(cast("GrowthForm", form), values, x)
    a = values[0]
    if form == "linear":
        return np.asarray(a * x + values[1])
    if form == "origin":
        return np.asarray(a * x)
    if form in ("quadratic", "quadratic_intercept"):
        return np.asarray(design(form, x, h) @ values)
    if form == "mixing":
        return np.asarray(1 / (x / a + (1 - x) / values[1]))
    if form == "hyperbolic":
        return np.asarray(x / (a + values[1] * x))
    if form == "power_d2h":
        return np.asarray(a * (x * x * heights(form, h)) ** values[1])
    if form == "power_d_h":
        return np.asarray(a * x ** values[1] * heights(form, h) ** values[2])
    return np.asarray(a * x ** values[1])


def slopes(form: str, values: Floats, x: Floats, h: Floats | None) -> Floats:
    """Return dy/d(coefficient) of a form, n x k, in the order of its symbols.

    Where the size is 0 a power is 0 whatever its coefficients: its derivatives are 0 there.
    """
    if form in ("linear", "origin", "quadratic", "quadratic_intercept"):
        return design(form, x, h)
    if form in _GROWTH:
        return volume_slopes(cast("GrowthForm", form), values, x)
    if form == "mixing":
        squared = value(form, values, x, h) ** 2
        return np.column_stack([squared * x / values[0] ** 2, squared * (1 - x) / values[1] ** 2])
    if form == "hyperbolic":
        below = values[0] + values[1] * x
        return np.column_stack([-x / below**2, -((x / below) ** 2)])
    y = value(form, values, x, h)
    positive = (x > 0) & (np.ones_like(x) if h is None else h > 0).astype(bool)
    safe = np.where(positive, x, 1)
    columns = design(form, safe, None if h is None else np.where(positive, h, 1))
    columns[:, 0] = 1 / values[0]
    return np.asarray(np.where(positive[:, None], y[:, None] * columns, 0))


def predict(model: Model, x: Floats, h: Floats | None = None) -> Floats:
    """Return the biomass of sizes by a model.

    y as `Model.form` says, with the model's coefficients.

    Parameters
    ----------
    model
        Volume to biomass or tree model.
    x
        Volume m3/ha or diameter cm, none negative; shape n.
    h
        Height m, shape n; for forms with height.

    Returns
    -------
    t d.m./ha or kg d.m. of a tree, shape n; NaN for sizes that are NaN.

    Raises
    ------
    UsageProblem
        If the form needs heights and there are none.

    Notes
    -----
    Valid between `x_min` and `x_max` (`h_min`, `h_max`); outside it extrapolates, and whoever
    applies it says so. A negative intercept gives negative biomass below -b/a: it is not cut.
    """
    return value(model.form, np.array(model.values), np.asarray(x, float), _floats(h))


def gradient(model: Model, x: Floats, h: Floats | None = None) -> Floats:
    """Return dy/d(coefficient) of sizes by a model.

    var(y) = g' C g with C the covariance of the model; that of a sum of predictions is
    (sum g)' C (sum g).

    Parameters
    ----------
    model, x, h
        As for `predict`.

    Returns
    -------
    n x k, columns in the order of `model.symbols`; 0 where the size of a power is 0.

    Raises
    ------
    UsageProblem
        If the form needs heights and there are none.

    Notes
    -----
    The delta method: C holds the back-transformation as well (see `logs.back_transform`).
    """
    return slopes(model.form, np.array(model.values), np.asarray(x, float), _floats(h))


def _floats(values: Floats | None) -> Floats | None:
    return None if values is None else np.asarray(values, float)
