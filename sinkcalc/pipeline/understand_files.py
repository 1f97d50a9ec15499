"""Files opened, and how their columns are understood."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from sinkcalc.errors import UsageProblem
from sinkcalc.intake.delivery import Delivery
from sinkcalc.intake.kinds import TableKind
from sinkcalc.intake.matching import (
    Understanding,
    detect_profile,
    known_names,
    match_headers,
    understand,
)
from sinkcalc.intake.profiles import Profile, load_profile
from sinkcalc.intake.readers import open_delivery
from sinkcalc.pipeline.load_result import LoadOptions
from sinkcalc.pipeline.read_delivery import examples, occasions_in
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
    if options.plot_area_ha is not None:
        _refuse_area_of_file(profile, deliveries)
        profile = profile.with_constant("plot_area_ha", f"{options.plot_area_ha:g}")
    understood = _resolved(profile, deliveries, files)
    if profile.occasions is not None:
        occasion = _occasion(deliveries, understood, options)
        understood = _resolved(profile.on_occasion(occasion), deliveries, files)
    elif options.occasion is not None:
        raise UsageProblem(
            zh=f"配置 {profile.name} 没有 [occasions],不知哪一列是期次;去掉 --occasion,"
            "或在自己的配置中写出",
            en=f"profile {profile.name} has no [occasions] and does not know which column tells "
            "them: leave --occasion out, or write them in a profile of your own",
        )
    return deliveries, understood


def _resolved(
    profile: Profile, deliveries: list[Delivery], files: Sequence[Path]
) -> list[Understanding]:
    return [
        understand(profile, delivery.headers, path)
        for delivery, path in zip(deliveries, files, strict=True)
    ]


def _refuse_area_of_file(profile: Profile, deliveries: list[Delivery]) -> None:
    """Refuse --plot-area-ha where the files say the area of each plot."""
    rule = profile.columns.get("plot_area_ha")
    if rule is None:
        return
    named = [
        each.name for each in deliveries if rule.header in match_headers(profile, each.headers)
    ]
    if named:
        raise UsageProblem(
            zh=f"{', '.join(named)} 有样地面积列 {rule.header};去掉 --plot-area-ha,或删去该列",
            en=f"{', '.join(named)} has the plot area in column {rule.header}: leave "
            "--plot-area-ha out, or remove the column",
        )


def _occasion(
    deliveries: list[Delivery], understood: list[Understanding], options: LoadOptions
) -> str:
    """Return the occasion that is read: the declared one, or the only one that the files hold.

    Raises
    ------
    UsageProblem
        If none is declared and the files tell none or several, or they lack the declared one.
    """
    found: Counter[str] = Counter()
    untold = []
    for delivery, each in zip(deliveries, understood, strict=True):
        found += occasions_in(delivery, each.profile)
        if each.profile.occasions is None or not each.profile.occasions.header:
            untold.append(delivery.name)
    listed = ", ".join(f"{name} ({rows})" for name, rows in sorted(found.items()))
    wanted = options.occasion
    if wanted is None and len(found) == 1 and not untold:
        return next(iter(found))
    if wanted is None and untold:
        raise UsageProblem(
            zh=f"{', '.join(untold)} 没有期次列,而配置各期的单位不同。用 --occasion 说明是哪一期",
            en=f"{', '.join(untold)} has no column that tells the occasion, and units of the "
            "profile differ between occasions. Name the occasion with --occasion",
        )
    if wanted is None and found:
        raise UsageProblem(
            zh=f"文件中有几期:{listed}(行数)。用 --occasion 指定其中一期",
            en=f"the files hold several occasions: {listed} (rows). Name one with --occasion",
        )
    if found and wanted not in found and not untold:
        raise UsageProblem(
            zh=f"文件中没有期次 {wanted};有 {listed}(行数)。改正 --occasion",
            en=f"the files hold no occasion {wanted}, but {listed} (rows). Correct --occasion",
        )
    return wanted or ""


def columns_of(names: list[str], understood: list[Understanding]) -> pl.DataFrame:
    """Return how the columns of several files are understood, with the name of the file."""
    return pl.concat(
        understanding.columns.select(pl.lit(name).alias("source_file"), pl.all())
        for name, understanding in zip(names, understood, strict=True)
    )
