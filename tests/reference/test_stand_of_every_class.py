"""One stand of every vegetation class, calculated by hand.

Coefficients are the printed ones: volume equations, carbon densities and the culm mass of
Li et al. 2016 (tables 1 and 3, tree layer by origin and age group), root:shoot ratios of the
Second National Communication, the 2011 provincial guidelines for economic forest and shrub,
Dai et al. 2017 for dead wood and for litter and soil of economic forest and shrub.

Every stand is the only one of its county, so a county's figures are the stand's. Each figure is
rounded to 0.0001 once; totals are sums of the rounded figures and are compared exactly.
"""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from sinkcalc.coefficients.factors import Factors, load_factors
from sinkcalc.pipeline.estimate import EstimateOptions, estimate, forest_figures
from sinkcalc.pipeline.load_result import LoadOptions
from sinkcalc.pipeline.load_stands import load_stands
from sinkcalc.store.connection import reading
from sinkcalc.store.results import read_flags

Key = tuple[str, str | None]
Table = dict[Key, Decimal]
Encode = Callable[..., pl.LazyFrame]

# county -> class, area ha, species, origin, age group, volume m3, culms
STANDS: dict[str, list[tuple[str, str, str | None, str | None, str | None, str | None, str | None]]]
STANDS = {
    "330102": [("arbor", "10", "masson_pine", "natural", "middle", "600", None)],
    "330105": [("arbor", "6", "oak", "planted", "young", "0", None)],
    "330106": [("arbor", "10", "chinese_fir", "planted", "middle", None, None)],
    "330108": [("arbor", "8", None, "natural", "middle", "400", None)],
    "330109": [("bamboo", "5", "moso_bamboo", None, None, None, "12000")],
    "330110": [("bamboo", "5", "other_bamboo", None, None, None, None)],
    # a volume of economic forest belongs to neither stock
    "330111": [("economic", "4", None, "planted", None, "20", None)],
    "330112": [("special_shrub", "4", None, None, None, None, None)],
    "330113": [("sparse", "3", "masson_pine", None, None, "45.5", None)],
    "330114": [("scattered", "2", "other_soft_broadleaf", None, None, "12.25", None)],
    # a volume of young plantations is part of neither stock
    "330122": [("unestablished", "7", "chinese_fir", "planted", "young", "3", None)],
    "330127": [
        ("other_shrub", "9", None, None, None, None, None),
        ("non_forest", "11", None, None, None, None, None),
    ],
}
SPECIES_LESS_BAMBOO = "330182"
STANDS[SPECIES_LESS_BAMBOO] = [("bamboo", "5", None, None, None, None, "12000")]

HEADER = (
    "stand_id",
    "region_code",
    "vegetation_class",
    "area_ha",
    "species",
    "origin",
    "age_group",
    "volume_m3",
    "culms",
)
MEASURED = ("area", "growing_stock", "living_stock")


@dataclass(frozen=True)
class City:
    """Rows by county and flags of one estimate."""

    rows: pl.DataFrame
    flags: pl.DataFrame

    def county(self, code: str) -> Table:
        """Return every figure of a county by quantity and pool."""
        mine = self.rows.filter(pl.col("region_code") == code)
        return {(r["quantity"], r["pool"]): r["value"] for r in mine.iter_rows(named=True)}

    def share(self, code: str, column: str, pool: str) -> float:
        """Return one of the shares of a carbon figure."""
        mine = self.rows.filter(
            pl.col("region_code") == code, pl.col("quantity") == "carbon", pl.col("pool") == pool
        )
        return float(mine[column].item())

    def flagged(self, vegetation_class: str, species: str | None) -> set[tuple[str, str | None]]:
        """List the flags, with their pools, of one class and species."""
        mine = self.flags.filter(
            pl.col("vegetation_class") == vegetation_class,
            pl.col("species").eq_missing(pl.lit(species)),
        )
        return set(mine.select("flag", "pool").iter_rows())


