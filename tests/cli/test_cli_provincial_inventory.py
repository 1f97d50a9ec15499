"""`change --form provincial-inventory`: rows, table, workbook, what is missing and refused."""

import io
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import polars as pl
import pytest
from command_line import Row, query, run, succeed
from deliveries import clean, good_row
from simulated_city import CityDatabase, city_database

from sinkcalc.errors import EXIT_USAGE
from sinkcalc.pipeline.plot_components import components_of_plots
from sinkcalc.pipeline.plot_rates import rates_of_plots
from sinkcalc.schemas.lucf import LUCF_CATEGORIES, ProvincialInventory

FORM = ("change", "--from", 2020, "--to", 2023, "--form", "provincial-inventory")
RATES = ("--growth-rate", "0.05", "--consumption-rate", "3%")
CITY = "330100"
FIGURES = [
    f"{way}_{unit}_per_year" for way in ("removal", "emission", "net") for unit in ("t_c", "t_co2e")
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> CityDatabase:
    return city_database(tmp_path_factory)


def _rows(db: Path, *words: object) -> list[Row]:
    return succeed("--db", db, *FORM, "--json", *words).rows


def _of(rows: list[Row], category: str, region: str = CITY, gas: str | None = "CO2") -> Row:
    found = [
        row
        for row in rows
        if (row["category"], row["region_code"], row["gas"]) == (category, region, gas)
    ]
    assert len(found) == 1
    return found[0]


def test_rows_have_the_columns_of_the_schema(inventory: Path) -> None:
    rows = _rows(inventory, *RATES)
    assert list(rows[0]) == ProvincialInventory.column_names()
    assert {row["region_code"] for row in rows} == {CITY}
    assert list(dict.fromkeys(row["category"] for row in rows)) == list(LUCF_CATEGORIES)
    for row in rows:
        assert (row["survey_from"], row["survey_to"], row["inventory_year"]) == (2020, 2023, 2023)
        assert (row["status"] == "no_data") == (row["reason"] is not None)
        assert (row["se_t_co2e_per_year"] is None) <= (row["se_reason"] is not None)
        assert row["gwp_set"] == (None if row["category"] == "own_stock_change" else "SAR")
        if row["status"] == "estimated":
            assert row["removal_t_co2e_per_year"] >= 0
            assert row["emission_t_co2e_per_year"] >= 0


def test_growth_is_that_of_the_stock_at_the_national_means(inventory: Path) -> None:
    """V of 2023 from the database x 0.05 x 0.462 x 1.787 x 0.5, rounded county by county."""
    rows = _rows(inventory, *RATES, "--expansion", "national")
    ((volume,),) = query(
        inventory,
        "SELECT sum(volume_m3) FROM stands WHERE survey = 2023 AND vegetation_class = 'arbor' "
        "AND region_code <> 'TEST'",
    )
    growth = _of(rows, "arbor_growth")
    assert growth["activity"] == float(volume)
    expected = float(volume) * 0.05 * 0.462 * 1.787 * 0.5
    assert growth["removal_t_c_per_year"] == pytest.approx(expected, abs=1e-3)
    assert growth["removal_t_co2e_per_year"] == pytest.approx(expected * 44 / 12, abs=1e-3)


def test_without_rates_lines_have_no_data_and_the_command_succeeds(inventory: Path) -> None:
    outcome = run("--db", inventory, "--lang", "en", *FORM, "--json")
    assert outcome.code == 0
    rows = outcome.rows
    assert _of(rows, "arbor_growth")["reason"] == "no_growth_rate"
    assert _of(rows, "living_stock_consumption")["reason"] == "no_consumption_rate"
    assert _of(rows, "burned_on_site", gas="CH4")["reason"] == "no_converted_area"
    assert _of(rows, "biomass_net")["net_t_co2e_per_year"] is None
    # what needs no rate is there
    assert _of(rows, "bamboo_change")["status"] == "estimated"
    for words in ("--growth-rate", "--consumption-rate", "converted_arbor_ha", "no default"):
        assert words in outcome.talk


def test_counties_add_up_to_the_city(made: CityDatabase) -> None:
    """Line by line, to the last digit; the test region is no part of the city."""
    rows = _rows(made.db, "--rates-from-plots", "2020,2023", "--by", "region")
    assert "TEST" not in {row["region_code"] for row in rows}
    lines = {(row["category"], row["gas"]) for row in rows if row["status"] == "estimated"}
    assert len(lines) == 8
    for category, gas in lines:
        city = _of(rows, category, gas=gas)
        inner = [
            row
            for row in rows
            if (row["category"], row["gas"]) == (category, gas) and row["region_code"] != CITY
        ]
        assert len(inner) == 13
        for name in FIGURES:
            added = sum((Decimal(str(row[name])) for row in inner), Decimal(0))
            assert Decimal(str(city[name])) == added
    # the same figures without --by
    assert [row for row in rows if row["region_code"] == CITY] == _rows(
        made.db, "--rates-from-plots", "2020,2023"
    )


def test_rates_of_plots_are_components_over_the_mean_stock(made: CityDatabase) -> None:
    """Every plot was seen after three years: the ratio is that of the totals of `survey`."""
    words = ("survey", "components", "--from", 2020, "--to", 2023, "--json")
    totals = {
        row["variable"]: row["value"]
        for row in succeed("--db", made.db, *words).rows
        if row["unit"] is None and row["domain"] is None
    }
    mean = (totals["value_from"] + totals["value_to"]) / 2
    outcome = succeed(
        "--db", made.db, "--lang", "en", *FORM, "--rates-from-plots", "2020,2023", "--json"
    )
    growth = _of(outcome.rows, "arbor_growth")
    assert growth["rate_per_year"] == pytest.approx(totals["gross_growth"] / 3 / mean)
    assert 0 < growth["rate_se"] < growth["rate_per_year"]
    assert growth["rate_source"] == "plots_of_surveys"
    taken = _of(outcome.rows, "living_stock_consumption")
    assert taken["rate_per_year"] == pytest.approx(totals["harvest"] / 3 / mean)
    assert _of(outcome.rows, "biomass_net")["se_t_co2e_per_year"] > 0
    assert "died" in outcome.talk


def test_rates_of_the_same_plots_are_correlated(made: CityDatabase) -> None:
    """From the residuals of both ratios in every stratum, by Var(sum w e), n - 1 below.

    e = g - GR s and c - CR s with s the mean of both stocks; the mean stock cancels in
    Cov / root(Var Var). Plots outside the pairs do not count.
    """
    rates = rates_of_plots(made.db, (2020, 2023))
    found = components_of_plots(made.db, (2020, 2023)).plots.drop_nulls("gross_growth")
    strata = dict(query(made.db, "SELECT plot_id, stratum FROM plots WHERE survey = 2023"))
    sizes = dict(query(made.db, "SELECT stratum, area_ha FROM strata WHERE survey = 2023"))
    residuals: dict[str, list[tuple[float, float]]] = {}
    for plot in found.iter_rows(named=True):
        stock = float(plot["value_from"] + plot["value_to"]) / 2
        grown, cut = float(plot["gross_growth"]) / 3, float(plot["harvest"]) / 3
        pair = (
            grown - rates.values["growth_rate"] * stock,
            cut - rates.values["consumption_rate"] * stock,
        )
        residuals.setdefault(strata[plot["plot_id"]], []).append(pair)
    whole = sum(
        float(sizes[name]) ** 2 * np.cov(np.array(pairs).T) / len(pairs)
        for name, pairs in residuals.items()
    )
    expected = whole[0, 1] / (whole[0, 0] * whole[1, 1]) ** 0.5
    assert rates.correlation == pytest.approx(expected, abs=1e-9)
    assert rates.correlation != 0


def test_a_rate_of_the_plots_is_correlated_with_no_other(
    made: CityDatabase, tmp_path: Path
) -> None:
    """A consumption of the user's own, as large and as uncertain: the plain root of the squares."""
    words = ("--rates-from-plots", "2020,2023")
    both = _rows(made.db, *words)
    taken = _of(both, "living_stock_consumption")
    own = tmp_path / "rates.csv"
    own.write_text(
        "region_code,consumption_rate,consumption_rate_se\n"
        f"{CITY},{taken['rate_per_year']!r},{taken['rate_se']!r}\n"
    )
    apart = _rows(made.db, *words, "--rates", str(own))
    for line in ("arbor_growth", "living_stock_consumption"):
        one, other = _of(both, line), _of(apart, line)
        assert one["se_t_co2e_per_year"] == pytest.approx(other["se_t_co2e_per_year"])
    correlation = rates_of_plots(made.db, (2020, 2023)).correlation
    per_rate = [
        sum(_of(both, line)["net_t_co2e_per_year"] for line in lines) / rate["rate_per_year"]
        for lines, rate in (
            (("arbor_growth", "scattered_growth"), _of(both, "arbor_growth")),
            (("living_stock_consumption",), taken),
        )
    ]
    errors = [_of(both, "arbor_growth")["rate_se"], taken["rate_se"]]
    twice = 2 * correlation * per_rate[0] * errors[0] * per_rate[1] * errors[1]
    variances = [_of(rows, "biomass_net")["se_t_co2e_per_year"] ** 2 for rows in (both, apart)]
    assert variances[0] - variances[1] == pytest.approx(twice, rel=1e-5)


def test_the_comparison_is_the_change_of_the_default_method(made: CityDatabase) -> None:
    change = succeed(
        "--db", made.db, "change", "--from", 2020, "--to", 2023, "--by", "region", "--json"
    ).rows
    own = {
        row["region_code"]: row["change_per_year"]
        for row in change
        if (row["quantity"], row["pool"]) == ("co2e", "vegetation")
    }
    rows = _rows(made.db, *RATES, "--by", "region")
    compared = [row for row in rows if row["category"] == "own_stock_change"]
    for row in compared:
        if row["region_code"] != CITY:
            assert row["net_t_co2e_per_year"] == pytest.approx(own[row["region_code"]], abs=1e-4)
            assert row["method"] == "cbef-zhejiang"
    assert len(compared) == 14
    of_form = ("gwp_set", "expansion", "evidence", "parameter_tables")
    assert {row[name] for row in compared for name in of_form} == {None}
    lines = [row for row in rows if row["category"] != "own_stock_change"]
    assert None not in {row[name] for row in lines for name in of_form}
    assert {row["evidence"] for row in lines} == {"recalled"}


def test_rates_by_county_come_before_those_of_the_city(made: CityDatabase, tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(
        "region_code,growth_rate,consumption_rate,converted_arbor_ha,converted_arbor_mean_ha\n"
        "330100,0.06,,,\n330127,7%,0.02,100,80\n",
        encoding="utf-8",
    )
    rows = _rows(made.db, "--rates", path, *RATES, "--by", "region")
    assert _of(rows, "arbor_growth", "330127")["rate_source"] == "county"
    assert _of(rows, "arbor_growth", "330127")["rate_per_year"] == 0.07
    assert _of(rows, "arbor_growth", "330106")["rate_source"] == "city_row"
    assert _of(rows, "arbor_growth", "330106")["rate_per_year"] == 0.06
    assert _of(rows, "living_stock_consumption", "330106")["rate_source"] == "option"
    assert _of(rows, "burned_on_site", "330127", "CH4")["status"] == "estimated"
    assert _of(rows, "lucf_total", "330127", None)["status"] == "estimated"
    assert _of(rows, "burned_on_site", "330106")["reason"] == "no_converted_area"
    assert _of(rows, "burned_on_site")["reason"] == "counties_without_data"
    assert _of(rows, "lucf_total", gas=None)["reason"] == "parts_without_data"


def test_one_survey_has_no_changes_of_area(inventory: Path) -> None:
    words = ("change", "--survey", 2023, "--form", "provincial-inventory", *RATES, "--json")
    rows = succeed("--db", inventory, *words).rows
    assert _of(rows, "bamboo_change")["reason"] == "one_survey"
    growth = _of(rows, "arbor_growth")
    assert growth == _of(_rows(inventory, *RATES), "arbor_growth") | {"survey_from": None}
    assert not [row for row in rows if row["category"] == "own_stock_change"]


def test_stocks_of_a_year_between_the_surveys(inventory: Path) -> None:
    """2021 is a third of the way from 2020 to 2023."""
    stocks = {
        year: _of(_rows(inventory, *RATES, "--inventory-year", year), "arbor_growth")["activity"]
        for year in (2020, 2021, 2023)
    }
    expected = stocks[2020] + (stocks[2023] - stocks[2020]) / 3
    assert stocks[2021] == pytest.approx(expected, abs=1e-2)
    assert stocks[2020] < stocks[2021] < stocks[2023]


def test_tables_say_what_a_sign_means(made: CityDatabase) -> None:
    for lang, sign in (("en", "above 0 is removal"), ("zh", "正为吸收")):
        for words in ((), ("--by", "region")):
            text = succeed("--db", made.db, "--lang", lang, *FORM, *RATES, *words).text
            assert sign in text
            # the words of both languages are there: no bare name of a line
            assert not [name for name in LUCF_CATEGORIES if name in text]


def test_the_workbook_has_lines_in_rows_and_counties_in_columns(
    made: CityDatabase, tmp_path: Path
) -> None:
    files = [tmp_path / "one.xlsx", tmp_path / "two.xlsx"]
    for path in files:
        succeed("--db", made.db, "--lang", "en", *FORM, *RATES, "--by", "region", "-o", path)
    assert files[0].read_bytes() == files[1].read_bytes()
    options = {"header_row": 1}
    sheet = pl.read_excel(files[0], sheet_name="inventory", read_options=options)
    assert sheet.columns[0] == "category"
    assert sheet.columns[-1] == "杭州市"
    assert sheet.width == 15
    growth = sheet.row(0)
    assert growth[-1] == pytest.approx(sum(growth[1:-1]))
    every = pl.read_excel(files[0], sheet_name="rows", read_options=options)
    assert every.columns == ProvincialInventory.column_names()
    piped = succeed("--db", made.db, "--lang", "en", *FORM, *RATES, "--format", "xlsx")
    assert "xl/workbook.xml" in ZipFile(io.BytesIO(piped.data)).namelist()


REFUSED = {
    "percentage without its sign": ([*FORM, "--growth-rate", 5], "write 0.05 or 5%"),
    "no number": ([*FORM, "--consumption-rate", "much"], "is no number"),
    "rates twice": ([*FORM, *RATES, "--rates-from-plots", "2020,2023"], "not both"),
    "one year of plots": ([*FORM, "--rates-from-plots", "2020"], "two years"),
    "year outside": ([*FORM, "--inventory-year", 2025], "not between"),
    "other keys": ([*FORM, "--by", "species_group"], "--by region"),
    "an option of stocks": ([*FORM, "--method", "ipcc-2006"], "--method"),
    "wetlands": ([*FORM, "--kind", "wetland"], "of forests"),
    "both ways of years": ([*FORM, "--survey", 2020], "not both"),
    "no form": (["change", "--from", 2020, "--to", 2023, *RATES], "--form"),
    "no years": (["change", "--form", "provincial-inventory"], "--from --to"),
    "years in the wrong order": (
        ["change", "--from", 2023, "--to", 2020, "--form", "provincial-inventory"],
        "must be before",
    ),
    "no later year": (["change", "--from", 2020], "--to is missing"),
}


@pytest.mark.parametrize(("words", "hint"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_go_together_is_refused(
    inventory: Path, words: list[object], hint: str
) -> None:
    outcome = run("--db", inventory, "--lang", "en", *words)
    assert (outcome.code, outcome.data) == (EXIT_USAGE, b"")
    assert hint in outcome.talk
    chinese = run("--db", inventory, "--lang", "zh", *words)
    assert chinese.talk != outcome.talk


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("region_code,growth_rate\n330110,0.05\n", "no stands of 330110"),
        ("region_code,converted_arbor_ha\n330100,5\n", "by county"),
    ],
)
def test_tables_that_do_not_fit_the_surveys_are_refused(
    inventory: Path, tmp_path: Path, text: str, hint: str
) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(text, encoding="utf-8")
    outcome = run("--db", inventory, "--lang", "en", *FORM, "--rates", path)
    assert outcome.code == EXIT_USAGE
    assert hint in outcome.talk


def test_redrawn_districts_break_the_table_of_counties_alone(tmp_path: Path) -> None:
    """330102 was redrawn in 2021: the city stays, its counties are refused or marked."""
    converted = tmp_path / "sinkcalc.duckdb"
    path = tmp_path / "stands.csv"
    path.write_bytes(clean([good_row(number) for number in range(16)]))
    for survey in (2020, 2023):
        succeed("--db", converted, "load", "stands", path, "--survey", survey)
    refused = run("--db", converted, "--lang", "en", *FORM, "--by", "region")
    city = run("--db", converted, *FORM)
    marked = _rows(converted, "--by", "region", "--across-definitions")
    assert (refused.code, city.code) == (1, 0)
    assert "redrawn" in refused.talk
    breaks = {row["region_code"]: row["series_break"] for row in marked}
    assert breaks["330102"] == "districts"
    assert breaks[CITY] is None


def test_rows_across_definitions_name_both(tmp_path: Path) -> None:
    """As the rows of `change` do: nobody finds them under one definition."""
    db, path = tmp_path / "sinkcalc.duckdb", tmp_path / "stands.csv"
    path.write_bytes(clean([good_row(number) for number in range(16)]))
    for survey, definition in ((2020, "nfi"), (2023, "local")):
        words = ("--survey", survey, "--definition", definition)
        succeed("--db", db, "load", "stands", path, *words)
    assert run("--db", db, *FORM).code == 1
    rows = _rows(db, "--across-definitions")
    assert {(row["definition"], row["series_break"]) for row in rows} == {
        ("nfi/local", "definition")
    }


def test_the_output_may_not_be_the_table_of_rates(inventory: Path, tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_text("region_code,growth_rate\n330100,0.05\n", encoding="utf-8")
    outcome = run("--db", inventory, *FORM, "--rates", path, "-o", path)
    assert outcome.code == EXIT_USAGE
    assert path.read_text(encoding="utf-8").endswith("330100,0.05\n")
