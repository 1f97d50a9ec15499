"""Stem volume and biomass of single trees against printed and hand-calculated figures.

Volume of Chinese fir: the printed two-way table, m3 to three decimals.

Biomass by hand, kg (D cm, H m, L m), methods of YUAN2009:

    pine D 20, H 12, L 6       stem  0.0600·12^0.7934·20^1.8005  = 0.0600·7.181·220.02  = 94.8
                               crown 0.1377·20^1.4873·6^0.4052   = 0.1377·86.11·2.067   = 24.5
                               root  0.0417·12^-0.0780·20^2.2618 = 0.0417·0.8238·876.5  = 30.1
    fir D 20, H 15, L 6        stem 63.2, crown 21.5, root 26.3
    hard broadleaf 20, 14, 7   stem 108.8, crown 33.5, root 38.7

AH2016, Masson pine D 20, H 12: D²H = 4800, ln 4800 = 8.47637

    stem   0.0337·exp(0.9551·8.47637) = 0.0337·3280.6 = 110.6
    branch 0.0360·exp(0.7948·8.47637) = 0.0360·843.1  = 30.35
    leaf   0.0016·exp(1.1007·8.47637) = 0.0016·11269  = 18.03
    root   0.0150·exp(0.8322·8.47637) = 0.0150·1157.6 = 17.36

General model, Masson pine D 20: 0.3·0.380·20^(7/3) = 0.114·1085.77 = 123.8; root ·0.187 = 23.15.
Volume: 0.2 m3 of Masson pine: stem 76, above 0.2·380·1.472 = 111.87, below 111.87·0.187 = 20.92,
carbon 132.79·0.460/1000 = 0.061084 t C.
"""

import polars as pl
import pytest
from plots_and_trees import trees

from sinkcalc.coefficients.load import all_parameters
from sinkcalc.coefficients.trees import load_tree_models
from sinkcalc.models.stem_volume import with_stem_volume
from sinkcalc.models.tree_biomass import with_tree_biomass

# 杉木立木二元材积表: height m -> volumes m3 of diameters from 4 cm on in steps of 1 cm
PRINTED = {
    3.0: "2 4 5 7 9 12 15",
    4.0: "3 5 7 9 12 15 19",
    5.0: "4 6 8 11 15 19 23",
    6.0: "4 7 10 14 18 22 27 33 39 46 53 61",
    7.5: "5 9 12 17 22 27 33 40 48 56 65 74",
    8.0: "6 9 13 18 23 29 35 43 51 59 69 79 89 101 113 125 139 153 167",
}


def test_volume_of_chinese_fir_is_that_of_the_printed_table() -> None:
    """Three decimals are printed: half of the last one, and a double's rounding."""
    printed = [
        (height, 4.0 + step, int(litres) / 1000)
        for height, column in PRINTED.items()
        for step, litres in enumerate(column.split())
    ]
    assert len(printed) == 64
    rows = [{"species": "chinese_fir", "dbh_cm": d, "height_m": h} for h, d, _ in printed]
    found = with_stem_volume(trees(*rows), load_tree_models()).collect()
    assert set(found["volume_model"]) == {"two_way"}
    assert not found["volume_recalled"].any()
    for (height, dbh, volume), value in zip(printed, found["stem_volume_m3"], strict=True):
        assert value == pytest.approx(volume, abs=0.0005 + 1e-12), (dbh, height)


# species -> D cm, H m, and the volume by the formula written out, m3
BY_FORMULA = {
    "masson_pine": (20.0, 12.0, 0.000062341803 * 20**1.8551497 * 12**0.95682492),
    "oak": (20.0, 14.0, 0.000052764291 * 20**1.8821611 * 14**1.0093166),
}


@pytest.mark.parametrize("species", BY_FORMULA)
def test_volume_from_recalled_rows_says_so(species: str) -> None:
    dbh, height, volume = BY_FORMULA[species]
    tree = trees({"species": species, "dbh_cm": dbh, "height_m": height})
    row = with_stem_volume(tree, load_tree_models()).collect().row(0, named=True)
    # the same operations in another order: some units in the last place
    assert row["stem_volume_m3"] == pytest.approx(volume, rel=1e-12)
    assert row["volume_recalled"]
    assert row["volume_rows"].split("; ")[0].startswith("stem-volume.")


def _biomass(set_name: str, **tree: object) -> dict[str, object]:
    models = load_tree_models(set_name)
    found = with_tree_biomass(with_stem_volume(trees(tree), models), models).collect()
    return found.row(0, named=True)


