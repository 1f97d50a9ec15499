"""Soil cores of the Coastal Carbon Network through the load: what passes and what is set aside."""

from pathlib import Path

import duckdb
import polars as pl
import pytest

from sinkcalc.intake.kinds import CORES
from sinkcalc.pipeline.load_result import LoadOptions, LoadResult
from sinkcalc.pipeline.load_wetlands import load_wetlands

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "ccn_wetland_cores"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"data are not here: {FOLDER}")

ROW = "source_row"
# bounds of the checks, by hand
DENSEST, WHOLE, MOST_CARBON = 2.65, 1.0, 0.6


def _load(db: Path, name: str) -> LoadResult:
    options = LoadOptions(2024, profile="ccn-cores", definition="land_survey_3")
    return load_wetlands(db, [FOLDER / name], CORES, options)


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the database of all cores is made."""
    return tmp_path_factory.mktemp("ccn") / "sinkcalc.duckdb"


@pytest.fixture(scope="module")
def whole(db: Path) -> LoadResult:
    """Load all 109 505 intervals."""
    return _load(db, "ccn_depthseries.parquet")


@pytest.fixture(scope="module")
def raw() -> pl.DataFrame:
    """Read the same file without the program, with the row numbers of the load."""
    return pl.read_parquet(FOLDER / "ccn_depthseries.parquet").with_row_index(ROW, offset=2)


def _rejected(result: LoadResult, *rules: str) -> set[int]:
    return set(result.rejected.filter(pl.col("rule").is_in(rules))[ROW])


def test_every_row_of_the_network_is_accounted_for(whole: LoadResult, raw: pl.DataFrame) -> None:
    (file,) = whole.load.files
    print(whole.rejected.group_by("rule").len().sort("len", descending=True))
    print(whole.warned.group_by("rule").len().sort("len", descending=True))
    assert file.rows_in == raw.height == 109_505
    assert file.rows_accepted + file.rows_rejected == file.rows_in
    assert file.rows_accepted > 0.9 * file.rows_in


def test_implausible_values_are_those_found_by_hand(whole: LoadResult, raw: pl.DataFrame) -> None:
    """Each rule rejects exactly the rows that a direct reading of the file finds."""
    density, matter, carbon = (
        pl.col(name) for name in ("dry_bulk_density", "fraction_organic_matter", "fraction_carbon")
    )
    top, bottom = pl.col("depth_min"), pl.col("depth_max")
    by_hand = {
        ("bulk_density_range", "bulk_density_zero"): (density <= 0) | (density > DENSEST),
        ("organic_matter_range",): (matter < 0) | (matter > WHOLE),
        ("carbon_range",): (carbon < 0) | (carbon > MOST_CARBON),
        ("carbon_above_matter",): carbon > matter,
        ("depth_order",): bottom.round(3) <= top.round(3),
        ("required",): top.is_null() | bottom.is_null(),
    }
    for rules, wrong in by_hand.items():
        assert _rejected(whole, *rules) == set(raw.filter(wrong)[ROW]), rules


def test_no_stored_interval_overlaps_another(db: Path, whole: LoadResult) -> None:
    """Seen by a self-join in the database, and no core of two studies is mixed up."""
    assert whole.stored
    with duckdb.connect(str(db), read_only=True) as con:
        overlaps = con.execute(
            "SELECT count(*) FROM cores AS a JOIN cores AS b USING (core_id) "
            "WHERE a.depth_top_cm < b.depth_bottom_cm AND b.depth_top_cm < a.depth_bottom_cm "
            "AND a.source_row <> b.source_row"
        ).fetchone()
        mixed = con.execute(
            "SELECT count(*) FROM (SELECT core_id FROM cores GROUP BY core_id "
            "HAVING count(DISTINCT study) > 1)"
        ).fetchone()
    assert (overlaps, mixed) == ((0,), (0,))


def test_modelled_carbon_is_marked(db: Path, whole: LoadResult, raw: pl.DataFrame) -> None:
    kept = raw.filter(~pl.col(ROW).is_in(list(set(whole.rejected[ROW]))))
    modelled = kept.filter(pl.col("carbon_measured_or_modeled") == "modeled").height
    with duckdb.connect(str(db), read_only=True) as con:
        found = con.execute("SELECT count(*) FROM cores WHERE carbon_kind = 'modelled'").fetchone()
    assert found == (modelled,)


def test_cores_of_china(tmp_path: Path) -> None:
    """All 752 intervals pass; most do not say whether their carbon is organic or total."""
    result = _load(tmp_path / "d.duckdb", "ccn_depthseries_china.csv")
    assert (result.accepted, result.rejected.height, result.stored) == (752, 0, True)
    raw = pl.read_csv(FOLDER / "ccn_depthseries_china.csv", infer_schema_length=None)
    untold = raw.filter(
        pl.col("fraction_carbon").is_not_null()
        & pl.col("fraction_carbon_type").is_null()
        & (pl.col("carbon_measured_or_modeled").fill_null("") != "modeled")
    )
    told = result.warned.filter(pl.col("rule") == "carbon_kind_missing")
    assert set(told[ROW]) == set(
        untold.join(raw.with_row_index(ROW, offset=2), on=raw.columns, nulls_equal=True)[ROW]
    )
    print(result.warned.group_by("rule").len())
