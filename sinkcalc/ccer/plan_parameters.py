"""Where the value of each parameter of a plan comes from."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from sinkcalc.ccer.discounts import discount_row
from sinkcalc.ccer.numbers import Integers
from sinkcalc.ccer.own_figures import ONLY_OWN, OWN, STATED
from sinkcalc.ccer.plan_rows import GrownRow, TreeRow
from sinkcalc.ccer.project import OwnParameter, Project
from sinkcalc.coefficients.factors import species_groups
from sinkcalc.coefficients.load import load_table
from sinkcalc.coefficients.packs import MARKS, Pack
from sinkcalc.coefficients.select import select_parameter
from sinkcalc.coefficients.table import KEY_COLUMNS
from sinkcalc.coefficients.verified import IN_PLACE
from sinkcalc.errors import UsageProblem, did_you_mean

PARAMETER_SCHEMA: Final[dict[str, type[pl.DataType] | pl.DataType]] = {
    "symbol": pl.String,
    "key": pl.String,
    "parameter_id": pl.String,
    "value": pl.Float64,
    "unit": pl.String,
    "se": pl.Float64,
    **dict.fromkeys(MARKS, pl.String),
    # of a project's own figure: ids of the shipped rows that it stands for
    "stands_for": pl.List(pl.String),
}
# factors of a species -> table and set of the program's own that they are taken from
FACTORS: Final[dict[str, tuple[str, str | None]]] = {
    "wood_density": ("wood_density_bef", "ccer-d-bef"),
    "bef": ("wood_density_bef", "ccer-d-bef"),
    "root_shoot_ratio": ("root_shoot", None),
    "carbon_fraction": ("carbon_fraction", "species"),
}
CURVE_SYMBOLS: Final = ("curve_a", "curve_b", "curve_c")
GASES: Final = {"gwp_ch4": "CH4", "gwp_n2o": "N2O"}
DISCOUNT: Final = "discount"
_ARBOR: Final = "arbor"
_BAMBOO: Final = "bamboo"
_SPECIES_KEYS: Final = ("species", "species_group")


class Parameters:
    """The parameter rows of a plan, gathered as equations ask for them.

    Parameters
    ----------
    known
        Every symbol that an equation of the pack names, for hints.

    Raises
    ------
    UsageProblem
        If the project gives a figure for a symbol that the pack does not know, or twice.
    """

    def __init__(self, project: Project, pack: Pack, known: Sequence[str]) -> None:
        self._project = project
        self._pack = pack.tables["parameters"]
        inputs = pack.tables["inputs"]
        self._units = dict(inputs.select("symbol", "unit").iter_rows())
        self._own = _own_figures(project, pack, known)
        self._discount = discount_row(project, pack)
        self._places: dict[tuple[str, str], int] = {}
        self._rows: list[dict[str, Any]] = []

    @property
    def frame(self) -> pl.DataFrame:
        """The rows so far; the place of a row is its number."""
        return pl.DataFrame(self._rows, schema=PARAMETER_SCHEMA)

    def shared(self, symbol: str) -> int | None:
        """Return the place of a parameter that serves every row; None if nothing gives it."""
        if symbol == DISCOUNT:
            return self._add(self._discount)
        if symbol in GASES:
            return self._add(_gwp(self._project.gwp_set, symbol))
        if symbol in self._own:
            unit = self._units.get(symbol)
            return self._add(_own_row(self._own[symbol], self._of_pack(symbol), unit))
        row = self._of_pack(symbol)
        return None if row is None or row["value"] is None else self._add(row)

    def by_species(
        self, symbol: str, rows: Sequence[GrownRow]
    ) -> tuple[Integers, list[str | None]] | None:
        """Return the places of a factor of each row's species, and the levels they were found at.

        None if the symbol is none of a species.
        """
        table = self._species_table(symbol)
        if table is None:
            return None
        found = _selected(rows, table, symbol)
        by_id = {row["parameter_id"]: row for row in table.iter_rows(named=True)}
        places: list[int] = []
        levels: list[str | None] = []
        for row, (parameter_id, level) in zip(rows, found, strict=True):
            shipped = by_id.get(parameter_id)
            own = self._own.get(f"{symbol}.{row.part.species}", self._own.get(symbol))
            if own is not None:
                places.append(self._add(_own_row(own, shipped, None)))
                levels.append("project")
            elif shipped is None or shipped["value"] is None:
                places.append(-1)
                levels.append(None)
            else:
                places.append(self._add(_shipped(shipped)))
                levels.append(level)
        return np.array(places, dtype=np.int64), levels

    def of_curves(self, symbol: str, rows: Sequence[TreeRow]) -> Integers:
        """Return the places of a coefficient of each row's curve; -1 where it has none."""
        found = [{row["symbol"]: row for row in tree.curve.rows}.get(symbol) for tree in rows]
        places = [-1 if row is None else self._add(row) for row in found]
        return np.array(places, dtype=np.int64)

    def _species_table(self, symbol: str) -> pl.DataFrame | None:
        """Return the rows that give a symbol by species: the pack's, else the program's own."""
        keyed = pl.any_horizontal(pl.col(key).is_not_null() for key in _SPECIES_KEYS)
        mine = self._pack.filter(pl.col("symbol") == symbol)
        if not mine.filter(keyed).is_empty():
            return mine
        if symbol not in FACTORS or not mine.is_empty():
            return None
        name, chosen = FACTORS[symbol]
        rows = load_table(name).rows.filter(pl.col("symbol") == symbol)
        return rows if chosen is None else rows.filter(pl.col("equation_set") == chosen)

    def _of_pack(self, symbol: str) -> dict[str, Any] | None:
        unkeyed = [pl.col(key).is_null() for key in KEY_COLUMNS]
        rows = self._pack.filter(pl.col("symbol") == symbol, *unkeyed)
        return None if rows.is_empty() else _shipped(rows.row(0, named=True))

    def _add(self, row: dict[str, Any]) -> int:
        place = self._places.setdefault((row["symbol"], row["parameter_id"]), len(self._rows))
        if place == len(self._rows):
            self._rows.append({name: row.get(name) for name in PARAMETER_SCHEMA})
        kept = self._rows[place]
        more = [each for each in row.get("stands_for") or () if each not in kept["stands_for"]]
        if more:
            # one figure of the project may stand for those of several species
            kept["stands_for"] = [*kept["stands_for"], *more]
            kept["note"] = _stands_for(kept["stands_for"])
            kept["status"] = IN_PLACE if IN_PLACE in (kept["status"], row["status"]) else ONLY_OWN
        return place


