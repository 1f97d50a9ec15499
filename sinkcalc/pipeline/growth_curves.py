"""The growth curves that a forecast uses: active models, and curves fitted there and then."""

from collections.abc import Mapping

import polars as pl

from sinkcalc.accounting.curves import Curves
from sinkcalc.calibration.growth import fit_growth, group_names
from sinkcalc.calibration.model import EVERY_GROUP, Model
from sinkcalc.coefficients.factors import species_groups
from sinkcalc.errors import SinkcalcError
from sinkcalc.pipeline.fit_models import rounded
from sinkcalc.store.connection import Connection
from sinkcalc.store.growth import stand_sums
from sinkcalc.store.models import active_models

ACTIVE, FITTED, BOTH = "active_models", "stands_over_age", "active_and_stands_over_age"


def growth_curves(con: Connection, survey: int, *, active: bool = True) -> Curves:
    """Return the growth curves of a database.

    Active models of kind `growth`; groups of species and origin that none of them serves, neither
    its own nor that of the origin or of all stands, get the curve fitted to the stands of the
    survey over their ages (space for time).

    Parameters
    ----------
    survey
        Survey whose stands are fitted.
    active
        Whether active models come first; without them nothing but the stands of the survey enters.

    Returns
    -------
    Curves, that of all stands among them.

    Raises
    ------
    SinkcalcError
        If there is no curve of all stands, with the reason.
    """
    stored = active_models(con, "growth") if active else []
    models = {one.model.group: one.model for one in stored}
    ids = {one.model.group: one.model_id for one in stored}
    sources = {one.model.group: f"SAMPLE {one.sample_file}" for one in stored}
    if EVERY_GROUP in models:
        return Curves(models, ACTIVE, ids, sources)
    found = rounded(fit_growth(by_species_group(stand_sums(con, survey))))
    fitted = {model.group: model for model in found.models if not _served(model.group, models)}
    if EVERY_GROUP not in fitted:
        told = [problem for problem in found.problems if problem.group == EVERY_GROUP]
        zh = ";".join(problem.zh for problem in told) or "没有有年龄和蓄积的乔木林小班"
        en = "; ".join(problem.en for problem in told) or "no arbor stand has age and volume"
        raise SinkcalcError(
            zh=f"调查 {survey} 的小班得不到生长曲线:{zh}。补充小班的年龄与蓄积,"
            "或用 sinkcalc calibrate growth 由别的调查、样地或文件拟合并启用",
            en=f"the stands of survey {survey} give no growth curve: {en}. Give ages and volumes, "
            "or fit and activate curves of another survey, plots or a file with sinkcalc "
            "calibrate growth",
        )
    return Curves(models | fitted, BOTH if models else FITTED, ids, sources)


def _served(group: str, models: Mapping[str, Model]) -> bool:
    """Tell whether a curve stands for a group already: its own, or that of its origin."""
    species, _, origin = group.partition(".")
    return any(name in models for name in group_names(species, origin))


def by_species_group(sums: pl.DataFrame) -> pl.DataFrame:
    """Give group sums by species the species group of each."""
    return sums.join(species_groups(), on="species", how="left", maintain_order="left").drop(
        "species"
    )
