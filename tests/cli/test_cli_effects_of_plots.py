"""`sinkcalc survey effects`, and degenerate input of `change --effects`."""

from pathlib import Path

import polars as pl
import pytest
from command_line import run, succeed

from sinkcalc.cli.survey_effects import plot_effects_view
from sinkcalc.errors import EXIT_USAGE

PLOTS = "plot_id,plot_area_ha,vegetation_class,species,volume_m3,species_code"
# 10 plots of 0.1 ha: two more are forest in 2020, and the code of pine is another one
FIRST = [f"P{i},0.1,arbor,masson_pine,{4 + i % 3},200" for i in range(6)]
LAST = [f"P{i},0.1,arbor,masson_pine,{5 + i % 3},201" for i in range(8)]
NONE = "P{},0.1,non_forest,,0,"


def _write(folder: Path, name: str, lines: list[str]) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def new_db(tmp_path: Path) -> Path:
    return tmp_path / "new.duckdb"


@pytest.fixture
def plots_db(new_db: Path, tmp_path: Path) -> Path:
    for year, forest in ((2015, FIRST), (2020, LAST)):
        rows = [PLOTS, *forest, *(NONE.format(i) for i in range(len(forest), 10))]
        path = _write(tmp_path, f"{year}.csv", rows)
        succeed("--db", new_db, "load", "plots", path, "--survey", year)
    return new_db


WORDS = ("survey", "effects", "--from", 2015, "--to", 2020)


def test_per_hectare_without_an_area(plots_db: Path) -> None:
    """6 of 10 plots at 50 m3/ha, then 8 at mean 58.75: V 30 and 47 m3/ha on 0.6 and 0.8 ha.

    Area: 0.2 x (50 + 58.75)/2 = 10.875; species 0; density 0.7 x 8.75 = 6.125; change 17.
    """
    outcome = succeed("--db", plots_db, "--lang", "en", *WORDS, "--json")
    (row,) = outcome.rows
    names = ("value_from", "value_to", "change", "area_effect", "density_effect", "species_effect")
    assert [row[name] for name in names] == [30, 47, 17, 10.875, 6.125, 0]
    assert (row["unit"], row["area_unit"], row["plots"], row["df"]) == ("m3/ha", "1", 10, 9)
    assert row["species_effect_se"] == 0
    assert min(row[f"{name}_se"] for name in names[2:5]) > 0
    assert "the area is not known" in outcome.talk
    assert "200 on the first only; 201 on the last only" in outcome.talk
    assert "面积作用" in succeed("--db", plots_db, "--lang", "zh", *WORDS).text


def test_totals_by_a_declared_area(plots_db: Path) -> None:
    (row,) = succeed("--db", plots_db, *WORDS, "--size", 1000, "--json").rows
    assert (row["change"], row["unit"], row["area_from"]) == (17_000, "m3", 600)


def test_totals_are_shown_to_the_whole_unit(plots_db: Path) -> None:
    """17 x 1000.37 ha = 17,006.29 m3: digits beyond the m3 stay in the other formats."""
    size = ("--size", 1000.37)
    shown = {
        lang: succeed("--db", plots_db, "--lang", lang, *WORDS, *size).text for lang in ("zh", "en")
    }
    assert "· 森林蓄积量 · m3" in shown["zh"]
    assert "· growing stock · m3" in shown["en"]
    assert "growing_stock" not in shown["zh"] + shown["en"]
    frame = pl.DataFrame(
        {
            "plots": [10, 10],
            "unit": ["m3", "m3/ha"],
            "se_reason": [None, None],
            **{
                f"{part}{end}": [0.0003, 0.0003]
                for part in ("change", "area_effect", "density_effect", "species_effect")
                for end in ("", "_se")
            },
        }
    )
    assert plot_effects_view(frame)["species_effect"].to_list() == [0, 0.0003]
    (row,) = succeed("--db", plots_db, *WORDS, *size, "--json").rows
    assert row["change"] == pytest.approx(17_006.29)


