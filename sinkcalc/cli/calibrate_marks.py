"""Marks of chosen and of refused candidates in tables of a calibration."""

from typing import TYPE_CHECKING, Final

from sinkcalc.cli.settings import Settings

if TYPE_CHECKING:
    import polars as pl

CHOSEN: Final = "●"
REFUSED: Final = "×"
# coefficients and their errors
_OF_FIT: Final = ("a", "b", "c", "a_se", "b_se", "c_se")


def with_marks(frame: "pl.DataFrame") -> "pl.DataFrame":
    """Write the choice as a mark and leave out the coefficients of refused fits.

    A refused fit is one that no estimate may use: its coefficients may be of any size.
    """
    import polars as pl

    mark = (
        pl.when("chosen")
        .then(pl.lit(CHOSEN))
        .when("refused")
        .then(pl.lit(REFUSED))
        .otherwise(pl.lit(""))
    )
    kept = [
        pl.when(~pl.col("refused").fill_null(value=False)).then(name).alias(name)
        for name in _OF_FIT
        if name in frame.columns
    ]
    return frame.with_columns(*kept, mark.alias("chosen"))


def marks_in_words(frame: "pl.DataFrame", settings: Settings) -> str:
    """Say what the marks of a table mean that has them."""
    words = settings.say(f"{CHOSEN} 选定", f"{CHOSEN} chosen")
    if frame["refused"].any():
        words += settings.say(f" · {REFUSED} 拒绝", f" · {REFUSED} refused")
    return words
