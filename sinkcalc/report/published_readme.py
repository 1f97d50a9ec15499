"""The page that lies beside published files, for whoever finds the folder."""

import textwrap
from typing import Final

from sinkcalc.report.data_package import LICENCE_EN, LICENCE_ZH, State
from sinkcalc.store.freeze import WrittenView

_WIDTH: Final = 96
_ZH: Final = """{mark}森林与湿地碳汇:发布状态 {name}
{line}

这是什么
  sinkcalc {version} 从一个数据库发布的一个状态。其中最后一次入库或计算:{event}(UTC)。
  全部数据行的 sha256:{sha256}
  {what_zh}
  文件不再变动;新的数据发布为新的状态,见上级文件夹的 index.json。

文件
  {database}  DuckDB 数据库
  parquet/  每个视图一个 Parquet 文件
  csv/      每个视图一个 CSV 文件:UTF-8,带 BOM,Excel 双击即可打开;空格为缺失
  datapackage.json  各列的类型、单位、中英文含义,各文件的大小与 sha256(Frictionless Data Package)
  SHA256SUMS  各文件的 sha256;用 sha256sum -c SHA256SUMS 检查

打开
  DuckDB  duckdb -readonly {database} "SELECT * FROM bureau.latest_estimates LIMIT 5"
  Python  duckdb.connect("{database}", read_only=True)
          或 polars.read_parquet("parquet/stands.parquet")
  Excel   csv/ 中的文件;小班号等长数字请用“数据 → 自文本”导入为文本
{restore_zh}
单位
  单位写在列名中:_ha 公顷,_m3 立方米,_t_c 吨碳,_t_co2e 吨二氧化碳当量,_fraction 0–1 的比例。
  同一列单位不同时,单位在该行的 unit 列;datapackage.json 中写作 {{unit}}。万、亩从不存储。
  碳(t C)与二氧化碳当量(t CO2e)不可相加。数值带标准误 se 与 95% 区间 ci_low、ci_high。

许可
  {licence}

视图(行数)
{views}
"""
_EN: Final = """{mark}Forest and wetland carbon sinks: published state {name}
{line}

What this is
  One state of a database, published by sinkcalc {version}. Last load or
  computation in it: {event} UTC.
  sha256 of all rows: {sha256}
  {what_en}
  The files do not change any more; new data are published as a new state, see index.json above.

Files
  {database}  DuckDB database
  parquet/  one Parquet file for each view
  csv/      one CSV file for each view: UTF-8 with a byte-order mark, so that Excel opens it with a
            double click; an empty cell is a missing figure
  datapackage.json  types, units and meanings of the columns, size and sha256 of the files
                    (Frictionless Data Package)
  SHA256SUMS  sha256 of every file; check them with sha256sum -c SHA256SUMS

How to open
  DuckDB  duckdb -readonly {database} "SELECT * FROM bureau.latest_estimates LIMIT 5"
  Python  duckdb.connect("{database}", read_only=True)
          or polars.read_parquet("parquet/stands.parquet")
  Excel   the files of csv/; import long numbers, as of stands, as text (Data, From Text)
{restore_en}
Units
  The unit is in the name of the column: _ha hectares, _m3 cubic metres, _t_c tonnes of carbon,
  _t_co2e tonnes of CO2 equivalent, _fraction a share from 0 to 1. Where rows have different units
  the unit is in the column unit of the row, which datapackage.json writes as {{unit}}.
  Carbon (t C) and CO2 equivalent (t CO2e) cannot be added. Figures come with their standard error
  se and 95 % interval ci_low, ci_high.

Licence
  {licence}

Views (rows)
{views}
"""
_WHOLE: Final = (
    "数据库文件是完整副本:所有表都在其中,包括碳汇项目台账、项目文本和地块图形。传给他人前请想好。",
    "The database file is a whole copy: every table is in it, also the ledger of carbon projects, "
    "the\n  texts of projects and the shapes of parcels. Think before you pass it on.",
)
_VIEWS: Final = (
    "只有各视图的行(含项目与台账视图),没有底层各表,因此不能用 sinkcalc restore 恢复。",
    "Only the rows of the views, those of projects and their ledger among them, and not the tables "
    "below\n  them: sinkcalc restore cannot restore from it.",
)


def _folded(text: str) -> str:
    return "\n  ".join(textwrap.wrap(text, _WIDTH))


def readme_text(state: State, written: list[WrittenView]) -> str:
    """Return the text of `README.txt`, Chinese first."""
    what_zh, what_en = _VIEWS if state.views_only else _WHOLE
    restore = "" if state.views_only else "  sinkcalc restore {0} --db NEW.duckdb --state {1}\n"
    values = {
        "name": state.name,
        "line": "=" * 60,
        "version": state.program_version,
        "event": f"{state.contents.latest_event[:16]}",
        "sha256": state.contents.sha256,
        "database": state.database,
        "what_zh": what_zh,
        "what_en": what_en,
        "restore_zh": restore.format("发布文件夹", state.name),
        "restore_en": restore.format("FOLDER", state.name),
    }
    simulated = state.contents.simulated
    views_zh = "\n".join(f"  {one.view.name}  {one.view.zh}  {one.rows}" for one in written)
    views_en = "\n".join(f"  {one.view.name}  {one.view.en}  {one.rows}" for one in written)
    zh = _ZH.format(
        mark="【模拟数据】" if simulated else "",
        licence=LICENCE_ZH.replace("。程序", "。\n  程序"),
        views=views_zh,
        **values,
    )
    en = _EN.format(
        mark="[SIMULATED] " if simulated else "",
        licence=_folded(LICENCE_EN),
        views=views_en,
        **values,
    )
    return f"{zh}\n{en}"
