"""The items of a methodology in one list: what an export relies on, and where each was read."""

from typing import Any, Final

import polars as pl

from sinkcalc.coefficients.load import all_parameters
from sinkcalc.coefficients.packs import (
    MARKS,
    PLACEHOLDER,
    Pack,
    load_pdd_tables,
    pack_codes,
    read_pack,
)
from sinkcalc.coefficients.verified import (
    ITEM_SCHEMA,
    nothing_of_its_own,
    parameter_items,
    to_verify,
)

ITEM_KINDS: Final = (
    *("statement", "rule", "pool", "equation", "parameter", "discount"),
    # of listings: what a project gives, and tables of the project design document
    *("input", "layout"),
)
# statements of `pack.toml`: name -> table of its marks
_STATEMENTS: Final = {
    "discount_applies_to": "discount_marks",
    "baseline": "baseline",
    "additionality": "additionality",
}

_SAID: Final = ("baseline", "additionality")
_DISCOUNTED: Final = {"change": ("碳储量变化", "change of stocks"), "stock": ("碳储量", "stock")}
_TITLED: Final = ("item_id", "title_zh", "title_en")


def pack_items(pack: Pack) -> pl.DataFrame:
    """Return every item of a pack with its marks.

    Returns
    -------
    `item_id`, `kind` (rule, pool, equation, parameter, discount, statement), `text` (what it
    says), `value` and `unit` (of figures), `source_id`, `locator`, `status`, `evidence`, `note`.
    """
    tables = pack.tables
    frames = [
        pl.DataFrame(_statements(pack), schema=ITEM_SCHEMA),
        _items(tables["rules"], "rule", pl.col("expression")),
        _items(
            tables["pools"],
            "pool",
            pl.concat_str("scenario", "pool", "gas", "included", separator=" "),
        ),
        _items(
            tables["equations"],
            "equation",
            pl.concat_str("symbol", "expression", separator=" = "),
            unit=pl.col("unit"),
        ),
        parameter_items(tables["parameters"]),
        _items(
            tables["discounts"],
            "discount",
            pl.concat_str(pl.lit("U <= "), "uncertainty_max"),
            pl.col("discount").cast(pl.Float64),
            pl.lit("1"),
        ),
    ]
    return pl.concat(frames)


def layout_items() -> pl.DataFrame:
    """Return the tables of the project design document as items, one a table."""
    return (
        load_pdd_tables()
        .group_by("table", maintain_order=True)
        .agg(
            pl.col("title_zh").str.join(", ").alias("text"),
            *(pl.col(mark).first() for mark in MARKS[:-1]),
        )
        .select(
            pl.concat_str(pl.lit("pdd-tables."), "table").alias("item_id"),
            pl.lit("layout").alias("kind"),
            "text",
            pl.lit(None, pl.Float64).alias("value"),
            pl.lit(None, pl.String).alias("unit"),
            *MARKS[:-1],
            pl.lit(None, pl.String).alias("note"),
            *nothing_of_its_own(),
        )
    )


def all_items() -> pl.DataFrame:
    """Return the rows of every parameter table and the items of every pack and of the layout."""
    packs = [pack_items(read_pack(code)) for code in pack_codes()]
    return pl.concat([parameter_items(all_parameters()), *packs, layout_items()])


def _statements(pack: Pack) -> list[dict[str, Any]]:
    """Give what `pack.toml` says of the methodology as a whole."""
    rows = []
    for name, marks in _STATEMENTS.items():
        said = pack.about.get(marks)
        if said is not None:
            text = said["en"] if "en" in said else pack.about[name]
            rows.append(
                {"item_id": f"{pack.code}.{name}", "kind": "statement", "text": text}
                | {mark: said[mark] for mark in MARKS}
            )
    return rows


def _items(
    rows: pl.DataFrame,
    kind: str,
    text: pl.Expr,
    value: pl.Expr | None = None,
    unit: pl.Expr | None = None,
) -> pl.DataFrame:
    nothing = pl.lit(None)
    return rows.select(
        "item_id",
        pl.lit(kind).alias("kind"),
        text.alias("text"),
        (nothing if value is None else value).cast(pl.Float64).alias("value"),
        (nothing if unit is None else unit).cast(pl.String).alias("unit"),
        *MARKS,
        *nothing_of_its_own(),
    )


def pack_counts() -> pl.DataFrame:
    """Count the items of every pack.

    Returns
    -------
    `code`, `title_zh`, `title_en`, `standing`, `version`, one count a kind of item, `rows_read`
    (read in the source that they name), `rows_to_verify` (recalled or assumed).
    """
    return pl.DataFrame([_counted(read_pack(code)) for code in pack_codes()])


def _counted(pack: Pack) -> dict[str, Any]:
    items = pack_items(pack)
    waiting = to_verify(items).height
    return {
        "code": pack.code,
        "title_zh": pack.title_zh,
        "title_en": pack.title_en,
        "standing": pack.standing,
        "version": pack.version,
        **{name: rows.height for name, rows in pack.tables.items()},
        "rows_read": items.height - waiting,
        "rows_to_verify": waiting,
    }


def pack_listing(pack: Pack) -> pl.DataFrame:
    """Return the items of a pack with their titles, and what it asks of a project.

    Returns
    -------
    Columns of `pack_items`, `title_zh`, `title_en`; rows of kind `input` at the end.
    """
    tables = pack.tables
    inputs = _items(
        tables["inputs"],
        "input",
        pl.concat_str("symbol", "needed_with", separator=", with ", ignore_nulls=True),
        unit=pl.col("unit"),
    )
    titles = pl.concat(
        [
            *(tables[name].select(*_TITLED) for name in ("rules", "equations", "inputs")),
            tables["pools"].select(
                "item_id",
                pl.col("reason_zh").alias("title_zh"),
                pl.col("reason_en").alias("title_en"),
            ),
        ]
    )
    listed = pl.concat([pack_items(pack), inputs])
    return listed.join(titles, on="item_id", how="left", maintain_order="left")


def pack_remarks(pack: Pack) -> list[tuple[str, str]]:
    """Return what is to be said of a pack as a whole, in Chinese and English."""
    about = pack.about
    if pack.standing == PLACEHOLDER:
        return [(about["why_zh"], about["why_en"])]
    said = [(about[name]["zh"], about[name]["en"]) for name in _SAID if name in about]
    applies = about["discount_applies_to"]
    said.append(
        (
            f"不确定性扣减作用于:{_DISCOUNTED[applies][0]}",
            f"the discount for uncertainty applies to the {_DISCOUNTED[applies][1]}",
        )
    )
    return said
