"""Growth curves of species groups and origins, fitted to group sums and chosen by region."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from sinkcalc.calibration.calibrate import CANDIDATE_COLUMNS
from sinkcalc.calibration.choose import choose, folds_of
from sinkcalc.calibration.growth_cells import (
    Cells,
    GrowthWeights,
    cells_of,
    least,
    most,
    spread_power,
)
from sinkcalc.calibration.growth_fit import GrowthFit, fit_growth_form, refit, with_level
from sinkcalc.calibration.growth_group import (
    Candidate,
    GrowthGroup,
    age_means,
    growth_model,
    growth_rows,
    growth_scores,
)
from sinkcalc.calibration.model import EVERY_GROUP, GROWTH_FORMS
from sinkcalc.calibration.outcome import Calibration, Problem
from sinkcalc.calibration.problems import problem
from sinkcalc.calibration.solve import Floats
from sinkcalc.calibration.studies import Integers
from sinkcalc.models.growth import GROWTH_SYMBOLS, GrowthForm

# the middle nine tenths of the stands
_OUTER: Final = 1 / 20
_SIMPLEST: Final = GROWTH_FORMS[0]


@dataclass(frozen=True)
class GrowthOptions:
    """What to fit and how to choose.

    Attributes
    ----------
    forms
        Candidate forms.
    weights
        `area`: a stand counts by its area; `stands`: each alike.
    power
        Variance of a stand in proportion to prediction^power; told from the spread of the stands
        of an age if None.
    folds
        Folds of the cross-validation over regions.
    seed
        Of the shuffle of ages where there is one region.
    """

    forms: tuple[GrowthForm, ...] = GROWTH_FORMS
    weights: GrowthWeights = "area"
    power: float | None = None
    folds: int = 10
    seed: int = 20240501


def group_names(species_group: str | None, origin: str | None) -> list[str]:
    """Return the groups whose curves can serve stands, the nearest first.

    `species_group.origin`, then `.origin` of all species, then `EVERY_GROUP`.
    """
    names = [f"{species_group}.{origin}"] if species_group and origin else []
    return [*names, *([f".{origin}"] if origin else []), EVERY_GROUP]


def served_by(rows: pl.DataFrame, models: Sequence[str]) -> dict[str, str]:
    """Return the groups of species and origin without a curve of their own -> that serving."""
    found: dict[str, str] = {}
    pairs = rows.select("species_group", "origin").unique().sort("species_group", "origin")
    for species, origin in pairs.drop_nulls().rows():
        own, *others = group_names(species, origin)
        if own not in models:
            found[own] = next((name for name in others if name in models), EVERY_GROUP)
    return found


def fit_growth(
    rows: pl.DataFrame,
    options: GrowthOptions | None = None,
    levels: pl.DataFrame | None = None,
) -> Calibration:
    """Fit growing stock per hectare to age in every group of species and origin, and choose.

    Every form by `fit_growth_form`; the form with the smallest error cross-validated over regions
    is chosen, or `schumacher`, which has a coefficient less, where it is hardly worse (`choose`).
    A form whose coefficients the data do not determine is refused, and so is a group with too few
    stands or ages, or too narrow a span of ages (rules `growth_` of parameters/sample_rules.csv).

    Parameters
    ----------
    rows
        Group sums by `species_group`, `origin`, `region_code` and `age` in whole years: `n`,
        `area` (ha), `volume` (m3), `square` = sum of area * (m3/ha)^2; of stands measured twice
        also `age_from`, `volume_from`, `square_from`, `cross` (see `cells_of`).
    options
        What to fit.
    levels
        With stands measured twice: group sums of stands measured once, which tell the level `a`.

    Returns
    -------
    Models of kind `growth`, the curve of all stands first, then those of origins, then those of
    species groups; candidates; the mean growing stock of each age with the curve that was fitted
    (`group`, `x` years, `y` m3/ha, `n`, ...); problems. The order of the rows changes nothing.

    Notes
    -----
    From stands measured once the curve is that of stands of different sites and treatment put in
    a row by their age (space for time). Cost follows the number of ages and regions.
    """
    chosen = options or GrowthOptions()
    problems: list[Problem] = []
    groups = [
        _fit_group(name, part, level, chosen, problems)
        for name, part, level in _parts(rows, rows if levels is None else levels, chosen)
    ]
    fitted = [group for group in groups if group.chosen is not None]
    candidates = [row for group in groups for row in growth_rows(group)]
    samples = [age_means(group) for group in fitted]
    return Calibration(
        models=[growth_model(group) for group in fitted],
        candidates=pl.DataFrame(candidates, schema=CANDIDATE_COLUMNS),
        samples=pl.concat(samples) if samples else pl.DataFrame(),
        problems=problems,
    )


def _parts(
    rows: pl.DataFrame, levels: pl.DataFrame, options: GrowthOptions
) -> Iterator[tuple[str, Cells, Cells | None]]:
    """Give each group with its cells, and the cells that tell its level."""
    both = pl.concat_str("species_group", pl.lit("."), "origin")
    one = pl.concat_str(pl.lit("."), "origin")
    every = pl.lit(EVERY_GROUP)
    for key in (every, one, both):
        keyed = [frame.with_columns(key.alias("group")) for frame in (rows, levels)]
        for name in sorted(keyed[0]["group"].drop_nulls().unique()):
            mine, level = (frame.filter(pl.col("group") == name).drop("group") for frame in keyed)
            if mine.is_empty():
                continue
            cells = cells_of(mine, options.weights)
            if rows is levels:
                yield name, cells, cells
            else:
                yield name, cells, None if level.is_empty() else cells_of(level, options.weights)


def _fit_group(
    name: str,
    cells: Cells,
    levels: Cells | None,
    options: GrowthOptions,
    problems: list[Problem],
) -> GrowthGroup:
    group = GrowthGroup(name, cells, cells if levels is None else levels)
    refusal = _refusal(name, cells, levels)
    if refusal is not None:
        problems.append(refusal)
        return group
    if cells.sites < least("growth_regions"):
        needed = int(least("growth_regions"))
        problems.append(problem("growth_few_regions", name, n=cells.sites, needed=needed))
    by_site = cells.sites > 1
    if not by_site:
        problems.append(problem("growth_one_region", name))
    blocks = cells.site if by_site else _ages(cells)
    folds = folds_of(blocks, options.folds, options.seed, by_site=True)
    power = spread_power(cells) if options.power is None else options.power
    for form in options.forms:
        fit = fit_growth_form(form, cells, power)
        if not fit.converged:
            problems.append(problem("growth_runs_away", name, form))
            continue
        cv_fitted = _cross_validated(fit, cells, folds)
        if cells.age_from is not None:
            fit = with_level(fit, group.levels)
        found = _undetermined(name, fit, cells)
        if not found and np.isnan(cv_fitted).any():
            found = [problem("not_cross_validated", name, form, n=_failed(cv_fitted, folds))]
        problems += found
        group.candidates.append(Candidate(fit, cv_fitted, bool(found)))
    group.chosen = _choice(group, folds)
    if group.chosen is None:
        problems.append(problem("no_model", name))
    return group


def _refusal(name: str, cells: Cells, levels: Cells | None) -> Problem | None:
    """Say why no form can be fitted to a group."""
    about = dict(zip(("instead_zh", "instead_en"), _instead(name), strict=True))
    if cells.stands < least("growth_stands"):
        needed = int(least("growth_stands"))
        return problem("growth_few_stands", name, n=cells.stands, needed=needed, **about)
    ages = len(np.unique(cells.age))
    if ages < least("growth_ages"):
        needed = int(least("growth_ages"))
        return problem("growth_few_ages", name, n=ages, needed=needed, **about)
    low, high = _middle(cells)
    if high - low < least("growth_span"):
        needed = int(least("growth_span"))
        return problem("growth_narrow", name, low=low, high=high, needed=needed, **about)
    if high < least("growth_oldest"):
        needed = int(least("growth_oldest"))
        return problem("growth_young", name, high=high, needed=needed, **about)
    return problem("growth_no_level", name) if levels is None else None


def _instead(name: str) -> tuple[str, str]:
    """Say in Chinese and English which curve serves in place of one's own."""
    if name == EVERY_GROUP:
        return "没有更宽的曲线可代替", "and there is no wider curve in its place"
    species, _, origin = name.partition(".")
    wider = f".{origin}"
    if not species:
        return "由全部林分的曲线代替", "and the curve of all stands serves"
    return f"由上一级的曲线代替({wider})", f"and the curve of {wider} serves"


