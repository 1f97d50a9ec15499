"""Queries of targets, changes, forecasts, the inventory and plots beside the commands' rows."""

from typing import Any

from query_city import CHANGE, FORM, QueryCity

Row = dict[str, Any]
BY_REGION = ("--by", "region")
ALLOCATION = ("target", "--allocation")


def same_rows(found: list[Row], expected: list[Row], keys: tuple[str, ...], **names: str) -> None:
    """Compare rows by their keys: every column of the query that the command has, exactly.

    Parameters
    ----------
    names
        Column of the query -> column of the command, where they differ.
    """
    given = {tuple(row[key] for key in keys): row for row in expected}
    assert len(given) == len(expected) == len(found) > 0
    compared: set[str] = set()
    for row in found:
        want = given[tuple(row[names.get(key, key)] for key in keys)]
        for column, value in row.items():
            name = names.get(column, column)
            if name in want:
                compared.add(column)
                number = isinstance(want[name], (int, float)) and not isinstance(want[name], bool)
                assert (float(value) if number else value) == want[name], (column, row, want)
    assert compared > set(keys)


def _changes(city: QueryCity, quantity: str, pool: str | None) -> list[Row]:
    rows = city.command(*CHANGE, *BY_REGION)
    return [row for row in rows if (row["quantity"], row["pool"]) == (quantity, pool)]


def growing_stock_change_by_county(city: QueryCity) -> None:
    found = city.query("growing_stock_change_by_county")
    same_rows(found, _changes(city, "growing_stock", None), ("region_code",))


def carbon_change_by_county(city: QueryCity) -> None:
    found = city.query("carbon_change_by_county")
    same_rows(found, _changes(city, "carbon", "vegetation"), ("region_code",))
    total = city.query("carbon_change_by_county", pool="total", first=2020, last=2023)
    same_rows(total, _changes(city, "carbon", "total"), ("region_code",))


def change_by_effect(city: QueryCity) -> None:
    expected = city.command(*CHANGE, "--effects", *BY_REGION)
    same_rows(city.query("change_by_effect"), expected, ("region_code", "quantity", "pool"))


def change_by_cause(city: QueryCity) -> None:
    expected = city.command("survey", "components", "--from", 2020, "--to", 2023)
    found = city.query("change_by_cause")
    same_rows(found, expected, ("variable",))
    assert [row["variable"] for row in found] == [row["variable"] for row in expected]


def land_class_transitions(city: QueryCity) -> None:
    keys = ("class_from", "class_to")
    expected = city.command(*CHANGE, "--transitions")
    same_rows(city.query("land_class_transitions"), expected, keys)
    counties = city.command(*CHANGE, "--transitions", *BY_REGION)
    of_one = [row for row in counties if row["region_code"] == "330106"]
    same_rows(city.query("land_class_transitions", region_code="330106"), of_one, keys)


def growing_stock_forecast(city: QueryCity) -> None:
    rows = city.command("forecast", "--to", 2035)
    expected = [row for row in rows if row["quantity"] == "growing_stock"]
    same_rows(city.query("growing_stock_forecast"), expected, ("scenario", "year"))


def carbon_forecast(city: QueryCity) -> None:
    rows = city.command("forecast", "--to", 2035)
    expected = [row for row in rows if (row["quantity"], row["pool"]) == ("carbon", "vegetation")]
    same_rows(city.query("carbon_forecast"), expected, ("scenario", "year"))


def provincial_inventory_table(city: QueryCity) -> None:
    keys = ("region_code", "category", "gas")
    found = city.query("provincial_inventory_table")
    same_rows(found, city.command(*CHANGE, *FORM), keys)
    counties = city.command(*CHANGE, *FORM, *BY_REGION)
    of_one = [row for row in counties if row["region_code"] == "330106"]
    same_rows(city.query("provincial_inventory_table", region_code="330106"), of_one, keys)


def stands_against_plots(city: QueryCity) -> None:
    expected = city.command("survey", "verdict", "--survey", 2023)
    same_rows(city.query("stands_against_plots"), expected, ("region_code",))


def target_progress(city: QueryCity) -> None:
    keys = ("target_id", "definition")
    same_rows(city.query("target_progress"), city.command("target"), keys)


def county_increment_and_share(city: QueryCity) -> None:
    """Compare shares, and the error of a yearly increment: that of the change over three years."""
    found = city.query("county_increment_and_share")
    same_rows(found, city.command(*ALLOCATION), ("target_id", "region_code"))
    errors = {row["region_code"]: row["se"] for row in _changes(city, "growing_stock", None)}
    for row in found:
        assert abs(row["observed_se_m3_per_year"] * 3 / errors[row["region_code"]] - 1) < 1e-12
        if row["needed_m3_per_year"]:
            by_need = row["observed_m3_per_year"] / row["needed_m3_per_year"]
            assert abs(row["covered_fraction"] - by_need) <= 1e-12 * abs(by_need)


def probability_of_target(city: QueryCity) -> None:
    """Counties as in the allocation, the city as in its target."""
    found = city.query("probability_of_target")
    counties = [row for row in found if row["region_code"] != "330100"]
    keys = ("target_id", "region_code")
    same_rows(counties, city.command(*ALLOCATION), keys, projected_m3="forecast_m3")
    of_city = [row for row in found if row["region_code"] == "330100"]
    expected = [row for row in city.command("target") if row["indicator"] == "growing_stock"]
    names = {"target_m3": "target_value", "projected_m3": "projected_value", "progress": "status"}
    same_rows(of_city, expected, keys, **names)


AGREEMENTS = {
    "carbon_change_by_county": carbon_change_by_county,
    "carbon_forecast": carbon_forecast,
    "change_by_cause": change_by_cause,
    "change_by_effect": change_by_effect,
    "county_increment_and_share": county_increment_and_share,
    "growing_stock_change_by_county": growing_stock_change_by_county,
    "growing_stock_forecast": growing_stock_forecast,
    "land_class_transitions": land_class_transitions,
    "probability_of_target": probability_of_target,
    "provincial_inventory_table": provincial_inventory_table,
    "stands_against_plots": stands_against_plots,
    "target_progress": target_progress,
}
