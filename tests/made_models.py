"""Models as a calibration stores them, of every form, for tests."""

from sinkcalc.calibration.model import Model
from sinkcalc.coefficients.factors import Factors, load_factors, species_groups
from sinkcalc.pipeline.calibrated import with_models
from sinkcalc.store.models import StoredModel

# form, group, pool, coefficients
MODELS = (
    ("linear", "oak", "whole_tree", (1.1, 9.0)),
    ("origin", "chinese_fir", "above_ground", (0.62,)),
    ("power", "masson_pine", "whole_tree", (1.9, 0.83)),
    ("hyperbolic", "birch", "above_ground", (0.7, 0.002)),
)


def made_model(form: str, group: str, pool: str, values: tuple[float, ...]) -> StoredModel:
    """Return a model with errors of 5 % and 3 %, correlated by -0.8, and a spread of 12 t/ha."""
    symbols = ("a", "b")[: len(values)]
    errors = [0.05 * values[0], 0.03 * values[-1]][: len(values)]
    covariance = tuple(
        tuple(x * y * (1.0 if i == j else -0.8) for j, y in enumerate(errors))
        for i, x in enumerate(errors)
    )
    in_logs = form == "power"
    model = Model(
        kind="volume-biomass",
        form=form,
        group=group,
        estimator="ols",
        symbols=symbols,
        values=values,
        covariance=covariance,
        df=40.0,
        residual_variance=0.04 if in_logs else 144.0,
        residual_power=2.0 if in_logs else 0.0,
        residual_base="prediction" if in_logs else "size",
        correction="baskerville" if in_logs else "none",
        correction_factor=1.02 if in_logs else 1.0,
        n=42,
        sites=9,
        x_min=5.0,
        x_max=150.0,
        biomass_pool=pool,
    )
    return StoredModel(
        model_id=f"0123456789ab.{group or 'all'}",
        calibration_id="0123456789ab",
        name="made",
        model=model,
        sample_file="made.csv",
        sample_sha256="0" * 64,
        active=True,
    )


def calibrated_factors(*models: StoredModel) -> Factors:
    """Return the factors of the method `calibrated`, by default with a model of every form."""
    groups = species_groups()["species_group"].unique().to_list()
    chosen = models or tuple(made_model(*row) for row in MODELS)
    return with_models(load_factors("calibrated"), chosen, groups)
