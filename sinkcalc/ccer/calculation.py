"""A project computed: eligible parcels, plan, results, and what is to be said of them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import dataframely as dy
import numpy as np
import polars as pl

from sinkcalc.accounting.curves import Curves
from sinkcalc.ccer.calculation_notes import notes_of
from sinkcalc.ccer.eligibility import eligible, screen
from sinkcalc.ccer.expression import parse
from sinkcalc.ccer.plan import Plan, Results, evaluate
from sinkcalc.ccer.plan_of import make_plan
from sinkcalc.ccer.programme import FIRST_START, first_start
from sinkcalc.ccer.project import Project
from sinkcalc.ccer.removals import pool_stocks, stratum_stocks, yearly_removals
from sinkcalc.ccer.used_items import used_items
from sinkcalc.coefficients.packs import Pack, load_pack
from sinkcalc.coefficients.verified import read_verified, unverified
from sinkcalc.errors import SinkcalcError, UsageProblem
from sinkcalc.schemas.ccer_removals import (
    LeftOutParcel,
    PoolStocks,
    StratumStocks,
    YearlyRemovals,
)

Notes = tuple[tuple[str, str], ...]
PASS, UNKNOWN = "pass", "unknown"
# parcels and reasons that are named in one message
_NAMED: Final = 5


@dataclass(frozen=True)
class Calculation:
    """A computed project.

    Attributes
    ----------
    screening
        Rows of `Screening`: every parcel under every rule.
    parcels
        Included parcels by `parcel_id`, with `outcome`.
    excluded
        Rows of `LeftOutParcel`.
    notes
        What is to be said beside the figures, in Chinese and English.
    simulated
        Whether parcels or curves come from a simulated survey.
    """

    project: Project
    pack: Pack
    plan: Plan
    results: Results
    screening: pl.DataFrame
    parcels: pl.DataFrame
    excluded: dy.DataFrame[LeftOutParcel]
    notes: Notes
    simulated: bool

    @cached_property
    def yearly(self) -> dy.DataFrame[YearlyRemovals]:
        """The years of the crediting period."""
        return yearly_removals(self.plan, self.results)

    @cached_property
    def by_stratum(self) -> dy.DataFrame[StratumStocks]:
        """Trees and bamboo of each stratum at the end of each year."""
        return stratum_stocks(self.plan, self.results)

    @cached_property
    def by_pool(self) -> dy.DataFrame[PoolStocks]:
        """Each pool at the end of each year."""
        return pool_stocks(self.plan, self.results)

    @cached_property
    def used_items(self) -> pl.DataFrame:
        """Items that the figures rest on (see `used_items`)."""
        return used_items(self.plan, self.pack, self.project.parameters)

    @cached_property
    def unverified(self) -> pl.DataFrame:
        """Used items that are recalled or assumed and that nobody has checked since."""
        return unverified(self.used_items, read_verified(self.project.verified_file))

    @property
    def unknown_parcels(self) -> int:
        """Number of counted parcels that a rule could not judge."""
        return int((self.parcels["outcome"] == UNKNOWN).sum())

    def marked(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Add to rows of figures what they must not travel without."""
        discount = self.plan.parameters["value"][self.plan.shared["discount"]]
        marks = {
            "project_id": self.project.project_id,
            "methodology": self.pack.code,
            "standing": self.pack.standing,
            "gwp_set": self.project.gwp_set,
            "discount": discount,
            "unverified_items": self.unverified.height,
            "unknown_parcels": self.unknown_parcels,
            "simulated": self.simulated,
        }
        return rows.with_columns(pl.lit(value).alias(name) for name, value in marks.items())


def calculate(
    project: Project,
    parcels: pl.DataFrame,
    curves: Curves | None,
    *,
    include_unknown: bool = False,
    simulated: bool = False,
) -> Calculation:
    """Screen the parcels of a project, lay out its computation and carry it out.

    Parameters
    ----------
    parcels
        One row a parcel, `PARCEL_COLUMNS`; areas in ha.
    curves
        Calibrated growth curves; None where no component asks for one.
    include_unknown
        Whether parcels that a rule could not judge are counted.
    simulated
        Whether the parcels or curves are of a simulated survey.

    Raises
    ------
    SinkcalcError
        If no parcel is eligible, an eligible one has no area or no stratum, the project started
        before the first day that the methodology accepts, or as `make_plan`.
    """
    pack = load_pack(project.methodology)
    _check_start(project, pack)
    screening = screen(parcels, pack, project.parameters, project.start)
    outcomes = eligible(screening).with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String))
    accepted = [PASS, UNKNOWN] if include_unknown else [PASS]
    judged = parcels.join(
        outcomes.select("parcel_id", "outcome"), on="parcel_id", maintain_order="left"
    )
    included = judged.filter(pl.col("outcome").is_in(accepted)).sort("parcel_id")
    excluded = _left_out(outcomes, accepted)
    if included.is_empty():
        raise _none_eligible(project, excluded)
    plan = make_plan(project, pack, _areas(project, included), curves)
    results = evaluate(plan)
    _check_finite(project, plan, results)
    return Calculation(
        project=project,
        pack=pack,
        plan=plan,
        results=results,
        screening=screening,
        parcels=included,
        excluded=excluded,
        notes=notes_of(project, pack, plan, results, included, excluded),
        simulated=simulated,
    )


