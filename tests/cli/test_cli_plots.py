"""What the database says of plots, derived once more by plain SQL and numpy on its tables."""

import math
import re
import shutil
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from command_line import Row, query, run, succeed
from scipy import stats
from simulated_city import YEARS, CityDatabase, city_database

from sinkcalc.vocabulary import GONE_STATUSES

GROWING_STOCK = "growing_stock_m3_per_ha"
# a tree is rounded to 1e-6 m3/ha before it is added: half of that in about 1 m3/ha, and errors
# of either sign
ROUNDED = 1e-6
# sums of a few hundred floats in another order
SUMMED = 1e-9
# volumes after calibration are stored to 1e-4 m3
STORED_M3 = 1e-4

STOCK_BY_COUNTY = (
    *("survey", "total", "--survey", 2020),
    *("--y", GROWING_STOCK, "--domain", "region_code"),
)
GONE = ", ".join(f"'{status}'" for status in GONE_STATUSES)
# growing stock of each plot from its living trees, m3/ha
STOCKS = f"""
WITH living AS (
    SELECT survey, plot_id, sum(volume_m3)::DOUBLE AS volume_m3 FROM trees
    WHERE status IS NULL OR status::VARCHAR NOT IN ({GONE})
    GROUP BY survey, plot_id
), per_ha AS (
    SELECT
        plots.survey, plot_id, stratum, region_code, stand_id, vegetation_class,
        coalesce(living.volume_m3, 0) / plot_area_ha::DOUBLE AS volume,
        CASE WHEN vegetation_class = 'arbor' THEN volume ELSE 0 END AS stock
    FROM plots LEFT JOIN living USING (survey, plot_id)
)
"""
# `cells`: stratum, y. Total and standard error by the strata of $survey
STRATIFIED = """
SELECT sum(area * mean) AS total, sqrt(sum(area ** 2 * variance / n)) AS se FROM (
    SELECT area_ha::DOUBLE AS area, count(*) AS n, avg(y) AS mean, var_samp(y) AS variance
    FROM sampled JOIN strata USING (stratum) WHERE strata.survey = {survey}
    GROUP BY stratum, area_ha
)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> CityDatabase:
    return city_database(tmp_path_factory)


@pytest.fixture(scope="module")
def plots_db(made: CityDatabase) -> Path:
    return made.db


@pytest.fixture
def own_db(plots_db: Path, tmp_path: Path) -> Path:
    """Copy the database, to be changed."""
    return Path(shutil.copy(plots_db, tmp_path / "own.duckdb"))


def _rows(db: Path, *arguments: object) -> list[Row]:
    return succeed("--db", db, *arguments, "--json").rows


def _stratified(db: Path, sampled: str, survey: int) -> tuple[float, float]:
    """Derive a stratified total and its standard error; `sampled` selects stratum and y."""
    sql = f"{STOCKS}, sampled AS ({sampled}) {STRATIFIED.format(survey=survey)}"
    ((total, error),) = query(db, sql)
    return total, error


def _total(rows: list[Row], **keys: object) -> tuple[float, float]:
    (row,) = [row for row in rows if all(row[name] == value for name, value in keys.items())]
    return row["value"], row["se"]


@pytest.mark.parametrize("year", YEARS)
def test_growing_stock_of_strata(plots_db: Path, year: int) -> None:
    rows = _rows(plots_db, "survey", "total", "--survey", year, "--y", GROWING_STOCK)
    expected = _stratified(
        plots_db, f"SELECT stratum, stock AS y FROM per_ha WHERE survey = {year}", year
    )
    assert len(rows) == 1
    assert (rows[0]["value"], rows[0]["se"]) == pytest.approx(expected, rel=ROUNDED)
    ((plots, strata),) = query(
        plots_db, f"SELECT count(*), count(DISTINCT stratum) FROM plots WHERE survey = {year}"
    )
    assert (rows[0]["n"], rows[0]["df"]) == (plots, plots - strata)


def test_mean_is_the_total_by_area(plots_db: Path) -> None:
    (row,) = _rows(plots_db, "survey", "mean", "--survey", 2020)
    total, error = _stratified(
        plots_db, "SELECT stratum, volume AS y FROM per_ha WHERE survey = 2020", 2020
    )
    ((area,),) = query(plots_db, "SELECT sum(area_ha)::DOUBLE FROM strata WHERE survey = 2020")
    assert (row["value"], row["se"]) == pytest.approx((total / area, error / area), rel=ROUNDED)


def test_a_class_that_strata_cut_across(plots_db: Path) -> None:
    """Plots of other classes are zeros in every stratum: the size of the class is uncertain too."""
    words = ("--y", GROWING_STOCK, "--domain", "species")
    rows = _rows(plots_db, "survey", "total", "--survey", 2020, *words)
    sampled = (
        "SELECT stratum, CASE WHEN plots.species = 'masson_pine' THEN stock ELSE 0 END AS y "
        "FROM per_ha JOIN plots USING (survey, plot_id, stratum) WHERE survey = 2020"
    )
    assert _total(rows, domain="masson_pine") == pytest.approx(
        _stratified(plots_db, sampled, 2020), rel=ROUNDED
    )


def test_a_county(plots_db: Path) -> None:
    words = ("--y", GROWING_STOCK, "--domain", "region_code")
    rows = _rows(plots_db, "survey", "total", "--survey", 2020, *words)
    sampled = (
        "SELECT stratum, CASE WHEN region_code = '330112' THEN stock ELSE 0 END AS y "
        "FROM per_ha WHERE survey = 2020"
    )
    assert _total(rows, domain="330112") == pytest.approx(
        _stratified(plots_db, sampled, 2020), rel=ROUNDED
    )


@pytest.mark.parametrize("estimator", ["stratified", "composite"])
def test_plots_of_no_class_are_told(plots_db: Path, estimator: str) -> None:
    """Land without trees has no species: the forest of all species is less than the forest."""
    words: tuple[object, ...] = ("total", "--survey", 2020)
    if estimator == "composite":
        words = ("change", "--from", 2015, "--to", 2020)
    done = succeed(
        "--db", plots_db, "--lang", "en", "survey", *words, "--y", "forest", "--domain", "species"
    )
    assert re.search(r"\d+ plots have no species: they count in the whole alone", done.talk)
    if estimator == "stratified":
        sql = "SELECT count(*) FROM plots WHERE survey = 2020 AND species IS NULL"
        ((plots,),) = query(plots_db, sql)
        assert f"{plots} plots have no species" in done.talk
    told = succeed("--db", plots_db, *STOCK_BY_COUNTY)
    assert "region_code" not in told.talk


def test_volume_per_hectare_of_forest(plots_db: Path) -> None:
    """R = Y/X; the error is that of the total of (y - R x)/X."""
    (row,) = _rows(plots_db, "survey", "ratio", "--survey", 2020, "--x", "forest")
    forest = "(vegetation_class IN ('arbor', 'bamboo', 'economic', 'special_shrub'))::INTEGER"
    of_y, of_x = (
        _stratified(
            plots_db, f"SELECT stratum, {value} AS y FROM per_ha WHERE survey = 2020", 2020
        )[0]
        for value in ("volume", forest)
    )
    residual = f"(volume - {of_y / of_x!r} * {forest}) / {of_x!r}"
    _, error = _stratified(
        plots_db, f"SELECT stratum, {residual} AS y FROM per_ha WHERE survey = 2020", 2020
    )
    assert (row["value"], row["se"]) == pytest.approx((of_y / of_x, error), rel=ROUNDED)


# plots of both occasions; the first stands for the areas that the strata had then
PAIRED = """
SELECT {last}.stratum, {last}.{value} - {first}.{value} * earlier.area_ha / now.area_ha AS y
FROM per_ha AS {last} JOIN per_ha AS {first} USING (plot_id)
JOIN strata AS now ON now.survey = 2020 AND now.stratum = {last}.stratum
JOIN strata AS earlier ON earlier.survey = 2015 AND earlier.stratum = {last}.stratum
WHERE {last}.survey = 2020 AND {first}.survey = 2015
"""


def test_change_on_the_common_plots(plots_db: Path) -> None:
    words = ("--from", 2015, "--to", 2020, "--y", GROWING_STOCK, "--estimator", "stratified")
    rows = _rows(plots_db, "survey", "change", *words)
    sampled = PAIRED.format(first="before", last="after", value="stock")
    assert _total(rows, stat="change") == pytest.approx(
        _stratified(plots_db, sampled, 2020), rel=ROUNDED
    )


def test_change_of_all_plots_agrees_with_the_common_ones(plots_db: Path) -> None:
    """A few of 712 plots are of one occasion: they move the change by less than its error."""
    words = ("--from", 2015, "--to", 2020, "--y", GROWING_STOCK)
    rows = _rows(plots_db, "survey", "change", *words)
    paired, error = _stratified(
        plots_db, PAIRED.format(first="before", last="after", value="stock"), 2020
    )
    change, composite_error = _total(rows, stat="change")
    assert {row["estimator"] for row in rows} == {"composite"}
    assert 0 < abs(change - paired) < error / 4
    assert composite_error == pytest.approx(error, rel=0.05)
    ((plots,),) = query(plots_db, "SELECT count(DISTINCT plot_id) FROM plots WHERE survey < 2021")
    assert {row["n"] for row in rows} == {plots}


@pytest.mark.parametrize("year", YEARS)
def test_plot_table_holds_the_living_trees(plots_db: Path, year: int) -> None:
    rows = _rows(plots_db, "survey", "plots", "--survey", year)
    expected = query(
        plots_db,
        f"{STOCKS} SELECT plot_id, volume, stock FROM per_ha WHERE survey = {year} "
        "ORDER BY plot_id",
    )
    assert [row["plot_id"] for row in rows] == [plot for plot, *_ in expected]
    for row, (_, volume, stock) in zip(rows, expected, strict=True):
        # half of the last digit for each tree
        rounding = 0.5e-6 * (row["trees"] + 1)
        assert row["volume_m3_per_ha"] == pytest.approx(volume, abs=rounding)
        assert row[GROWING_STOCK] == pytest.approx(stock, abs=rounding)


@pytest.fixture(scope="module")
def components(plots_db: Path) -> dict[str, Row]:
    rows = _rows(plots_db, "survey", "components", "--from", 2015, "--to", 2020)
    return {row["variable"]: row for row in rows}


def test_components_add_up(components: dict[str, Row]) -> None:
    value = {name: row["value"] for name, row in components.items()}
    gained = value["survivor_growth"] + value["ongrowth"] + value["ingrowth"]
    lost = value["mortality"] + value["harvest"] + value["loss"]
    change = value["value_to"] - value["value_from"]
    # plots meet the identity to the last digit; what is left is the order of 690 summands
    assert gained - lost + value["correction"] == pytest.approx(change, rel=SUMMED)
    assert value["net_increment"] == pytest.approx(change, rel=SUMMED)
    assert value["gross_growth"] == pytest.approx(gained, rel=SUMMED)
    assert value["gross_consumption"] == pytest.approx(lost, rel=SUMMED)
    assert min(value[name] for name in ("survivor_growth", "ingrowth", "mortality", "harvest")) > 0


@pytest.mark.parametrize(
    ("component", "statuses"),
    [("mortality", ("standing_dead", "fallen_dead")), ("harvest", ("cut",))],
)
def test_losses_are_first_volumes(
    plots_db: Path, components: dict[str, Row], component: str, statuses: tuple[str, ...]
) -> None:
    """Trees that lived in 2015 and are dead, or cut, in 2020, with their volume of 2015."""
    listed = ", ".join(f"'{status}'" for status in statuses)
    sampled = f"""
    SELECT after.stratum, coalesce(lost.volume_m3, 0) / 0.08 AS y
    FROM plots AS after JOIN plots AS before USING (plot_id)
    LEFT JOIN (
        SELECT plot_id, sum(first.volume_m3)::DOUBLE AS volume_m3
        FROM trees AS last JOIN trees AS first USING (plot_id, tree_id)
        WHERE last.survey = 2020 AND first.survey = 2015 AND last.status IN ({listed})
        AND first.status::VARCHAR NOT IN ({GONE})
        GROUP BY plot_id
    ) AS lost USING (plot_id)
    WHERE after.survey = 2020 AND before.survey = 2015
    """
    row = components[component]
    assert (row["value"], row["se"]) == pytest.approx(
        _stratified(plots_db, sampled, 2020), rel=ROUNDED
    )


def test_components_plot_by_plot(plots_db: Path, components: dict[str, Row]) -> None:
    """The total of a component is that of the rows of the plots."""
    words = ("--from", 2015, "--to", 2020, "--by-plot")
    rows = [
        row
        for row in _rows(plots_db, "survey", "components", *words)
        if row["gross_growth"] is not None
    ]
    strata = dict(query(plots_db, "SELECT plot_id, stratum FROM plots WHERE survey = 2020"))
    areas = dict(query(plots_db, "SELECT stratum, area_ha FROM strata WHERE survey = 2020"))
    grown: dict[str, list[float]] = {stratum: [] for stratum in areas}
    for row in rows:
        grown[strata[row["plot_id"]]].append(float(row["gross_growth"]))
    total = sum(float(areas[name]) * np.mean(values) for name, values in grown.items())
    assert components["gross_growth"]["value"] == pytest.approx(total, rel=SUMMED)


STANDS_BY_COUNTY = (
    "SELECT region_code, sum(volume_m3)::DOUBLE FROM stands "
    "WHERE survey = {year} AND vegetation_class = 'arbor' GROUP BY region_code"
)


def _word(distance: float | None, half_width: float, value: float) -> str:
    """Judge nothing where the interval reaches zero: it accepts anything."""
    if distance is None or half_width >= value:
        return "not_judged"
    return (
        "accepted" if abs(distance) <= 1 else "find_cause" if abs(distance) <= 3 else "survey_again"
    )


@pytest.mark.parametrize(("year", "share"), [(2020, 1), (2015, 1), (2020, 0.7)])
def test_verdict(own_db: Path, year: int, share: float) -> None:
    """GB/T 26424: one and three standard errors of the plots. Stands of 0.7 bring up all words."""
    if share != 1:
        with duckdb.connect(str(own_db)) as con:
            con.execute(f"UPDATE stands SET volume_m3 = volume_m3 * {share} WHERE survey = {year}")
    totals = _rows(
        own_db, "survey", "total", "--survey", year, "--y", GROWING_STOCK, "--domain", "region_code"
    )
    plots = {row["domain"]: (row["value"], row["se"]) for row in totals}
    half_widths = {row["domain"]: stats.t.ppf(0.975, row["df"]) * row["se"] for row in totals}
    stands: dict[str | None, float] = dict(query(own_db, STANDS_BY_COUNTY.format(year=year)))
    stands[None] = math.fsum(stands.values())
    rows = _rows(own_db, "survey", "verdict", "--survey", year)
    assert [row["region_code"] for row in rows] == [None, *sorted(key for key in plots if key)]
    for row in rows:
        key = row["region_code"]
        value, error = plots[key]
        assert row["stands_value"] == pytest.approx(stands.get(key, 0.0), rel=SUMMED)
        assert (row["plots_value"], row["plots_se"]) == (value, error)
        distance = (row["stands_value"] - value) / error if error else None
        assert row["difference_in_se"] == (None if distance is None else pytest.approx(distance))
        assert row["verdict"] == _word(distance, half_widths[key], value)
    if share != 1:
        assert {row["verdict"] for row in rows} == {
            "accepted",
            "find_cause",
            "survey_again",
            "not_judged",
        }


def test_a_plot_whose_own_stock_stands_for_its_trees(own_db: Path) -> None:
    """It has no components by trees, the other plots keep theirs."""
    command = ("survey", "components", "--from", 2015, "--to", 2020, "--by-plot")
    before = {row["plot_id"]: row for row in _rows(own_db, *command)}
    plot = next(
        name for name, row in before.items() if row["occasions"] == "both" and row["trees_to"]
    )
    with duckdb.connect(str(own_db)) as con:
        con.execute(
            "UPDATE trees SET volume_m3 = NULL, height_m = NULL, species = NULL, "
            "species_code = NULL WHERE survey < 2021 AND (plot_id, tree_id) IN (SELECT a.plot_id, "
            "a.tree_id FROM trees AS a JOIN trees AS b USING (plot_id, tree_id) WHERE "
            "a.survey = 2015 AND b.survey = 2020 AND a.plot_id = ? AND a.status = 'retained' "
            "AND b.status = 'retained' LIMIT 1)",
            [plot],
        )
    after = {row["plot_id"]: row for row in _rows(own_db, *command)}
    assert after[plot]["gross_growth"] is None
    assert {k: v for k, v in after.items() if k != plot} == {
        k: v for k, v in before.items() if k != plot
    }


def test_plots_of_no_county_are_told(own_db: Path) -> None:
    with duckdb.connect(str(own_db)) as con:
        con.execute("UPDATE plots SET region_code = NULL WHERE survey = 2020 AND plot_id < '0010'")
        ((lost,),) = con.execute(
            "SELECT count(*) FROM plots WHERE survey = 2020 AND region_code IS NULL"
        ).fetchall()
    done = succeed("--db", own_db, "--lang", "en", "survey", "verdict", "--survey", 2020)
    assert f"{lost} plots have no county: they count in the city alone" in done.talk


# growing stock of the stand in which a plot lies, m3/ha; 0 outside arbor stands
BESIDE = """
SELECT
    per_ha.plot_id, per_ha.stratum, per_ha.region_code, stock,
    CASE WHEN stands.vegetation_class = 'arbor'
        THEN coalesce(stands.volume_m3 / stands.area_ha, 0)::DOUBLE ELSE 0 END AS recorded
