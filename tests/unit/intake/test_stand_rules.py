"""Every rule of the intake, by a row that breaks it: number, column, value, rule."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest

from sinkcalc.coefficients.load import load_table
from sinkcalc.pipeline.load_result import LoadOptions
from sinkcalc.pipeline.load_stands import load_stands
from sinkcalc.store.connection import reading
from sinkcalc.store.inventory import survey_stands


class Loaded(NamedTuple):
    """Stands as they are stored, rejected rows as they are told."""

    stands: pl.DataFrame
    rejected: pl.DataFrame
    simulated: bool


Load = Callable[..., Loaded]

COLUMNS = (
    "stand_id",
    "region_code",
    "vegetation_class",
    "species",
    "origin",
    "age_group",
    "age_years",
    "area_ha",
    "volume_m3",
    "volume_m3_per_ha",
    "culms",
    "stems_per_ha",
    "canopy_cover_fraction",
    "dbh_cm",
    "height_m",
    "crown_length_m",
    "scattered_volume_m3",
)
GOOD = {
    "region_code": "330102",
    "vegetation_class": "arbor",
    "species": "oak",
    "origin": "natural",
    "age_group": "middle",
    "age_years": "35",
    "area_ha": "2",
    "volume_m3": "100",
    "volume_m3_per_ha": "50",
    "stems_per_ha": "900",
    "canopy_cover_fraction": "0.7",
    "dbh_cm": "14.5",
    "height_m": "9.8",
}
BAMBOO = {
    "vegetation_class": "bamboo",
    "species": "moso_bamboo",
    "volume_m3": "",
    "volume_m3_per_ha": "",
    "stems_per_ha": "",
}
# the row that breaks a rule lies between good ones, on this line of the file
BROKEN = 3


def _text(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for number, row in enumerate(rows, 1):
        writer.writerow({"stand_id": f"S{number}", **GOOD, **row})
    return out.getvalue()


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Check a text delivery without storing it, then store it: both tell the same."""

    def run(text: str | bytes, profile: str = "generic") -> Loaded:
        path, db = tmp_path / "stands.csv", tmp_path / "stands.duckdb"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        tried = load_stands(db, [path], LoadOptions(2020, profile, dry_run=True))
        assert not db.exists()
        result = load_stands(db, [path], LoadOptions(2020, profile))
        assert result.checked
        assert result.rejected.equals(tried.rejected)
        assert result.stored is db.exists()
        if not result.stored:
            return Loaded(pl.DataFrame(), result.rejected, result.simulated)
        with reading(db) as con:
            stands = survey_stands(con, 2020).sort("source_row").collect()
        assert stands.height == result.accepted == tried.accepted
        return Loaded(stands, result.rejected, result.simulated)

    return run


def _reasons(checked: Loaded) -> list[tuple[int, str | None, str | None, str]]:
    return checked.rejected.select("source_row", "column_name", "value", "rule").rows()


def test_good_rows_pass(load: Load) -> None:
    checked = load(_text({}, BAMBOO | {"culms": "5000"}, {"volume_m3": ""}))
    assert _reasons(checked) == []
    assert checked.stands["source_row"].to_list() == [2, 3, 4]


