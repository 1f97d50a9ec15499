"""Models fitted to samples on the command line: fit, compare, store, activate."""

import math
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from command_line import Row, query, run, succeed

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "volume_biomass.csv"
HEADER = "volume_m3_per_ha,biomass_t_per_ha"
VOUCHED = ("--units-checked",)


def volume_biomass(*arguments: object) -> tuple[object, ...]:
    return ("--lang", "en", "calibrate", "volume-biomass", *arguments)


def line(n: int = 20, a: float = 0.8, b: float = 10.0) -> list[tuple[float, float]]:
    """Make samples near B = a V + b, whose deviations alternate."""
    return [(10.0 * k, a * 10 * k + b + (-1) ** k * (1 + k / 10)) for k in range(1, n + 1)]


def write(path: Path, rows: Sequence[Sequence[object]], header: str = HEADER) -> Path:
    text = "\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shutil.copy(EXAMPLE, tmp_path / "samples.csv")
    return tmp_path


def chosen(rows: list[Row]) -> dict[str, Row]:
    return {row["sample_group"]: row for row in rows if row["chosen"]}


# fitting


def test_a_line_by_hand(folder: Path) -> None:
    """V = 1, 2, 3, 4, 5, 6; B = 3, 5, 6, 8, 11, 12: a = 13/7, b = 1 (mean V 3.5, mean B 7.5).

    Sxy = 32.5, Sxx = 17.5, a = 32.5/17.5; b = 7.5 - 3.5 a.
    """
    samples = [(1, 3), (2, 5), (3, 6), (4, 8), (5, 11), (6, 12)]
    write(folder / "six.csv", samples)
    done = succeed(
        *volume_biomass("six.csv", "--min-group", 5, "--forms", "linear", *VOUCHED, "--json")
    )
    row = done.rows[0]
    assert row["a"] == pytest.approx(32.5 / 17.5)
    assert row["b"] == pytest.approx(7.5 - 3.5 * 32.5 / 17.5)
    assert (row["samples"], row["sites"], row["bias"]) == (6, 6, 0)
    # the median volume of a stand is no 3.5 m3/ha
    assert "as if it were per mu" in done.talk


def test_groups_get_models_and_published_equations(folder: Path) -> None:
    done = succeed(*volume_biomass("samples.csv", "--json"))
    best = chosen(done.rows)
    assert list(best) == ["", "chinese_fir", "masson_pine", "oak"]
    assert {name: row["form"] for name, row in best.items() if name} == dict.fromkeys(
        ("chinese_fir", "masson_pine", "oak"), "linear"
    )
    # the simulation's own coefficients, three standard errors wide
    for name, a, b in (("chinese_fir", 0.48, 14.0), ("masson_pine", 0.62, 9.0), ("oak", 1.02, 6.5)):
        assert abs(best[name]["a"] - a) < 3 * best[name]["a_se"]
        assert abs(best[name]["b"] - b) < 3 * best[name]["b_se"]
    published = {row["equation"] for row in done.rows if row["sample_group"] == "oak"}
    assert published == {None, "cbef-zhejiang.oak", "fang-2001.oak"}
    (oak,) = [row for row in done.rows if row["equation"] == "fang-2001.oak"]
    assert (oak["a"], oak["b"], oak["samples"]) == (1.1453, 8.5473, 24)
    assert "group sweetgum: 6 samples are fewer than 10" in done.talk
    assert "chosen oaks: linear" in done.talk
    # rows of a group stand together, its published equations last
    groups = [row["sample_group"] for row in done.rows]
    assert groups == sorted(groups, key=list(dict.fromkeys(groups)).index)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("none", set()),
        ("fang-2001.birch", {"fang-2001.birch"}),
        ("fang-2001.birch,cbef-zhejiang.oak", {"fang-2001.birch", "cbef-zhejiang.oak"}),
    ],
)
def test_published_equations_by_name(folder: Path, asked: str, expected: set[str]) -> None:
    rows = succeed(*volume_biomass("samples.csv", "--published", asked, "--json", "--dry-run")).rows
    for group in ("", "oak"):
        mine = {row["equation"] for row in rows if row["sample_group"] == group}
        assert mine - {None} == expected


