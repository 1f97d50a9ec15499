"""`sinkcalc ccer ledger`: refusals, exit codes, balances, events, checks."""

import subprocess
import sys
from pathlib import Path

import pytest
from command_line import Outcome, execute, held, query, release, run, succeed
from made_projects import parcel, put

from sinkcalc.errors import EXIT_DATABASE, EXIT_FAILED, EXIT_USAGE, SinkcalcError

ISSUE = (
    "--vintage", 2023, "--quantity", 100, "--date", "2024-06-30", "--verified-amount", "120.5",
    "--document", "report-1",
)  # fmt: skip
SERIALS = ("--serial-from", "A-0001", "--serial-to", "A-0100")
CANCEL = ("--vintage", 2023, "--date", "2024-09-01")


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """Register two projects on different land."""
    path = tmp_path / "sinkcalc.duckdb"
    put(path, "east", parcel("1", village="王村", stand_id="330112-01"))
    put(path, "west", parcel("1", village="李村", stand_id="330112-02"))
    return path


def ledger(db: Path, *arguments: object, lang: str = "en") -> Outcome:
    return run("--db", db, "--lang", lang, "ccer", "ledger", *arguments)


def done(db: Path, *arguments: object) -> Outcome:
    return succeed("--db", db, "--lang", "en", "ccer", "ledger", *arguments)


def balance(db: Path, project: str) -> int:
    rows = done(db, "show", "--by", "vintage", "--json").rows
    (row,) = [r for r in rows if r["project_id"] == project and r["vintage"] is None]
    return int(row["balance_t"])


def test_issue_and_cancel_by_hand(db: Path) -> None:
    """100 issued, 40 for an event of 160 t: 60 are left, a quarter is offset, 120 t are not."""
    done(db, "issue", "east", *ISSUE, *SERIALS)
    told = done(
        db, "cancel", "east", *CANCEL, "--quantity", 40, "--serial-from", "A-11", "--serial-to",
        "A-50", "--event", "城市马拉松", "--event-emissions", "160",
    )  # fmt: skip
    assert "25.0 %" in told.talk
    assert "120.00 t" in told.talk
    assert balance(db, "east") == 60
    (event,) = done(db, "show", "--by", "event", "--json").rows
    assert event["coverage_fraction"] == 0.25
    assert event["uncovered_t"] == 120
    assert event["surplus_t"] == 0
    entries = done(db, "show", "--project", "east", "--json").rows
    assert [row["kind"] for row in entries] == ["registered", "issued", "cancelled"]
    assert [row["balance_t"] for row in entries] == [0, 100, 60]
    assert entries[1]["first_day"] == "2023-01-01"
    assert done(db, "check", "--json").rows == []


@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        (("--quantity", 121, "--serial-to", "A-0121"), EXIT_FAILED, "120.5"),
        (("--serial-to", "A-0099"), EXIT_USAGE, "99 units"),
        (("--serial-to", "B-0100"), EXIT_USAGE, "last digits"),
        (("--serial-to", "A-x"), EXIT_USAGE, "digits"),
        (("--quantity", "99.5"), EXIT_USAGE, "whole"),
        (("--quantity", "-5"), EXIT_USAGE, "whole"),
        (("--verified-amount", "0"), EXIT_USAGE, "above 0"),
        (("--verified-amount", "nan"), EXIT_USAGE, "above 0"),
        (("--vintage", 2019), EXIT_FAILED, "2019-01-01 to 2019-12-31 is not wholly in"),
        (("--vintage", 2041), EXIT_USAGE, "order"),
        (("--date", "2023-12-31"), EXIT_USAGE, "order"),
        (("--applied", "2024-07-01"), EXIT_USAGE, "order"),
        (("--date", "2999-06-30"), EXIT_USAGE, "2999-06-30 is after today"),
        (("--first-day", "2022-12-31"), EXIT_USAGE, "vintage"),
    ],
)
def test_issues_refused(db: Path, changed: tuple[object, ...], code: int, words: str) -> None:
    refused = ledger(db, "issue", "east", *ISSUE, *SERIALS, *changed)
    assert refused.code == code, refused.talk
    assert words in refused.talk
    assert balance(db, "east") == 0


