"""Area, density and species effects of a change."""

import random
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from sinkcalc.accounting.effects import change_effects as with_errors
from sinkcalc.accounting.stock import KEY_OF
from sinkcalc.schemas.results import Estimate
from sinkcalc.uncertainty.errors import Errors
from sinkcalc.uncertainty.parts import NO_SPREADS, ErrorParts

PARTS = ("area_effect", "density_effect", "species_effect")
SPECIES = ("chinese_fir", "masson_pine", "oak", "camphor")
REGIONS = ("330102", "330105", "330109")

_KEYS = dict.fromkeys((*KEY_OF.values(), "quantity", "pool"), pl.String)
LOADINGS = {
    **dict.fromkeys(("parameter_id", "block"), pl.String),
    "factor": pl.Int32,
    **dict.fromkeys(("loading", "df"), pl.Float64),
    **dict.fromkeys(("source", "basis"), pl.String),
}

# region, forest class, species, area, growing stock, vegetation and total carbon
Cell = tuple[str | None, str, str | None, str | None, str | None, str | None, str | None]
Row = dict[str, Any]


_NO_ERRORS = ErrorParts(
    pl.DataFrame(schema=_KEYS | {"parameter_id": pl.String, "derivative": pl.Float64}),
    pl.DataFrame(schema=_KEYS | {"source": pl.String, "variance": pl.Float64}),
    Errors(pl.DataFrame(schema=LOADINGS), NO_SPREADS),
)


def change_effects(first: pl.DataFrame, last: pl.DataFrame, by: list[str]) -> pl.LazyFrame:
    """Split a change of estimates that have no errors."""
    return with_errors(first, last, by, (_NO_ERRORS, _NO_ERRORS))


def _estimate(survey: int, cells: list[Cell]) -> pl.DataFrame:
    """Make stored rows of cells; a figure that is None has no row."""
    base = {
        "run_id": f"run-{survey}",
        "survey": survey,
        "n": 1,
        "method": "cbef-zhejiang",
        "share_extrapolated": 0.0,
        "share_imputed": 0.0,
        "share_recalled": 0.0,
        "simulated": survey == 2020,
    }
    kinds = (
        ("area", None, "ha"),
        ("growing_stock", None, "m3"),
        ("carbon", "vegetation", "t C"),
        ("carbon", "total", "t C"),
    )
    rows = [
        base
        | {
            "region_code": region,
            "region_name": None if region is None else f"name of {region}",
            "vegetation_class": vegetation_class,
            "species_group": species,
            "quantity": quantity,
            "pool": pool,
            "unit": unit,
            "depth_cm": 100 if pool == "total" else None,
            "definition": f"local: {quantity}",
            "value": Decimal(value),
        }
        for region, vegetation_class, species, *figures in cells
        for (quantity, pool, unit), value in zip(kinds, figures, strict=True)
        if value is not None
    ]
    return pl.DataFrame(rows, schema=Estimate.create_empty().schema)


def _arbor(species: str, area: str, volume: str | None) -> Cell:
    return (None, "arbor", species, area, volume, None, None)


def _stock(first: list[Cell], last: list[Cell]) -> Row:
    rows = change_effects(_estimate(2015, first), _estimate(2020, last), []).collect().to_dicts()
    (row,) = (row for row in rows if row["quantity"] == "growing_stock")
    return row


def _parts(row: Row) -> tuple[float, ...]:
    return tuple(float(row[name]) for name in ("change", *PARTS))


def test_by_hand() -> None:
    """100 ha of fir at 50 m3/ha and 100 ha of pine at 80 become 150 ha at 60 and 90 ha at 80.

    D from 65 to 67.5 m3/ha on 200 and 240 ha. Area: 40 x 66.25 = 2,650. Share of fir from 0.5
    to 0.625: 220 x (0.125 x 55 - 0.125 x 80) = -687.5. Fir from 50 to 60 at a share of 0.5625:
    220 x 5.625 = 1,237.5. Sum 3,200 = 16,200 - 13,000.
    """
    row = _stock(
        [_arbor("chinese_fir", "100", "5000"), _arbor("masson_pine", "100", "8000")],
        [_arbor("chinese_fir", "150", "9000"), _arbor("masson_pine", "90", "7200")],
    )
    assert _parts(row) == (3200, 2650, 1237.5, -687.5)
    assert (row["survey_from"], row["survey_to"]) == (2015, 2020)
    assert (row["run_id_from"], row["run_id_to"]) == ("run-2015", "run-2020")
    assert (row["unit"], row["definition"], row["method"]) == (
        *("m3", "local: growing_stock", "cbef-zhejiang"),
    )
    assert row["simulated"] is True


def test_only_growth_is_density_only() -> None:
    """10 ha from 50 to 60 m3/ha: 100 m3, nothing of it from area or species."""
    row = _stock([_arbor("oak", "10", "500")], [_arbor("oak", "10", "600")])
    assert _parts(row) == (100, 0, 100, 0)


