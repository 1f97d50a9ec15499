"""Whether tree numbers persist, on trees that can be counted."""

import polars as pl
import pytest

from sinkcalc.accounting.persistence import persistence, require_persistence
from sinkcalc.errors import SinkcalcError

COLUMNS = ("plot_id", "tree_id", "status", "species", "species_code", "dbh_cm")


def _trees(*rows: tuple[str | None, ...]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")
    return frame.with_columns(pl.col("dbh_cm").cast(pl.Decimal(6, 1)))


def _twenty(**changes: tuple[str | None, ...]) -> pl.DataFrame:
    """Twenty oaks of 10 cm, but for the changed ones."""
    return _trees(
        *(
            ("A", str(n), *changes.get(f"t{n}", ("retained", "oak", "410", "10.0")))
            for n in range(20)
        )
    )


SAME = _twenty()
PINE = ("retained", "masson_pine", "220", "10.0")
THIN = ("retained", "oak", "410", "9.4")


def test_one_tree_in_ten_is_too_many() -> None:
    """Of 20, one changes species and one shrinks by 0.6 cm: 2/20 reaches the tenth."""
    found = persistence(SAME, _twenty(t3=PINE, t5=THIN))
    assert (found.matched, found.with_species, found.with_dbh) == (20, 20, 20)
    assert (found.changed, found.shrank, found.changed_or_shrank) == (1, 1, 2)
    assert found.commonest_change == "oak -> masson_pine (1)"
    with pytest.raises(SinkcalcError) as refused:
        require_persistence(found)
    assert "20 living trees match" in refused.value.en
    assert "1 change species" in refused.value.en
    assert "the change of the plots" in refused.value.en
    assert "配上 20 株" in refused.value.zh
    assert "样地蓄积的变化" in refused.value.zh


@pytest.mark.parametrize(
    "other",
    [
        PINE,
        THIN,
        # half a centimetre is within two errors of measurement
        ("retained", "oak", "410", "9.5"),
    ],
)
def test_one_tree_in_twenty_passes(other: tuple[str, ...]) -> None:
    found = persistence(SAME, _twenty(t3=other))
    assert found.changed_or_shrank == (other[3] != "9.5")
    require_persistence(found)


@pytest.mark.parametrize(("before", "after", "shrank"), [("8.3", "7.8", 0), ("8.3", "7.7", 1)])
def test_half_a_centimetre_is_half_a_centimetre(before: str, after: str, shrank: int) -> None:
    """In floats 8.3 - 7.8 is above 0.5."""
    sides = [_trees(("A", "1", "retained", "oak", "410", dbh)) for dbh in (before, after)]
    assert persistence(*sides).shrank == shrank


def test_a_tree_that_does_both_counts_once() -> None:
    found = persistence(SAME, _twenty(t3=("retained", "masson_pine", "220", "6.0")))
    assert (found.changed, found.shrank, found.changed_or_shrank) == (1, 1, 1)


def test_what_a_status_corrects_is_no_sign() -> None:
    last = _twenty(
        t1=("species_corrected", "masson_pine", "220", "10.0"),
        t2=("dbh_corrected", "oak", "410", "6.0"),
        t3=("cut", "masson_pine", "220", "6.0"),
    )
    found = persistence(SAME, last)
    assert (found.matched, found.changed_or_shrank) == (19, 0)


def test_words_come_before_codes() -> None:
    """A new list of codes is no new species where both lists are mapped to words."""
    recoded = SAME.with_columns(pl.lit("412").alias("species_code"))
    assert persistence(SAME, recoded).changed == 0
    no_words = [
        frame.with_columns(pl.lit(None, pl.String).alias("species")) for frame in (SAME, recoded)
    ]
    found = persistence(*no_words)
    assert found.changed == 20
    assert found.commonest_change == "410 -> 412 (20)"
    with pytest.raises(SinkcalcError, match=r"410 -> 412 \(20\)"):
        require_persistence(found)


def test_retained_trees_need_an_earlier_record() -> None:
    """2 of 20 retained trees have none on plots that were tallied: too many."""
    found = persistence(SAME.head(18), SAME)
    assert (found.matched, found.retained, found.retained_unmatched) == (18, 20, 2)
    with pytest.raises(SinkcalcError, match="of 20 trees called retained 2 have no record"):
        require_persistence(found)
    require_persistence(persistence(SAME.head(19), SAME))


def test_retained_trees_of_new_plots_are_not_asked_for() -> None:
    new = SAME.with_columns(pl.lit("B").alias("plot_id"))
    assert persistence(SAME, pl.concat([SAME, new])).retained == 20


def test_nothing_to_compare_is_refused() -> None:
    bare = SAME.with_columns(
        pl.lit(None, pl.String).alias("species"),
        pl.lit(None, pl.String).alias("species_code"),
        pl.lit(None, pl.Decimal(6, 1)).alias("dbh_cm"),
    )
    for first, last in ((bare, bare), (SAME, SAME.clear())):
        with pytest.raises(SinkcalcError):
            require_persistence(persistence(first, last))
