"""Own tables of errors on the command line."""

from pathlib import Path

import pytest
from command_line import run, succeed

from sinkcalc.errors import EXIT_USAGE

HEAD = "match,relative_se,shared\n"


def _write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "误差.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("match\nsoil.\n", {"zh": "缺列", "en": "no column"}),
        (HEAD + "soil.,much,true\n", {"zh": "第 2 行", "en": "row 2"}),
        (HEAD + "soil.,300%,true\n", {"zh": "小数", "en": "fraction"}),
        (HEAD + "soul.,5%,true\n", {"zh": "不对应", "en": "fits no parameter"}),
        (HEAD, {"zh": "没有数据行", "en": "no rows"}),
        ("", {"zh": "不是可读", "en": "no readable"}),
    ],
)
def test_errors_that_cannot_be_used(
    inventory: Path, tmp_path: Path, text: str, said: dict[str, str], lang: str
) -> None:
    """Exit code of usage, nothing on stdout, what and where in the language, no traceback."""
    path = _write(tmp_path, text)
    words = ("--db", inventory, "--lang", lang, "estimate", "--survey", 2020, "--errors", path)
    outcome = run(*words)
    assert outcome.code == EXIT_USAGE
    assert outcome.data == b""
    assert said[lang] in outcome.talk
    assert path.name in outcome.talk
    assert "Traceback" not in outcome.talk


def test_a_file_that_is_not_there(inventory: Path, tmp_path: Path) -> None:
    path = tmp_path / "nowhere.csv"
    outcome = run("--db", inventory, "estimate", "--survey", 2020, "--errors", path)
    assert outcome.code == EXIT_USAGE
    assert "nowhere.csv" in outcome.talk
    assert "Traceback" not in outcome.talk


def test_own_errors_change_the_run_and_its_errors_only(db: Path, tmp_path: Path) -> None:
    """Growing stock errs by 3 % instead of 5.9 %; a GB18030 file with remarks in Chinese."""
    text = "match,relative_se,备注\nmeasurement.volume.2020,3%,控制抽样\n"
    path = _write(tmp_path, text, "gb18030")
    arguments = ("--db", db, "estimate", "--survey", 2020, "--json")
    shipped = {(r["quantity"], r["pool"]): r for r in succeed(*arguments).rows}
    own = {(r["quantity"], r["pool"]): r for r in succeed(*arguments, "--errors", path).rows}
    assert {key: row["value"] for key, row in own.items()} == {
        key: row["value"] for key, row in shipped.items()
    }
    key = ("growing_stock", None)
    assert own[key]["run_id"] != shipped[key]["run_id"]
    for rows, relative in ((shipped, 0.059), (own, 0.03)):
        assert rows[key]["se"] == pytest.approx(relative * rows[key]["value"], rel=1e-12)
    assert (shipped[key]["share_assumed_error"], own[key]["share_assumed_error"]) == (1.0, 0.0)
    assert own[key]["se_reason"] == "stated: errors of the user's own table"
    assert own["area", None]["se"] == shipped["area", None]["se"]