def test_only_more_of_the_same_is_area_only() -> None:
    row = _stock(
        [_arbor("oak", "10", "500"), _arbor("camphor", "20", "600")],
        [_arbor("oak", "15", "750"), _arbor("camphor", "30", "900")],
    )
    assert _parts(row) == (550, 550, 0, 0)


def test_a_new_species_and_a_lost_one_are_a_shift() -> None:
    """Pine of 40 m3/ha gives way to oak of 100 on 10 ha: 600 m3, all from the species."""
    row = _stock([_arbor("masson_pine", "10", "400")], [_arbor("oak", "10", "1000")])
    assert _parts(row) == (600, 0, 0, 600)


@pytest.mark.parametrize("new", [True, False])
def test_a_group_that_one_survey_lacks_is_an_area_effect(new: bool) -> None:
    south: Cell = ("330105", "arbor", "oak", "3", "301", "50", "90")
    north: Cell = ("330102", "arbor", "oak", "1", "100", "50", "90")
    sides = ([north], [north, south])
    first, last = (
        _estimate(y, c) for y, c in zip((2015, 2020), sides[:: 1 if new else -1], strict=True)
    )
    rows = change_effects(first, last, ["region_code"]).collect().to_dicts()
    found = {row["region_code"]: row for row in rows if row["quantity"] == "growing_stock"}
    sign = 1 if new else -1
    assert _parts(found["330105"]) == (sign * 301, sign * 301, 0, 0)
    assert _parts(found["330102"]) == (0, 0, 0, 0)
    assert found["330105"]["region_name"] == "name of 330105"


def test_arbor_without_a_stock_dilutes_and_bamboo_does_not() -> None:
    """Growing stock goes by the area of arbor forest; carbon by that of all forest."""
    bamboo: Cell = (None, "bamboo", None, "50", None, "1000", "4000")
    empty = _arbor("camphor", "10", None)
    oak = _arbor("oak", "10", "500")
    row = _stock([oak, bamboo], [oak, empty, bamboo])
    # area 10 x (50 + 25) / 2 = 375; oak from 1 to 0.5 at 50: 15 x -25 = -375
    assert _parts(row) == (0, 375, 0, -375)
    both = [_estimate(year, [oak, bamboo]) for year in (2015, 2020)]
    rows = change_effects(both[0], both[1], ["vegetation_class"]).collect()
    keys = ["vegetation_class", "quantity", "pool", "depth_cm"]
    assert sorted(rows.select(keys).rows(), key=str) == [
        ("arbor", "growing_stock", None, None),
        ("bamboo", "carbon", "total", 100),
        ("bamboo", "carbon", "vegetation", None),
    ]


def test_a_stock_without_area_is_in_the_density_effect() -> None:
    row = _stock(
        [(None, "arbor", "oak", None, "10", None, None)],
        [(None, "arbor", "oak", None, "25", None, None)],
    )
    assert _parts(row) == (15, 0, 15, 0)


def _random_cells(rng: random.Random) -> list[Cell]:
    """Draw cells of which some are absent, some without stock, some equal."""

    def figure(most: float) -> str:
        return f"{rng.uniform(0.0001, most):.4f}"

    cells: list[Cell] = []
    for region in REGIONS:
        for species in (*SPECIES, None):
            if rng.random() < 0.3:
                continue
            kind = "bamboo" if species is None else "arbor"
            volume = figure(1e7) if species and rng.random() < 0.8 else None
            cells.append((region, kind, species, figure(1e5), volume, figure(1e6), figure(1e7)))
    return cells or [(REGIONS[0], "arbor", "oak", "1", "1", "1", "1")]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(
    "by", [[], ["region_code"], ["vegetation_class"], ["region_code", "species_group"]], ids=str
)
def test_effects_of_random_tables(seed: int, by: list[str]) -> None:
    """They add up exactly, change sign with the order, and are 0 without a change."""
    rng = random.Random(seed)
    one, two = (_estimate(year, _random_cells(rng)) for year in (2015, 2020))
    rows = change_effects(one, two, by).collect()
    total = pl.sum_horizontal(pl.col(PARTS).cast(pl.Decimal(38, 4)))
    assert rows.filter(total != pl.col("change").cast(pl.Decimal(38, 4))).is_empty()
    # the change is that of all rows of the cells
    found = dict(
        rows.group_by("quantity", "pool")
        .agg(pl.col("change").sum())
        .rows_by_key(["quantity", "pool"], unique=True)
    )
    for (quantity, pool), (change,) in found.items():
        sides = [
            sum(
                frame.filter(
                    pl.col("quantity") == quantity, pl.col("pool").eq_missing(pl.lit(pool))
                )["value"].to_list()
            )
            for frame in (one, two)
        ]
        assert change == sides[1] - sides[0]
    back = change_effects(two, one, by).collect()
    keys = ["quantity", "pool", *by]
    for name in ("change", *PARTS):
        assert (rows.sort(keys)[name] == -back.sort(keys)[name]).all(), name
    again = two.with_columns(survey=pl.lit(2023, pl.Int32))
    still = change_effects(two, again, by).collect()

    assert still.filter(pl.any_horizontal(pl.col("change", *PARTS) != 0)).is_empty()