def test_days_to_come_and_days_before_the_registration_are_refused(db: Path) -> None:
    """The projects are registered on 10 January 2024."""
    done(db, "issue", "east", *ISSUE, "--batch", "B")
    event = ("--quantity", 1, "--event", "x", "--document", "c", "--date", "2999-01-01")
    fire = ("--quantity", 1, "--cause", "fire")
    for words in (
        ("cancel", "east", "--vintage", 2023, *event),
        ("reverse", "east", *fire, "--date", "2999-01-01"),
        ("withdraw", "west", "--reason", "sold", "--date", "2999-01-01"),
    ):
        refused = ledger(db, *words)
        assert refused.code == EXIT_USAGE
        assert "2999-01-01 is after today" in refused.talk
    for words in (
        ("reverse", "east", *fire, "--date", "2024-01-09"),
        ("withdraw", "west", "--reason", "sold", "--date", "2024-01-09"),
    ):
        refused = ledger(db, *words)
        assert refused.code == EXIT_FAILED
        assert "before the registration" in refused.talk
    assert done(db, "check", "--json").rows == []


def test_the_figures_of_a_monitoring_are_issued(db: Path) -> None:
    """100.9 and 957.2 t are 1058.1: 100 and 958, whose part of a tonne is of the year before."""
    given = ("--date", "2024-06-30", "--document", "r")
    of_2023 = ("--vintage", 2023, "--quantity", 958, "--verified-amount", "957.2", "--batch", "B")
    early = ledger(db, "issue", "east", *given, *of_2023)
    assert early.code == EXIT_FAILED
    assert "958 t of all vintages exceed the 957.2" in early.talk
    done(db, "issue", "east", *given, "--vintage", 2022, "--quantity", 100, "--verified-amount",
         "100.9", "--batch", "A")  # fmt: skip
    done(db, "issue", "east", *given, *of_2023)
    assert balance(db, "east") == 1058


def test_reductions_before_the_scheme_are_refused(tmp_path: Path) -> None:
    """Of 2020 only the days after 22 September, and of the crediting period only its own."""
    from datetime import date

    from made_projects import DAY, parcels, record, removals

    from sinkcalc.pipeline.ccer_register import store_project

    db = tmp_path / "old.duckdb"
    store_project(
        db,
        record("old", crediting_start=date(2020, 1, 1)),
        parcels(parcel("1", village="王村")),
        removals(),
        DAY,
    )
    given = ("--vintage", 2020, "--quantity", 10, "--date", "2024-06-30", "--verified-amount",
             "10", "--document", "d", "--batch", "b")  # fmt: skip
    for extra in ((), ("--first-day", "2020-09-22")):
        refused = ledger(db, "issue", "old", *given, *extra)
        assert refused.code == EXIT_FAILED
        assert "2020-09-22" in refused.talk
    done(db, "issue", "old", *given, "--first-day", "2020-09-23")


def test_the_same_units_are_issued_once(db: Path) -> None:
    done(db, "issue", "east", *ISSUE, *SERIALS)
    refused = ledger(db, "issue", "west", *ISSUE, "--serial-from", "A-100", "--serial-to", "A-199")
    assert refused.code == EXIT_FAILED
    assert "entry 3" in refused.talk
    assert "east" in refused.talk
    done(db, "issue", "west", *ISSUE, "--batch", "B-1")
    refused = ledger(db, "issue", "east", *ISSUE, "--vintage", 2022, "--batch", "B-1")
    assert refused.code == EXIT_FAILED
    assert "west" in refused.talk


def test_no_more_is_cancelled_than_there_is(db: Path) -> None:
    done(db, "issue", "east", *ISSUE, "--batch", "B")
    event = ("--event", "expo", "--document", "c-1")
    refused = ledger(db, "cancel", "east", *CANCEL, "--quantity", 101, *event)
    assert refused.code == EXIT_FAILED
    assert "100 t may be cancelled" in refused.talk
    # nothing was there before the day of the issue
    early = ledger(db, "cancel", "east", "--vintage", 2023, "--date", "2024-06-29", "--quantity",
                   1, *event)  # fmt: skip
    assert early.code == EXIT_FAILED
    other = ledger(db, "cancel", "west", *CANCEL, "--quantity", 1, *event)
    assert other.code == EXIT_FAILED
    done(db, "cancel", "east", *CANCEL, "--quantity", 100, *event)
    assert balance(db, "east") == 0


