"""The carbon project of the simulated city."""

from pathlib import Path

import polars as pl
import pytest

from sinkcalc.demo.ccer_project import BareLand, write_project
from sinkcalc.pipeline.ccer_parcels import read_parcels
from sinkcalc.pipeline.ccer_project import read_project


def _land(stands: int) -> BareLand:
    rows = [
        {"stand_id": f"s{n}", "region_code": "330112", "township": "330112001", "area_ha": 40.0 + n}
        for n in range(stands)
    ]
    return BareLand(2023, pl.DataFrame(rows), 43.21)


@pytest.mark.parametrize("stands", [1, 58])
def test_parcels_however_few_the_stands(tmp_path: Path, stands: int) -> None:
    """Ten parcels in three strata, none larger than its stand."""
    project = read_project(write_project(tmp_path, _land(stands)))
    frame = read_parcels(project, None).frame
    assert frame["parcel_id"].to_list() == [f"P{n:02d}" for n in range(1, 11)]
    assert set(frame["stratum"]) == {stratum.stratum for stratum in project.strata}
    of_stand = frame.group_by("stand_id").agg(pl.col("area_ha").sum())
    joined = of_stand.join(_land(stands).stands, on="stand_id", suffix="_stand")
    assert (joined["area_ha"] < joined["area_ha_stand"]).all()
    assert joined["area_ha"].sum() > 25
    assert frame["tenure_number"].null_count() == 1
    assert frame["displaces_agriculture"].sum() == 1


def test_everything_says_that_it_is_simulated(tmp_path: Path) -> None:
    path = write_project(tmp_path, _land(3))
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# 模拟数据")
    assert "模拟" in read_project(path).name
    parcels = (tmp_path / "ccer-parcels.csv").read_text(encoding="utf-8").splitlines()
    assert all("模拟" in line for line in parcels[1:])


def test_the_same_land_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_project(tmp_path / name, _land(5))
    for file in ("ccer-project.toml", "ccer-parcels.csv"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
