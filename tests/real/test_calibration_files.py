"""Files of real samples read, fitted and stored as a person would do it.

320 birch-broadleaf stands of `forestat`; trees of East Asia (BAAD, rebuilt), whose diameters are in
metres and of which a third lacks diameter, height or biomass.
"""

from pathlib import Path

import pytest

from sinkcalc.calibration.calibrate import CalibrationOptions
from sinkcalc.pipeline.fit_models import fit_models
from sinkcalc.pipeline.sample_table import SampleOptions
from sinkcalc.store.connection import reading
from sinkcalc.store.models import read_models

DATA = Path(__file__).parents[2].parent / "shared" / "data"
STANDS = DATA / "china_birch_stands_forestat" / "stands.csv"
TREES = DATA / "baad_rebuilt" / "baad_east_asia.csv"


@pytest.mark.skipif(not STANDS.is_file(), reason=f"data are not here: {STANDS}")
def test_birch_stands(tmp_path: Path) -> None:
    """The line is that of numpy.polyfit, 1.0699 V + 6.577; the columns are found by alias."""
    names = ("fang-2001.birch", "cbef-zhejiang.hard_broadleaf", "cbef-zhejiang.broadleaf_mixed")
    db = tmp_path / "made.duckdb"
    files = SampleOptions(STANDS, "volume-biomass", {})
    result = fit_models(db, files, CalibrationOptions(), names)
    rows = {row["equation"] or row["form"]: row for row in result.candidates.to_dicts()}
    assert (rows["linear"]["a"], rows["linear"]["b"]) == pytest.approx((1.0699, 6.577), abs=5e-4)
    assert (result.samples.rows.height, result.samples.rejected.height) == (320, 0)
    assert result.samples.warnings == []
    # as in the README's comparison
    assert rows["fang-2001.birch"]["bias"] == pytest.approx(3.57, abs=0.005)
    assert rows["cbef-zhejiang.hard_broadleaf"]["bias"] == pytest.approx(4.46, abs=0.005)
    assert rows["cbef-zhejiang.broadleaf_mixed"]["rmse"] == pytest.approx(18.43, abs=0.005)
    with reading(db) as con:
        (stored,) = read_models(con, result.calibration_id)
    assert stored.model == result.calibration.models[0]


@pytest.mark.skipif(not TREES.is_file(), reason=f"data are not here: {TREES}")
def test_trees_of_east_asia(tmp_path: Path) -> None:
    columns = {"x": "d_bh", "h": "h_t", "y": "m_so", "group": "species"}
    files = SampleOptions(TREES, "tree-biomass", columns)
    result = fit_models(
        tmp_path / "none.duckdb", files, CalibrationOptions("tree-biomass"), store=False
    )
    samples = result.samples
    assert (samples.rows_in, samples.rows.height, samples.rejected.height) == (2518, 1813, 705)
    assert set(samples.rejected["rule"]) == {"sample_missing"}
    assert any("in metres" in english for _, english in samples.warnings)
    assert not any("grams" in english for _, english in samples.warnings)
    models = {model.group: model for model in result.calibration.models}
    # the Latin name is a word of the program, those of other species are not
    assert models["cryptomeria"].n == 168
    assert "Pinus densiflora" in samples.other_groups
    assert all(model.sites <= 60 for model in models.values())
