"""What the house promises of its own source and parameter files."""

import ast
import csv
import hashlib
import inspect
import runpy
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from pathlib import Path

import dataframely as dy
import pytest

import sinkcalc
from sinkcalc import vocabulary
from sinkcalc.accounting.scenario import MEASURE_KINDS
from sinkcalc.ccer.entries import PURPOSES, SIGNS
from sinkcalc.ccer.items import ITEM_KINDS
from sinkcalc.ccer.pack_check import pack_problems
from sinkcalc.coefficients import verified
from sinkcalc.coefficients.factors import load_factors
from sinkcalc.coefficients.packs import PACK_TABLES, STANDINGS, load_pdd_tables, pack_codes
from sinkcalc.pipeline.targets import INDICATORS
from sinkcalc.resources import parameter_dir
from sinkcalc.schemas import ccer, ccer_ledger, ccer_removals, forecast, lucf, results, target
from sinkcalc.schemas.components import PlotEffects
from sinkcalc.schemas.inventory import Plot, RejectedRow, Stand, Stratum, Tree
from sinkcalc.schemas.stages import EstimateFlag
from sinkcalc.schemas.wetland import CoreInterval, Farmland, ProtectedArea, Wetland

ROOT = Path(__file__).parents[2]
PACKAGE = Path(sinkcalc.__file__).parent
MODULES = {
    str(path.relative_to(PACKAGE)): path.read_text(encoding="utf-8")
    for path in sorted(PACKAGE.rglob("*.py"))
}
TREES = {name: ast.parse(text) for name, text in MODULES.items()}
TABLES = sorted(parameter_dir().glob("*.csv"))
PACKS = sorted(parameter_dir().glob("ccer/*/pack.toml"))
MODULE_LINES, FUNCTION_LINES = 300, 50

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(tree: ast.Module) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


# source


def test_the_modules_are_found() -> None:
    assert {"errors.py", "cli/main.py", "models/biomass.py", "store/migrate.py"} <= MODULES.keys()


