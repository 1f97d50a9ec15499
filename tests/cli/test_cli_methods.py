"""Every method from the command line: one by one, side by side, and over two surveys."""

import json
from pathlib import Path

import pytest
from command_line import query, run, succeed

from sinkcalc.vocabulary import METHODS


@pytest.mark.parametrize("method", METHODS)
def test_every_method_estimates_and_says_so(db: Path, method: str) -> None:
    rows = succeed("--db", db, "estimate", "--survey", 2020, "--method", method, "--json").rows
    assert {row["method"] for row in rows} == {method}
    by_key = {(row["quantity"], row["pool"]): row["value"] for row in rows}
    assert by_key["biomass", "total"] > 0
    default = succeed("--db", db, "estimate", "--survey", 2020, "--json").rows
    same = {(row["quantity"], row["pool"]): row["value"] for row in default}
    assert by_key["growing_stock", None] == same["growing_stock", None]
    assert by_key["carbon", "soil"] == same["carbon", "soil"]


def test_all_as_rows_are_the_rows_of_each_run(db: Path) -> None:
    all_rows = succeed("--db", db, "estimate", "--survey", 2020, "--method", "all", "--json").rows
    for method in METHODS:
        alone = succeed("--db", db, "estimate", "--survey", 2020, "--method", method, "--json")
        assert [row for row in all_rows if row["method"] == method] == alone.rows
    assert len({row["run_id"] for row in all_rows}) == len(METHODS)


@pytest.mark.parametrize(
    ("lang", "same", "no_credits"),
    [
        ("zh", "各方法相同的碳库:林下灌草、枯死木、枯落物、土壤", "现有森林不能据此签发减排量"),
        (
            "en",
            "the same in every method: understorey, dead wood, litter, soil",
            "existing forest earns no credits by it",
        ),
    ],
)
def test_all_as_a_table_explains_the_differences(
    db: Path, lang: str, same: str, no_credits: str
) -> None:
    outcome = succeed("--db", db, "--lang", lang, "estimate", "--survey", 2020, "--method", "all")
    head = outcome.text.splitlines()[2]
    for method in METHODS:
        assert method in head
        assert f"{method}:" in outcome.talk
    assert head.count("±%") == len(METHODS) - 1
    assert same in outcome.talk
    assert no_credits in outcome.talk
    assert outcome.talk.count("t C/m3") == len(METHODS)


@pytest.mark.parametrize("row", ["non_forest", "economic"])
def test_all_without_arbor_forest(tmp_path: Path, row: str) -> None:
    """No growing stock to divide by, and no rows at all where there is no forest."""
    stands = tmp_path / "stands.csv"
    stands.write_text(f"stand_id,region_code,vegetation_class,area_ha\n1,330102,{row},3\n")
    db = tmp_path / "few.duckdb"
    succeed("--db", db, "load", "stands", stands, "--survey", 2020)
    outcome = succeed("--db", db, "estimate", "--survey", 2020, "--method", "all")
    assert outcome.talk.count("t C/m3") == 0
    rows = succeed("--db", db, "estimate", "--survey", 2020, "--method", "all", "--json").rows
    assert bool(rows) == (row == "economic")


def test_carbon_per_volume_is_that_of_the_rows(db: Path) -> None:
    outcome = succeed(
        "--db", db, "--lang", "en", "estimate", "--survey", 2020, "--method", "all",
        "--by", "vegetation_class", "--json",
    )  # fmt: skip
    rows = {
        (row["method"], row["quantity"], row["pool"]): row["value"]
        for row in outcome.rows
        if row["vegetation_class"] == "arbor"
    }
    for method in METHODS:
        trees = rows[method, "carbon", "above_ground"] + rows[method, "carbon", "below_ground"]
        ratio = trees / rows[method, "growing_stock", None]
        (line,) = [line for line in outcome.talk.splitlines() if line.startswith(f"{method}:")]
        assert f"{ratio:.3f} t C/m3" in line


