"""Plots in the database that cannot be used as they are: what is said, and that nothing changes."""

import re
import shutil
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from command_line import Row, execute, held, query, run, succeed
from simulated_city import CityDatabase, city_database

CHINESE = re.compile(r"[\u4e00-\u9fff]")
GROWING_STOCK = "growing_stock_m3_per_ha"
TOTAL = ("survey", "total", "--survey", 2020)
STOCK = (*TOTAL, "--y", GROWING_STOCK)
VERDICT = ("survey", "verdict", "--survey", 2020)
ASSISTED = ("survey", "assisted", "--survey", 2020)
CONTROLS = ("calibrate", "control-totals", "--survey", 2020)
CHANGE = ("survey", "change", "--from", 2015, "--to", 2020)
COMPONENTS = ("survey", "components", "--from", 2015, "--to", 2020)
# sums of a few hundred floats in another order
SUMMED = 1e-9


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> CityDatabase:
    return city_database(tmp_path_factory)


@pytest.fixture
def own_db(made: CityDatabase, tmp_path: Path) -> Path:
    """Copy the database, to be changed."""
    return Path(shutil.copy(made.db, tmp_path / "own.duckdb"))


class Case(NamedTuple):
    """What is done to the tables, the command, its exit code, and what both languages say."""

    change: str
    command: tuple[object, ...]
    code: int
    en: str
    zh: str


NO_STRATA = "DELETE FROM strata WHERE survey = 2020"
OTHER_DEFINITION = "UPDATE plot_surveys SET definition = 'other' WHERE survey = 2015"
NO_AREA = "UPDATE plots SET plot_area_ha = NULL WHERE survey = 2020"
UNKNOWN_CLASS = "UPDATE plots SET vegetation_class = NULL WHERE survey = 2020 AND plot_id = '0011'"
LACKING_STRATUM = "DELETE FROM strata WHERE survey = 2020 AND stratum = '330102'"
EMPTY_STRATUM = (
    "INSERT INTO strata SELECT * REPLACE ('330199' AS stratum) FROM strata "
    "WHERE survey = 2020 AND stratum = '330102'"
)
# one stratum name in two units
NAME_TWICE = (
    "UPDATE strata SET estimation_unit = 'east' WHERE survey = 2020; "
    "INSERT INTO strata SELECT * REPLACE ('west' AS estimation_unit) FROM strata "
    "WHERE survey = 2020 AND stratum = '330102'"
)
# numbers given anew, and no record of what died or was cut
NO_COMPONENTS = (
    "UPDATE trees SET tree_id = 'N' || tree_id WHERE survey = 2020; "
    "UPDATE plots SET dead_volume_m3 = NULL, cut_volume_m3 = NULL WHERE survey = 2020"
)
UNORDERED = "the first survey 2020 must be earlier than the last {}"
UNORDERED_ZH = "前期 2020 须早于后期 {}"

