"""A carbon project on bare land of the simulated city: its parcels and its project file."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

PROJECT_FILE: Final = "ccer-project.toml"
PARCELS_FILE: Final = "ccer-parcels.csv"
# parcels of the project; the last two are not eligible: one lacks its title, one was farmed
_PARCELS: Final = 10
_STRATA: Final = ("C1", "C2", "C3")
_PLANTED: Final = {"C1": "杉木", "C2": "木荷", "C3": "杉木:0.6+木荷:0.4"}
_DENSITY: Final = {"C1": 110, "C2": 90, "C3": 100}
# of a stand that its parcels take at most
_SHARE: Final = 0.9
_LARGEST_HA: Final = 15.0
_START: Final = "2024-03-01"

_TEXT: Final = """\
# 模拟数据:演示用的造林碳汇项目,地块取自模拟城市 {survey} 年的无林地小班
# simulated: an afforestation project on land without forest of the simulated city

[project]
name = "模拟造林碳汇项目(演示)"
id = "demo-afforestation"
owner = "模拟业主"
methodology = "CCER-14-001-V01"
start = {start}
crediting_start = {start}
crediting_years = 40

[parcels]
file = "{parcels}"

# 杉木纯林:模拟的生长表 · pure Chinese fir: a simulated growth table
[strata.C1]
species = "杉木"
planted = 2024
density_per_mu = 110
management = "抚育间伐"
curve = "table"
curve_name = "模拟杉木"

[[strata.C1.thinnings]]
year = 2039
fraction = 0.2

[[strata.C1.thinnings]]
year = 2049
fraction = 0.25

[strata.C1.baseline]
shrub_cover = [[2024, 0.10], [2034, 0.20]]

# 木荷纯林:模拟的生长表 · pure schima: a simulated growth table
[strata.C2]
species = "木荷"
planted = 2024
density_per_mu = 90
management = "近自然经营"
curve = "table"
curve_name = "模拟木荷"

[strata.C2.baseline]
shrub_cover = [[2024, 0.10], [2034, 0.20]]

# 混交林,晚栽一年;木荷用库中全部林分拟合的曲线(杉木人工林拟合的曲线在 10 年生以前几乎为零)
# mixed, planted a year later; for schima the curve fitted to all stands of the database (the one
# fitted to planted Chinese fir is nearly nothing up to an age of 10)
[strata.C3]
planted = 2025
density_per_mu = 100
management = "块状混交"
components = [
  {{ species = "杉木", share = 0.6, curve = "table", curve_name = "模拟杉木" }},
  {{ species = "木荷", share = 0.4, curve = "calibrated", curve_name = "all" }},
]

[[strata.C3.thinnings]]
year = 2042
fraction = 0.15

[strata.C3.baseline]
shrub_cover = [[2024, 0.10], [2034, 0.20]]

[pools]
dead_wood = false

# 林龄(年)与蓄积(m3/ha),模拟值 · age and growing stock, simulated
[tables."模拟杉木"]
source = "模拟城市"
locator = "杉木生长表(模拟)"
points = [[5, 8], [10, 38], [15, 76], [20, 106], [25, 126], [30, 138], [35, 145], [40, 149]]

[tables."模拟木荷"]
source = "模拟城市"
locator = "木荷生长表(模拟)"
points = [[5, 6], [10, 32], [15, 68], [20, 102], [25, 131], [30, 154], [35, 172], [40, 186]]

# 相对标准误 · relative standard errors
[errors]
area = 0.01

[errors.tables]
"模拟杉木" = 0.15
"模拟木荷" = 0.15

[parameters]
forest_biomass = {{ value = {forest_biomass}, source = "模拟城市 {survey} 年估算", \
locator = "森林地上生物量 / 森林面积", relative_se = 0.1 }}

# 预计的样地碳密度,t C/ha,模拟值 · expected carbon of plots, simulated
[sampling]
plot_area_m2 = 667
C1 = {{ mean = 55, cv = 0.35 }}
C2 = {{ mean = 60, cv = 0.40 }}
C3 = {{ mean = 50, cv = 0.45, cost = 1.2 }}
"""


@dataclass(frozen=True)
class BareLand:
    """What the simulated city gives a project.

    Attributes
    ----------
    survey
        Survey of the stands.
    stands
        `stand_id`, `region_code`, `township`, `area_ha` of stands without forest.
    forest_biomass_t_per_ha
        Mean above-ground biomass of the city's forest.
    """

    survey: int
    stands: pl.DataFrame
    forest_biomass_t_per_ha: float


def write_project(directory: Path, land: BareLand) -> Path:
    """Write the project file and its parcels; return the project file.

    A parcel is a part of a stand; several lie in one stand where the city has few.
    """
    (directory / PARCELS_FILE).write_bytes(_parcels(land).encode())
    path = directory / PROJECT_FILE
    text = _TEXT.format(
        survey=land.survey,
        start=_START,
        parcels=PARCELS_FILE,
        forest_biomass=round(land.forest_biomass_t_per_ha, 1),
    )
    path.write_bytes(text.encode())
    return path


def _parcels(land: BareLand) -> str:
    buffer = io.StringIO(newline="")
    rows = [_parcel(land, number) for number in range(_PARCELS)]
    writer = csv.DictWriter(buffer, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def _parcel(land: BareLand, number: int) -> dict[str, object]:
    stand = land.stands.row(number % land.stands.height, named=True)
    stratum = _STRATA[number % len(_STRATA)]
    together = -(-_PARCELS // land.stands.height)
    area = round(min(stand["area_ha"] * _SHARE / together, _LARGEST_HA) * (1 + number % 2) / 2, 2)
    lacks_title, was_farmed = number == _PARCELS - 2, number == _PARCELS - 1
    return {
        "地块编号": f"P{number + 1:02d}",
        "碳层": stratum,
        "县代码": stand["region_code"],
        "乡镇": stand["township"],
        "小班": stand["stand_id"],
        "面积(ha)": area,
        "连续面积(ha)": area,
        "权属证类型": "林权证(模拟)",
        "权属证号": "" if lacks_title else f"模拟-{number + 1:04d}",
        "造林前地类": "宜林荒山荒地",
        "无林年数": land.survey + 1 - 2015,
        "是否湿地": "否",
        "是否规划造林地": "是",
        "是否通道或城镇绿化": "否",
        "开工日期": _START,
        "造林类型": "乔木林",
        "移除植被比例": 0.1,
        "土壤扰动面积比例": 0.08,
        "是否移除散生木": "否",
        "是否重复扰动土壤": "否",
        "是否火烧": "否",
        "是否转移农业活动": "是" if was_farmed else "否",
        "是否在其他项目中": "否",
        "造林树种": _PLANTED[stratum],
        "造林年份": 2025 if stratum == "C3" else 2024,
        "初植密度(株/亩)": _DENSITY[stratum],
    }
