"""What is said of the growth curves of a project."""

from collections.abc import Mapping
from functools import cache
from typing import Final

import polars as pl

from sinkcalc.ccer.plan import Plan
from sinkcalc.ccer.plan_curves import ALL_STANDS, SHOWN_AGES
from sinkcalc.coefficients.load import load_table

Note = tuple[str, str]
_CURVE: Final = ("curve", "curve_name", "form")
_NAMED: Final = 5
# of growing stock
_DIGITS: Final = 3
_KINDS_ZH: Final = {"calibrated": "本库校准", "table": "生长表", "default": "方法学自带"}
_ALL_ZH: Final = "全部林分"


@cache
def _names() -> dict[str, str]:
    words = load_table("words").rows.select("word", "zh").iter_rows()
    return dict(words) | dict(load_table("species").rows.select("species", "name_zh").iter_rows())


def in_chinese(species: str) -> str:
    """Return the Chinese name of a species, a group or an origin; itself without one."""
    return _names().get(species, species)


def group_in_chinese(group: str) -> str:
    """Return the Chinese name of the group of a curve: `chinese_fir.planted` is 杉木(人工)."""
    if group == ALL_STANDS:
        return _ALL_ZH
    species, _, origin = group.partition(".")
    whole = in_chinese(species) if species else "全部树种"
    return f"{whole}({in_chinese(origin)})" if origin else whole


def _listed(names: pl.Series) -> str:
    more = " …" if len(names) > _NAMED else ""
    return ", ".join(names.head(_NAMED)) + more


def _of_table(name: str, sources: Mapping[str, str]) -> tuple[str, str]:
    source = sources.get(name)
    if source is None:
        return (
            f";[tables.{name}] 没有写出处,核查时会问:补上 source 和 locator",
            f"; [tables.{name}] names no source, which an auditor will ask for: add source and "
            "locator",
        )
    return f";出处:{source}", f"; source: {source}"


def curve_notes(plan: Plan, sources: Mapping[str, str]) -> list[Note]:
    """Say which curve serves which strata, its growing stock, and the ages it does not know.

    Parameters
    ----------
    sources
        Growth table of the project -> where it was read.
    """
    notes = []
    rows = plan.served.with_columns(
        pl.format("[{}] {} / {}", "scenario", "stratum", "component").alias("place")
    )
    for _, group in rows.group_by(_CURVE, maintain_order=True):
        row = group.row(0, named=True)
        kind, name, form = (row[column] for column in _CURVE)
        model = f" {row['model_id']}" if row["model_id"] else ""
        places = _listed(group["place"])
        name_zh = name if kind == "table" else group_in_chinese(name)
        places_zh = _places_in_chinese(places)
        # a table has no form beside itself
        form_zh, form_en = ("", "") if kind == "table" else (f"({form})", f" ({form})")
        zh = f"生长曲线 {_KINDS_ZH.get(kind, kind)} {name_zh}{model}{form_zh}:{places_zh}"
        en = f"growth curve {kind} {name}{model}{form_en}: {places}"
        more_zh, more_en = _of_stock(group)
        zh, en = zh + more_zh, en + more_en
        if kind == "table":
            more_zh, more_en = _of_table(name, sources)
            zh, en = zh + more_zh, en + more_en
        without = group.filter(pl.col("curve_fallback"))["species"].unique(maintain_order=True)
        if not without.is_empty():
            named = "、".join(in_chinese(species) for species in without)
            zh += f";{named} 的人工林没有自己的曲线,以此代替"
            en += f"; it stands in for planted {_listed(without)}, without a curve of their own"
        young, old = group["young_until"].drop_nulls(), group["old_from"].drop_nulls()
        if len(young):
            last = int(young.sort()[-1])
            zh += f";到第 {last} 年为止林龄小于曲线所知的 {row['age_min']:g} 年,为外推"
            en += f"; extrapolated below {row['age_min']:g} years of age, up to year {last}"
        if len(old):
            first = int(old.sort()[0])
            zh += f";自第 {first} 年起林龄大于 {row['age_max']:g} 年,为外推"
            en += f"; extrapolated above {row['age_max']:g} years of age, from year {first}"
        notes.append((zh, en))
    return notes


def _of_stock(group: pl.DataFrame) -> tuple[str, str]:
    """Say what the curve gives at a few ages, so that one that no stand follows is seen."""
    stock = max(group["stock_at"].to_list(), key=len)
    if not stock:
        return "", ""
    ages = "/".join(str(age) for age in SHOWN_AGES[: len(stock)])
    listed = " / ".join(f"{one:.{_DIGITS}g}" for one in stock)
    return (
        f";{ages} 年生时蓄积 {listed} m3/ha",
        f"; growing stock at {ages} years of age: {listed} m3/ha",
    )


def _places_in_chinese(places: str) -> str:
    return places.replace("[baseline]", "[基准线]").replace("[project]", "[项目]")
