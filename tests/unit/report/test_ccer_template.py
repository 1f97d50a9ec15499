"""Templates of a carbon project are valid as they stand, and once their examples are used."""

import re
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from sinkcalc.ccer.project import BambooPart
from sinkcalc.coefficients.packs import PLACEHOLDER, load_pack, pack_codes, read_pack
from sinkcalc.errors import Lang, UsageProblem
from sinkcalc.intake.parcel_columns import parcel_columns
from sinkcalc.pipeline.ccer_new import new_project
from sinkcalc.pipeline.ccer_parcels import read_parcels
from sinkcalc.pipeline.ccer_project import read_project
from sinkcalc.pipeline.read_table import headers
from sinkcalc.report.ccer_template import PARCELS_FILE, parcels_template

CODES = [code for code in pack_codes() if read_pack(code).standing != PLACEHOLDER]
LANGS = get_args(Lang)
START = date(2025, 3, 1)
# a comment that is a line of TOML, and not one that explains
_LINE = re.compile(r"^# ((?:\[\[?[\w.]+\]\]?|[\w]+ = |    \{|\]).*)$")


def _written(path: Path, code: str, lang: Lang) -> Path:
    for file, content in new_project(
        path, code, START, lang, parcels=True, force=False
    ).files.items():
        file.write_bytes(content)
    return path


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("code", CODES)
def test_a_template_is_a_project(tmp_path: Path, code: str, lang: Lang) -> None:
    path = _written(tmp_path / "our-project.toml", code, lang)
    project = read_project(path)
    assert (project.methodology, project.project_id) == (code, "our-project")
    assert project.start == project.crediting_start == START
    assert project.parcels.file == tmp_path / PARCELS_FILE
    assert [stratum.stratum for stratum in project.strata] == ["S1"]
    with pytest.raises(UsageProblem, match=f"{PARCELS_FILE} holds no parcels"):
        read_parcels(project, None)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("code", CODES)
def test_every_example_of_a_template_is_valid(tmp_path: Path, code: str, lang: Lang) -> None:
    path = _written(tmp_path / "new.toml", code, lang)
    either = ("survey =", "where =", "[strata]", "from_parcels", "[strata.each]", "fellings")
    lines, each = [], False
    for line in path.read_text(encoding="utf-8").splitlines():
        found = _LINE.match(line)
        each = (each and line.startswith("#")) or "[strata]" in line
        used = found is not None and not each and not found[1].startswith(either)
        lines.append(found[1] if found is not None and used else line)
    text = "\n".join(lines).replace("value = 0,", "value = 0.1,")
    path.write_text(text, encoding="utf-8")
    project = read_project(path)
    inputs = load_pack(code).tables["inputs"]
    asked = set(inputs.filter(inputs["level"] == "stratum")["symbol"])
    assert set(project.strata[0].inputs) == asked
    if project.strata[0].project.trees:
        assert {stratum.stratum for stratum in project.strata} == {"S1", "S2", "S3"}
    assert project.burnt


def test_a_template_of_strata_of_parcels(tmp_path: Path) -> None:
    path = _written(tmp_path / "new.toml", "CCER-14-001-V01", "en")
    text = path.read_text(encoding="utf-8")
    kept = re.sub(r"\[strata\.S1\].*?(?=# mixed stands)", "", text, flags=re.DOTALL)
    kept = kept.replace('stratum = "S1"\n# layers', "# layers")
    for line in ("[strata]", "from_parcels = true", "[strata.each]", 'curve = "calibrated"'):
        kept = kept.replace(f"# {line}", line)
    kept = kept.replace("# thinnings = [{ age", "thinnings = [{ age")
    path.write_text(kept, encoding="utf-8")
    assert read_project(path).each == {
        "curve": "calibrated",
        "thinnings": [{"age": 10, "fraction": 0.2}],
    }


def test_files_that_are_there_stay(tmp_path: Path) -> None:
    path = _written(tmp_path / "new.toml", "CCER-14-001-V01", "zh")
    path.unlink()
    with pytest.raises(UsageProblem, match=r"parcels\.xlsx is there already"):
        new_project(path, "CCER-14-001-V01", START, "zh", parcels=True, force=False)
    assert new_project(path, "CCER-14-001-V01", START, "zh", parcels=True, force=True).files


def test_a_project_is_a_toml_file(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match=r"ends in \.toml"):
        new_project(tmp_path / "x.xlsx", "CCER-14-001-V01", START, "en", parcels=True, force=False)


@pytest.mark.parametrize("lang", LANGS)
def test_headings_of_the_workbook_are_read(tmp_path: Path, lang: Lang) -> None:
    path = tmp_path / PARCELS_FILE
    path.write_bytes(parcels_template(lang))
    assert parcels_template(lang) == path.read_bytes()
    assert len(headers(path)) == len(parcel_columns())


def test_a_managed_bamboo_forest_begins_as_the_baseline_has_it(tmp_path: Path) -> None:
    """Fewer culms at first than the baseline has would be a loss that no year counts."""
    path = _written(tmp_path / "new.toml", "AR-CM-005-V01", "en")
    stratum = read_project(path).strata[0]

    def standing(parts: tuple[BambooPart, ...]) -> list[tuple[float, float, float]]:
        rows = [(part.age_du, part.dbh_cm, part.culms_per_ha[0][1]) for part in parts]
        return [row for row in rows if row[2] > 0]

    assert standing(stratum.project.bamboo) == standing(stratum.baseline.bamboo)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("code", CODES)
def test_every_component_of_a_template_has_a_curve(tmp_path: Path, code: str, lang: Lang) -> None:
    stratum = read_project(_written(tmp_path / "new.toml", code, lang)).strata[0]
    for part in (*stratum.project.trees, *stratum.baseline.trees):
        assert part.curve == "calibrated"