def test_a_cancellation_serves_one_event(db: Path) -> None:
    done(db, "issue", "east", *ISSUE, *SERIALS)
    done(db, "issue", "west", *ISSUE, "--batch", "B")
    ten = ("--quantity", 10, "--serial-from", "A-1", "--serial-to", "A-10")
    done(db, "cancel", "east", *CANCEL, *ten, "--event", "expo", "--document", "c-1")
    again = ledger(db, "cancel", "east", *CANCEL, *ten, "--event", "marathon")
    assert again.code == EXIT_FAILED
    assert "expo" in again.talk
    claimed = ledger(db, "cancel", "west", *CANCEL, "--quantity", 10, "--event", "marathon",
                     "--document", "c-1")  # fmt: skip
    assert claimed.code == EXIT_FAILED
    assert "expo" in claimed.talk
    # one certificate may name units of two projects, for the same event
    done(db, "cancel", "west", *CANCEL, "--quantity", 10, "--event", "expo", "--document", "c-1")
    twice = ledger(db, "cancel", "west", *CANCEL, "--quantity", 10, "--event", "expo",
                   "--document", "c-1")  # fmt: skip
    assert twice.code == EXIT_FAILED
    (event,) = done(db, "show", "--by", "event", "--json").rows
    assert (event["cancelled_t"], event["projects"]) == (20, 2)
    assert event["coverage_fraction"] is None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((), "--event NAME"),
        (("--event", "expo"), "document"),
        (("--purpose", "event", "--document", "c"), "--event"),
        (("--purpose", "enterprise"), "--beneficiary"),
        (("--purpose", "allowance_surrender"), "--beneficiary"),
        (("--purpose", "other"), "--note"),
        (("--purpose", "other", "--note", "gift", "--event-emissions", "5"), "--event-emissions"),
        (("--event", "expo", "--serial-from", "A-1"), "go together"),
    ],
)
def test_a_cancellation_says_for_what(db: Path, given: tuple[object, ...], words: str) -> None:
    done(db, "issue", "east", *ISSUE, "--batch", "B")
    refused = ledger(db, "cancel", "east", *CANCEL, "--quantity", 1, *given)
    assert refused.code == EXIT_USAGE
    assert words in refused.talk


def test_numbered_units_are_cancelled_by_their_numbers(db: Path) -> None:
    done(db, "issue", "east", *ISSUE, *SERIALS)
    use = ("--purpose", "enterprise", "--beneficiary", "a mill")
    plain = ledger(db, "cancel", "east", *CANCEL, "--quantity", 1, *use)
    assert plain.code == EXIT_FAILED
    assert "--serial-from" in plain.talk
    strange = ledger(db, "cancel", "east", *CANCEL, "--quantity", 2, *use, "--serial-from",
                     "A-100", "--serial-to", "A-101")  # fmt: skip
    assert strange.code == EXIT_FAILED
    assert "not all issued" in strange.talk


def test_a_reversal_may_leave_a_debt(db: Path) -> None:
    """100 issued, 70 cancelled, 50 burnt: -20, which the check names."""
    done(db, "issue", "east", *ISSUE, "--batch", "B")
    done(db, "cancel", "east", *CANCEL, "--quantity", 70, "--event", "expo", "--document", "c")
    fire = ("--date", "2025-03-01", "--cause", "fire")
    told = done(db, "reverse", "east", "--quantity", 50, *fire)
    assert "no rule on reversals" in told.talk
    assert "debt 20 t" in told.talk
    rows = done(db, "show", "--by", "vintage", "--json").rows
    sums = {(r["project_id"], r["vintage"]): (r["balance_t"], r["debt_t"]) for r in rows}
    assert sums["east", None] == (-20, 20)
    # no vintage was named, so none of them lost it
    assert sums["east", 2023] == (30, 0)
    more = ledger(db, "cancel", "east", *CANCEL, "--quantity", 1, "--event", "x", "--document", "d")
    assert more.code == EXIT_FAILED
    assert "0 t may be cancelled" in more.talk
    over = ledger(db, "reverse", "east", "--quantity", 51, *fire)
    assert over.code == EXIT_FAILED
    checked = ledger(db, "check", "--json")
    assert checked.code == EXIT_FAILED
    assert [row["check"] for row in checked.rows] == ["negative_balance"]


