"""`query list|show|run|sql`: every format, parameters, completion, limits, errors."""

import io
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from command_line import environment, execute, query, run, run_code, succeed

NAME = "growing_stock_by_county"
ENDLESS = (
    "SELECT count(*) FROM generate_series(1, 10000000) a, generate_series(1, 10000000) b "
    "WHERE a.generate_series + b.generate_series < 0"
)
MAIN = "from sinkcalc.cli.main import main; main()"
TYPES = (
    "SELECT 1 AS n, 2 AS n, 3::HUGEINT AS h, INTERVAL 1 DAY AS i, [1] AS l, {'a': 1} AS s, "
    "'x'::BLOB AS b, '2020-01-01 00:00:00+00'::TIMESTAMPTZ AS tz, 1.5::DECIMAL(9, 2) AS d, "
    "'6ccd780c-baba-1026-9564-5b8c656024db'::UUID AS u, 'a'::ENUM('a') AS e, 'nan'::DOUBLE AS nan, "
    "'inf'::DOUBLE AS inf, NULL AS none, DATE '2020-02-01' AS da, 'infinity'::DATE AS never, "
    "TIME '10:00' AS t, true AS yes, TIMESTAMP '2020-01-01 10:00:00' AS ts, '=1+1' AS formula"
)


@pytest.fixture(scope="module")
def counties(inventory: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the inventory with runs by county; not to be changed."""
    db = tmp_path_factory.mktemp("counties") / "sinkcalc.duckdb"
    db.write_bytes(inventory.read_bytes())
    for survey in (2020, 2023):
        succeed("--db", db, "estimate", "--survey", survey, "--by", "region")
    return db


def test_list_holds_what_the_header_says() -> None:
    rows = succeed("query", "list", "--json").rows
    row = next(row for row in rows if row["name"] == NAME)
    assert list(row) == [
        *("name", "title_zh", "title_en", "question_zh", "question_en"),
        *("grain", "command", "parameters", "returns"),
    ]
    assert row["grain"] == "survey, region_code"
    assert row["parameters"] == "survey INTEGER?, method VARCHAR?"
    assert "growing_stock_m3_per_mu [m3/mu]" in row["returns"]
    assert [row["name"] for row in rows] == sorted(row["name"] for row in rows)


@pytest.mark.parametrize("words", [("蓄积",), ("GROWING", "mu"), ("亩均", "county")])
def test_list_searches_words(words: tuple[str, ...]) -> None:
    assert NAME in {row["name"] for row in succeed("query", "list", *words, "--json").rows}


def test_list_without_a_hit() -> None:
    found = succeed("--lang", "zh", "query", "list", "没有这个词", "--json")
    assert found.rows == []
    assert "没有查询含有 没有这个词" in found.talk


def test_list_for_people() -> None:
    zh = succeed("--lang", "zh", "query", "list").text
    en = succeed("--lang", "en", "query", "list").text
    assert "各县森林蓄积量与乔木林亩均蓄积" in zh
    assert "Growing stock and m3 per mu by county" in en
    assert "[survey] [method]" in en
    assert "min_age_years=30" in en


def test_show_for_people() -> None:
    shown = succeed("--lang", "zh", "query", "show", NAME).text
    assert "-p survey=2023  调查年度,缺省为最近一次已估算的" in shown
    assert "(可省略,INTEGER)" in shown
    assert "乔木林亩均蓄积 (m3/mu)" in shown
    assert "sinkcalc estimate --survey 2023 --by region" in shown
    assert "coalesce($survey, max(survey))" in shown


def test_shown_sql_runs_elsewhere(counties: Path) -> None:
    """Pasted into another DuckDB, it gives the rows of `query run`."""
    shown = succeed("query", "show", NAME, "--sql", "-p", "survey=2020")
    assert "$" not in shown.text
    rows = succeed("--db", counties, "query", "run", NAME, "-p", "survey=2020", "--json").rows
    assert [list(map(str, row)) for row in query(counties, shown.text)] != []
    assert [row[1] for row in query(counties, shown.text)] == [row["region_code"] for row in rows]
    assert "NULL" in succeed("--lang", "en", "query", "show", NAME, "--sql").talk


def test_run_agrees_with_the_estimates(counties: Path) -> None:
    estimates = {
        row["region_code"]: row
        for row in succeed(
            *("--db", counties, "estimate", "--survey", 2023, "--by", "region", "--json")
        ).rows
        if row["quantity"] == "growing_stock"
    }
    rows = succeed("--db", counties, "query", "run", NAME, "--json").rows
    assert {row["region_code"] for row in rows} == set(estimates)
    for row in rows:
        same = estimates[row["region_code"]]
        assert row["survey"] == 2023
        assert row["growing_stock_m3"] == same["value"]
        assert row["growing_stock_m3_se"] == same["se"]
        # a mu is a fifteenth of a hectare
        mean = row["growing_stock_m3"] / row["arbor_area_ha"] / 15
        assert row["growing_stock_m3_per_mu"] == pytest.approx(mean, rel=1e-12)


@pytest.mark.parametrize("suffix", ["json", "jsonl", "csv", "parquet", "xlsx", "txt"])
def test_run_in_every_format(counties: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"rows.{suffix}"
    succeed("--db", counties, "query", "run", NAME, "-p", "survey=2020", "-o", out)
    rows = succeed("--db", counties, "query", "run", NAME, "-p", "survey=2020", "--json").rows
    codes = [row["region_code"] for row in rows]
    assert _column(out, suffix, "region_code") == codes


def _column(path: Path, suffix: str, name: str) -> list[str]:
    if suffix == "json":
        return [row[name] for row in json.loads(path.read_text("utf-8"))]
    if suffix == "jsonl":
        return [json.loads(line)[name] for line in path.read_text("utf-8").splitlines()]
    if suffix == "csv":
        return pl.read_csv(path, infer_schema=False)[name].to_list()
    if suffix == "parquet":
        return pl.read_parquet(path)[name].to_list()
    if suffix == "xlsx":
        # under headings for people; the second sheet says which column each is
        about = pl.read_excel(path, sheet_id=2, has_header=False, infer_schema_length=0)
        columns = about.rows()[6:]
        heading = next(row[0] for row in columns if row[1] == name)
        return pl.read_excel(path, infer_schema_length=0)[heading].cast(pl.String).to_list()
    lines = path.read_text("utf-8").splitlines()
    return [part for line in lines for part in line.split() if part.startswith("3301")]


def test_headings_and_units_by_language(counties: Path) -> None:
    zh = succeed("--lang", "zh", "--db", counties, "query", "run", NAME).text
    en = succeed("--lang", "en", "--db", counties, "query", "run", NAME).text
    # Chinese and English headings may stand on several lines, one under the other
    assert {"森林蓄积", "量"} <= set(zh.split()) or "森林蓄积量" in zh
    assert {"growing", "stock", "(m3)", "(m3/mu)"} <= set(en.split())
    assert "growing_stock_m3" not in zh + en


def test_simulated_figures_are_marked(counties: Path, tmp_path: Path) -> None:
    db = tmp_path / "simulated.duckdb"
    db.write_bytes(counties.read_bytes())
    assert "SIMULATED" not in succeed("--lang", "en", "--db", db, "query", "run", NAME).text
    execute(db, "UPDATE surveys SET simulated = true; UPDATE estimates SET simulated = true")
    for words in (("run", NAME), ("sql", "SELECT 1")):
        assert "[SIMULATED]" in succeed("--lang", "en", "--db", db, "query", *words).text
        assert "【模拟数据】" in succeed("--lang", "zh", "--db", db, "query", *words).text


def test_no_rows_name_the_command(counties: Path) -> None:
    found = succeed("--lang", "zh", "--db", counties, "query", "run", NAME, "-p", "survey=1999")
    assert "先运行:sinkcalc estimate --survey 1999 --by region" in found.talk
    found = succeed(
        "--lang", "en", "--db", counties, "query", "run", NAME, "-p", "survey=1999", "--json"
    )
    assert found.rows == []
    assert "run first: sinkcalc estimate --survey 1999 --by region" in found.talk


@pytest.mark.parametrize(
    ("words", "en", "zh"),
    [
        (("run", "growing_stock_by_conty"), f"did you mean {NAME}?", f"是否指 {NAME}"),
        (("show", "growing_stock_by_conty"), f"did you mean {NAME}?", f"是否指 {NAME}"),
        (("run", NAME, "-p", "year=2020"), "no parameter year", "没有参数 year"),
        (("run", NAME, "-p", "survey=soon"), "-p survey=2023", "不是 INTEGER"),
        (("run", NAME, "-p", "survey"), "has to read -p key=value", "应写作"),
        (("run", NAME, "-p", "survey=1", "-p", "survey=2"), "given twice", "给了两次"),
        (("sql",), "write one statement", "写一条 SQL"),
        (("sql", "SELECT 1", "--max-memory", "much"), "no size of memory", "不是内存大小"),
        (("sql", "DROP TABLE main.stands"), "DROP is not allowed", "DROP 不允许"),
        (("sql", "SELECT 1; SELECT 2"), "there are 2 statements", "有 2 条语句"),
        (("sql", "FROM read_text('x')"), "read_text() is not among", "read_text() 不在"),
        (("sql", "FROM standz"), "did you mean stands?", "是否指 stands"),
        (("sql", "SELECT x FROM stands"), "line 1, character 8", "第 1 行第 8 个字符"),
    ],
)
def test_errors(counties: Path, words: tuple[str, ...], en: str, zh: str) -> None:
    for lang, said in (("en", en), ("zh", zh)):
        outcome = run("--lang", lang, "--db", counties, "query", *words)
        assert outcome.code == 2
        assert outcome.data == b""
        assert said in outcome.talk
        assert "Traceback" not in outcome.talk


def test_no_database(tmp_path: Path) -> None:
    for words in (("run", NAME), ("sql", "SELECT 1")):
        assert run("--db", tmp_path / "none.duckdb", "query", *words).code == 3


def test_sql_finds_views_first(counties: Path) -> None:
    # the table of the same name has no column by_keys
    text = "SELECT DISTINCT survey FROM estimates WHERE by_keys = 'region' ORDER BY ALL"
    rows = succeed("--db", counties, "query", "sql", text, "--json").rows
    assert rows == [{"survey": 2020}, {"survey": 2023}]


def test_sql_from_file_and_stdin(
    counties: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "question.sql"
    file.write_text("\ufeff-- 问题\nSELECT count(*) AS n FROM main.stands;\n", encoding="utf-8")
    rows = succeed("--db", counties, "query", "sql", "-f", file, "--json").rows
    assert rows == [{"n": 2000}]
    stdin = io.TextIOWrapper(io.BytesIO(file.read_bytes()), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", stdin)
    assert succeed("--db", counties, "query", "sql", "-", "--json").rows == rows
    file.write_bytes(b"SELECT '\xd6'")
    refused = run("--lang", "en", "--db", counties, "query", "sql", "-f", file)
    assert refused.code == 2
    assert "no text in UTF-8" in refused.talk


def test_sql_never_writes_over_its_file(counties: Path, tmp_path: Path) -> None:
    file = tmp_path / "question.csv"
    file.write_text("SELECT 1", encoding="utf-8")
    assert run("--db", counties, "query", "sql", "-f", file, "-o", file).code == 2
    assert run("--db", counties, "query", "sql", "SELECT 1", "--csv", "-o", counties).code == 2
    assert file.read_text("utf-8") == "SELECT 1"


def test_long_statements_are_no_paths(counties: Path, tmp_path: Path) -> None:
    text = f"SELECT '{'x' * 5000}' AS x"
    out = tmp_path / "x.csv"
    succeed("--db", counties, "query", "sql", text, "-o", out)
    assert len(out.read_text("utf-8")) > 5000


@pytest.mark.parametrize("fmt", ["table", "json", "jsonl", "csv", "parquet", "xlsx"])
def test_every_type_in_every_format(counties: Path, tmp_path: Path, fmt: str) -> None:
    out = tmp_path / "types"
    for text in (TYPES, f"{TYPES} LIMIT 0"):
        succeed("--db", counties, "query", "sql", text, "--format", fmt, "-o", out)
    succeed("--db", counties, "query", "sql", TYPES, "--format", fmt, "-o", out)
    payload = out.read_bytes()
    assert len(payload) > 100
    if fmt == "json":
        (row,) = json.loads(payload)
        assert (row["n"], row["n_1"], row["h"], row["d"]) == (1, 2, 3, 1.5)
        assert row["nan"] is None
        assert row["inf"] is None
        assert (row["i"], row["l"], row["never"]) == ("1 day", "[1]", "infinity")
        assert (row["da"], row["ts"]) == ("2020-02-01", "2020-01-01 10:00:00")
    if fmt == "parquet":
        row = pl.read_parquet(io.BytesIO(payload)).row(0, named=True)
        assert row["e"] == "a"
        assert str(row["nan"]) == "nan"


def test_same_bytes_twice(counties: Path) -> None:
    for words in (("run", NAME), ("sql", "FROM latest_estimates ORDER BY ALL")):
        for fmt in ("json", "csv", "parquet", "xlsx"):
            once, twice = (
                succeed("--db", counties, "query", *words, "--format", fmt).data for _ in range(2)
            )
            assert once == twice


def test_max_rows(counties: Path) -> None:
    found = succeed(
        "--lang",
        "en",
        "--db",
        counties,
        "query",
        "sql",
        "FROM range(500)",
        "--max-rows",
        3,
        "--csv",
    )
    assert found.text.split() == ["range", "0", "1", "2"]
    assert "497 more rows are not shown" in found.talk
    assert (
        len(succeed("--db", counties, "query", "sql", "FROM range(500)", "--csv").text.split())
        == 501
    )
    found = succeed("--lang", "zh", "--db", counties, "query", "run", NAME, "--max-rows", 1)
    assert "行未输出" in found.talk


def test_terminal_shows_200_rows(counties: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sinkcalc.cli.query_rows.sys.stdout", _Terminal())
    from sinkcalc.cli.query_rows import kept_rows

    assert kept_rows(None, None, None) == 200
    assert kept_rows(None, "json", None) is None
    assert kept_rows(None, None, Path("x.txt")) is None
    assert kept_rows(7, None, None) == 7


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_time_limit(counties: Path) -> None:
    for lang, said in (("en", "more than 0.5 seconds"), ("zh", "超过 0.5 秒")):
        began = time.monotonic()
        outcome = run(
            "--lang", lang, "--db", counties, "query", "sql", ENDLESS, "--max-seconds", 0.5
        )
        assert outcome.code == 1
        assert said in outcome.talk
        assert time.monotonic() - began < 30
    # the database is free again
    execute(counties, "SELECT 1")


def test_statement_that_hears_no_interruption(counties: Path, tmp_path: Path) -> None:
    """A distance of two long texts is one step: the program leaves with the same message."""
    text = "SELECT levenshtein(lpad('a', 400000, 'b'), lpad('c', 400000, 'd'))"
    outcome = run_code(
        MAIN,
        *("--lang", "en", "--db", counties, "query", "sql", text, "--max-seconds", 0.5),
        cwd=tmp_path,
    )
    assert outcome.code == 1
    assert "more than 0.5 seconds" in outcome.talk
    assert outcome.data == b""


def test_memory_limit(counties: Path) -> None:
    text = "SELECT * FROM range(30000000) t(i) ORDER BY hash(i)"
    for lang, said in (("en", "more memory than 100MB"), ("zh", "内存超过 100MB")):
        outcome = run(
            "--lang", lang, "--db", counties, "query", "sql", text, "--max-memory", "100MB"
        )
        assert outcome.code == 1
        assert said in outcome.talk


def test_interruption(counties: Path, tmp_path: Path) -> None:
    """Ctrl-C ends the statement with 130, long before its time."""
    words = ["--db", str(counties), "query", "sql", ENDLESS, "--max-seconds", "300"]
    job = subprocess.Popen(
        [sys.executable, "-c", MAIN, *words],
        cwd=tmp_path,
        env=environment({}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    time.sleep(6)
    assert job.poll() is None
    job.send_signal(signal.SIGINT)
    data, talk = job.communicate(timeout=60)
    assert job.returncode == 130
    assert data == b""
    assert "已中断 · interrupted" in talk.decode()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["query", "run", "growing_stock_by_c"], [NAME]),
        (["query", "show", "growing_stock_by_c"], [NAME]),
        (["query", "run", NAME, "-p", ""], ["survey=", "survey=2023", "method="]),
        (["query", "run", NAME, "-p", "sur"], ["survey=", "survey=2023"]),
        (["query", "run", NAME, "-p", "survey="], ["survey=2023"]),
        (["query", "run", NAME, "-p", "survey=2020", "-p", ""], ["method="]),
        (["query", "run", "no_such_query", "-p", ""], []),
        (["query", "s"], ["show", "sql"]),
    ],
)
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(tmp_path: Path, shell: str, words: list[str], offered: list[str]) -> None:
    """What the shell asks the program for, in the form in which each shell does."""
    asked = " ".join(["sinkcalc", *words])
    variables = {"COMP_WORDS": asked, "COMP_CWORD": str(len(words))}
    if shell == "fish":
        variables["COMP_CWORD"] = words[-1]
    done = subprocess.run(
        [sys.executable, "-c", MAIN],
        cwd=tmp_path,
        env=environment({**variables, "_SINKCALC_COMPLETE": f"{shell}_complete"})
        | {"_SINKCALC_COMPLETE": f"{shell}_complete"},
        capture_output=True,
        check=False,
    )
    text = done.stdout.decode()
    assert "Traceback" not in done.stderr.decode()
    parts = {part for line in text.splitlines() for part in line.replace("\t", ",").split(",")}
    assert set(offered) <= parts
    if "survey=2020" in words:
        assert "survey=2023" not in parts
    if not offered:
        assert not any("=" in part for part in parts)
    assert list(tmp_path.iterdir()) == []


def test_own_sql_keeps_names_and_codes(counties: Path) -> None:
    """What is shown is what a WHERE has to say."""
    text = "SELECT vegetation_class, survey FROM stands ORDER BY ALL LIMIT 1"
    shown = succeed("--lang", "zh", "--db", counties, "query", "sql", text).text
    assert "vegetation_class" in shown
    assert "arbor" in shown
    empty = "SELECT survey FROM stands WHERE vegetation_class = '乔木林'"
    found = succeed("--lang", "zh", "--db", counties, "query", "sql", empty)
    assert "_zh" in found.talk


def test_commonest_errors_of_sql_say_what_to_write(counties: Path) -> None:
    for text, hint in (
        ("SELECT 行政区 FROM stands", "列名是英文"),
        ('SELECT survey FROM stands WHERE region_name = "西湖区"', "英文单引号"),
        ("SELECT regoin_name FROM stands", "没有列 regoin_name"),
        ("SELECT region_name, sum(area_ha) FROM stands", "GROUP BY ALL"),
        ("SELECT survey FROM stands WHERE species = 'oak", "引号没有成对"),
    ):
        found = run("--lang", "zh", "--db", counties, "query", "sql", text)
        assert found.code == 2
        assert hint in found.talk


def test_county_by_name(counties: Path) -> None:
    """A region is asked for by its code or its name in either language."""
    asked = ("--db", counties, "query", "run", "dominant_species", "--json", "-p")
    by_code, by_name, in_english = (
        succeed(*asked, f"region_code={text}").rows for text in ("330106", "西湖区", "xihu")
    )
    assert by_code == by_name == in_english
    wrong = run("--lang", "zh", *asked, "region_code=西胡区")
    assert wrong.code == 2
    assert "是否指 西湖区" in wrong.talk


def test_query_by_title_or_a_word(counties: Path) -> None:
    title = "各县森林蓄积量与乔木林亩均蓄积"
    by_title = succeed("--db", counties, "query", "run", title, "--json").rows
    assert by_title == succeed("--db", counties, "query", "run", NAME, "--json").rows
    assert "sinkcalc query list 蓄积" in run("--lang", "zh", "query", "show", "蓄积").talk


def test_empty_result_tells_what_there_is(counties: Path, tmp_path: Path) -> None:
    asked = ("query", "run", NAME, "-p", "survey=1999", "-p", "method=fang-2001")
    found = succeed("--lang", "en", "--db", counties, *asked)
    assert "sinkcalc estimate --survey 1999 --by region --method fang-2001" in found.talk
    assert "surveys in the database: 2020, 2023" in found.talk
    assert "methods in the database: " in found.talk
    new = tmp_path / "new.duckdb"
    succeed("--db", new, "init")
    assert "sinkcalc load stands" in succeed("--lang", "en", "--db", new, *asked).talk


def test_workbook_has_numbers_under_headings(counties: Path, tmp_path: Path) -> None:
    out = tmp_path / "stock.xlsx"
    succeed("--lang", "zh", "--db", counties, "query", "run", NAME, "-p", "survey=2020", "-o", out)
    rows = succeed("--db", counties, "query", "run", NAME, "-p", "survey=2020", "--json").rows
    sheet = pl.read_excel(out)
    assert sheet["森林蓄积量 (m3)"].to_list() == [row["growing_stock_m3"] for row in rows]
    # sixteen digits are written to a cell
    assert sheet["蓄积量区间下限 (m3)"].to_list() == pytest.approx(
        [row["growing_stock_m3_ci_low"] for row in rows], rel=1e-15
    )
    assert sheet["调查年度"].to_list() == [2020] * len(rows)