# rule -> (what the row says, column that is named, value that is shown)
BROKEN_VALUES: list[tuple[str, dict[str, str], str, str | None]] = [
    ("required", {"area_ha": ""}, "area_ha", None),
    ("required", {"area_ha": "  "}, "area_ha", None),
    ("required", {"region_code": ""}, "region_code", None),
    ("required", {"vegetation_class": ""}, "vegetation_class", None),
    ("required", {"stand_id": ""}, "stand_id", None),
    ("not_a_number", {"area_ha": "2 ha"}, "area_ha", "2 ha"),
    ("not_a_number", {"height_m": "9,8"}, "height_m", "9,8"),
    ("not_a_number", {"dbh_cm": "nan"}, "dbh_cm", "nan"),
    ("not_a_number", {"volume_m3": "inf"}, "volume_m3", "inf"),
    ("not_a_number", BAMBOO | {"culms": "many"}, "culms", "many"),
    ("not_a_number", BAMBOO | {"culms": "NaN"}, "culms", "NaN"),
    ("area_range", {"area_ha": "0", "volume_m3": "", "volume_m3_per_ha": ""}, "area_ha", "0"),
    ("area_range", {"area_ha": "-2", "volume_m3": "", "volume_m3_per_ha": ""}, "area_ha", "-2"),
    (
        "area_range",
        {"area_ha": "100001", "volume_m3": "", "volume_m3_per_ha": ""},
        "area_ha",
        "100001",
    ),
    ("unknown_code", {"vegetation_class": "woods"}, "vegetation_class", "woods"),
    ("unknown_code", {"species": "unicorn"}, "species", "unicorn"),
    ("unknown_code", {"origin": "Natural"}, "origin", "Natural"),
    ("unknown_code", {"age_group": "old"}, "age_group", "old"),
    ("unknown_region", {"region_code": "110101"}, "region_code", "110101"),
    # the city itself is no county
    ("unknown_region", {"region_code": "330100"}, "region_code", "330100"),
    ("duplicate_stand", {"stand_id": "S1"}, "stand_id", "S1"),
    ("canopy_range", {"canopy_cover_fraction": "70"}, "canopy_cover_fraction", "70"),
    ("canopy_range", {"canopy_cover_fraction": "-0.1"}, "canopy_cover_fraction", "-0.1"),
    (
        "volume_range",
        {"volume_m3": "", "volume_m3_per_ha": "2001"},
        "volume_m3_per_ha",
        "2001",
    ),
    ("volume_far_off", {"volume_m3": "1000"}, "volume_m3", "1000 / 100.0"),
    ("volume_far_off", {"volume_m3": "49"}, "volume_m3", "49 / 100.0"),
    ("culms_range", BAMBOO | {"culms": "60001"}, "culms", "60001"),
    ("age_range", {"age_years": "1501"}, "age_years", "1501"),
    ("age_range", {"age_years": "-1"}, "age_years", "-1"),
    ("dbh_range", {"dbh_cm": "301"}, "dbh_cm", "301"),
    ("dbh_range", {"dbh_cm": "-1"}, "dbh_cm", "-1"),
    ("height_range", {"height_m": "81"}, "height_m", "81"),
    ("height_range", {"height_m": "-1"}, "height_m", "-1"),
    ("crown_length_range", {"crown_length_m": "81"}, "crown_length_m", "81"),
    ("crown_length_range", {"crown_length_m": "-1"}, "crown_length_m", "-1"),
    ("scattered_range", {"scattered_volume_m3": "-0.5"}, "scattered_volume_m3", "-0.5"),
    ("scattered_range", {"scattered_volume_m3": "1e13"}, "scattered_volume_m3", "1e13"),
    ("stems_range", {"stems_per_ha": "100001"}, "stems_per_ha", "100001"),
    ("stems_range", {"stems_per_ha": "-1"}, "stems_per_ha", "-1"),
]
# rule -> (line of the file, what of it is shown)
BROKEN_LINES = {
    "short_row": (b"S2,330102,arbor", "S2,330102,arbor"),
    "long_row": (b"S2" + b"," * len(COLUMNS) + b"9", "S2" + "," * len(COLUMNS) + "9"),
    "unbalanced_quote": (b'"S2,330102,arbor', '"S2,330102,arbor'),
    "undecodable": (b"S\xff2,330102,arbor", "S\ufffd2,330102,arbor"),
}
# each has a test of its own: two below, the cell in error in test_workbook.py
ELSEWHERE = {"volume_negative", "unreadable", "error_cell"}
# the longest line that the CSV reader takes
READER_LIMIT = 2 * 1024 * 1024


