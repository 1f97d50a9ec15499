"""Stands of every method, calculated by hand from the printed coefficients.

Each figure stands in a docstring as it comes from a pocket calculator, and is calculated a
second time in exact fractions or with the power function of Python. Every stand is the only one
of its county unless said. Figures are rounded to 0.0001 t once.
"""

from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import polars as pl
import pytest

from sinkcalc.coefficients.factors import load_factors
from sinkcalc.pipeline.estimate import Figures, forest_figures
from sinkcalc.vocabulary import METHODS

Encode = Callable[..., pl.LazyFrame]
PINE = ("330102", "arbor", "10", "masson_pine", "natural", "middle", "600")


def _trees(figures: Figures, region: str | None = None) -> dict[tuple[str, str], Decimal]:
    """Return biomass and carbon above and below ground."""
    rows = figures.rows.filter(pl.col("pool").is_in(["above_ground", "below_ground"]))
    if region is not None:
        rows = rows.filter(pl.col("region_code") == region)
    return {
        (r["quantity"], r["pool"]): r["value"]
        for r in rows.iter_rows(named=True)
        if r["quantity"] != "co2e"
    }


def _rounded(value: Fraction | float) -> Decimal:
    if isinstance(value, Fraction):
        exact = Decimal(value.numerator) / Decimal(value.denominator)
    else:
        exact = Decimal(value)
    return exact.quantize(Decimal("0.0001"), ROUND_HALF_EVEN)


def _pools(above: Fraction, below: Fraction, fraction: str) -> dict[tuple[str, str], Decimal]:
    share = Fraction(fraction)
    return {
        ("biomass", "above_ground"): _rounded(above),
        ("biomass", "below_ground"): _rounded(below),
        ("carbon", "above_ground"): _rounded(above * share),
        ("carbon", "below_ground"): _rounded(below * share),
    }


def _figures(encode: Encode, method: str, *stands: tuple[str | None, ...]) -> Figures:
    return forest_figures(encode(stands), load_factors(method), ("region",))


def _flags(figures: Figures) -> dict[str, int]:
    sums = (
        figures.flags.filter(pl.col("pool").is_null()).group_by("flag").agg(pl.col("stands").sum())
    )
    return dict(sums.iter_rows())


def test_fang_2001(encode: Encode) -> None:
    """10 ha of Masson pine with 600 m3: type 15, a = 0.5101, b = 1.0451; R = 0.187.

    B = 0.5101 x 600 + 1.0451 x 10 = 306.06 + 10.451 = 316.511 t
    above 316.511/1.187 = 266.64785, below 316.511 - 266.64785 = 49.86315 t
    carbon x 0.5: 133.3239 and 24.9316 t C
    """
    found = _trees(_figures(encode, "fang-2001", PINE))
    whole = Fraction("0.5101") * 600 + Fraction("1.0451") * 10
    above = whole / Fraction("1.187")
    assert found == _pools(above, whole - above, "0.5")
    assert list(found.values()) == [
        Decimal(text) for text in ("266.6479", "49.8631", "133.3239", "24.9316")
    ]


def test_ccer_d_bef(encode: Encode) -> None:
    """The same pine: D = 0.380, BEF = 1.472, R = 0.187, CF = 0.460.

    above 600 x 0.380 x 1.472 = 228 x 1.472 = 335.616 t; below 335.616 x 0.187 = 62.7602 t
    carbon 335.616 x 0.46 = 154.3834, 62.760192 x 0.46 = 28.8697 t C
    """
    found = _trees(_figures(encode, "ccer-d-bef", PINE))
    above = 600 * Fraction("0.380") * Fraction("1.472")
    assert found == _pools(above, above * Fraction("0.187"), "0.460")
    assert list(found.values()) == [
        Decimal(text) for text in ("335.6160", "62.7602", "154.3834", "28.8697")
    ]


def test_printed_tonnes_of_carbon_per_m3(encode: Encode) -> None:
    """Factor D x BEF x (1 + R) x CF of the species table, which it prints to three digits.

    oak 0.676 x 1.355 x 1.292 x 0.500 = 0.592; schima 0.598 x 1.894 x 1.258 x 0.497 = 0.708
    """
    for species, printed in (("oak", 0.592), ("schima", 0.708), ("chinese_fir", 0.325)):
        stand = ("330102", "arbor", "10", species, None, None, "1000")
        found = _trees(_figures(encode, "ccer-d-bef", stand))
        carbon = found["carbon", "above_ground"] + found["carbon", "below_ground"]
        assert float(carbon) / 1000 == pytest.approx(printed, abs=0.0005)