def test_a_species_is_a_group(plots_db: Path) -> None:
    """The tree species group of pine holds all: of its own effects it has no species effect."""
    (row,) = succeed("--db", plots_db, *WORDS, "--by", "species_group", "--json").rows
    assert (row["change"], row["species_effect"], row["species_effect_se"]) == (17, 0, 0)
    assert row["plots"] == 8


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--domain", "origin"), "--by"),
        (("--estimator", "composite"), "composite"),
        (("--by", "nothing"), "region"),
        (("--fpc",), "--fpc"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_options_that_do_not_go(plots_db: Path, options: tuple[str, ...], told: str) -> None:
    outcome = run("--db", plots_db, *WORDS, *options)
    assert outcome.code == EXIT_USAGE
    assert outcome.data == b""
    assert told in outcome.talk


def test_no_plot_twice(plots_db: Path, tmp_path: Path) -> None:
    other = _write(tmp_path, "other.csv", [PLOTS, "Q1,0.1,arbor,oak,5,400", "Q2,0.1,arbor,oak,6,"])
    succeed("--db", plots_db, "load", "plots", other, "--survey", 2023)
    outcome = run(
        "--db", plots_db, "--lang", "en", "survey", "effects", "--from", 2020, "--to", 2023
    )
    assert outcome.code == 1
    assert "no plot was measured on both occasions" in outcome.talk


def test_no_forest_on_either_occasion(new_db: Path, tmp_path: Path) -> None:
    path = _write(tmp_path, "none.csv", [PLOTS, *(NONE.format(i) for i in range(3))])
    for year in (2015, 2020):
        succeed("--db", new_db, "load", "plots", path, "--survey", year)
    outcome = run("--db", new_db, "--lang", "en", *WORDS)
    assert outcome.code == 1
    assert "no change to split" in outcome.talk


def test_plots_that_are_all_alike_have_no_error(new_db: Path, tmp_path: Path) -> None:
    for year, volume in ((2015, 5), (2020, 6)):
        rows = [PLOTS, *(f"P{i},0.1,arbor,oak,{volume},400" for i in range(5))]
        path = _write(tmp_path, f"{year}.csv", rows)
        succeed("--db", new_db, "load", "plots", path, "--survey", year)
    (row,) = succeed("--db", new_db, *WORDS, "--json").rows
    assert (row["change"], row["density_effect"]) == (10, 10)
    assert row["se_reason"] == "no_spread"
    assert row["change_se"] is None


STANDS = "region_code,stand_id,vegetation_class,species,area_ha,volume_m3"
# arbor of a known and of no species, bamboo; then other classes and a new species without a
# volume; then bamboo alone
SURVEYS = {
    2015: ["330102,1,arbor,oak,10,500", "330102,2,arbor,,5,200", "330102,3,bamboo,,5,"],
    2020: ["330102,1,arbor,oak,10,600", "330102,4,economic,,7,", "330102,6,arbor,masson_pine,4,0"],
    2023: ["330102,3,bamboo,,5,"],
}


@pytest.mark.parametrize("years", [(2015, 2020), (2020, 2023), (2015, 2023)], ids=str)
@pytest.mark.parametrize("by", ["", "vegetation_class", "species_group,origin"])
def test_surveys_of_stands_with_little_in_common(
    new_db: Path, tmp_path: Path, years: tuple[int, int], by: str
) -> None:
    """A class that a survey lacks, a stand without a species, forest without a volume."""
    for year in years:
        path = _write(tmp_path, f"{year}.csv", [STANDS, *SURVEYS[year]])
        words = ("--survey", year, "--profile", "generic")
        succeed("--db", new_db, "load", "stands", path, *words)
    words = ("change", "--from", years[0], "--to", years[1], "--effects", "--by", by)
    rows = succeed("--db", new_db, *words, "--json").rows
    parts = ("area_effect", "density_effect", "species_effect")
    assert all(sum(row[name] for name in parts) == pytest.approx(row["change"]) for row in rows)
    stock = {2015: 700, 2020: 600, 2023: 0}
    change = sum(row["change"] for row in rows if row["quantity"] == "growing_stock")
    assert change == stock[years[1]] - stock[years[0]]
    assert any(row["area_effect_se"] is not None for row in rows)
