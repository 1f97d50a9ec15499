"""Parameter rows against what Li et al. 2016 print: totals, shares, and single values."""

import math
from collections.abc import Callable
from decimal import Decimal

import polars as pl
import pytest

from sinkcalc.coefficients.factors import Factors
from sinkcalc.coefficients.load import load_table
from sinkcalc.pipeline.figures import forest_figures

Encode = Callable[..., pl.LazyFrame]

# table 3: type -> area (100 ha), ecosystem t C/ha, ecosystem Tg
TABLE_3 = {
    "camphor": (24, 110.48, 0.27),
    "cryptomeria": (167, 204.15, 3.41),
    "soft_broadleaf": (216, 169.42, 3.66),
    "cypress": (240, 152.79, 3.67),
    "hard_broadleaf": (671, 142.97, 9.59),
    "schima": (744, 118.07, 8.78),
    "other_pine": (1366, 108.84, 14.87),
    "oak": (2030, 137.20, 27.85),
    "conifer_mixed": (3520, 124.55, 43.84),
    "conifer_broadleaf_mixed": (5676, 125.62, 71.30),
    "masson_pine": (8116, 109.39, 88.78),
    "chinese_fir": (8209, 125.47, 103.00),
    "bamboo": (8834, 96.98, 85.67),
    "broadleaf_mixed": (10028, 137.65, 138.03),
}
# printed in table 3 and no parameter: bamboo is estimated from culms
BAMBOO_TREE_LAYER = 23.78

# table 2: organic carbon g/kg at 0-10, 10-20, 20-30, 30-50, 50-100 cm
PROFILES = {
    "camphor": (28.83, 11.41, 9.47, 6.50, 4.37),
    "cryptomeria": (31.13, 21.77, 17.31, 9.91, 8.32),
    "soft_broadleaf": (18.28, 14.26, 14.10, 12.11, 13.30),
    "cypress": (35.21, 19.76, 11.09, 7.23, 7.72),
    "hard_broadleaf": (23.72, 11.55, 7.57, 5.82, 4.33),
    "schima": (16.74, 10.72, 8.83, 5.45, 4.15),
    "other_pine": (20.97, 14.20, 8.97, 6.26, 5.93),
    "oak": (20.29, 10.08, 6.04, 5.36, 4.35),
    "conifer_mixed": (19.82, 10.05, 7.74, 5.63, 5.29),
    "conifer_broadleaf_mixed": (16.22, 8.84, 6.42, 5.16, 4.26),
    "masson_pine": (21.34, 13.01, 9.27, 7.64, 6.19),
    "chinese_fir": (14.11, 9.17, 8.07, 4.78, 4.02),
    "bamboo": (28.76, 14.42, 9.97, 7.31, 5.60),
}

# volume equations: species -> a t/m3, b t/ha as printed
EQUATIONS = {
    "masson_pine": ("0.5034", "20.547"),
    "slash_pine": ("0.5168", "33.238"),
    "chinese_fir": ("0.4652", "19.141"),
    "cryptomeria": ("0.4158", "41.3318"),
    "metasequoia": ("0.4158", "41.3318"),
    "cypress": ("0.6129", "46.1451"),
    "oak": ("1.1453", "8.5473"),
    "schima": ("1.0357", "8.0591"),
    "camphor": ("1.0357", "8.0591"),
    "other_hard_broadleaf": ("1.1783", "2.5585"),
    "poplar": ("0.4754", "30.603"),
    "conifer_mixed": ("0.5894", "24.5151"),
    "broadleaf_mixed": ("0.9788", "5.3764"),
    "conifer_broadleaf_mixed": ("0.8136", "18.466"),
}


def _by_type(table: str, symbol: str, parameter: str) -> dict[str, float]:
    """Return the value of each type by the middle part of its identity."""
    rows = load_table(table).rows.filter(pl.col("symbol") == symbol)
    values = dict(rows.select("parameter_id", "value").iter_rows())
    return {name: values[key] for name in TABLE_3 if (key := parameter.format(name)) in values}


def _densities() -> dict[str, dict[str, float]]:
    tree = _by_type("tree_carbon", "tree_carbon", "tree-carbon.{}")
    return {
        "tree": tree | {"bamboo": BAMBOO_TREE_LAYER},
        "understorey": _by_type("forest_floor", "understorey", "forest-floor.{}.understorey"),
        "litter": _by_type("forest_floor", "litter", "forest-floor.{}.litter"),
        "soil": _by_type("soil", "soil_organic_carbon_0_100", "soil.{}.0-100"),
    }


