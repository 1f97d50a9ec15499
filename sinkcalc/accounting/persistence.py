"""Whether the tree numbers of two occasions mean the same trees."""

from dataclasses import dataclass

import polars as pl

from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import SinkcalcError
from sinkcalc.vocabulary import GONE_STATUSES


@dataclass(frozen=True)
class Persistence:
    """What the trees matched by plot and number show.

    Attributes
    ----------
    matched
        Trees living on both occasions under one plot and number.
    changed
        Those of another species on the last occasion.
    shrank
        Those whose DBH fell by more than `shrink_max_cm`.
    changed_or_shrank
        Those that did either.
    with_species, with_dbh
        Those for which species, or DBH, are recorded on both occasions.
    retained, retained_unmatched
        Trees of the last occasion with status `retained` on plots that have trees on the first,
        and those of them without a record there.
    commonest_change
        The most frequent change of species with its count, such as `421 -> 423 (903)`; empty
        without one.
    share_max, shrink_max_cm
        Limits, from `parameters/persistence.csv`.
    """

    matched: int
    changed: int
    shrank: int
    changed_or_shrank: int
    with_species: int
    with_dbh: int
    retained: int
    retained_unmatched: int
    commonest_change: str
    share_max: float
    shrink_max_cm: float

    @property
    def persists(self) -> bool:
        """Whether the numbers can be followed; not where nothing matched or could be compared."""
        comparable = max(self.with_species, self.with_dbh)
        return (
            comparable > 0
            and self.changed_or_shrank / self.matched < self.share_max
            and self.retained_unmatched / max(self.retained, 1) < self.share_max
        )


def persistence(first: pl.DataFrame, last: pl.DataFrame) -> Persistence:
    """Match the living trees of two occasions by number and count what a tree cannot do.

    A tree that its status calls corrected in species or diameter counts as neither changed nor
    shrunk. Species are compared as the program's words where both occasions have one, else by
    the codes as delivered.

    Parameters
    ----------
    first, last
        Rows of `Tree` of the two occasions: `plot_id`, `tree_id`, `status`, `species`,
        `species_code`, `dbh_cm` (cm).

    Raises
    ------
    polars.exceptions.ComputeError
        If a tree number occurs twice on one plot and occasion.
    """
    rows = load_table("persistence").rows
    limits = dict(zip(rows["symbol"], rows["value"], strict=True))
    share_max, shrink_max = float(limits["share_max"]), float(limits["shrink_max"])
    status = pl.col("status").cast(pl.String)
    text = [pl.col("species", "species_code").cast(pl.String)]
    pairs = (
        first.filter(~status.is_in(GONE_STATUSES).fill_null(False))
        .with_columns(text)
        .join(
            last.filter(~status.is_in(GONE_STATUSES).fill_null(False)).with_columns(text),
            on=["plot_id", "tree_id"],
            validate="1:1",
            suffix="_2",
        )
    )
    known = pl.col("species").is_not_null() & pl.col("species_2").is_not_null()
    before = pl.when(known).then(pl.col("species")).otherwise(pl.col("species_code"))
    after = pl.when(known).then(pl.col("species_2")).otherwise(pl.col("species_code_2"))
    status_2 = pl.col("status_2").cast(pl.String).fill_null("")
    fall = pl.col("dbh_cm").cast(pl.Float64) - pl.col("dbh_cm_2").cast(pl.Float64)
    told = pairs.select(
        before.alias("before"),
        after.alias("after"),
        (before.is_not_null() & after.is_not_null()).alias("with_species"),
        fall.is_not_null().alias("with_dbh"),
        ((before != after) & (status_2 != "species_corrected")).fill_null(False).alias("changed"),
        # rounded, for 8.3 - 7.8 is above 0.5 in floats
        ((fall.round(2) > shrink_max) & (status_2 != "dbh_corrected"))
        .fill_null(False)
        .alias("shrank"),
    )
    retained = last.filter(status == "retained").join(first, on="plot_id", how="semi")
    return Persistence(
        matched=told.height,
        changed=int(told["changed"].sum()),
        shrank=int(told["shrank"].sum()),
        changed_or_shrank=int((told["changed"] | told["shrank"]).sum()),
        with_species=int(told["with_species"].sum()),
        with_dbh=int(told["with_dbh"].sum()),
        retained=retained.height,
        retained_unmatched=retained.join(first, on=["plot_id", "tree_id"], how="anti").height,
        commonest_change=_commonest(told.filter("changed")),
        share_max=share_max,
        shrink_max_cm=shrink_max,
    )


def _commonest(changed: pl.DataFrame) -> str:
    counts = changed.group_by("before", "after").len().sort("len", "before", "after")
    if counts.is_empty():
        return ""
    before, after, number = counts.row(-1)
    return f"{before} -> {after} ({number})"


def require_persistence(found: Persistence) -> None:
    """Refuse to follow trees whose numbers do not persist.

    Raises
    ------
    SinkcalcError
        With the figures, if the share of matched trees that change species or shrink, or that of
        retained trees without an earlier record, reaches the limit, or if nothing matched or
        could be compared.
    """
    if found.persists:
        return
    limit = f"{found.share_max:.0%}"
    zh = en = unmatched_zh = unmatched_en = ""
    if found.commonest_change:
        zh, en = f"(最多的是 {found.commonest_change})", f" (most often {found.commonest_change})"
    if found.retained:
        unmatched_zh = (
            f";后期 {found.retained} 株保留木中 {found.retained_unmatched} 株在前期没有记录"
        )
        unmatched_en = (
            f"; of {found.retained} trees called retained {found.retained_unmatched} have no "
            "record on the first occasion"
        )
    raise SinkcalcError(
        zh=f"两期样木号不能对应:按样地号与样木号配上 {found.matched} 株活立木,其中 "
        f"{found.with_species} 株两期有树种、{found.with_dbh} 株两期有胸径;{found.changed} "
        f"株树种改变{zh},{found.shrank} 株胸径减小超过 {found.shrink_max_cm:g} cm,两者合计 "
        f"{found.changed_or_shrank} 株{unmatched_zh};上限各为 {limit}。生长、进界与枯损不能由"
        "样木算出:请改用样地蓄积的变化;若两期树种代码表不同,先在配置中把代码对应到树种",
        en="the tree numbers of the two occasions do not mean the same trees: "
        f"{found.matched} living trees match by plot and number, {found.with_species} with a "
        f"species and {found.with_dbh} with a DBH on both; {found.changed} change species{en}, "
        f"{found.shrank} shrink by more than {found.shrink_max_cm:g} cm, {found.changed_or_shrank} "
        f"do either{unmatched_en}; the limit of each share is {limit}. Growth, ingrowth and "
        "mortality cannot be had from these trees: use the change of the plots; where the species "
        "codes of the occasions come from different lists, map them to species in the profile",
    )
