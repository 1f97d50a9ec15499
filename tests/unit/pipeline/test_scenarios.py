"""Shipped scenarios and scenario files."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from sinkcalc.accounting.scenario import Measure, Scenario
from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import UsageProblem
from sinkcalc.pipeline.scenarios import (
    assumed_numbers,
    load_scenario,
    scenario_names,
    scenario_parameters,
)

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "scenario.toml"
MINIMAL = """
[scenario]
name = "own"

[measures.cut]
kind = "felling"
area_ha_per_year = 100
volume_fraction = 1
"""


def _file(folder: Path, text: str) -> str:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def _measures(scenario: Scenario) -> dict[str, Measure]:
    return {measure.name: measure for measure in scenario.measures}


# shipped


def test_the_shipped_scenarios() -> None:
    expected = ["as_now", "tending_programme", "no_harvest", "low_carbon_pilot"]
    assert scenario_names() == expected


@pytest.mark.parametrize("name", ["as_now", "tending_programme", "no_harvest", "low_carbon_pilot"])
def test_every_text_gives_the_same_scenario(name: str, tmp_path: Path) -> None:
    scenario = load_scenario(name)
    assert load_scenario(_file(tmp_path, scenario.text)) == scenario


def test_rates_of_the_plan_by_hand() -> None:
    """16.2, 99 and 12.8 万亩 in five years are 32 400, 198 000 and 25 600 亩 a year.

    15 亩 are a hectare: 2160, 13 200 and 1706.67 ha. Of the 2160, 6755 亩 = 450.33 ha are 淳安's
    own. 0.007 ‰ is 7e-6.
    """
    measures = _measures(load_scenario("as_now"))
    felled = [measures[name].area_ha_per_year or 0 for name in ("felling", "felling_chunan")]
    assert sum(felled) == pytest.approx(32_400 / 15)
    assert felled[1] == pytest.approx(6755 / 15, abs=1e-4)
    assert measures["tending"].area_ha_per_year == 198_000 / 15
    assert measures["afforestation"].area_ha_per_year == pytest.approx(25_600 / 15)
    assert measures["fire"].area_fraction_per_year == 0.007 / 1000


def test_derived_rates_of_the_other_scenarios_by_hand() -> None:
    """Of 1000 万亩 by forest area: 1689/9071.7 for the city, 499.88/9071.7 for 淳安, in five years.

    The pilot's tending is on top of the county's share of 99 万亩, 499.88/1689.
    """
    programme = _measures(load_scenario("tending_programme"))["tending"]
    province = 604.78 * 15
    assert programme.area_ha_per_year == pytest.approx(1e7 * 1689 / province / 5 / 15, rel=1e-5)
    pilot = _measures(load_scenario("low_carbon_pilot"))["tending_pilot"]
    more = 1e7 * 499.88 / province - 99e4 * 499.88 / 1689
    assert pilot.area_ha_per_year == pytest.approx(more / 5 / 15, rel=1e-5)
    # what is left grows by so much more that the stand adds as much as before: 0.9 x 1.1111 = 1
    assert (1 - programme.volume_fraction) * (1 + programme.growth_gain_fraction) == pytest.approx(
        1, abs=1e-4
    )


def test_treated_area_of_pests_is_no_loss() -> None:
    """172.5 万亩 in five years are 23 000 ha a year that were treated, not lost."""
    touched = [measure.area_ha_per_year for measure in load_scenario("as_now").measures]
    assert 23_000 not in touched


def test_no_harvest_fells_nothing_and_is_otherwise_as_now() -> None:
    now, without = _measures(load_scenario("as_now")), _measures(load_scenario("no_harvest"))
    taking = {name for name, one in now.items() if one.kind in ("felling", "thinning", "tending")}
    assert taking
    assert [without[name].area_ha_per_year for name in taking] == [0.0] * len(taking)
    assert {n: m for n, m in now.items() if n not in taking} == {
        n: m for n, m in without.items() if n not in taking
    }


def test_the_pilot_differs_in_its_county_alone() -> None:
    now, pilot = _measures(load_scenario("as_now")), _measures(load_scenario("low_carbon_pilot"))
    different = [name for name, measure in pilot.items() if now.get(name) != measure]
    assert different == ["felling_chunan", "tending_pilot"]
    assert {pilot[name].region_codes for name in different} == {("330127",)}
    assert "330127" not in pilot["felling"].region_codes


def test_rows_of_a_measure_agree_on_where_it_takes_place() -> None:
    keys = ["kind", "becomes", "region_codes", "species_groups", "origins", "age_groups", "base"]
    rows = load_table("scenarios").rows.filter(pl.col("measure").is_not_null())
    apart = rows.group_by("scenario", "measure").agg(pl.col(keys).n_unique())
    assert apart.select(pl.max_horizontal(keys).max()).item() == 1
    assert rows["symbol"].is_in(["area_ha_per_year", "area_fraction_per_year"]).sum() == (
        rows.select("scenario", "measure").n_unique()
    )


def test_what_no_source_prints_is_never_read() -> None:
    own = load_table("scenarios").rows.filter(pl.col("source_id") == "SINKCALC")
    assert set(own["status"]) == {"assumed"}
    assert set(own["evidence"]) == {"recalled"}


def test_assumed_numbers() -> None:
    """Of fire the whole loss is assumed; a typhoon of no area has no other number in use."""
    now = assumed_numbers(load_scenario("as_now"))
    assert now[""] == ["growth_relative_se"]
    assert now["fire"] == ["volume_fraction"]
    assert now["typhoon"] == ["area_fraction_per_year"]
    assert "area_ha_per_year" not in now["felling"]
    without = assumed_numbers(load_scenario("no_harvest"))
    assert without.keys() == now.keys() - {"felling", "felling_chunan", "tending"}


# a user's own


def test_the_example_of_the_docs() -> None:
    scenario = load_scenario(str(EXAMPLE))
    measures = _measures(scenario)
    assert scenario.name == "more_felling"
    assert scenario.growth_relative_se == 0.15
    felling = measures["felling"]
    assert felling == Measure(
        name="felling",
        kind="felling",
        area_ha_per_year=2000.0,
        volume_fraction=1.0,
        becomes="regrows",
        regrows_species="schima",
        regrows_origin="planted",
        region_codes=("330112", "330182"),
        age_groups=("mature", "over_mature"),
        relative_se=0.3,
        locator="county offices, 2024",
    )
    assert list(measures) == [
        "felling",
        "felling_chunan",
        "afforestation",
        "fire",
        "pine_wilt",
        "typhoon",
        "thinning",
        "roads",
    ]
    assert measures["roads"].becomes == "leaves_forest"
    assert measures["typhoon"].last_year == 2026


def test_the_example_survives_its_text(tmp_path: Path) -> None:
    scenario = load_scenario(str(EXAMPLE))
    assert load_scenario(_file(tmp_path, scenario.text)) == scenario


@pytest.mark.parametrize("strange", ['"quoted" \\ name', "名 称", "tab\there", "del\x7f"])
def test_names_survive_their_text(strange: str, tmp_path: Path) -> None:
    scenario = load_scenario(_file(tmp_path, MINIMAL))
    measures = (replace(scenario.measures[0], name=strange),)
    from sinkcalc.pipeline.scenario_text import scenario_text

    wanted = replace(scenario, name=strange, measures=measures, text="")
    again = load_scenario(_file(tmp_path, scenario_text(wanted)))
    assert (again.name, again.measures) == (wanted.name, wanted.measures)


def test_a_changed_number_is_no_longer_the_sources(tmp_path: Path) -> None:
    text = load_scenario("as_now").text.replace('"as_now"', '"mine"')
    kept = load_scenario(_file(tmp_path, text))
    rows = scenario_parameters(kept)
    assert rows.equals(scenario_parameters(load_scenario("as_now")))
    changed = load_scenario(_file(tmp_path, text.replace("13200.0", "14000.0")))
    row = scenario_parameters(changed).filter(pl.col("value") == 14_000).row(0, named=True)
    assert (row["status"], row["source_id"], row["locator"]) == ("stated", None, None)
    assert row["parameter_id"] == "scenario.mine.tending.area_ha_per_year"
    # 0.2 of 14 000 ha
    assert row["se"] == pytest.approx(2800)


def test_a_rate_of_another_place_is_no_longer_the_sources(tmp_path: Path) -> None:
    """The plan's 13 200 ha of tending are the city's, not those of one county."""
    text = load_scenario("as_now").text.replace('"as_now"', '"mine"')
    head, tending = text.split("[measures.tending]")
    moved = load_scenario(
        _file(tmp_path, f'{head}[measures.tending]\nregions = ["330182"]{tending}')
    )
    rows = scenario_parameters(moved).filter(pl.col("value") == 13_200)
    assert rows.select("parameter_id", "status", "source_id").rows() == [
        ("scenario.mine.tending.area_ha_per_year", "stated", None)
    ]
    assert "13200.0  # stated" in moved.text


def test_a_base_keeps_the_sources_of_its_numbers() -> None:
    rows = scenario_parameters(load_scenario(str(EXAMPLE)))
    marks = dict(zip(rows["parameter_id"], rows["status"], strict=True))
    assert marks["scenario.as_now.fire.area_fraction_per_year"] == "derived"
    assert marks["scenario.more_felling.felling.area_ha_per_year"] == "stated"
    # a felling that takes everything is the shipped assumption, stated again
    assert marks["scenario.as_now.felling.volume_fraction"] == "assumed"


def test_parameters_are_shipped_rows() -> None:
    for name in scenario_names():
        rows = scenario_parameters(load_scenario(name))
        shipped = load_table("scenarios").rows.select(
            "parameter_id", "symbol", "value", "unit", "status", "evidence", "source_id", "locator"
        )
        same = [column for column in shipped.columns if column != "value"]
        assert rows.join(shipped, on=[*same, "value"], how="anti", nulls_equal=True).is_empty()
        assert rows["parameter_id"].is_duplicated().sum() == 0


# refused


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ("kind =", "kinds =", "[measures.cut] kinds", "did you mean kind?"),
        ('name = "own"', 'nmae = "own"', "[scenario] nmae", "did you mean name?"),
        ('name = "own"', 'title_en = "own"', "[scenario] name", "is missing"),
        ('name = "own"', 'name = ""', "[scenario] name", "not empty"),
        (
            'name = "own"',
            'name = "own"\nbase = "as_now2"',
            "[scenario] base",
            "did you mean as_now",
        ),
        ("[scenario]", "[szenario]", "szenario", "did you mean scenario?"),
        ('kind = "felling"', "", "[measures.cut] kind", "is missing"),
        ('"felling"', '"cutting"', "[measures.cut] kind", "'cutting' is not known"),
        ("area_ha_per_year = 100", "", "[measures.cut]", "has no rate"),
        (
            "area_ha_per_year = 100",
            "area_ha_per_year = 100\narea_mu_per_year = 1500",
            "area_ha_per_year, area_mu_per_year",
            "has 2 rates",
        ),
        ("= 100", "= -100", "area_ha_per_year", "0 or more"),
        ("= 100", "= nan", "area_ha_per_year", "0 or more"),
        ("= 100", "= inf", "area_ha_per_year", "0 or more"),
        ("= 100", '= "100"', "area_ha_per_year", "is '100'"),
        ("= 100", "= true", "area_ha_per_year", "is True"),
        ("area_ha_per_year = 100", "area_fraction_per_year = 2", "area_fraction", "from 0 to 1"),
        (
            "volume_fraction = 1",
            "volume_fraction = 100",
            "volume_fraction",
            "five per cent is 0.05",
        ),
        ("volume_fraction = 1", "", "volume_fraction", "is missing"),
        ("volume_fraction = 1", "volume_fraction = 1\nrelative_se = 20", "relative_se", "0 to 1"),
        ("volume_fraction = 1", 'volume_fraction = 1\nbecomes = "wheat"', "becomes", "not known"),
        ("volume_fraction = 1", 'volume_fraction = 1\nregions = ["淳安"]', "regions", "淳安县"),
        ("volume_fraction = 1", "volume_fraction = 1\nregions = [33012]", "regions", "did you"),
        ("volume_fraction = 1", "volume_fraction = 1\nregions = [true]", "regions", "True"),
        (
            "volume_fraction = 1",
            'volume_fraction = 1\nregions = ["淳安县", "330127"]',
            "regions",
            "twice",
        ),
        ("volume_fraction = 1", 'volume_fraction = 1\nspecies_groups = "fir"', "species", "fir"),
        ("volume_fraction = 1", 'volume_fraction = 1\norigins = "seeded"', "origins", "seeded"),
        ("volume_fraction = 1", 'volume_fraction = 1\nage_groups = "old"', "age_groups", "old"),
        ("volume_fraction = 1", "volume_fraction = 1\nfirst_year = 2030.5", "first_year", "whole"),
        (
            "volume_fraction = 1",
            "volume_fraction = 1\nfirst_year = 2031\nlast_year = 2030",
            "first_year",
            "after last_year 2030",
        ),
        ("volume_fraction = 1", "volume_fraction = 1\ngain_years = 3", "gain_years", "no meaning"),
        ('"felling"', '"tending"\ngain_years = 3', "gain_years", "both are needed"),
        ('"felling"', '"afforestation"', "volume_fraction", "no meaning"),
        ('"felling"', '"tending"\nbecomes = "regrows"', "becomes", "no meaning"),
        (
            '"felling"',
            '"disturbance"\nregrows_species = "oak"',
            "regrows_species",
            "then stays",
        ),
        ('kind = "felling"', "remove = true", "[measures.cut] remove", "no base"),
        ('kind = "felling"', "remove = 1", "[measures.cut] remove", "true or false"),
        ("[measures.cut]", "[measures]", "[measures.kind]", "must be a table"),
        ("[scenario]", "measures = 3\n[scenario]", "[measures]", "must be a table"),
        ("[scenario]", "[scenario", "own.toml", "no TOML"),
        ('"own"', '"as_now"', "own.toml", "bears the name of the shipped scenario as_now"),
    ],
)
def test_what_is_not_usable_is_refused_where_it_stands(
    tmp_path: Path, old: str, new: str, where: str, what: str
) -> None:
    assert old in MINIMAL
    text = MINIMAL.replace(old, new, 1)
    if where == "[measures]":
        text = text[: text.index("[measures.cut]")]
    with pytest.raises(UsageProblem) as caught:
        load_scenario(_file(tmp_path, text))
    for words in (where, what, "own.toml"):
        assert words in caught.value.en
    assert "own.toml" in caught.value.zh
    assert caught.value.zh != caught.value.en


def test_removing_what_the_base_lacks(tmp_path: Path) -> None:
    text = '[scenario]\nname = "own"\nbase = "as_now"\n[measures.fellin]\nremove = true\n'
    with pytest.raises(UsageProblem, match="did you mean felling"):
        load_scenario(_file(tmp_path, text))


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes("[scenario]\nname = '情景'".encode("gb18030"))
    with pytest.raises(UsageProblem) as caught:
        load_scenario(str(path))
    assert "save it as UTF-8" in caught.value.en
    assert "另存为 UTF-8" in caught.value.zh
    for raw in ("codec", "decode", "byte"):
        assert raw not in caught.value.zh + caught.value.en
    path.write_bytes(b"\xef\xbb\xbf" + MINIMAL.encode())
    assert load_scenario(str(path)).name == "own"


@pytest.mark.parametrize("name", ["as-now", "nowhere.toml", "", "."])
def test_no_such_scenario(name: str) -> None:
    with pytest.raises(UsageProblem, match="no scenario"):
        load_scenario(name)


def test_county_codes_may_stand_without_quotes(tmp_path: Path) -> None:
    text = MINIMAL + 'regions = [330127, "330112"]\n'
    scenario = load_scenario(_file(tmp_path, text))
    assert scenario.measures[0].region_codes == ("330127", "330112")
    assert load_scenario(_file(tmp_path, scenario.text)) == scenario


@pytest.mark.parametrize(
    ("old", "new", "en", "zh"),
    [
        (
            "[measures.cut]",
            "[measure.cut]",
            ", [measure]: the table is not known; did",
            "[measure]",
        ),
        ("[measures.cut]", "[cut]", "begins with [measures.cut]", "写作 [measures.cut]"),
        ("[scenario]", "cut = 1\n[scenario]", ", cut: the table is not known", "cut"),
        ("[scenario]", "[scenario", "at line 2, column 10", "第 2 行第 10 列"),
        ("volume_fraction = 1", "volume_fraction", "at line 8, column 16", "第 8 行第 16 列"),
    ],
)
def test_tables_and_places_are_named(old: str, new: str, en: str, zh: str, tmp_path: Path) -> None:
    with pytest.raises(UsageProblem) as caught:
        load_scenario(_file(tmp_path, MINIMAL.replace(old, new)))
    assert en in caught.value.en
    assert zh in caught.value.zh
    assert "[]" not in caught.value.zh + caught.value.en


def test_a_renamed_copy_does_not_bear_the_title_of_its_origin(tmp_path: Path) -> None:
    shipped = load_scenario("as_now")
    text = shipped.text.replace('"as_now"', '"mine"')
    renamed = load_scenario(_file(tmp_path, text))
    assert (renamed.title_zh, renamed.title_en) == ("基于 as_now", "based on as_now")
    assert load_scenario(_file(tmp_path, renamed.text)) == renamed
    own = text.replace(f'"{shipped.title_zh}"', '"我的"').replace(f'"{shipped.title_en}"', '"mine"')
    titled = load_scenario(_file(tmp_path, own))
    assert (titled.title_zh, titled.title_en) == ("我的", "mine")
    based = load_scenario(_file(tmp_path, '[scenario]\nname = "x"\nbase = "no_harvest"\n'))
    assert based.title_en == "based on no_harvest"


def test_old_counties_and_the_city(tmp_path: Path) -> None:
    """下城 became part of 拱墅 in 2021."""
    text = MINIMAL + 'regions = ["下城区", "330127"]\n'
    assert load_scenario(_file(tmp_path, text)).measures[0].region_codes == ("330105", "330127")
