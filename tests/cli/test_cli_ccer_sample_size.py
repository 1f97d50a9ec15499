"""`ccer sample-size`: plots by stratum, what they rest on, and where they stand."""

import math
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import polars as pl
import pyogrio
import pytest
import shapely
from command_line import run, succeed
from scipy.special import ndtri, stdtrit

from sinkcalc.errors import EXIT_USAGE

MADE = Path(__file__).parents[1] / "made_project"
SAMPLING = """
[sampling]
plot_area_m2 = 667
S1 = { mean = 40, sd = 14 }
S2 = { mean = 55, cv = 0.3, cost = 2 }
"""
PILOT = "plot_id,stratum,carbon_t_per_ha\n" + "".join(
    f"{stratum}-{place},{stratum},{value}\n"
    for stratum, values in {"S1": (30, 40, 50), "S2": (10, 14)}.items()
    for place, value in enumerate(values)
)
# of 10, 2.5, 8 and 3 ha; the last is no parcel of the project: it is forest
SIDES = {"W1": 10, "W2": 2.5, "W3": 8, "W4": 3}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Copy the worked project and say what its plots are expected to be."""
    shutil.copy(MADE / "worked-parcels.csv", tmp_path)
    text = (MADE / "worked.toml").read_text(encoding="utf-8")
    path = tmp_path / "worked.toml"
    path.write_text(text + SAMPLING, encoding="utf-8")
    return path


def _squares() -> dict[str, shapely.Polygon]:
    sides = {name: math.sqrt(ha * 10_000) for name, ha in SIDES.items()}
    return {
        name: shapely.box(
            510_000 + 1000 * place, 3_325_000, 510_000 + 1000 * place + side, 3_325_000 + side
        )
        for place, (name, side) in enumerate(sides.items())
    }


def _drawn(project: Path) -> Path:
    """Give the parcels as a layer with polygons, in metres of a 3-degree zone."""
    rows = pl.read_csv(project.parent / "worked-parcels.csv", infer_schema=False)
    shapes = _squares()
    wkb = np.array([shapely.to_wkb(shapes[name]) for name in rows["parcel_id"]], dtype=object)
    pyogrio.raw.write(
        project.parent / "parcels.gpkg",
        wkb,
        [np.array(column.to_list(), dtype=object) for column in rows],
        np.array(rows.columns, dtype=object),
        layer="parcels",
        driver="GPKG",
        geometry_type="Polygon",
        crs="EPSG:4549",
    )
    text = project.read_text(encoding="utf-8").replace("worked-parcels.csv", "parcels.gpkg")
    project.write_text(text, encoding="utf-8")
    return project


def test_plots_by_stratum_with_costs_and_a_finite_population(project: Path) -> None:
    """12.5 ha of s = 14 and 8 ha of s = 16.5 and twice the cost; 10 % at 90 %, plots of 0.0667 ha.

    W1 = 12.5/20.5, w2 = 8/20.5, mean 45.8537, E = 4.58537, N = 20.5/0.0667. With a = w s:
    n = (a1 + a2 √2)(a1 + a2/√2)/((E/t)² + (w1 s1² + w2 s2²)/N), first t = 1.6449, n = 27.15, then
    t(26). The share of stratum 2 is (a2/√2)/(a1 + a2/√2).
    """
    found = succeed("--lang", "en", "ccer", "sample-size", project, "--json")
    first, second, whole = found.rows
    w1, w2 = 12.5 / 20.5, 8 / 20.5
    a1, a2, root = w1 * 14, w2 * 16.5, math.sqrt(2)
    possible, error = 20.5 / 0.0667, 0.1 * (w1 * 40 + w2 * 55)

    def n(t: float) -> float:
        spread = (w1 * 14**2 + w2 * 16.5**2) / possible
        return (a1 + a2 * root) * (a1 + a2 / root) / ((error / t) ** 2 + spread)

    assert math.floor(n(float(ndtri(0.95)))) == 27
    computed = n(float(stdtrit(26, 0.95)))
    assert whole["plots_computed"] == pytest.approx(computed, rel=1e-12)
    share = a2 / root / (a1 + a2 / root)
    assert second["plots_computed"] == pytest.approx(computed * share, rel=1e-12)
    assert [row["plots"] for row in found.rows] == [19, 11, 30]
    assert [row["total_cost"] for row in found.rows] == [19, 22, 41]
    assert first["sampled_fraction"] == pytest.approx(19 * 0.0667 / 12.5)
    assert whole["stratum"] is None
    assert whole["unverified_items"] > 0
    assert "n = 27.15, below 30, so once more with df = 26" in found.talk
    assert "the population counts as finite" in found.talk
    assert "not checked against their text" in found.talk


def test_the_table_carries_the_marks_in_both_languages(project: Path) -> None:
    for lang, mark in (("zh", "草案 · 参数未核对"), ("en", "DRAFT · PARAMETERS NOT VERIFIED")):
        found = succeed("--lang", lang, "ccer", "sample-size", project)
        assert mark in found.text


def test_the_options_win_over_the_methodology(project: Path) -> None:
    found = succeed(
        "--lang", "en", "ccer", "sample-size", project, "--relative-error", "0.2",
        "--confidence", "0.95", "--min-plots", "25", "--plot-area", "0.06", "--json",
    )  # fmt: skip
    assert [row["plots"] for row in found.rows] == [25, 25, 50]
    assert "allowed relative error 20% at 95%" in found.talk
    up = succeed("--lang", "en", "ccer", "sample-size", project, "--degrees", "up", "--json")
    assert "so once more with df = 27" in up.talk


def test_a_plot_without_area_is_refused(project: Path) -> None:
    refused = run("--lang", "en", "ccer", "sample-size", project, "--plot-area", "0")
    assert refused.code == EXIT_USAGE
    assert "plot_area_ha = 0.0" in refused.talk


def test_strata_too_small_for_the_least_number_are_told(project: Path) -> None:
    """12.5 and 8 ha hold 4 and 2 plots of 3 ha, of 4 that are wanted."""
    found = succeed(
        "--lang", "en", "ccer", "sample-size", project, "--min-plots", 4, "--plot-area", 3,
        "--json",
    )  # fmt: skip
    assert [row["plots"] for row in found.rows] == [4, 2, 6]
    assert "strata S2 do not hold 4 plots" in found.talk


def test_spreads_of_a_pilot(project: Path) -> None:
    """S1: mean 40, sd 10; S2: mean 12, sd 2.8284; the cost stays that of the project file."""
    pilot = project.parent / "pilot.csv"
    pilot.write_text(PILOT, encoding="utf-8")
    found = succeed("ccer", "sample-size", project, "--pilot", pilot, "--json")
    first, second, _ = found.rows
    assert (first["mean_t_c_per_ha"], first["sd_t_c_per_ha"]) == (40, pytest.approx(10))
    assert second["sd_t_c_per_ha"] == pytest.approx(math.sqrt(8))
    assert second["plot_cost"] == 2
    pilot.write_text(PILOT.replace("S2-1,S2,14\n", ""), encoding="utf-8")
    refused = run("--lang", "en", "ccer", "sample-size", project, "--pilot", pilot)
    assert refused.code == 2
    assert "strata S2 have fewer than 2 plots in the pilot" in refused.talk


def test_a_stratum_without_a_spread_is_refused(project: Path) -> None:
    text = project.read_text(encoding="utf-8").replace("S1 = { mean = 40, sd = 14 }\n", "")
    project.write_text(text, encoding="utf-8")
    refused = run("--lang", "en", "ccer", "sample-size", project)
    assert refused.code == 2
    assert "strata S1 have no mean and standard deviation" in refused.talk


def test_without_polygons_the_numbers_alone(project: Path) -> None:
    out = project.parent / "layout.csv"
    found = run("--lang", "en", "ccer", "sample-size", project, "--layout", out)
    assert found.code == 1
    assert "the parcels have none; the numbers alone are given" in found.talk
    assert not out.exists()


@pytest.mark.parametrize("suffix", ["csv", "gpkg"])
def test_a_layout_inside_the_parcels_the_same_for_the_same_seed(project: Path, suffix: str) -> None:
    _drawn(project)
    outs = [project.parent / f"{name}.{suffix}" for name in ("a", "b", "c")]
    for out, seed in zip(outs, (7, 7, 8), strict=True):
        found = succeed(
            "--lang", "en", "ccer", "sample-size", project, "--layout", out, "--seed", seed
        )
        assert "stratum S1: a square grid of" in found.talk
    first, second, other = (out.read_bytes() for out in outs)
    assert first == second
    assert first != other
    if suffix == "csv":
        rows = pl.read_csv(outs[0])
    else:
        with sqlite3.connect(outs[0]) as con:
            rows = pl.read_database("SELECT * FROM plots", con)
        con.close()
    counted = rows["stratum"].value_counts().sort("stratum").rows()
    assert counted == [("S1", 19), ("S2", 11)]
    assert set(rows["parcel_id"]) == {"W1", "W2", "W3"}
    # one projection there, another way back: CGCS2000 to its 3-degree zone
    from pyproj import Transformer

    zone = Transformer.from_crs("EPSG:4490", "EPSG:4549", always_xy=True)
    shapes = _squares()
    for row in rows.iter_rows(named=True):
        point = shapely.Point(zone.transform(row["longitude"], row["latitude"]))
        assert shapes[row["parcel_id"]].contains(point)
        assert round(row["longitude"], 6) == row["longitude"]


def test_a_layout_is_not_written_over_a_file_that_is_read(project: Path) -> None:
    wrong = run("--lang", "en", "ccer", "sample-size", project, "--layout", "plots.shp")
    assert wrong.code == 2
    assert "has to be .csv or .gpkg" in wrong.talk
    pilot = project.parent / "pilot.csv"
    pilot.write_text(PILOT, encoding="utf-8")
    refused = run(
        "--lang", "en", "ccer", "sample-size", project, "--pilot", pilot, "--layout", pilot
    )
    assert refused.code == 2
    assert pilot.read_text(encoding="utf-8") == PILOT
