"""Which models that were activated serve nothing."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sinkcalc.cli.output import talk
from sinkcalc.cli.settings import Settings

if TYPE_CHECKING:
    from sinkcalc.store.models import StoredModel


def of_soil(stored: "StoredModel") -> bool:
    """Tell whether a model serves soil cores; the others serve stands."""
    return stored.model.kind.startswith("wetland-")


def of_growth(stored: "StoredModel") -> bool:
    """Tell whether a model is a growth curve, which serves forecasts."""
    return stored.model.kind == "growth"


def tell_unserved(settings: Settings, models: "Sequence[StoredModel]") -> None:
    """Name the groups whose models nothing can use."""
    from sinkcalc.pipeline.sample_groups import served_groups
    from sinkcalc.vocabulary import WETLAND_CLASSES

    strange = [
        stored.model.group
        for stored in models
        if of_soil(stored) and stored.model.group not in ("", *WETLAND_CLASSES)
    ]
    if strange:
        listed = ", ".join(strange)
        talk(
            settings,
            f"注意:{listed} 不是本程序的湿地类,土芯的估算用不上",
            f"note: {listed} is no wetland class of this program: no core can use it",
        )
    _tell_unserved_curves(settings, models)
    other = [
        stored.model.group
        for stored in models
        if stored.model.group
        and not of_soil(stored)
        and not of_growth(stored)
        and stored.model.group not in served_groups()
    ]
    if other:
        listed = ", ".join(other)
        talk(
            settings,
            f"注意:{listed} 不是本程序的树种或树种组,estimate --method calibrated 用不上",
            f"note: {listed} is no species or species group of this program: "
            "estimate --method calibrated cannot use it",
        )


def _tell_unserved_curves(settings: Settings, models: "Sequence[StoredModel]") -> None:
    from sinkcalc.coefficients.factors import species_groups
    from sinkcalc.vocabulary import ORIGINS

    known = set(species_groups()["species_group"])
    groups = [stored.model.group for stored in models if of_growth(stored) and stored.model.group]
    parts = [(group, *group.rpartition(".")[::2]) for group in groups]
    strange = [
        group
        for group, species, origin in parts
        if origin not in ORIGINS or (species and species not in known)
    ]
    if strange:
        listed = ", ".join(strange)
        talk(
            settings,
            f"注意:{listed} 不是“树种组.起源”,forecast 用不上",
            f"note: {listed} is no species_group.origin of this program: no forecast can use it",
        )