@pytest.mark.parametrize(("rule", "row", "column", "value"), BROKEN_VALUES)
def test_a_row_that_breaks_one_rule(
    load: Load, rule: str, row: dict[str, str], column: str, value: str | None
) -> None:
    """Nothing but this row and this reason, and the good rows around it are kept."""
    checked = load(_text({}, row, {}))
    assert _reasons(checked) == [(BROKEN, column, value, rule)]
    assert checked.stands["source_row"].to_list() == [2, 4]
    told = checked.rejected.row(0, named=True)
    assert told["source_file"] == "stands.csv"
    line = _text({}, row, {}).splitlines()[BROKEN - 1]
    assert told["raw"] == line
    for text in ("reason_zh", "reason_en", "remedy_zh", "remedy_en"):
        assert told[text]
        assert "{" not in told[text]


@pytest.mark.parametrize("rule", BROKEN_LINES)
def test_a_line_that_cannot_be_read(load: Load, rule: str) -> None:
    line, shown = BROKEN_LINES[rule]
    good = _text({}, {}).encode().splitlines()
    checked = load(b"\n".join([good[0], good[1], line, good[2]]) + b"\n")
    told = checked.rejected.row(0, named=True)
    assert checked.rejected.height == 1
    assert (told["source_row"], told["rule"], told["raw"]) == (BROKEN, rule, shown)
    assert (told["column_name"], told["value"]) == (None, None)
    assert checked.stands["source_row"].to_list() == [2, 4]


def test_a_volume_below_zero(load: Load) -> None:
    """It is both below zero and out of the range per hectare: each is told."""
    checked = load(_text({"volume_m3": "-5", "volume_m3_per_ha": ""}))
    reasons = {(rule, value) for _, _, value, rule in _reasons(checked)}
    assert ("volume_negative", "-5") in reasons
    assert {rule for rule, _ in reasons} <= {"volume_negative", "volume_range"}
    assert checked.stands.is_empty()


def test_a_line_longer_than_the_reader_takes(load: Load) -> None:
    lines = _text({}, {"remark": "x" * READER_LIMIT}, {}, columns=(*COLUMNS, "remark"))
    checked = load(lines)
    assert _reasons(checked) == [(BROKEN, None, None, "unreadable")]
    assert checked.stands["source_row"].to_list() == [2, 4]


@pytest.mark.parametrize("volume", ["0", "100"])
def test_an_area_of_zero_is_told_once(load: Load, volume: str) -> None:
    """There is no volume per hectare of no area, so nothing is said of it."""
    checked = load(_text({"area_ha": "0", "volume_m3": volume, "volume_m3_per_ha": ""}))
    assert _reasons(checked) == [(2, "area_ha", "0", "area_range")]


def test_every_rule_that_rejects_has_a_test() -> None:
    """Those that warn are in test_stand_warnings.py."""
    table = load_table("stand_rules").rows
    rules = set(table.filter(pl.col("severity") == "error")["rule"])
    tested = {rule for rule, *_ in BROKEN_VALUES} | set(BROKEN_LINES) | ELSEWHERE
    assert rules == tested


def test_a_row_that_breaks_two_rules_is_told_twice_and_counted_once(load: Load) -> None:
    checked = load(_text({}, {"height_m": "810", "dbh_cm": "1450"}, {}))
    assert sorted(rule for *_, rule in _reasons(checked)) == ["dbh_range", "height_range"]
    assert checked.stands.height == 2


