"""What a published view is in PostgreSQL: a table, its types, comments, key and indexes."""

import re
from typing import Final, NamedTuple

from sinkcalc.store.published import PublishedColumn, PublishedView

# as PostgreSQL's format_type() writes them, so that what is there can be compared
_TYPES: Final = {
    "BOOLEAN": "boolean",
    "TINYINT": "smallint",
    "SMALLINT": "smallint",
    "UTINYINT": "smallint",
    "INTEGER": "integer",
    "USMALLINT": "integer",
    "BIGINT": "bigint",
    "UINTEGER": "bigint",
    "UBIGINT": "numeric(20,0)",
    "HUGEINT": "numeric(39,0)",
    "UHUGEINT": "numeric(39,0)",
    "FLOAT": "real",
    "DOUBLE": "double precision",
    "DATE": "date",
    "TIMESTAMP": "timestamp without time zone",
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
}
_DECIMAL: Final = re.compile(r"DECIMAL\((\d+),(\d+)\)")
# what analysts select and join by
_INDEXED: Final = (
    *("survey", "survey_from", "survey_to", "region_code", "run_id", "result_id", "load_id"),
    *("stand_id", "plot_id", "wetland_id", "core_id", "project_id", "quantity", "target_id"),
)
# no table has more key columns in PostgreSQL
_MOST_KEYS: Final = 32


class Column(NamedTuple):
    """A column of a table: type as PostgreSQL writes it, unit, meaning in two languages."""

    name: str
    type: str
    unit: str
    zh: str
    en: str

    @property
    def comment(self) -> str:
        """Meaning in both languages with the unit."""
        text = f"{self.zh} · {self.en}"
        told = not self.unit or f"({self.unit})" in text
        return text if told else f"{text} [{self.unit}]"


class Table(NamedTuple):
    """A table: `key` is empty where the rows have no unique key without nulls."""

    name: str
    comment: str
    columns: list[Column]
    key: list[str]
    indexed: list[str]


# types of DuckDB, without their sizes, that Arrow writes as PostgreSQL reads them; DuckDB's own
# text of the others is what PostgreSQL reads or keeps
KEPT: Final = frozenset({*_TYPES, "DECIMAL", "VARCHAR"}) - {
    "HUGEINT",
    "UHUGEINT",
    "TIMESTAMP WITH TIME ZONE",
}


def table_of(view: PublishedView, unique: bool) -> Table:
    """Return the table of a view.

    Parameters
    ----------
    unique
        Whether the keys of the view are unique and never null.
    """
    columns = [Column(c.name, _type_of(c), c.unit, c.zh, c.en) for c in view.columns]
    key = view.keys if unique and len(view.keys) <= _MOST_KEYS else []
    indexed = [c.name for c in columns if c.name in _INDEXED and c.name not in key[:1]]
    return Table(view.name, f"{view.zh} · {view.en}", columns, list(key), indexed)


def _type_of(column: PublishedColumn) -> str:
    decimal = _DECIMAL.fullmatch(column.kind)
    if decimal:
        return f"numeric({decimal[1]},{decimal[2]})"
    return _TYPES.get(column.kind, "text")


_TABLE_WORDS: Final = {
    "table_name": ("表名", "table"),
    "column_name": ("列名", "column"),
    "position": ("次序", "order"),
    "type": ("类型", "type"),
    "unit": ("单位", "unit"),
    "zh": ("中文含义", "meaning in Chinese"),
    "en": ("英文含义", "meaning in English"),
}
_STATE_WORDS: Final = {
    "rows_sha256": ("全部数据行的 sha256", "sha256 of all rows"),
    "program_version": ("程序版本", "version of the program"),
    "schema_version": ("数据库结构版本", "version of the database schema"),
    "published_at": ("最后一次入库或计算的时间", "time of the latest load or computation"),
    "simulated": ("是否含模拟数据", "whether any data is simulated"),
}
_OTHER_TYPES: Final = {
    "position": "integer",
    "schema_version": "integer",
    "published_at": "timestamp without time zone",
    "simulated": "boolean",
}


def _own_table(name: str, comment: str, words: dict[str, tuple[str, str]], key: list[str]) -> Table:
    columns = [
        Column(column, _OTHER_TYPES.get(column, "text"), "", zh, en)
        for column, (zh, en) in words.items()
    ]
    return Table(name, comment, columns, key, [])


STATE_TABLE: Final = _own_table(
    "sinkcalc_state",
    "sinkcalc 发布的状态(一行) · the state that sinkcalc published, one row",
    _STATE_WORDS,
    [],
)
COLUMNS_TABLE: Final = _own_table(
    "sinkcalc_columns",
    "sinkcalc 发布的表与列 · tables and columns that sinkcalc published",
    _TABLE_WORDS,
    ["table_name", "column_name"],
)
