"""`params verify` and `ccer packs`, and methodologies among the parameters."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import run, succeed

RISK = "CCER-14-001-V01.k_risk"
READ = ("--source", "CCER-14-001-V01", "--locator", "第 21 页", "--by", "张三")


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """Name a file for what was verified."""
    return tmp_path / "verified.csv"


def test_a_row_is_recorded_and_listed(file: Path) -> None:
    done = succeed(
        "params", "verify", RISK, "--value", "0.10", *READ, "--on", "2026-03-01", "--file", file,
        "--json",
    )  # fmt: skip
    (row,) = done.rows
    assert row["row_id"] == RISK
    assert (row["value"], row["unit"]) == ("0.1", "1")
    assert (row["source"], row["locator"]) == ("CCER-14-001-V01", "第 21 页")
    assert (row["verified_by"], row["verified_on"]) == ("张三", "2026-03-01")
    (listed,) = succeed("params", "verify", "--list", "--file", file, "--json").rows
    assert listed == row | {"verification": "holds"}


def test_a_row_of_a_general_table_is_recorded(file: Path) -> None:
    succeed("params", "verify", "wood-density.masson_pine", *READ, "--file", file)
    (row,) = succeed("params", "verify", "--list", "--file", file, "--json").rows
    assert (row["row_id"], row["value"]) == ("wood-density.masson_pine", "0.38")


def test_a_project_s_own_figure_is_recorded_for_the_row_that_it_replaces(file: Path) -> None:
    done = succeed(
        "--lang", "en", "params", "verify", RISK, "--value", "0.12", "--in-place-of-shipped",
        *READ, "--file", file, "--json",
    )  # fmt: skip
    (row,) = done.rows
    assert (row["row_id"], row["value"]) == (RISK, "0.12")
    assert "0.1 stays the shipped figure; this entry serves projects that give 0.12" in done.talk
    (listed,) = succeed("params", "verify", "--list", "--file", file, "--json").rows
    assert listed["verification"] == "holds"


def test_all_rows_that_begin_with_a_text(file: Path) -> None:
    """The recalled and assumed ones: of the rules of AR-CM-001 all but the second."""
    chosen = "AR-CM-001-V01.R"
    rows = succeed("params", "verify", chosen, "--all-of", *READ, "--file", file, "--json").rows
    assert [row["row_id"] for row in rows] == [
        f"AR-CM-001-V01.R{number:02d}" for number in (1, *range(3, 12))
    ]


def test_a_row_that_changed_since_has_lapsed(file: Path) -> None:
    succeed("params", "verify", RISK, *READ, "--file", file)
    text = file.read_text(encoding="utf-8")
    digest = text.strip().rsplit(",", 1)[1]
    file.write_text(
        text.replace(digest, "0" * 64) + f"AR-CM-009.x,1,1,a,b,c,2026-03-01,{digest}\n",
        encoding="utf-8",
    )
    done = succeed("--lang", "en", "params", "verify", "--list", "--file", file, "--json")
    assert [row["verification"] for row in done.rows] == ["lapsed", "gone"]
    assert "2 entries hold no longer" in done.talk


def test_nothing_recorded_yet(file: Path) -> None:
    assert succeed("params", "verify", "--list", "--file", file, "--json").rows == []


@pytest.mark.parametrize(
    ("arguments", "zh", "en"),
    [
        ((), "请给出要核对的行", "say which row"),
        (("CCER-14-001-V01.k_rsk", *READ), f"是否指 {RISK}", f"did you mean {RISK}"),
        (("qqqq", *READ), "params check", "params check"),
        (("CCER-14-001-V01.k", *READ), "--all-of", "--all-of"),
        (("qqqq", "--all-of", *READ), "没有以 qqqq 开头", "begins with qqqq"),
        ((RISK, "--value", "0.2", *READ), "[parameters]", "[parameters]"),
        ((RISK, "--value", "nan", *READ), "不是数值", "is no number"),
        ((RISK, "--in-place-of-shipped", *READ), "须与 --value 同用", "needs --value"),
        (("CCER-14-001-V01.R01", "--value", "1", *READ), "不是数值", "is no figure"),
        (("CCER-14-001-V01.k", "--all-of", "--value", "1", *READ), "只能用于一行", "of one row"),
        ((RISK, "--source", "a", "--by", "b"), "--locator 为空", "--locator is empty"),
        ((RISK, "--locator", "a", "--by", "b"), "--source 为空", "--source is empty"),
        ((RISK, "--locator", "a", "--source", "b"), "--by 为空", "--by is empty"),
    ],
)
def test_what_is_refused_leaves_no_file(
    file: Path, arguments: tuple[str, ...], zh: str, en: str
) -> None:
    for lang, said in (("zh", zh), ("en", en)):
        done = run("--lang", lang, "params", "verify", *arguments, "--file", file)
        assert done.code == 2
        assert said in done.talk
        assert done.data == b""
    assert not file.exists()


def test_a_file_that_is_no_record_is_refused(file: Path) -> None:
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    done = run("--lang", "en", "params", "verify", RISK, *READ, "--file", file)
    assert done.code == 2
    assert "row_id" in done.talk
    assert file.read_text(encoding="utf-8") == "a,b\n1,2\n"


def test_the_methodologies_are_listed_with_what_was_read() -> None:
    rows = {row["code"]: row for row in succeed("ccer", "packs", "--json").rows}
    assert rows["CCER-14-001-V01"]["standing"] == "in_force"
    assert rows["CCER-14-001-V01"]["rules"] == 15
    assert rows["CCER-14-001-V01"]["rows_to_verify"] > 0
    assert rows["ZJ-TANPUHUI"]["standing"] == "placeholder"
    for lang, said in (("zh", "现行"), ("en", "in force")):
        assert said in succeed("--lang", lang, "ccer", "packs").text


def test_one_methodology_item_by_item() -> None:
    done = succeed("--lang", "en", "ccer", "packs", "CCER-14-001-V01", "--json")
    rows = {row["item_id"]: row for row in done.rows}
    first = rows["CCER-14-001-V01.R01"]
    assert first["kind"] == "rule"
    assert first["title_zh"] == "不是既有森林"
    assert rows["CCER-14-001-V01.plant-pools.forest_biomass"]["kind"] == "input"
    assert "change of stocks" in done.talk
    shown = succeed("--lang", "zh", "ccer", "packs", "CCER-14-001-V01").text
    assert "单个地块连续面积" in shown


def test_a_placeholder_says_why_it_is_empty() -> None:
    assert "没有读到" in succeed("--lang", "zh", "ccer", "packs", "ZJ-TANPUHUI").talk
    assert "no text" in succeed("--lang", "en", "ccer", "packs", "ZJ-TANPUHUI").talk


def test_a_methodology_that_does_not_exist() -> None:
    done = run("ccer", "packs", "CCER-14-009-V01")
    assert done.code == 2
    assert "CCER-14-001-V01" in done.talk


def test_methodologies_among_the_parameters() -> None:
    listed = succeed("params", "list", "--json").rows
    assert RISK in {row["parameter_id"] for row in listed}
    items = succeed("params", "list", "--table", "ccer/CCER-14-001-V01", "--json").rows
    waiting = succeed(
        "params", "list", "--table", "ccer/CCER-14-001-V01", "--unverified", "--json"
    ).rows
    assert {row["kind"] for row in items} >= {"rule", "equation", "parameter", "discount"}
    assert len(waiting) < len(items)
    assert {row["evidence"] for row in waiting} <= {"recalled", "read"}
    assert all(row["evidence"] == "recalled" or row["status"] == "assumed" for row in waiting)
    refused = run("params", "list", "--table", "ccer/NONE")
    assert refused.code == 2
    assert "ccer/CCER-14-001-V01" in refused.talk


def test_an_item_is_shown_with_its_source() -> None:
    (row,) = succeed("params", "show", "CCER-14-001-V01.R08", "--json").rows
    assert row["text"] == "not is_wetland"
    assert "CCER-14-001-V01" in row["source"]


def test_the_check_covers_methodologies() -> None:
    rows = succeed("params", "check", "--json").rows
    assert RISK in {row["parameter_id"] for row in rows if row["check"] == "recalled"}
    assert [row for row in rows if row["severity"] == "error"] == []