def test_published_sets(folder: Path) -> None:
    def names(asked: str) -> set[str]:
        arguments = volume_biomass("samples.csv", "--published", asked, "--json", "--dry-run")
        return {row["equation"] for row in succeed(*arguments).rows if row["equation"]}

    whole, zhejiang = names("all"), names("cbef-zhejiang")
    assert zhejiang == {name for name in whole if name.startswith("cbef-zhejiang.")}
    assert len(zhejiang) == 13


def test_published_equation_not_known(folder: Path) -> None:
    done = run(*volume_biomass("samples.csv", "--published", "fang-2001.birhc"))
    assert done.code == 2
    assert "did you mean fang-2001.birch?" in done.talk


def test_samples_of_one_group_give_no_model_of_every_species(folder: Path) -> None:
    rows = [(f"{x},{y}", "桦木") for x, y in line()]
    write(folder / "birch.csv", rows, f"{HEADER},树种组")
    done = succeed(*volume_biomass("birch.csv", "--json"))
    assert set(chosen(done.rows)) == {"birch"}
    assert {row["equation"] for row in done.rows} >= {
        "fang-2001.birch",
        "cbef-zhejiang.hard_broadleaf",
    }


def test_groups_can_be_left_out(folder: Path) -> None:
    done = succeed(*volume_biomass("samples.csv", "--group", "-", "--site", "-", "--json"))
    assert {row["sample_group"] for row in done.rows} == {""}
    assert {row["sites"] for row in done.rows} == {106}


def test_words_in_any_language_are_one_group(folder: Path) -> None:
    names = ["杉木", "chinese_fir", "Chinese fir", "Cunninghamia lanceolata"]
    rows = [(*pair, names[k % 4]) for k, pair in enumerate(line())]
    write(folder / "fir.csv", rows, f"{HEADER},species")
    assert set(chosen(succeed(*volume_biomass("fir.csv", "--json")).rows)) == {"chinese_fir"}


def test_the_group_of_all_samples_is_named(folder: Path) -> None:
    write(folder / "plain.csv", line())
    done = succeed(*volume_biomass("plain.csv", "--of-group", "桦木", "--json"))
    assert set(chosen(done.rows)) == {"birch"}
    own = succeed(*volume_biomass("samples.csv", "--of-group", "birch", "--json", "--dry-run"))
    assert {row["sample_group"] for row in own.rows} == {"birch"}
    identity = re.findall(r"stored as (\w{12})", done.talk)[0]
    active = succeed("--lang", "en", "calibrate", "activate", identity)
    assert "active: " in active.talk
    assert "not activated" not in active.talk


def test_biomass_without_roots_is_told_and_stored(folder: Path) -> None:
    whole = succeed(*volume_biomass("samples.csv"))
    assert "counts as that of whole trees with roots" in whole.talk
    above = succeed(*volume_biomass("samples.csv", "--biomass-of", "above-ground"))
    assert "what is above ground" in above.talk
    pools = query(folder / "sinkcalc.duckdb", "SELECT DISTINCT biomass_pool FROM models ORDER BY 1")
    assert pools == [("above_ground",), ("whole_tree",)]
    identity = re.findall(r"stored as (\w{12})", above.talk)[0]
    assert "(above ground)" in succeed("--lang", "en", "calibrate", "show", identity).talk


def test_other_words_are_fitted_and_told(folder: Path) -> None:
    rows = [(*pair, "台湾相思") for pair in line()]
    write(folder / "acacia.csv", rows, f"{HEADER},species_group")
    done = succeed(*volume_biomass("acacia.csv", "--json"))
    assert set(chosen(done.rows)) == {"台湾相思"}
    assert "台湾相思 is no species or species group of this program" in done.talk