@pytest.mark.parametrize(
    ("layer", "printed_tg"),
    [("tree", 122.88), ("understorey", 16.73), ("litter", 11.36), ("soil", 451.76)],
)
def test_layers_sum_to_the_printed_totals(layer: str, printed_tg: float) -> None:
    """Sum of area x density, area in 100 ha: x 100 / 1e6 gives Tg C.

    Within 0.1 %: densities are printed to 0.01 t C/ha and totals to 0.01 Tg C, which on litter
    (about 2 t C/ha) alone is 0.005/2 = 0.25 % a type, of either sign.
    """
    density = _densities()[layer]
    assert density.keys() == TABLE_3.keys()
    total = math.fsum(area * 100 * density[name] / 1e6 for name, (area, _, _) in TABLE_3.items())
    assert total == pytest.approx(printed_tg, rel=1e-3)


@pytest.mark.parametrize("name", TABLE_3)
def test_layers_of_a_type_make_its_ecosystem(name: str) -> None:
    """Masson pine: 21.61 + 5.38 + 2.00 + 80.40 = 109.39 t C/ha; x 8116 x 100 / 1e6 = 88.78 Tg.

    The five figures are rounded to 0.01 each, so their sum may miss by 0.01 (it does for soft
    broadleaf and other pines); the stock is rounded to 0.01 Tg.
    """
    area, ecosystem, printed_tg = TABLE_3[name]
    total = math.fsum(layer[name] for layer in _densities().values())
    assert total == pytest.approx(ecosystem, abs=0.0101)
    # half of the last printed digit, and that of the density times the area
    assert area * 100 * ecosystem / 1e6 == pytest.approx(printed_tg, abs=0.005 + area * 5e-7)


def test_ecosystem_of_masson_pine() -> None:
    """8116 x 100 ha x 109.39 t C/ha / 1e6 = 88.780924 Tg C, printed 88.78."""
    total = math.fsum(layer["masson_pine"] for layer in _densities().values())
    assert round(8116 * 100 * total / 1e6, 2) == 88.78


@pytest.mark.parametrize(
    ("origin", "age_group", "printed_tg", "printed_density"),
    [
        ("natural", "young", 31.75, 20.69),
        ("natural", "middle", 26.98, 28.27),
        ("natural", "over_mature", 0.25, 52.54),
        ("planted", "young", 2.13, 12.20),
        ("planted", "middle", 11.84, 24.48),
        ("planted", "near_mature", 8.57, 31.68),
        ("planted", "mature", 5.37, 30.35),
        ("planted", "over_mature", 0.50, 42.40),
    ],
)
def test_age_groups_sum_to_the_printed_stocks(
    origin: str, age_group: str, printed_tg: float, printed_density: float
) -> None:
    """Stocks of the types add up; stock over area (stock/density) is the printed mean.

    Each stock is rounded to 0.01 Tg, so a sum of k of them misses by up to 0.005 k. The mean
    of a few small stocks (0.09 and 0.16 Tg in over-mature natural forest) is worth 1 %. The
    paper's natural near-mature and mature stocks (12.05, 3.45 Tg) are not the sums of its own
    rows (12.12, 3.56 Tg) and are left out.
    """
    rows = load_table("tree_carbon").rows.filter(
        pl.col("origin") == origin, pl.col("age_group") == age_group
    )
    typed = rows.filter(~pl.all_horizontal(pl.col("species", "species_group").is_null()))
    keys = ("species", "species_group")
    stock = typed.filter(pl.col("symbol") == "tree_carbon_stock").select(*keys, tg="value")
    density = typed.filter(pl.col("symbol") == "tree_carbon").select(*keys, per_ha="value")
    joined = stock.join(density, on=keys, how="full", coalesce=True, nulls_equal=True)
    assert joined.null_count().select("tg", "per_ha").row(0) == (0, 0)
    total = math.fsum(joined["tg"])
    assert total == pytest.approx(printed_tg, abs=0.005 * joined.height + 0.005)
    area = math.fsum(joined["tg"] / joined["per_ha"])
    assert total / area == pytest.approx(printed_density, rel=0.01)
    default = rows.filter(pl.col("parameter_id") == f"tree-carbon.all.{origin}.{age_group}")
    assert default["value"].to_list() == [printed_density]


