"""A parameter table is what its TOML says, or it is refused."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sinkcalc.coefficients.factors import load_factors
from sinkcalc.coefficients.load import load_table, table_names
from sinkcalc.coefficients.table import PARAMETER_COLUMNS
from sinkcalc.errors import UsageProblem
from sinkcalc.resources import parameter_path


@pytest.fixture
def soil(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Put a copy of the soil table, free to be changed, in the place of the shipped one."""
    source = parameter_path("soil")
    for path in (source, source.with_suffix(".toml")):
        shutil.copy(path, tmp_path)
    monkeypatch.setattr(
        "sinkcalc.coefficients.load.parameter_path", lambda name: tmp_path / f"{name}.csv"
    )
    load_table.cache_clear()
    yield tmp_path / "soil.csv"
    load_table.cache_clear()


def test_a_changed_value_is_refused(soil: Path) -> None:
    """Soil of Masson pine 80.4 -> 81.4 t C/ha with the hash left as it was."""
    text = soil.read_text(encoding="utf-8")
    assert text.count(",80.4,") == 1
    soil.write_text(text.replace(",80.4,", ",81.4,"), encoding="utf-8")
    with pytest.raises(UsageProblem) as refused:
        load_table("soil")
    assert "soil.csv" in refused.value.en
    assert "sha256" in refused.value.en
    assert "soil.csv" in refused.value.zh


def test_line_ends_are_no_change(soil: Path) -> None:
    unix = soil.read_bytes()
    assert b"\r" not in unix
    soil.write_bytes(unix.replace(b"\n", b"\r\n"))
    table = load_table("soil")
    masson = table.rows.filter(table.rows["parameter_id"] == "soil.masson_pine.0-100")
    assert masson["value"].to_list() == [80.4]


def test_a_table_that_is_not_there_is_named(soil: Path) -> None:
    with pytest.raises(UsageProblem, match="elsewhere"):
        load_table("elsewhere")
    assert soil.is_file()


@pytest.mark.parametrize("name", table_names())
def test_every_shipped_table_is_sealed(name: str) -> None:
    table = load_table(name)
    assert len(table.sha256) == 64
    assert table.version
    assert table.title_zh
    assert table.title_en
    assert table.rows.height > 0


def test_key_columns_that_a_table_does_not_need_are_null() -> None:
    rows = load_table("dead_wood").rows
    assert set(PARAMETER_COLUMNS) <= set(rows.columns)
    assert rows["species"].null_count() == rows.height
    assert rows.schema["value"] == PARAMETER_COLUMNS["value"]


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(UsageProblem, match="fang-1999"):
        load_factors("fang-1999")