def _check_start(project: Project, pack: Pack) -> None:
    """Refuse a project that started before the first day that a rule of the pack names."""
    rules = pack.tables["rules"].select("expression", "item_id").iter_rows()
    if not any(FIRST_START in parse(text, where).names for text, where in rules):
        return
    first = first_start(pack)
    if project.start <= first:
        raise UsageProblem(
            zh=f"{project.path}:开工日期 {project.start} 不晚于 {first};{pack.code} "
            "只接受此日之后开工的项目",
            en=f"{project.path}: the project started on {project.start}, and {pack.code} accepts "
            f"those that started after {first}",
        )


def _check_finite(project: Project, plan: Plan, results: Results) -> None:
    """Refuse figures that have left the range of numbers, and name the first that did."""
    for equation in plan.equations:
        found = results[equation.level, equation.symbol]
        if not np.isfinite(found).all():
            raise SinkcalcError(
                zh=f"{project.path}:公式 {equation.equation_id} 算出的 {equation.symbol} 不是有限的"
                "数;检查它所用的数值(如 [parameters]、[tables])是否过大",
                en=f"{project.path}: equation {equation.equation_id} gives a {equation.symbol} "
                "that is no finite number: look for a figure that is too large (as in [parameters] "
                "or [tables])",
            )


def _left_out(outcomes: pl.DataFrame, accepted: list[str]) -> dy.DataFrame[LeftOutParcel]:
    rows = outcomes.filter(~pl.col("outcome").is_in(accepted)).sort("parcel_id")
    return LeftOutParcel.validate(
        rows.select(
            "parcel_id",
            "stratum",
            "area_ha",
            "outcome",
            pl.coalesce("failed_rules", "unknown_rules").alias("rules"),
            pl.col("first_reason_zh").alias("reason_zh"),
            pl.col("first_reason_en").alias("reason_en"),
        ),
        cast=True,
    )


def _areas(project: Project, parcels: pl.DataFrame) -> dict[str, float]:
    """Return the area of each stratum, ha, summed in the order of the parcels' ids."""
    for column, zh, en in (
        ("area_ha", "没有面积(area_ha)", "have no area (area_ha)"),
        ("stratum", "没有碳层(stratum)", "are of no stratum (stratum)"),
    ):
        without = parcels.filter(pl.col(column).is_null())["parcel_id"].to_list()
        if without:
            listed = ", ".join(without[:_NAMED])
            raise SinkcalcError(
                zh=f"{project.path} 的地块:{len(without)} 个合格地块{zh}:{listed}。"
                "请在地块文件中补上",
                en=f"parcels of {project.path}: {len(without)} eligible parcels {en}: {listed}. "
                "Fill it in in the file of parcels",
            )
    sums = parcels.group_by("stratum", maintain_order=True).agg(pl.col("area_ha").sum())
    return dict(sums.iter_rows())


def _none_eligible(project: Project, excluded: pl.DataFrame) -> SinkcalcError:
    reasons = (
        excluded.group_by("outcome", "reason_zh", "reason_en", maintain_order=True)
        .len()
        .sort("len", "reason_en", descending=[True, False])
        .head(_NAMED)
    )
    zh = ";".join(f"{row['len']} 个:{row['reason_zh']}" for row in reasons.iter_rows(named=True))
    en = "; ".join(f"{row['len']}: {row['reason_en']}" for row in reasons.iter_rows(named=True))
    return SinkcalcError(
        zh=f"{project.path}:{excluded.height} 个地块中没有一个合格,不能计算。{zh}。"
        "逐条结果见 sinkcalc ccer screen",
        en=f"{project.path}: none of its {excluded.height} parcels is eligible, there is nothing "
        f"to compute. {en}. See sinkcalc ccer screen for every rule",
    )
