"""`ccer monitor`: from plots of the worked project to reductions by vintage."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from command_line import Outcome, run, succeed

MADE = Path(__file__).parents[1] / "made_project"
FIRST = {"S1": (10, 12, 14, 16, 18, 20), "S2": (5, 7, 6, 8, 4, 6)}
LAST = {"S1": (20, 26, 26, 32, 34, 42), "S2": (11, 15, 14, 17, 9, 12)}
WILD = {"S1": (1, 90, 2, 70, 5, 3), "S2": (1, 40, 2, 30, 0, 5)}


def _plots(folder: Path, name: str, carbon: dict[str, tuple[int, ...]], prefix: str = "P") -> Path:
    path = folder / name
    lines = [
        f"{prefix}{stratum}-{place},{stratum},{value}"
        for stratum, values in carbon.items()
        for place, value in enumerate(values)
    ]
    path.write_text("\n".join(["plot_id,stratum,carbon_t_per_ha", *lines, ""]), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Copy the worked project, with plots of two occasions."""
    for name in ("worked.toml", "worked-parcels.csv"):
        shutil.copy(MADE / name, tmp_path / name)
    _plots(tmp_path, "2020.csv", FIRST)
    _plots(tmp_path, "2024.csv", LAST)
    return tmp_path


def _monitor(folder: Path, *more: object, lang: str = "en") -> Outcome:
    return succeed(
        "--lang", lang, "ccer", "monitor", folder / "worked.toml", "--plots", folder / "2024.csv",
        "--year", 2024, *more,
    )  # fmt: skip


def _twice(folder: Path, *more: object, lang: str = "en") -> Outcome:
    previous = ("--previous", folder / "2020.csv", "--previous-year", 2020)
    return _monitor(folder, *previous, *more, lang=lang)


def _project(found: Outcome) -> dict[str, dict[str, Any]]:
    return {
        row["quantity"]: row
        for row in found.rows
        if row["stratum"] is None and row["vintage"] is None
    }


def test_reductions_of_four_years_by_hand(folder: Path) -> None:
    """12.5 and 8 ha, end of 2020 to end of 2024, 1461 days, application of 1 March 2026.

    C1 = 44/12·(12.5·15 + 8·6) = 863.5, C2 = 44/12·(12.5·30 + 8·13) = 1756.3333, ΔC = 892.8333;
    V2 = (44/12)²·(12.5²·59.2/6 + 8²·8.4/6) = (44/12)²·1631.2667, half-width 1.812461·148.0928 =
    268.4124, u = 15.2825 %: 6 %. ΔC·0.94 = 839.26333. Baseline 4.8253333 a year (by hand in
    tests/reference/test_ccer_worked_project.py), no fire: 839.26333 - 19.30133 = 819.962. January
    and February 2021, 59 days, are more than five years old: 839.26333·59/1461 - 4.8253333·59/365
    = 33.11223; 786.84977 is left, whole 786.
    """
    found = _twice(folder, "--application", "2026-03-01", "--json")
    figures = _project(found)
    expected = {
        "monitored_area": 20.5,
        "carbon_density": 479 / 20.5,
        "earlier_stock": 863.5,
        "present_stock": 5269 / 3,
        "stock_change": 892.8333333,
        "relative_uncertainty": 0.1528254,
        "uncertainty_discount": 0.06,
        "discounted_change": 839.2633333,
        "fire_emission": 0,
        "baseline_removal": 19.3013333,
        "reduction": 819.962,
        "creditable_reduction": 786,
    }
    for quantity, value in expected.items():
        assert figures[quantity]["value"] == pytest.approx(value, abs=1e-6), quantity
    change = figures["stock_change"]
    assert (change["date_from"], change["date_to"]) == ("2021-01-01", "2024-12-31")
    assert (change["confidence"], change["n"], change["df"]) == (0.9, 12, 10)
    vintages = [row for row in found.rows if row["vintage"] is not None]
    of_reduction = [row for row in vintages if row["quantity"] == "reduction"]
    outcomes = [(row["vintage"], row["outcome"]) for row in of_reduction]
    assert outcomes == [
        (2021, "older_than_rule"),
        *((year, "creditable") for year in (2021, 2022, 2023, 2024)),
    ]
    assert of_reduction[0]["value"] == pytest.approx(33.11223, abs=1e-5)
    whole = [row["value"] for row in vintages if row["quantity"] == "creditable_reduction"]
    assert sum(whole) == 786
    assert all(value == int(value) for value in whole)
    assert {row["pools"] for row in found.rows} == {"above_ground; below_ground"}
    assert "a discount of 6%, of the change" in found.talk
    assert "AR-CM-001-V01 asks for 3 to 10 years" in found.talk


