"""Components of change of permanent plots, from trees whose numbers persist."""

import polars as pl

from sinkcalc.accounting.components import with_derived
from sinkcalc.errors import SinkcalcError
from sinkcalc.schemas.components import COMPONENT, TreeComponents
from sinkcalc.vocabulary import DEAD_STATUSES, GONE_STATUSES

_QUANTUM = pl.Decimal(*COMPONENT)
_ZERO = pl.lit(0, _QUANTUM)
_KEYS = ("plot_id", "tree_id")
# both readings of a living tree with one of these hold: their difference is growth
_MEASURED_TWICE = ("retained", "status_corrected")
_SUMS = (
    "value_from",
    "value_to",
    "survivor_growth",
    "ongrowth",
    "ingrowth",
    "mortality",
    "harvest",
    "loss",
    "correction",
)


def tree_components(
    first: pl.LazyFrame,
    last: pl.LazyFrame,
    plots: pl.LazyFrame,
    value: str,
    *,
    per_ha: bool,
) -> pl.LazyFrame:
    """Give the components of the change of a value, per plot, from its trees on two occasions.

    V2 - V1 = survivor growth + ongrowth + ingrowth - mortality - harvest - loss + correction,
    exactly. With v the value of a tree and a the area it is tallied on: V = sum of v/a of the
    living trees; survivor growth = sum of (v2 - v1)/a1 of those living on both occasions;
    ongrowth = sum of v2 (1/a2 - 1/a1) of the same, and v2/a2 of new trees that are tallied on
    more than the smallest tally area of their plot; ingrowth = v2/a2 of the other new trees;
    mortality, harvest, loss = v1/a1 of the dead, the cut and those without a record;
    correction = change that errors of the first occasion, or of either, bring.

    Parameters
    ----------
    first, last
        Rows of `Tree` of the two occasions with `plot_id`, `tree_id`, `status`,
        `tally_area_ha` (ha) and the column `value`, null only for trees that are gone;
        `check_trees` says whether they will do.
    plots
        Rows of `PairedPlot`.
    value
        Column of a quantity of the tree: volume (m3), basal area (m2), carbon (t).
    per_ha
        Divide by the tally area, or by the area of the plot where the tree has none. False:
        sums per plot, for plots on which every tree is tallied on the whole plot.

    Returns
    -------
    Rows of `TreeComponents` by `plot_id`, in the unit of the value, per ha or per plot. A plot
    whose occasions cannot be compared, or with a living tree without a value or an area, has
    nulls; one without trees has zeros.

    Raises
    ------
    polars.exceptions.ComputeError
        When collected, if a tree number occurs twice on one plot and occasion.

    Notes
    -----
    Validity: tree numbers persist (`require_persistence`); the small tally plot lies inside the
    large one, then the expectation of ongrowth is zero; each nested plot has trees on its small
    tally area on one occasion at least, else its ongrowth counts as ingrowth. Source: Beers &
    Miller 1964; Van Deusen, Dell & Thomas 1986, For. Sci. 32(2):415-422 (recalled).
    """
    both = _side(first, plots, value, "1", per_ha=per_ha).join(
        _side(last, plots, value, "2", per_ha=per_ha),
        on=list(_KEYS),
        how="full",
        coalesce=True,
        validate="1:1",
    )
    fates = (
        both.with_columns(
            pl.col("living_1", "living_2").fill_null(False),
            pl.min_horizontal(
                pl.col("area_1").min().over("plot_id"), pl.col("area_2").min().over("plot_id")
            ).alias("smallest"),
        )
        .with_columns(
            pl.when("living_1").then(_expanded("1", "1")).otherwise(_ZERO).alias("value_from"),
            pl.when("living_2").then(_expanded("2", "2")).otherwise(_ZERO).alias("value_to"),
            # the later value on the earlier tally area: what it would be without the passage
            _expanded("2", "1").alias("value_stayed"),
            _fate().alias("fate"),
        )
        .with_columns(_growth_of_survivors().alias("growth"))
    )
    per_plot = fates.group_by("plot_id").agg(*_sums())
    joined = plots.join(per_plot, on="plot_id", how="left")
    compared = (pl.col("occasions") == "both") & ~pl.col("unmeasured").fill_null(False)
    trees = ("trees_from", "trees_to", "trees_corrected")
    return TreeComponents.cast(
        with_derived(
            joined.with_columns(
                *(pl.when(compared).then(pl.col(name).fill_null(0)) for name in trees),
                *(pl.when(compared).then(pl.col(name).fill_null(_ZERO)) for name in _SUMS),
            )
        ).sort("plot_id")
    )


def _side(
    trees: pl.LazyFrame, plots: pl.LazyFrame, value: str, suffix: str, *, per_ha: bool
) -> pl.LazyFrame:
    """Select what is compared of one occasion, by suffixed names."""
    own = pl.coalesce("tally_area_ha", "plot_area_ha").cast(pl.Float64)
    area = own if per_ha else pl.lit(1.0)
    return trees.join(plots.select("plot_id", "plot_area_ha"), on="plot_id", how="left").select(
        *_KEYS,
        pl.col("status").cast(pl.String).alias(f"status_{suffix}"),
        pl.lit(True).alias(f"there_{suffix}"),
        _living().alias(f"living_{suffix}"),
        pl.col(value).cast(pl.Float64).alias(f"value_{suffix}"),
        area.alias(f"area_{suffix}"),
    )


