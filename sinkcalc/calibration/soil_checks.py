"""What is checked of relations with organic matter, whose samples come in studies."""

from typing import TYPE_CHECKING

import numpy as np

from sinkcalc.calibration.outcome import CalibrationOptions, Problem
from sinkcalc.calibration.problems import problem
from sinkcalc.calibration.solve import Floats

if TYPE_CHECKING:
    from sinkcalc.calibration.fit import Data, Fit
    from sinkcalc.calibration.samples import Samples


def check_studies(name: str, samples: "Samples", options: CalibrationOptions) -> list[Problem]:
    """Say why samples of too few studies have no model of their own.

    All samples together need two studies, without which nothing is known of another one.
    """
    studies = len(np.unique(samples.sites))
    needed = options.min_sites if name else min(options.min_sites, 2)
    if studies >= needed:
        return []
    code = "too_few_sites" if name else "one_site_only"
    return [problem(code, name, n=studies, needed=needed)]


def below_zero(group: str, fit: "Fit", data: "Data") -> list[Problem]:
    """Say that a relation gives less than none within the range of its samples."""
    below = fit.fitted < 0
    if not below.any():
        return []
    most = float(data.x[below].max())
    return [problem("negative_within", group, fit.form, n=int(below.sum()), most=most)]


def serves_worse(own: Floats, common: Floats, y: Floats) -> tuple[float, float] | None:
    """Return both errors where a group's own model predicts it no better than that of all.

    Root of the cross-validated mean square error of both on the samples of the group.
    """
    of_own, of_common = (float(np.sqrt(((found - y) ** 2).mean())) for found in (own, common))
    return (of_own, of_common) if of_own >= of_common else None