@pytest.mark.parametrize(
    ("species", "dbh", "height", "length", "stem", "crown", "root"),
    [
        ("masson_pine", 20, 12, 6, 94.8, 24.5, 30.1),
        ("chinese_fir", 20, 15, 6, 63.2, 21.5, 26.3),
        ("other_hard_broadleaf", 20, 14, 7, 108.8, 33.5, 38.7),
    ],
)
def test_yuan_2009_by_hand(
    species: str, dbh: float, height: float, length: float, stem: float, crown: float, root: float
) -> None:
    """One decimal is printed."""
    found = _biomass(
        "yuan-2009", species=species, dbh_cm=dbh, height_m=height, crown_length_m=length
    )
    by_hand = {"stem_kg": stem, "crown_kg": crown, "below_ground_kg": root}
    assert {name: found[name] for name in by_hand} == pytest.approx(by_hand, abs=0.05)
    assert found["above_ground_kg"] == pytest.approx(stem + crown, abs=0.1)
    assert found["carbon_t"] == pytest.approx(0.5 * (stem + crown + root) / 1000, abs=1e-4)
    assert not found["crown_imputed"]


def test_a_crown_that_is_not_recorded_is_a_share_of_the_height() -> None:
    """Crown ratio 0.51043: L = 6.125 m; crown 0.1377·20^1.4873·6.125^0.4052 = 24.7 kg."""
    tree = {"species": "masson_pine", "dbh_cm": 20, "height_m": 12}
    found = _biomass("yuan-2009", **tree)
    assert found["crown_kg"] == pytest.approx(24.7, abs=0.05)
    assert found["crown_imputed"]
    # the crown ratio of Masson pine is that of another pine, its model is its own
    assert found["biomass_assumed"]
    assert str(found["biomass_rows"]).endswith("; crown-ratio.masson_pine")
    recorded = _biomass("yuan-2009", **tree, crown_length_m=6)
    assert not recorded["biomass_assumed"]
    assert "crown-ratio" not in str(recorded["biomass_rows"])
    # longer than the tree: as not recorded
    assert _biomass("yuan-2009", **tree, crown_length_m=12.01)["crown_kg"] == found["crown_kg"]


def test_anhui_2016_by_hand() -> None:
    found = _biomass("anhui-2016", species="masson_pine", dbh_cm=20, height_m=12)
    # four digits of the powers above
    by_hand = {
        "stem_kg": 110.6,
        "branch_kg": 30.35,
        "leaf_kg": 18.03,
        "crown_kg": 48.38,
        "above_ground_kg": 158.9,
        "below_ground_kg": 17.36,
    }
    assert {name: found[name] for name in by_hand} == pytest.approx(by_hand, rel=5e-4)
    assert not found["biomass_recalled"]
    # 0.5 of Fang is recalled
    assert found["carbon_recalled"]
    assert not found["extrapolated"]
    assert _biomass("anhui-2016", species="masson_pine", dbh_cm=50.5, height_m=12)["extrapolated"]


def test_general_2018_by_hand() -> None:
    found = _biomass("general-2018", species="masson_pine", dbh_cm=20)
    assert found["above_ground_kg"] == pytest.approx(123.78, abs=0.005)
    assert found["below_ground_kg"] == pytest.approx(23.147, abs=0.005)
    assert found["stem_kg"] is None
    assert found["biomass_recalled"]


def test_volume_bef_by_hand() -> None:
    found = _biomass("volume-bef", species="masson_pine", volume_m3=0.2)
    by_hand = {
        "stem_kg": 76.0,
        "crown_kg": 76.0 * 0.472,
        "above_ground_kg": 111.872,
        "below_ground_kg": 111.872 * 0.187,
        "carbon_t": 111.872 * 1.187 * 0.46 / 1000,
    }
    assert {name: found[name] for name in by_hand} == pytest.approx(by_hand, rel=1e-12)


@pytest.mark.parametrize("set_name", ["yuan-2009", "anhui-2016", "general-2018", "volume-bef"])
def test_what_is_not_measured_is_not_estimated(set_name: str) -> None:
    """No measurement, or a species without model: no figure, and no row named."""
    found = _biomass(set_name, species="moso_bamboo" if set_name != "yuan-2009" else "cypress")
    assert found["carbon_t"] is None
    assert found["above_ground_kg"] is None
    assert found["biomass_rows"] is None
    assert not found["carbon_recalled"]
    masson = _biomass(set_name, species="masson_pine")
    assert masson["carbon_t"] is None
    assert masson["biomass_rows"] is None


def test_every_row_that_is_named_exists() -> None:
    every = {
        name: with_tree_biomass(
            with_stem_volume(
                trees(
                    *(
                        {"species": s, "dbh_cm": 20, "height_m": 12}
                        for s in ("masson_pine", "chinese_fir", "oak", "poplar", None)
                    )
                ),
                load_tree_models(name),
            ),
            load_tree_models(name),
        ).collect()
        for name in ("yuan-2009", "anhui-2016", "general-2018", "volume-bef")
    }
    known = set(all_parameters()["parameter_id"])
    for frame in every.values():
        named = pl.concat([frame["biomass_rows"], frame["volume_rows"]]).drop_nulls()
        ids = {part for text in named for part in text.split("; ")}
        assert ids
        assert ids <= known
