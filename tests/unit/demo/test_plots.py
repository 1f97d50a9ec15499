"""Plots and trees of the simulated city, read back with the standard library alone."""

import csv
import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from sinkcalc.demo.chance import streams
from sinkcalc.demo.city import City, write_city
from sinkcalc.demo.figures import read_figures
from sinkcalc.demo.plots import _changes
from sinkcalc.schemas.inventory import Plot, Stratum, Tree

YEARS = (2015, 2020, 2023)
PAIRS = ((2015, 2020), (2020, 2023))
# ha, as the land area parameters have it: 2 520.7 and 2 526.6 万亩
LAND = {2015: 1_680_466.6667, 2020: 1_684_400.0, 2023: 1_684_400.0}
PLOT_HA = 0.08
GRID_HA = 2_400
ALIVE = {"retained", "ingrowth", "missed_before"}
DEAD = {"standing_dead", "fallen_dead"}
# the largest possible error of a product of figures with half of their last digit off
FORM_FACTOR_ROUNDING = 0.05

Row = dict[str, str]
TreeKey = tuple[str, str]


@dataclass(frozen=True)
class Survey:
    """Good rows of one survey by their keys; trees alive and gone."""

    plots: dict[str, Row]
    trees: dict[TreeKey, Row]
    strata: dict[str, Row]

    def alive(self) -> Iterator[tuple[TreeKey, Row]]:
        """Give the trees of the living stock."""
        return ((key, row) for key, row in self.trees.items() if row["status"] in ALIVE)


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def _read(city: City, year: int) -> Survey:
    plots: dict[str, Row] = {}
    for row in _rows(city.plot_files[year]):
        if _is_number(row["plot_area_ha"]):
            plots.setdefault(row["plot_id"], row)
    trees: dict[TreeKey, Row] = {}
    for row in _rows(city.tree_files[year]):
        if _is_number(row["dbh_cm"]) and row["plot_id"] in plots:
            trees.setdefault((row["plot_id"], row["tree_id"]), row)
    strata = {row["stratum"]: row for row in _rows(city.strata_files[year])}
    return Survey(plots, trees, strata)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return write_city(tmp_path_factory.mktemp("city"))


@pytest.fixture(scope="module")
def surveys(city: City) -> dict[int, Survey]:
    return {year: _read(city, year) for year in YEARS}


def _stock(row: Row) -> float:
    """Return growing stock per hectare: arbor forest alone counts."""
    return float(row["volume_m3"]) / PLOT_HA if row["vegetation_class"] == "arbor" else 0.0


def _mean_and_error(values: list[float]) -> tuple[float, float]:
    return statistics.fmean(values), statistics.stdev(values) / math.sqrt(len(values))


def test_headers_are_stored_columns(city: City) -> None:
    for files, schema in (
        (city.plot_files, Plot),
        (city.tree_files, Tree),
        (city.strata_files, Stratum),
    ):
        for path in files.values():
            header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
            assert len(set(header)) == len(header)
            assert set(header) <= set(schema.column_names())


def test_the_grid_covers_the_land(surveys: dict[int, Survey]) -> None:
    for year, survey in surveys.items():
        area = math.fsum(float(row["area_ha"]) for row in survey.strata.values())
        # thirteen areas, each rounded to 0.0001 ha
        assert area == pytest.approx(LAND[year], abs=13 * 0.0001)
        # land that was added later has its plots by chance as to the first survey
        slack = 1 if year > YEARS[0] else 3
        assert len(survey.plots) == pytest.approx(LAND[year] / GRID_HA, abs=slack)
        counts = Counter(row["stratum"] for row in survey.plots.values())
        for stratum, row in survey.strata.items():
            # a systematic sample of a line; added land lies at the end of each county
            assert counts[stratum] == pytest.approx(float(row["area_ha"]) / GRID_HA, abs=2)
            assert counts[stratum] >= 2


def test_rows_say_that_they_are_simulated(city: City) -> None:
    for year, path in city.plot_files.items():
        for row in _rows(path):
            assert row["remark"].startswith("模拟数据")
            assert row["measured_year"] == str(year)


def test_plots_lie_in_stands_of_the_stand_file(city: City, surveys: dict[int, Survey]) -> None:
    """The number of a stand is that of its compartment and those above it, joined by hyphens."""
    names = ("XIAN", "XIANG", "CUN", "LIN_BAN", "XIAO_BAN")
    for year, survey in surveys.items():
        text = city.files[year].read_bytes().decode("gb18030", errors="replace")
        stands = {
            "-".join(row[name] or "" for name in names): row
            for row in csv.DictReader(text.splitlines())
            if None not in row.values()
        }
        inside = [row for row in survey.plots.values() if row["stand_id"]]
        assert len(inside) > 400
        for row in inside:
            stand = stands[row["stand_id"]]
            assert stand["XIAN"] == row["region_code"] == row["stratum"]
            assert (stand["DI_LEI"] == "030100") == (row["vegetation_class"] == "arbor")
        outside = [row for row in survey.plots.values() if not row["stand_id"]]
        assert {row["vegetation_class"] for row in outside} == {"non_forest"}
        assert {Decimal(row["volume_m3"]) for row in outside} == {0}


