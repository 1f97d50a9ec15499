"""Statements as DuckDB's own parser reads them: what a user wrote is judged by its tree."""

import json
from collections.abc import Iterator
from typing import Any

import duckdb

Part = dict[str, Any]


class TooDeep(Exception):
    """A statement that is nested more deeply than its tree can be read."""


def syntax_tree(con: duckdb.DuckDBPyConnection, text: str) -> Part:
    """Return the tree of a text: `error`, with `error_message` and `position`, or `statements`.

    Nothing is run. Only SELECT has a tree, and what DuckDB reads as one.

    Raises
    ------
    TooDeep
        If its brackets or operators are nested too deeply.
    """
    row = con.execute("SELECT json_serialize_sql($1::VARCHAR)", [text]).fetchone()
    assert row is not None
    try:
        tree: Part = json.loads(row[0])
    except RecursionError:
        raise TooDeep from None
    return tree


def parts(tree: object) -> Iterator[Part]:
    """Yield every part of a tree, the outer before the inner."""
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting.extend(reversed(list(part.values())))
        elif isinstance(part, list):
            waiting.extend(reversed(part))
