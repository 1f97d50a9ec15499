"""Which items of a methodology and other parameters a project rests on."""

import polars as pl

from sinkcalc.ccer.items import all_items
from sinkcalc.ccer.project import Project
from sinkcalc.ccer.used_items import used_items
from sinkcalc.coefficients.packs import load_pack
from tests.made_ccer_project import bamboo, curve, curves, planned, project, stratum, trees

CODE = "CCER-14-001-V01"


def _used(made: Project, **other: object) -> pl.DataFrame:
    plan, _ = planned(made, **other)  # type: ignore[arg-type]
    return used_items(plan, load_pack(made.methodology))


def _symbols(items: pl.DataFrame) -> set[str]:
    parameters = items.filter(pl.col("kind") == "parameter")
    return {text.split(" ")[0] for text in parameters["text"]}


def test_a_project_of_trees_alone() -> None:
    """Nothing of shrubs, bamboo, dead wood, fire; limits of the rules and of the period."""
    items = _used(project(stratum("S1", trees()), methodology=CODE))
    symbols = _symbols(items)
    assert {"wood_density", "bef", "root_shoot_ratio", "carbon_fraction"} <= symbols
    assert {"k_risk", "leakage", "non_forest_years_min", "crediting_years_max"} <= symbols
    assert not symbols & {
        "bdr_sf",
        "culm_scale",
        "dead_wood_factor",
        "fire_ch4",
        "gwp",
        "soil_years",
    }
    rules = items.filter(pl.col("kind") == "rule")
    assert rules.height == load_pack(CODE).tables["rules"].height
    pools = items.filter(pl.col("kind") == "pool")["text"].to_list()
    assert any("above_ground" in text for text in pools)
    assert not any("dead_wood" in text or "harvested_wood" in text for text in pools)
    assert items.filter(pl.col("kind") == "discount")["value"].to_list() == [0.0]


def test_what_is_added_is_used() -> None:
    made = project(
        stratum(
            "S1",
            trees(),
            bamboo("moso", 2, 10, 1000),
            shrub_cover=((2015, 0.2),),
            burnt=((2020, 1.0),),
        ),
        methodology=CODE,
        pools={"dead_wood": True},
        discount=0.06,
    )
    items = _used(made)
    symbols = _symbols(items)
    assert {"bdr_sf", "culm_scale", "dead_wood_factor", "fire_ch4", "forest_biomass"} <= symbols
    assert any("dead_wood" in text for text in items.filter(pl.col("kind") == "pool")["text"])
    assert items.filter(pl.col("kind") == "discount")["value"].to_list() == [0.06]
    gases = items.filter(pl.col("item_id").str.starts_with("gwp."))["item_id"].to_list()
    assert sorted(gases) == ["gwp.AR5.CH4", "gwp.AR5.N2O"]


def test_only_the_form_of_curve_that_serves() -> None:
    made = project(stratum("S1", trees(curve="calibrated", curve_name=None)), methodology=CODE)
    items = _used(made, curves=curves(curve("masson_pine.planted", "korf", 100, 8, 1.2)))
    forms = [name.rpartition(".")[2] for name in items["item_id"] if ".growth-curves." in name]
    assert forms == ["korf"]
    own = items.filter(pl.col("item_id").str.starts_with("growth."))
    assert own.select("status", "evidence").unique().rows() == [("calibrated", "computed")]


def test_every_item_is_one_that_can_be_verified() -> None:
    """But for figures of the project: rows are those that `params verify` knows, word for word."""
    items = _used(project(stratum("S1", trees(), shrub_cover=((2015, 0.2),)), methodology=CODE))
    own = pl.col("status").is_in(["project", "calibrated"])
    others = items.filter(~own)
    assert items.filter(own)["item_id"].to_list() == ["project.forest_biomass"]
    assert others.join(all_items(), on=items.columns, how="anti", nulls_equal=True).is_empty()
    assert items["item_id"].is_unique().all()