@pytest.mark.parametrize("year", YEARS)
def test_plots_estimate_the_true_growing_stock(
    city: City, surveys: dict[int, Survey], year: int
) -> None:
    """Mean over all plots times the land; its error without strata is on the safe side."""
    truth = city.truth[year]
    mean, error = _mean_and_error([_stock(row) for row in surveys[year].plots.values()])
    assert abs(mean * LAND[year] - truth.true_m3) < 3 * error * LAND[year]
    assert error / mean < 0.1
    # stands record too little, 0.08 of it by the parameter; few stands record nothing at all
    assert 1.07 < truth.true_m3 / truth.recorded_m3 < 1.10


@pytest.mark.parametrize(("first", "last"), PAIRS)
def test_pairs_estimate_the_true_change(
    city: City, surveys: dict[int, Survey], first: int, last: int
) -> None:
    before, after = surveys[first].plots, surveys[last].plots
    both = sorted(before.keys() & after.keys())
    changes = [_stock(after[plot]) - _stock(before[plot]) for plot in both]
    mean, error = _mean_and_error(changes)
    true = city.truth[last].true_m3 - city.truth[first].true_m3
    assert abs(mean * LAND[last] - true) < 3 * error * LAND[last]
    # pairs are worth it: the error of two independent samples is a multiple
    apart = math.hypot(
        *(_mean_and_error([_stock(row) for row in rows.values()])[1] for rows in (before, after))
    )
    assert error < apart / 4


def test_cutting_keeps_the_mean_of_the_plots() -> None:
    """Stands grow net of cutting, so the change of a plot against its stand has the mean 1."""
    changes, cut = _changes(200_000, 5, read_figures(), streams(1))
    mean, error = _mean_and_error(changes.tolist())
    # 4 standard errors are 0.1 %; to forget what a cut takes would be 2 %
    assert 4 * error < 0.001
    assert abs(mean - 1) < 4 * error
    assert cut.mean() == pytest.approx(0.05, abs=0.002)


def test_stands_fall_short_of_their_plots(city: City, surveys: dict[int, Survey]) -> None:
    """Ratio of the plots to what the stands they lie in record, 1.08 by the parameter."""
    names = ("XIAN", "XIANG", "CUN", "LIN_BAN", "XIAO_BAN")
    for year, survey in surveys.items():
        text = city.files[year].read_bytes().decode("gb18030", errors="replace")
        recorded = {
            "-".join(row[name] or "" for name in names): row["MEI_GQ_XJ"]
            for row in csv.DictReader(text.splitlines())
        }
        pairs = [
            (_stock(row), float(recorded[row["stand_id"]]))
            for row in survey.plots.values()
            if row["vegetation_class"] == "arbor" and recorded[row["stand_id"]]
        ]
        ratio = sum(plot for plot, _ in pairs) / sum(stand for _, stand in pairs)
        mean = statistics.fmean(stand for _, stand in pairs)
        residuals = [plot - ratio * stand for plot, stand in pairs]
        error = statistics.stdev(residuals) / math.sqrt(len(pairs)) / mean
        assert abs(ratio - 1.08) < 3 * error
        assert ratio - 1 > 2 * error


@pytest.mark.parametrize(("first", "last"), PAIRS)
def test_most_plots_are_found_again(surveys: dict[int, Survey], first: int, last: int) -> None:
    before, after = surveys[first].plots, surveys[last].plots
    both = sorted(before.keys() & after.keys())
    assert 0.95 * len(before) < len(both) < len(before)
    fresh = [after[plot] for plot in after.keys() - before.keys()]
    assert fresh
    assert {row["dead_volume_m3"] + row["cut_volume_m3"] for row in fresh} == {""}
    volumes = [[float(rows[plot]["volume_m3"]) for plot in both] for rows in (before, after)]
    assert statistics.correlation(*volumes) > 0.8
    with_trees = [pair for pair in zip(*volumes, strict=True) if pair[0] > 0]
    assert statistics.correlation(*zip(*with_trees, strict=True)) > 0.8


def test_trees_add_up_to_their_plot(surveys: dict[int, Survey]) -> None:
    for survey in surveys.values():
        alive: dict[str, Decimal] = defaultdict(Decimal)
        for (plot, _), row in survey.alive():
            alive[plot] += Decimal(row["volume_m3"])
        assert {plot: alive[plot] for plot in survey.plots} == {
            plot: Decimal(row["volume_m3"]) for plot, row in survey.plots.items()
        }


def test_as_many_trees_as_an_inventory_has(surveys: dict[int, Survey]) -> None:
    """About 40 on a plot with trees."""
    for survey in surveys.values():
        with_trees = {plot for plot, _ in survey.trees}
        assert 30 < len(survey.trees) / len(with_trees) < 55
        assert 15_000 < len(survey.trees) < 25_000


