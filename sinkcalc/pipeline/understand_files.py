"""Files opened, and how their columns are understood."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from sinkcalc.intake.delivery import Delivery
from sinkcalc.intake.kinds import TableKind
from sinkcalc.intake.matching import Understanding, detect_profile, known_names, understand
from sinkcalc.intake.profiles import load_profile
from sinkcalc.intake.readers import open_delivery
from sinkcalc.pipeline.load_result import LoadOptions
from sinkcalc.pipeline.read_delivery import examples
from sinkcalc.pipeline.spool import workplace


def explain(files: Sequence[Path], options: LoadOptions, kind: TableKind) -> pl.DataFrame:
    """Tell how every column of the files would be understood; nothing is checked or stored.

    Returns
    -------
    `source_file`, `profile`, then the columns of `Understanding.columns`, and `example`: the
    first value of the file and what it is read as.
    """
    with workplace() as folder:
        deliveries, understood = understand_files(files, options, kind, folder)
        parts = []
        for delivery, understanding in zip(deliveries, understood, strict=True):
            example = pl.col("column_name").replace_strict(
                examples(delivery, understanding.profile), default=None, return_dtype=pl.String
            )
            columns = columns_of([delivery.name], [understanding])
            profile = pl.lit(understanding.profile.name).alias("profile")
            parts.append(columns.with_columns(profile, example.alias("example")))
        return pl.concat(parts)


def understand_files(
    files: Sequence[Path], options: LoadOptions, kind: TableKind, folder: Path
) -> tuple[list[Delivery], list[Understanding]]:
    """Open files and resolve the profile, declared or recognised, on each.

    Parameters
    ----------
    folder
        Where copies go.
    """
    declared = load_profile(options.profile) if options.profile else None
    if declared is not None:
        declared.require_table(kind)
    known = known_names(declared, kind)
    deliveries = []
    for number, path in enumerate(files):
        own = folder / str(number)
        own.mkdir()
        deliveries.append(open_delivery(path, own, options.encoding, options.layer, known))
    profile = declared or detect_profile(deliveries[0].headers, files[0], kind)
    understood = [
        understand(profile, delivery.headers, path)
        for delivery, path in zip(deliveries, files, strict=True)
    ]
    return deliveries, understood


def columns_of(names: list[str], understood: list[Understanding]) -> pl.DataFrame:
    """Return how the columns of several files are understood, with the name of the file."""
    return pl.concat(
        understanding.columns.select(pl.lit(name).alias("source_file"), pl.all())
        for name, understanding in zip(names, understood, strict=True)
    )
