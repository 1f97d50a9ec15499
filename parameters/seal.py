"""Write the hash of every CSV into its TOML; refuse where the version did not rise.

A table has a TOML of its own name beside it; the tables of a pack share its `pack.toml`.
"""

import hashlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def committed(path: Path) -> str | None:
    """Text of a file in the last commit, or None."""
    done = subprocess.run(
        ["git", "show", f"HEAD:./{path.name}"], cwd=path.parent, capture_output=True, check=False
    )
    return done.stdout.decode() if done.returncode == 0 else None


def digest(path: Path) -> str:
    """Hash of a table, whatever its line ends."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def stale(path: Path, text: str, now: Any) -> bool:
    """Tell whether hashes differ from the last commit though the version does not."""
    old = committed(path)
    if old is None:
        return False
    before = tomllib.loads(old)
    same = before["version"] == tomllib.loads(text)["version"]
    if before["sha256"] == now or not same:
        return False
    sys.stderr.write(f"{path.relative_to(HERE)}: values changed, raise version\n")
    return True


def seal_table(path: Path) -> bool:
    """Seal a table; False if it is refused."""
    text, now = path.read_text(encoding="utf-8"), digest(path.with_suffix(".csv"))
    if stale(path, text, now):
        return False
    path.write_text(re.sub(r'sha256 = "[^"]*"', f'sha256 = "{now}"', text), encoding="utf-8")
    return True


def seal_pack(path: Path) -> bool:
    """Seal the tables of a pack; False if it is refused."""
    text = path.read_text(encoding="utf-8")
    now = {table.stem: digest(table) for table in sorted(path.parent.glob("*.csv"))}
    if stale(path, text, now):
        return False
    lines = "".join(f'{name} = "{value}"\n' for name, value in now.items())
    sealed = re.sub(r"\[sha256\]\n(?:\w+ = .*\n)*", f"[sha256]\n{lines}", text)
    path.write_text(sealed, encoding="utf-8")
    return True


def main() -> int:
    """Seal every table; the exit code counts the refused ones."""
    sealed = [seal_table(path.with_suffix(".toml")) for path in sorted(HERE.glob("*.csv"))]
    sealed += [seal_pack(path) for path in sorted(HERE.glob("ccer/*/pack.toml"))]
    return sealed.count(False)


if __name__ == "__main__":
    sys.exit(main())