def test_ipcc_2006(encode: Encode) -> None:
    """The class is that of region and type, not of the stand; classes hold their upper end.

    330102 conifers: pine 600 m3 on 10 ha and fir 100 m3 on 10 ha: mean 35 m3/ha, BCEF 1.2.
      pine above 720 t, fir above 120 t: 840 t, 42 t/ha: R 0.20, below 168 t
      (by the stand, pine at 60 m3/ha would have 0.6, fir at 10 would have 6.0)
    330105 hardwoods: oak 400 m3 on 5 ha: 80 m3/ha, still BCEF 0.8: above 320, below 64 t
    330106 hardwoods: oak 200 m3 on 1 ha: 200 m3/ha, BCEF 0.66: above 132 t, 132 t/ha: R 0.24,
      below 31.68 t
    330108 mixed: 300 m3 on 10 ha: 30 m3/ha, (1.2 + 1.9)/2 = 1.55: above 465, below 93 t
    330109 hardwoods: 20.0001 m3 on 1 ha: over 20, BCEF 1.9: above 38.00019, below 7.6000 t
    carbon x 0.47
    """
    figures = _figures(
        encode,
        "ipcc-2006",
        PINE,
        ("330102", "arbor", "10", "chinese_fir", None, None, "100"),
        ("330105", "arbor", "5", "oak", None, None, "400"),
        ("330106", "arbor", "1", "oak", None, None, "200"),
        ("330108", "arbor", "10", "conifer_broadleaf_mixed", None, None, "300"),
        ("330109", "arbor", "1", "camphor", None, None, "20.0001"),
    )
    by_hand = {
        "330105": ("400", "0.8", "0.20"),
        "330106": ("200", "0.66", "0.24"),
        "330108": ("300", "1.55", "0.20"),
        "330109": ("20.0001", "1.9", "0.20"),
    }
    for region, (volume, factor, ratio) in by_hand.items():
        above = Fraction(volume) * Fraction(factor)
        assert _trees(figures, region) == _pools(above, above * Fraction(ratio), "0.47")
    conifers = _trees(figures, "330102")
    assert conifers["biomass", "above_ground"] == Decimal(720 + 120)
    assert conifers["biomass", "below_ground"] == Decimal(168)
    assert conifers["carbon", "above_ground"] == Decimal("394.8")
    classes = {r[0]: r[1:] for r in figures.classes.cast({"forest_type": pl.String}).rows()}
    assert classes["330102"] == ("conifers", 35.0, 42.0, 1.2, 0.20, 2, None)
    assert classes["330106"] == ("hardwoods", 200.0, 132.0, 0.66, 0.24, 1, None)


# species, D cm, H m, L m -> kg of root, crown, stem as printed in the check of the models
CHECKED = {
    "masson_pine": ("arbor", "20", "12", "6", 30.1, 24.5, 94.8),
    "chinese_fir": ("arbor", "20", "15", "6", 26.3, 21.5, 63.2),
    "other_hard_broadleaf": ("arbor", "20", "14", "7", 38.7, 33.5, 108.8),
    "moso_bamboo": ("bamboo", "10", "13", "7", 5.0, 3.3, 12.5),
}


@pytest.mark.parametrize("species", CHECKED)
def test_yuan_2009_in_metres(encode: Encode, species: str) -> None:
    """1 000 stems on 1 ha: tonnes are the kg of one tree; L in cm would give 158 kg of crown."""
    vegetation_class, dbh, height, crown_length, root, crown, stem = CHECKED[species]
    bamboo = vegetation_class == "bamboo"
    volume, culms, stems = (None, "1000", None) if bamboo else ("50", None, "1000")
    sizes = (None, stems, dbh, height, crown_length)
    stand = ("330102", vegetation_class, "1", species, None, None, volume, culms, *sizes)
    figures = _figures(encode, "yuan-2009", stand)
    found = _trees(figures)
    assert float(found["biomass", "below_ground"]) == pytest.approx(root, abs=0.05)
    assert float(found["biomass", "above_ground"]) == pytest.approx(crown + stem, abs=0.1)
    assert found["carbon", "below_ground"] == _rounded(
        Fraction(str(found["biomass", "below_ground"])) / 2
    )
    flags = _flags(figures)
    assert flags["stand_mean_tree"] == 1
    assert not {"crown_length_imputed", "tree_model_fallback"} & flags.keys()


