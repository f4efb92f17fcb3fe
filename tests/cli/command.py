"""Running `hullmark` as a person does: in a process of its own, with a home, a lake and an environment of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HULLMARK = Path(sys.executable).with_name("hullmark")
KEPT = ("PATH", "LANG", "TMPDIR")


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of one command line."""

    status: int
    stdout: str
    stderr: str


def run(home: Path, arguments: Sequence[str], environ: Mapping[str, str] | None = None, seconds: float = 120) -> Ran:
    """Run one command line below `home`, which is the working folder too."""
    home.mkdir(parents=True, exist_ok=True)
    variables = {name: os.environ[name] for name in KEPT if name in os.environ}
    variables |= {"HOME": str(home), "HULLMARK_LAKE": str(home / "lake"), "COLUMNS": "120", **(environ or {})}
    done = subprocess.run(
        [HULLMARK, *arguments], cwd=home, env=variables, capture_output=True, timeout=seconds, check=False, text=True
    )
    return Ran(done.returncode, done.stdout, done.stderr)