def _own_figures(project: Project, pack: Pack, known: Sequence[str]) -> dict[str, OwnParameter]:
    allowed = {*known, *pack.tables["parameters"]["symbol"]}
    allowed -= {*GASES, DISCOUNT, *CURVE_SYMBOLS}
    species = species_groups()["species"].to_list()
    own: dict[str, OwnParameter] = {}
    for figure in project.parameters:
        symbol, _, of_species = figure.symbol.partition(".")
        if symbol not in allowed or (of_species and symbol not in FACTORS):
            zh, en = did_you_mean(symbol, sorted(allowed))
            raise UsageProblem(
                zh=f"{project.path} 的 parameters:方法学 {pack.code} 没有参数 {figure.symbol};{zh}",
                en=f"parameters of {project.path}: {pack.code} has no parameter "
                f"{figure.symbol}; {en}",
            )
        if of_species and of_species not in species:
            zh, en = did_you_mean(of_species, species)
            raise UsageProblem(
                zh=f"{project.path} 的 parameters:{figure.symbol} 中没有树种 {of_species};{zh}",
                en=f"parameters of {project.path}: {figure.symbol} names no species; {en}",
            )
        if figure.symbol in own:
            raise UsageProblem(
                zh=f"{project.path} 的 parameters:{figure.symbol} 给了两次;请只留一个",
                en=f"parameters of {project.path}: {figure.symbol} is given twice: leave one",
            )
        own[figure.symbol] = figure
    return own


def _own_row(
    own: OwnParameter, shipped: Mapping[str, Any] | None, unit: str | None
) -> dict[str, Any]:
    """Return the project's figure as a row, in place of that shipped."""
    error = None if own.relative_se is None else abs(own.value) * own.relative_se
    known = None if shipped is None else shipped["value"]
    stands_for = [] if shipped is None or known is None else [shipped["parameter_id"]]
    replaces = known is not None and known != own.value
    return {
        "symbol": own.symbol.partition(".")[0],
        "key": own.symbol.partition(".")[2],
        "parameter_id": f"{OWN}{own.symbol}",
        "value": own.value,
        "unit": unit if shipped is None else shipped["unit"],
        "se": error,
        "source_id": own.source,
        "locator": own.locator,
        "status": IN_PLACE if replaces else ONLY_OWN,
        "evidence": STATED,
        "note": _stands_for(stands_for) if stands_for else None,
        "stands_for": stands_for,
    }


def _stands_for(rows: Sequence[str]) -> str:
    return f"in place of {', '.join(rows)}"


def _shipped(row: Mapping[str, Any]) -> dict[str, Any]:
    key = row["species"] or row["species_group"] or ""
    return {"key": key, **{name: row.get(name) for name in PARAMETER_SCHEMA if name != "key"}}


def _gwp(gwp_set: str, symbol: str) -> dict[str, Any]:
    rows = load_table("gwp").rows
    row = rows.filter(pl.col("parameter_id") == f"gwp.{gwp_set}.{GASES[symbol]}").row(0, named=True)
    return _shipped(row) | {"symbol": symbol, "key": GASES[symbol]}


def _selected(
    rows: Sequence[GrownRow], table: pl.DataFrame, symbol: str
) -> list[tuple[str | None, str | None]]:
    """Return the id of the row of the table that serves each row, and the level it was found at."""
    groups = dict(species_groups().iter_rows())
    cells = pl.DataFrame(
        {
            "species": [row.part.species for row in rows],
            "species_group": [groups.get(row.part.species) for row in rows],
        },
        schema=dict.fromkeys(_SPECIES_KEYS, pl.String),
    ).with_columns(
        pl.when(pl.col("species_group") == _BAMBOO)
        .then(pl.lit(_BAMBOO))
        .otherwise(pl.lit(_ARBOR))
        .alias("vegetation_class"),
        pl.lit(None, pl.String).alias("origin"),
        pl.lit(None, pl.String).alias("age_group"),
    )
    found = select_parameter(cells.with_row_index("_n").lazy(), table, symbol).collect().sort("_n")
    return list(zip(found[f"{symbol}_id"], found[f"{symbol}_level"], strict=True))
