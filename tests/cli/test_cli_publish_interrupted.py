"""Publishers that are killed, meet each other, or find no room."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from command_line import environment, execute, run, succeed
from filled_database import keep_little

CODE = "from sinkcalc.cli.main import main; main()"
# ends itself as by a kill right before an operation on a file: its name, a pattern of the path
KILLED = """
import os, re, signal, sys
operation, pattern = sys.argv.pop(1), sys.argv.pop(1)
def kill(event, arguments):
    if event == operation and any(re.search(pattern, str(one)) for one in arguments):
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(kill)
from sinkcalc.cli.main import main
main()
"""
# no file may become larger than the number of bytes given first
NARROW = """
import resource, sys
size = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
from sinkcalc.cli.main import main
main()
"""


@pytest.fixture(scope="module")
def few(inventory: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the inventory with few views, which is sooner published; not to be changed."""
    path = Path(shutil.copy(inventory, tmp_path_factory.mktemp("few") / "sinkcalc.duckdb"))
    keep_little(path, "stands", "regions")
    return path


@pytest.fixture(scope="module")
def published(few: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish it; not to be changed."""
    to = tmp_path_factory.mktemp("published") / "out"
    succeed("--db", few, "publish", "--to", to)
    return to


@pytest.fixture
def db(few: Path, tmp_path: Path) -> Path:
    """Copy the database with few views, to be changed."""
    return Path(shutil.copy(few, tmp_path / "sinkcalc.duckdb"))


@pytest.fixture
def to(published: Path, tmp_path: Path) -> Path:
    """Copy the folder to which it is published, to be changed."""
    return shutil.copytree(published, tmp_path / "out")


def start(db: Path, to: Path, *words: str, code: str = CODE) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", code, *words, "--db", str(db), "--lang", "en"]
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


def _require_published_anew(db: Path, to: Path, old: str) -> None:
    done = succeed("--db", db, "--lang", "en", "publish", "--to", to, "--json")
    assert require_whole(to) == done.rows[-1]["state"] != old
    assert [row["state"] for row in done.rows] == [old, done.rows[-1]["state"]]
    left_over = {path.name for path in to.iterdir()}
    assert left_over == {"index.json", "states", ".sinkcalc-publish.lock"}


@pytest.mark.parametrize(
    ("operation", "path"),
    [
        # the frozen copy is there, no file of views is
        ("os.mkdir", r"building-\d+/parquet$"),
        # all views are there
        ("open", r"building-\d+/datapackage.json$"),
        ("open", r"building-\d+/SHA256SUMS$"),
        # all files are there, some of them read-only
        ("os.chmod", r"building-\d+/csv/stands.csv$"),
        # the state is complete and has no name; it has one and is not listed
        ("os.rename", r"building-\d+$"),
        ("os.rename", r"index.json$"),
    ],
)
def test_a_kill_leaves_the_old_state_and_the_next_publisher_cleans_up(
    db: Path, to: Path, operation: str, path: str
) -> None:
    old = require_whole(to)
    execute(db, "UPDATE main.surveys SET definition = 'another'")
    killed = start(db, to, operation, path, code=KILLED)
    _, talk = killed.communicate(timeout=120)
    assert killed.returncode == -signal.SIGKILL, talk
    assert require_whole(to) == old
    _require_published_anew(db, to, old)


@pytest.mark.parametrize("moment", [".building-*", ".building-*/csv/*.csv"])
def test_a_kill_by_another_process(db: Path, to: Path, moment: str) -> None:
    """At a moment that the one who kills sees: the folder of a state, a file that is written."""
    old = require_whole(to)
    execute(db, "UPDATE main.surveys SET definition = 'another'")
    killed = start(db, to)
    deadline = time.monotonic() + 120
    while killed.poll() is None and time.monotonic() < deadline:
        if any(to.glob(moment)):
            killed.kill()
            break
    _, talk = killed.communicate()
    # on a busy machine it may have ended before the kill, and then has said what it did
    assert killed.returncode == -signal.SIGKILL or b"published state" in talk
    if killed.returncode == -signal.SIGKILL:
        require_whole(to)
    _require_published_anew(db, to, old)


def test_a_state_that_was_renamed_and_not_listed_is_listed(db: Path, to: Path) -> None:
    """As after a kill between the two, also if the database has changed since."""
    first = require_whole(to)
    execute(db, "UPDATE main.surveys SET definition = 'another'")
    index = (to / "index.json").read_bytes()
    second = succeed("--db", db, "publish", "--to", to, "--json").rows[-1]["state"]
    (to / "index.json").write_bytes(index)
    assert require_whole(to) == first
    execute(db, "UPDATE main.surveys SET definition = 'a third'")
    rows = succeed("--db", db, "publish", "--to", to, "--json").rows
    assert {row["state"] for row in rows[:2]} == {first, second}
    assert len(rows) == 3


def test_a_second_publisher_is_refused_or_waits(db: Path, to: Path) -> None:
    import fcntl

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
def test_no_room_leaves_nothing_half_written(db: Path, to: Path, size: int) -> None:
    """A limit on files is met as a full disk is, at the frozen copy or at the files after it."""
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
