"""What is told of SQL that is refused, is wrong, or takes too long or too much."""

import json
import re
from typing import Any

import duckdb

from sinkcalc.errors import SinkcalcError, UsageProblem

# errors of the text itself, seen before anything is computed
_WRITTEN = ("Parser", "Binder", "Catalog", "Syntax", "Not implemented")
# what tells a user the names that there are
LIST = 'sinkcalc query sql "SHOW TABLES FROM bureau"'


def refused(zh: str, en: str) -> UsageProblem:
    """Return the refusal of a statement, with what may be asked instead."""
    return UsageProblem(
        zh=f"SQL 被拒绝:{zh}。只运行一条只读语句(SELECT、FROM、WITH、VALUES、DESCRIBE、"
        "SHOW TABLES、SUMMARIZE),只读本数据库的表和视图,不涉及文件、网络、扩展与设置;"
        "见 docs/queries.zh.md",
        en=f"the SQL is refused: {en}. One statement that reads is run (SELECT, FROM, WITH, "
        "VALUES, DESCRIBE, SHOW TABLES, SUMMARIZE), over tables and views of this database, "
        "without files, networks, extensions and settings; see docs/queries.md",
    )


def too_deep() -> UsageProblem:
    """Return the refusal of a statement that is nested too deeply to be judged."""
    return refused(
        "嵌套太深;请用 WITH 分成几步",
        "it is nested too deeply; write it in steps, using WITH",
    )


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether a statement ended for want of memory."""
    kinds = (duckdb.OutOfMemoryException, MemoryError)
    return isinstance(error, kinds) or _told(error)[0] == "Out of Memory"


def said_by_duckdb(error: BaseException, text: str, before: int = 0) -> SinkcalcError:
    """Return an error of DuckDB in a frame of both languages, with its place in the text.

    Parameters
    ----------
    before
        Bytes that stood before the text when it was run.
    """
    kind, found = _told(error)
    said = str(found.get("exception_message", error)).strip()
    first, *more = said.splitlines() or [kind]
    # names that may be meant
    first = " ".join([first, *(line for line in more if line.startswith(("Did", "Candidate")))])
    place_zh, place_en = _place(text, found.get("position"), before)
    hint_zh, hint_en = _hint(first)
    if kind not in _WRITTEN:
        return SinkcalcError(
            zh=f"SQL 运行出错{place_zh}:{first}", en=f"the SQL failed{place_en}: {first}"
        )
    return UsageProblem(
        zh=f"SQL 写法有误{place_zh}:{hint_zh}{first}(表和视图:{LIST})",
        en=f"error in the SQL{place_en}: {hint_en}{first} (tables and views: {LIST})",
    )


def took_too_long(seconds: float) -> SinkcalcError:
    """Return the error of a statement over its time."""
    return SinkcalcError(
        zh=f"SQL 运行超过 {seconds:g} 秒,已中断。缩小查询(WHERE、连接条件、LIMIT),"
        "或用 --max-seconds 放宽",
        en=f"the SQL ran for more than {seconds:g} seconds and was stopped. Ask for less (WHERE, "
        "conditions of joins, LIMIT), or allow more with --max-seconds",
    )


def took_too_much(limit: str) -> SinkcalcError:
    """Return the error of a statement over its memory."""
    return SinkcalcError(
        zh=f"SQL 需要的内存超过 {limit},已停止。缩小查询(WHERE、较少的列、先汇总),"
        "或用 --max-memory 放宽",
        en=f"the SQL needs more memory than {limit} and was stopped. Ask for less (WHERE, fewer "
        "columns, sums), or allow more with --max-memory",
    )


def _hint(said: str) -> tuple[str, str]:
    """Return in both languages what the commonest errors ask for; empty at others."""
    column = re.match(r'Referenced column "(.*?)" (?:was )?not found', said)
    if column and not column[1].isascii():
        return (
            "列名是英文(DESCRIBE 视图 列出);文字写在英文单引号中,如 '西湖区';逗号、引号用半角。",
            "columns have English names (DESCRIBE view lists them), a text stands in single "
            "quotes, as '西湖区', commas and quotes are ASCII. ",
        )
    if column:
        return f"没有列 {column[1]}。", ""
    if "unterminated quoted" in said:
        return "引号没有成对。", ""
    if "GROUP BY clause" in said:
        return "未汇总的列要写进 GROUP BY(或写 GROUP BY ALL)。", "or write GROUP BY ALL: "
    return ("语法错误。", "") if "syntax error" in said else ("", "")


def _told(error: BaseException) -> tuple[str, dict[str, Any]]:
    """Return kind and parts of an error that DuckDB told as JSON."""
    text = str(error)
    try:
        found = json.loads(text[text.index("{") :])
        return str(found["exception_type"]), found
    except (ValueError, KeyError, TypeError):
        kind = re.match(r"(\w[\w ]*) Error: ", text)
        return (kind[1] if kind else "", {"exception_message": text})


def _place(text: str, position: str | None, before: int) -> tuple[str, str]:
    if position is None or not position.isdigit() or int(position) < before:
        return "", ""
    passed = text.encode()[: int(position) - before].decode(errors="ignore")
    line, column = passed.count("\n") + 1, len(passed) - passed.rfind("\n")
    return f"(第 {line} 行第 {column} 个字符)", f" (line {line}, character {column})"