def test_options_reach_the_fit(folder: Path) -> None:
    def rows(*more: object) -> list[Row]:
        return succeed(*volume_biomass("samples.csv", "--json", "--dry-run", *more)).rows

    assert {row["form"] for row in rows("--forms", "linear，power") if not row["equation"]} == {
        "linear",
        "power",
    }
    assert "wls" in {row["estimator"] for row in rows("--weights", "size2")}
    assert {row["estimator"] for row in rows("--robust") if not row["equation"]} == {"huber"}
    pooled = rows("--pool", "--forms", "linear")
    assert {row["estimator"] for row in pooled if not row["equation"]} == {"mixed"}
    assert "sweetgum" in {row["sample_group"] for row in pooled}
    plain, raw = (
        chosen(rows("--forms", "power", "--correction", name))[""]["a"]
        for name in ("baskerville", "none")
    )
    assert plain > raw


def test_trees(folder: Path) -> None:
    """B = 0.1 D^2.4 with alternating deviations; heights go along."""
    trees = [
        (d, round(1.3 + d**0.7, 2), round(0.1 * d**2.4 * (1 + (-1) ** d / 20), 3), f"s{d % 5}")
        for d in range(5, 45)
    ]
    write(folder / "trees.csv", trees, "胸径(cm),树高(m),单株生物量(kg),地点")
    done = succeed("--lang", "zh", "calibrate", "tree-biomass", "trees.csv", "--json")
    assert {row["form"] for row in done.rows} == {"power_d", "power_d2h", "power_d_h"}
    (best,) = chosen(done.rows).values()
    assert best["form"] == "power_d"
    assert best["b"] == pytest.approx(2.4, abs=0.02)
    assert best["sites"] == 5
    assert "选定 全部:power_d" in done.talk
    write(folder / "bare.csv", [(d, b) for d, _, b, _ in trees], "dbh_cm,biomass_kg")
    bare = succeed("calibrate", "tree-biomass", "bare.csv", "--json").rows
    assert {row["form"] for row in bare} == {"power_d"}
    needs = run("--lang", "en", "calibrate", "tree-biomass", "bare.csv", "--forms", "power_d2h")
    assert needs.code == 2
    assert (
        "has no column height_m (m; also read as 树高; or name it with --height COL)" in needs.talk
    )


def test_heights_that_no_form_needs_may_be_missing(folder: Path) -> None:
    trees = [(d, "", round(0.1 * d**2.4, 3) + d % 2) for d in range(5, 25)]
    write(folder / "trees.csv", trees, "dbh_cm,height_m,biomass_kg")
    done = succeed("--lang", "en", "calibrate", "tree-biomass", "trees.csv", "--forms", "power_d")
    assert "20 used, 0 set aside" in done.talk


def test_metres_for_centimetres_are_told_once(folder: Path) -> None:
    trees = [(d / 100, round(0.1 * d**2.4, 3) + d % 2) for d in range(5, 25)]
    write(folder / "trees.csv", trees, "dbh_cm,biomass_kg")
    done = run("--lang", "en", "calibrate", "tree-biomass", "trees.csv")
    assert (done.code, "nothing was stored" in done.talk) == (1, True)
    assert "as if it were in metres" in done.talk
    assert "grams" not in done.talk


# reading


@pytest.mark.parametrize("name", ["s.csv", "s.xlsx", "s.parquet"])
def test_every_kind_of_file_gives_the_same(folder: Path, name: str) -> None:
    table = pl.read_csv(folder / "samples.csv", infer_schema=False).rename(
        {
            "volume_m3_per_ha": "每公顷蓄积(m³/ha)",
            "biomass_t_per_ha": "每公顷生物量",
            "species_group": "树种组",
            "site": "地点",
        }
    )
    if name == "s.csv":
        (folder / name).write_bytes(table.write_csv().encode("gb18030"))
    elif name == "s.xlsx":
        numbers = pl.selectors.starts_with("每公顷").cast(pl.Float64, strict=False)
        table.with_columns(numbers).write_excel(folder / name)
    else:
        table.write_parquet(folder / name)
    expected = succeed(*volume_biomass("samples.csv", "--json", "--dry-run")).rows
    assert succeed(*volume_biomass(name, "--json", "--dry-run")).rows == expected


