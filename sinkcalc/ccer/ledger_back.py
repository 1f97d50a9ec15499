"""Rules of the book of units for reversals and corrections."""

from collections.abc import Sequence

from sinkcalc.ccer.entries import (
    CANCELLED,
    CORRECTIONS,
    ISSUED,
    Entry,
    balance_of,
    least_balance,
    of_project,
    standing,
)
from sinkcalc.ccer.ledger_units import serials_issued, unused
from sinkcalc.ccer.serials import alike, as_compared, covered
from sinkcalc.errors import SinkcalcError, UsageProblem


def refuse_reversal(entries: Sequence[Entry], new: Entry) -> None:
    """Refuse a reversal without its cause, or of more than was issued.

    Raises
    ------
    UsageProblem
        If the cause is missing.
    SinkcalcError
        If more would be reversed than was issued.
    """
    if not new.note:
        raise UsageProblem(zh="逆转须写明原因(--cause)", en="a reversal needs its cause (--cause)")
    for vintage in dict.fromkeys((new.vintage, None)):
        sums = balance_of(of_project(entries, new.project_id, vintage))
        left = sums.issued - sums.reversed_
        if new.tonnes > left:
            zh, en = ("", "") if vintage is None else (f" {vintage} 年度", f", vintage {vintage}")
            raise SinkcalcError(
                zh=f"项目 {new.project_id}{zh} 已签发而未逆转的为 {left} t,不能逆转 "
                f"{new.tonnes} t;未签发的减排量减少不是逆转",
                en=f"project {new.project_id}{en}: {left} t are issued and not reversed, so not "
                f"{new.tonnes} t can be; what was never issued is not reversed",
            )


def refuse_correction(entries: Sequence[Entry], new: Entry) -> None:
    """Refuse to take back an entry that is not there, or that others rest on.

    Raises
    ------
    UsageProblem
        If there is no such entry, or its reason or proof is missing.
    SinkcalcError
        If what remains would not stand.
    """
    found = {entry.entry_no: entry for entry in standing(entries) if entry.kind in CORRECTIONS}
    old = found.get(new.corrects or 0)
    if old is None:
        raise UsageProblem(
            zh=f"没有可更正的第 {new.corrects} 笔;签发、注销、逆转各可更正一次,"
            "用 sinkcalc ccer ledger show 查看",
            en=f"there is no entry {new.corrects} to correct: an issue, cancellation or reversal "
            "that was not corrected before; see sinkcalc ccer ledger show",
        )
    if not new.note:
        raise UsageProblem(
            zh="更正须写明原因(--reason)", en="a correction needs its reason (--reason)"
        )
    if old.kind == CANCELLED and not new.document:
        raise UsageProblem(
            zh="已注销的减排量不能恢复;只有误记可以更正,须有文件(--document)证明登记系统并未注销",
            en="cancelled units do not come back; only a slip of the book is corrected, with the "
            "document (--document) that shows that the registry cancelled nothing",
        )
    if old.kind == ISSUED:
        _refuse_bare(entries, new, old)


def _refuse_bare(entries: Sequence[Entry], new: Entry, old: Entry) -> None:
    """Refuse to take back an issue whose units were used."""
    after = [*entries, new]
    project = of_project(after, new.project_id)
    vintage = of_project(after, new.project_id, old.vintage)
    sums = balance_of(vintage)
    used = [entry for entry in standing(vintage) if entry.kind == CANCELLED]
    issued = serials_issued(vintage)
    bare = [
        entry
        for entry in used
        if entry.serials is not None and covered(entry.serials, issued) < entry.serials.count
    ]
    plain = [entry for entry in standing(vintage) if entry.serials is None]
    batches = {
        as_compared(entry.batch) for entry in plain if entry.kind == CANCELLED and entry.batch
    }
    of_batches = [[entry for entry in plain if alike(entry.batch, batch)] for batch in batches]
    # before the issue nothing changes, as where an earlier day has a loss
    day = old.entry_date
    lefts = [unused(own, day) for own in (plain, *of_batches)]
    least = min(least_balance(project, day), least_balance(vintage, day), *lefts)
    if bare or least < 0 or sums.reversed_ > sums.issued:
        raise SinkcalcError(
            zh=f"第 {old.entry_no} 笔签发的减排量已有注销或逆转,先更正那些记录",
            en=f"units of the issue in entry {old.entry_no} were cancelled or reversed: correct "
            "those entries first",
        )
