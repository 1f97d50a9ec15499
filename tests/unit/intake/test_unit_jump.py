"""Two occasions that differ tenfold: found, named, refused, or accepted."""

from pathlib import Path

import polars as pl
import pytest

from sinkcalc.errors import SinkcalcError
from sinkcalc.intake.kinds import PLOTS, TREES
from sinkcalc.intake.unit_jump import find_jumps
from sinkcalc.pipeline.load_plots import load_plots
from sinkcalc.pipeline.load_result import LoadOptions
from sinkcalc.store.connection import reading
from sinkcalc.store.plots import plot_frame

DBH = [8.0, 10.0, 12.0, 14.0, 16.0]


def _figures(dbh: list[float | None], height: list[float | None] | None = None) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "plot_id": [f"P{n}" for n in range(len(dbh))],
            "dbh_cm": dbh,
            "height_m": height or [None] * len(dbh),
            "volume_m3": [None] * len(dbh),
        },
        schema_overrides=dict.fromkeys(("dbh_cm", "height_m", "volume_m3"), pl.Float64),
    )


@pytest.mark.parametrize(
    ("factor", "found"),
    [(10.0, 1), (0.1, 1), (5.0, 1), (0.2, 1), (20.0, 1), (4.9, 0), (20.1, 0), (1.1, 0), (0.048, 0)],
)
def test_between_five_and_twenty_fold(factor: float, found: int) -> None:
    now = _figures([d * factor for d in DBH])
    jumps = find_jumps(now, _figures(DBH), PLOTS)
    assert [jump.column for jump in jumps] == ["dbh_cm"] * found
    if found:
        assert (jumps[0].pairs, jumps[0].other_median) == (5, 12)
        assert jumps[0].median == pytest.approx(12 * factor)


def test_the_median_counts_not_single_plots() -> None:
    """Two of five plots were cut and planted anew."""
    now = _figures([0.9, 1.0, 13.0, 15.0, 17.0])
    assert find_jumps(now, _figures(DBH), PLOTS) == []


def test_pairs_need_figures_on_both_sides() -> None:
    now = [100.0, None, 120.0, 140.0, 160.0]
    assert find_jumps(_figures(now), _figures(DBH), PLOTS) == []
    zero = [100.0, 0.0, 120.0, 140.0, 160.0]
    assert find_jumps(_figures(zero), _figures(DBH), PLOTS) == []


def test_a_repeated_plot_counts_once() -> None:
    """Four plots of which one is there five times are four pairs, which is too few."""
    now = _figures([80.0, 100.0, 120.0, 140.0])
    assert find_jumps(pl.concat([now, now[:1], now[:1], now[:1]]), _figures(DBH), PLOTS) == []


def _plots(folder: Path, name: str, dbh: list[float], volume: list[float] | None = None) -> Path:
    frame = pl.DataFrame({"plot_id": [f"P{n}" for n in range(len(dbh))], "dbh_cm": dbh})
    if volume:
        frame = frame.with_columns(pl.Series("volume_m3", volume))
    path = folder / f"{name}.csv"
    frame.write_csv(path)
    return path


@pytest.mark.parametrize(
    ("first", "second", "named"),
    [
        (2010, 2015, "survey 2015 looks like mm read as cm"),
        (2015, 2010, "survey 2010 looks like mm read as cm"),
    ],
)
def test_against_the_survey_before_or_after(
    tmp_path: Path, first: int, second: int, named: str
) -> None:
    db = tmp_path / "d.duckdb"
    load_plots(db, [_plots(tmp_path, "a", DBH)], PLOTS, LoadOptions(first))
    wrong = _plots(tmp_path, "b", [d * 10 for d in DBH])
    with pytest.raises(SinkcalcError) as refused:
        load_plots(db, [wrong], PLOTS, LoadOptions(second))
    text = refused.value.en
    assert all(part in text for part in ("dbh_cm", "120", "12 ", f"survey {first}", named))
    with reading(db) as con:
        assert plot_frame(con, second).collect().is_empty()


def test_a_stored_survey_that_is_wrong_is_blamed(tmp_path: Path) -> None:
    db = tmp_path / "d.duckdb"
    load_plots(db, [_plots(tmp_path, "a", [d * 10 for d in DBH])], PLOTS, LoadOptions(2010))
    with pytest.raises(SinkcalcError, match="survey 2010 looks ten times too large"):
        load_plots(db, [_plots(tmp_path, "b", DBH)], PLOTS, LoadOptions(2015))


def test_volumes_of_plots_that_grew_tenfold_can_be_accepted(tmp_path: Path) -> None:
    """Young forest may do so; where no bound tells, both units are to be checked."""
    db = tmp_path / "d.duckdb"
    before = _plots(tmp_path, "a", DBH, [0.2, 0.3, 0.4, 0.5, 0.6])
    load_plots(db, [before], PLOTS, LoadOptions(2010))
    now = _plots(tmp_path, "b", DBH, [2.0, 3.0, 4.0, 5.0, 6.0])
    with pytest.raises(SinkcalcError, match="check the unit of both"):
        load_plots(db, [now], PLOTS, LoadOptions(2015))
    result = load_plots(db, [now], PLOTS, LoadOptions(2015, accept_unit_jump=True))
    assert result.stored
    assert any("volume_m3" in en for _, en in result.notes)


def test_rejected_rows_count_too(tmp_path: Path) -> None:
    """Heights of 98 m break their range: the load tells of the unit, not of five rejected rows."""
    db = tmp_path / "d.duckdb"
    heights = pl.Series("height_m", [9.0, 10.0, 11.0, 12.0, 13.0])
    ids = pl.Series("plot_id", [f"P{n}" for n in range(5)])
    for name, values in (("a", heights), ("b", heights * 10)):
        pl.DataFrame([ids, values]).write_csv(tmp_path / f"{name}.csv")
    load_plots(db, [tmp_path / "a.csv"], PLOTS, LoadOptions(2010))
    with pytest.raises(SinkcalcError, match="looks like dm read as m"):
        load_plots(db, [tmp_path / "b.csv"], PLOTS, LoadOptions(2015))


def test_trees_are_compared_by_plot_and_number(tmp_path: Path) -> None:
    db = tmp_path / "d.duckdb"
    plots = _plots(tmp_path, "p", DBH[:2])
    for year, factor in ((2010, 1), (2015, 10)):
        load_plots(db, [plots], PLOTS, LoadOptions(year))
        trees = pl.DataFrame(
            {
                "plot_id": ["P0", "P0", "P0", "P1", "P1"],
                "tree_id": [1, 2, 3, 1, 2],
                "dbh_cm": [d * factor for d in (6.0, 8.0, 11.0, 20.0, 31.0)],
            }
        )
        trees.write_csv(tmp_path / f"t{year}.csv")
    load_plots(db, [tmp_path / "t2010.csv"], TREES, LoadOptions(2010))
    with pytest.raises(SinkcalcError, match=r"median is 110 .* and 11 .*\(5 pairs\)"):
        load_plots(db, [tmp_path / "t2015.csv"], TREES, LoadOptions(2015))