def test_bad_rows_are_set_aside_and_listed(folder: Path) -> None:
    good = line()
    bad = ["abc,10", ",10", "50,", "-3,10", "50,-1", "0,5", "50,0", "1e999,5", "1e9,5", "合计,900"]
    write(folder / "bad.csv", [*good, *[(row,) for row in bad]])
    done = succeed(*volume_biomass("bad.csv", "--rejects", "rows.csv", "--json"))
    assert f"{len(good) + len(bad)} rows read, {len(good)} used, {len(bad)} set aside" in done.talk
    listed = pl.read_csv(folder / "rows.csv").rows(named=True)
    assert [row["source_row"] for row in listed] == list(range(22, 32))
    assert [row["rule"] for row in listed] == [
        "sample_not_a_number",
        "sample_missing",
        "sample_missing",
        "sample_negative",
        "sample_negative",
        "sample_zero",
        "sample_zero",
        "sample_not_a_number",
        "sample_range",
        "sample_total_row",
    ]
    assert "set aside row 22 sample_not_a_number: column volume_m3_per_ha is no number (abc)" in (
        done.talk
    )
    write(folder / "good.csv", good)
    keep = ("linear", "a", "b")
    assert [[row[k] for k in keep[1:]] for row in done.rows] == [
        [row[k] for k in keep[1:]]
        for row in succeed(*volume_biomass("good.csv", "--json", "--dry-run")).rows
    ]
    chinese = run("--lang", "zh", *volume_biomass("bad.csv", "--dry-run")[2:])
    assert "第 22 行剔除(sample_not_a_number):列 volume_m3_per_ha 不是数字(abc)" in chinese.talk


def test_lines_that_cannot_be_read_are_set_aside(folder: Path) -> None:
    write(folder / "bad.csv", [*line(), ("1,2,3,4",), ('"open,5',)])
    done = succeed(*volume_biomass("bad.csv"))
    assert "22 rows read, 20 used, 2 set aside" in done.talk
    assert "sample_line" in done.talk


def test_a_volume_of_zero_is_a_sample_of_lines(folder: Path) -> None:
    write(folder / "zero.csv", [(0, 9.5), *line()])
    lines = succeed(*volume_biomass("zero.csv", "--forms", "linear,origin", "--json"))
    assert {row["samples"] for row in lines.rows} == {21}
    every = succeed(*volume_biomass("zero.csv", "--json"))
    assert {row["samples"] for row in every.rows} == {20}
    assert "a volume may be 0 with --forms linear,origin only" in every.talk


def test_samples_copied_twice_are_told(folder: Path) -> None:
    write(folder / "twice.csv", [*line(), line()[0]])
    done = succeed(*volume_biomass("twice.csv"))
    assert "1 rows: the same as an earlier row" in done.talk
    assert "as row 22" in done.talk


@pytest.mark.parametrize(
    ("x", "y", "told"),
    [
        (1, 1000, "divide it by 1000 if it is in kg/ha"),
        (1 / 15, 1, "multiply it by 15 if it is in m3/mu"),
        (1, 1 / 15, "multiply it by 15 if it is in t/mu"),
        (1 / 15, 1 / 15, "multiply both by 15 if both are per mu"),
        (50, 50, "not of a whole plot or stand"),
    ],
)
def test_slips_of_the_unit(folder: Path, x: float, y: float, told: str) -> None:
    write(folder / "slip.csv", [(v * x, b * y) for v, b in line()])
    refused = run(*volume_biomass("slip.csv"))
    assert refused.code == 1
    assert told in refused.talk
    assert refused.text
    assert "nothing was stored" in refused.talk
    assert not (folder / "sinkcalc.duckdb").exists()
    assert "--units-checked" in run("--lang", "zh", *volume_biomass("slip.csv")[2:]).talk
    vouched = succeed(*volume_biomass("slip.csv", *VOUCHED))
    assert told in vouched.talk
    assert "stored as" in vouched.talk
    write(folder / "right.csv", line())
    assert "warning: the median" not in succeed(*volume_biomass("right.csv")).talk


# refusals


