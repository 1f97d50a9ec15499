"""What to estimate of wetlands, and how."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from sinkcalc.accounting.wetland_density import ONE_METRE_CM
from sinkcalc.pipeline.core_stocks import CoreOptions
from sinkcalc.vocabulary import DEFAULT_GWP_SET, WETLAND_BY_KEYS


@dataclass(frozen=True)
class WetlandOptions:
    """What to estimate and how.

    Attributes
    ----------
    by
        Keys to group by, in the order of `WETLAND_BY_KEYS`.
    soil_depth_cm
        Depth of the soil pool; densities of another depth are never taken for it.
    gaps, short, equivalent_mass_t_per_ha, total_carbon
        Rules of cores, see `CoreOptions`. With an equivalent mass only cores serve.
    errors
        A user's table of errors, which comes before the published and assumed ones.
    """

    survey: int
    by: tuple[str, ...] = ()
    soil_depth_cm: int = 100
    gwp_set: str = DEFAULT_GWP_SET
    gaps: Literal["neighbours", "leave_out"] = "neighbours"
    short: Literal["leave_out", "extrapolate"] = "leave_out"
    equivalent_mass_t_per_ha: float | None = None
    total_carbon: Literal["exclude", "include"] = "exclude"
    errors: Path | None = None

    @property
    def by_keys(self) -> str:
        """The keys as stored with the run."""
        return ",".join(key for key in WETLAND_BY_KEYS if key in self.by)

    @property
    def usual(self) -> bool:
        """Whether only survey and grouping were chosen."""
        return self == WetlandOptions(self.survey, self.by)

    @property
    def cores(self) -> CoreOptions:
        """The rules of cores."""
        return CoreOptions(
            self.soil_depth_cm,
            self.gaps,
            self.short,
            self.equivalent_mass_t_per_ha,
            self.total_carbon,
        )

    @property
    def to_one_metre(self) -> CoreOptions:
        """The same rules of cores to 1 m, to which an excavation takes the soil."""
        return replace(self.cores, depth_cm=ONE_METRE_CM, equivalent_mass_t_per_ha=None)

    @property
    def core_words(self) -> str:
        """The rules of cores as stored with the run."""
        mass = self.equivalent_mass_t_per_ha
        rules = [f"gaps={self.gaps}", f"short={self.short}", f"total_carbon={self.total_carbon}"]
        return "; ".join([*rules, *([] if mass is None else [f"equivalent_mass={mass:g} t/ha"])])


def options_of_run(
    survey: int, soil_depth_cm: int, gwp_set: str | None, core_words: str, by_keys: str
) -> WetlandOptions:
    """Return the options of a stored run, but for its errors; see `WetlandOptions.core_words`."""
    rules = dict(rule.split("=", 1) for rule in core_words.split("; ") if rule)
    mass = rules.get("equivalent_mass")
    return WetlandOptions(
        survey,
        tuple(filter(None, by_keys.split(","))),
        soil_depth_cm,
        gwp_set or DEFAULT_GWP_SET,
        rules.get("gaps", "neighbours"),  # type: ignore[arg-type]  # as the run stored them
        rules.get("short", "leave_out"),  # type: ignore[arg-type]  # likewise
        None if mass is None else float(mass.removesuffix(" t/ha")),
        rules.get("total_carbon", "exclude"),  # type: ignore[arg-type]  # likewise
    )