@pytest.mark.parametrize(("first", "last"), PAIRS)
def test_components_of_change(surveys: dict[int, Survey], first: int, last: int) -> None:
    """Dead and cut trees have the figures of the occasion before, on which they lived.

    So V2 - V1 + dead + cut = growth of the survivors + new trees, and neither is negative.
    """
    before, after = surveys[first], surveys[last]
    lost: dict[tuple[str, bool], Decimal] = defaultdict(Decimal)
    for key, row in after.trees.items():
        if row["status"] in ALIVE:
            continue
        old = before.trees[key]
        assert old["status"] in ALIVE
        sizes = ("dbh_cm", "height_m", "volume_m3", "species")
        assert [row[name] for name in sizes] == [old[name] for name in sizes]
        lost[row["plot_id"], row["status"] in DEAD] += Decimal(row["volume_m3"])
    gross = {}
    for plot in before.plots.keys() & after.plots.keys():
        now = after.plots[plot]
        assert Decimal(now["dead_volume_m3"]) == lost[plot, True]
        assert Decimal(now["cut_volume_m3"]) == lost[plot, False]
        net = Decimal(now["volume_m3"]) - Decimal(before.plots[plot]["volume_m3"])
        gross[plot] = net + lost[plot, True] + lost[plot, False]
    assert min(gross.values()) >= 0
    assert any(is_dead for _, is_dead in lost)
    assert any(not is_dead for _, is_dead in lost)


@pytest.mark.parametrize(("first", "last"), PAIRS)
def test_trees_keep_their_number_and_grow(
    surveys: dict[int, Survey], first: int, last: int
) -> None:
    before, after = surveys[first], surveys[last]
    again = before.plots.keys() & after.plots.keys()
    statuses = Counter(row["status"] for row in after.trees.values())
    assert set(statuses) == ALIVE | DEAD | {"cut"}
    assert statuses["missed_before"] < 0.01 * len(after.trees)
    for key, row in after.trees.items():
        if key[0] not in again:
            assert row["status"] == "retained"
        elif row["status"] == "retained":
            old = before.trees[key]
            assert row["species"] == old["species"]
            for name in ("dbh_cm", "height_m", "volume_m3"):
                assert Decimal(row[name]) >= Decimal(old[name])
        else:
            assert (key in before.trees) == (row["status"] not in ALIVE)
    # nobody who lived is left out
    for key, _ in before.alive():
        assert (key in after.trees) == (key[0] in again)


def test_stem_volume_goes_with_diameter_and_height(surveys: dict[int, Survey]) -> None:
    """V = pi/4 D^2 H f with f = 0.5 for every tree."""
    for survey in surveys.values():
        for row in survey.trees.values():
            dbh, height = float(row["dbh_cm"]) / 100, float(row["height_m"])
            cylinder = math.pi / 4 * dbh**2 * height
            assert float(row["volume_m3"]) / cylinder == pytest.approx(
                0.5, rel=FORM_FACTOR_ROUNDING
            )
            assert dbh >= 0.05
            assert 0 < float(row["crown_length_m"]) <= height


def test_faulty_rows_are_told(city: City) -> None:
    for year in YEARS:
        plots, trees = _rows(city.plot_files[year]), _rows(city.tree_files[year])
        ids = [row["plot_id"] for row in plots]
        keys = [(row["plot_id"], row["tree_id"]) for row in trees]
        assert city.bad_plot_rows[year] == {
            "duplicate_plot": len(ids) - len(set(ids)),
            "plot_area_not_a_number": sum(not _is_number(r["plot_area_ha"]) for r in plots),
        }
        assert city.bad_tree_rows[year] == {
            "duplicate_tree": len(keys) - len(set(keys)),
            "dbh_not_a_number": sum(not _is_number(row["dbh_cm"]) for row in trees),
            "unknown_plot": sum(plot not in set(ids) for plot, _ in keys),
        }


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    first, again, other = (
        write_city(tmp_path / name, stands=600, seed=seed)
        for name, seed in (("first", 7), ("again", 7), ("other", 8))
    )
    for kind in ("plot_files", "tree_files", "strata_files"):
        for year in YEARS:
            data = getattr(first, kind)[year].read_bytes()
            assert data == getattr(again, kind)[year].read_bytes()
            # strata are the counties' land whatever the seed
            if kind != "strata_files":
                assert data != getattr(other, kind)[year].read_bytes()


@pytest.mark.parametrize("seed", range(1, 9))
def test_other_seeds_and_sizes_keep_the_identity(tmp_path: Path, seed: int) -> None:
    """Few large stands bring up plots with a single tree, none, and a lot of cutting."""
    city = write_city(tmp_path, stands=500 * seed, seed=seed)
    surveys = {year: _read(city, year) for year in YEARS}
    test_trees_add_up_to_their_plot(surveys)
    for first, last in PAIRS:
        test_components_of_change(surveys, first, last)
        test_trees_keep_their_number_and_grow(surveys, first, last)
    test_the_grid_covers_the_land(surveys)
