"""Checks of the parameter files themselves."""

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from sinkcalc.coefficients.load import all_parameters, load_sources, load_table, table_names
from sinkcalc.coefficients.packs import pack_marks
from sinkcalc.errors import SinkcalcError

STATUSES: Final = ("standard", "published", "derived", "calibrated", "assumed")
_RULE_TABLES: Final = (
    "stand_rules",
    "plot_rules",
    "wetland_rules",
    "sample_rules",
    "parcel_rules",
)
EVIDENCE: Final = ("read", "recalled")
# t/m3; forest soils are not denser than this to 1 m
_BULK_DENSITY_RANGE: Final = (0.8, 1.5)
_SHARE_TOLERANCE: Final = 5e-7


def check_parameters() -> pl.DataFrame:
    """Check hashes, sources, marks and derived rows; list what is not verified.

    Returns
    -------
    `severity` (error, warning, note), `check`, `parameter_id`, `detail`.
    """
    found: list[tuple[str, str, str, str]] = []
    for name in table_names():
        try:
            load_table(name)
        except SinkcalcError as error:
            found.append(("error", "sha256", name, str(error)))
    if not found:
        rows = all_parameters()
        found += _rows_with_bad_marks(rows)
        found += _derived_shares()
        found += implied_bulk_density()
        found += _unverified(rows)
    return pl.DataFrame(
        found, schema=["severity", "check", "parameter_id", "detail"], orient="row"
    ).cast(pl.String)


def evidence_counts() -> pl.DataFrame:
    """Count coefficients and items of packs by status and evidence.

    Returns
    -------
    `status`, `rows_read`, `rows_recalled`, `rows_unmarked` (of rules, which carry no evidence),
    in the order in which a status is the firmer; limits of ages and rules of the intake among them.
    """
    order = {status: place for place, status in enumerate(STATUSES)}
    return (
        pl.concat(
            [
                all_parameters().select("status", "evidence"),
                pack_marks(),
                load_table("age_groups").rows.select("status", "evidence"),
                *(
                    load_table(table).rows.select(
                        "status", pl.lit(None, pl.String).alias("evidence")
                    )
                    for table in _RULE_TABLES
                ),
            ]
        )
        .group_by("status")
        .agg(
            *(
                (pl.col("evidence") == evidence).sum().alias(f"rows_{evidence}")
                for evidence in EVIDENCE
            ),
            pl.col("evidence").is_null().sum().alias("rows_unmarked"),
        )
        .sort(pl.col("status").replace_strict(order, return_dtype=pl.Int8))
    )


def _rows_with_bad_marks(rows: pl.DataFrame) -> list[tuple[str, str, str, str]]:
    sources = list(load_sources())
    out = []
    for check, bad in (
        ("source", ~pl.col("source_id").is_in(sources)),
        ("status", ~pl.col("status").is_in(STATUSES)),
        ("evidence", ~pl.col("evidence").is_in(EVIDENCE)),
        ("locator", pl.col("locator").is_null()),
        ("unique", pl.col("parameter_id").is_duplicated()),
    ):
        out += [
            ("error", check, str(parameter), f"{check} is missing or not known")
            for parameter in rows.filter(bad.fill_null(True))["parameter_id"]
        ]
    return out


def _profiles() -> pl.DataFrame:
    """Carbon of each layer per bulk density, C*T (g/kg cm), by type, with the depth of its end."""
    depth = pl.col("symbol").str.extract_groups(r"soc_(?<top>\d+)_(?<bottom>\d+)")
    rows = load_table("soil_profile").rows.with_columns(depth.alias("d")).unnest("d")
    top, bottom = pl.col("top").cast(pl.Int64), pl.col("bottom").cast(pl.Int64)
    return rows.select(
        pl.coalesce("species", "species_group").alias("type"),
        bottom,
        (pl.col("value") * (bottom - top)).alias("content"),
    )


def _derived_shares() -> list[tuple[str, str, str, str]]:
    upper = pl.col("content").filter(pl.col("bottom") <= 30).sum()
    computed = _profiles().group_by("type").agg((upper / pl.col("content").sum()).alias("share"))
    stored = (
        load_table("soil")
        .rows.filter(pl.col("symbol") == "share_0_30", pl.col("status") == "derived")
        .with_columns(pl.coalesce("species", "species_group", "vegetation_class").alias("type"))
    )
    out = []
    for row in stored.join(computed, on="type", how="left").iter_rows(named=True):
        if row["share"] is None or abs(row["share"] - row["value"]) > _SHARE_TOLERANCE:
            detail = f"stored {row['value']}, the profile gives {row['share']}"
            out.append(("error", "derived", str(row["parameter_id"]), detail))
    return out


