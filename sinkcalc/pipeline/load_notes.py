"""What a load tells of its files as wholes."""

from sinkcalc.pipeline.spool import Spool


def other_occasions(spool: Spool) -> list[tuple[str, str]]:
    """Count the rows of a file that are of other occasions."""
    return [
        (
            f"{file} 中期次 {name} 的 {rows} 行不属于所读的一期,未读",
            f"{rows} rows of {file} are of occasion {name} and were not read",
        )
        for (file, name), rows in sorted(spool.other_rows.items())
    ]


def left_out(spool: Spool) -> list[tuple[str, str]]:
    """Count the rows of a mixed layer that are none of the table, by code."""
    notes = []
    for file in sorted({file for file, _ in spool.left_out}):
        codes = {code: rows for (name, code), rows in spool.left_out.items() if name == file}
        listed = ", ".join(f"{code} ({rows})" for code, rows in sorted(codes.items()))
        noun, named = spool.kind.noun_zh, spool.kind.noun
        notes.append(
            (
                f"{file} 有 {sum(codes.values())} 行不是{noun},未读:{listed}",
                f"{sum(codes.values())} rows of {file} are no {named} and were not read: {listed}",
            )
        )
    return notes
