"""What an export holds, when it is refused, and what its verification names."""

import csv
import hashlib
import json
import re
import shutil
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from command_line import Outcome, run, succeed
from jsonschema import Draft202012Validator, FormatChecker
from python_calamine import CalamineWorkbook

from sinkcalc.coefficients.verified import VERIFIED_FILE

PROJECTS = Path(__file__).parents[1] / "made_project"
DRAFT, HISTORIC, UNKNOWN = "draft", "historic", "unknown_parcels"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Copy the worked project."""
    folder = tmp_path / "project"
    shutil.copytree(PROJECTS, folder)
    return folder / "worked.toml"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Export the worked project once; tests that change the export copy it."""
    folder = tmp_path_factory.mktemp("made") / "export"
    succeed("ccer", "export", PROJECTS / "worked.toml", "--to", folder)
    return folder


@pytest.fixture
def export(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "export"))


def manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return found


def stamps(folder: Path) -> list[str]:
    return [stamp["word"] for stamp in manifest(folder)["stamps"]]


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def verify(folder: Path) -> Outcome:
    return run("ccer", "verify-export", folder, "--json")


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (path, old, text.count(old))
    path.write_text(text.replace(old, new), encoding="utf-8")


# what is in it


def test_the_same_project_gives_the_same_bytes(made: Path, project: Path, tmp_path: Path) -> None:
    """From a copy elsewhere too: nothing of a path or of the time enters."""
    succeed("ccer", "export", project, "--to", tmp_path / "again")
    assert files_of(tmp_path / "again") == files_of(made)


