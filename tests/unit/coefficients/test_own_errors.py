"""Tables of errors that a user brings."""

from pathlib import Path

import polars as pl
import pytest

from sinkcalc.coefficients.factors import Factors
from sinkcalc.coefficients.own_tables import read_own_errors
from sinkcalc.errors import UsageProblem
from sinkcalc.uncertainty.errors import Errors, all_errors

HEAD = "match,relative_se,shared\n"


def _write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "errors.csv"
    path.write_bytes(text.encode(encoding))
    return path


def _of(errors: Errors, parameter: str) -> tuple[str, float, str, str]:
    """Return block, loading, source and basis of a parameter."""
    rows = errors.loadings.filter(pl.col("parameter_id") == parameter)
    block, loading, source, basis = rows.select("block", "loading", "source", "basis").row(0)
    assert rows.height == 1
    return block, loading, source, basis


def test_fractions_and_percentages(tmp_path: Path) -> None:
    """0.05 and 5 % are one figure; shared unless it says false, in any case of letters."""
    text = "carbon-fraction.,0.05,\nsoil.,5%,FALSE\nbamboo., 12.5 % ,True\ndead-wood.,3％,true\n"
    table = read_own_errors(_write(tmp_path, HEAD + text))
    assert table["relative_se"].to_list() == pytest.approx([0.05, 0.05, 0.125, 0.03])
    assert table["shared"].to_list() == [True, False, True, True]
    assert table["assumed_id"].to_list()[0] == "own.carbon-fraction."


def test_the_column_shared_may_be_absent(tmp_path: Path) -> None:
    table = read_own_errors(_write(tmp_path, "match,relative_se\nsoil.,5%\n"))
    assert table["shared"].to_list() == [True]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_files_as_spreadsheets_of_the_bureau_save_them(tmp_path: Path, encoding: str) -> None:
    """With a byte order mark, or in GB18030 with a column of remarks in Chinese."""
    text = "match,relative_se,备注\nsoil.,5%,本市样地\n"
    table = read_own_errors(_write(tmp_path, text, encoding))
    assert table.select("match", "relative_se").row(0) == ("soil.", 0.05)


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("match\nsoil.\n", "缺列 relative_se", "no column relative_se"),
        ("relative_se\n5%\n", "缺列 match", "no column match"),
        (HEAD + "soil.,much,true\n", "第 2 行:relative_se", "row 2: relative_se"),
        (HEAD + "soil.,,true\n", "第 2 行:relative_se", "row 2: relative_se"),
        (HEAD + "bef.,5%,true\nsoil.,-0.1,true\n", "第 3 行:relative_se", "row 3: relative_se"),
        (HEAD + "soil.,300%,true\n", "第 2 行:relative_se", "row 2: relative_se"),
        (HEAD + "soil.,nan,true\n", "第 2 行:relative_se", "row 2: relative_se"),
        (HEAD + "soil.,inf,true\n", "第 2 行:relative_se", "row 2: relative_se"),
        (HEAD + "soil.,5%,maybe\n", "第 2 行:shared", "row 2: shared"),
        (HEAD + "soul.,5%,true\n", "第 2 行:match 不对应", "row 2: match fits no"),
        (HEAD + "measurement.volumes.2020,5%,true\n", "match 不对应", "match fits no"),
        (HEAD + "measurement.volume.soon,5%,true\n", "match 不对应", "match fits no"),
        (HEAD + ",5%,true\n", "第 2 行:match 不对应", "row 2: match fits no"),
        (HEAD + "soil.,5%,true\nsoil.,6%,true\n", "第 2, 3 行:match 重复", "row 2, 3: match"),
        ("", "不是可读的 CSV", "no readable CSV"),
        (HEAD, "没有数据行", "has no rows"),
        (HEAD + "soil.,5%,true,more,and more\n", "不是可读的 CSV", "no readable CSV"),
    ],
)
def test_errors_that_cannot_be_used(tmp_path: Path, text: str, zh: str, en: str) -> None:
    """In both languages: which file, which row, what is wrong."""
    path = _write(tmp_path, text)
    with pytest.raises(UsageProblem) as refused:
        read_own_errors(path)
    assert zh in refused.value.zh
    assert en in refused.value.en
    for message in (refused.value.zh, refused.value.en):
        assert str(path) in message