FROM per_ha LEFT JOIN stands
    ON per_ha.stand_id = stands.stand_id AND per_ha.survey = stands.survey
WHERE per_ha.survey = {year}
"""


@pytest.fixture(scope="module", params=YEARS)
def assisted(request: pytest.FixtureRequest, plots_db: Path) -> tuple[int, list[Row]]:
    year: int = request.param
    return year, _rows(plots_db, "survey", "assisted", "--survey", year)


def _known(db: Path, year: int) -> dict[str, float]:
    return dict(query(db, STANDS_BY_COUNTY.format(year=year)))


def test_difference_estimator(plots_db: Path, assisted: tuple[int, list[Row]]) -> None:
    """What the stands add up to, and the stratified total of what plots have more."""
    year, rows = assisted
    known = _known(plots_db, year)
    sampled = f"SELECT stratum, stock - recorded AS y FROM ({BESIDE.format(year=year)})"
    more, error = _stratified(plots_db, sampled, year)
    found = _total(rows, region_code=None, estimator="difference")
    assert found == pytest.approx((math.fsum(known.values()) + more, error), rel=ROUNDED)
    county = "330112"
    sampled = (
        f"SELECT stratum, CASE WHEN region_code = '{county}' THEN stock - recorded ELSE 0 END AS y "
        f"FROM ({BESIDE.format(year=year)})"
    )
    more, error = _stratified(plots_db, sampled, year)
    found = _total(rows, region_code=county, estimator="difference")
    assert found == pytest.approx((known[county] + more, error), rel=ROUNDED)


def test_regression_estimator(plots_db: Path, assisted: tuple[int, list[Row]]) -> None:
    """By least squares: N_h/n_h weighted fit, g = 1 + (X - X_ht)'(sum d x x')^-1 x."""
    year, rows = assisted
    sampled = query(
        plots_db, f"{STOCKS} SELECT stratum, stock, recorded FROM ({BESIDE.format(year=year)})"
    )
    areas = {
        name: float(area)
        for name, area in query(
            plots_db, f"SELECT stratum, area_ha FROM strata WHERE survey = {year}"
        )
    }
    strata = np.array([row[0] for row in sampled])
    y, x = (np.array([row[i] for row in sampled], dtype=float) for i in (1, 2))
    counts = {name: int((strata == name).sum()) for name in areas}
    d = np.array([areas[name] / counts[name] for name in strata])
    design = np.column_stack([np.ones_like(x), x])
    slope, *_ = np.linalg.lstsq(design * np.sqrt(d)[:, None], y * np.sqrt(d), rcond=None)
    known = np.array([sum(areas.values()), math.fsum(_known(plots_db, year).values())])
    residual = y - design @ slope
    total = known @ slope + d @ residual
    crossed = (design * d[:, None]).T @ design
    g = 1 + design @ np.linalg.solve(crossed, known - d @ design)
    variance = sum(
        counts[name] * np.var((g * d * residual)[strata == name], ddof=1) for name in areas
    )
    # normal equations of a slope near one: a few digits are lost
    found = _total(rows, region_code=None, estimator="greg")
    assert found == pytest.approx((total, math.sqrt(variance)), rel=ROUNDED)
    # calibrated weights meet what is known
    assert (g * d) @ design == pytest.approx(known, rel=SUMMED)


def test_estimates_hold_the_truth(made: CityDatabase, assisted: tuple[int, list[Row]]) -> None:
    """Three standard errors, and a smaller error than the plots alone have."""
    year, rows = assisted
    _, alone = _total(rows, region_code=None, estimator="plots")
    for estimator in ("difference", "greg"):
        value, error = _total(rows, region_code=None, estimator=estimator)
        assert abs(value - made.city.truth[year].true_m3) < 3 * error
        assert error < alone / 2


def test_small_counties_lie_between_plots_and_stands(
    plots_db: Path, assisted: tuple[int, list[Row]]
) -> None:
    """Counties of the city differ by no more than their errors: each is near the regression."""
    year, rows = assisted
    assert max(_weights_of_counties(plots_db, year, rows)) < 0.5


def test_counties_that_differ_keep_their_own(own_db: Path) -> None:
    """Stands judged in another way in each county: the plots of a county count for more."""
    with duckdb.connect(str(own_db)) as con:
        con.execute(
            "UPDATE stands SET volume_m3 = volume_m3 * (0.4 + 0.5 * (region_code::INTEGER % 3)) "
            "WHERE survey = 2020"
        )
    rows = _rows(own_db, "survey", "assisted", "--survey", 2020)
    weights = _weights_of_counties(own_db, 2020, rows)
    assert min(weights) < 0.5 < max(weights)


def _weights_of_counties(db: Path, year: int, rows: list[Row]) -> list[float]:
    """Derive gamma times the county's own estimate and 1 - gamma times a weighted regression."""
    areas = dict(query(db, f"SELECT stratum, area_ha::DOUBLE FROM strata WHERE survey = {year}"))
    direct = {
        r["region_code"]: r for r in rows if r["estimator"] == "difference" and r["region_code"]
    }
    found = {r["region_code"]: r for r in rows if r["estimator"] == "fay_herriot"}
    assert found.keys() == direct.keys() == areas.keys()
    known = _known(db, year)
    used = [key for key in areas if direct[key]["se"] is not None]
    mean = {key: direct[key]["value"] / areas[key] for key in used}
    psi = {key: (direct[key]["se"] / areas[key]) ** 2 for key in used}
    # gamma = s2/(s2 + psi): each county tells s2, and they agree
    for_one = [g * psi[k] / (1 - g) for k in used if (g := found[k]["shrinkage"]) is not None]
    s2 = float(np.mean(for_one))
    assert for_one == pytest.approx([s2] * len(used), rel=1e-9, abs=1e-12)
    x = np.array([[1, known.get(key, 0.0) / areas[key]] for key in used])
    root = np.sqrt([s2 + psi[key] for key in used])
    slope, *_ = np.linalg.lstsq(
        x / root[:, None], np.array([mean[k] for k in used]) / root, rcond=None
    )
    for key, row in found.items():
        synthetic = (slope[0] + slope[1] * known.get(key, 0.0) / areas[key]) * areas[key]
        shrinkage = row["shrinkage"]
        assert 0 <= shrinkage < 1
        if key not in used:
            assert shrinkage == 0
            assert row["value"] == pytest.approx(synthetic, rel=ROUNDED)
            continue
        own = direct[key]["value"]
        low, high = sorted((own, synthetic))
        slack = ROUNDED * max(abs(low), abs(high))
        assert low - slack <= row["value"] <= high + slack
        mixed = shrinkage * own + (1 - shrinkage) * synthetic
        assert row["value"] == pytest.approx(mixed, rel=ROUNDED)
    return [found[key]["shrinkage"] for key in used]