def test_biomass_that_falls_gets_no_model(folder: Path) -> None:
    falling = [(v, 200 - 0.7 * v + (-1) ** k) for k, v in enumerate(range(20, 260, 8))]
    write(folder / "falling.csv", falling)
    done = run(*volume_biomass("falling.csv"))
    assert done.code == 1
    assert "refused: all samples, origin: the line through the same samples" in done.talk
    assert not (folder / "sinkcalc.duckdb").exists()
    assert "过原点" in run("--lang", "zh", *volume_biomass("falling.csv")[2:]).talk


def test_a_wild_sample_is_named_with_its_row(folder: Path) -> None:
    samples = line(30)
    samples[7] = (samples[7][0], 2500.0)
    write(folder / "wild.csv", samples)
    done = run(*volume_biomass("wild.csv", "--forms", "linear,power"))
    # it turns the line downwards, and the curve is worse than the mean of the samples
    assert done.code == 1
    for form in ("linear", "power"):
        assert f"warning: all samples, {form}: row 9: too far from the curve" in done.talk
    robust = succeed(*volume_biomass("wild.csv", "--forms", "linear", "--robust"))
    assert "linear: row 9: too far from the curve" in robust.talk
    assert "the curve does not predict these samples" in robust.talk
    samples[7] = (samples[7][0], line(30)[7][1] * 10)
    write(folder / "wild.csv", samples)
    done = succeed(*volume_biomass("wild.csv", "--forms", "power"))
    assert "power: row 9: too far from the curve" in done.talk


def test_refused_forms_are_no_rivals(folder: Path) -> None:
    """A hyperbola or a line through the origin that was refused is not compared with."""
    flat = [(10.0 * k, 100 + 0.02 * 10 * k + 3 * (-1) ** k) for k in range(1, 31)]
    write(folder / "flat.csv", flat)
    done = succeed(*volume_biomass("flat.csv", "--json"))
    refused = {row["form"] for row in done.rows if row["refused"]}
    assert "origin" in refused
    (told,) = [text for text in done.talk.splitlines() if text.startswith("chosen all")]
    assert [form for form in refused if f"{form} " in told.split("cross-validated")[1]] == []


@pytest.mark.parametrize(
    ("header", "arguments", "told"),
    [
        ("volume_m3_pr_ha,biomass_t_per_ha", (), "did you mean volume_m3_pr_ha?"),
        ("v,b", (), "has no column volume_m3_per_ha (m3/ha; also read as volume_m3_ha, 每公顷蓄积"),
        ("v,b", (), "name it with --volume COL); biomass_t_per_ha (t d.m./ha; also read as"),
        ("volume_m3_per_ha,b", (), "with --biomass COL). The file has volume_m3_per_ha, b"),
        (HEADER, ("--volume", "volume_m3_per_haa"), "did you mean volume_m3_per_ha?"),
        (HEADER, ("--site", "stand"), "has no column stand; it has volume_m3_per_ha"),
        (HEADER, ("--volume", "biomass_t_per_ha"), "named twice"),
        (f"{HEADER},{HEADER}", (), "two columns named"),
        ("volume_m3_per_ha(m3/mu),biomass_t_per_ha", (), "its unit m3/mu is not m3/ha"),
        ("每公顷蓄积(m3/亩),每公顷生物量(t/亩)", (), "its unit t/亩 is not t d.m./ha"),
    ],
)
def test_columns_that_are_not_there(
    folder: Path, header: str, arguments: tuple[str, ...], told: str
) -> None:
    rows = [(x, y, x, y)[: header.count(",") + 1] for x, y in line()]
    write(folder / "odd.csv", rows, header)
    done = run(*volume_biomass("odd.csv", *arguments))
    assert (done.code, done.data) == (2, b"")
    assert told in done.talk
    assert run("--lang", "zh", *volume_biomass("odd.csv", *arguments)[2:]).code == 2