def _living() -> pl.Expr:
    """Say whether a record is of a tree in the living stock; one without a status is."""
    return ~pl.col("status").cast(pl.String).is_in(GONE_STATUSES).fill_null(False)


def _expanded(value: str, area: str) -> pl.Expr:
    """Expand and round once: every sum after this is of integers."""
    per_ha = pl.col(f"value_{value}") / pl.col(f"area_{area}")
    return per_ha.round(COMPONENT[1]).cast(_QUANTUM)


def _fate() -> pl.Expr:
    """Say what became of a tree, by its records on both occasions."""
    status = pl.col("status_2")
    before, now = pl.col("living_1"), pl.col("living_2")
    recorded = pl.col("there_1").is_not_null()
    measured_twice = status.is_null() | status.is_in(_MEASURED_TWICE)
    new = (status == "ingrowth") | (status.is_null() & ~recorded)
    ongrown = pl.col("area_2") > pl.col("smallest")
    return (
        pl.when(before & now & measured_twice)
        .then(pl.lit("survivor"))
        .when(before & now)
        .then(pl.lit("correction"))
        .when(before & pl.col("there_2").is_null())
        .then(pl.lit("loss"))
        .when(before & status.is_in(DEAD_STATUSES))
        .then(pl.lit("mortality"))
        .when(before & (status == "cut"))
        .then(pl.lit("harvest"))
        .when(before)
        .then(pl.lit("correction"))
        .when(now & new & ongrown)
        .then(pl.lit("ongrowth"))
        .when(now & new)
        .then(pl.lit("ingrowth"))
        .when(now)
        .then(pl.lit("correction"))
        .otherwise(pl.lit("gone"))
    )


def _growth_of_survivors() -> pl.Expr:
    """Growth on the tally area of the first occasion."""
    growth = pl.col("value_stayed") - pl.col("value_from")
    return pl.when(pl.col("fate") == "survivor").then(growth).otherwise(_ZERO)


def _sums() -> list[pl.Expr]:
    """Sum the values of the trees of each fate."""
    before, now, fate = pl.col("value_from"), pl.col("value_to"), pl.col("fate")
    change = now - before
    passed = change - pl.col("growth")
    return [
        before.sum(),
        now.sum(),
        pl.col("growth").sum().alias("survivor_growth"),
        passed.filter(fate.is_in(["survivor", "ongrowth"])).sum().alias("ongrowth"),
        now.filter(fate == "ingrowth").sum().alias("ingrowth"),
        *(
            before.filter(fate == name).sum().alias(name)
            for name in ("mortality", "harvest", "loss")
        ),
        change.filter(fate == "correction").sum().alias("correction"),
        (before.is_null() | now.is_null()).any().alias("unmeasured"),
        pl.col("living_1").sum().cast(pl.Int64).alias("trees_from"),
        pl.col("living_2").sum().cast(pl.Int64).alias("trees_to"),
        (fate == "correction").sum().cast(pl.Int64).alias("trees_corrected"),
    ]


def check_trees(
    first: pl.DataFrame, last: pl.DataFrame, plots: pl.DataFrame, value: str, *, per_ha: bool
) -> None:
    """Refuse trees from which no components can be computed.

    Parameters
    ----------
    first, last, plots, value, per_ha
        As for `tree_components`.

    Raises
    ------
    SinkcalcError
        With the occasion, the number of trees and the first of them: no tree number, a number
        twice on one plot, a plot that is not listed, or a living tree without a value, without
        an area (per ha), or with a tally area of its own (per plot).
    """
    area = pl.coalesce("tally_area_ha", "plot_area_ha")
    unusable = area.is_null() | (area <= 0) if per_ha else pl.col("tally_area_ha").is_not_null()
    area_zh = "没有检尺面积或样地面积" if per_ha else "有自己的检尺面积,不能按样地合计"
    area_en = (
        "no tally or plot area" if per_ha else "a tally area of their own: ask for values per ha"
    )
    problems = (
        (pl.col("tree_id").is_null(), "没有样木号", "no tree number"),
        (pl.len().over(_KEYS) > 1, "样木号在同一样地重复", "a tree number twice on one plot"),
        (_living() & pl.col(value).is_null(), f"活立木没有 {value}", f"living without {value}"),
        (pl.col("listed").is_null(), "样地不在样地表中", "a plot that is not listed"),
        (_living() & pl.col("listed").is_not_null() & unusable, area_zh, area_en),
    )
    listed = plots.select("plot_id", "plot_area_ha", pl.lit(True).alias("listed"))
    for occasion_zh, occasion_en, trees in (("前期", "first", first), ("后期", "last", last)):
        rows = trees.join(listed, on="plot_id", how="left", maintain_order="left")
        for wrong, zh, en in problems:
            found = rows.filter(wrong)
            if not found.is_empty():
                where = "/".join(str(found[key][0]) for key in _KEYS)
                raise SinkcalcError(
                    zh=f"{occasion_zh}有 {found.height} 株样木不能用于计算变化组成:{zh}"
                    f"(第一株:{where})。请更正后重新入库,或改用样地蓄积计算",
                    en=f"{found.height} trees of the {occasion_en} occasion cannot be followed: "
                    f"{en} (the first: {where}). Correct them and load again, or use the "
                    "change of the plots",
                )