CALIBRATE = ("calibrate", "control-totals", "--survey", 2020)
HASH_OF_STANDS = "SELECT count(*), sum(hash(stands)::HUGEINT) FROM stands"


@pytest.mark.parametrize(
    ("by", "method"),
    [
        ("region", "bounded"),
        ("region,species_group,age_group", "bounded"),
        ("region,species_group", "raking"),
        ("region,origin", "linear"),
    ],
)
def test_controls_are_met(plots_db: Path, own_db: Path, by: str, method: str) -> None:
    before = query(own_db, HASH_OF_STANDS)
    words = ("--by", by, "--method", method, "--bounds", "0.3,4")
    rows = _rows(own_db, *CALIBRATE, *words)
    assert query(own_db, HASH_OF_STANDS) == before
    controls = query(
        own_db, "SELECT margin, control, given_m3, after_m3, given_m3_se FROM control_totals"
    )
    assert {margin for margin, *_ in controls} == set(range(1, len(by.split(",")) + 1))
    for _, _, given, after, _ in controls:
        assert after == pytest.approx(given, rel=1e-6)
    # the first margin in the words of the plots
    totals = _rows(
        plots_db,
        "survey",
        "total",
        "--survey",
        2020,
        "--y",
        GROWING_STOCK,
        "--domain",
        "region_code",
    )
    plots = {row["domain"]: row for row in totals}
    own = {name: (given, error) for margin, name, given, _, error in controls if margin == 1}
    assert len(own) > 5
    for name in own.keys() - {"pooled"}:
        expected = (plots[name]["value"], plots[name]["se"])
        assert own[name] == pytest.approx(expected, rel=SUMMED)
    assert sum(given for given, _ in own.values()) == pytest.approx(
        plots[None]["value"], rel=SUMMED
    )
    # the view, county by county and in the city
    by_county = dict(
        query(
            own_db,
            "SELECT region_code, sum(calibrated_volume_m3) FROM calibrated_stands GROUP BY ALL",
        )
    )
    printed = {row["class"]: row for row in rows if row["grouped_by"] in ("region", "all")}
    assert by_county.keys() == printed.keys() - {None}
    for name, volume in by_county.items():
        assert printed[name]["volume_after_m3"] == pytest.approx(volume, rel=SUMMED, abs=STORED_M3)
        if name in own:
            assert volume == pytest.approx(own[name][0], rel=1e-6)
            assert printed[name]["volume_after_m3_se"] == pytest.approx(own[name][1], rel=1e-6)
    assert printed[None]["volume_after_m3"] == pytest.approx(
        math.fsum(by_county.values()), rel=SUMMED
    )
    ((stands,),) = query(
        own_db,
        "SELECT count(*) FROM stands WHERE survey = 2020 AND vegetation_class = 'arbor' "
        "AND volume_m3 IS NOT NULL",
    )
    assert query(own_db, "SELECT count(*) FROM calibrated_stands") == [(stands,)]
    assert printed[None]["stands"] == stands
    if method == "bounded":
        ((low, high),) = query(own_db, "SELECT min(weight), max(weight) FROM calibrated_stands")
        assert 0.3 < low < high < 4


