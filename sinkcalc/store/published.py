"""What is handed over of a database: the views of the schema `bureau`, as its catalogue says."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import duckdb

from sinkcalc.store.column_units import column_unit
from sinkcalc.store.views import SCHEMA


class PublishedColumn(NamedTuple):
    """A column of a view: DuckDB type, unit by `column_unit`, meaning in Chinese and English."""

    name: str
    kind: str
    unit: str
    zh: str
    en: str


class PublishedView(NamedTuple):
    """A view, its columns in order, and the columns that order its rows and tell them apart."""

    name: str
    zh: str
    en: str
    columns: list[PublishedColumn]
    keys: list[str]


# views whose rows are known by these columns
_OWN_KEYS: Final = {
    "stands": ("survey", "stand_id"),
    "plots": ("survey", "plot_id"),
    "trees": ("survey", "plot_id", "tree_id"),
    "wetlands": ("survey", "wetland_id"),
    "cores": ("survey", "core_id", "depth_top_cm"),
    "surveys": ("survey", "kind"),
    "runs": ("run_id",),
    "loads": ("load_id",),
    "load_files": ("load_id", "source_file", "layer"),
    "projects": ("project_id", "version"),
    "project_parcels": ("project_id", "version", "parcel_id"),
    "project_ledger": ("entry_no",),
    "change_causes": ("result_id", "place", "variable"),
    "rejected_rows": ("load_id", "source_file", "source_row", "column_name", "rule"),
}
# of results that a command stored row by row, in the order in which it printed them
_PLACED: Final = {"result_id", "place"}
# columns that tell rows apart in any other view, as far as it has them, in the order of sorting
_KEYS: Final = (
    *("result_id", "forecast_id", "run_id", "calibration_id", "controls_id", "load_id"),
    *("project_id", "version", "entry_no", "parcel_id", "period", "vintage"),
    *("kind", "table_name", "target_id", "indicator", "scenario", "method", "by_keys"),
    *("survey", "survey_from", "survey_to", "plot_survey", "inventory_year", "year"),
    *("region_code", "stand_id", "plot_id", "tree_id", "wetland_id", "core_id", "farmland_id"),
    *(
        "vegetation_class",
        "farmland_use",
        "species",
        "species_group",
        "origin",
        "age_group",
        "forest_category",
    ),
    *("wetland_class", "land", "class_from", "class_to", "event", "protection_form", "basis"),
    *(
        "category",
        "quantity",
        "pool",
        "gas",
        "source",
        "unit",
        "depth_cm",
        "estimator",
        "stat",
        "variable",
    ),
    *("domain", "parameter_id", "symbol", "rule", "flag", "column_name", "outcome"),
)


def published_views(con: duckdb.DuckDBPyConnection) -> list[PublishedView]:
    """Return the views of the schema `bureau` by name, with their columns and keys."""
    titles = con.execute(
        "SELECT view_name, comment FROM duckdb_views() "
        "WHERE schema_name = ? AND database_name = current_database() ORDER BY view_name",
        [SCHEMA],
    ).fetchall()
    columns = con.execute(
        "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() "
        "WHERE schema_name = ? AND database_name = current_database() "
        "ORDER BY table_name, column_index",
        [SCHEMA],
    ).fetchall()
    out = []
    for view, title in titles:
        own = [row[1:] for row in columns if row[0] == view]
        zh, en = _both(title, view)
        names = [name for name, _, _ in own]
        listed = list(_columns(own, names))
        out.append(PublishedView(view, zh, en, listed, _keys(view, names)))
    return out


def ordered_columns(view: PublishedView) -> list[str]:
    """Return all columns of a view, those by which rows are ordered first: a total order."""
    return [*view.keys, *(c.name for c in view.columns if c.name not in view.keys)]


def _columns(rows: list[tuple[str, str, str]], names: list[str]) -> Iterator[PublishedColumn]:
    for name, kind, comment in rows:
        zh, en = _both(comment, name)
        yield PublishedColumn(name, kind, column_unit(name, kind, names), zh, en)


def _both(comment: str | None, name: str) -> tuple[str, str]:
    """Return the two languages of a comment; the name where there is none."""
    zh, _, en = (comment or name).partition(" · ")
    return zh, en or zh


def _keys(view: str, names: list[str]) -> list[str]:
    if view not in _OWN_KEYS and set(names) >= _PLACED:
        return sorted(_PLACED, reverse=True)
    keys = [key for key in _OWN_KEYS.get(view, _KEYS) if key in names]
    return keys or names[:1]