def test_the_document_is_of_its_schema(made: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    many = PROJECTS / "many-pools.toml"
    succeed("ccer", "export", many, "--to", other, "--include-unknown")
    for folder, name in ((made, "worked"), (other, "many-pools")):
        schema = json.loads((folder / "export.schema.json").read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(schema)
        document = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        checker = Draft202012Validator(schema, format_checker=FormatChecker())
        assert [error.message for error in checker.iter_errors(document)] == []
        # the schema refuses what it does not know
        document["project"]["colour"] = "green"
        assert list(checker.iter_errors(document))


def test_document_tables_and_workbook_say_the_same(made: Path) -> None:
    """2829 t rounded down once, of 2829.312920359522 by hand (test_ccer_worked_project)."""
    document = json.loads((made / "worked.json").read_text(encoding="utf-8"))
    yearly = pl.read_csv(made / "tables" / "yearly.csv")
    parquet = pl.read_parquet(made / "tables" / "yearly.parquet")
    assert document["totals"]["creditable_t"] == 2829
    assert document["totals"]["mean_creditable_t_per_year"] == 141
    assert sum(year["creditable_t"] for year in document["years"]) == 2829
    assert document["totals"]["reduction_t"] == pytest.approx(2829.312920359522, rel=1e-12)
    assert yearly["cumulative_t"][-1] == pytest.approx(2829.312920359522, rel=1e-12)
    assert yearly["cumulative_t"].to_list() == parquet["cumulative_t"].to_list()
    assert [row["cumulative_t"] for row in document["tables"]["yearly"]] == pytest.approx(
        yearly["cumulative_t"].to_list(), rel=1e-15
    )
    sheet = CalamineWorkbook.from_path(made / "worked.xlsx").get_sheet_by_name("B.6.4 汇总 summary")
    rows = sheet.to_python(skip_empty_area=False)
    (total,) = (row for row in rows if row[0] == "合计 total")
    assert total[5:7] == [pytest.approx(2829.312920359522, rel=1e-12), 2829.0]
    assert rows[4][0] == "20160101–20161231"


def test_the_manifest_names_every_file_and_parameter(made: Path) -> None:
    found = manifest(made)
    named = {entry["path"] for entry in found["files"]}
    assert named | {"manifest.json"} == set(files_of(made))
    assert len(found["run_id"]) == 16
    rows = {row["parameter_id"]: row for row in found["parameters"]}
    pine = rows["wood-density.masson_pine"]
    assert (pine["value"], pine["evidence"], pine["verification"]) == (0.38, "recalled", "none")
    assert rows["project.forest_biomass"]["source_id"] == "示例林场森林资源报告"
    assert found["gwp_set"] == "AR5"


def test_copies_of_the_inputs_lie_as_they_lay(tmp_path: Path) -> None:
    """A growth table in a folder beside and the file of verified rows come along."""
    folder = tmp_path / "deep" / "project"
    shutil.copytree(PROJECTS, folder)
    curves = folder.parent / "curves"
    curves.mkdir()
    shutil.move(folder / "many-pools-curve.csv", curves / "fir.csv")
    change(folder / "many-pools.toml", "many-pools-curve.csv", "../curves/fir.csv")
    succeed("ccer", "export", folder / "many-pools.toml", "--to", tmp_path / "export")
    inputs = files_of(tmp_path / "export" / "inputs")
    assert {"project/many-pools.toml", "curves/fir.csv", "project/many-pools-parcels.csv"} <= set(
        inputs
    )
    assert verify(tmp_path / "export").code == 0


def test_a_full_path_in_the_project_file_is_refused(project: Path, tmp_path: Path) -> None:
    parcels = project.parent / "worked-parcels.csv"
    change(project, 'file = "worked-parcels.csv"', f'file = "{parcels}"')
    outcome = run("ccer", "export", project, "--to", tmp_path / "export")
    assert outcome.code == 2
    assert str(parcels) in outcome.talk
    assert not (tmp_path / "export").exists()


# the stamp


def _verify_items(folder: Path, project: Path, *, leave_out: int = 0) -> None:
    """Record every item of an export that is not verified."""
    ids = manifest(folder)["unverified"]
    for name in ids[leave_out:]:
        marks = ("--source", "方法学原文", "--locator", "第 1 页", "--by", "审核员")
        succeed("params", "verify", name, *marks, "--file", project.parent / VERIFIED_FILE)


def test_a_draft_names_what_is_recalled_and_loses_its_stamp_when_all_is_verified(
    project: Path, tmp_path: Path
) -> None:
    many = project.with_name("many-pools.toml")
    change(many, 'gwp_set = "AR5"', f'gwp_set = "AR5"\nverified = "{VERIFIED_FILE}"')
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    told = succeed("ccer", "export", many, "--to", first)
    count = len(manifest(first)["unverified"])
    assert stamps(first) == [DRAFT]
    assert count > 50
    assert f"{count} items are recalled or assumed" in told.talk
    assert "DRAFT · PARAMETERS NOT VERIFIED" in told.talk
    sheets = CalamineWorkbook.from_path(first / "many-pools.xlsx")
    assert all(
        "草案 · 参数未核对" in sheets.get_sheet_by_name(name).to_python(skip_empty_area=False)[1][0]
        for name in sheets.sheet_names
    )
    _verify_items(first, many, leave_out=1)
    succeed("ccer", "export", many, "--to", second)
    assert stamps(second) == [DRAFT]
    assert len(manifest(second)["unverified"]) == 1

    _verify_items(second, many)
    quiet = succeed("ccer", "export", many, "--to", third)
    assert stamps(third) == []
    assert "not verified" not in quiet.talk
    assert "草案" not in (third / "many-pools.json").read_text(encoding="utf-8")
    assert verify(third).code == 0


def test_a_project_does_not_empty_the_list_by_figures_of_its_own(
    project: Path, tmp_path: Path
) -> None:
    """0.12 in place of the pack's risk: verified as shipped it waits, verified as 0.12 it holds."""
    risk = "CCER-14-001-V01.k_risk"
    many = project.with_name("many-pools.toml")
    change(many, 'gwp_set = "AR5"', f'gwp_set = "AR5"\nverified = "{VERIFIED_FILE}"')
    change(
        many,
        "[parameters]",
        '[parameters]\nk_risk = { value = 0.12, source = "report", locator = "p. 1" }',
    )
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    succeed("ccer", "export", many, "--to", first)
    assert risk in manifest(first)["unverified"]
    _verify_items(first, many)
    succeed("ccer", "export", many, "--to", second)
    assert manifest(second)["unverified"] == [risk]
    assert stamps(second) == [DRAFT]
    parameters = pl.read_csv(second / "tables" / "parameters.csv")
    (row,) = parameters.filter(pl.col("symbol") == "k_risk").iter_rows(named=True)
    assert (row["value"], row["status"], row["verification"]) == (0.12, "in_place", "none")
    sheet = CalamineWorkbook.from_path(second / "many-pools.xlsx").get_sheet_by_name(
        "未核对 unverified"
    )
    listed = [line[0] for line in sheet.to_python()]
    apart = next(place for place, text in enumerate(listed) if "own figures" in str(text))
    assert listed.index(risk) < apart < listed.index("project.forest_biomass")
    marks = ("--source", "report", "--locator", "p. 1", "--by", "审核员")
    own = ("--value", "0.12", "--in-place-of-shipped")
    succeed("params", "verify", risk, *own, *marks, "--file", many.parent / VERIFIED_FILE)
    succeed("ccer", "export", many, "--to", third)
    assert (stamps(third), manifest(third)["unverified"]) == ([], [])
    assert verify(third).code == 0


def test_unknown_parcels_and_historic_methodologies_are_stamped(made: Path, tmp_path: Path) -> None:
    assert stamps(made) == [DRAFT, HISTORIC]
    many = PROJECTS / "many-pools.toml"
    succeed("ccer", "export", many, "--to", tmp_path / "export", "--include-unknown")
    assert stamps(tmp_path / "export") == [DRAFT, UNKNOWN]
    assert manifest(tmp_path / "export")["counts"]["unknown_parcels"] == 1
    assert verify(tmp_path / "export").code == 0


# writing


def test_an_export_is_replaced_by_force_only(export: Path, project: Path) -> None:
    before = files_of(export)
    outcome = run("ccer", "export", project, "--to", export)
    assert outcome.code == 2
    assert "--force" in outcome.talk
    assert files_of(export) == before
    change(project, "dr = 0.06", "dr = 0.11")
    succeed("ccer", "export", project, "--to", export, "--force")
    assert files_of(export).keys() == before.keys()
    assert files_of(export) != before
    assert [path.name for path in export.parent.iterdir() if path.name.startswith(".")] == []


def test_force_replaces_nothing_but_an_export(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "letter.txt").write_text("keep", encoding="utf-8")
    outcome = run("ccer", "export", project, "--to", folder, "--force")
    assert outcome.code == 2
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]
    assert run("ccer", "export", project, "--to", folder / "letter.txt").code == 2
    # many programs write a manifest.json
    (folder / "manifest.json").write_text('{"name": "web app", "files": []}', encoding="utf-8")
    assert run("ccer", "export", project, "--to", folder, "--force").code == 2
    assert (folder / "letter.txt").read_text(encoding="utf-8") == "keep"
    assert run("ccer", "export", project, "--to", tmp_path / "none" / "export").code == 2


def test_force_replaces_no_file_that_was_put_beside_an_export(export: Path, project: Path) -> None:
    (export / "tables" / "remarks.txt").write_text("keep", encoding="utf-8")
    outcome = run("ccer", "export", project, "--to", export, "--force")
    assert outcome.code == 2
    assert "tables/remarks.txt" in outcome.talk
    assert (export / "tables" / "remarks.txt").is_file()


def test_a_device_is_no_folder(project: Path) -> None:
    outcome = run("ccer", "export", project, "--to", "/dev/null")
    assert outcome.code == 2
    assert "not a folder" in outcome.talk


@pytest.mark.parametrize(
    "text",
    ["[project\n", "parcels = [1]\n", "project = 1\ntables = 2\n", "[parcels]\nfile = ['a']\n"],
)
def test_a_file_that_is_no_project_is_told_by_export_too(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(text, encoding="utf-8")
    outcome = run("ccer", "export", path, "--to", tmp_path / "export")
    assert outcome.code == 2
    assert "broken.toml" in outcome.talk
    assert not (tmp_path / "export").exists()


def test_a_figure_too_large_is_told_with_its_equation(project: Path, tmp_path: Path) -> None:
    change(project, "value = 80,", "value = 1e308,")
    outcome = run("ccer", "export", project, "--to", tmp_path / "export")
    assert outcome.code == 1
    assert "creditable_t that is no finite number" in outcome.talk


def test_an_interrupted_export_leaves_the_old_one(
    export: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C between taking the old folder away and putting the new one in its place."""
    before = files_of(export)
    rename = Path.rename

    def interrupted(path: Path, to: Path) -> Path:
        if path.parent == to.parent and to == export and not path.name.endswith(".old"):
            raise KeyboardInterrupt
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", interrupted)
    run("ccer", "export", project, "--to", export, "--force")
    monkeypatch.undo()
    assert files_of(export) == before
    assert [path.name for path in export.parent.iterdir() if path.name.startswith(".")] == []


def test_the_folder_of_the_project_is_not_replaced(export: Path) -> None:
    """Of an export's own inputs: their project file lies in the folder to be replaced."""
    own = export / "inputs" / "worked.toml"
    outcome = run("ccer", "export", own, "--to", export, "--force")
    assert outcome.code == 2
    assert own.is_file()


def test_a_failed_export_leaves_the_old_one(
    export: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files_of(export)
    write = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if path.name == "manifest.json":
            raise OSError(28, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    outcome = run("ccer", "export", project, "--to", export, "--force")
    monkeypatch.undo()
    assert outcome.code == 2
    assert "No space left" in outcome.talk
    assert files_of(export) == before
    assert [path.name for path in export.parent.iterdir() if path.name.startswith(".")] == []


# verification


def test_an_export_is_what_its_inputs_give(made: Path) -> None:
    outcome = verify(made)
    assert (outcome.code, outcome.rows) == (0, [])
    assert "cell by cell" in outcome.talk


def _places(outcome: Outcome, kind: str) -> list[tuple[Any, ...]]:
    keys = ("file", "row", "column", "exported", "recomputed")
    return [tuple(row[key] for key in keys) for row in outcome.rows if row["kind"] == kind]


def test_a_changed_parameter_of_the_program_is_named(
    export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wood density of masson pine 0.38 -> 0.40 in the program that verifies."""
    from sinkcalc.ccer import plan_parameters

    table = plan_parameters.load_table("wood_density_bef")
    pine = pl.col("parameter_id") == "wood-density.masson_pine"
    value = pl.when(pine).then(0.40).otherwise(pl.col("value")).alias("value")
    other = {
        "wood_density_bef": table.__class__(
            **{**vars(table), "rows": table.rows.with_columns(value)}
        )
    }
    load = plan_parameters.load_table
    monkeypatch.setattr(plan_parameters, "load_table", lambda name: other.get(name) or load(name))
    outcome = verify(export)
    assert outcome.code == 1
    row = "wood-density.masson_pine/wood_density/masson_pine"
    assert _places(outcome, "parameter") == [("manifest.json", row, "value", "0.38", "0.4")]
    files = {row["file"] for row in outcome.rows if row["kind"] == "value"}
    assert {"worked.xlsx", "worked.json", "tables/trees.csv", "tables/yearly.parquet"} <= files
    assert "file_changed" not in {row["kind"] for row in outcome.rows}


def test_a_changed_input_is_named_with_what_it_moves(export: Path) -> None:
    change(export / "inputs" / "worked.toml", "value = 80,", "value = 90,")
    outcome = verify(export)
    assert outcome.code == 1
    assert [place[0] for place in _places(outcome, "input_changed")] == ["inputs/worked.toml"]
    row = "project.forest_biomass/forest_biomass/"
    assert ("manifest.json", row, "value", "80.0", "90.0") in _places(outcome, "parameter")


def test_a_changed_file_of_parcels_is_named_with_what_it_moves(export: Path) -> None:
    change(
        export / "inputs" / "worked-parcels.csv",
        "W1,S1,330111,示例镇,一村,01,10,",
        "W1,S1,330111,示例镇,一村,01,11,",
    )
    outcome = verify(export)
    values = _places(outcome, "value")
    assert ("inputs/as-read/parcels.csv", "W1", "area_ha", "10.0", "11.0") in values
    assert ("tables/strata.csv", "S1", "area_ha", "12.5", "13.5") in values
    assert [place[0] for place in _places(outcome, "input_changed")] == [
        "inputs/worked-parcels.csv"
    ]


def _in_csv(export: Path) -> None:
    path = export / "tables" / "yearly.csv"
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    at = rows[0].index("reduction_t")
    rows[5][at] = "999.5"
    path.write_text("\n".join(",".join(row) for row in rows) + "\n", encoding="utf-8")


def _in_json(export: Path) -> None:
    path = export / "worked.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["totals"]["creditable_t"] = 3000
    path.write_text(json.dumps(document), encoding="utf-8")


def _in_parquet(export: Path) -> None:
    path = export / "tables" / "strata.parquet"
    pl.read_parquet(path).with_columns(area_ha=pl.lit(1.5)).write_parquet(path)


def _in_workbook(export: Path) -> None:
    from libreoffice import with_wrong_values

    path = export / "worked.xlsx"
    kept = export.parent / "kept.xlsx"
    shutil.move(path, kept)
    with_wrong_values(kept, path, {})


@pytest.mark.parametrize(
    ("tamper", "expected"),
    [
        (_in_csv, ("tables/yearly.csv", "4", "reduction_t", "999.5")),
        (_in_json, ("worked.json", None, "creditable_t", "3000")),
        (_in_parquet, ("tables/strata.parquet", "S1", "area_ha", "1.5")),
        (_in_workbook, ("worked.xlsx", "B19", None, "-12345.0")),
    ],
    ids=["csv", "json", "parquet", "workbook"],
)
def test_a_changed_result_is_named_with_its_place(
    tamper: Callable[[Path], None], expected: tuple[Any, ...], export: Path
) -> None:
    tamper(export)
    outcome = verify(export)
    assert outcome.code == 1
    assert [place[0] for place in _places(outcome, "file_changed")] == [expected[0]]
    assert expected in [place[:4] for place in _places(outcome, "value")]
    assert {place[0] for place in _places(outcome, "value")} == {expected[0]}


def _rewritten(workbook: Path, change: Callable[[str], str]) -> None:
    """Change the sheets of a workbook; every other part stays."""
    with zipfile.ZipFile(workbook) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(workbook, "w") as archive:
        for name, content in parts.items():
            sheet = name.startswith("xl/worksheets/sheet")
            archive.writestr(name, change(content.decode()).encode() if sheet else content)


def _as_if_made_so(export: Path) -> None:
    """Write the present hashes into the manifest."""
    found = manifest(export)
    for entry in found["files"]:
        entry["sha256"] = hashlib.sha256((export / entry["path"]).read_bytes()).hexdigest()
    (export / "manifest.json").write_text(json.dumps(found), encoding="utf-8")


def test_a_changed_formula_is_named_though_its_value_and_the_hashes_agree(export: Path) -> None:
    """Reduction of t = 9 stands in I16: project removal - baseline - leakage - risk."""
    _rewritten(
        export / "worked.xlsx",
        lambda text: text.replace("(((F16-C16)-G16)-H16)", "(((F16-C16)-G16)-H16)+500"),
    )
    _as_if_made_so(export)
    outcome = verify(export)
    assert outcome.code == 1
    (place,) = _places(outcome, "formula")
    assert place[:2] == ("worked.xlsx", "I16")
    assert place[3:] == ("(((F16-C16)-G16)-H16)+500", "(((F16-C16)-G16)-H16)")
    assert {row["kind"] for row in outcome.rows} == {"formula"}


def test_a_stamp_taken_off_the_printed_page_is_named(export: Path) -> None:
    _rewritten(
        export / "worked.xlsx",
        lambda text: re.sub("<headerFooter>.*</headerFooter>", "", text, flags=re.DOTALL),
    )
    _as_if_made_so(export)
    outcome = verify(export)
    assert outcome.code == 1
    assert {place[1] for place in _places(outcome, "formula")} == {"oddFooter"}


def test_a_growth_table_without_a_source_is_told(export: Path, project: Path) -> None:
    said = succeed("--lang", "en", "ccer", "export", project, "--to", export, "--force").talk
    assert "names no source, which an auditor will ask for" in said
    text = project.read_text(encoding="utf-8")
    head = next(line for line in text.splitlines() if line.startswith("[tables."))
    named = text.replace(head, head + '\nsource = "plots of 2015"\nlocator = "p. 3"', 1)
    project.write_text(named, encoding="utf-8")
    said = succeed("--lang", "en", "ccer", "export", project, "--to", export, "--force").talk
    assert "source: plots of 2015: p. 3" in said


def test_missing_added_and_unreadable_files_are_named(export: Path) -> None:
    (export / "tables" / "trees.csv").unlink()
    (export / "worked.xlsx").write_bytes(b"no workbook")
    (export / "extra.txt").write_text("?", encoding="utf-8")
    outcome = verify(export)
    assert outcome.code == 1
    kinds = {(row["kind"], row["file"]) for row in outcome.rows}
    assert kinds == {
        ("file_missing", "tables/trees.csv"),
        ("file_changed", "worked.xlsx"),
        ("file_unreadable", "worked.xlsx"),
        ("file_added", "extra.txt"),
    }


def test_a_parameter_changed_in_the_manifest_is_named(export: Path) -> None:
    found = manifest(export)
    (row,) = (one for one in found["parameters"] if one["symbol"] == "discount")
    row["value"] = 0.0
    (export / "manifest.json").write_text(json.dumps(found), encoding="utf-8")
    outcome = verify(export)
    assert outcome.code == 1
    (place,) = _places(outcome, "parameter")
    assert place[2:] == ("value", "0.0", "0.06")


def test_inputs_that_cannot_be_computed_are_told(export: Path) -> None:
    change(export / "inputs" / "worked.toml", 'methodology = "AR-CM-001-V01"', 'methodology = "X"')
    outcome = verify(export)
    assert outcome.code == 1
    assert [row["kind"] for row in outcome.rows] == ["input_changed", "not_computed"]
    assert "X" in outcome.rows[1]["recomputed"]


def test_other_versions_are_told_and_are_no_difference(export: Path) -> None:
    """The export looks as another version would have made it: its own hashes and cells agree."""
    for path in (export / "manifest.json",):
        found = manifest(export)
        found["program"]["version"] = "0.0.9"
        found["methodology"]["pack_version"] = "0.9"
        path.write_text(json.dumps(found), encoding="utf-8")
    outcome = run("ccer", "verify-export", export)
    assert "sinkcalc 0.0.9" in outcome.talk
    assert "version 0.9 of the pack AR-CM-001-V01" in outcome.talk


def test_a_folder_that_is_no_export_is_refused(tmp_path: Path) -> None:
    outcome = run("ccer", "verify-export", tmp_path)
    assert outcome.code == 2
    assert "manifest.json" in outcome.talk
    for text in ("[]", "[" * 100_000):
        (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
        assert run("ccer", "verify-export", tmp_path).code == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"methodology": None},
        {"files": {"a": 1}},
        {"files": [{"path": "a"}]},
        {"parameters": [1]},
        {"options": {"project_file": "worked.toml"}},
        {"options": {"project_file": 3, "include_unknown": False}},
        {"program": "sinkcalc"},
    ],
)
def test_a_manifest_of_another_form_is_refused(export: Path, changed: dict[str, Any]) -> None:
    path = export / "manifest.json"
    path.write_text(json.dumps(manifest(export) | changed), encoding="utf-8")
    outcome = run("ccer", "verify-export", export)
    assert outcome.code == 2
    assert "manifest.json" in outcome.talk


def test_an_export_opens_no_project_file_outside_of_it(export: Path, project: Path) -> None:
    for name in (str(project), f"../../{project.name}"):
        whole = manifest(export)
        whole["options"]["project_file"] = name
        (export / "manifest.json").write_text(json.dumps(whole), encoding="utf-8")
        assert run("ccer", "verify-export", export).code == 2


def test_a_table_shows_the_first_differences_of_a_file(export: Path) -> None:
    change(export / "inputs" / "worked.toml", "value = 80,", "value = 90,")
    short = run("ccer", "verify-export", export)
    long = verify(export)
    assert short.code == 1
    assert 20 < len(short.text.splitlines()) < len(long.rows)
    assert "project.forest_biomass" in short.text


def test_the_project_is_not_read_by_its_old_name(made: Path) -> None:
    """Copies are enough: the project file in the export names no place outside of it."""
    text = (made / "inputs" / "worked.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["parcels"]["file"] == "worked-parcels.csv"
    assert str(PROJECTS) not in "".join(
        content.decode(errors="ignore") for content in files_of(made).values()
    )