def test_calibrating_twice_gives_one(own_db: Path) -> None:
    first = _rows(own_db, *CALIBRATE)
    stored = query(own_db, "SELECT * EXCLUDE (calibrated_at) FROM control_calibrations")
    weights = query(own_db, "FROM control_weights ORDER BY ALL")
    assert _rows(own_db, *CALIBRATE) == first
    assert query(own_db, "SELECT * EXCLUDE (calibrated_at) FROM control_calibrations") == stored
    assert query(own_db, "FROM control_weights ORDER BY ALL") == weights
    (listed,) = _rows(own_db, "calibrate", "list")
    shown = _rows(own_db, "calibrate", "show", listed["calibration_id"])
    assert len(shown) == len(weights)
    after = math.fsum(row["volume_after_m3"] for row in shown)
    assert after == pytest.approx(listed["volume_after_m3"], rel=SUMMED)
    assert listed["volume_before_m3"] == pytest.approx(
        math.fsum(_known(own_db, 2020).values()), rel=SUMMED
    )
    _rows(own_db, *CALIBRATE, "--by", "region,origin")
    assert len(_rows(own_db, "calibrate", "list")) == 2


def test_control_totals_serve_estimates_by_their_id(own_db: Path) -> None:
    _rows(own_db, *CALIBRATE)
    (listed,) = _rows(own_db, "calibrate", "list")
    identity = listed["calibration_id"]
    for lang, told in (
        ("en", f"its weights enter the estimates made with estimate --controls {identity}"),
        ("zh", f"用 estimate --controls {identity} 估算时,它的权数即进入该次估算"),
    ):
        done = run("--db", own_db, "--lang", lang, "calibrate", "activate", identity)
        assert (done.code, told in done.talk) == (2, True)