@pytest.mark.parametrize("name", PROFILES)
def test_share_of_the_upper_30_cm(name: str) -> None:
    """Chinese fir: (14.11 + 9.17 + 8.07) x 10 = 313.5; + 4.78 x 20 + 4.02 x 50 = 610.1.

    313.5/610.1 = 0.513850. The stored share is rounded to six decimals.
    """
    c1, c2, c3, c4, c5 = PROFILES[name]
    upper = (c1 + c2 + c3) * 10
    share = upper / (upper + c4 * 20 + c5 * 50)
    stored = _by_type("soil", "share_0_30", "soil.{}.share-0-30")[name]
    assert stored == pytest.approx(share, abs=5.1e-7)
    assert 0.33 < stored < 0.60


def test_mean_share_where_a_type_has_no_profile() -> None:
    """Unweighted mean of the 13 shares; broadleaf mixed has no profile in table 2."""
    shares = [
        (c1 + c2 + c3) * 10 / ((c1 + c2 + c3) * 10 + c4 * 20 + c5 * 50)
        for c1, c2, c3, c4, c5 in PROFILES.values()
    ]
    rows = load_table("soil").rows.filter(pl.col("symbol") == "share_0_30")
    means = rows.filter(pl.col("status") == "assumed")["value"]
    assert means.len() >= 3
    assert means.to_list() == pytest.approx([math.fsum(shares) / 13] * means.len(), abs=5.1e-7)


def test_every_volume_equation_as_printed(encode: Encode, factors: Factors) -> None:
    """B = a V + b, whole tree, of one hectare with 10 and with 60 m3.

    Chinese fir: 0.4652 x 10 + 19.141 = 23.793 t/ha, 2.38 t per m3, and not more: roots are in.
    Masson pine: 0.5034 x 60 + 20.547 = 50.751 t/ha.
    Above and below ground are rounded to 0.0001 t each before they are added.
    """
    stands, expected = [], {}
    for species, (a, b) in EQUATIONS.items():
        for volume in (10, 60):
            region = f"{species} {volume}"
            stands.append((region, "arbor", "1", species, None, None, str(volume)))
            expected[region] = Decimal(a) * volume + Decimal(b)
    assert expected["chinese_fir 10"] == Decimal("23.793")
    assert expected["masson_pine 60"] == Decimal("50.751")
    rows = forest_figures(encode(stands), factors, ("region",)).rows
    biomass = rows.filter(pl.col("quantity") == "biomass", pl.col("pool") == "total")
    found = dict(biomass.select("region_code", "value").iter_rows())
    assert found.keys() == expected.keys()
    for region, value in expected.items():
        assert abs(found[region] - value) <= Decimal("0.0001"), region


def test_carbon_at_the_margin() -> None:
    """A cubic metre more of the types of table 3 adds a x 0.5 t C.

    Weighted with the areas: sum(area x a)/sum(area) x 0.5 over the arbor types, half of the
    plan's average of 5087/6790 = 0.749 t C/m3, which counts bamboo, shrubs and intercepts.
    8116 x 0.5034 + 8209 x 0.4652 + 1366 x 0.5168 + 167 x 0.4158 + 240 x 0.6129 + 2030 x 1.1453
    + 768 x 1.0357 + 671 x 1.1783 + 216 x 0.4754 + 3520 x 0.5894 + 10028 x 0.9788
    + 5676 x 0.8136 = 29348.7; / 41007 = 0.7157 t/m3; x 0.5 = 0.358 t C/m3
    """
    rows = load_table("volume_biomass").rows.filter(
        pl.col("equation_set") == "cbef-zhejiang", pl.col("symbol") == "a"
    )
    slope = dict(rows.select("species_group", "value").iter_rows())
    slope |= {"camphor": slope["schima_camphor"], "schima": slope["schima_camphor"]}
    arbor = {name: area for name, (area, _, _) in TABLE_3.items() if name != "bamboo"}
    mean = math.fsum(area * slope[name] for name, area in arbor.items()) / sum(arbor.values())
    assert mean * 0.5 == pytest.approx(0.358, abs=0.0005)
