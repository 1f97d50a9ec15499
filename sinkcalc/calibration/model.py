"""A fitted relation between a measured size and a biomass, as it is stored and applied."""

from dataclasses import dataclass
from typing import Final, Literal

from sinkcalc.models.growth import GROWTH_SYMBOLS, GrowthForm

Kind = Literal["volume-biomass", "tree-biomass", "wetland-carbon", "wetland-bulk-density", "growth"]
VolumeForm = Literal["linear", "origin", "power", "hyperbolic"]
TreeForm = Literal["power_d", "power_d2h", "power_d_h"]
SoilForm = Literal["origin", "linear", "quadratic", "quadratic_intercept", "mixing"]
FormName = VolumeForm | TreeForm | SoilForm | GrowthForm
Estimator = Literal["ols", "wls", "huber", "mixed"]
# how the mean of a power is recovered from a fit in logarithms
Correction = Literal["baskerville", "duan", "snowdon", "none"]
# what the spread of the residuals grows with
ResidualBase = Literal["size", "prediction"]

# what the biomass of the samples is: with roots, or what is above ground
BiomassPool = Literal["whole_tree", "above_ground"]

VOLUME_FORMS: Final[tuple[VolumeForm, ...]] = ("linear", "origin", "power", "hyperbolic")
TREE_FORMS: Final[tuple[TreeForm, ...]] = ("power_d", "power_d2h", "power_d_h")
CARBON_FORMS: Final[tuple[SoilForm, ...]] = (
    "origin",
    "quadratic",
    "linear",
    "quadratic_intercept",
)
DENSITY_FORMS: Final[tuple[SoilForm, ...]] = ("mixing",)
GROWTH_FORMS: Final[tuple[GrowthForm, ...]] = tuple(GROWTH_SYMBOLS)
FORMS_OF: Final[dict[Kind, tuple[FormName, ...]]] = {
    "volume-biomass": VOLUME_FORMS,
    "tree-biomass": TREE_FORMS,
    "wetland-carbon": CARBON_FORMS,
    "wetland-bulk-density": DENSITY_FORMS,
    "growth": GROWTH_FORMS,
}
# group of a model that is fitted to all samples together and serves every group
EVERY_GROUP: Final = ""


@dataclass(frozen=True)
class Model:
    """One fitted relation of one group.

    Attributes
    ----------
    kind
        `volume-biomass`: y biomass t d.m./ha, x volume m3/ha. `tree-biomass`: y biomass kg d.m.
        of a tree, x diameter cm, h height m. `wetland-carbon`: y organic carbon g/g, x organic
        matter g/g of dry soil. `wetland-bulk-density`: y dry bulk density g/cm3, x organic matter.
        `growth`: y growing stock m3/ha, x age in years.
    form
        `linear` y = a*x + b; `origin` y = a*x; `power` y = a*x^b; `hyperbolic` y = x/(a + b*x);
        `power_d` y = a*D^b; `power_d2h` y = a*(D^2 H)^b; `power_d_h` y = a*D^b*H^c;
        `quadratic` y = a*x + b*x^2; `quadratic_intercept` y = a*x + b*x^2 + c;
        `mixing` y = 1/(x/a + (1 - x)/b); of growth `richards` y = a*(1 - exp(-b*x))^c; `logistic`
        y = a/(1 + b*exp(-c*x)); `korf` y = a*exp(-b*x^-c); `schumacher` y = a*exp(-b/x).
    group
        Species group (or whatever the samples are grouped by); `EVERY_GROUP` for all samples. Of
        growth `species_group.origin`, or `.origin` for all species of an origin.
    symbols, values
        The coefficients in the order of the covariance. The `a` of a form fitted in logarithms
        holds the back-transformation: a = exp(intercept) * correction_factor.
    covariance
        Of `values` on their own scale, row by row. Of a mixed model with `EVERY_GROUP`: about
        the coefficients of a group without samples, which the spread between groups belongs to.
    shared_errors
        Of models that were fitted together: loadings of the coefficients (rows) on independent
        standard errors (columns) that all of them have in common, on the scale of `values`. Part
        of the covariance; that of the coefficients of two models is shared_g shared_h'. Empty
        without.
    df
        Degrees of freedom of the interval.
    residual_variance, residual_power, residual_base
        Variance of one sample about the curve: residual_variance * base^residual_power, base the
        size x or the prediction.
    correction, correction_factor
        Back-transformation; `none` and 1 for forms that are not fitted in logarithms.
    n, sites
        Samples and sites (or studies) behind the fit.
    x_min, x_max, h_min, h_max
        Range of the samples; the heights are None without heights.
    biomass_pool
        What the biomass of the samples is.
    residual_correlation
        Of two samples of one site; 0 where they count as independent.
    """

    kind: Kind
    form: FormName
    group: str
    estimator: Estimator
    symbols: tuple[str, ...]
    values: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    df: float
    residual_variance: float
    residual_power: float
    residual_base: ResidualBase
    correction: Correction
    correction_factor: float
    n: int
    sites: int
    x_min: float
    x_max: float
    h_min: float | None = None
    h_max: float | None = None
    biomass_pool: BiomassPool = "whole_tree"
    shared_errors: tuple[tuple[float, ...], ...] = ()
    residual_correlation: float = 0.0