def test_yuan_2009_stand_by_stand(encode: Encode) -> None:
    """Two pine stands of 2 ha with 800 stems/ha, D 10 and 30 cm, H 12 m, L 6 m: 1 600 trees each.

    stem 0.06 x 12^0.7934 = 0.430902; x 10^1.8005 = 27.2197 kg, x 30^1.8005 = 196.777 kg
    Together 1.6 x 223.997 = 358.395 t; two stands of the mean, 20 cm, would have
    3.2 x 94.81 = 303.4 t: the mean of a power is not the power of the mean.
    """
    rows = [
        ("330102", "arbor", "2", "masson_pine", None, None, "90", None, None, "800", dbh, "12", "6")
        for dbh in ("10", "30")
    ]
    found = _trees(_figures(encode, "yuan-2009", *rows))
    stem = sum(1.6 * 0.0600 * 12**0.7934 * dbh**1.8005 for dbh in (10, 30))
    crown = sum(1.6 * 0.1377 * dbh**1.4873 * 6**0.4052 for dbh in (10, 30))
    root = sum(1.6 * 0.0417 * 12**-0.0780 * dbh**2.2618 for dbh in (10, 30))
    assert stem == pytest.approx(358.4, abs=0.05)
    # root, crown and stem of each of two stands are rounded to 0.0001 t
    assert float(found["biomass", "above_ground"]) == pytest.approx(stem + crown, abs=2e-4)
    assert float(found["biomass", "below_ground"]) == pytest.approx(root, abs=1e-4)


def test_yuan_2009_without_crown_length(encode: Encode) -> None:
    """L = 0.51043 x 12 = 6.12516 m for pine: crown 0.1377 x 20^1.4873 x 6.12516^0.4052 kg."""
    stand = ("330102", "arbor", "1", "masson_pine", None, None, "90", None, None, "1000")
    figures = _figures(encode, "yuan-2009", (*stand, "20", "12", None))
    crown = 0.1377 * 20**1.4873 * (0.51043 * 12) ** 0.4052
    stem = 0.0600 * 12**0.7934 * 20**1.8005
    above = _trees(figures)["biomass", "above_ground"]
    assert float(above) == pytest.approx(crown + stem, abs=1.1e-4)
    assert _flags(figures)["crown_length_imputed"] == 1
    assert "crown-ratio.masson_pine" in set(figures.parameters["parameter_id"])
    assert "yuan-2009.masson_pine.stem.d" in set(figures.parameters["parameter_id"])


@pytest.mark.parametrize(
    "change",
    [{"species": "conifer_mixed"}, {"species": None}, {"dbh_cm": None}, {"stems_per_ha": None}],
    ids=["no model", "no species", "no diameter", "no stems"],
)
def test_yuan_2009_falls_back_to_the_default_equation(
    encode: Encode, change: dict[str, str | None]
) -> None:
    words: dict[str, str | None] = {
        "region": "330102",
        "vegetation_class": "arbor",
        "area_ha": "10",
        "species": "masson_pine",
        "origin": None,
        "age_group": None,
        "volume_m3": "600",
        "culms": None,
        "scattered_volume_m3": None,
        "stems_per_ha": "1000",
        "dbh_cm": "20",
        "height_m": "12",
        "crown_length_m": None,
    } | change
    figures = _figures(encode, "yuan-2009", tuple(words.values()))
    default = _figures(encode, "cbef-zhejiang", tuple(words.values()))
    assert _trees(figures) == _trees(default)
    assert _flags(figures)["tree_model_fallback"] == 1


