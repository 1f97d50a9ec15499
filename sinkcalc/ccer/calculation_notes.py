"""What is to be said beside the figures of a project."""

from typing import Final

import polars as pl

from sinkcalc.ccer.curve_notes import curve_notes, in_chinese
from sinkcalc.ccer.plan import Plan, Results
from sinkcalc.ccer.plan_parameters import FACTORS
from sinkcalc.ccer.project import Project
from sinkcalc.coefficients.packs import HISTORIC, Pack
from sinkcalc.units import PERCENT

Note = tuple[str, str]
_UNKNOWN: Final = "unknown"
_CLASS: Final = "class"
_NAMED: Final = 5
# pools of living plants
_PLANTS: Final = ("tree_stock_t", "bamboo_stock_t", "shrub_stock_t")
# of t CO2e; less is nothing
_DECIMALS: Final = 4


def notes_of(
    project: Project,
    pack: Pack,
    plan: Plan,
    results: Results,
    parcels: pl.DataFrame,
    excluded: pl.DataFrame,
) -> tuple[Note, ...]:
    """Return the notes, in Chinese and English, in the order of their weight.

    Parameters
    ----------
    results
        Of one draw.
    parcels, excluded
        Those counted and those left out (see `Calculation`).
    """
    return (
        *_of_pack(pack),
        *_of_parcels(parcels, excluded),
        *_of_other_projects(pack, parcels),
        *curve_notes(plan, project.table_sources),
        *_of_factors(plan),
        *_of_removals(project, plan),
        *_of_fires(project, plan),
        *_of_cleared(plan, results),
        *_of_own_figures(project, pack),
        *_of_rules(project, pack, plan),
    )


def _of_pack(pack: Pack) -> list[Note]:
    if pack.standing != HISTORIC:
        return []
    return [
        (
            f"{pack.code} 是历史方法学,仅供研究与地方机制,不能用于全国自愿减排新登记",
            f"{pack.code} is a historic methodology, for research and local schemes only: nothing "
            "can be registered by it in the national scheme",
        )
    ]


def _of_parcels(parcels: pl.DataFrame, excluded: pl.DataFrame) -> list[Note]:
    notes = []
    for outcome, zh, en in (
        ("fail", "不合格", "because they fail a rule"),
        (
            _UNKNOWN,
            "不能判定(未知不是合格)",
            "because a rule could not judge them (unknown is not a pass)",
        ),
    ):
        rows = excluded.filter(pl.col("outcome") == outcome)
        if not rows.is_empty():
            area = rows["area_ha"].sum()
            listed = _listed(rows["parcel_id"])
            reasons = rows.select("reason_zh", "reason_en").unique(maintain_order=True)
            notes.append(
                (
                    f"不计入{zh}的地块 {rows.height} 个,共 {area:.4f} ha({listed});"
                    + ";".join(reasons["reason_zh"].drop_nulls().head(_NAMED)),
                    f"parcels left out {en}: {rows.height}, {area:.4f} ha ({listed}); "
                    + "; ".join(reasons["reason_en"].drop_nulls().head(_NAMED)),
                )
            )
    unknown = parcels.filter(pl.col("outcome") == _UNKNOWN)
    if not unknown.is_empty():
        area = unknown["area_ha"].sum()
        notes.append(
            (
                f"计入了 {unknown.height} 个不能判定的地块,共 {area:.4f} ha(--include-unknown)",
                f"parcels counted although a rule could not judge them: {unknown.height}, "
                f"{area:.4f} ha (--include-unknown)",
            )
        )
    return notes


def _of_other_projects(pack: Pack, parcels: pl.DataFrame) -> list[Note]:
    """Say which counted parcels are in another project where no rule refuses them."""
    # a column that is absent is not known
    if "in_other_project" not in parcels.columns:
        return []
    rows = parcels.filter("in_other_project")
    if rows.is_empty():
        return []
    listed = _listed(rows["parcel_id"])
    return [
        (
            f"计入的地块有 {rows.height} 个已在其他减排项目中({listed}),{pack.code} 没有这一条款:"
            "同一减排量不能申报两次",
            f"parcels counted although they are in another project: {rows.height} ({listed}); "
            f"{pack.code} has no rule on it, but no reduction is claimed twice",
        )
    ]


def _listed(names: pl.Series) -> str:
    more = " …" if len(names) > _NAMED else ""
    return ", ".join(names.head(_NAMED)) + more