def test_an_entry_is_corrected_by_another(db: Path) -> None:
    done(db, "issue", "east", *ISSUE, *SERIALS)
    cancel = ("cancel", "east", *CANCEL, "--quantity", 10, "--event", "expo", "--serial-from",
              "A-1", "--serial-to", "A-10")  # fmt: skip
    done(db, *cancel)
    used = ledger(db, "correct", 3, "--reason", "typed wrong")
    assert used.code == EXIT_FAILED
    bare = ledger(db, "correct", 4, "--reason", "typed wrong")
    assert bare.code == EXIT_USAGE
    assert "do not come back" in bare.talk
    done(db, "correct", 4, "--reason", "typed wrong", "--document", "letter of the registry")
    assert balance(db, "east") == 100
    assert done(db, "show", "--by", "event", "--json").rows == []
    again = ledger(db, "correct", 4, "--reason", "once more", "--document", "x")
    assert again.code == EXIT_USAGE
    done(db, *cancel)
    kinds = [row["kind"] for row in done(db, "show", "--project", "east", "--json").rows]
    assert kinds[-3:] == ["cancelled", "cancelled_correction", "cancelled"]
    assert done(db, "check", "--json").rows == []
    assert ledger(db, "correct", 1, "--reason", "x").code == EXIT_USAGE


def test_check_names_what_was_changed_by_hand(db: Path) -> None:
    done(db, "issue", "east", *ISSUE, *SERIALS)
    execute(db, "UPDATE ccer_ledger SET quantity_t = 130 WHERE entry_no = 3")
    execute(db, "UPDATE ccer_parcels SET village = '王村' WHERE project_id = 'west'")
    execute(db, "UPDATE ccer_projects SET project_sha256 = 'x' WHERE project_id = 'west'")
    checked = ledger(db, "check", "--json")
    assert checked.code == EXIT_FAILED
    found = {row["check"]: row for row in checked.rows}
    assert found.keys() == {"chain", "rule", "shared_land", "project_changed"}
    assert found["chain"]["entry_no"] == 3
    assert "120.5" in found["rule"]["reason_en"]
    assert "west" in found["shared_land"]["reason_zh"]


def test_more_than_expected_is_a_warning(db: Path) -> None:
    """3 001 t are issued for the years to 2023; 1 000 t a year were expected from 2021 on."""
    many = ("--quantity", 3001, "--verified-amount", 4000, "--batch", "B")
    done(db, "issue", "east", *ISSUE, *many)
    checked = done(db, "check", "--json")
    assert [(row["severity"], row["check"]) for row in checked.rows] == [
        ("warning", "over_expectation")
    ]
    assert "3000 t were expected" in checked.rows[0]["reason_en"]


def test_a_withdrawn_project_is_closed(db: Path) -> None:
    done(db, "withdraw", "east", "--date", "2024-05-01", "--reason", "sold")
    refused = ledger(db, "issue", "east", *ISSUE, *SERIALS)
    assert refused.code == EXIT_FAILED
    assert "withdrawn" in refused.talk
    # nothing was issued: its land is free
    put(db, "third", parcel("1", village="王村", stand_id="330112-01"))
    with pytest.raises(SinkcalcError, match="withdrawn"):
        put(db, "east", parcel("9", village="赵村"), text="second")


@pytest.mark.parametrize("command", ["show", "check", "projects"])
def test_listings_of_an_empty_book(tmp_path: Path, command: str) -> None:
    db = tmp_path / "empty.duckdb"
    assert ledger(db, command).code == EXIT_DATABASE
    succeed("--db", db, "init")
    assert done(db, command, "--json").rows == []
    done(db, command)


@pytest.mark.parametrize("arguments", [
    ("issue", "east", *ISSUE, *SERIALS),
    ("cancel", "east", *CANCEL, "--quantity", 1, "--event", "x", "--document", "c"),
    ("reverse", "east", "--quantity", 1, "--date", "2024-01-01", "--cause", "fire"),
])  # fmt: skip
def test_no_book_is_made_by_mistake(tmp_path: Path, arguments: tuple[object, ...]) -> None:
    db = tmp_path / "slip.duckdb"
    assert ledger(db, *arguments).code == EXIT_DATABASE
    assert not db.exists()
    succeed("--db", db, "init")
    unknown = ledger(db, *arguments)
    assert unknown.code == EXIT_USAGE
    assert "not registered" in unknown.talk


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("--quantity", "9" * 5000),
        ("--quantity", "1.5"),
        ("--quantity", "\u0661"),
        ("--event-emissions", "0.0000001"),
        ("--event-emissions", "nan"),
        ("--event-emissions", "1e999999999"),
        ("--serial-from", "A" + "9" * 5000),
    ],
)
def test_numbers_that_cannot_be(db: Path, option: str, text: str) -> None:
    done(db, "issue", "east", *ISSUE, *SERIALS)
    given = {"--quantity": 1, "--serial-from": "A-1", "--serial-to": "A-1"} | {option: text}
    pairs = [word for pair in given.items() for word in pair]
    refused = ledger(db, "cancel", "east", *CANCEL, "--event", "expo", *pairs)
    assert refused.code == EXIT_USAGE
    assert len(refused.talk) < 400
    assert done(db, "show", "--by", "event", "--json").rows == []