def test_no_file(folder: Path) -> None:
    done = run(*volume_biomass("none.csv"))
    assert done.code == 2
    assert "there is no file none.csv" in done.talk


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], "holds no samples"),
        ([("a", "b")], "none of the 1 rows of few.csv can be used; as row 2"),
    ],
)
def test_nothing_to_fit(folder: Path, rows: list[Any], told: str) -> None:
    write(folder / "few.csv", rows)
    done = run(*volume_biomass("few.csv"))
    assert done.code == 2
    assert told in done.talk


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (line(3), "3 samples are fewer than 10"),
        ([(50, y) for _, y in line()], "the sizes (or heights) are all alike"),
        ([(x, 300 - y) for x, y in line()], "biomass would not grow with size"),
    ],
)
def test_samples_that_give_no_model(folder: Path, rows: list[Any], told: str) -> None:
    write(folder / "odd.csv", rows)
    forms = ("--forms", "linear,power")
    done = run(*volume_biomass("odd.csv", *forms, "--json"))
    assert done.code == 1
    assert "refused: all samples" in done.talk
    assert told in done.talk
    assert "no group got a model" in done.talk
    assert [row for row in done.rows if row["chosen"]] == []
    assert not (folder / "sinkcalc.duckdb").exists()
    chinese = run("--lang", "zh", *volume_biomass("odd.csv", *forms)[2:])
    assert "拒绝:全部样本" in chinese.talk
    assert "没有一组得到模型" in chinese.talk


def test_an_outlier_is_named(folder: Path) -> None:
    rows = [*line(), (210.0, 20.0)]
    write(folder / "odd.csv", rows)
    done = succeed(*volume_biomass("odd.csv", "--forms", "linear"))
    assert "row 22 carries the fit" in done.talk


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--forms", "cubic"), "--forms does not know cubic; use linear, origin"),
        (("--forms", ","), "--forms does not know nothing"),
        (("--robust", "--pool"), "cannot be had at once"),
        (("--plot", "a.svg"), "--plot a.svg: the suffix has to be .png"),
        (("--report", "a.pdf"), "--report a.pdf: the suffix has to be .html"),
        (("--report", "none/a.html"), "there is no folder none"),
        (("--plot", "samples.csv"), "must not be written over"),
        (("-o", "samples.csv"), "samples.csv is read by this command"),
        (("-o", "a.csv", "--rejects", "a.csv"), "two outputs have the same file name"),
    ],
)
def test_options_that_cannot_be(folder: Path, arguments: tuple[str, ...], told: str) -> None:
    before = (folder / "samples.csv").read_bytes()
    done = run(*volume_biomass("samples.csv", *arguments))
    assert done.code == 2
    assert told in done.talk
    assert (folder / "samples.csv").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == ["samples.csv"]


# the store


def test_the_same_samples_give_the_same_calibration(folder: Path) -> None:
    first = succeed(*volume_biomass("samples.csv"))
    (identity,) = set(re.findall(r"stored as (\w{12})", first.talk))
    tables = ("models", "model_coefficients", "model_covariance", "model_candidates")
    db = folder / "sinkcalc.duckdb"

    def content() -> list[Any]:
        plain = [query(db, f"FROM {name} ORDER BY ALL") for name in tables[1:]]
        return [query(db, "SELECT * EXCLUDE (calibrated_at) FROM models ORDER BY ALL"), *plain]

    before = content()
    assert [len(rows) for rows in before] == [4, 8, 16, 16]
    again = succeed(*volume_biomass("samples.csv"))
    assert f"stored as {identity}" in again.talk
    assert content() == before
    other = succeed(*volume_biomass("samples.csv", "--weights", "size"))
    assert identity not in other.talk
    listed = succeed("calibrate", "list", "--json").rows
    assert {row["kind"] for row in listed} == {"volume-biomass"}
    assert len({row["calibration_id"] for row in listed}) == 2


def test_dry_run_stores_nothing(folder: Path) -> None:
    dry = succeed(*volume_biomass("samples.csv", "--dry-run", "--json"))
    assert "nothing was stored" in dry.talk
    assert not (folder / "sinkcalc.duckdb").exists()
    assert succeed(*volume_biomass("samples.csv", "--json")).rows == dry.rows