@pytest.mark.parametrize(
    "row",
    [
        {"area_ha": "0.0001", "volume_m3": "", "volume_m3_per_ha": ""},
        {"area_ha": "100000", "volume_m3": "", "volume_m3_per_ha": ""},
        {"canopy_cover_fraction": "0"},
        {"canopy_cover_fraction": "1"},
        {"volume_m3": "", "volume_m3_per_ha": "2000"},
        {"volume_m3": "0", "volume_m3_per_ha": "0"},
        # 50 and 100 differ by 50 % of the larger: not by more
        {"volume_m3": "50", "volume_m3_per_ha": "50"},
        {"volume_m3": "200", "volume_m3_per_ha": "50"},
        # less than 10 m3: whole m3 may round away more than half
        {"volume_m3": "1", "volume_m3_per_ha": "2"},
        BAMBOO | {"culms": "60000"},
        # culms of what is not bamboo are not read
        {"culms": "99999999"},
        {"stems_per_ha": "100000"},
        {"age_years": "1500"},
        {"dbh_cm": "0", "height_m": "80"},
        {"species": "", "origin": "", "age_group": "", "volume_m3": "", "volume_m3_per_ha": ""},
    ],
)
def test_the_bounds_themselves_pass(load: Load, row: dict[str, str]) -> None:
    checked = load(_text(row))
    assert _reasons(checked) == []
    assert checked.stands.height == 1


def test_the_column_named_is_one_of_the_file(load: Load) -> None:
    """A delivery with the volume of the stand only, 9000 m3 on 2 ha."""
    columns = tuple(c for c in COLUMNS if c not in ("volume_m3_per_ha", "culms"))
    rows = ({"volume_m3": "9000"}, BAMBOO | {"stems_per_ha": "30001"})
    checked = load(_text(*rows, columns=columns))
    assert [(row, rule) for row, _, _, rule in _reasons(checked)] == [
        (2, "volume_range"),
        (3, "culms_range"),
    ]
    assert set(checked.rejected["column_name"]) <= set(columns)


def test_the_first_of_repeated_stands_is_kept(load: Load) -> None:
    checked = load(_text({}, {"stand_id": "S1", "volume_m3": "90"}, {"stand_id": "S1"}))
    assert checked.stands.select("source_row", "stand_id").rows() == [(2, "S1")]
    assert [row for row, *_ in _reasons(checked)] == [3, 4]


def test_a_corrected_repetition_of_a_faulty_row_is_kept(load: Load) -> None:
    """Only stands that are stored can be repeated."""
    checked = load(_text({"area_ha": "oops"}, {"stand_id": "S1"}))
    assert checked.stands["source_row"].to_list() == [3]
    assert _reasons(checked) == [(2, "area_ha", "oops", "not_a_number")]


def test_volume_is_completed_from_the_figure_per_hectare(load: Load) -> None:
    """53.25 m3/ha x 2.5 ha = 133.125 m3; a given volume is kept as it is."""
    rows = (
        {"area_ha": "2.5", "volume_m3": "", "volume_m3_per_ha": "53.25"},
        {"area_ha": "2.5", "volume_m3": "130", "volume_m3_per_ha": "53.25"},
        {"area_ha": "2.5", "volume_m3": "", "volume_m3_per_ha": ""},
    )
    stands = load(_text(*rows)).stands
    assert [None if v is None else float(v) for v in stands["volume_m3"]] == [133.125, 130.0, None]


def test_culms_are_completed_from_stems_of_bamboo_only(load: Load) -> None:
    """2474.4 stems/ha x 2 ha = 4948.8, that is 4949 culms."""
    rows = (
        BAMBOO | {"stems_per_ha": "2474.4"},
        BAMBOO | {"stems_per_ha": "2474.4", "culms": "5000"},
        BAMBOO,
        {"stems_per_ha": "900"},
    )
    stands = load(_text(*rows)).stands
    assert stands["culms"].cast(pl.Int64).to_list() == [4949, 5000, None, None]


@pytest.mark.parametrize(
    ("remark", "simulated"), [("模拟数据 2020", True), ("实测", False), ("", False)]
)
def test_a_simulated_delivery_is_known_by_its_remark(
    load: Load, remark: str, simulated: bool
) -> None:
    rows = ({"remark": ""}, {"remark": remark})
    assert load(_text(*rows, columns=(*COLUMNS, "remark"))).simulated is simulated