def test_import_contracts() -> None:
    (linter,) = Path(sysconfig.get_path("scripts")).glob("lint-imports*")
    done = subprocess.run(
        [linter, "--config", ROOT / "pyproject.toml", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
    assert f"{len(contracts)} kept, 0 broken" in done.stdout


def test_every_room_has_its_place_in_the_contract() -> None:
    """A package that no layer names could import anything."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = next(
        contract["layers"]
        for contract in config["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    )
    named = {name.strip() for layer in layers for name in layer.split("|")}
    rooms = {
        f"sinkcalc.{path.stem}"
        for path in PACKAGE.iterdir()
        if path.stem not in ("__init__", "__pycache__", "_data", "py")
        and (path.suffix == ".py" or (path / "__init__.py").is_file())
    }
    assert rooms == named


def test_modules_are_short() -> None:
    long = {name: len(text.splitlines()) for name, text in MODULES.items()}
    assert {name: lines for name, lines in long.items() if lines > MODULE_LINES} == {}


def _length(function: Function) -> int:
    """Count the lines of a function without its docstring, which is to be as long as it has to."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    if ast.get_docstring(function) is None:
        return lines
    docstring = function.body[0]
    return lines - ((docstring.end_lineno or 0) - docstring.lineno + 1)


def test_functions_are_short() -> None:
    long = {
        f"{name}:{function.lineno} {function.name}": _length(function)
        for name, tree in TREES.items()
        for function in _functions(tree)
        if _length(function) > FUNCTION_LINES
    }
    assert long == {}


def _public(tree: ast.Module) -> Iterator[Function | ast.ClassDef]:
    """Give public functions and classes of a module, and public methods of public classes."""
    found: list[ast.stmt] = list(tree.body)
    for node in found:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            if node.name.startswith("_"):
                continue
            yield node
            if isinstance(node, ast.ClassDef):
                found += node.body


def test_public_functions_and_classes_have_docstrings() -> None:
    nodes = [(name, node) for name, tree in TREES.items() for node in _public(tree)]
    assert len(nodes) > 100
    assert [f"{name}: {node.name}" for name, node in nodes if not ast.get_docstring(node)] == []
    assert [name for name, tree in TREES.items() if not ast.get_docstring(tree)] == []


def _called(tree: ast.Module) -> Iterator[str]:
    """Give the names that a module calls, dotted."""
    return (ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call))


def test_only_the_output_module_prints() -> None:
    """Errors of the entry point go to stderr by click.echo."""
    writers = {"print", "click.echo", "click.secho", "sys.stdout.write", "sys.stdout.buffer.write"}
    found = {name for name, tree in TREES.items() if writers & set(_called(tree))}
    assert "cli/output.py" in found
    assert found <= {"cli/output.py", "cli/main.py"}
    assert [name for name, tree in TREES.items() if "print" in set(_called(tree))] == []


# fractions that are no coefficients, with what they are
_NO_COEFFICIENTS = {
    ("coefficients/own_tables.py", 2.0): "relative error that can only be a slip of the unit",
    ("accounting/plot_effect_errors.py", 1e-9): "spread that is the rounding of areas",
    ("accounting/stock.py", 1e-12): "rounding error of floats",
    ("accounting/target.py", 50.0): "how far a slip of the unit takes a target",
    ("accounting/target.py", 0.01): "per cent",
    ("calibration/checks.py", 0.05): "significance of the tests of a fit",
    ("calibration/choose.py", 0.05): "RMSE by which a simpler form may be worse",
    ("calibration/control_totals.py", 1e-6): "agreement of sums rounded for printing",
    ("calibration/control_totals.py", 1e-3): "part of the bounds that counts as at a bound",
    ("calibration/factor.py", 1e-10): "rounding error of a variance",
    ("calibration/fit.py", 1e-8): "move of a coefficient at which rounds have settled",
    ("calibration/growth_fit.py", 1e-8): "move of a coefficient at which rounds have settled",
    ("calibration/odd_samples.py", 0.01): "chance at which a sample is named as odd",
    ("calibration/odd_samples.py", 0.2): "change of a slope that one sample may cause",
    ("calibration/pooled.py", 1e-6): "variance between groups that counts as none",
    ("calibration/reach.py", 1e-7): "rounding error of a linear programme",
    ("calibration/solve.py", 1e-10): "miss of a total at which equations are solved",
    ("calibration/solve.py", 1e-12): "eigenvalue that counts as zero",
    ("calibration/working.py", 1e-8): "move of a coefficient at which rounds have settled",
    ("coefficients/verify.py", 5e-07): "rounding of a stored share",
    ("coefficients/verify.py", 0.8): "bulk density below which a warning is given",
    ("coefficients/verify.py", 1.5): "bulk density above which a warning is given",
    ("intake/matching.py", 0.6): "similarity of names",
    ("intake/plausible.py", 0.005): "half of the last digit of an area",
    ("intake/plausible.py", 0.5): "half of the last digit of a figure",
    ("intake/plausible.py", 10.0): "base of decimals",
    ("pipeline/ccer_components.py", 1e-6): "rounding error of a sum of shares",
    ("pipeline/ccer_compare.py", 1e-9): "rounding error of floats",
    ("pipeline/ccer_compare.py", 1e-12): "rounding error of floats",
    ("pipeline/drawn_carbon.py", 10.0): "base of decimals",
    ("report/map_styles.py", 10.0): "base of decimals",
    ("report/ccer_book.py", 0.4): "margin of a page in inches",
    ("report/ccer_book.py", 0.6): "margin of a page in inches",
    ("report/panels.py", 0.95): "confidence of the bands",
    ("store/connection.py", 0.2): "seconds between two tries",
    ("survey/composite.py", 1e-9): "correlation that is one but for rounding",
    ("survey/design.py", 0.95): "confidence of the intervals",
    ("survey/rows.py", 1e-12): "spread that is rounding error of floats",
    ("survey/rows.py", 0.5): "skewness from which a sample is called skewed",
    ("survey/small_area.py", 1e-10): "step at which the scoring has settled",
    ("uncertainty/propagate.py", 0.95): "confidence of the intervals",
}
_ANYWHERE = (0.0, 1.0)


def test_python_holds_no_coefficient() -> None:
    """Numbers of the science are in the parameter files; units.py holds units alone."""
    assert len([name for name in TREES if name.startswith("models/")]) >= 5
    found = {
        (name, node.value)
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, float)
        and node.value not in _ANYWHERE
        and name != "units.py"
        and not name.startswith(("cli/", "demo/"))
    }
    assert found - _NO_COEFFICIENTS.keys() == set()
    assert _NO_COEFFICIENTS.keys() - found == set()
    models = {value for name, value in found if name.startswith("models/")}
    assert models == set()


def test_sql_holds_no_coefficient() -> None:
    """Decimal numbers have no business in SQL either."""
    files = sorted((ROOT / "sql").rglob("*.sql"))
    assert files
    for path in files:
        code = [line.split("--")[0] for line in path.read_text(encoding="utf-8").splitlines()]
        assert [line for line in code if any(_is_fraction(word) for word in line.split())] == []