def _of_factors(plan: Plan) -> list[Note]:
    """Say which species are served by factors of any tree."""
    levels = [name for name in plan.served.columns if name.endswith("_level")]
    rows = plan.served.filter(pl.any_horizontal(pl.col(name) == _CLASS for name in levels))
    return [
        (
            f"树种 {in_chinese(species)} 没有自己的参数:用了不分树种的默认值",
            f"the species {species} has factors of its own for none or some of its parameters: "
            "those of any tree serve",
        )
        for species in rows["species"].unique(maintain_order=True)
    ]


def _of_removals(project: Project, plan: Plan) -> list[Note]:
    """Say which removals come after the crediting period and so change nothing."""
    last = plan.periods[-1].first.year
    late = [
        f"{stratum.stratum} / {part.name} {removal.year}"
        for stratum in project.strata
        for vegetation in (stratum.project, stratum.baseline)
        for part in vegetation.trees
        for removal in part.removals
        if removal.year > last
    ]
    if not late:
        return []
    listed = ", ".join(late)
    return [
        (
            f"计入期之后的采伐不影响结果:{listed}",
            f"removals after the crediting period change nothing: {listed}",
        )
    ]


def _of_fires(project: Project, plan: Plan) -> list[Note]:
    """Say which fires come after the crediting period and so emit nothing."""
    last = plan.periods[-1].first.year
    late = [
        f"{stratum.stratum} {year}"
        for stratum in project.strata
        for year, _ in stratum.burnt
        if year > last
    ]
    if not late:
        return []
    listed = ", ".join(late)
    return [
        (
            f"计入期之后的火灾不影响结果:{listed}",
            f"fires after the crediting period change nothing: {listed}",
        )
    ]


def _of_cleared(plan: Plan, results: Results) -> list[Note]:
    """Say which vegetation of year 0 the project does not begin with, so that no account has it."""
    rows = plan.level("stratum").rows.select("scenario", "stratum")
    names = rows["stratum"].unique().sort().to_list()
    missing = dict.fromkeys(names, 0.0)
    for symbol in _PLANTS:
        if ("stratum", symbol) in results:
            first = dict(zip(rows.iter_rows(), results["stratum", symbol][0, :, 0], strict=True))
            for name in names:
                missing[name] += max(first["baseline", name] - first["project", name], 0.0)
    listed = {name: lost for name, lost in missing.items() if round(lost, _DECIMALS) > 0}
    if not listed:
        return []
    named, total = _listed(pl.Series(list(listed))), sum(listed.values())
    return [
        (
            f"基准线第 0 年的植被有 {total:.4f} t CO2e 不在项目情景中({named});如果整地时清除了,"
            "这部分损失没有计入:在碳层中写出清除前后的植被,如 shrub_cover = [[开始年, 0.1], "
            "[次年, 0]]",
            f"{total:.4f} t CO2e of plants in year 0 of the baseline are not in the project "
            f"({named}). If they are cleared, that loss is in no account: write what stands before "
            "and after into the stratum, as shrub_cover = [[first year, 0.1], [next year, 0]]",
        )
    ]


def _of_own_figures(project: Project, pack: Pack) -> list[Note]:
    """Say which figures of the methodology and of species the project replaces by its own."""
    values = dict(pack.tables["parameters"].select("symbol", "value").iter_rows())
    listed = []
    for own in project.parameters:
        symbol = own.symbol.partition(".")[0]
        if values.get(symbol) == own.value:
            continue
        if values.get(symbol) is not None:
            listed.append(f"{own.symbol} = {own.value:g} ({pack.code}: {values[symbol]:g})")
        elif symbol in FACTORS:
            listed.append(f"{own.symbol} = {own.value:g}")
    if not listed:
        return []
    named = "; ".join(listed)
    return [
        (
            f"项目以自己的数值代替了方法学包或通用表的数值:{named}",
            f"the project replaces figures of the methodology or of species by its own: {named}",
        )
    ]


def _of_rules(project: Project, pack: Pack, plan: Plan) -> list[Note]:
    discount = plan.parameters.row(plan.shared["discount"], named=True)["value"]
    applied = pack.about.get("discount_applies_to", "change")
    return [
        (
            f"全球增温潜势 {project.gwp_set};不确定性扣减 {discount * PERCENT:g} %,"
            f"作用于{'碳储量变化' if applied == 'change' else '碳储量'};只在累计值上向下取整一次",
            f"global warming potentials {project.gwp_set}; discount for uncertainty "
            f"{discount * PERCENT:g} % of the {applied}; rounded down once, in the cumulative "
            "reductions",
        )
    ]