@pytest.mark.parametrize("method", METHODS)
def test_no_volume_and_volume_zero(encode: Encode, method: str) -> None:
    """0 m3 is 0 t; a missing volume is 22.16 t C/ha of planted middle-aged fir in every method.

    The tree measured on the first stand changes nothing: 0 stays 0.
    """
    tree = (None, "1000", "20", "15", "6")
    zero = ("330102", "arbor", "10", "chinese_fir", "planted", "middle", "0", None, *tree)
    missing = ("330105", "arbor", "10", "chinese_fir", "planted", "middle", None)
    figures = _figures(encode, method, zero, missing)
    assert set(_trees(figures, "330102").values()) == {Decimal(0)}
    found = _trees(figures, "330105")
    carbon = found["carbon", "above_ground"] + found["carbon", "below_ground"]
    assert abs(carbon - Decimal("221.6")) <= Decimal("0.0001")
    flags = _flags(figures)
    assert (flags["volume_zero"], flags["volume_missing_carbon_imputed"]) == (1, 1)


def test_yuan_2009_takes_a_measured_tree_where_the_volume_is_missing(encode: Encode) -> None:
    """The models read no volume: with and without one the stand is the same 10 000 trees."""
    tree = (None, "1000", "20", "15", "6")
    stand = ("330105", "arbor", "10", "chinese_fir", "planted", "middle")
    without = _figures(encode, "yuan-2009", (*stand, None, None, *tree))
    with_one = _figures(encode, "yuan-2009", (*stand, "2000", None, *tree))
    assert _trees(without) == _trees(with_one)
    assert _trees(without)["biomass", "above_ground"] > 800
    flags = _flags(without)
    assert flags["stand_mean_tree"] == 1
    assert "volume_missing_carbon_imputed" not in flags
    assert "tree_model_fallback" not in flags
    rows = without.rows.filter(pl.col("quantity") == "biomass")
    assert set(rows["share_imputed"]) == {0.0}


def test_a_crown_longer_than_the_tree_is_not_recorded(encode: Encode) -> None:
    """20 m of crown on 15 m of height is as no crown length: the ratio, flagged imputed."""
    stand = ("330105", "arbor", "10", "chinese_fir", None, None, "2000", None, None)
    long, none = (
        _figures(encode, "yuan-2009", (*stand, "1000", "20", "15", crown)) for crown in ("20", None)
    )
    assert _trees(long) == _trees(none)
    assert _flags(long)["crown_length_imputed"] == 1


def test_bamboo_without_a_tree_has_a_flag_of_its_own(encode: Encode) -> None:
    bamboo = ("330105", "bamboo", "10", "moso_bamboo", None, None, None, "20000")
    flags = _flags(_figures(encode, "yuan-2009", bamboo))
    assert flags["bamboo_model_fallback"] == 1
    assert "tree_model_fallback" not in flags


def test_float_noise_decides_no_class(encode: Encode) -> None:
    """22.6 m3 on 1.13 ha are 20 m3/ha, in the class up to 20: conifers 6.0 x 22.6 = 135.6 t.

    Hardwoods of 125/0.66 m3/ha have 125 t/ha above ground whatever the last digit says.
    """
    assert 22.6 / 1.13 > 20
    pine = ("330102", "arbor", "1.13", "masson_pine", None, None, "22.6")
    figures = _figures(encode, "ipcc-2006", pine)
    assert _trees(figures)["biomass", "above_ground"] == Decimal("135.6")
    assert figures.classes["growing_stock_m3_per_ha"].to_list() == [20.0]


def test_stands_of_zero_volume_do_not_decide_the_class(encode: Encode) -> None:
    """600 m3 on 10 ha are 60 m3/ha, BCEF 0.6; with 20 ha of volume 0 they would be 20, BCEF 6."""
    zero = ("330102", "arbor", "20", "masson_pine", None, None, "0")
    figures = _figures(encode, "ipcc-2006", PINE, zero)
    assert _trees(figures)["biomass", "above_ground"] == Decimal(360)
    assert figures.classes["stands"].to_list() == [1]