def _is_fraction(word: str) -> bool:
    whole, point, rest = word.strip("(),;").partition(".")
    return bool(point) and whole.isdigit() and rest.isdigit()


# parameter files


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_every_table_has_its_version_and_hash(path: Path) -> None:
    about = tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))
    data = path.read_bytes().replace(b"\r\n", b"\n")
    assert about["sha256"] == hashlib.sha256(data).hexdigest()
    assert about["version"] in about["changes"]
    assert about["title_zh"]
    assert about["title_en"]


def test_no_description_without_a_table() -> None:
    described = {path.stem for path in parameter_dir().glob("*.toml")} - {"sources"}
    assert described == {path.stem for path in TABLES}


def test_every_source_is_listed() -> None:
    sources = tomllib.loads((parameter_dir() / "sources.toml").read_text(encoding="utf-8"))
    named = {
        (path.name, row[column])
        for path in (*TABLES, *parameter_dir().glob("ccer/*/*.csv"))
        for row in _rows(path)
        for column in ("source_id", "baseline_source")
        if row.get(column)
    } | {
        (path.parent.name, said["source_id"])
        for path in PACKS
        for said in tomllib.loads(path.read_text(encoding="utf-8")).values()
        if isinstance(said, dict) and "source_id" in said
    }
    assert len({name for name, _ in named}) > 5
    assert {entry for entry in named if entry[1] not in sources} == set()
    assert set(sources) == {source for _, source in named}
    assert all(source["title"] for source in sources.values())


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_rows_with_a_source_column_have_a_source(path: Path) -> None:
    rows = _rows(path)
    assert rows
    assert [row for row in rows if "source_id" in row and not row["source_id"]] == []


