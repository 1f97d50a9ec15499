"""What is said after an entry of the book of units."""

from typing import TYPE_CHECKING

from sinkcalc.cli.output import simulated_mark, talk
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import word

if TYPE_CHECKING:
    from sinkcalc.ccer.entries import Entry
    from sinkcalc.pipeline.ccer_ledger import Book


def talk_about(settings: Settings, book: "Book", entry: "Entry") -> None:
    """Say what was entered, and the balance after it."""
    from sinkcalc.ccer.entries import balance_of, of_project
    from sinkcalc.pipeline.ccer_book import simulated_projects

    mark = simulated_mark(entry.project_id in simulated_projects(book), settings)
    kind = word(entry.kind, settings)
    whole = balance_of(of_project(book.entries, entry.project_id))
    zh, en = "", ""
    if entry.vintage is not None:
        own = balance_of(of_project(book.entries, entry.project_id, entry.vintage))
        zh = f"{entry.vintage} 年度余额 {own.balance:,} t,"
        en = f"balance of the vintage {entry.vintage}: {own.balance:,} t, "
    talk(
        settings,
        f"{mark}第 {entry.entry_no} 笔:{entry.project_id} {kind} {entry.tonnes:,} t CO2e;"
        f"{zh}项目余额 {whole.balance:,} t",
        f"{mark}entry {entry.entry_no}: {entry.project_id}, {kind}, {entry.tonnes:,} t CO2e; "
        f"{en}of the project: {whole.balance:,} t",
    )
    if whole.debt:
        talk(
            settings,
            f"欠额 {whole.debt:,} t:已注销的减排量超过现存的碳储量所支持的",
            f"debt {whole.debt:,} t: more units were used than the stock that is left stands for",
        )


def talk_about_event(settings: Settings, book: "Book", name: str) -> None:
    """Say how much of an event's emissions is offset, and what is not."""
    from sinkcalc.ccer.serials import alike
    from sinkcalc.pipeline.ccer_book import events_of

    rows = events_of(book).iter_rows(named=True)
    row = next(row for row in rows if alike(row["event_name"], name))
    cancelled, emissions = row["cancelled_t"], row["event_emissions_t"]
    if emissions is None:
        talk(
            settings,
            f"活动 {name} 已抵销 {cancelled:,} t;没有给出排放量(--event-emissions),不能算比例",
            f"{cancelled:,} t are cancelled for {name}; without its emissions (--event-emissions) "
            "there is no share",
        )
        return
    share = f"{100 * row['coverage_fraction']:.1f} %"
    rest, surplus = float(row["uncovered_t"]), float(row["surplus_t"])
    over_zh = f",多出 {surplus:,.2f} t" if surplus else ""
    over_en = f", {surplus:,.2f} t more than needed" if surplus else ""
    talk(
        settings,
        f"活动 {name}:排放 {float(emissions):,.2f} t,已抵销 {cancelled:,} t({share}),"
        f"尚余 {rest:,.2f} t{over_zh}",
        f"{name}: emissions {float(emissions):,.2f} t, cancelled {cancelled:,} t ({share}), "
        f"not offset {rest:,.2f} t{over_en}",
    )