def _calibrate(*arguments: object) -> str:
    talk = succeed(*volume_biomass("samples.csv", *arguments)).talk
    (identity,) = set(re.findall(r"stored as (\w{12})", talk))
    return str(identity)


def test_show_gives_coefficients_with_covariance(folder: Path) -> None:
    identity = _calibrate("--name", "our county")
    shown = succeed("--lang", "en", "calibrate", "show", identity, "--json")
    oak = [row for row in shown.rows if row["sample_group"] == "oak"]
    assert [row["symbol"] for row in oak] == ["a", "b"]
    assert [row["unit"] for row in oak] == ["t d.m./m3", "t d.m./ha"]
    for row in oak:
        assert row["se"] == pytest.approx(math.sqrt(row[f"covariance_{row['symbol']}"]))
    assert oak[0]["covariance_b"] == oak[1]["covariance_a"]
    assert (oak[0]["x_min"], oak[0]["samples"]) == (pytest.approx(11.9, abs=5), 24)
    assert "our county" in shown.talk
    assert oak[0]["sample_sha256"] in shown.talk
    one = succeed("calibrate", "show", f"{identity}.4", "--json").rows
    assert one == oak
    candidates = succeed("calibrate", "show", identity, "--candidates", "--json").rows
    assert len(candidates) == 16
    assert [row["sample_group"] for row in candidates if row["chosen"]] == [
        "",
        "chinese_fir",
        "masson_pine",
        "oak",
    ]
    table = succeed("--lang", "zh", "calibrate", "show", identity).text
    assert "栎类林" in table
    assert "协方差" in table


def test_one_model_serves_a_group(folder: Path) -> None:
    first, second = _calibrate(), _calibrate("--weights", "size")
    done = succeed("--lang", "en", "calibrate", "activate", first)
    assert re.findall(r"^active: (\S+)", done.talk, re.MULTILINE) == [
        f"{first}.{place}" for place in (2, 3, 4)
    ]
    assert f"not activated: {first}.1 (all samples together)" in done.talk
    whole = succeed("--lang", "en", "calibrate", "activate", f"{first}.1")
    assert "serves every species without a model of its own" in whole.talk

    def active() -> dict[str, str]:
        rows = succeed("calibrate", "list", "--json").rows
        return {row["sample_group"]: row["model_id"] for row in rows if row["active"]}

    assert active() == {
        "": f"{first}.1",
        "chinese_fir": f"{first}.2",
        "masson_pine": f"{first}.3",
        "oak": f"{first}.4",
    }
    one = succeed("--lang", "en", "calibrate", "activate", f"{second}.4")
    assert f"no longer active (replaced): {first}.4 volume-biomass, oaks" in one.talk
    assert active() == {
        "": f"{first}.1",
        "chinese_fir": f"{first}.2",
        "masson_pine": f"{first}.3",
        "oak": f"{second}.4",
    }
    # calibrated anew, the same model goes on serving
    assert _calibrate() == first
    assert len(active()) == 4
    succeed("calibrate", "deactivate", first)
    assert active() == {"oak": f"{second}.4"}
    idle = succeed("--lang", "en", "calibrate", "deactivate", first)
    assert "was not active: nothing changed" in idle.talk


def test_a_group_that_no_estimate_uses_is_told_on_activation(folder: Path) -> None:
    write(folder / "odd.csv", [(*pair, "台湾相思") for pair in line()], f"{HEADER},树种组")
    talk = succeed(*volume_biomass("odd.csv")).talk
    identity = re.findall(r"stored as (\w{12})", talk)[0]
    done = succeed("--lang", "zh", "calibrate", "activate", identity)
    assert "台湾相思 不是本程序的树种或树种组" in done.talk


@pytest.mark.parametrize("word", ["show", "activate", "deactivate"])
def test_unknown_id(folder: Path, word: str) -> None:
    missing = run("--lang", "en", "calibrate", word, "nope")
    assert missing.code == 3
    assert "there is no database" in missing.talk
    assert not (folder / "sinkcalc.duckdb").exists()
    identity = _calibrate()
    done = run("--lang", "en", "calibrate", word, "nope")
    assert done.code == 2
    assert f"there is no calibration nope; there are {identity}" in done.talk