# packs of methodologies


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.parent.name)
def test_every_table_of_a_pack_is_known_and_has_its_hash(path: Path) -> None:
    """After a change: raise the version in pack.toml, then python parameters/seal.py."""
    about = tomllib.loads(path.read_text(encoding="utf-8"))
    tables = sorted(path.parent.glob("*.csv"))
    hashes = {
        table.stem: hashlib.sha256(table.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
        for table in tables
    }
    assert about["sha256"] == hashes
    assert about["version"] in about["changes"]
    assert about["title_zh"]
    assert about["title_en"]
    known = {"columns", "tables"} if path.parent.name == "pdd-tables" else set(PACK_TABLES)
    assert set(hashes) <= known
    for table in tables:
        if table.stem in PACK_TABLES:
            assert set(_rows(table)[0]) <= set(PACK_TABLES[table.stem])


def test_every_shared_folder_is_used() -> None:
    about = {path.parent.name: tomllib.loads(path.read_text(encoding="utf-8")) for path in PACKS}
    used = {folder for each in about.values() for folder in each.get("uses", [])}
    shared = {name for name, each in about.items() if "standing" not in each}
    assert shared - used == {"pdd-tables"}
    assert used <= shared


def test_the_packs_hold_nothing_that_is_not_known() -> None:
    """Every line is understood, every name in it means something, all is in both languages."""
    assert len(pack_codes()) >= 7
    assert [problem for code in pack_codes() for problem in pack_problems(code)] == []


def test_the_tables_of_the_design_document_are_titled() -> None:
    rows = load_pdd_tables()
    assert rows.drop_nulls().height == rows.height
    for _, columns in rows.group_by("table"):
        assert columns["place"].to_list() == list(range(1, columns.height + 1))


def _result_columns() -> set[str]:
    schemas: list[type[dy.Schema]] = [
        schema
        for module in (results, forecast, lucf, target, ccer, ccer_ledger, ccer_removals)
        for _, schema in inspect.getmembers(module, inspect.isclass)
        if issubclass(schema, dy.Schema) and schema is not dy.Schema
    ]
    assert len(schemas) >= 4
    schemas += [Stand, Plot, Tree, Stratum, RejectedRow, EstimateFlag]
    schemas += [Wetland, CoreInterval, ProtectedArea, Farmland, PlotEffects]
    return {name for schema in schemas for name in schema.column_names()}


def test_every_result_column_has_a_label() -> None:
    labels = {row["name"]: row for row in _rows(parameter_dir() / "labels.csv")}
    for name in sorted(_result_columns()):
        assert labels[name]["zh"]
        assert labels[name]["en"]


def test_labels_and_words_are_listed_once() -> None:
    for table, key in (("labels", "name"), ("words", "word")):
        keys = [row[key] for row in _rows(parameter_dir() / f"{table}.csv")]
        assert len(keys) == len(set(keys))
        rows = _rows(parameter_dir() / f"{table}.csv")
        assert [row[key] for row in rows if not (row["zh"] and row["en"])] == []


@pytest.mark.parametrize(
    "words",
    [
        vocabulary.VEGETATION_CLASSES,
        vocabulary.ORIGINS,
        vocabulary.AGE_GROUPS,
        vocabulary.TREE_STATUSES,
        vocabulary.REPORTED_POOLS,
        vocabulary.QUANTITIES,
        vocabulary.STATUSES,
        target.PROBABILITY_REASONS,
        target.PROGRESSES,
        INDICATORS,
        vocabulary.WETLAND_CLASSES,
        tuple(vocabulary.WETLAND_DEFINITIONS),
        vocabulary.TROPHIC_STATES,
        vocabulary.WETLAND_EVENTS,
        vocabulary.PROTECTION_FORMS,
        vocabulary.FARMLAND_USES,
        vocabulary.LANDS,
        tuple(vocabulary.FORECAST_UNITS),
        MEASURE_KINDS,
        lucf.LUCF_CATEGORIES,
        tuple(SIGNS),
        PURPOSES,
        vocabulary.SCREENING_OUTCOMES,
        STANDINGS,
        (verified.HOLDS, verified.LAPSED, verified.GONE, verified.NOT_VERIFIED),
        ITEM_KINDS,
    ],
    ids=[
        "classes",
        "origins",
        "age groups",
        "tree statuses",
        "pools",
        "quantities",
        "statuses",
        "probability reasons",
        "progresses",
        "indicators",
        "wetland classes",
        "wetland definitions",
        "trophic states",
        "wetland events",
        "protection forms",
        "farmland uses",
        "lands",
        "figures of a forecast",
        "measures",
        "lines of the provincial inventory",
        "kinds of entries",
        "uses of units",
        "outcomes of a screening",
        "standings of methodologies",
        "states of verifications",
        "kinds of items",
    ],
)
def test_every_word_has_a_name_in_both_languages(words: tuple[str, ...]) -> None:
    named = {row["word"] for row in _rows(parameter_dir() / "words.csv")}
    assert set(words) - named == set()


def test_every_species_has_a_name_and_a_group_that_has_one() -> None:
    named = {row["word"] for row in _rows(parameter_dir() / "words.csv")}
    rows = _rows(parameter_dir() / "species.csv")
    assert [row["species"] for row in rows if not (row["name_zh"] and row["name_en"])] == []
    assert {row["species"] for row in rows} == set(vocabulary.SPECIES)
    assert {row["species_group"] for row in rows} - named == set()


def test_the_vocabulary_is_consistent() -> None:
    classes = set(vocabulary.VEGETATION_CLASSES)
    assert set(vocabulary.FOREST_CLASSES) <= classes
    assert set(vocabulary.LIVING_STOCK_CLASSES) <= classes
    assert set(vocabulary.VEGETATION_POOLS) <= set(vocabulary.POOLS)
    assert set(vocabulary.UNITS) == set(vocabulary.QUANTITIES)


def test_the_index_of_parameters_is_current() -> None:
    """After a change of the parameters: python parameters/index.py."""
    known = runpy.run_path(str(ROOT / "parameters" / "index.py"))
    written = known["INDEX"].read_text(encoding="utf-8")
    assert written == known["index_text"]()


def test_every_method_is_described_and_has_rows() -> None:
    about = {row["method"]: row for row in _rows(parameter_dir() / "methods.csv")}
    assert tuple(about) == (*vocabulary.METHODS, vocabulary.CALIBRATED)
    for method in vocabulary.METHODS:
        assert load_factors(method).form == about[method]["form"]
        assert [column for column, text in about[method].items() if not text] == []


# resources


def test_resources_are_found_from_any_folder(tmp_path: Path) -> None:
    code = """
from sinkcalc.coefficients.load import load_table
from sinkcalc.resources import parameter_dir, sql_dir
print(parameter_dir(), sql_dir(), load_table("soil").rows.height, sep="\\n")
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    folder, sql, rows = done.stdout.splitlines()
    assert Path(folder) == parameter_dir()
    assert Path(folder).is_absolute()
    assert (Path(sql) / "migrations").is_dir()
    assert int(rows) == len(_rows(parameter_dir() / "soil.csv"))
