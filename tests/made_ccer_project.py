"""Projects for tests, without a file."""

from datetime import date
from pathlib import Path
from typing import Any

from sinkcalc.accounting.curves import Curves
from sinkcalc.calibration.model import EVERY_GROUP, Model
from sinkcalc.ccer.plan import Plan, Results, evaluate
from sinkcalc.ccer.plan_of import make_plan
from sinkcalc.ccer.project import (
    BambooPart,
    Component,
    OwnParameter,
    ParcelSource,
    Project,
    Removal,
    Stratum,
    Vegetation,
)
from sinkcalc.coefficients.packs import load_pack
from sinkcalc.models.growth import GROWTH_SYMBOLS, GrowthForm

PINE = ((5.0, 20.0), (10.0, 60.0), (15.0, 110.0), (20.0, 150.0))
FOREST = OwnParameter("forest_biomass", 80.0, "report", "table 3")


def trees(
    name: str = "pine",
    species: str = "masson_pine",
    share: float = 1.0,
    planted: int = 2015,
    removals: tuple[Removal, ...] = (),
    **other: Any,
) -> Component:
    """Trees on the table `pine`."""
    about = {"curve": "table", "curve_name": "pine"} | other
    return Component(name, species, share, planted, about["curve"], about["curve_name"], removals)


def bamboo(name: str, age_du: float, dbh_cm: float, culms: float) -> BambooPart:
    """Moso bamboo of a constant number of culms."""
    return BambooPart(name, "moso_bamboo", age_du, dbh_cm, ((2015, culms),))


def stratum(name: str, *grown: Component | BambooPart, **other: Any) -> Stratum:
    """Trees and bamboo under the project; nothing in the baseline if nothing is said."""
    vegetation = Vegetation(
        tuple(one for one in grown if isinstance(one, Component)),
        tuple(one for one in grown if isinstance(one, BambooPart)),
        other.pop("shrub_cover", ()),
    )
    return Stratum(name, None, None, vegetation, **other)


def project(*strata: Stratum, **other: Any) -> Project:
    """Twenty years from 2016 under AR-CM-001 and the global warming potentials of AR5."""
    about: dict[str, Any] = {
        "methodology": "AR-CM-001-V01",
        "start": date(2015, 3, 1),
        "crediting_start": date(2016, 1, 1),
        "crediting_years": 20,
        "gwp_set": "AR5",
        "tables": {"pine": PINE},
        "parameters": (FOREST,),
    } | other
    return Project(
        path=Path("made.toml"),
        project_id="made",
        name="made",
        owner="made",
        parcels=ParcelSource(file=Path("parcels.csv")),
        strata=strata,
        **about,
    )


def planned(made: Project, curves: Curves | None = None, **areas: float) -> tuple[Plan, Results]:
    """Plan and compute; ten hectares a stratum if nothing is said."""
    given = {one.stratum: areas.get(one.stratum, 10.0) for one in made.strata}
    plan = make_plan(made, load_pack(made.methodology), given, curves)
    return plan, evaluate(plan)


def curve(group: str, form: GrowthForm, *values: float) -> Model:
    """Make a growth curve whose coefficients have standard errors of a tenth, uncorrelated."""
    covariance = tuple(
        tuple((value / 10) ** 2 if i == j else 0.0 for j in range(len(values)))
        for i, value in enumerate(values)
    )
    return Model(
        kind="growth",
        form=form,
        group=group,
        estimator="wls",
        symbols=GROWTH_SYMBOLS[form],
        values=values,
        covariance=covariance,
        df=30.0,
        residual_variance=1.0,
        residual_power=1.0,
        residual_base="prediction",
        correction="none",
        correction_factor=1.0,
        n=40,
        sites=10,
        x_min=3.0,
        x_max=18.0,
    )


def curves(*models: Model) -> Curves:
    """Curves by group; the first also serves all stands if none is of them."""
    by_group = {model.group: model for model in models}
    by_group.setdefault(EVERY_GROUP, models[0])
    return Curves(
        by_group, "active_models", {model.group: f"M{n}" for n, model in enumerate(models, 1)}
    )
