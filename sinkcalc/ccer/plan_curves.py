"""The growth curve that serves the trees of a component."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import numpy as np
import polars as pl

from sinkcalc.accounting.curves import Curves
from sinkcalc.calibration.model import EVERY_GROUP, Model
from sinkcalc.ccer.periods import table_at
from sinkcalc.ccer.project import Component, Project
from sinkcalc.coefficients.factors import species_groups
from sinkcalc.errors import SinkcalcError, did_you_mean
from sinkcalc.models.growth import GROWTH_FORMULAS, GROWTH_UNITS, Floats, GrowthForm, volume_at

PLANTED: Final = "planted"
TABLE: Final = "table"
# how a curve of all stands is named
ALL_STANDS: Final = "all"
# a curve that was fitted to the stands there and then, not stored
FITTED: Final = "fitted"
# years at which a curve is shown beside the figures
SHOWN_AGES: Final = (10, 20, 30)


@dataclass(frozen=True)
class ServingCurve:
    """The curve of a component.

    Attributes
    ----------
    kind
        Word of `CURVE_KINDS`.
    name
        Group whose curve serves, or the project's table.
    model
        Of a calibrated curve.
    model_id, source
        Its id, if it is stored; the samples behind it.
    is_fallback
        The curve of all planted stands, or of all stands, serves for want of the species' own.
    table
        Age in years and growing stock in m3/ha.
    """

    kind: str
    name: str
    model: Model | None = None
    model_id: str | None = None
    source: str | None = None
    is_fallback: bool = False
    table: Sequence[tuple[float, float]] = ()

    @property
    def form(self) -> str:
        """Form of the curve: `table`, or that of the model."""
        return TABLE if self.model is None else self.model.form

    @property
    def reach(self) -> tuple[float, float]:
        """Youngest and oldest age that the curve knows, years; a table begins at 0."""
        if self.model is None:
            return 0.0, max(age for age, _ in self.table)
        return self.model.x_min, self.model.x_max

    def stock(self, age: Floats) -> Floats:
        """Return the growing stock at ages in years, m3/ha."""
        if self.model is None:
            return table_at(self.table, age)
        form = cast("GrowthForm", self.model.form)
        return volume_at(form, np.array(self.model.values), age)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Parameter rows of the coefficients; none of a table."""
        if self.model is None:
            return []
        model, form = self.model, cast("GrowthForm", self.model.form)
        return [
            {
                "symbol": f"curve_{symbol}",
                "key": self.name,
                "parameter_id": f"growth.{self.name}.{symbol}",
                "value": value,
                "unit": unit,
                "se": model.covariance[i][i] ** (1 / 2),
                "source_id": self.source,
                "locator": f"{self.model_id or FITTED}: {form} {GROWTH_FORMULAS[form]}, "
                f"n = {model.n}",
                "status": "calibrated",
                "evidence": "computed",
                "note": None,
            }
            for i, (symbol, value, unit) in enumerate(
                zip(model.symbols, model.values, GROWTH_UNITS[form], strict=True)
            )
        ]


def serving_curve(
    part: Component, where: tuple[str, str], project: Project, curves: Curves | None
) -> ServingCurve:
    """Return the growth curve of a component.

    Parameters
    ----------
    where
        Scenario and stratum, for messages.
    curves
        Calibrated curves; None without a database.

    Raises
    ------
    SinkcalcError
        If there is none: a table or model of no such name, no calibrated curves, or the
        methodology's own curves, of which none was read.
    """
    scenario, stratum = where
    place = f"[{scenario}] {stratum} / {part.name}"
    if part.curve == "table":
        return _table(part, place, project)
    if part.curve == "calibrated":
        return _calibrated(part, place, project, curves)
    raise SinkcalcError(
        zh=f"{project.path} 碳层 {place}:没有给出生长曲线(curve 未写,或写为 default)。方法学 "
        f"{project.methodology} 自带的生长曲线没有读到原文,本程序不附带。请在该碳层写 "
        'curve = "calibrated"(数据库中拟合的曲线),或 curve = "table" 与 curve_name = "名称",'
        '并在 [tables."名称"] 中给出生长表及其出处',
        en=f"{project.path}, stratum {place}: no growth curve is given (curve is not written, or "
        f"is default). Those of {project.methodology} itself were not read in its text and none is "
        'shipped. Write into the stratum curve = "calibrated" (curves fitted in the database), or '
        'curve = "table" and curve_name = "NAME" with the growth table and its source in '
        '[tables."NAME"]',
    )


def _table(part: Component, place: str, project: Project) -> ServingCurve:
    name = part.curve_name or part.species
    if not project.tables.get(name):
        zh, en = did_you_mean(name, project.tables)
        raise SinkcalcError(
            zh=f"{project.path} 碳层 {place}:没有名为 {name} 的生长表;{zh}",
            en=f"{project.path}, stratum {place}: there is no growth table {name}; {en}",
        )
    return ServingCurve(kind="table", name=name, table=project.tables[name])


def _calibrated(
    part: Component, place: str, project: Project, curves: Curves | None
) -> ServingCurve:
    if curves is None:
        raise SinkcalcError(
            zh=f'{project.path} 碳层 {place}:curve = "calibrated" 需要数据库中的生长曲线。请用 '
            '--db 指定数据库,用 sinkcalc calibrate growth 拟合并启用,或改用 curve = "table"',
            en=f'{project.path}, stratum {place}: curve = "calibrated" needs growth curves of a '
            "database. Name it with --db, fit and activate curves with sinkcalc calibrate growth, "
            'or use curve = "table"',
        )
    own = _group_of(part.species)
    if part.curve_name is None:
        group, model = curves.curve_of(own, PLANTED)
    else:
        group = _named(part.curve_name, place, project, curves)
        model = curves.models[group]
    return ServingCurve(
        kind="calibrated",
        name=group or ALL_STANDS,
        model=model,
        model_id=curves.ids.get(group),
        source=curves.sources.get(group, f"SURVEY {curves.basis}"),
        is_fallback=part.curve_name is None and group != f"{own}.{PLANTED}",
    )


def _named(name: str, place: str, project: Project, curves: Curves) -> str:
    """Return the group of a model that is named by its group or its id."""
    groups = {group or ALL_STANDS: group for group in curves.models}
    groups |= {model_id: group for group, model_id in curves.ids.items()}
    if name == EVERY_GROUP or name not in groups:
        zh, en = did_you_mean(name, groups)
        raise SinkcalcError(
            zh=f"{project.path} 碳层 {place}:没有名为 {name} 的生长曲线;{zh}",
            en=f"{project.path}, stratum {place}: there is no growth curve {name}; {en}",
        )
    return groups[name]


def _group_of(species: str) -> str | None:
    rows = species_groups().filter(pl.col("species") == species)
    return None if rows.is_empty() else rows["species_group"][0]
