"""The file of a project: what it may say, and what it is told when it is wrong."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from project_file import PROJECT

from sinkcalc.ccer.project import Component, Project, Removal, Spread
from sinkcalc.errors import UsageProblem
from sinkcalc.pipeline.ccer_project import read_project

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str) -> Path:
        path = tmp_path / "project.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


@pytest.fixture
def project(write: Write) -> Project:
    return read_project(write(PROJECT))


def test_the_head(project: Project) -> None:
    assert project.project_id == "linan-1"
    assert project.methodology == "AR-CM-001-V01"
    assert project.start == project.crediting_start == date(2024, 3, 1)
    assert (project.crediting_years, project.gwp_set) == (20, "AR6")
    assert project.parcels.file == project.path.parent / "parcels.csv"
    assert (project.discount, project.relative_error) == (0.06, None)
    assert project.pools == {"dead_wood": False}
    assert [(own.symbol, own.value) for own in project.parameters] == [("k_risk", 0.1)]


def test_units_of_the_file(project: Project) -> None:
    """110 per 亩 are 1650 per ha; 30 亩 are 2 ha; 667 m2 are 0.0667 ha; a cv of 0.5 of 40 is 20."""
    first, _ = project.strata
    assert first.density_per_ha == 1650
    assert first.burnt == ((2030, 2.0),)
    assert project.plot_area_ha == pytest.approx(0.0667)
    assert project.spreads == {"S1": Spread(60, 20), "S2": Spread(40, 20, 2)}


def test_trees_follow_their_removals(project: Project) -> None:
    first, second = project.strata
    assert first.project.trees == (
        Component(
            "chinese_fir-2024", "chinese_fir", 1.0, 2024, "table", "fir", (Removal(2034, 0.2),)
        ),
    )
    assert second.project.trees == (
        Component(
            "chinese_fir-2024", "chinese_fir", 0.7, 2024, "default", None, (Removal(2040, 1.0),)
        ),
        Component("schima-2025", "schima", 0.3, 2025, "default"),
        Component("schima-2040", "schima", 0.7, 2040, "default"),
    )
    assert second.baseline.trees[0].share == 0.05
    assert second.project.bamboo[0].name == "moso_bamboo-1du"
    assert second.project.bamboo[0].culms_per_ha == ((2024, 0.0), (2030, 900.0))
    assert first.baseline.shrub_cover == ((2024, 0.1), (2044, 0.2))


def test_rotations_by_age(write: Write) -> None:
    """Felled at 8 and replanted at once: planted 2024, 2032, 2040; crediting ends in 2044."""
    text = PROJECT.replace(
        "year = 2034\nfraction = 0.2",
        "age = 3\nfraction = 0.2\n[[strata.S1.fellings]]\nage = 8\nreplant = {}",
    )
    trees = read_project(write(text)).strata[0].project.trees
    assert [(tree.planted, tree.removals) for tree in trees] == [
        (2024, (Removal(2027, 0.2), Removal(2032, 1.0))),
        (2032, (Removal(2035, 0.2), Removal(2040, 1.0))),
        (2040, (Removal(2043, 0.2),)),
    ]
    assert {tree.curve_name for tree in trees} == {"fir"}


def test_what_is_replanted_together_is_one_component(write: Write) -> None:
    text = PROJECT.replace('species = "杉木"\nreplant', "replant")
    trees = read_project(write(text)).strata[1].project.trees
    assert [(tree.name, tree.share) for tree in trees] == [
        ("chinese_fir-2024", 0.7),
        ("schima-2025", 0.3),
        ("schima-2040", 1.0),
    ]


@pytest.mark.parametrize(("first", "last"), [("2024-01-01", 2043), ("2024-01-02", 2044)])
def test_last_year_of_the_crediting_period(write: Write, first: str, last: int) -> None:
    """20 years from 1 January 2024 end on 31 December 2043, those from a day later in 2044."""
    text = PROJECT.replace('"2024-03-01"', f'"{first}"').replace("2024-03-01", "2023-12-01", 1)
    read_project(write(text.replace("year = 2034", f"year = {last}")))
    with pytest.raises(UsageProblem, match="crediting period ends"):
        read_project(write(text.replace("year = 2034", f"year = {last + 1}")))


def test_a_byte_order_mark_is_no_matter(tmp_path: Path) -> None:
    path = tmp_path / "project.toml"
    path.write_bytes(b"\xef\xbb\xbf" + PROJECT.encode())
    assert read_project(path).owner == "临安区林业局"


def test_gbk_is_told(tmp_path: Path) -> None:
    path = tmp_path / "project.toml"
    path.write_bytes(PROJECT.encode("gbk"))
    with pytest.raises(UsageProblem, match="GBK") as told:
        read_project(path)
    assert "另存为 UTF-8" in told.value.zh


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="cannot read project file"):
        read_project(tmp_path / "none.toml")


def test_a_growth_table_of_a_file(write: Write, tmp_path: Path) -> None:
    (tmp_path / "growth.csv").write_text("age,volume_m3_per_ha\n5,10\n20,150.5\n")
    text = PROJECT.replace("points = [[5, 10], [20, 150.5]]", 'file = "growth.csv"')
    assert read_project(write(text)).tables == {"fir": ((5.0, 10.0), (20.0, 150.5))}


def test_a_number_of_thousands_of_digits_and_lists_in_lists_are_told(write: Write) -> None:
    for odd in ("9" * 5000, "[" * 5000):
        with pytest.raises(UsageProblem, match="cannot read project file"):
            read_project(write(f"x = {odd}\n{PROJECT}"))


# what is written in place of what, the table and key that are named, and what is said
WRONG = {
    "unknown table": ("[discount]", "[discounts]", "[discounts]", "did you mean discount"),
    "unknown key": ("owner =", "owners =", "[project] owners", "did you mean owner"),
    "no owner": ('owner = "临安区林业局"', "", "[project] owner", "is missing"),
    "empty name": ('name = "临安区造林碳汇项目"', 'name = " "', "[project] name", "not empty"),
    "id": ('"linan-1"', '"a/b"', "[project] id", "letters"),
    "methodology": ("AR-CM-001-V01", "AR-CM-001", "[project] methodology", "did you mean AR-CM"),
    "start": ("start = 2024-03-01", 'start = "2024-13-01"', "[project] start", "must be a date"),
    "before": ('"2024-03-01"', '"2023-03-01"', "[project] crediting_start", "is before"),
    "years": ("years = 20", "years = 0", "[project] crediting_years", "whole number of years"),
    "end of the calendar": (
        '"2024-03-01"',
        '"9990-03-01"',
        "[project] crediting_start",
        "must be a date",
    ),
    "no number": ("[20, 150.5]", "[20, nan]", "[tables.fir] points", "must be [[age"),
    "beyond numbers": ("[20, 150.5]", f"[20, {10**400}]", "[tables.fir] points", "must be [[age"),
    "half": ("years = 20", "years = 20.5", "[project] crediting_years", "whole number"),
    "gwp": ("years = 20", 'years = 20\ngwp_set = "AR7"', "[project] gwp_set", "did you mean SAR"),
    "two sources": ('stratum = "S1"\n\n', "survey = 2024\n\n", "[parcels] file, survey", "one"),
    "where": ('stratum = "S1"\n\n', 'where = "1"\n\n', "[parcels] where", "without survey"),
    "others": ('stratum = "S1"\n\n', "others = [1]\n\n", "[parcels] others", "list of names"),
    "stratum": ('stratum = "S1"\n\n', 'stratum = "S9"\n\n', "[parcels] stratum", "no stratum S9"),
    "species": (
        'species = "杉木"\np',
        'species = "chinese fir"\np',
        "[strata.S1] species",
        "did you mean chinese_fir",
    ),
    "bamboo is no tree": (
        'species = "杉木"\np',
        'species = "毛竹"\np',
        "[strata.S1] species",
        "毛竹",
    ),
    "no trees": ('species = "杉木"\np', "p", "[strata.S1] planted", "no trees"),
    "no year": ("planted = 2024\nd", "d", "[strata.S1] planted", "is missing"),
    "year": (
        "planted = 2024\nd",
        "planted = 2204\nd",
        "[strata.S1] planted",
        "2204 is not between",
    ),
    "curve": ('"table"', '"tabel"', "[strata.S1] curve", "did you mean table"),
    "no table": ('curve_name = "fir"', "", "[strata.S1] curve_name", "is missing"),
    "no such table": ('= "fir"', '= "fur"', "[strata.S1] curve_name", "did you mean fir"),
    "densities": ("110", "110\ndensity_per_ha = 9", "density_per_ha, density_per_mu", "not both"),
    "thinned when planted": ("2034", "2024", "[strata.S1.thinnings 1] year", "is not after 2024"),
    "thinned late": ("2034", "2045", "[strata.S1.thinnings 1] year", "2045 is after 2044"),
    "all thinned": ("fraction = 0.2", "fraction = 1", "thinnings 1] fraction", "below 1"),
    "per cent": ("fraction = 0.2", "fraction = 20", "thinnings 1] fraction", "five per cent"),
    "no fraction": ("fraction = 0.2", "", "thinnings 1] fraction", "is missing"),
    "year and age": (
        "year = 2034",
        "year = 2034\nage = 9",
        "thinnings 1] year, age",
        "exactly one",
    ),
    "twice": (
        "fraction = 0.2",
        "fraction = 0.2\n[[strata.S1.thinnings]]\nage = 10\nfraction = 0.1",
        "[strata.S1.thinnings 2] age",
        "in 2034 already",
    ),
    "no list": ("[[strata.S1.thinnings]]", "[strata.S1.thinnings]", "[strata.S1] thinnings", "[["),
    "shares": ("share = 0.7", "share = 0.6", "[strata.S2] components", "add up to 0.9"),
    "share": ("share = 0.7", "share = 1.7", "[strata.S2.components 1] share", "from 0 to 1"),
    "no share": (
        "share = 0.05",
        "share = 0",
        "[strata.S2.baseline] components",
        "has no share",
    ),
    "alike": (
        '"schima", share = 0.3, planted = 2025',
        '"杉木", share = 0.3',
        "components 2] name",
        "chinese_fir-2024",
    ),
    "both": (
        "planted = 2024\n\n[[strata.S2.f",
        'planted = 2024\nspecies = "杉木"\n[[strata.S2.f',
        "[strata.S2] species",
        "there are components",
    ),
    "nothing felled": (
        'year = 2040\nspecies = "杉木"',
        'year = 2040\nspecies = "马尾松"',
        "fellings 1] year, species",
        "no such trees",
    ),
    "replanted before": (
        '{ species = "木荷" }',
        "{ planted = 2039 }",
        "replant] planted",
        "is before 2040",
    ),
    "replanted key": (
        '{ species = "木荷" }',
        "{ plant = 2041 }",
        "replant] plant",
        "did you mean planted",
    ),
    "culms": (
        "[[2024, 0], [2030, 900]]",
        "[[2030, 0], [2024, 9]]",
        "bamboo 1] culms_per_ha",
        "ascending",
    ),
    "cover": ("[2044, 0.2]", "[2044, 20]", "[strata.S1.baseline] shrub_cover", "from 0 to 1"),
    "diameter": ("dbh_cm = 9.5", "dbh_cm = 0", "bamboo 1] dbh_cm", "above 0"),
    "bamboo key": ("dbh_cm = 9.5", "dbh = 9.5", "bamboo 1] dbh", "did you mean dbh_cm"),
    "fire": ("year = 2030", "year = 2050", "[fires 1] year", "outside the crediting period"),
    "fire nowhere": ('"S1"\narea', '"S3"\narea', "[fires] stratum", "no stratum S3"),
    "area": ("area_mu = 30", "", "[fires 1] area_ha, area_mu", "exactly one"),
    "pool": ("dead_wood = false", "litters = true", "[pools] litters", "not known"),
    "pool flag": ("dead_wood = false", 'dead_wood = "no"', "[pools] dead_wood", "true or false"),
    "discounts": (
        "dr = 0.06",
        "dr = 0.06\nrelative_error = 0.1",
        "dr, relative_error",
        "one of the two",
    ),
    "symbol": ("k_risk =", "k_rsk =", "[parameters] k_rsk", "did you mean k_risk"),
    "bare": (
        '{ value = 0.1, source = "方法学", locator = "第 8 页" }',
        "0.1",
        "[parameters] k_risk",
        "source",
    ),
    "unsourced": ('source = "方法学", ', "", "[parameters.k_risk] source", "is missing"),
    "points": (
        "[[5, 10], [20, 150.5]]",
        "[[20, 10], [5, 150.5]]",
        "[tables.fir] points",
        "ascending",
    ),
    "one point": ("[[5, 10], [20, 150.5]]", "[[20, 10]]", "[tables.fir] points", "two rows"),
    "plot": ("plot_area_m2 = 667", "plot_area_m2 = 0", "[sampling] plot_area_ha", "above 0"),
    "sampled": ("[sampling.S2]", "[sampling.S3]", "[sampling] S3", "no stratum S3"),
    "no spread": ("cv = 0.5", "", "[sampling.S2] sd, cv", "exactly one"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told(write: Write, name: str) -> None:
    old, new, place, said = WRONG[name]
    assert old in PROJECT
    path = write(PROJECT.replace(old, new, 1))
    with pytest.raises(UsageProblem) as told:
        read_project(path)
    assert f"project file {path}" in told.value.en
    assert f"项目文件 {path}" in told.value.zh
    assert place in told.value.en
    assert place in told.value.zh
    assert said in told.value.en


@pytest.mark.parametrize("table", ["project", "parcels", "strata"])
def test_a_table_that_is_missing_is_told(write: Write, table: str) -> None:
    kept = [f"[{part}" for part in PROJECT.split("\n[")[1:] if not part.startswith(table)]
    kept = [part for part in kept if not part.startswith((f"[{table}", f"[[{table}"))]
    with pytest.raises(UsageProblem, match=rf"\[{table}\]: the table is missing"):
        read_project(write("\n".join(kept)))


def test_every_stratum_has_something_growing(write: Write) -> None:
    with pytest.raises(UsageProblem, match=r"\[strata.S3\] species: is missing"):
        read_project(write(PROJECT + '\n[strata.S3]\nmanagement = "封育"\n'))


def test_inputs_are_symbols_of_the_methodology(write: Write) -> None:
    with pytest.raises(UsageProblem, match=r"\[strata.S1.inputs\] soil"):
        read_project(write(PROJECT + "\n[strata.S1.inputs]\nsoil = 1\n"))


def test_strata_of_parcels(write: Write) -> None:
    head, tail = PROJECT.split("[strata.S1]")[0], PROJECT.split("[[fires]]")[1]
    text = head.replace('stratum = "S1"', "") + (
        '[strata]\nfrom_parcels = true\n[strata.each]\ncurve = "table"\ncurve_name = "fir"\n'
        "thinnings = [{ age = 10, fraction = 0.2 }]\n[[fires]]" + tail
    )
    project = read_project(write(text))
    assert project.strata == ()
    assert project.each is not None
    assert project.burnt == {"S1": ((2030, 2.0),)}
    with pytest.raises(UsageProblem, match=r"\[strata.each\] species"):
        read_project(write(text.replace("[strata.each]", '[strata.each]\nspecies = "杉木"')))
    with pytest.raises(UsageProblem, match=r"\[strata\] each: serves strata formed"):
        read_project(write(text.replace("from_parcels = true", "")))
