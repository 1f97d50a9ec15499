"""Classes that share a control total, and what the shared control is called."""

import polars as pl
import pytest

from sinkcalc.pipeline.control_classes import classes_of

PLOTS = {"young": 124, "middle": 102, "over_mature": 15, None: 300}
STOCKED = ("young", "middle", "over_mature")


def _classes(fewest: int, volumes: dict[str, float]) -> dict[str | None, str]:
    rows = pl.DataFrame(
        [
            (name, 1.0 if name in STOCKED else 0.0)
            for name, plots in PLOTS.items()
            for _ in range(plots)
        ],
        schema={"age_group": pl.String, "growing_stock_m3_per_ha": pl.Float64},
        orient="row",
    )
    cells = pl.DataFrame(list(volumes.items()), schema=["age_group", "volume_m3"], orient="row")
    return dict(classes_of(rows, cells, "age_group", fewest).rows())


@pytest.mark.parametrize(
    ("fewest", "volumes", "expected"),
    [
        # bare plots share the control of the smallest class, which keeps its name
        (10, (5.0, 4.0, 1.0), ("young", "middle", "over_mature", "over_mature")),
        (20, (5.0, 4.0, 1.0), ("young", "pooled", "pooled", "pooled")),
        # plots whose stands hold nothing have no stands to bear their volume
        (10, (5.0, 4.0, 0.0), ("young", "pooled", "pooled", "pooled")),
    ],
)
def test_who_shares_a_control(
    fewest: int, volumes: tuple[float, ...], expected: tuple[str, ...]
) -> None:
    found = _classes(fewest, dict(zip(STOCKED, volumes, strict=True)))
    assert found == dict(zip((*STOCKED, None), expected, strict=True))