def _bulk_densities() -> pl.DataFrame:
    """Bulk density that soil density and profile of a type imply, t/m3, by parameter.

    density (t C/ha) = sum(C_i g/kg * T_i cm) * bulk density (t/m3) / 10.
    """
    content = _profiles().group_by("type").agg(pl.col("content").sum())
    density = (
        load_table("soil")
        .rows.filter(pl.col("symbol") == "soil_organic_carbon_0_100")
        .with_columns(pl.coalesce("species", "species_group", "vegetation_class").alias("type"))
    )
    return density.join(content, on="type").with_columns(
        (pl.col("value") * 10 / pl.col("content")).alias("bulk_density")
    )


def implied_bulk_densities() -> tuple[float, float]:
    """Return the lowest and the highest bulk density that soil densities and profiles imply."""
    found = _bulk_densities()["bulk_density"].to_list()
    return min(found), max(found)


def implied_bulk_density() -> list[tuple[str, str, str, str]]:
    """Warn where soil density and profile of a type imply an unlikely bulk density."""
    low, high = _BULK_DENSITY_RANGE
    joined = _bulk_densities()
    unlikely = joined.filter(~pl.col("bulk_density").is_between(low, high)).sort("parameter_id")
    return [
        (
            "warning",
            "bulk_density",
            str(row["parameter_id"]),
            f"with the profile of the type it implies a bulk density of "
            f"{row['bulk_density']:.2f} t/m3",
        )
        for row in unlikely.iter_rows(named=True)
    ]


def _unverified(rows: pl.DataFrame) -> list[tuple[str, str, str, str]]:
    codes = load_table("code_sets").rows.filter(pl.col("evidence") == "recalled")
    groups = load_table("species").rows.filter(pl.col("status") == "assumed")
    found = [
        ("note", "recalled", f"{row['code_set']}.{row['code']}", f"{row['value']} {row['name_zh']}")
        for row in codes.iter_rows(named=True)
    ]
    found += [
        ("note", "assumed", f"species.{row['species']}", f"{row['species_group']}: {row['note']}")
        for row in groups.iter_rows(named=True)
    ]
    types = load_table("forest_types").rows.filter(pl.col("status") == "assumed")
    found += [
        (
            "note",
            "assumed",
            f"forest_types.{row['species_group'] or 'not_recorded'}",
            f"{row['forest_type']}: {row['note']}",
        )
        for row in types.iter_rows(named=True)
    ]
    found += _unverified_limits()
    kept = rows.filter((pl.col("evidence") == "recalled") | (pl.col("status") == "assumed"))
    return found + [
        (
            "note",
            unverified_marks(row),
            str(row["parameter_id"]),
            f"{row['value']:g} {row['unit']} · {row['source_id']} · {row['locator']}"
            + (f" · {row['note']}" if row["note"] else ""),
        )
        for row in kept.iter_rows(named=True)
    ]


def _unverified_limits() -> list[tuple[str, str, str, str]]:
    """List limits of age groups and rules of stands; a rule has a status but no evidence."""
    ages = load_table("age_groups").rows.filter(
        (pl.col("evidence") == "recalled") | (pl.col("status") == "assumed")
    )
    limits = ("young_max", "middle_max", "near_mature_max", "mature_max")
    found = [
        (
            "note",
            unverified_marks(row),
            f"age_groups.{row['species']}.{row['origin']}",
            f"{', '.join(row[limit] for limit in limits)} {row['unit']} · {row['source_id']} · "
            f"{row['locator']}",
        )
        for row in ages.iter_rows(named=True)
    ]
    return found + [
        ("note", "assumed", f"{table}.{row['rule']}", str(row["reason_en"]))
        for table in _RULE_TABLES
        for row in load_table(table).rows.iter_rows(named=True)
        if row["status"] == "assumed"
    ]


def unverified_marks(row: Mapping[str, Any]) -> str:
    """Return what is not verified of a row: its evidence, its status, or both."""
    marks = {"recalled": row["evidence"] == "recalled", "assumed": row["status"] == "assumed"}
    return ", ".join(mark for mark, has in marks.items() if has)