def test_how_many_plots_would_need_no_discount(folder: Path) -> None:
    """The sums of the strata and of the vintages are the project's."""
    rows = _twice(folder, "--application", "2026-03-01", "--json").rows
    further = [row for row in rows if row["quantity"] == "further_plots_for_no_discount"]
    assert [row["stratum"] for row in further] == ["S1", "S2", None]
    assert further[0]["value"] + further[1]["value"] == further[2]["value"] > 0
    for quantity in ("reduction", "baseline_removal", "creditable_reduction"):
        of_vintages = [r["value"] for r in rows if r["vintage"] and r["quantity"] == quantity]
        whole = next(r["value"] for r in rows if not r["vintage"] and r["quantity"] == quantity)
        assert sum(of_vintages) == pytest.approx(whole)
    stocks = {r["stratum"]: r["value"] for r in rows if r["quantity"] == "present_stock"}
    assert stocks["S1"] + stocks["S2"] == pytest.approx(stocks[None])


def test_the_first_monitoring_starts_from_the_plan(folder: Path) -> None:
    """Shrubs of S1 at 20 % cover: 44/12·0.47·1.4·12.5·0.1·80·0.2 = 48.253333 t CO2e.

    The fire of 2018, of year 3, is taken off.
    """
    found = _monitor(folder, "--json")
    figures = _project(found)
    assert figures["earlier_stock"]["value"] == pytest.approx(48.2533333)
    assert figures["earlier_stock"]["date_to"] == "2015-12-31"
    assert figures["fire_emission"]["value"] == pytest.approx(110.761290062029 - 110.458480526029)
    assert figures["creditable_reduction"]["value"] is None
    outcomes = {row["outcome"] for row in found.rows if row["vintage"]}
    assert outcomes == {"before_first_vintage", "no_application_date"}
    assert "no earlier plots" in found.talk


def test_a_fire_burns_what_plots_showed(folder: Path) -> None:
    """2 ha of S1 in 2022. The earlier plots show 15 t C/ha, 15/0.46 = 32.608696 t d.m./ha.

    0.001·2·32.608696·0.45·(4.7·28 + 0.26·265 = 200.5) = 5.884239 t CO2e, where the plan has less.
    Without earlier plots it is the plan's, and that is said.
    """
    project = folder / "worked.toml"
    text = project.read_text(encoding="utf-8")
    fire = '[[fires]]\nyear = 2022\nstratum = "S1"\narea_ha = 2\n\n[[fires]]\n'
    project.write_text(text.replace("[[fires]]\n", fire, 1), encoding="utf-8")
    found = _twice(folder, "--json")
    assert _project(found)["fire_emission"]["value"] == pytest.approx(5.8842391)
    assert "as if above ground" in found.talk
    alone = _monitor(folder, "--json")
    assert _project(alone)["fire_emission"]["value"] < 5.8
    assert "without earlier plots there is nothing" in alone.talk


def test_the_confidence_of_the_discount_is_the_methodology_s(folder: Path) -> None:
    """At 30 % the uncertainty would be 1/4 of it, and nothing would be taken off."""
    project = folder / "worked.toml"
    own = '[parameters]\nsampling_confidence = { value = 0.3, source = "x", locator = "y" }\n'
    text = project.read_text(encoding="utf-8").replace("[parameters]\n", own)
    project.write_text(text, encoding="utf-8")
    figures = _project(_twice(folder, "--confidence", "0.9", "--json"))
    assert figures["relative_uncertainty"]["value"] == pytest.approx(0.1528254)
    assert figures["uncertainty_discount"]["value"] == 0.06


@pytest.mark.parametrize(
    ("symbol", "value"),
    [("vintage_years", 9), ("first_vintage_date", 20150101), ("first_start_date", 20100101)],
)
def test_no_project_replaces_a_limit_of_the_scheme(folder: Path, symbol: str, value: int) -> None:
    project = folder / "worked.toml"
    own = f'[parameters]\n{symbol} = {{ value = {value}, source = "x", locator = "y" }}\n'
    text = project.read_text(encoding="utf-8").replace("[parameters]\n", own)
    project.write_text(text, encoding="utf-8")
    refused = run("--lang", "en", "ccer", "baseline", project)
    assert refused.code == 2
    assert symbol in refused.talk
    assert "limit of the voluntary scheme" in refused.talk


def test_where_more_plots_are_needed_some_are_named(folder: Path) -> None:
    """One plot in each stratum, 5 and 60: taken together they have an error, alone none."""
    _plots(folder, "2024.csv", {"S1": (5,), "S2": (60,)})
    found = _monitor(folder, "--single-plot", "collapse", "--json")
    figures = _project(found)
    assert figures["relative_uncertainty"]["value"] > 0.3
    assert "more plots are needed" in found.talk
    assert figures["further_plots_for_a_figure"]["value"] > 0


def test_other_plots_than_before_have_no_covariance(folder: Path) -> None:
    _plots(folder, "2020.csv", FIRST, "old ")
    found = _twice(folder, "--json")
    figures = _project(found)
    assert "stock_covariance" not in figures
    assert "without a covariance" in found.talk


