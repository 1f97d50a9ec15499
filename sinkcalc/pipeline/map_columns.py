"""Columns of map layers: what is taken from the views, what they are called."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from sinkcalc.coefficients.load import load_table
from sinkcalc.vocabulary import WETLAND_CLASSES

STAND_COLUMNS: Final = (
    "survey",
    "stand_id",
    "region_code",
    "region_name",
    "township_code",
    "vegetation_class",
    "vegetation_class_zh",
    "species",
    "species_zh",
    "origin",
    "origin_zh",
    "age_group",
    "age_group_zh",
    "forest_category",
    "forest_category_zh",
    "age_years",
    "area_ha",
    "volume_m3",
    "volume_m3_per_ha",
    "culms",
    "canopy_cover_fraction",
    "dbh_cm",
    "height_m",
    "record_year",
    "definition",
    "simulated",
)
WETLAND_COLUMNS: Final = (
    "survey",
    "wetland_id",
    "region_code",
    "region_name",
    "wetland_name",
    "wetland_class",
    "wetland_class_zh",
    "area_ha",
    "in_plan_list",
    "protection_form",
    "protection_form_zh",
    "protected_area_name",
    "vegetation",
    "vegetated_area_ha",
    "year_flooded",
    "record_year",
    "definition",
    "simulated",
)
# Paul Tol's schemes muted, light and dark, which keep apart for the colour-blind
WETLAND_COLOURS: Final[Mapping[str, str]] = dict(
    zip(
        WETLAND_CLASSES,
        (
            "#117733",
            "#44BB99",
            "#EEDD88",
            "#99DDFF",
            "#225522",
            "#999933",
            "#44AA99",
            "#BBCC33",
            "#DDCC77",
            "#FFAABB",
            "#663333",
            "#332288",
            "#88CCEE",
            "#77AADD",
            "#AA4499",
            "#882255",
            "#CC6677",
            "#EE8866",
        ),
        strict=True,
    )
)
_SE: Final = {
    "_se": ("标准误", "SE"),
    "_ci_low": ("置信下限", "lower bound"),
    "_ci_high": ("置信上限", "upper bound"),
}


def names_of(layer: str, columns: list[str]) -> dict[str, tuple[str, str]]:
    """Return column -> Chinese and English name, by the layer's own label or the general one.

    Raises
    ------
    KeyError
        If a column has no label.
    """
    return {column: _name(layer, column) for column in columns}


def _name(layer: str, column: str) -> tuple[str, str]:
    labels = _labels()
    for name in (f"{layer}.{column}", column):
        if name in labels:
            return labels[name]
    for suffix, (zh, en) in _SE.items():
        if column.endswith(suffix):
            of_zh, of_en = _name(layer, column.removesuffix(suffix))
            return f"{of_zh}:{zh}", f"{of_en}: {en}"
    if column.endswith("_zh"):
        zh, en = _name(layer, column.removesuffix("_zh"))
        return f"{zh}(中文)", f"{en}, in Chinese"
    raise KeyError(column)


@cache
def _labels() -> dict[str, tuple[str, str]]:
    rows = load_table("labels").rows.select("name", "zh", "en").iter_rows()
    return {name: (zh, en) for name, zh, en in rows}


@cache
def words() -> dict[str, tuple[str, str]]:
    """Return word -> Chinese and English."""
    rows = load_table("words").rows.select("word", "zh", "en").iter_rows()
    return {word: (zh, en) for word, zh, en in rows}