def _encoded(encode: Encode, counties: Iterable[str]) -> pl.LazyFrame:
    return encode([(code, *fields) for code in counties for fields in STANDS[code]])


def _write(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        for code, stands in STANDS.items():
            for number, fields in enumerate(stands):
                out.writerow([f"{code}-{number}", code, *("" if f is None else f for f in fields)])


@pytest.fixture(scope="module", params=["frame", "file"])
def city(
    request: pytest.FixtureRequest,
    factors: Factors,
    tmp_path_factory: pytest.TempPathFactory,
) -> City:
    """Estimate the same stands straight through the method, and from a CSV through the database."""
    if request.param == "frame":
        encode = request.getfixturevalue("encode")
        figures = forest_figures(_encoded(encode, STANDS), factors, ("region",))
        return City(figures.rows, figures.flags)
    folder = tmp_path_factory.mktemp("every_class")
    _write(folder / "stands.csv")
    db = folder / "stands.duckdb"
    loaded = load_stands(db, [folder / "stands.csv"], LoadOptions(survey=2020))
    assert loaded.stored
    assert loaded.rejected.is_empty()
    run_id, rows = estimate(db, EstimateOptions(2020, by=("region",)))
    with reading(db) as con:
        return City(rows, read_flags(con, run_id))


def table(
    measured: dict[str, str],
    biomass: dict[str, str],
    carbon: dict[str, str],
    co2e: dict[str, str],
) -> Table:
    """Put hand-calculated figures into the shape of an estimate."""
    out: Table = {(quantity, None): Decimal(value) for quantity, value in measured.items()}
    for quantity, pools in (("biomass", biomass), ("carbon", carbon), ("co2e", co2e)):
        out |= {(quantity, pool): Decimal(value) for pool, value in pools.items()}
    return out


def test_arbor_with_a_volume(city: City) -> None:
    """10 ha of Masson pine with 600 m3.

    B = 0.5034 t/m3 x 600 m3 + 20.547 t/ha x 10 ha = 302.04 + 205.47 = 507.51 t d.m.
    above = 507.51/1.187 = 427.5569 t, below = 507.51 x 0.187/1.187 = 79.9531 t
    carbon at 0.5: 213.77843 and 39.97657 t C
    understorey 5.38 x 10 = 53.8, litter 2.00 x 10 = 20, dead wood 1.38 x 10 = 13.8,
    soil 0-100 cm 80.40 x 10 = 804 t C
    vegetation = 213.7784 + 39.9766 + 53.8 = 307.555 t C
    total = 307.555 + 13.8 + 20 + 804 = 1145.355 t C
    co2e = carbon x 44/12: 783.8543, 146.5807, 197.2667, 50.6, 73.3333, 2948;
    vegetation 783.8543 + 146.5807 + 197.2667 = 1127.7017, total 4199.6350 t
    """
    assert city.county("330102") == table(
        {"area": "10", "growing_stock": "600", "living_stock": "600"},
        {"above_ground": "427.5569", "below_ground": "79.9531", "total": "507.5100"},
        {
            "above_ground": "213.7784",
            "below_ground": "39.9766",
            "understorey": "53.8",
            "dead_wood": "13.8",
            "litter": "20",
            "soil": "804",
            "total": "1145.3550",
            "vegetation": "307.5550",
        },
        {
            "above_ground": "783.8543",
            "below_ground": "146.5807",
            "understorey": "197.2667",
            "dead_wood": "50.6",
            "litter": "73.3333",
            "soil": "2948",
            "total": "4199.6350",
            "vegetation": "1127.7017",
        },
    )
    assert city.flagged("arbor", "masson_pine") == set()


def test_arbor_of_volume_zero(city: City) -> None:
    """6 ha of oak with 0 m3: no biomass, although the intercept alone would give 8.5473 t/ha.

    understorey 2.55 x 6 = 15.3, litter 2.08 x 6 = 12.48, dead wood 1.38 x 6 = 8.28,
    soil 109.19 x 6 = 655.14 t C; total 691.2, vegetation 15.3 t C
    co2e: 56.1, 45.76, 30.36, 2402.18; total 691.2 x 44/12 = 2534.4, vegetation 56.1 t
    """
    assert city.county("330105") == table(
        {"area": "6", "growing_stock": "0", "living_stock": "0"},
        {"above_ground": "0", "below_ground": "0", "total": "0"},
        {
            "above_ground": "0",
            "below_ground": "0",
            "understorey": "15.3",
            "dead_wood": "8.28",
            "litter": "12.48",
            "soil": "655.14",
            "total": "691.2",
            "vegetation": "15.3",
        },
        {
            "above_ground": "0",
            "below_ground": "0",
            "understorey": "56.1",
            "dead_wood": "30.36",
            "litter": "45.76",
            "soil": "2402.18",
            "total": "2534.4",
            "vegetation": "56.1",
        },
    )
    assert ("volume_zero", None) in city.flagged("arbor", "oak")
    assert "volume_missing_carbon_imputed" not in dict(city.flagged("arbor", "oak"))
    assert city.share("330105", "share_imputed", "total") == 0


def test_arbor_without_a_volume(city: City) -> None:
    """10 ha of planted middle-aged Chinese fir, volume not recorded: 22.16 t C/ha of its type.

    tree carbon 22.16 x 10 = 221.6 t C; B = 221.6/0.5 = 443.2 t d.m.
    above = 443.2/1.246 = 355.6982, below = 443.2 x 0.246/1.246 = 87.5018 t
    carbon 221.6/1.246 = 177.8491, 221.6 x 0.246/1.246 = 43.7509 t C
    understorey 2.11 x 10 = 21.1, litter 2.68 x 10 = 26.8, dead wood 13.8, soil 98.96 x 10 = 989.6
    vegetation 177.8491 + 43.7509 + 21.1 = 242.7; total 242.7 + 13.8 + 26.8 + 989.6 = 1272.9 t C
    co2e: 652.1134, 160.4199, 77.3667, 50.6, 98.2667, 3628.5333; vegetation 889.9,
    total 4667.3 t
    There is no growing stock to report: a volume that is missing is not 0.
    """
    assert city.county("330106") == table(
        {"area": "10"},
        {"above_ground": "355.6982", "below_ground": "87.5018", "total": "443.2"},
        {
            "above_ground": "177.8491",
            "below_ground": "43.7509",
            "understorey": "21.1",
            "dead_wood": "13.8",
            "litter": "26.8",
            "soil": "989.6",
            "total": "1272.9",
            "vegetation": "242.7",
        },
        {
            "above_ground": "652.1134",
            "below_ground": "160.4199",
            "understorey": "77.3667",
            "dead_wood": "50.6",
            "litter": "98.2667",
            "soil": "3628.5333",
            "total": "4667.3",
            "vegetation": "889.9",
        },
    )
    assert city.flagged("arbor", "chinese_fir") == {("volume_missing_carbon_imputed", None)}
    assert city.share("330106", "share_imputed", "above_ground") == 1
    assert city.share("330106", "share_imputed", "soil") == 0


def test_arbor_without_a_species(city: City) -> None:
    """8 ha with 400 m3, species not recorded: equation and ratio of mixed conifer-broadleaf.

    B = 0.8136 x 400 + 18.466 x 8 = 325.44 + 147.728 = 473.168 t d.m.
    above = 473.168/1.248 = 379.1410, below = 473.168 x 0.248/1.248 = 94.0270 t
    carbon at 0.5: 189.57051 and 47.01349 t C
    provincial means: understorey 3.36 x 8 = 26.88, litter 2.28 x 8 = 18.24,
    dead wood 1.38 x 8 = 11.04, soil 90.51 x 8 = 724.08 t C
    vegetation 189.5705 + 47.0135 + 26.88 = 263.464; total + 11.04 + 18.24 + 724.08 = 1016.824
    co2e: 695.0919, 172.3828, 98.56, 40.48, 66.88, 2654.96; vegetation 966.0347, total 3728.3547
    """
    assert city.county("330108") == table(
        {"area": "8", "growing_stock": "400", "living_stock": "400"},
        {"above_ground": "379.1410", "below_ground": "94.0270", "total": "473.168"},
        {
            "above_ground": "189.5705",
            "below_ground": "47.0135",
            "understorey": "26.88",
            "dead_wood": "11.04",
            "litter": "18.24",
            "soil": "724.08",
            "total": "1016.824",
            "vegetation": "263.464",
        },
        {
            "above_ground": "695.0919",
            "below_ground": "172.3828",
            "understorey": "98.56",
            "dead_wood": "40.48",
            "litter": "66.88",
            "soil": "2654.96",
            "total": "3728.3547",
            "vegetation": "966.0347",
        },
    )
    assumed = ("above_ground", "below_ground", "understorey", "litter", "soil")
    assert city.flagged("arbor", None) == {
        ("species_not_recorded", None),
        *(("assumed_parameter", pool) for pool in assumed),
    }


BAMBOO_FLOOR = {"understorey": "4.7", "dead_wood": "6.9", "litter": "3.15", "soil": "358.15"}
BAMBOO_FLOOR_CO2E = {
    "understorey": "17.2333",
    "dead_wood": "25.3",
    "litter": "11.55",
    "soil": "1313.2167",
}
COUNTED_BAMBOO = table(
    {"area": "5"},
    {"above_ground": "125.28", "total": "125.28"},
    {"above_ground": "62.64", **BAMBOO_FLOOR, "total": "435.54", "vegetation": "67.34"},
    {
        "above_ground": "229.68",
        **BAMBOO_FLOOR_CO2E,
        "total": "1596.98",
        "vegetation": "246.9133",
    },
)


def test_bamboo_with_a_count(city: City) -> None:
    """5 ha of moso bamboo with 12 000 culms of 10.44 kg; all of it is booked above ground.

    B = 12 000 x 10.44 kg = 125 280 kg = 125.28 t d.m.; carbon 62.64 t C
    understorey 0.94 x 5 = 4.7, litter 0.63 x 5 = 3.15, dead wood 1.38 x 5 = 6.9,
    soil 71.63 x 5 = 358.15 t C
    vegetation 62.64 + 4.7 = 67.34; total 67.34 + 3.15 + 6.9 + 358.15 = 435.54 t C
    co2e: 229.68, 17.2333, 11.55, 25.3, 1313.2167; vegetation 246.9133, total 1596.98 t
    """
    assert city.county("330109") == COUNTED_BAMBOO
    # 0.5 for bamboo is assumed
    assert city.flagged("bamboo", "moso_bamboo") == {
        ("assumed_parameter", "above_ground"),
        ("pool_not_estimated", "below_ground"),
    }


def test_bamboo_without_a_count(city: City) -> None:
    """5 ha of bamboo, culms not recorded: the provincial 2474 culms/ha.

    2474 x 5 = 12 370 culms; B = 12 370 x 10.44 kg = 129 142.8 kg = 129.1428 t; 64.5714 t C
    understorey, litter, dead wood, soil as for 5 ha with a count
    vegetation 64.5714 + 4.7 = 69.2714; total 69.2714 + 3.15 + 6.9 + 358.15 = 437.4714 t C
    co2e: 236.7618; vegetation 253.9951, total 1604.0618 t
    """
    assert city.county("330110") == table(
        {"area": "5"},
        {"above_ground": "129.1428", "total": "129.1428"},
        {"above_ground": "64.5714", **BAMBOO_FLOOR, "total": "437.4714", "vegetation": "69.2714"},
        {
            "above_ground": "236.7618",
            **BAMBOO_FLOOR_CO2E,
            "total": "1604.0618",
            "vegetation": "253.9951",
        },
    )
    assert city.flagged("bamboo", "other_bamboo") == {
        ("assumed_parameter", "above_ground"),
        ("culms_missing_imputed", None),
        ("pool_not_estimated", "below_ground"),
    }
    assert city.share("330110", "share_imputed", "above_ground") == 1


def test_bamboo_without_a_species(city: City) -> None:
    """The published bamboo densities are those of the class: which bamboo it is plays no part.

    The same 5 ha and 12 000 culms as with a species: 435.54 t C, of which 358.15 t C in soil.
    """
    assert city.county(SPECIES_LESS_BAMBOO) == COUNTED_BAMBOO


def test_economic_forest(city: City) -> None:
    """4 ha: whole plant 35.21 t/ha, divided by above 29.35 and below 7.55 (sum 36.90).

    B = 35.21 x 4 = 140.84 t; above 140.84 x 29.35/36.90 = 112.0231,
    below 140.84 x 7.55/36.90 = 28.8169 t
    carbon 56.0116 and 14.4084 t C; no understorey is published
    litter 1.79 x 4 = 7.16, dead wood 5.52, soil 108.89 x 4 = 435.56 t C
    vegetation 70.42; total 70.42 + 5.52 + 7.16 + 435.56 = 518.66 t C
    co2e: 205.3758, 52.8309, 20.24, 26.2533, 1597.0533; vegetation 258.2067, total 1901.7533 t
    """
    assert city.county("330111") == table(
        {"area": "4"},
        {"above_ground": "112.0231", "below_ground": "28.8169", "total": "140.84"},
        {
            "above_ground": "56.0116",
            "below_ground": "14.4084",
            "dead_wood": "5.52",
            "litter": "7.16",
            "soil": "435.56",
            "total": "518.66",
            "vegetation": "70.42",
        },
        {
            "above_ground": "205.3758",
            "below_ground": "52.8309",
            "dead_wood": "20.24",
            "litter": "26.2533",
            "soil": "1597.0533",
            "total": "1901.7533",
            "vegetation": "258.2067",
        },
    )
    assert city.flagged("economic", None) == {("pool_not_estimated", "understorey")}


def test_special_shrub(city: City) -> None:
    """4 ha: whole plant 17.99 t/ha, divided by above 12.51 and below 6.72 (sum 19.23).

    B = 17.99 x 4 = 71.96 t; above 71.96 x 12.51/19.23 = 46.8133,
    below 71.96 x 6.72/19.23 = 25.1467 t
    carbon 23.4066 and 12.5734 t C; litter 7.16, dead wood 5.52, soil 435.56 t C
    vegetation 35.98; total 35.98 + 5.52 + 7.16 + 435.56 = 484.22 t C
    co2e: 85.8244, 46.1023, 20.24, 26.2533, 1597.0533; vegetation 131.9267, total 1775.4733 t
    """
    assert city.county("330112") == table(
        {"area": "4"},
        {"above_ground": "46.8133", "below_ground": "25.1467", "total": "71.96"},
        {
            "above_ground": "23.4066",
            "below_ground": "12.5734",
            "dead_wood": "5.52",
            "litter": "7.16",
            "soil": "435.56",
            "total": "484.22",
            "vegetation": "35.98",
        },
        {
            "above_ground": "85.8244",
            "below_ground": "46.1023",
            "dead_wood": "20.24",
            "litter": "26.2533",
            "soil": "1597.0533",
            "total": "1775.4733",
            "vegetation": "131.9267",
        },
    )
    assert city.flagged("special_shrub", None) == {("pool_not_estimated", "understorey")}


@pytest.mark.parametrize(
    ("county", "vegetation_class", "species", "living_stock"),
    [
        ("330113", "sparse", "masson_pine", "45.5"),
        ("330114", "scattered", "other_soft_broadleaf", "12.25"),
        ("330122", "unestablished", "chinese_fir", None),
        ("330127", "other_shrub", None, None),
        ("330127", "non_forest", None, None),
    ],
)
def test_classes_without_carbon(
    city: City, county: str, vegetation_class: str, species: str | None, living_stock: str | None
) -> None:
    """Neither area of forest, growing stock nor carbon; sparse and scattered trees are living."""
    expected = {} if living_stock is None else {("living_stock", None): Decimal(living_stock)}
    assert city.county(county) == expected
    assert city.flagged(vegetation_class, species) == {("class_not_estimated", None)}


def test_number_of_stands_behind_a_figure(city: City) -> None:
    behind = city.rows.filter(pl.col("region_code") == "330102")["n"]
    assert behind.to_list() == [1] * behind.len()


def test_every_figure_has_an_error_or_says_why_not(city: City) -> None:
    silent = city.rows.filter(pl.col("se").is_null() & pl.col("se_reason").is_null())
    assert silent.select("region_code", "quantity", "pool").rows() == []


def test_city_total(encode: Encode, factors: Factors) -> None:
    """The stands above, but for the bamboo without a species, as one city.

    area 10 + 6 + 10 + 8 + 5 + 5 + 4 + 4 = 52 ha; growing stock 600 + 0 + 400 = 1000 m3 from 3
    stands; living stock 1000 + 45.5 + 12.25 = 1057.75 m3 from 5
    biomass 507.51 + 0 + 443.2 + 473.168 + 125.28 + 129.1428 + 140.84 + 71.96 = 1891.1008 t
    carbon  1145.355 + 691.2 + 1272.9 + 1016.824 + 435.54 + 437.4714 + 518.66 + 484.22
            = 6002.1704 t C
    vegetation 307.555 + 15.3 + 242.7 + 263.464 + 67.34 + 69.2714 + 70.42 + 35.98
            = 1072.0304 t C
    co2e    4199.635 + 2534.4 + 4667.3 + 3728.3547 + 1596.98 + 1604.0618 + 1901.7533 + 1775.4733
            = 22007.9581 t
    imputed area of the total: (10 + 5)/52
    """
    counties = [code for code in STANDS if code != SPECIES_LESS_BAMBOO]
    rows = forest_figures(_encoded(encode, counties), factors, ()).rows
    found = {(r["quantity"], r["pool"]): r for r in rows.iter_rows(named=True)}
    expected = {
        ("area", None): ("52", 8),
        ("growing_stock", None): ("1000", 3),
        ("living_stock", None): ("1057.75", 5),
        ("biomass", "total"): ("1891.1008", 8),
        ("carbon", "total"): ("6002.1704", 8),
        ("carbon", "vegetation"): ("1072.0304", 8),
        ("co2e", "total"): ("22007.9581", 8),
    }
    for key, (value, n) in expected.items():
        assert (found[key]["value"], found[key]["n"]) == (Decimal(value), n)
    # 15/52 is the nearest double to the share of two exact sums
    assert found["carbon", "total"]["share_imputed"] == pytest.approx(15 / 52, rel=1e-15)


def test_options_of_carbon_fraction_and_soil_depth(encode: Encode) -> None:
    """10 ha of Masson pine with 600 m3 again, carbon fraction 0.460 and soil to 30 cm.

    above 427.5568660 x 0.46 = 196.6762, below 79.9531340 x 0.46 = 36.7784 t C
    share of 0-30 cm: (21.34 + 13.01 + 9.27) x 10 = 436.2 of
    436.2 + 7.64 x 20 + 6.19 x 50 = 436.2 + 152.8 + 309.5 = 898.5 g/kg cm, 0.485476 as stored
    soil 804 x 0.485476 = 390.3227 t C
    """
    other = load_factors(carbon_fraction_set="species", soil_depth_cm=30)
    rows = forest_figures(_encoded(encode, ["330102"]), other, ()).rows
    carbon = dict(rows.filter(pl.col("quantity") == "carbon").select("pool", "value").iter_rows())
    assert carbon["above_ground"] == Decimal("196.6762")
    assert carbon["below_ground"] == Decimal("36.7784")
    assert carbon["soil"] == Decimal("390.3227")
