"""Which samples of soil are used, and why others are not."""

from pathlib import Path

import polars as pl
import pytest

from sinkcalc.errors import UsageProblem
from sinkcalc.pipeline.core_samples import core_samples
from sinkcalc.pipeline.fit_soil_models import SoilFitOptions, fit_soil_models
from sinkcalc.pipeline.soil_samples import SoilSampleOptions, read_soil_samples
from sinkcalc.store.connection import writing

OWN = "study,wetland_class,organic_matter_fraction,carbon_fraction,carbon_kind,"
OWN += "bulk_density_g_per_cm3"


def write(folder: Path, *rows: str, header: str = OWN, name: str = "s.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


REFUSED = [
    ("a,marsh,,0.1,organic,", "soil_organic_matter_missing"),
    ("a,marsh,0.2,,organic,", "soil_value_missing"),
    ("a,marsh,0.2,0.1,total,", "soil_carbon_total"),
    ("a,marsh,0.2,0.1,总碳,", "soil_carbon_total"),
    ("a,marsh,0.2,0.1,modelled,", "soil_carbon_modelled"),
    ("a,marsh,0.2,0.1,,", "soil_carbon_kind_unknown"),
    ("a,marsh,0.2,0.1,other,", "soil_carbon_kind_unknown"),
    ("a,marsh,much,0.1,organic,", "soil_not_a_number"),
    ("a,marsh,20,8,organic,", "soil_organic_matter_range"),
    ("a,marsh,-0.2,0.1,organic,", "soil_organic_matter_range"),
    ("a,marsh,0,0,organic,", "soil_organic_matter_none"),
    ("a,marsh,0.2,-0.1,organic,", "soil_carbon_range"),
    ("a,marsh,0.2,0.21,organic,", "soil_carbon_above_organic_matter"),
]


@pytest.mark.parametrize(("row", "rule"), REFUSED)
def test_carbon_that_is_refused(tmp_path: Path, row: str, rule: str) -> None:
    path = write(tmp_path, row, "b,marsh,0.2,0.1,organic,0.5")
    carbon = read_soil_samples(SoilSampleOptions(path))[0]
    assert carbon.rejected.select("source_row", "rule").rows() == [(2, rule)]
    reasons = carbon.rejected.row(0, named=True)
    assert all(reasons[f"{part}_{lang}"] for part in ("reason", "remedy") for lang in ("zh", "en"))
    assert carbon.rows["row"].to_list() == [3]


@pytest.mark.parametrize("density", ["0", "-1", "2.7", "1400"])
def test_bulk_density_that_is_refused(tmp_path: Path, density: str) -> None:
    path = write(tmp_path, f"a,marsh,0.2,,,{density}", "a,marsh,0,,,2.65")
    samples = read_soil_samples(SoilSampleOptions(path))[1]
    assert samples.rejected["rule"].to_list() == ["soil_bulk_density_range"]
    # sand holds no organic matter, and has a bulk density
    assert samples.rows.select("x", "y").rows() == [(0, 2.65)]


def test_names_of_the_coastal_carbon_network(tmp_path: Path) -> None:
    """A marsh of the network is a tidal one; modelled carbon has a column of its own."""
    header = "study_id,habitat,fraction_organic_matter,fraction_carbon,fraction_carbon_type,"
    header += "carbon_measured_or_modeled,dry_bulk_density"
    path = write(
        tmp_path,
        "A,marsh,0.2,0.08,organic carbon,measured,0.4",
        "A,scrub/shrub,0.2,0.08,organic carbon,modeled,0.4",
        "A,swamp,0.2,0.08,total carbon,measured,0.4",
        "A,,0.2,0.08,organic carbon,,0.4",
        header=header,
    )
    carbon, density = read_soil_samples(SoilSampleOptions(path))
    assert carbon.rows.select("group", "site", "x", "y").rows() == [("tidal_marsh", "A", 0.2, 0.08)]
    assert carbon.rejected["rule"].to_list() == [
        "soil_carbon_modelled",
        "soil_carbon_total",
        "soil_carbon_kind_unknown",
    ]
    assert density.rows["group"].to_list() == ["tidal_marsh", "shrub_swamp", "forest_swamp", ""]


def test_a_marsh_of_the_program_is_no_tidal_one(tmp_path: Path) -> None:
    path = write(tmp_path, "a,marsh,0.2,0.1,organic,0.5", "a,潮间盐沼,0.2,0.1,organic,0.5")
    assert read_soil_samples(SoilSampleOptions(path))[0].rows["group"].to_list() == [
        "marsh",
        "tidal_marsh",
    ]


def test_parquet_gives_the_same(tmp_path: Path) -> None:
    path = write(tmp_path, "a,marsh,0.2,0.1,organic,0.5", "b,marsh,0.3,,,0.4")
    pl.read_csv(path).write_parquet(tmp_path / "s.parquet")
    by_text = read_soil_samples(SoilSampleOptions(path))
    binary = read_soil_samples(SoilSampleOptions(tmp_path / "s.parquet"))
    for one, other in zip(by_text, binary, strict=True):
        assert one.rows.drop("row").equals(other.rows.drop("row"))


def test_carbon_of_unknown_kind_is_refused_before_it_is_read(tmp_path: Path) -> None:
    header = "study,organic_matter_fraction,carbon_fraction"
    path = write(tmp_path, "a,0.2,0.1", header=header)
    with pytest.raises(UsageProblem, match="--all-organic"):
        read_soil_samples(SoilSampleOptions(path))
    vouched = read_soil_samples(SoilSampleOptions(path, all_organic=True))
    assert [samples.kind for samples in vouched] == ["wetland-carbon"]
    assert vouched[0].rows.height == 1


def test_a_relation_without_its_column_is_left_out(tmp_path: Path) -> None:
    path = write(tmp_path, "0.2,0.5", header="organic_matter_fraction,容重")
    assert [s.kind for s in read_soil_samples(SoilSampleOptions(path))] == ["wetland-bulk-density"]
    without = write(tmp_path, "0.2,5", header="organic_matter_fraction,depth")
    with pytest.raises(UsageProblem, match="carbon_fraction"):
        read_soil_samples(SoilSampleOptions(without))


def test_per_cent_in_the_header_is_not_read_as_a_fraction(tmp_path: Path) -> None:
    path = write(tmp_path, "20,0.5", header="有机质(%),容重")
    with pytest.raises(UsageProblem, match="%"):
        read_soil_samples(SoilSampleOptions(path))


def test_nothing_to_use_says_why(tmp_path: Path) -> None:
    path = write(tmp_path, "a,marsh,20,8,organic,", "a,marsh,0.2,0.1,total,")
    with pytest.raises(UsageProblem, match="organic matter is not within 0 and 1"):
        fit_soil_models(tmp_path / "x.duckdb", SoilSampleOptions(path), SoilFitOptions())


def test_cores_of_a_survey_that_has_none(tmp_path: Path) -> None:
    with writing(tmp_path / "x.duckdb") as con, pytest.raises(UsageProblem, match="no cores"):
        core_samples(con, 2020)


def _core(core: str, row: int, study: str | None) -> str:
    named = "NULL" if study is None else f"'{study}'"
    return (
        "INSERT INTO cores (survey, load_id, core_id, source_file, source_row, wetland_class, "
        "study, depth_top_cm, depth_bottom_cm, bulk_density_g_per_cm3, organic_matter_fraction, "
        f"carbon_fraction, carbon_kind) VALUES (2020, 'l', '{core}', 'c.csv', {row}, 'marsh', "
        f"{named}, 0, 10, 0.5, 0.2, 0.08, 'organic')"
    )


def test_a_core_without_study_is_one_of_its_own(tmp_path: Path) -> None:
    with writing(tmp_path / "x.duckdb") as con:
        for row, (core, study) in enumerate((("1", "A"), ("2", "A"), ("3", None))):
            con.execute(_core(core, row, study))
        carbon, density = core_samples(con, 2020)
    assert carbon.rows["site"].to_list() == ["A", "A", "core 3"]
    assert carbon.warnings == []
    assert density.rows.select("x", "y", "group").row(0) == (0.2, 0.5, "marsh")


def test_cores_of_one_study_take_its_place(tmp_path: Path) -> None:
    with writing(tmp_path / "x.duckdb") as con:
        for row, core in enumerate("112"):
            con.execute(_core(core, row, "A"))
        carbon, _ = core_samples(con, 2020)
    assert carbon.rows["site"].to_list() == ["core 1", "core 1", "core 2"]
    assert "one study" in carbon.warnings[0][1]
