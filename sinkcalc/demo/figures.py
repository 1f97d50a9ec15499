"""The figures the simulated city is made from, as they stand in the parameter files."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from sinkcalc.resources import parameter_path
from sinkcalc.units import MU_PER_HA

SURVEY_YEARS: Final = (2015, 2020, 2023)

# the city whose published totals the simulated stands meet
_CITY: Final = 330100


@dataclass(frozen=True)
class Figures:
    """Rows of `parameters/demo_city.csv`, looked up by symbol and keys."""

    rows: pl.DataFrame

    def of(self, symbol: str) -> pl.DataFrame:
        """Return the rows of a symbol."""
        return self.rows.filter(symbol=symbol)

    def one(self, symbol: str, **keys: str | int) -> float:
        """Return the value of the only row of a symbol, or of the only one with these keys."""
        return float(self.of(symbol).filter(**keys)["value"].item())

    def by(self, symbol: str, key: str) -> dict[str, float]:
        """Return the values of a symbol by one of the key columns."""
        found = self.of(symbol).drop_nulls(key)
        return dict(zip(found[key].to_list(), found["value"].to_list(), strict=True))


def read_figures() -> Figures:
    """Return the figures of the shipped parameter file."""
    return Figures(table("demo_city"))


def table(name: str) -> pl.DataFrame:
    """Return a parameter table with the types its values suggest."""
    return pl.read_csv(parameter_path(name), infer_schema_length=None)


@dataclass(frozen=True)
class SurveyTotals:
    """What the stands of one survey add up to.

    Attributes
    ----------
    area_ha
        Area by vegetation class, ha.
    growing_stock_m3
        Volume of arbor forest, m3.
    """

    area_ha: dict[str, float]
    growing_stock_m3: float


def survey_totals(figures: Figures) -> dict[int, SurveyTotals]:
    """Return the totals of the three surveys.

    The first two are published; arbor area = growing stock / volume per hectare of arbor forest.
    The third carries the growing stock on at the yearly rate between the first two and the forest
    area at an assumed rate, arbor forest keeping its share.
    """
    published = table("published_totals").filter(region_code=_CITY, definition="local")
    base, middle, last = SURVEY_YEARS

    def value(year: int, quantity: str) -> float:
        return float(published.filter(year=year, quantity=quantity)["value"].item())

    forest = {year: value(year, "area") for year in (base, middle)}
    stock = {year: value(year, "growing_stock") for year in (base, middle)}
    arbor = {y: stock[y] / (figures.one("arbor_stock", year=y) * MU_PER_HA) for y in stock}

    elapsed = last - middle
    yearly_m3 = (stock[middle] - stock[base]) / (middle - base)
    stock[last] = stock[middle] + figures.one("stock_growth") * yearly_m3 * elapsed
    forest[last] = forest[middle] + figures.one("forest_growth") * elapsed
    arbor[last] = arbor[middle] / forest[middle] * forest[last]

    shares = figures.by("share_of_forest", "vegetation_class")
    beside = {name: share * forest[base] for name, share in shares.items()}
    return {
        year: SurveyTotals(_classes(figures, forest[year], arbor[year]) | beside, stock[year])
        for year in SURVEY_YEARS
    }


def _classes(figures: Figures, forest_ha: float, arbor_ha: float) -> dict[str, float]:
    """Divide the forest that is not arbor in the provincial proportions."""
    provincial = figures.by("provincial_area", "vegetation_class")
    other_ha = forest_ha - arbor_ha
    bamboo = provincial["bamboo"] / sum(provincial.values()) * other_ha
    shrub = figures.one("special_shrub_share") * (other_ha - bamboo)
    return {
        "arbor": arbor_ha,
        "bamboo": bamboo,
        "economic": other_ha - bamboo - shrub,
        "special_shrub": shrub,
    }
