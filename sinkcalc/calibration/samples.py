"""Samples in the order in which they are fitted, and the checks of their columns."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sinkcalc.calibration.fit import Data
from sinkcalc.calibration.model import FORMS_OF
from sinkcalc.calibration.outcome import WEIGHTS, CalibrationOptions
from sinkcalc.errors import UsageProblem

_PLACE = "_place"


@dataclass(frozen=True)
class Samples:
    """Samples sorted by their values, so that the order of the input changes no digit.

    Attributes
    ----------
    frame
        The input in its own order.
    place
        Row of `frame` of each sample.
    data, groups
        Values, and the group of each sample.
    sites, has_site
        Number of the site of each sample, one of its own where the site is null.
    labels
        What each sample is called: its `row`, else its number in the input.
    """

    frame: pl.DataFrame
    place: NDArray[np.int64]
    data: Data
    groups: NDArray[np.str_]
    sites: NDArray[np.int64]
    has_site: NDArray[np.bool_]
    labels: NDArray[Any]

    def take(self, rows: NDArray[np.bool_]) -> "Samples":
        """Return the samples under a mask."""
        return Samples(
            self.frame,
            self.place[rows],
            self.data.take(rows),
            self.groups[rows],
            self.sites[rows],
            self.has_site[rows],
            self.labels[rows],
        )


def check_options(options: CalibrationOptions) -> None:
    """Refuse options that fit nothing.

    Raises
    ------
    UsageProblem
        If a form, weight or correction is not known or does not go with the kind, or robust and
        pooled fits are asked for at once.
    """
    known = FORMS_OF[options.kind]
    wrong = [form for form in options.forms if form not in known]
    if wrong or not options.forms:
        raise UsageProblem(
            zh=f"{options.kind} 没有形式 {', '.join(wrong) or '(空)'}。可用:{', '.join(known)}",
            en=f"{options.kind} has no form {', '.join(wrong) or '(none)'}. Available: "
            f"{', '.join(known)}",
        )
    corrections = ("baskerville", "duan", "snowdon", "none")
    for name, value, allowed in (
        ("weights", options.weights, WEIGHTS),
        ("correction", options.correction, corrections),
    ):
        if value not in allowed:
            raise UsageProblem(
                zh=f"{name} 没有 {value}。可用:{', '.join(allowed)}",
                en=f"{name}: there is no {value}. Available: {', '.join(allowed)}",
            )
    if options.robust and options.pool:
        raise UsageProblem(
            zh="稳健估计(--robust)与混合模型(--pool)不能同时使用。请只选一个",
            en="the robust estimator (--robust) and the mixed model (--pool) "
            "cannot be had at once. Choose one",
        )
    if options.folds < 2 or options.min_group < 1:
        raise UsageProblem(
            zh=f"folds 至少为 2,min_group 至少为 1;得到 {options.folds}、{options.min_group}",
            en="folds must be 2 or more and min_group 1 or more; got "
            f"{options.folds} and {options.min_group}",
        )


def read_samples(frame: pl.DataFrame, options: CalibrationOptions) -> Samples:
    """Sort samples and number their sites.

    Raises
    ------
    UsageProblem
        If there are no samples, a column is missing, or `group`, `x` or `y` is null.
    """
    needed = ["group", "site", "x", "y"]
    missing = [column for column in needed if column not in frame.columns]
    if missing or frame.is_empty():
        raise UsageProblem(
            zh=f"样本缺少列:{', '.join(missing)}" if missing else "没有样本",
            en=f"samples lack columns: {', '.join(missing)}" if missing else "there are no samples",
        )
    for column in ("group", "x", "y"):
        empty = frame[column].null_count()
        if empty:
            raise UsageProblem(
                zh=f"样本的 {column} 列有 {empty} 行为空。请补全或删去这些行",
                en=f"column {column} of the samples is empty in {empty} rows. Fill in or remove "
                "them",
            )
    has_h = "h" in frame.columns and frame["h"].null_count() < frame.height
    label = pl.col("row") if "row" in frame.columns else pl.col(_PLACE) + 1
    columns = ["group", "site", "x", "y", *(["h"] if has_h else [])]
    # the number of the row decides only between samples that are alike
    rows = (
        frame.with_row_index(_PLACE)
        .select(
            pl.col("group", "site").cast(pl.String),
            pl.col(columns[2:]).cast(pl.Float64),
            label.alias("label"),
            _PLACE,
        )
        .sort([*columns, _PLACE], nulls_last=True)
    )
    has_site = rows["site"].is_not_null().to_numpy()
    sites = rows["site"].fill_null("").rank("dense").cast(pl.Int64).to_numpy().copy()
    sites[~has_site] = sites.max() + 1 + np.arange(int((~has_site).sum()))
    return Samples(
        frame=frame,
        place=rows[_PLACE].cast(pl.Int64).to_numpy(),
        data=Data(
            rows["x"].to_numpy(),
            rows["y"].to_numpy(),
            rows["h"].fill_null(np.nan).to_numpy() if has_h else None,
        ),
        groups=rows["group"].to_numpy().astype(np.str_),
        sites=sites,
        has_site=has_site,
        labels=rows["label"].to_numpy(),
    )
