"""Tables of coefficients that a user brings."""

from pathlib import Path

import pytest
from plots_and_trees import trees

from sinkcalc.coefficients.trees import load_tree_models
from sinkcalc.errors import UsageProblem
from sinkcalc.models.stem_volume import with_stem_volume
from sinkcalc.models.tree_biomass import with_tree_biomass

FACTORS = "species_code,species_group,wood_density,bef,root_shoot_ratio,carbon_fraction\n"


def _write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "own.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_factors_by_code_go_before_factors_by_group(tmp_path: Path) -> None:
    """0.1 m3: of the code 0.1·0.5·2·1000 = 100 kg above; of the group 0.1·0.4·1.5·1000 = 60 kg."""
    path = _write(tmp_path, FACTORS + "红松,,0.5,2,0.25,0.5\n,masson_pine,0.4,1.5,0,0.4\n")
    models = load_tree_models("volume-bef", own_factors=path)
    tree = {"species": "masson_pine", "volume_m3": 0.1}
    listed = trees(tree | {"species_code": "红松"}, tree, {"species": "oak", "volume_m3": 0.1})
    found = with_tree_biomass(with_stem_volume(listed, models), models).collect()
    assert found["above_ground_kg"].to_list()[:2] == pytest.approx([100.0, 60.0], rel=1e-12)
    assert found["below_ground_kg"].to_list()[:2] == pytest.approx([25.0, 0.0], rel=1e-12)
    assert found["carbon_t"].to_list()[:2] == pytest.approx([0.0625, 0.024], rel=1e-12)
    assert found["biomass_rows"].to_list() == ["own.红松", "own.masson_pine", None]
    assert not found["carbon_recalled"].any()


def test_a_file_of_the_bureau_is_read(tmp_path: Path) -> None:
    """GB18030 as a Chinese spreadsheet saves it, spaces around the names."""
    head = " species_code ,wood_density,bef,root_shoot_ratio,carbon_fraction\n"
    text = head + "马尾松, 0.4,1.5,0.2,0.5\n"
    models = load_tree_models("volume-bef", own_factors=_write(tmp_path, text, "gb18030"))
    assert models.by_code is not None
    assert models.by_code["biomass_rows"].to_list() == ["own.马尾松"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("species_code,wood_density,bef,root_shoot_ratio\n1,0.4,1.5,0.2\n", "carbon_fraction"),
        ("wood_density,bef,root_shoot_ratio,carbon_fraction\n0.4,1.5,0.2,0.5\n", "species_code"),
        (FACTORS + "1,,0.4,1.5,0.2,0.5\n2,,0.4,x,0.2,0.5\n", "row 3: a factor"),
        (FACTORS + "1,,0.4,1.5,0.2,50\n", "row 2: a factor"),
        (FACTORS + "1,,0,1.5,0.2,0.5\n", "row 2: a factor"),
        (FACTORS + "1,,0.4,1.5,-0.2,0.5\n", "row 2: a factor"),
        (FACTORS + ",,0.4,1.5,0.2,0.5\n", "row 2: fill one key"),
        (FACTORS + "1,oak,0.4,1.5,0.2,0.5\n", "row 2: fill one key"),
        (FACTORS + "1,,0.4,1.5,0.2,0.5\n1,,0.5,1.5,0.2,0.5\n", "row 2, 3: the code"),
        (FACTORS + ",oaks,0.4,1.5,0.2,0.5\n", "row 2: the species group"),
        ("", "no readable CSV"),
    ],
)
def test_factors_that_cannot_be_used(tmp_path: Path, text: str, says: str) -> None:
    path = _write(tmp_path, text)
    with pytest.raises(UsageProblem, match=says) as refused:
        load_tree_models("volume-bef", own_factors=path)
    assert str(path) in refused.value.zh


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="nowhere"):
        load_tree_models("volume-bef", own_factors=tmp_path / "nowhere.csv")


def test_factors_belong_to_volume_bef(tmp_path: Path) -> None:
    path = _write(tmp_path, FACTORS + "1,,0.4,1.5,0.2,0.5\n")
    with pytest.raises(UsageProblem, match="choose volume-bef"):
        load_tree_models("yuan-2009", own_factors=path)
    with pytest.raises(UsageProblem, match="yuan-2009"):
        load_tree_models("yuan-2010")


VOLUME = "species,species_group,symbol,value\n"
ONE_WAY = ",oak,one_way_a,0.0002\n,oak,one_way_b,2.3\n"