def test_what_is_no_file(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.csv", tmp_path):
        with pytest.raises(UsageProblem) as refused:
            read_own_errors(path)
        assert str(path) in refused.value.en
        assert str(path) in refused.value.zh


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "errors.csv"
    path.write_bytes(bytes(range(256)) * 4)
    with pytest.raises(UsageProblem, match=r"errors\.csv"):
        read_own_errors(path)


# what a row of a user changes


def test_a_row_of_a_user_comes_before_longer_shipped_ones(tmp_path: Path, factors: Factors) -> None:
    """The shipped table has carbon-fraction.fang. and soil.cypress.0-100, longer than the user's.

    0.02 x 0.5 = 0.01 t C per t; 10 % of 98.3 t C/ha.
    """
    own = _write(tmp_path, HEAD + "carbon-fraction.,2%,true\nsoil.,10%,false\n")
    errors = all_errors(factors, 2020, own)
    block, loading, source, basis = _of(errors, "carbon-fraction.fang.arbor")
    assert (block, source, basis) == ("own.carbon-fraction.", "shared_factors", "stated")
    assert loading == pytest.approx(0.01, rel=1e-12)
    block, loading, source, _ = _of(errors, "soil.cypress.0-100")
    assert (block, source) == ("own.soil.:soil.cypress.0-100", "coefficients")
    assert loading == pytest.approx(9.83, rel=1e-12)


def test_the_longer_of_two_rows_of_a_user_holds(tmp_path: Path, factors: Factors) -> None:
    own = _write(tmp_path, HEAD + "bamboo.,10%,true\nbamboo.culm_mass,20%,true\n")
    errors = all_errors(factors, 2020, own)
    assert _of(errors, "bamboo.culm_mass")[1] == pytest.approx(0.2 * 10.44, rel=1e-12)
    assert _of(errors, "bamboo.culms_per_ha")[1] == pytest.approx(0.1 * 2474, rel=1e-12)


def test_a_row_of_a_user_comes_before_what_a_source_prints(
    tmp_path: Path, factors: Factors
) -> None:
    """Masson pine: a = 0.5034, b = 20.547 of one equation err together by 5 %."""
    own = _write(tmp_path, HEAD + "cbef-zhejiang.masson_pine.,5%,false\n")
    errors = all_errors(factors, 2020, own)
    slope, height = (_of(errors, f"cbef-zhejiang.masson_pine.{symbol}") for symbol in "ab")
    assert slope[0] == height[0] == "own.cbef-zhejiang.masson_pine.:cbef-zhejiang.masson_pine"
    assert slope[1] == pytest.approx(0.02517, rel=1e-9)
    assert height[1] == pytest.approx(1.02735, rel=1e-9)
    assert slope[2:] == ("coefficients", "stated")
    other = all_errors(factors, 2020).loadings
    fir = pl.col("parameter_id").str.starts_with("cbef-zhejiang.chinese_fir.")
    assert errors.loadings.filter(fir).equals(other.filter(fir))


def test_measurements_of_one_survey(tmp_path: Path, factors: Factors) -> None:
    """A row with a year speaks of that survey; one without, of all others."""
    own = _write(tmp_path, HEAD + "measurement.volume.2020,3%,true\nmeasurement.area,1%,true\n")
    volumes = {}
    for year in (2015, 2020, 2023):
        errors = all_errors(factors, year, own)
        block, volumes[year], source, basis = _of(errors, "measurement.volume")
        assert (block, source) == (f"measurement.volume.{year}", "volume_measurement")
        assert basis == ("stated" if year == 2020 else "assumed")
        block, area, source, basis = _of(errors, "measurement.area")
        assert (block, area) == (f"measurement.area.{year}", 0.01)
        assert (source, basis) == ("area_measurement", "stated")
    assert volumes == {2015: 0.059, 2020: 0.03, 2023: 0.059}


def test_one_row_for_all_measurements_is_booked_with_each(tmp_path: Path, factors: Factors) -> None:
    """Three errors, each survey's own, in three sources."""
    errors = all_errors(factors, 2020, _write(tmp_path, HEAD + "measurement.,4%,true\n"))
    found = {name: _of(errors, f"measurement.{name}") for name in ("volume", "area", "culms")}
    assert {source for _, _, source, _ in found.values()} == {
        *("volume_measurement", "area_measurement", "culm_measurement")
    }
    assert len({block for block, *_ in found.values()}) == 3


def test_spreads_of_stands(tmp_path: Path, factors: Factors) -> None:
    """A relative spread of the parameter's value; it replaces a printed one, and is a residual."""
    own = _write(tmp_path, HEAD + "residual.forest-floor.,20%,true\nresidual.dead-wood.,50%,true\n")
    spreads = {
        name: (spread, source)
        for name, spread, source in all_errors(factors, 2020, own).spreads.iter_rows()
    }
    litter = spreads["forest-floor.masson_pine.litter"]
    assert litter == (pytest.approx(0.2 * 2.00), "residual")
    assert spreads["dead-wood.all"] == (pytest.approx(0.5 * 1.38), "residual")
    assert spreads["soil.masson_pine.0-100"][0] == pytest.approx(44.30, rel=1e-5)


def test_every_parameter_has_one_error_and_one_spread(tmp_path: Path, factors: Factors) -> None:
    text = "measurement.volume,5%,true\nresidual.soil.,9%,true\nbef.,9%,false\nbef.oak,3%,true\n"
    for own in (None, _write(tmp_path, HEAD + text)):
        errors = all_errors(factors, 2020, own)
        keys = ["parameter_id", "block", "factor"]
        assert errors.loadings.select(keys).is_duplicated().sum() == 0
        blocks = errors.loadings.group_by("parameter_id").agg(pl.col("block").n_unique())
        assert blocks["block"].max() == 1
        assert errors.spreads["parameter_id"].is_duplicated().sum() == 0
