"""Which items of a methodology and other parameters a project rests on."""

import polars as pl

from sinkcalc.ccer.items import all_items
from sinkcalc.ccer.project import OwnParameter, Project
from sinkcalc.ccer.used_items import used_items
from sinkcalc.coefficients.packs import load_pack
from sinkcalc.coefficients.verified import to_verify
from tests.made_ccer_project import FOREST, bamboo, curve, curves, planned, project, stratum, trees

CODE = "CCER-14-001-V01"


def _used(made: Project, **other: object) -> pl.DataFrame:
    plan, _ = planned(made, **other)  # type: ignore[arg-type]  # fields by name
    return used_items(plan, load_pack(made.methodology), made.parameters)


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


def test_a_discount_of_no_class_stands_in_place_of_the_nearest_below() -> None:
    """0 and 6 % are classes, 5 % is none: it does not take the class off the list."""
    items = _used(project(stratum("S1", trees()), methodology=CODE, discount=0.05))
    (row,) = items.filter(pl.col("kind") == "discount").to_dicts()
    assert (row["value"], row["shipped_value"], row["status"]) == (0.05, 0.0, "in_place")
    assert row["item_id"] in to_verify(items)["item_id"].to_list()


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


def _own(symbol: str, value: float) -> OwnParameter:
    return OwnParameter(symbol, value, "report", "p. 2")


def _row(items: pl.DataFrame, item: str) -> dict[str, object]:
    (row,) = items.filter(pl.col("item_id") == item).iter_rows(named=True)
    return row


def test_a_figure_in_place_of_the_packs_waits_to_be_verified() -> None:
    """The pack has 0.1, recalled; the project's 0.12 is an item of the pack's row."""
    made = project(stratum("S1", trees()), methodology=CODE, parameters=(_own("k_risk", 0.12),))
    items = _used(made)
    row = _row(items, f"{CODE}.k_risk")
    assert (row["value"], row["shipped_value"], row["own_figure"]) == (0.12, 0.1, "k_risk")
    assert (row["source_id"], row["locator"]) == ("report", "p. 2")
    assert (row["status"], row["evidence"]) == ("in_place", "stated")
    assert f"{CODE}.k_risk" in to_verify(items)["item_id"].to_list()
    assert "project.k_risk" not in items["item_id"].to_list()


def test_a_figure_that_equals_the_shipped_one_replaces_nothing() -> None:
    made = project(stratum("S1", trees()), methodology=CODE)
    same = project(stratum("S1", trees()), methodology=CODE, parameters=(_own("k_risk", 0.1),))
    assert _row(_used(same), f"{CODE}.k_risk") == _row(_used(made), f"{CODE}.k_risk")


def test_a_limit_of_a_rule_waits_even_if_the_pack_s_was_read() -> None:
    """20 % was read in the text; 50 % of the project was not. The period's limits do not move."""
    made = project(
        stratum("S1", trees()),
        methodology=CODE,
        parameters=(_own("removed_cover_max", 0.5), _own("crediting_years_max", 60)),
    )
    items = _used(made)
    limit = _row(items, f"{CODE}.removed_cover_max")
    assert (limit["value"], limit["shipped_value"], limit["status"]) == (0.5, 0.2, "in_place")
    assert f"{CODE}.removed_cover_max" in to_verify(items)["item_id"].to_list()
    years = items.filter(pl.col("text") == "crediting_years_max")
    assert years.select("value", "own_figure").rows() == [(40.0, None)]


def test_factors_of_species_that_share_a_row() -> None:
    """Two own densities and a third species as shipped, all of the row of the group."""
    grown = [
        trees(name, species, 0.3)
        for name, species in (("a", "cryptomeria"), ("b", "metasequoia"), ("c", "pond_cypress"))
    ]
    own = (_own("carbon_fraction.cryptomeria", 0.41), _own("carbon_fraction.metasequoia", 0.42))
    items = _used(project(stratum("S1", *grown), methodology=CODE, parameters=own))
    rows = items.filter(pl.col("text").str.starts_with("carbon_fraction "))
    replaced = rows.filter(pl.col("own_figure").is_not_null())
    assert sorted(replaced.select("own_figure", "value").rows()) == [
        ("carbon_fraction.cryptomeria", 0.41),
        ("carbon_fraction.metasequoia", 0.42),
    ]
    assert not rows.filter(pl.col("own_figure").is_null()).is_empty()
    assert not items.select("item_id", "own_figure").is_duplicated().any()


def test_one_figure_for_every_species_replaces_each_row() -> None:
    grown = (trees("a", "masson_pine", 0.5), trees("b", "chinese_fir", 0.5))
    made = project(
        stratum("S1", *grown), methodology=CODE, parameters=(_own("wood_density", 0.35),)
    )
    rows = _used(made).filter(pl.col("own_figure") == "wood_density")
    assert sorted(rows["item_id"]) == ["wood-density.chinese_fir", "wood-density.masson_pine"]
    assert set(rows["value"]) == {0.35}


def test_what_only_the_project_knows_is_its_own() -> None:
    made = project(
        stratum("S1", trees(), shrub_cover=((2015, 0.2),)), methodology=CODE, parameters=(FOREST,)
    )
    items = _used(made)
    row = _row(items, "project.forest_biomass")
    assert (row["status"], row["evidence"], row["own_figure"]) == ("project", "stated", None)
    assert "project.forest_biomass" not in to_verify(items)["item_id"].to_list()
