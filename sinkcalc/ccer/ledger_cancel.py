"""Rules of the book of units for cancellations."""

from collections.abc import Sequence

from sinkcalc.ccer.entries import (
    CANCELLED,
    EVENT,
    OTHER,
    PURPOSES,
    Balance,
    Entry,
    balance_of,
    least_balance,
    of_project,
    standing,
)
from sinkcalc.ccer.ledger_units import refuse_other_count, serials_issued, unused
from sinkcalc.ccer.serials import alike, covered
from sinkcalc.errors import SinkcalcError, UsageProblem


def refuse_cancellation(entries: Sequence[Entry], new: Entry) -> None:
    """Refuse a cancellation that is not complete, over the balance, or of units already used.

    Raises
    ------
    UsageProblem
        If purpose, beneficiary, event or proof is missing.
    SinkcalcError
        If the units are not there.
    """
    _refuse_nameless(new)
    _refuse_second_claim(entries, new)
    vintage = of_project(entries, new.project_id, new.vintage)
    left = min(
        least_balance(vintage, new.entry_date),
        least_balance(of_project(entries, new.project_id), new.entry_date),
    )
    if new.tonnes > left:
        whole = balance_of(vintage)
        raise SinkcalcError(
            zh=f"项目 {new.project_id} {new.vintage} 年度自 {new.entry_date} 起可注销 "
            f"{max(left, 0)} t,不能注销 {new.tonnes} t({_sums_zh(whole)})",
            en=f"project {new.project_id}, vintage {new.vintage}: {max(left, 0)} t may be "
            f"cancelled from {new.entry_date} on, not {new.tonnes} t ({_sums_en(whole)})",
        )
    if new.serials is not None:
        _refuse_serials(entries, new)
    else:
        _refuse_unnumbered(vintage, new)


def _sums_zh(sums: Balance) -> str:
    return (
        f"该年度已签发 {sums.issued} t,已注销 {sums.cancelled} t,已逆转 {sums.reversed_} t,"
        f"余额 {sums.balance} t"
    )


def _sums_en(sums: Balance) -> str:
    return (
        f"of the vintage {sums.issued} t issued, {sums.cancelled} t cancelled, {sums.reversed_} t "
        f"reversed, balance {sums.balance} t"
    )


def _refuse_nameless(new: Entry) -> None:
    if new.purpose not in PURPOSES or new.vintage is None:
        raise UsageProblem(
            zh=f"注销须有产生年度和用途:{', '.join(PURPOSES)}",
            en=f"a cancellation needs its vintage and a purpose: {', '.join(PURPOSES)}",
        )
    if new.purpose == EVENT:
        if not new.event_name:
            raise UsageProblem(
                zh="用于大型活动的注销须有活动名称(--event)",
                en="a cancellation for a large event needs its name (--event)",
            )
        if not new.document and new.serials is None:
            raise UsageProblem(
                zh="用于活动的注销须有编号或注销文件(--document),否则无法查明是否用于两个活动",
                en="a cancellation for an event needs serial numbers or the document of the "
                "cancellation (--document): without, its use for two events cannot be seen",
            )
    elif new.event_name or new.event_emissions_t is not None:
        raise UsageProblem(
            zh=f"--event 与 --event-emissions 只用于 --purpose {EVENT}",
            en=f"--event and --event-emissions go with --purpose {EVENT} only",
        )
    if new.purpose == OTHER and not (new.beneficiary or new.note):
        raise UsageProblem(
            zh="其他用途须说明(--note 或 --beneficiary)",
            en="another purpose has to be told (--note or --beneficiary)",
        )
    if new.purpose not in (EVENT, OTHER) and not new.beneficiary:
        raise UsageProblem(
            zh="须写明为谁注销(--beneficiary)",
            en="say for whom the units are cancelled (--beneficiary)",
        )


