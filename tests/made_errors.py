"""Errors made for a test: only those that it is about."""

from dataclasses import replace
from pathlib import Path

import polars as pl

from sinkcalc.uncertainty.draws import Chance
from sinkcalc.uncertainty.errors import Errors
from sinkcalc.uncertainty.parts import NO_SPREADS
from sinkcalc.vocabulary import MEASUREMENTS, RESIDUAL


def exactly_measured(errors: Errors) -> Errors:
    """Add measurements without error, so that a sum is not left without one for them."""
    rows = [(name, name, 0, 0.0, None, "volume_measurement", "published") for name in MEASUREMENTS]
    exact = pl.DataFrame(rows, schema=errors.loadings.schema, orient="row")
    others = errors.loadings.filter(~pl.col("parameter_id").is_in(MEASUREMENTS))
    return replace(errors, loadings=others.vstack(exact))


def of_coefficients(errors: Errors) -> Chance:
    """Keep the errors of parameters: stands that do not spread, and are measured exactly."""
    return Chance(replace(exactly_measured(errors), spreads=NO_SPREADS))


def of_published(errors: Errors) -> Chance:
    """Keep the errors of parameters and the spread of stands, which are measured exactly."""
    return Chance(exactly_measured(errors))


def own_errors(path: Path, *rows: tuple[str, str, str]) -> Path:
    """Write a user's table of errors: match, relative_se, shared."""
    lines = ["match,relative_se,shared", *(",".join(row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def nothing_but(path: Path, *rows: tuple[str, str, str]) -> Path:
    """Write a user's table that sets every error to 0 but those of its rows.

    A relative error that is written as an empty text keeps what the sources print or assume.
    """
    named = {match for match, _, _ in rows}
    stated = [row for row in rows if row[1]]
    zero = [(match, "0", "true") for match in FAMILIES if match not in named]
    return own_errors(path, *stated, *zero)


# beginnings that reach every parameter that an estimate of forest reads, every measurement, and
# what single stands deviate
FAMILIES = (
    *("cbef-zhejiang.", "fang-2001.", "yuan-2009.", "ipcc-2006.", "wood-density.", "bef."),
    *("root-shoot.", "crown-ratio.", "carbon-fraction.", "tree-carbon.", "bamboo."),
    *("plant-biomass.", "forest-floor.", "dead-wood.", "soil."),
    *("wetland-soil.", "wetland-plants.", "wetland-flux.", "ccn-om-oc.", "morris-2016."),
    *("cropland-soil.", "own-factor."),
    "holmquist-mixing.",
    "measurement.",
    RESIDUAL,
)
