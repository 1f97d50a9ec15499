"""`ccer sensitivity`: tornado, interval, budget, chart, what is said and refused."""

import shutil
from pathlib import Path

import pytest
from command_line import run, succeed

MADE = Path(__file__).parents[1] / "made_project"
# worked by hand in tests/reference/test_ccer_worked_project.py
TOTAL = 2829.312920359522


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Copy the worked project, to be changed."""
    for name in ("worked.toml", "worked-parcels.csv"):
        shutil.copy(MADE / name, tmp_path / name)
    return tmp_path / "worked.toml"


def _more(project: Path, text: str) -> Path:
    """Write more into the project file."""
    project.write_text(project.read_text(encoding="utf-8") + text, encoding="utf-8")
    return project


def test_tornado_of_the_worked_project(project: Path) -> None:
    found = succeed("--lang", "en", "ccer", "sensitivity", project, "--json")
    widths = [row["width"] for row in found.rows]
    assert widths == sorted(widths, reverse=True)
    assert [row["rank"] for row in found.rows] == list(range(1, len(widths) + 1))
    for row in found.rows:
        assert row["total"] == pytest.approx(TOTAL, abs=1e-9)
        assert row["change_high"] == pytest.approx(row["total_high"] - row["total"])
        assert row["methodology"] == "AR-CM-001-V01"
        assert row["unverified_items"] > 30
    assert "count as exact" in found.talk
    # 10 % of the volume of pine: the first to be known better
    assert "growth table · pine ±" in found.talk


def test_the_table_is_stamped(project: Path) -> None:
    text = succeed("--lang", "zh", "ccer", "sensitivity", project).text
    head = text.split("\n\n")[0]
    assert "草案 · 参数未核对" in head
    assert "历史方法学,仅供研究与地方机制" in head
    assert "95 % 区间" in head
    assert "基本木材密度" in text


def test_interval_by_year(project: Path) -> None:
    """20 years, then 20 sums; the last is the total, not rounded down."""
    rows = succeed("ccer", "sensitivity", project, "--table", "interval", "--json").rows
    assert len(rows) == 2 * 20
    last = rows[-1]
    assert last["value"] == pytest.approx(TOTAL, abs=1e-9)
    assert last["ci_low"] < last["p05"] < last["value"] < last["p95"] < last["ci_high"]
    assert last["se"] == pytest.approx((last["p95"] - last["p05"]) / 3.29, rel=0.1)
    assert (last["draws"], last["seed"]) == (1000, 20240501)


def test_the_same_seed_gives_the_same_bytes(project: Path) -> None:
    asked = ("ccer", "sensitivity", project, "--table", "interval", "--draws", 200, "--csv")
    one, two = succeed(*asked, "--seed", 5), succeed(*asked, "--seed", 5)
    assert one.data == two.data
    assert succeed(*asked, "--seed", 6).data != one.data


def test_budget_adds_up(project: Path) -> None:
    rows = succeed("ccer", "sensitivity", project, "--table", "budget", "--json").rows
    assert sum(row["variance_fraction"] for row in rows) == pytest.approx(1)
    assert rows[-1]["symbol"] == "together"
    assert {"wood_density", "bef"} <= {row["symbol"] for row in rows}


def test_errors_that_the_project_states(project: Path) -> None:
    """The error of areas moves trees, shrubs and baseline alike: 5 % of the total.

    The worked project has a fire, whose area stays: removals without it are TOTAL + fire.
    """
    stated = _more(project, '\n[errors]\narea = 0.05\n\n[errors.tables]\n"pine" = 0.2\n')
    rows = {row["symbol"]: row for row in succeed("ccer", "sensitivity", stated, "--json").rows}
    assert rows["area_factor"]["basis"] == rows["table_factor"]["basis"] == "stated"
    assert rows["area_factor"]["parameter_high"] == pytest.approx(1.05)
    assert rows["area_factor"]["change_high"] == pytest.approx(0.05 * TOTAL, rel=0.02)
    assert rows["table_factor"]["key"] == "pine"


def test_own_errors_and_ends(project: Path, tmp_path: Path) -> None:
    errors = tmp_path / "errors.csv"
    errors.write_text("match,relative_se\nmeasurement.area,10%\n", encoding="utf-8")
    asked = ("ccer", "sensitivity", project, "--errors", errors, "--json")
    area = {row["symbol"]: row for row in succeed(*asked).rows}["area_factor"]
    assert (area["basis"], area["parameter_high"]) == ("stated", pytest.approx(1.1))
    wide = {row["symbol"]: row for row in succeed(*asked, "--ends", "p90").rows}["area_factor"]
    # exp(1.645 s - s^2/2) with s^2 = ln 1.01
    assert wide["parameter_high"] == pytest.approx(1.1722, abs=1e-3)


def test_parameters_without_an_error(project: Path) -> None:
    asked = ("ccer", "sensitivity", project, "--json")
    known = {row["members"] for row in succeed(*asked).rows}
    moved = succeed(*asked, "--unknown-by", 0.1).rows
    unknown = [row for row in moved if row["basis"] == "unknown"]
    assert len(moved) == len(known) + len(unknown)
    for row in unknown:
        if row["value"]:
            assert row["parameter_low"] == pytest.approx(0.9 * row["value"])


def test_charts(project: Path, tmp_path: Path) -> None:
    """Equal projects give equal pictures; the stamp is on them."""
    for name in ("one.svg", "two.svg", "one.png", "two.png"):
        succeed("--lang", "zh", "ccer", "sensitivity", project, "--plot", tmp_path / name)
    svg = (tmp_path / "one.svg").read_text(encoding="utf-8")
    assert "草案 · 参数未核对" in svg
    assert "基本木材密度" in svg
    assert svg == (tmp_path / "two.svg").read_text(encoding="utf-8")
    png = (tmp_path / "one.png").read_bytes()
    assert png.startswith(b"\x89PNG")
    assert png == (tmp_path / "two.png").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--plot", "chart.jpg"), "end the name in .png or .svg"),
        (("--plot", "nowhere/chart.png"), "there is no folder"),
        (("--errors", "missing.csv"), "missing.csv"),
    ],
    ids=["picture", "folder", "errors"],
)
def test_refused(project: Path, arguments: tuple[str, ...], said: str) -> None:
    outcome = run("--lang", "en", "ccer", "sensitivity", project, *arguments)
    assert outcome.code == 2
    assert said in outcome.talk


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[errors]\narea = 5\n", "[errors] area: must be a fraction from 0 to 2"),
        ("[errors.tables]\npines = 0.1\n", "[errors.tables] pines: the key is not known"),
        ("[errors]\nvolume = 0.1\n", "[errors] volume: the key is not known"),
    ],
    ids=["size", "table", "key"],
)
def test_errors_that_are_none(project: Path, text: str, said: str) -> None:
    outcome = run("--lang", "en", "ccer", "sensitivity", _more(project, f"\n{text}"))
    assert outcome.code == 2
    assert said in outcome.talk


def test_the_error_of_an_own_figure_is_stated(project: Path) -> None:
    """80 t/ha with an error of 25 %, for which nothing is shipped; 0.35 t/m3 with 4 %, in place."""
    text = project.read_text(encoding="utf-8")
    own = text.replace('locator = "表 3" }', 'locator = "表 3", relative_se = 0.25 }')
    assert own != text
    figure = '{ value = 0.35, source = "测定", locator = "表 1", relative_se = 0.04 }'
    own = own.replace(
        "[parameters]\n", f"[parameters]\nwood_density = {{ masson_pine = {figure} }}\n"
    )
    project.write_text(own, encoding="utf-8")
    found = succeed("ccer", "sensitivity", project, "--json").rows
    rows = {(row["symbol"], row["key"]): row for row in found}
    density = rows["wood_density", "masson_pine"]
    assert (density["basis"], density["parameter_high"]) == ("stated", pytest.approx(0.364))
    biomass = rows["forest_biomass", None]
    assert biomass["basis"] == "stated"
    assert (biomass["parameter_low"], biomass["parameter_high"]) == pytest.approx((60, 100))


@pytest.mark.parametrize("command", ["sensitivity", "sample-size"])
@pytest.mark.parametrize("seed", ["-1", str(2**63)])
def test_a_seed_out_of_range_is_refused(command: str, seed: str) -> None:
    outcome = run("ccer", command, "project.toml", "--seed", seed)
    assert outcome.code == 2
    assert "--seed" in outcome.talk
