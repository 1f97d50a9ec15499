"""The description of published files as a Frictionless Data Package, version 1."""

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from sinkcalc.store.fingerprint import Contents
from sinkcalc.store.freeze import WrittenView
from sinkcalc.store.published import PublishedColumn

_FORMAT: Final = "sinkcalc-state"
# rises when a key or a file is renamed or removed
FORMAT_VERSION: Final = 1
_TYPES: Final = {
    "VARCHAR": "string",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "datetime",
    "DOUBLE": "number",
    "FLOAT": "number",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "UBIGINT": "integer",
    "SMALLINT": "integer",
    "HUGEINT": "integer",
}
_TIME: Final = "%Y-%m-%d %H:%M:%S.%f"
LICENCE_ZH: Final = (
    "数据属于提供数据的单位,发布本身不授予任何许可;使用和转发须经数据单位同意。"
    "程序 sinkcalc 采用 MIT 许可,与数据无关。"
)
LICENCE_EN: Final = (
    "The data belong to the office that provided them, and publishing grants no licence: ask it "
    "before using them or passing them on. The MIT licence of the program sinkcalc is not one of "
    "the data."
)

Source = tuple[str, str, str | None, str | None]


class State(NamedTuple):
    """What is said of a state as a whole."""

    name: str
    contents: Contents
    program_version: str
    database: str
    views_only: bool


class FileSum(NamedTuple):
    """Size and hash of a file."""

    size: int
    sha256: str


def package_text(
    state: State,
    written: list[WrittenView],
    sources: list[Source],
    files: Mapping[str, FileSum],
) -> str:
    """Return the text of `datapackage.json`.

    Parameters
    ----------
    written
        The views with their numbers of rows.
    sources
        Id, title, DOI and address of the sources of the parameters.
    files
        Size and hash of every CSV and Parquet file, by path. The DuckDB file has other bytes each
        time it is written, so that its hash is in `SHA256SUMS` alone.
    """
    mark_zh, mark_en = ("【模拟数据】", "[SIMULATED] ") if state.contents.simulated else ("", "")
    zh, en = f"{mark_zh}森林与湿地碳汇", f"{mark_en}forest and wetland carbon sinks"
    resources = [_table(one, files) for one in written]
    resources += [_parquet(one, files) for one in written]
    resources.append(_database(state))
    package = {
        "profile": "data-package",
        "name": f"sinkcalc-{state.name}",
        "title": f"{zh} · {en}",
        "title_zh": zh,
        "title_en": en,
        "format": _FORMAT,
        "format_version": FORMAT_VERSION,
        "version": state.name,
        # of the latest stored event, which is no moment of publishing
        "created": f"{state.contents.latest_event[:19].replace(' ', 'T')}Z",
        "latest_event": state.contents.latest_event,
        "program_version": state.program_version,
        "simulated": state.contents.simulated,
        "views_only": state.views_only,
        "rows_sha256": state.contents.sha256,
        "licence_note_zh": LICENCE_ZH,
        "licence_note_en": LICENCE_EN,
        "sources": [_source(source) for source in sources],
        "resources": resources,
    }
    if not sources:
        # an empty list is no valid one
        del package["sources"]
    return json.dumps(package, ensure_ascii=False, indent=1) + "\n"


def _source(source: Source) -> dict[str, str]:
    name, title, doi, url = source
    path = f"https://doi.org/{doi}" if doi else url
    return {"title": title, "source_id": name} | ({"path": path} if path else {})


def _table(one: WrittenView, files: Mapping[str, FileSum]) -> dict[str, Any]:
    view, path = one.view, f"csv/{one.view.name}.csv"
    schema: dict[str, Any] = {"fields": [_field(column) for column in view.columns]}
    schema["missingValues"] = [""]
    if one.unique:
        schema["primaryKey"] = view.keys
    return {
        "profile": "tabular-data-resource",
        "name": view.name,
        "path": path,
        "title": f"{view.zh} · {view.en}",
        "title_zh": view.zh,
        "title_en": view.en,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "doubleQuote": True},
        "rows": one.rows,
        "sorted_by": view.keys,
        **_sum(files[path]),
        "schema": schema,
    }


def _parquet(one: WrittenView, files: Mapping[str, FileSum]) -> dict[str, Any]:
    view, path = one.view, f"parquet/{one.view.name}.parquet"
    return {
        "profile": "data-resource",
        "type": "file",
        "name": f"{view.name}.parquet",
        "path": path,
        "title": f"{view.zh} · {view.en}",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        **_sum(files[path]),
    }


def _database(state: State) -> dict[str, Any]:
    title = (
        "各视图的行 · rows of the views" if state.views_only else "全部数据 · the whole database"
    )
    return {
        "profile": "data-resource",
        "type": "file",
        "name": "database",
        "path": state.database,
        "title": title,
        "format": "duckdb",
    }


def _sum(file: FileSum) -> dict[str, Any]:
    return {"bytes": file.size, "hash": f"sha256:{file.sha256}"}


def _field(column: PublishedColumn) -> dict[str, str]:
    decimal = column.kind.startswith("DECIMAL")
    kind = "number" if decimal else _TYPES.get(column.kind, "string")
    said = {"name": column.name, "type": kind}
    if kind == "datetime":
        said["format"] = _TIME
    said |= {
        "title": f"{column.zh} · {column.en}",
        "title_zh": column.zh,
        "title_en": column.en,
        "duckdb_type": column.kind,
    }
    return said | ({"unit": column.unit} if column.unit else {})