def _same_claim(one: Entry, other: Entry) -> bool:
    return (
        one.purpose == other.purpose
        and alike(one.event_name, other.event_name)
        and alike(one.beneficiary, other.beneficiary)
    )


def _refuse_second_claim(entries: Sequence[Entry], new: Entry) -> None:
    """Refuse the document of a cancellation that was entered for another use, or as it is."""
    for entry in standing(entries):
        if entry.kind != CANCELLED or not new.document or not alike(entry.document, new.document):
            continue
        if not _same_claim(entry, new):
            used = entry.event_name or entry.beneficiary or entry.purpose
            raise SinkcalcError(
                zh=f"注销文件 {new.document} 已在第 {entry.entry_no} 笔用于 {used},不能再用于别处",
                en=f"the document {new.document} stands for a cancellation for {used} (entry "
                f"{entry.entry_no}) and cannot be claimed for another use",
            )
        place = (new.project_id, new.vintage)
        same = (entry.project_id, entry.vintage) == place and alike(entry.batch, new.batch)
        if same and new.serials is None and entry.serials is None:
            raise SinkcalcError(
                zh=f"文件 {new.document} 的这笔注销已记为第 {entry.entry_no} 笔",
                en=f"this cancellation of the document {new.document} was entered before, as "
                f"entry {entry.entry_no}",
            )


def _refuse_serials(entries: Sequence[Entry], new: Entry) -> None:
    serials = new.serials
    if serials is None:
        return
    refuse_other_count(new)
    for entry in standing(entries):
        held = entry.serials
        if entry.kind == CANCELLED and held is not None and serials.common(held):
            used = entry.event_name or entry.beneficiary or entry.purpose
            raise SinkcalcError(
                zh=f"编号 {serials} 中有 {serials.common(held)} 个已在第 {entry.entry_no} 笔注销"
                f"(用于 {used});注销的减排量不能再用",
                en=f"{serials.common(held)} of the serial numbers {serials} were cancelled by "
                f"entry {entry.entry_no} (for {used}); cancelled units do not come back",
            )
    vintage = of_project(entries, new.project_id, new.vintage)
    # those of a later issue are not there yet
    issued = serials_issued([one for one in vintage if one.entry_date <= new.entry_date])
    if covered(serials, issued) < serials.count:
        raise SinkcalcError(
            zh=f"编号 {serials} 不全是项目 {new.project_id} {new.vintage} 年度在 {new.entry_date} "
            "及以前签发的编号",
            en=f"the serial numbers {serials} were not all issued to project {new.project_id}, "
            f"vintage {new.vintage}, until {new.entry_date}",
        )


def _refuse_unnumbered(vintage: Sequence[Entry], new: Entry) -> None:
    """Units with serial numbers are cancelled by these; the rest by batch or quantity."""
    plain = [entry for entry in standing(vintage) if entry.serials is None]
    left = max(0, unused(plain, new.entry_date))
    if new.tonnes > left:
        raise SinkcalcError(
            zh=f"项目 {new.project_id} {new.vintage} 年度没有编号的余额自 {new.entry_date} "
            f"起为 {left} t,其余有编号:用 --serial-from、--serial-to 写明所注销的编号",
            en=f"project {new.project_id}, vintage {new.vintage}: {left} t have no serial numbers "
            f"from {new.entry_date} on; name the others by theirs with --serial-from, --serial-to",
        )
    if new.batch:
        of_batch = [entry for entry in plain if alike(entry.batch, new.batch)]
        in_batch = max(0, unused(of_batch, new.entry_date))
        if new.tonnes > in_batch:
            raise SinkcalcError(
                zh=f"项目 {new.project_id} {new.vintage} 年度批次 {new.batch} 余 {in_batch} t,"
                f"不能注销 {new.tonnes} t",
                en=f"project {new.project_id}, vintage {new.vintage}: the batch {new.batch} holds "
                f"{in_batch} t, not {new.tonnes} t",
            )
