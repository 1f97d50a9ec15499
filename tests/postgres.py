"""A PostgreSQL server of the tests' own, in a temporary folder and on loopback only."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

# of the user that every test publishes as, by TCP
PASSWORD = "geheim-密码-4711"
_SETTINGS = (
    "fsync=off full_page_writes=off synchronous_commit=off max_connections=30 "
    "autovacuum=off listen_addresses=127.0.0.1 password_encryption=scram-sha-256"
)
# by socket everyone is admitted, by TCP with a password
_ADMITTED = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"


@dataclass(frozen=True)
class Server:
    """A running server: socket folder, port, programs."""

    folder: Path
    port: int
    programs: Path

    def url(self, database: str, user: str = "postgres") -> str:
        """Address by the socket, without a password."""
        return f"postgresql://{user}@/{database}?host={self.folder}&port={self.port}"

    def psql(self, database: str, text: str, user: str = "postgres") -> str:
        """Return what psql prints, without headers; it is another client than ours."""
        done = subprocess.run(
            [
                *(self.programs / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"),
                *("-d", self.url(database, user), "-f", "-"),
            ],
            input=text,
            capture_output=True,
            encoding="utf-8",
            env={**os.environ, "PGCLIENTENCODING": "UTF8"},
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.removesuffix("\n")


def _programs() -> Path:
    """Return the folder of initdb and pg_ctl; skip without it, but fail where all is tested."""
    # Debian keeps the server's programs out of PATH, a folder a version
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: p.parts[-3])
    other = shutil.which("initdb")
    if found or other:
        return found[-1].parent if found else Path(str(other)).parent
    if os.environ.get("CI") == "true":
        pytest.fail("initdb is missing: install postgresql")
    return pytest.skip("PostgreSQL (initdb) is not installed")


def _as_server(words: list[str | Path]) -> None:
    """Run a program of the server as a user that is not root, whom it refuses."""
    if os.geteuid() == 0:
        words = ["runuser", "-u", "postgres", "--", *words]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, timeout=120)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def running_server() -> Iterator[Server]:
    """Make a cluster, start it, stop it and remove it."""
    programs = _programs()
    # the path of a socket has at most 107 characters, and another user has to get there
    folder = Path(tempfile.mkdtemp(prefix="sinkcalc-pg-", dir="/tmp"))
    data = folder / "data"
    control = [programs / "pg_ctl", "-D", data, "-w", "-s"]
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        folder.chmod(0o755)
        _as_server(
            [
                *(programs / "initdb", "-D", data, "-U", "postgres", "-E", "UTF8"),
                *("--locale=C.UTF-8", "--no-sync", "-A", "trust"),
            ]
        )
        (data / "pg_hba.conf").write_text(_ADMITTED)
        port = _free_port()
        options = " ".join(f"-c {one}" for one in _SETTINGS.split())
        options += f" -c port={port} -c unix_socket_directories={folder}"
        _as_server([*control, "-l", folder / "log", "-o", options, "start"])
        try:
            yield Server(folder, port, programs)
        finally:
            _as_server([*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
