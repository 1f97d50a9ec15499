"""Write the hash of every CSV into the TOML beside it; refuse where the version did not rise."""

import hashlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent


def committed(path: Path) -> str | None:
    """Text of a file in the last commit, or None."""
    done = subprocess.run(
        ["git", "show", f"HEAD:./{path.name}"], cwd=HERE, capture_output=True, check=False
    )
    return done.stdout.decode() if done.returncode == 0 else None


def main() -> int:
    """Seal every table; the exit code counts the refused ones."""
    refused = 0
    for csv_path in sorted(HERE.glob("*.csv")):
        toml_path = csv_path.with_suffix(".toml")
        text = toml_path.read_text(encoding="utf-8")
        digest = hashlib.sha256(csv_path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
        old = committed(toml_path)
        if old is not None:
            before, now = tomllib.loads(old), tomllib.loads(text)
            if before["sha256"] != digest and before["version"] == now["version"]:
                sys.stderr.write(f"{csv_path.name}: values changed, raise version in the TOML\n")
                refused += 1
                continue
        toml_path.write_text(
            re.sub(r'sha256 = "[^"]*"', f'sha256 = "{digest}"', text), encoding="utf-8"
        )
    return refused


if __name__ == "__main__":
    sys.exit(main())
