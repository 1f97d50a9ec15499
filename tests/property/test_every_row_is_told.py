"""Whatever the text of a delivery: each row is stored or rejected with a reason, never lost."""

from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sinkcalc.intake.check import check_rows
from sinkcalc.intake.matching import understand
from sinkcalc.intake.profiles import load_profile

HEADERS = (
    "stand_id",
    "region_code",
    "vegetation_class",
    "species",
    "area_ha",
    "volume_m3",
    "volume_m3_per_ha",
    "culms",
    "canopy_cover_fraction",
)
TEXT = st.sampled_from(
    ["", " ", "1", "2.5", "-3", "1e9", "nan", "inf", "abc", "0", "330102", "arbor", "oak", "0.0001"]
)
GOOD = {
    "region_code": "330102",
    "vegetation_class": "arbor",
    "species": "oak",
    "area_ha": "2.5",
    "volume_m3": "100",
}


@st.composite
def _rows(draw: st.DrawFn) -> list[dict[str, str]]:
    rows = []
    for number in range(draw(st.integers(1, 12))):
        spoilt = draw(st.dictionaries(st.sampled_from(HEADERS), TEXT, max_size=3))
        rows.append({**GOOD, "stand_id": str(number), **spoilt})
    return rows


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(rows=_rows())
def test_each_row_is_stored_or_rejected(rows: list[dict[str, str]]) -> None:
    declared = load_profile("generic")
    profile = understand(declared, declared.headers, Path("made")).profile
    lines = range(2, len(rows) + 2)
    raw = pl.DataFrame(
        {"_row": lines, "source_file": ["made"] * len(rows)}
        | {header: [row.get(header) for row in rows] for header in profile.headers},
        schema_overrides={"_row": pl.Int64} | dict.fromkeys(profile.headers, pl.String),
    )
    checked = check_rows(raw, profile, 2020)
    stored = checked.rows["source_row"].to_list()
    rejected = set(checked.rejected["source_row"])
    assert len(stored) == len(set(stored))
    assert sorted([*stored, *rejected]) == list(lines)
    assert checked.rows["area_ha"].null_count() == 0
    for column in ("reason_zh", "reason_en", "remedy_zh", "remedy_en", "column_name"):
        assert checked.rejected[column].null_count() == 0
