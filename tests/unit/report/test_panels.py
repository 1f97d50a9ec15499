"""What the panel of a cross-validation says of points that other models serve."""

import numpy as np
import polars as pl

from sinkcalc.calibration.calibrate import CalibrationOptions, calibrate
from sinkcalc.report.charts import chart_svg
from sinkcalc.report.panels import Portrait


def _portrait(alone: int) -> Portrait:
    """Make the model of all samples; all but so many have models of their groups."""
    x = np.linspace(20, 200, 40 + alone)
    names = ["fir"] * 20 + ["oak"] * 20 + [f"rare{k}" for k in range(alone)]
    y = 0.8 * x + 10 + np.random.default_rng(1).normal(0, 3, len(x))
    rows = pl.DataFrame({"group": names, "site": [f"s{k % 8}" for k in range(len(x))]})
    found = calibrate(rows.with_columns(pl.Series("x", x), pl.Series("y", y)), CalibrationOptions())
    (model,) = [model for model in found.models if not model.group]
    return Portrait(model, "all", "all", found.samples)


def test_points_of_groups_with_models_are_counted() -> None:
    few, some = chart_svg(_portrait(3), "en"), chart_svg(_portrait(12), "en")
    assert "40 of 43 points are with the models of the groups" in few
    assert "predicted without the sample" not in few
    assert "40 of 52 points are with the models of the groups" in some
    assert "predicted without the sample" in some
    assert "43 个样本中有 40 个的点见各组的模型" in chart_svg(_portrait(3), "zh")