CASES = {
    "no such survey": Case(
        "", (*TOTAL[:3], 2019), 1, "years with plots: 2015, 2020, 2023", "没有调查 2019 的样地"
    ),
    "strata without plots": Case(
        "DELETE FROM loads WHERE survey = 2023 AND table_name = 'plots'",
        (*TOTAL[:3], 2023),
        1,
        "there are no plots of survey 2023; years with plots: 2015, 2020.",
        "没有调查 2023 的样地",
    ),
    "no such figure": Case(
        "", (*TOTAL, "--y", "volume"), 2, "plots have no figure volume", "样地没有数值 volume"
    ),
    "no such domain": Case("", (*TOTAL, "--domain", "town"), 2, "no column town", "没有列 town"),
    "table and survey": Case(
        "", ("survey", "total", "plots.csv", "--survey", 2020), 2, "one of the two", "二者选一"
    ),
    "neither table nor survey": Case("", ("survey", "mean"), 2, "one of the two", "二者选一"),
    "one year": Case("", CHANGE[:4], 2, "two surveys of the database", "数据库中的两期"),
    "table and years": Case(
        "", ("survey", "change", "plots.csv", *CHANGE[2:]), 2, "two surveys", "两期"
    ),
    "change within a year": Case(
        "", (*CHANGE[:3], 2020, "--to", 2020), 2, UNORDERED.format(2020), UNORDERED_ZH.format(2020)
    ),
    "change backwards": Case(
        "", (*CHANGE[:3], 2020, "--to", 2015), 2, UNORDERED.format(2015), UNORDERED_ZH.format(2015)
    ),
    "components within a year": Case(
        "", (*COMPONENTS[:3], 2020, "--to", 2020), 2, UNORDERED.format(2020), "须早于后期"
    ),
    "components backwards": Case(
        "", (*COMPONENTS[:3], 2020, "--to", 2015), 2, UNORDERED.format(2015), "须早于后期"
    ),
    "total without strata": Case(NO_STRATA, TOTAL, 2, "give --size N", "--size N"),
    "verdict without strata": Case(NO_STRATA, VERDICT, 1, "load strata first", "没有层的面积"),
    "assisted without strata": Case(NO_STRATA, ASSISTED, 1, "load strata first", "没有层的面积"),
    "controls without strata": Case(NO_STRATA, CONTROLS, 1, "load strata first", "没有层的面积"),
    "no area": Case(NO_AREA, TOTAL, 2, "plots have no area (such as 0", "个样地没有面积"),
    "no stand": Case(
        "UPDATE plots SET stand_id = NULL WHERE survey = 2020",
        ASSISTED,
        2,
        "no plot names a stand (stand_id)",
        "没有样地指明所在小班",
    ),
    "no stands of that year": Case("", (*VERDICT, "--stands", 2019), 1, "2019", "2019"),
    "change of definition": Case(
        OTHER_DEFINITION, CHANGE, 1, "2015 follows the definition other, 2020 nfi", "不能比较"
    ),
    "components of other definitions": Case(
        OTHER_DEFINITION, COMPONENTS, 1, "2015 follows the definition other, 2020 nfi", "不能比较"
    ),
    "no components": Case(
        NO_COMPONENTS, COMPONENTS, 1, "0 living trees match by plot and number", "配上 0 株活立木"
    ),
    "stratum that is not listed": Case(
        LACKING_STRATUM,
        TOTAL,
        2,
        "plots are in no stratum of survey 2020",
        "任何层中",
    ),
    "stratum without plots": Case(
        EMPTY_STRATUM, TOTAL, 2, "330199 has no plots", "330199 没有样地"
    ),
    "stratum in two units": Case(
        NAME_TWICE, TOTAL, 2, "stratum 330102 is in several estimation units", "层 330102 在多个"
    ),
    "volume of no class": Case(
        UNKNOWN_CLASS, STOCK, 2, "not known on 1 plots (such as 0011)", "1 个样地的"
    ),
    "verdict on no class": Case(UNKNOWN_CLASS, VERDICT, 2, "(such as 0011)", "如 0011"),
    "controls of no class": Case(UNKNOWN_CLASS, CONTROLS, 2, "(such as 0011)", "如 0011"),
    "no such margin": Case(
        "", (*CONTROLS, "--by", "region,town"), 2, "does not know town", "不认识 town"
    ),
    "bounds that leave out one": Case(
        "", (*CONTROLS, "--bounds", "1.1,2"), 2, "LOW below 1", "下限小于 1"
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_used_is_told(own_db: Path, case: str) -> None:
    """What, where, why and what to do in both languages; no data, no trace, no other byte."""
    change, command, code, en, zh = CASES[case]
    if change:
        execute(own_db, change)
    before = own_db.read_bytes()
    for lang, expected in (("en", en), ("zh", zh)):
        done = run("--db", own_db, "--lang", lang, *command)
        assert done.code == code, done.talk
        assert expected in done.talk
        assert done.data == b""
        assert "Traceback" not in done.talk
        assert "internal error" not in done.talk
        assert bool(CHINESE.search(done.talk)) == (lang == "zh")
    assert own_db.read_bytes() == before


def test_refused_components_tell_the_figures(own_db: Path) -> None:
    """The trees called retained are counted, and how many of them have no earlier record."""
    execute(own_db, NO_COMPONENTS)
    ((retained,),) = query(
        own_db,
        "SELECT count(*) FROM trees WHERE survey = 2020 AND status = 'retained' AND plot_id IN "
        "(SELECT plot_id FROM trees WHERE survey = 2015)",
    )
    talk = run("--db", own_db, "--lang", "en", *COMPONENTS).talk
    assert f"of {retained} trees called retained {retained} have no record" in talk
    assert "the limit of each share is 10%" in talk


def test_plots_stand_in_for_trees_that_cannot_be_followed(own_db: Path) -> None:
    """What the plots record as dead and cut splits the change, and the reason is said."""
    execute(own_db, "UPDATE trees SET tree_id = 'N' || tree_id WHERE survey = 2020")
    done = succeed("--db", own_db, "--lang", "en", *COMPONENTS, "--json")
    assert "not split by trees" in done.talk
    value = {row["variable"]: row["value"] for row in done.rows}
    assert "survivor_growth" not in value
    for name, column in (("mortality", "dead_volume_m3"), ("harvest", "cut_volume_m3")):
        ((expected,),) = query(
            own_db,
            f"SELECT sum(area_ha::DOUBLE * mean) FROM (SELECT stratum, "
            f"avg({column}::DOUBLE / plot_area_ha::DOUBLE) AS mean FROM plots WHERE survey = 2020 "
            "AND plot_id IN (SELECT plot_id FROM plots WHERE survey = 2015) GROUP BY stratum) "
            "JOIN strata USING (stratum) WHERE survey = 2020",
        )
        assert value[name] == pytest.approx(expected, rel=SUMMED)
    change = value["value_to"] - value["value_from"]
    assert value["gross_growth"] - value["gross_consumption"] == pytest.approx(change, rel=SUMMED)


def test_unknown_class_matters_to_growing_stock_alone(own_db: Path) -> None:
    execute(own_db, UNKNOWN_CLASS)
    succeed("--db", own_db, *TOTAL)


def _totals(db: Path, *words: object) -> list[Row]:
    return succeed("--db", db, *STOCK, *words, "--json").rows


def test_clusters_are_what_was_drawn(own_db: Path) -> None:
    """Three neighbouring plots of a county are a cluster; plots without one are clusters of one.

    mean = sum y_i / sum m_i in each stratum, u_i = y_i - mean m_i, var = (N/m)^2 n/(n-1) sum u^2.
    """
    execute(
        own_db,
        "UPDATE plots SET cluster_id = stratum || '-' || (source_row // 3) "
        "WHERE survey = 2020 AND source_row % 7 > 0",
    )
    (row,) = _totals(own_db)
    plots = succeed("--db", own_db, "survey", "plots", "--survey", 2020, "--json").rows
    areas = dict(query(own_db, "SELECT stratum, area_ha FROM strata WHERE survey = 2020"))
    members: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for plot in plots:
        cluster = plot["cluster_id"] or plot["plot_id"]
        members[plot["stratum"]][cluster].append(plot[GROWING_STOCK])
    total = variance = 0.0
    clusters = 0
    for stratum, groups in members.items():
        y, m = (np.array([of(g) for g in groups.values()], dtype=float) for of in (sum, len))
        n, area = len(groups), float(areas[stratum])
        total += area * y.sum() / m.sum()
        residual = y - y.sum() / m.sum() * m
        variance += (area / m.sum()) ** 2 * n / (n - 1) * (residual @ residual)
        clusters += n
    assert row["estimator"] == "cluster"
    assert (row["n"], row["df"]) == (clusters, clusters - len(members))
    assert row["n"] < len(plots)
    assert (row["value"], row["se"]) == pytest.approx((total, variance**0.5), rel=SUMMED)
    # beside stands the difference counts clusters too
    assisted = succeed("--db", own_db, *ASSISTED, "--json").rows
    degrees = {r["estimator"]: r["df"] for r in assisted if r["region_code"] is None}
    assert degrees["difference"] == clusters - len(members)


UNITS = (
    "UPDATE strata SET estimation_unit = CASE WHEN stratum < '330110' THEN 'city' ELSE 'hills' END "
    "WHERE survey = 2020"
)


def test_estimation_units_add_up(own_db: Path) -> None:
    """Units sum to the whole, with their variances: they are sampled on their own."""
    (alone,) = _totals(own_db)
    execute(own_db, UNITS)
    rows = {row["unit"]: row for row in _totals(own_db)}
    whole = rows.pop(None)
    assert rows.keys() == {"city", "hills"}
    assert (whole["value"], whole["se"]) == (alone["value"], alone["se"])
    assert sum(row["value"] for row in rows.values()) == pytest.approx(whole["value"], rel=SUMMED)
    assert sum(row["se"] ** 2 for row in rows.values()) == pytest.approx(
        whole["se"] ** 2, rel=SUMMED
    )
    assert sum(row["n"] for row in rows.values()) == whole["n"]


@pytest.mark.parametrize("command", [VERDICT, ASSISTED, (*CONTROLS, "--dry-run")])
def test_units_do_not_change_what_is_said_of_the_city(
    own_db: Path, command: tuple[object, ...]
) -> None:
    """Strata of all units are strata of the city."""
    before = succeed("--db", own_db, *command, "--json").rows
    execute(own_db, UNITS)
    assert succeed("--db", own_db, *command, "--json").rows == before


def test_a_county_without_stands(own_db: Path) -> None:
    """Plots of a county that the stands do not know: told, not judged, and in every sum."""
    execute(
        own_db,
        "UPDATE plots SET region_code = '330185' WHERE survey = 2020 AND region_code = '330112' "
        "AND source_row % 2 = 0",
    )
    verdict = {row["region_code"]: row for row in succeed("--db", own_db, *VERDICT, "--json").rows}
    county = verdict["330185"]
    assert county["verdict"] == "not_judged"
    assert county["verdict_reason"] == "no_value"
    assert county["stands_value"] is None
    assert county["plots_value"] > 0
    plots = sum(row["plots_value"] for key, row in verdict.items() if key)
    assert plots == pytest.approx(verdict[None]["plots_value"], rel=SUMMED)
    assisted = succeed("--db", own_db, *ASSISTED, "--json").rows
    found = {(row["region_code"], row["estimator"]): row["value"] for row in assisted}
    assert ("330185", "stands") not in found
    for estimator in ("plots", "difference"):
        parts = sum(value for (key, name), value in found.items() if key and name == estimator)
        assert parts == pytest.approx(found[None, estimator], rel=SUMMED)
    # its plots share a control with the small counties, for no stand could meet one of its own
    done = succeed("--db", own_db, *CONTROLS, "--bounds", "0.2,8", "--json")
    (city,) = [row for row in done.rows if row["grouped_by"] == "all"]
    assert city["volume_after_m3"] == pytest.approx(verdict[None]["plots_value"], rel=1e-6)
    names = {name for (name,) in query(own_db, "SELECT control FROM control_totals")}
    assert "330185" not in names
    assert "pooled" in names


def test_stands_that_are_gone_are_told(own_db: Path) -> None:
    """Plots whose stand is not in the survey count as outside the stands, and are counted."""
    execute(own_db, "UPDATE plots SET stand_id = 'x' || stand_id WHERE source_row % 10 = 0")
    ((lost,),) = query(
        own_db, "SELECT count(*) FROM plots WHERE survey = 2020 AND stand_id LIKE 'x%'"
    )
    talk = succeed("--db", own_db, "--lang", "en", *ASSISTED).talk
    assert f"the stands of {lost} plots are not in survey 2020" in talk


def test_a_locked_database(own_db: Path) -> None:
    """Another process writes: exit code 3, at once, and no data."""
    with held(own_db):
        for command in (TOTAL, CHANGE, COMPONENTS, VERDICT, ASSISTED, CONTROLS):
            done = run("--db", own_db, "--lang", "en", *command)
            assert done.code == 3
            assert done.data == b""
            assert "Traceback" not in done.talk
    (row,) = succeed("--db", own_db, *TOTAL, "--json").rows
    assert row["n"] > 700