def test_a_county_founded_since_takes_the_mean_of_all_counties(encode: Encode) -> None:
    """In the class survey pines have 10 ha with 200 m3 and 10 ha with 400: 30 m3/ha, BCEF 1.2.

    The new county's own 10 ha with 1000 m3 would be 100 m3/ha, BCEF 0.55. Oak is in no county of
    the class survey: its own 50 m3/ha, BCEF 0.8. A county that the survey has keeps its 20 m3/ha.
    """

    def pine(region: str, volume: str) -> tuple[str | None, ...]:
        return (region, "arbor", "10", "masson_pine", None, None, volume)

    earlier = encode([pine("330109", "200"), pine("330110", "400")])
    oak = ("330113", "arbor", "1", "oak", None, None, "50")
    later = encode([pine("330113", "1000"), oak, pine("330109", "900")])
    figures = forest_figures(later, load_factors("ipcc-2006"), ("region",), earlier)
    assert _trees(figures, "330113")["biomass", "above_ground"] == Decimal(1200 + 40)
    assert _trees(figures, "330109")["biomass", "above_ground"] == Decimal(5400)
    flags = _flags(figures)
    assert (flags["class_of_city_mean"], flags["class_of_own_mean"]) == (1, 1)
    by_group = {
        (r["region_code"], str(r["forest_type"])): (r["growing_stock_m3_per_ha"], r["stands"])
        for r in figures.classes.iter_rows(named=True)
    }
    assert by_group["330113", "conifers"] == (30.0, 2)


def test_scattered_stands_count_their_trees_once(encode: Encode) -> None:
    """Class scattered: 12.5 m3 under both names are 12.5; 3 under the second alone are 3."""
    figures = _figures(
        encode,
        "cbef-zhejiang",
        ("330102", "scattered", "1", None, None, None, "12.5", None, "12.5"),
        ("330102", "scattered", "1", None, None, None, None, None, "3"),
    )
    found = {r["quantity"]: (r["value"], r["n"]) for r in figures.rows.iter_rows(named=True)}
    assert found["living_stock"] == (Decimal("15.5"), 2)


def test_the_table_of_methods_is_part_of_a_run() -> None:
    assert all("methods" in load_factors(method).tables for method in METHODS)


def test_scattered_trees_in_stands_are_living_stock(encode: Encode) -> None:
    """600 + 45.5 m3 of arbor and sparse forest, and 3 + 1.25 m3 of scattered trees: 649.75 m3.

    Stands: pine with both, sparse, economic forest with scattered trees: 3. The economic forest
    without them adds nothing.
    """
    figures = _figures(
        encode,
        "cbef-zhejiang",
        (*PINE, None, "3"),
        ("330102", "sparse", "3", "masson_pine", None, None, "45.5"),
        ("330102", "economic", "4", None, None, None, None, None, "1.25"),
        ("330102", "economic", "4"),
    )
    found = {r["quantity"]: (r["value"], r["n"]) for r in figures.rows.iter_rows(named=True)}
    assert found["living_stock"] == (Decimal("649.75"), 3)
    assert found["growing_stock"] == (Decimal("600"), 1)


def test_fallbacks_are_counted(encode: Encode) -> None:
    """Sweetgum has its own wood density, but the equation of the hard broadleaves."""
    stands = [
        ("330102", "arbor", "1", species, None, None, "60")
        for species in ("masson_pine", "sweetgum", "moso_bamboo")
    ]
    flags = {method: _flags(_figures(encode, method, *stands)) for method in METHODS}
    assert flags["cbef-zhejiang"]["group_parameter"] == 1
    assert flags["cbef-zhejiang"]["class_parameter"] == 1
    assert "group_parameter" not in flags["ccer-d-bef"]
    assert flags["ccer-d-bef"]["class_parameter"] == 1
    assert "class_parameter" not in flags["ipcc-2006"]


def test_all_types_of_fang_2001_are_there() -> None:
    """21 types; a and b, as the list prints them, of some."""
    types = load_factors("fang-2001").equations.filter(pl.col("symbol").is_in(["a", "b"]))
    numbers = types["locator"].str.extract(r"type (\d+):").cast(pl.Int64)
    assert set(numbers) == set(range(1, 22))
    value = dict(types.select("parameter_id", "value").iter_rows())
    assert (value["fang-2001.larix.a"], value["fang-2001.larix.b"]) == (0.6096, 33.8060)
    assert (value["fang-2001.sassafras.a"], value["fang-2001.sassafras.b"]) == (0.6255, 91.0013)