def test_above_the_last_class_more_plots_in_place_of_a_figure(folder: Path) -> None:
    _plots(folder, "2024.csv", WILD)
    found = _twice(folder, "--json")
    figures = _project(found)
    assert figures["relative_uncertainty"]["value"] > 0.3
    assert figures["uncertainty_discount"]["value"] is None
    assert "reduction" not in figures
    assert figures["further_plots_for_a_figure"]["value"] > 0
    more = figures["further_plots_for_no_discount"]["value"]
    assert more > figures["further_plots_for_a_figure"]["value"]
    assert "more plots are needed" in found.talk
    assert "further plots for a figure" in _twice(folder).text


def test_biomass_of_what_is_above_ground(folder: Path) -> None:
    """Half the carbon as biomass · 0.5, with roots of a quarter: 5/8 of the stock of the table."""
    text = (folder / "2024.csv").read_text(encoding="utf-8")
    (folder / "2024.csv").write_text(text.replace("carbon_t", "biomass_t"), encoding="utf-8")
    above = ("--includes", "above_ground", "--carbon-fraction", 0.5)
    found = _monitor(folder, *above, "--root-shoot-ratio", 0.25, "--json")
    assert _project(found)["present_stock"]["value"] == pytest.approx(5269 / 3 * 0.625)
    bare = _monitor(folder, *above, "--json")
    assert {row["pools"] for row in bare.rows} == {"above_ground"}
    assert "nothing below ground counts" in bare.talk


def test_trees_by_the_models_of_plots(folder: Path) -> None:
    plots = folder / "2024.csv"
    plots.write_text(
        "plot_id,stratum\n" + "".join(f"{s}{n},{s}\n" for s in ("S1", "S2") for n in range(3)),
        encoding="utf-8",
    )
    trees = folder / "trees.csv"
    lines = [
        f"{stratum}{plot},{species},{12 + plot + tree},{9 + plot}"
        for stratum, species in (("S1", "马尾松"), ("S2", "杉木"))
        for plot in range(3)
        for tree in range(4)
    ]
    trees.write_text("\n".join(["plot_id,species,dbh_cm,height_m", *lines]), encoding="utf-8")
    found = _monitor(folder, "--trees", trees, "--plot-area", 0.0667, "--json")
    assert _project(found)["present_stock"]["value"] > 0
    assert "24 living trees by the models yuan-2009" in found.talk


def test_tables_for_people_in_both_languages(folder: Path, tmp_path: Path) -> None:
    english = _twice(folder, "--application", "2026-03-01")
    assert "DRAFT · PARAMETERS NOT VERIFIED" in english.text
    assert "older than five years" in english.text
    out = tmp_path / "监测.txt"
    _twice(folder, "-o", out, lang="zh")
    text = out.read_text(encoding="utf-8")
    assert "各年减排量" in text
    assert "草案 · 参数未核对" in text
    assert _twice(folder).text == _twice(folder).text


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--previous-year", 2020), "need both --previous FILE and --previous-year"),
        (("--application", "soon"), "--application soon is no day"),
        (("--application", "2024-06-01"), "has to come after the last day"),
        (("--trees", "none.csv"), "there is no file none.csv"),
        (("--confidence", "1.5"), "are for a confidence of 0.9 and no other"),
        (("--confidence", "0.3"), "are for a confidence of 0.9 and no other"),
    ],
)
def test_what_does_not_go_together_is_refused(
    folder: Path, more: tuple[object, ...], said: str
) -> None:
    found = run(
        "--lang", "en", "ccer", "monitor", folder / "worked.toml", "--plots", folder / "2024.csv",
        "--year", 2024, *more,
    )  # fmt: skip
    assert found.code == 2
    assert said in found.talk


def test_plots_of_no_stratum_and_strata_of_no_plot(folder: Path) -> None:
    project, plots = folder / "worked.toml", folder / "2024.csv"
    _plots(folder, "2024.csv", {**LAST, "S9": (1,)})
    refused = run("--lang", "en", "ccer", "monitor", project, "--plots", plots, "--year", 2024)
    assert refused.code == 2
    assert "lie in no stratum of the project (such as PS9-0" in refused.talk
    _plots(folder, "2024.csv", {"S1": LAST["S1"]})
    refused = run("--lang", "en", "ccer", "monitor", project, "--plots", plots, "--year", 2024)
    assert refused.code == 2
    assert "S2 has no plots" in refused.talk
    _plots(folder, "2024.csv", {"S1": LAST["S1"], "S2": (13,)})
    refused = run("--lang", "en", "ccer", "monitor", project, "--plots", plots, "--year", 2024)
    assert "one plot: S2" in refused.talk
    certain = _monitor(folder, "--single-plot", "certainty", "--json")
    assert "strata taken as certain: S2" in certain.talk