def test_other_controls_are_another_calibration(own_db: Path) -> None:
    """The land is measured anew: what is stored already keeps its name and its weights."""
    _rows(own_db, *CALIBRATE)
    (before,) = _rows(own_db, "calibrate", "list")
    with duckdb.connect(str(own_db)) as con:
        con.execute("UPDATE strata SET area_ha = area_ha * 1.01 WHERE survey = 2020")
    _rows(own_db, *CALIBRATE)
    after = {row["calibration_id"]: row for row in _rows(own_db, "calibrate", "list")}
    assert after.pop(before["calibration_id"]) == before
    (new,) = after.values()
    assert new["volume_after_m3"] == pytest.approx(1.01 * before["volume_after_m3"], rel=1e-6)


def test_estimate_from_volumes_under_control(own_db: Path) -> None:
    """The city's growing stock and its error are those of the plots, by approach 1 and 2.

    10 000 draws know a half width to 1.4 % (two standard errors).
    """
    _rows(own_db, *CALIBRATE)
    (listed,) = _rows(own_db, "calibrate", "list")
    words = ("estimate", "--survey", 2020, "--controls", listed["calibration_id"])
    rows = {(r["quantity"], r["pool"]): r for r in _rows(own_db, *words)}
    stock = rows["growing_stock", None]
    # each stand is rounded to 1e-4 m3
    assert stock["value"] == pytest.approx(listed["volume_after_m3"], abs=2.0)
    assert stock["se"] == pytest.approx(listed["volume_after_m3_se"], rel=1e-6)
    assert listed["calibration_id"] in stock["definition"]
    assert stock["share_assumed_error"] == 0
    drawn = {(r["quantity"], r["pool"]): r for r in _rows(own_db, *words, "--draws", 10_000)}
    for key in (("growing_stock", None), ("carbon", "vegetation")):
        widths = [row[key]["ci_high"] - row[key]["ci_low"] for row in (rows, drawn)]
        assert widths[1] == pytest.approx(widths[0], rel=0.03)
    budget = _rows(own_db, *words, "--budget")
    shares = {r["source"]: r for r in budget if r["quantity"] == "growing_stock"}
    assert shares["sampling"]["variance_fraction"] == 1
    assert shares["volume_measurement"]["se"] == 0
    outcome = run("--db", own_db, "estimate", "--survey", 2020, "--controls", "nothing")
    assert outcome.code == 2
    assert listed["calibration_id"] in outcome.talk


def test_dry_run_stores_nothing(own_db: Path) -> None:
    before = own_db.read_bytes()
    dry = succeed("--db", own_db, "--lang", "en", *CALIBRATE, "--dry-run", "--json")
    assert "nothing was stored" in dry.talk
    assert own_db.read_bytes() == before
    assert _rows(own_db, *CALIBRATE) == dry.rows
    assert query(own_db, "SELECT count(*) FROM control_calibrations") == [(1,)]


def test_bounds_too_narrow(own_db: Path) -> None:
    """Yuhang has 1.69 times the volume of its stands."""
    before = own_db.read_bytes()
    done = run("--db", own_db, "--lang", "en", *CALIBRATE, "--bounds", "0.9,1.1")
    assert done.code == 2
    assert "330110" in done.talk
    assert "330110" in run("--db", own_db, "--lang", "zh", *CALIBRATE, "--bounds", "0.9,1.1").talk
    assert own_db.read_bytes() == before


def test_unknown_calibration(plots_db: Path) -> None:
    done: Any = run("--db", plots_db, "--lang", "en", "calibrate", "show", "nope")
    assert done.code == 2
    assert "there is no calibration nope" in done.talk
