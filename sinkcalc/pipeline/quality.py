"""The data-quality report of a stored survey."""

from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.pipeline.estimate import require_survey
from sinkcalc.pipeline.loaded import require_stands
from sinkcalc.report.quality import Quality, by_class, completeness, findings
from sinkcalc.store.connection import reading
from sinkcalc.store.inventory import get_surveys, survey_stands
from sinkcalc.store.loads import list_surveys, read_rejected, read_warned

# the report is of stands
_OF_OTHERS: Final = (
    "质量报告只有小班;其余各表的问题在 load 时用 --rejects、--warnings 写出,"
    "也在表 rejected_rows 与 warned_rows 中",
    "The report is of stands: write what was found in other tables to files with --rejects and "
    "--warnings of load, or see the tables rejected_rows and warned_rows",
)


def stored_quality(db: Path, survey: int, wait: float = 0.0) -> Quality:
    """Return the data-quality report of the load that a survey's stands come from.

    Raises
    ------
    SinkcalcError
        If the survey is not loaded.
    """
    with reading(db, wait) as con:
        require_stands(con, survey, *_OF_OTHERS)
        found = require_survey(get_surveys(con), survey)
        files = list_surveys(con).filter(
            pl.col("survey") == survey, pl.col("table_name") == "stands"
        )
        stands = survey_stands(con, survey)
        rejected, warned = read_rejected(con, found.load_id), read_warned(con, found.load_id)
        filled, classes = completeness(stands), by_class(stands)
    return Quality(
        survey=survey,
        load_id=found.load_id,
        profile=str(files["profile"][0]),
        simulated=found.simulated,
        files=files.select(
            "source_file",
            "sha256",
            "encoding",
            (pl.col("rows") + pl.col("rows_rejected")).alias("rows_in"),
            pl.col("rows").alias("rows_accepted"),
            "rows_rejected",
        ),
        findings=findings(rejected, warned, int((files["rows"] + files["rows_rejected"]).sum())),
        completeness=filled,
        classes=classes,
    )
