"""Published equations on the samples of a calibration."""

import numpy as np
import polars as pl

from sinkcalc.calibration.calibrate import CANDIDATE_COLUMNS
from sinkcalc.calibration.choose import measures
from sinkcalc.calibration.forms import FORMS, value
from sinkcalc.calibration.model import EVERY_GROUP
from sinkcalc.errors import UsageProblem


def against_published(samples: pl.DataFrame, equations: pl.DataFrame) -> pl.DataFrame:
    """Compare published equations with samples that they were not fitted to.

    With f the curve, y = a x + b or another form of `Model.form`: bias = mean(f - y),
    rmse = sqrt(mean((f - y)^2)), relative_rmse = rmse/mean(y), relative_error = sum(f)/sum(y) - 1.

    Parameters
    ----------
    samples
        `group`, `site`, `x` m3/ha, `y` t d.m./ha.
    equations
        `name`, `group`, `a`, `b`, and if they are no lines `form` and `c`. An equation without a
        group is compared with every group and with all samples together; one with a group with
        that group.

    Returns
    -------
    Columns of `Calibration.candidates` after `equation` (its name), so that both stack
    (`diagonal`): `estimator` published, no errors of coefficients, nothing chosen.
    The measures fill the cross-validated columns as well: the samples had no part in the
    equation, so its errors on them are errors on samples left out.

    Raises
    ------
    UsageProblem
        If a column is missing.

    Notes
    -----
    Whether an equation's biomass is that of the samples (with roots or without) has to be known:
    a bias may be nothing but that.
    """
    _require(samples, ("group", "site", "x", "y"), "samples")
    _require(equations, ("name", "group", "a", "b"), "equations")
    names = samples["group"].cast(pl.String)
    rows = []
    for equation in equations.iter_rows(named=True):
        own = [EVERY_GROUP, *sorted(set(names) - {EVERY_GROUP})]
        for group in own if equation["group"] is None else [equation["group"]]:
            used = samples if group == EVERY_GROUP else samples.filter(names == group)
            if not used.is_empty():
                rows.append(_row(group, used, equation))
    return pl.DataFrame(rows, schema={"equation": pl.String, **CANDIDATE_COLUMNS})


def _row(group: str, used: pl.DataFrame, equation: dict[str, object]) -> dict[str, object]:
    x, y = (used[name].cast(pl.Float64).to_numpy() for name in ("x", "y"))
    form = str(equation.get("form") or "linear")
    symbols = FORMS[form].symbols
    values = np.array([equation[symbol] for symbol in symbols], float)
    fitted = value(form, values, x, None)
    total = float(((y - y.mean()) ** 2).sum())
    return {
        **dict.fromkeys(CANDIDATE_COLUMNS),
        "equation": equation["name"],
        "group": group,
        "form": form,
        "estimator": "published",
        "n": len(y),
        "sites": used["site"].drop_nulls().n_unique() + used["site"].null_count(),
        **{symbol: equation[symbol] for symbol in symbols},
        "r2": 1 - float(((y - fitted) ** 2).sum()) / total if total else None,
        **measures(y, fitted),
        **measures(y, fitted, "cv_"),
        "refused": False,
        "chosen": False,
    }


def _require(frame: pl.DataFrame, columns: tuple[str, ...], what: str) -> None:
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise UsageProblem(
            zh=f"{what} 缺少列:{', '.join(missing)}",
            en=f"{what} lack columns: {', '.join(missing)}",
        )