def test_carbon_fraction_of_the_method_and_over_it(db: Path) -> None:
    def fraction(*more: object) -> float:
        arguments = ("estimate", "--survey", 2020, "--by", "vegetation_class", *more, "--json")
        rows = [
            row
            for row in succeed("--db", db, *arguments).rows
            if row["vegetation_class"] == "arbor" and row["pool"] == "below_ground"
        ]
        value = {row["quantity"]: row["value"] for row in rows}
        return float(value["carbon"] / value["biomass"])

    assert fraction("--method", "ipcc-2006") == pytest.approx(0.47)
    assert fraction("--method", "ipcc-2006", "--carbon-fraction", "fang") == pytest.approx(0.5)
    assert fraction("--carbon-fraction", "ipcc-2006") == pytest.approx(0.47)


def test_change_holds_the_classes_of_the_earlier_survey(db: Path) -> None:
    arguments = ("change", "--from", 2020, "--to", 2023, "--method", "ipcc-2006")
    # the records of 2020 may follow the borders before 2021; the classes are what is asked here
    by_county = ("--by", "region", "--across-definitions", "--json")
    outcome = succeed("--db", db, "--lang", "en", *arguments, *by_county)
    runs = query(db, "SELECT survey, class_survey FROM runs WHERE method = 'ipcc-2006' ORDER BY 1")
    assert runs == [(2020, 2020), (2023, 2020)]
    classes = query(
        db,
        "SELECT survey, region_code, forest_type, growing_stock_m3_per_ha, above_ground_t_per_ha "
        "FROM run_volume_classes JOIN runs USING (run_id) ORDER BY ALL",
    )
    held = {row[1:] for row in classes if row[0] == 2023}
    assert held == {row[1:] for row in classes if row[0] == 2020}
    assert held
    # each arbor stand has grown
    falls = [
        row
        for row in outcome.rows
        if (row["quantity"], row["pool"]) == ("biomass", "above_ground") and row["change"] < 0
    ]
    assert falls == []
    assert "volume classes of 2020" in outcome.talk
    assert "must not be used at the margin" in outcome.talk
    assert "intercept" not in outcome.talk


def test_the_survey_of_the_classes_is_part_of_the_run(db: Path) -> None:
    def run_id(*more: object) -> str:
        arguments = ("estimate", "--survey", 2023, "--method", "ipcc-2006", *more, "--json")
        return str(succeed("--db", db, *arguments).rows[0]["run_id"])

    own = run_id()
    assert run_id("--class-survey", 2023) == own
    other = run_id("--class-survey", 2020)
    assert other != own
    shown = succeed("--db", db, "--lang", "en", "runs", "list").text
    assert "survey that chose the classes" in " ".join(shown.split())
    classes = succeed("--db", db, "runs", "show", other, "--classes", "--json").rows
    assert {"region_code", "forest_type", "growing_stock_m3_per_ha"} <= classes[0].keys()


@pytest.mark.parametrize("method", ["ipcc-2006", "all"])
@pytest.mark.parametrize(
    ("lang", "message"),
    [("zh", "没有 1999 年的调查数据;已入库:2020, 2023"), ("en", "survey 1999 is not loaded")],
)
def test_classes_of_a_survey_that_is_not_loaded(
    db: Path, lang: str, message: str, method: str
) -> None:
    before = query(db, "SELECT count(*) FROM runs")
    arguments = ("estimate", "--survey", 2023, "--method", method, "--class-survey", 1999)
    outcome = run("--db", db, "--lang", lang, *arguments)
    assert outcome.code == 1
    assert message in outcome.talk
    assert "Traceback" not in outcome.talk
    assert query(db, "SELECT count(*) FROM runs") == before


@pytest.mark.parametrize(
    ("lang", "message"),
    [("zh", "方法 fang-2001 没有蓄积分级"), ("en", "method fang-2001 has no volume classes")],
)
def test_classes_of_a_method_without(db: Path, lang: str, message: str) -> None:
    arguments = ("estimate", "--survey", 2023, "--method", "fang-2001", "--class-survey", 2020)
    outcome = run("--db", db, "--lang", lang, *arguments)
    assert outcome.code == 2
    assert message in outcome.talk


