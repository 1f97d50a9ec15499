"""What must hold of single trees by every set of models."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plots_and_trees import trees

from sinkcalc.coefficients.trees import TREE_SETS, load_tree_models
from sinkcalc.models.stem_volume import with_stem_volume
from sinkcalc.models.tree_biomass import with_tree_biomass
from sinkcalc.vocabulary import SPECIES

SIZES = st.tuples(
    st.integers(10, 1200).map(lambda tenths: tenths / 10),
    st.integers(150, 4500).map(lambda cm: cm / 100),
    st.integers(1, 500).map(lambda tenths: tenths / 10),
)


@pytest.mark.parametrize("set_name", TREE_SETS)
@given(size=SIZES)
@settings(max_examples=25, deadline=None, derandomize=True)
def test_thicker_trees_weigh_more_and_organs_add_up(
    set_name: str, size: tuple[float, float, float]
) -> None:
    """Every species at once: a tree of D and one of D + more, of the same height."""
    dbh, height, more = size
    models = load_tree_models(set_name)
    every = [
        {"species": species, "dbh_cm": d, "height_m": height}
        for d in (dbh, dbh + more)
        for species in (*SPECIES, None)
    ]
    found = with_tree_biomass(with_stem_volume(trees(*every), models), models).collect()
    count = len(SPECIES) + 1
    thin, thick = found.head(count), found.tail(count)
    assert thin["carbon_t"].drop_nulls().len() >= 5
    for column in ("stem_volume_m3", "above_ground_kg", "below_ground_kg", "carbon_t"):
        pairs = [(a, b) for a, b in zip(thin[column], thick[column], strict=True) if a is not None]
        assert all(0 < a < b for a, b in pairs)
        assert thin[column].is_null().equals(thick[column].is_null())
    for row in found.iter_rows(named=True):
        if row["stem_kg"] is not None:
            parts = row["stem_kg"] + row["crown_kg"]
            assert row["above_ground_kg"] == pytest.approx(parts, rel=1e-12)
        if row["leaf_kg"] is not None:
            leaves = row["branch_kg"] + row["leaf_kg"]
            assert row["crown_kg"] == pytest.approx(leaves, rel=1e-12)