def test_no_more_is_verified_than_was_said(db: Path) -> None:
    """99.9999999 is not 100, though it is stored to a millionth."""
    almost = ledger(db, "issue", "east", *ISSUE, *SERIALS, "--verified-amount", "99.9999999")
    assert almost.code == EXIT_FAILED
    assert "99.999999 t" in almost.talk


def test_the_same_event_in_capitals(db: Path) -> None:
    done(db, "issue", "east", *ISSUE, *SERIALS)
    for name, number in (("City Run", 1), ("CITY  RUN", 2)):
        place = ("--serial-from", f"a-{number}", "--serial-to", f"A-{number}")
        done(db, "cancel", "east", *CANCEL, "--quantity", 1, "--event", name, *place)
    for more in ((), ("--project", "east")):
        (event,) = done(db, "show", "--by", "event", "--json", *more).rows
        assert (event["event_name"], event["cancelled_t"]) == ("City Run", 2)


def test_formats(db: Path, tmp_path: Path) -> None:
    done(db, "issue", "east", *ISSUE, *SERIALS)
    done(db, "cancel", "east", *CANCEL, "--quantity", 1, "--event", "expo", "--serial-from", "A-1",
         "--serial-to", "A-1")  # fmt: skip
    for by in ((), ("--by", "vintage"), ("--by", "event")):
        for suffix in ("csv", "json", "jsonl", "parquet", "xlsx", "txt"):
            output = tmp_path / f"rows.{suffix}"
            done(db, "show", *by, "-o", output)
            assert output.stat().st_size > 0
    table = ledger(db, "show", lang="zh")
    assert "签发" in table.text
    assert "余额" in table.text
    projects = ledger(db, "projects", lang="zh")
    assert "现行" in projects.text
    assert "20,000" in projects.text
    assert done(db, "show", "--csv").text.startswith("entry_no,entry_date,project_id")


def test_simulated_projects_are_marked(tmp_path: Path) -> None:
    db = tmp_path / "demo.duckdb"
    put(db, "made", parcel("1", village="王村"), simulated=True)
    told = done(db, "issue", "made", *ISSUE, *SERIALS)
    assert "[SIMULATED]" in told.talk
    assert "[SIMULATED]" in done(db, "show").text
    assert all(row["simulated"] for row in done(db, "show", "--json").rows)


def test_a_second_writer_waits(db: Path) -> None:
    with held(db) as holder:
        refused = ledger(db, "issue", "east", *ISSUE, *SERIALS)
        assert refused.code == EXIT_DATABASE
        waiting = subprocess.Popen(
            [sys.executable, "-c", "from sinkcalc.cli.main import main; main()", "--db", db,
             "--wait", "60", "ccer", "ledger", "issue", "east", *map(str, (*ISSUE, *SERIALS))],
            stderr=subprocess.PIPE,
        )  # fmt: skip
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(timeout=3)
        release(holder)
        _, talk = waiting.communicate(timeout=60)
    assert waiting.returncode == 0, talk
    assert query(db, "SELECT quantity_t FROM ccer_ledger WHERE kind = 'issued'") == [(100,)]


def test_two_writers_do_not_take_the_same_units(db: Path) -> None:
    """Of two cancellations of 60 of 100 t at the same time, one is refused."""
    done(db, "issue", "east", *ISSUE, "--batch", "B")
    code = "from sinkcalc.cli.main import main; main()"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", code, "--db", db, "--wait", "60", "ccer", "ledger", "cancel",
             "east", *map(str, CANCEL), "--quantity", "60", "--event", name, "--document", name],
            stderr=subprocess.DEVNULL,
        )
        for name in ("one", "two")
    ]  # fmt: skip
    codes = sorted(writer.wait(timeout=120) for writer in writers)
    assert codes == [0, EXIT_FAILED]
    assert balance(db, "east") == 40
