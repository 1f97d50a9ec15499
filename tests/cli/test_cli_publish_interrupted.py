"""Publishers that are killed, meet each other, or find no room."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from command_line import environment, execute, run, succeed

CODE = "from sinkcalc.cli.main import main; main()"
# no file may become larger than the number of bytes given first
NARROW = """
import resource, sys
size = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
from sinkcalc.cli.main import main
main()
"""


def start(db: Path, to: Path, *words: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", CODE, "--db", str(db), "--lang", "en", *words]
    return subprocess.Popen(
        [*command, "publish", "--to", str(to)],
        env=environment({}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def require_whole(to: Path) -> str:
    """Check that the current state is all there and give its name."""
    index = json.loads((to / "index.json").read_text(encoding="utf-8"))
    place = to / "states" / index["current"]
    done = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=place, check=False)
    assert done.returncode == 0
    with duckdb.connect(str(place / "sinkcalc.duckdb"), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM bureau.stands").fetchone() == (2000,)
    return str(index["current"])


@pytest.mark.parametrize(
    "moment",
    [
        ".building-*",
        ".building-*/sinkcalc.duckdb",
        ".building-*/csv/stands.csv",
        ".building-*/datapackage.json",
        ".building-*/SHA256SUMS",
        "states/*[!0]/SHA256SUMS",
    ],
)
def test_a_kill_leaves_the_old_state_and_the_next_publisher_cleans_up(
    db: Path, tmp_path: Path, moment: str
) -> None:
    to = tmp_path / "out"
    succeed("--db", db, "publish", "--to", to)
    old = require_whole(to)
    execute(db, "UPDATE main.surveys SET definition = 'another'")
    killed = start(db, to)
    deadline = time.monotonic() + 60
    seen = False
    while killed.poll() is None and time.monotonic() < deadline:
        seen = any(old not in path.parts for path in to.glob(moment))
        if seen:
            killed.kill()
            break
    killed.communicate()
    assert seen
    left = require_whole(to)
    if killed.returncode == -signal.SIGKILL and moment.startswith(".building"):
        assert left == old
    done = succeed("--db", db, "--lang", "en", "publish", "--to", to, "--json")
    assert require_whole(to) == done.rows[-1]["state"] != old
    assert [row["state"] for row in done.rows] == [old, done.rows[-1]["state"]]
    left_over = {path.name for path in to.iterdir()}
    assert left_over == {"index.json", "states", ".sinkcalc-publish.lock"}


def test_a_state_that_was_renamed_and_not_listed_is_listed(db: Path, tmp_path: Path) -> None:
    """As after a kill between the two, also if the database has changed since."""
    to = tmp_path / "out"
    first = succeed("--db", db, "publish", "--to", to, "--json").rows[0]["state"]
    execute(db, "UPDATE main.surveys SET definition = 'another'")
    index = (to / "index.json").read_bytes()
    second = succeed("--db", db, "publish", "--to", to, "--json").rows[-1]["state"]
    (to / "index.json").write_bytes(index)
    assert require_whole(to) == first
    execute(db, "UPDATE main.surveys SET definition = 'a third'")
    rows = succeed("--db", db, "publish", "--to", to, "--json").rows
    assert {row["state"] for row in rows[:2]} == {first, second}
    assert len(rows) == 3


def test_a_second_publisher_is_refused_or_waits(db: Path, tmp_path: Path) -> None:
    import fcntl

    to = tmp_path / "out"
    succeed("--db", db, "publish", "--to", to)
    with (to / ".sinkcalc-publish.lock").open("a+", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        refused = run("--db", db, "--lang", "en", "publish", "--to", to)
        assert refused.code == 3
        assert f"another process (PID {os.getpid()}) is publishing to {to}" in refused.talk
        waiting = start(db, to, "--wait", "60")
        time.sleep(2)
        assert waiting.poll() is None
    _, talk = waiting.communicate(timeout=60)
    assert waiting.returncode == 0
    assert b"nothing has changed" in talk


def test_two_at_once(db: Path, tmp_path: Path) -> None:
    to = tmp_path / "out"
    both = [start(db, to, "--wait", "60") for _ in range(2)]
    talks = [one.communicate(timeout=120)[1] for one in both]
    assert [one.returncode for one in both] == [0, 0], talks
    assert sorted(b"nothing has changed" in talk for talk in talks) == [False, True]
    require_whole(to)


@pytest.mark.parametrize("size", [400_000, 7_000_000])
def test_no_room_leaves_nothing_half_written(db: Path, tmp_path: Path, size: int) -> None:
    """A limit on files is met as a full disk is, at the frozen copy or at the files after it."""
    to = tmp_path / "out"
    succeed("--db", db, "publish", "--to", to)
    old = require_whole(to)
    # a text that CSV repeats and DuckDB keeps once
    execute(db, "UPDATE main.stands SET remark = repeat('松', 2000)")
    command = [sys.executable, "-c", NARROW, str(size), "--db", str(db), "--lang", "en"]
    done = subprocess.run(
        [*command, "publish", "--to", str(to)],
        env=environment({}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert f"writing to {to} failed" in done.stderr
    assert "Nothing half-written is left" in done.stderr
    assert "Traceback" not in done.stderr
    assert require_whole(to) == old
    assert {path.name for path in to.iterdir()} == {
        "index.json",
        "states",
        ".sinkcalc-publish.lock",
    }
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != size
