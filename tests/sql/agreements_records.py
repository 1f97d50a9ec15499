"""Queries of carbon projects, loads, parameters, plots and runs beside the commands' rows."""

from collections import Counter
from decimal import Decimal
from typing import Any

import duckdb
from agreements_forest_estimates import close
from agreements_progress import same_rows
from query_city import QueryCity
from simulated_city import YEARS

Row = dict[str, Any]
LAST = YEARS[-1]
BARE = ("other_shrub", "sparse", "scattered", "non_forest")
PACK = "CCER-14-001-V01"


def ccer_bare_land_by_county(city: QueryCity) -> None:
    """Stands that `ccer screen` leaves undecided, with the years that it found for each."""
    words = ", ".join(f"'{name}'" for name in BARE)
    screened = city.command(
        *("ccer", "screen", "--methodology", PACK, "--survey", LAST),
        *("--where", f"vegetation_class IN ({words})"),
    )
    rules: dict[str, dict[str, Row]] = {}
    for row in screened:
        rules.setdefault(row["parcel_id"], {})[row["rule_id"].removeprefix(f"{PACK}.")] = row
    stands: Counter[tuple[str, int | None]] = Counter()
    areas: Counter[tuple[str, int | None]] = Counter()
    wet: Counter[str] = Counter()
    for found in rules.values():
        # no forest now; nothing but a wetland or too small a piece makes a stand fail
        assert found["R01"]["outcome"] == "pass"
        failed = {name for name, row in found.items() if row["outcome"] == "fail"}
        assert failed <= {"R07", "R08"}
        region, years = found["R02"]["region_code"], _years(found["R02"]["found"])
        stands[region, years] += 1
        areas[region, years] += Decimal(str(found["R02"]["area_ha"]))
        wet[region] += "R08" in failed
    rows = city.query("ccer_bare_land_by_county")
    assert sum(row["stands"] for row in rows) == sum(stands.values()) == len(rules) > 0
    for key, count in stands.items():
        own = [r for r in rows if (r["region_code"], r["non_forest_years_at_least"]) == key]
        assert sum(row["stands"] for row in own) == count
        assert sum(row["area_ha"] for row in own) == areas[key]
        assert {row["outcome"] for row in own} == {"unknown"}
    for region, count in wet.items():
        assert sum(r["wetland_stands"] for r in rows if r["region_code"] == region) == count


def _years(found: str | None) -> int | None:
    """Read the years without forest that decided, as in `non_forest_years=≥8`."""
    digits = "".join(sign for sign in (found or "").rpartition("=")[2] if sign in "0123456789.")
    return int(float(digits)) if digits else None


def _same_dates(rows: list[Row]) -> list[Row]:
    return [
        {name: str(value) if name.endswith(("_date", "_start", "_end")) else value
         for name, value in row.items()}
        for row in rows
    ]  # fmt: skip


def ccer_projects_and_expected_reductions(city: QueryCity) -> None:
    rows = city.query("ccer_projects_and_expected_reductions")
    same_rows(_same_dates(rows), city.command("ccer", "ledger", "projects"), ("project_id",))
    assert [row["version"] for row in rows] == [1, 1, 2]
    assert [row["withdrawn"] for row in rows] == [False, True, False]
    assert all(row["expected_t_per_year"] * 20 == row["expected_t"] for row in rows)


def ccer_units_by_project_and_vintage(city: QueryCity) -> None:
    keys = ("project_id", "vintage")
    show = ("ccer", "ledger", "show", "--by", "vintage")
    same_rows(city.query("ccer_units_by_project_and_vintage"), city.command(*show), keys)
    found = city.query("ccer_units_by_project_and_vintage", project_id="west")
    same_rows(found, city.command(*show, "--project", "west"), keys)
    assert [row["debt_t"] for row in found] == [30, 0, 30]


def _findings(city: QueryCity, year: int, severity: str) -> Counter[tuple[str, str]]:
    rows = city.command("surveys", "--quality", year)
    return Counter(
        {
            (row["rule"], row["column_name"]): row["rows"]
            for row in rows
            if row["severity"] == severity
        }
    )


def rejected_rows_by_reason(city: QueryCity) -> None:
    """Stands as in the report of the survey; of all tables as the demo's files were spoilt."""
    for year in YEARS:
        rows = city.query("rejected_rows_by_reason", survey=year, table_name="stands")
        found: Counter[tuple[str, str]] = Counter()
        for row in rows:
            found[row["rule"], row["column_name"]] += row["rejected_rows"]
            assert row["reason_zh"]
            assert row["reason_en"]
            assert row["rule_zh"]
        assert found == _findings(city, year, "error")
        (load,) = [r for r in _loads(city) if (r["survey"], r["table_name"]) == (year, "stands")]
        read = load["rows"] + load["rows_rejected"]
        assert all(close(r["share_of_file_fraction"], r["rejected_rows"] / read) for r in rows)
    spoilt = city.made.city.wetlands.bad_core_rows[LAST]
    rows = city.query("rejected_rows_by_reason", survey=LAST, table_name="cores")
    assert sum(row["rejected_rows"] for row in rows) >= sum(spoilt.values())