def test_all_is_no_method_of_change(db: Path) -> None:
    outcome = run("--db", db, "change", "--from", 2020, "--to", 2023, "--method", "all")
    assert outcome.code == 2


def test_check_counts_rows_by_status_and_evidence(tmp_path: Path) -> None:
    outcome = succeed("--db", tmp_path / "none.duckdb", "--lang", "en", "params", "check", "--json")
    assert json.loads(outcome.text)
    lines = [line.split(":")[0].strip() for line in outcome.talk.splitlines()]
    assert lines[-3:] == ["published", "derived", "assumed"]


ONE_WITHOUT_VOLUME = (
    "stand_id,region_code,vegetation_class,area_ha,species,volume_m3,culms\n"
    "1,330102,arbor,10,masson_pine,600,\n"
    "2,330102,arbor,10,masson_pine,,\n"
    "3,330102,bamboo,10,moso_bamboo,,20000\n"
    "4,330102,arbor,30,broadleaf_mixed,900,\n"
)


@pytest.fixture(scope="module")
def gap(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a survey with a stand whose volume is missing."""
    folder = tmp_path_factory.mktemp("gap")
    stands, db = folder / "stands.csv", folder / "gap.duckdb"
    stands.write_text(ONE_WITHOUT_VOLUME)
    succeed("--db", db, "load", "stands", stands, "--survey", 2020)
    return db


def test_tonnes_per_m3_leave_out_imputed_stands(gap: Path) -> None:
    """600 m3 of pine, 900 of broadleaves; the stand without volume has carbon but no volume.

    (0.5034 x 600 + 20.547 x 10 + 0.9788 x 900 + 5.3764 x 30)/1500
    = (302.04 + 205.47 + 880.92 + 161.292)/1500 = 1.0331 t/m3
    """
    outcome = succeed("--db", gap, "--lang", "en", "estimate", "--survey", 2020, "--method", "all")
    (line,) = [x for x in outcome.talk.splitlines() if x.startswith("cbef-zhejiang:")]
    assert "1.033 t d.m./m3, 0.517 t C/m3" in line


def test_flags_are_common_only_where_stands_and_area_are(gap: Path) -> None:
    """The mixed broadleaves are served by an assumed row in `fang-2001` and `ipcc-2006` alone."""
    outcome = succeed("--db", gap, "--lang", "en", "estimate", "--survey", 2020, "--method", "all")
    notes = [line for line in outcome.talk.splitlines() if line.startswith("note ")]
    assert "note volume missing (carbon imputed) [arbor forest]: 1 stands, 10.0 ha" in notes
    assumed = [x for x in notes if "assumed parameter used [arbor forest, above ground]" in x]
    assert [line.split()[1] for line in assumed] == ["fang-2001"]
    assert any("yuan-2009 bamboo without tree model" in line for line in notes)
    assert "100.0% of the area is by the equations B = aV + bA" in outcome.talk


def test_classes_are_stored_with_their_factors(gap: Path) -> None:
    arguments = ("estimate", "--survey", 2020, "--method", "ipcc-2006")
    outcome = succeed("--db", gap, "--lang", "en", *arguments, "--json")
    assert "2 of 2 groups of region and type have fewer than 10 stands" in outcome.talk
    run_id = outcome.rows[0]["run_id"]
    rows = succeed("--db", gap, "runs", "show", run_id, "--classes", "--json").rows
    found = [(r["growing_stock_m3_per_ha"], r["bcef_s"], r["root_shoot_ratio"]) for r in rows]
    assert found == [(60.0, 0.6, 0.2), (30.0, 1.9, 0.2)]
    assert [r["stands"] for r in rows] == [1, 1]
    assert " 60.0 " in succeed("--db", gap, "runs", "show", run_id, "--classes").text