def _middle(cells: Cells) -> tuple[float, float]:
    """Return the ages between which the middle nine tenths of the stands are.

    Of stands measured twice half of the ages are those of the earlier occasion.
    """
    age, n = cells.age, cells.n
    if cells.age_from is not None:
        age, n = np.concatenate([age, cells.age_from]), np.concatenate([n, n])
    order = np.argsort(age, kind="stable")
    below = np.cumsum(n[order]) / n.sum()
    low, high = np.searchsorted(below, [_OUTER, 1 - _OUTER])
    return float(age[order][low]), float(age[order][min(high, len(age) - 1)])


def _ages(cells: Cells) -> Integers:
    return np.unique(cells.age, return_inverse=True)[1].astype(np.int64)


def _cross_validated(fit: GrowthFit, cells: Cells, folds: Integers) -> Floats:
    """Return the curve at each cell as fitted without its fold; NaN where that cannot be."""
    found = np.full(len(folds), np.nan)
    for fold in np.unique(folds):
        out = folds == fold
        values = refit(fit, cells.take(~out))
        if values is not None:
            found[out] = cells.take(out).predicted(fit.form, values)
    return found


def _failed(cv_fitted: Floats, folds: Integers) -> int:
    return len(np.unique(folds[np.isnan(cv_fitted)]))