def test_list_without_database(folder: Path) -> None:
    assert run("calibrate", "list").code == 3


# report and figures


def test_report_and_plot_are_the_same_bytes_again(folder: Path) -> None:
    command = volume_biomass("samples.csv", "--dry-run", "--report", "a.html", "--plot", "a.png")
    succeed(*command)
    first = [(folder / name).read_bytes() for name in ("a.html", "a.png")]
    succeed(*command)
    assert [(folder / name).read_bytes() for name in ("a.html", "a.png")] == first
    assert first[1].startswith(b"\x89PNG")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_report_needs_nothing_else(folder: Path, lang: str) -> None:
    command = ("calibrate", "volume-biomass", "samples.csv", "--report", "a.html")
    done = succeed("--lang", lang, *command)
    page = (folder / "a.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 4
    assert not re.search(r'(src|href)="http', page)
    assert "<?xml" not in page
    words = {
        "zh": ("校准报告", "均值的 95 % 区间", "栎类林", "拒绝:枫香 组"),
        "en": ("Calibration", "95 % band of the mean", "oaks", "refused: group sweetgum"),
    }
    assert [word for word in words[lang] if word not in page] == []
    assert "fang-2001.oak" in page
    identity = re.findall(r"[a-f0-9]{12}", done.talk)[0]
    assert f"{identity}.4" in page


def test_names_of_groups_are_escaped(folder: Path) -> None:
    name = "<script>$x^2$"
    write(folder / "odd.csv", [(*pair, name) for pair in line()], f"{HEADER},species_group")
    succeed(*volume_biomass("odd.csv", "--report", "a.html", "--plot", "a.png"))
    page = (folder / "a.html").read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;$x^2$" in page


def test_the_table_for_people(folder: Path) -> None:
    shown = succeed("--lang", "zh", *volume_biomass("samples.csv", "--dry-run")[2:]).text
    assert "●" in shown
    assert "栎类林" in shown
    assert "cbef-zhejiang.oak" in shown
    assert "交叉验证 RMSE" in shown


@pytest.mark.parametrize(
    ("form", "estimator", "smallest", "reason"),
    [
        ("origin", "ols", "linear", "the simpler form is taken"),
        ("linear", "ols", "power", "the simpler form is taken"),
        ("linear", "ols", "origin", "the intercept differs from 0"),
        ("linear", "mixed", "power", "groups fitted together share one form"),
        ("linear", "ols", "hyperbolic", "next power"),
    ],
)
def test_the_reason_of_a_choice_is_the_true_one(
    capsys: pytest.CaptureFixture[str], form: str, estimator: str, smallest: str, reason: str
) -> None:
    """The hyperbola is refused wherever it stands."""
    from sinkcalc.calibration.calibrate import CalibrationOptions, calibrate
    from sinkcalc.cli.calibrate_talk import talk_about_choice
    from sinkcalc.cli.settings import Settings

    samples = pl.DataFrame(line(), schema=["x", "y"], orient="row").with_columns(
        pl.lit("").alias("group"), pl.lit(None, pl.String).alias("site")
    )
    found = calibrate(samples, CalibrationOptions(forms=("origin", "linear")))
    errors = {"origin": 6.0, "linear": 6.1, "power": 7.0, "hyperbolic": 6.5, smallest: 5.9}
    errors[form] = 6.0 if form != smallest else 5.9
    rows = pl.DataFrame(
        [
            {
                "group": "",
                "form": name,
                "cv_rmse": errors[name],
                "cv_relative_rmse": 0.06,
                "refused": name == "hyperbolic" or (reason == "next power" and name == "origin"),
                "chosen": name == form,
            }
            for name in errors
        ]
    )
    model = replace(found.models[0], form=form, estimator=estimator)
    talk_about_choice(Settings(Path("none.duckdb"), "en", quiet=False, wait=0), model, rows)
    told = capsys.readouterr().err
    assert reason in told
    assert "hyperbolic" not in told
