"""Runs every benchmark beside this file, one after the other. Ratios of one run; absolute numbers are the machine's."""

import subprocess
import sys
from pathlib import Path


def main() -> int:
    """The first exit code that is not zero, else zero."""
    here = Path(__file__).resolve()
    names = sys.argv[1:] or sorted(path.stem for path in here.parent.glob("*.py") if path != here)
    codes = [
        subprocess.run([sys.executable, str(here.parent / f"{name}.py")], check=False).returncode for name in names
    ]
    return next((code for code in codes if code), 0)


if __name__ == "__main__":
    raise SystemExit(main())