def _undetermined(name: str, fit: GrowthFit, cells: Cells) -> list[Problem]:
    """Say which coefficients the data do not determine, or that nothing rises with age."""
    errors = np.sqrt(np.diag(fit.log_covariance))
    limit = most("growth_log_se")
    found: list[Problem] = []
    worst = int(np.argmax(errors))
    if not errors[worst] <= limit:
        symbol, value = GROWTH_SYMBOLS[fit.form][worst], fit.values[worst]
        facts = {"value": value, "se": errors[worst], "most": limit}
        found.append(problem("growth_undetermined", name, fit.form, symbol=symbol, **facts))
    oldest = float(cells.age.max())
    share = float(fit.values[0] / fit.at(np.array([oldest]))[0])
    if not found and share > most("growth_asymptote"):
        facts = {"age": oldest, "share": share, "most": most("growth_asymptote")}
        found.append(problem("growth_asymptote", name, fit.form, value=fit.values[0], **facts))
    # of stands measured twice the level has no part in the prediction
    scores = growth_scores(cells, cells.predicted(fit.form, fit.values))
    value, missed = scores["r2"], scores["relative_error"]
    if not found and value is not None and not value > 0:
        found.append(problem("growth_no_rise", name, fit.form, value=value))
    if not found and missed is not None and abs(missed) > most("growth_bias"):
        facts = {"percent": 100 * missed, "most": 100 * most("growth_bias")}
        found.append(problem("growth_bias", name, fit.form, **facts))
    return found


def _choice(group: GrowthGroup, folds: Integers) -> Candidate | None:
    usable = [candidate for candidate in group.candidates if not candidate.refused]
    if not usable:
        return None
    cells = group.cells
    root = np.sqrt(cells.weight / cells.weight.mean())
    away = [root * (candidate.cv_fitted - cells.y) for candidate in usable]
    best = int(np.argmin([float((error**2).mean()) for error in away]))
    pair = [i for i, c in enumerate(usable) if c.fit.form == _SIMPLEST or i == best]
    place = choose([usable[i].fit.form for i in pair], [away[i] for i in pair], folds)
    return usable[pair[place]]