def warned_rows_by_rule(city: QueryCity) -> None:
    for year in YEARS:
        rows = city.query("warned_rows_by_rule", survey=year, table_name="stands")
        found = {(row["rule"], row["column_name"]): row["warned_rows"] for row in rows}
        assert found == _findings(city, year, "warn")
        assert all(row["rule_zh"] for row in rows)


def _loads(city: QueryCity) -> list[Row]:
    return city.command("surveys")


def loads_and_files(city: QueryCity) -> None:
    keys = ("survey", "table_name", "source_file")
    rows = [{**row, "loaded_at": str(row["loaded_at"])[:19]}
            for row in city.query("loads_and_files")]  # fmt: skip
    same_rows(rows, _loads(city), keys, rows_accepted="rows")
    assert all(row["rows_in"] == row["rows_accepted"] + row["rows_rejected"] for row in rows)
    assert all(len(row["sha256"]) == 64 for row in rows)


def _parameters(city: QueryCity, run_id: str) -> list[Row]:
    return city.command("runs", "show", run_id)


def _runs(city: QueryCity) -> list[Row]:
    # as they are now, for a query may ask for runs that were made since
    city.rows.pop(("runs", "list"), None)
    return city.command("runs", "list")


def parameters_recalled_and_where_used(city: QueryCity) -> None:
    """Count the current runs by the parameters that `runs show` says of each."""
    used: dict[tuple[str, float, str], list[Row]] = {}
    for run in _runs(city):
        for row in _parameters(city, run["run_id"]) if run["current"] else ():
            if row["evidence"] == "recalled":
                key = (row["parameter_id"], row["value"], row["source_id"])
                used.setdefault(key, []).append(run)
    rows = city.query("parameters_recalled_and_where_used")
    found = {(row["parameter_id"], row["value"], row["source_id"]): row for row in rows}
    assert len(found) == len(rows)
    assert found.keys() == used.keys()
    for key, row in found.items():
        runs = used[key]
        assert row["runs"] == len(runs)
        for column, name in (("kinds", "kind"), ("surveys", "survey"), ("methods", "method")):
            assert row[column] == ", ".join(sorted({str(run[name]) for run in runs}))


def parameter_sources_of_a_run(city: QueryCity) -> None:
    for kind, by in (("forest", "region"), ("wetland", ""), ("soil", "")):
        rows = city.query("parameter_sources_of_a_run", survey=LAST, kind=kind, by_keys=by)
        (run_id,) = {row["run_id"] for row in rows}
        words = ("estimate", "--survey", LAST, "--kind", kind, "--by", by)
        plain = ("estimate", "--survey", LAST, *(("--kind", kind) if kind != "forest" else ()))
        shown = city.command(*(words if kind == "wetland" else (*plain, *_by(by))))
        assert {row["run_id"] for row in shown} == {run_id}
        parameters = _parameters(city, run_id)
        used = Counter(row["source_id"] for row in parameters)
        assert {row["source_id"]: row["parameters_used"] for row in rows} == used
        for column, evidence in (("recalled_parameters", "recalled"), ("read_parameters", "read")):
            counted = Counter(r["source_id"] for r in parameters if r["evidence"] == evidence)
            assert all(row[column] == counted[row["source_id"]] for row in rows)


def _by(keys: str) -> tuple[str, ...]:
    return ("--by", keys) if keys else ()


def plots_by_county(city: QueryCity) -> None:
    """Compare means and errors: a county is a stratum, its plots a simple random sample."""
    expected = {
        row["domain"]: row
        for row in city.command(
            *("survey", "mean", "--survey", LAST, "--y", "growing_stock_m3_per_ha"),
            *("--domain", "region_code"),
        )
    }
    rows = city.query("plots_by_county")
    assert {row["region_code"] for row in rows} == expected.keys() - {None}
    with duckdb.connect(str(city.db), read_only=True) as con:
        counted = con.execute(
            "SELECT region_code, count(*) FROM plots WHERE survey = ? GROUP BY ALL", [LAST]
        ).fetchall()
    assert {row["region_code"]: row["plots"] for row in rows} == dict(counted)
    for row in rows:
        want = expected[row["region_code"]]
        assert (row["plots"], row["plots_without_volume"]) == (want["n"], 0)
        assert close(row["mean_m3_per_ha"], want["value"])
        assert close(row["mean_m3_per_ha_se"], want["se"])


def runs_on_record(city: QueryCity) -> None:
    expected = _runs(city)
    found = [{**row, "run_at": str(row["run_at"])[:19]} for row in city.query("runs_on_record")]
    same_rows(found, expected, ("run_id",), is_current="current")
    latest = Counter(
        (row["kind"], row["survey"], row["method"], row["by_keys"])
        for row in found
        if row["is_latest"]
    )
    assert set(latest.values()) == {1}


AGREEMENTS = {
    "ccer_bare_land_by_county": ccer_bare_land_by_county,
    "ccer_projects_and_expected_reductions": ccer_projects_and_expected_reductions,
    "ccer_units_by_project_and_vintage": ccer_units_by_project_and_vintage,
    "loads_and_files": loads_and_files,
    "parameter_sources_of_a_run": parameter_sources_of_a_run,
    "parameters_recalled_and_where_used": parameters_recalled_and_where_used,
    "plots_by_county": plots_by_county,
    "rejected_rows_by_reason": rejected_rows_by_reason,
    "runs_on_record": runs_on_record,
    "warned_rows_by_rule": warned_rows_by_rule,
}
