"""Volume and age of the simulated stands at each survey."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from sinkcalc.demo.chance import Flags, Floats, Streams, to_total
from sinkcalc.demo.figures import SURVEY_YEARS, Figures, SurveyTotals
from sinkcalc.demo.stands import UNITS_PER_HA
from sinkcalc.demo.structure import age_group_at
from sinkcalc.vocabulary import AGE_GROUPS


def grow(
    stands: pl.DataFrame,
    totals: dict[int, SurveyTotals],
    figures: Figures,
    streams: Streams,
) -> Iterator[tuple[int, pl.DataFrame]]:
    """Yield each survey year with the stands that exist then.

    The volumes of the first survey carry one scale factor. Between surveys a stand's volume
    grows by the factor 1 + r w, where w is the relative growth of its species, age group and
    vigour and r the one rate that meets the growing stock of the survey.

    Yields
    ------
    tuple[int, pl.DataFrame]
        Survey year; stands with `age`, `age_group`, `unrecorded` (a draw between 0 and 1 that
        decides which figures are missing), `standing_m3` (volume of the trees, also where it is
        not recorded) and `volume_m3` (whole m3; 0 for the youngest, null where missing).
    """
    cohort = stands["cohort"].to_numpy()
    arbor = (stands["vegetation_class"] == "arbor").to_numpy()
    area_ha = stands["area_units"].to_numpy() / UNITS_PER_HA
    standing = stands["base_volume"].fill_null(0.0).to_numpy() * area_ha
    weight = np.zeros(len(stands))
    for year, total in totals.items():
        survey = (
            _aged(stands, year)
            .with_columns(unrecorded=streams["unrecorded"].random(len(stands)))
            .with_columns(state=_volume_state(figures))
        )
        present = cohort <= year
        counted = present & arbor & (survey["state"] == "given").to_numpy()
        if year == SURVEY_YEARS[0]:
            scale = total.growing_stock_m3 / standing[counted].sum()
            standing = np.where(present, standing * scale, standing)
        else:
            old = cohort < year
            gap = total.growing_stock_m3 - standing[counted].sum()
            rate = gap / (standing * weight)[counted & old].sum()
            standing = np.where(old, standing * (1 + rate * weight), standing)
        weight = _relative_growth(survey, figures)
        volume = _recorded(standing, counted, round(total.growing_stock_m3))
        measurable = np.where((survey["state"] == "zero").to_numpy(), 0.0, standing)
        yield (
            year,
            survey.with_columns(standing_m3=pl.lit(pl.Series(measurable)), volume_m3=volume).filter(
                pl.lit(pl.Series(present))
            ),
        )


def _aged(stands: pl.DataFrame, year: int) -> pl.DataFrame:
    """Add age and age group at a survey."""
    return stands.with_columns(age=pl.col("age_first") + year - pl.col("cohort")).with_columns(
        age_group=pl.when(pl.col("age").is_not_null()).then(age_group_at(pl.col("age")))
    )


def _relative_growth(survey: pl.DataFrame, figures: Figures) -> Floats:
    """Return growth relative to other stands, species x age group x vigour; 0 without trees."""
    by_age = figures.by("relative_growth", "age_group")
    of_age = pl.col("age_group").replace_strict(
        {index: by_age[name] for index, name in enumerate(AGE_GROUPS, start=1)},
        default=None,
        return_dtype=pl.Float64,
    )
    weight = survey.select(of_age * pl.col("growth") * pl.col("vigour")).to_series()
    return weight.fill_null(0.0).to_numpy()


def _volume_state(figures: Figures) -> pl.Expr:
    """Tell how the survey records a stand's volume: given, zero, missing, or none (no trees)."""
    arbor = pl.col("vegetation_class") == "arbor"
    return (
        pl.when(pl.col("kind").is_null())
        .then(pl.lit("none"))
        .when(arbor & (pl.col("age") <= figures.one("zero_volume_age")))
        .then(pl.lit("zero"))
        .when(arbor & (pl.col("unrecorded") < figures.one("volume_missing_share")))
        .then(pl.lit("missing"))
        .otherwise(pl.lit("given"))
    )


def _recorded(standing: Floats, counted: Flags, total: int) -> pl.Expr:
    """Return volumes as recorded: whole m3, those counted adding up to the growing stock."""
    whole = np.maximum(1, np.rint(standing)).astype(np.int64)
    whole[counted] = to_total(whole[counted], total)
    return (
        pl.when(pl.col("state") == "given")
        .then(pl.lit(pl.Series(whole)))
        .when(pl.col("state") == "zero")
        .then(0)
    )