# errors of measured areas and volumes of each survey, and of a carbon density that both share
_RELATIVE = {"measurement.area": 0.03, "measurement.volume": 0.06, "coefficient": 0.1}


def _measured(survey: int, cells: list[Cell]) -> tuple[pl.DataFrame, ErrorParts]:
    """Give areas an error of 3 %, volumes of 6 %, carbon that of both and a shared one of 10 %."""
    frame = _estimate(survey, cells).with_columns(se=pl.lit(1.0))
    of = {
        "area": ["measurement.area"],
        "growing_stock": ["measurement.volume"],
        "carbon": ["measurement.volume", "coefficient"],
    }
    parts = [
        frame.filter(quantity=quantity).select(
            *_KEYS,
            pl.lit(name).alias("parameter_id"),
            pl.col("value").cast(pl.Float64).alias("derivative"),
        )
        for quantity, names in of.items()
        for name in names
    ]
    loadings = [
        (name, name if name == "coefficient" else f"{name}.{survey}", 0, size, None, "x", "assumed")
        for name, size in _RELATIVE.items()
    ]
    errors = Errors(pl.DataFrame(loadings, schema=LOADINGS, orient="row"), NO_SPREADS)
    return frame, ErrorParts(pl.concat(parts), _NO_ERRORS.residuals, errors)


@pytest.mark.parametrize("by", [[], ["region_code"], ["species_group"]], ids=str)
def test_errors_are_differences_of_effects(by: list[str]) -> None:
    """Each independent error moved by a millionth of itself, both ways; squares are added.

    Areas of 2015 and of 2020, volumes of 2015 and of 2020 by themselves, the coefficient of both
    surveys at once.
    """
    rng = random.Random(3)
    sides = [[_rounded(cell) for cell in _random_cells(rng)] for _ in range(2)]
    first, last = (_measured(y, c) for y, c in zip((2015, 2020), sides, strict=True))
    keys = ["quantity", "pool", *by]
    rows = with_errors(first[0], last[0], by, (first[1], last[1])).collect().sort(keys)
    names = ["change", *PARTS]
    squares = {name: [0.0] * rows.height for name in names}
    for name, relative in _RELATIVE.items():
        for moved in ((0, 1),) if name == "coefficient" else ((0,), (1,)):
            step = 1e-3
            both = [
                change_effects(*_moved(sides, name, moved, sign * step), by).collect().sort(keys)
                for sign in (1, -1)
            ]
            for part in names:
                slopes = (both[0][part] - both[1][part]).cast(pl.Float64) / (2 * step) * relative
                squares[part] = [a + b**2 for a, b in zip(squares[part], slopes, strict=True)]
    for part in names:
        expected = [square**0.5 for square in squares[part]]
        # figures are rounded to 1e-4 and differences divided by 2e-3
        assert rows[f"{part}_se"].to_list() == pytest.approx(expected, rel=1e-4, abs=0.1), part
    assert rows["se_reason"].str.starts_with("assumed").all()


def _rounded(cell: Cell) -> Cell:
    """Keep cells whose stocks are all there."""
    region, kind, species, area, volume, *carbon = cell
    return (region, kind, species, area, volume or "50", carbon[0], carbon[1])


def _moved(
    sides: list[list[Cell]], name: str, moved: tuple[int, ...], step: float
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Move what an error moves: areas, volumes with the carbon, or the carbon alone."""
    quantities = {
        "measurement.area": ["area"],
        "measurement.volume": ["growing_stock", "carbon"],
        "coefficient": ["carbon"],
    }[name]
    factor = pl.when(pl.col("quantity").is_in(quantities)).then(1 + step).otherwise(1.0)
    frames = []
    for at, (year, cells) in enumerate(zip((2015, 2020), sides, strict=True)):
        frame = _estimate(year, cells)
        if at in moved:
            value = (pl.col("value").cast(pl.Float64) * factor).round(4)
            frame = frame.with_columns(value.cast(frame.schema["value"]))
        frames.append(frame)
    return frames[0], frames[1]


def test_without_an_error_of_a_cell_there_is_none() -> None:
    first, last = (_measured(year, [_arbor("oak", "10", "500")]) for year in (2015, 2020))
    lacking = last[0].with_columns(se=pl.lit(None, pl.Float64))
    rows = with_errors(first[0], lacking, [], (first[1], last[1])).collect()
    assert rows["change_se"].to_list() == [None]
    assert rows["se_reason"].to_list() == ["an estimate of one of the surveys has no error"]
