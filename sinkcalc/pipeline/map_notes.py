"""What map layers have in common: styles of densities, and what is told of geometries."""

from typing import Final

import polars as pl

from sinkcalc.pipeline.boundaries import Note
from sinkcalc.report.map_styles import Graduated, Style, breaks_of

_STYLES: Final = {
    "vegetation_carbon_t_per_ha": (
        "植被碳密度 · vegetation",
        "植被碳密度,t C/ha · vegetation carbon density, t C/ha",
    ),
    "total_carbon_t_per_ha": (
        "总碳密度 · all pools",
        "全部碳库(植被、枯死木、枯落物、土壤)碳密度,t C/ha · carbon density of all pools, t C/ha",
    ),
}


def no_system(number: int, zh: str, en: str) -> Note:
    """Tell geometries that have no place."""
    return (
        f"{number} 个{zh}图形没有坐标系,或坐标与坐标系不符,未画;补上 .prj 后重新入库",
        f"{number} geometries of {en} have no coordinate system, or coordinates that do not fit "
        "it, and are not drawn; add the .prj and load again",
    )


def density_styles(rows: pl.DataFrame, outline_mm: str, *, labelled: bool) -> list[Style]:
    """Return the styles that shade the densities of a layer, that of vegetation first.

    Parameters
    ----------
    labelled
        Whether names and figures are written on the polygons.
    """
    return [
        Style(
            name,
            Graduated(column, breaks_of(rows[column].drop_nulls().to_list()), title, "t C/ha"),
            f'"region_name" || \'\\n\' || format_number("{column}", 1)' if labelled else None,
            outline_mm,
        )
        for column, (name, title) in _STYLES.items()
    ]