def test_a_one_way_table_serves_what_has_no_height(tmp_path: Path) -> None:
    """Oak: 0.0002·20^2.3 = 0.19652 m3; the own table takes the place of the shipped one."""
    two_way = "".join(
        f"oak,,two_way_{letter},{value}\n"
        for letter, value in zip("abc", (5e-5, 2, 1), strict=True)
    )
    models = load_tree_models(own_volume=_write(tmp_path, VOLUME + ONE_WAY + two_way))
    oak = {"species": "oak", "dbh_cm": 20}
    listed = trees(
        oak, oak | {"height_m": 10}, oak | {"volume_m3": 0.3}, {"species": "poplar"} | oak
    )
    fir = trees({"species": "chinese_fir", "dbh_cm": 20, "height_m": 10})
    found = with_stem_volume(listed, models).collect()
    assert found["volume_model"].to_list() == ["one_way", "two_way", "given", "one_way"]
    assert found["stem_volume_m3"].to_list()[:3] == pytest.approx([0.19652, 0.2, 0.3], abs=5e-6)
    assert found["volume_rows"][0] == "own.oak.one_way_a; own.oak.one_way_b"
    assert not found["volume_recalled"].any()
    assert with_stem_volume(fir, models).collect()["volume_model"].to_list() == ["none"]


def test_a_table_without_species_serves_all_trees(tmp_path: Path) -> None:
    """But bamboo: 0.0001·10² = 0.01 m3."""
    path = _write(tmp_path, "symbol,value\none_way_a,0.0001\none_way_b,2\n")
    listed = trees(*({"species": s, "dbh_cm": 10} for s in ("oak", None, "moso_bamboo")))
    found = with_stem_volume(listed, load_tree_models(own_volume=path)).collect()
    assert found["volume_model"].to_list() == ["one_way", "one_way", "none"]
    assert found["stem_volume_m3"].to_list()[:2] == pytest.approx([0.01, 0.01], rel=1e-12)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (",oak,one_way_a,0.0002\n", "needs one_way_a, one_way_b"),
        (ONE_WAY + ",oak,one_way_b,2.4\n", "needs one_way_a, one_way_b"),
        (ONE_WAY + ",oak,three_way,2.4\n", "symbol or value"),
        (",oak,one_way_a,-1\n,oak,one_way_b,2.3\n", "row 2: symbol or value"),
        ("oaks,,one_way_a,0.0002\noaks,,one_way_b,2.3\n", "row 2, 3: the species"),
        (",oaks,one_way_a,0.0002\n,oaks,one_way_b,2.3\n", "row 2, 3: the species group"),
        ("oak,oak,one_way_a,0.0002\noak,oak,one_way_b,2.3\n", "row 2, 3: fill species or"),
    ],
)
def test_volume_models_that_cannot_be_used(tmp_path: Path, rows: str, says: str) -> None:
    with pytest.raises(UsageProblem, match=says):
        load_tree_models(own_volume=_write(tmp_path, VOLUME + rows))


def test_own_factors_on_a_recalled_volume_are_recalled(tmp_path: Path) -> None:
    """The volume of Masson pine is from a recalled table, that of a fir from one that was read."""
    path = _write(tmp_path, FACTORS + ",masson_pine,0.4,1.5,0,0.4\n,chinese_fir,0.3,1.5,0,0.4\n")
    models = load_tree_models("volume-bef", own_factors=path)
    size = {"dbh_cm": 20, "height_m": 12}
    pine = {"species": "masson_pine", **size}
    listed = trees(pine, {"species": "chinese_fir", **size}, pine | {"volume_m3": 0.2})
    found = with_tree_biomass(with_stem_volume(listed, models), models).collect()
    for flag in ("biomass_recalled", "carbon_recalled"):
        assert found[flag].to_list() == [True, False, False]


def test_tables_behind_a_set_are_named(tmp_path: Path) -> None:
    assert load_tree_models().tables == ("stem_volume", "tree_models", "carbon_fraction", "species")
    factors = _write(tmp_path, FACTORS + "1,,0.4,1.5,0.2,0.5\n")
    own = load_tree_models("volume-bef", own_factors=factors)
    assert own.tables == ("stem_volume", "species")
    volume = tmp_path / "volume.csv"
    volume.write_text(VOLUME + ONE_WAY, encoding="utf-8")
    assert load_tree_models("volume-bef", volume, factors).tables == ("species",)
