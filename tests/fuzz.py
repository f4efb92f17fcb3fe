"""Coverage-guided fuzzing of every parser of images: `python -m tests.fuzz [--seconds N] [--crashes FOLDER] [NAME...]`.

A target is a cataloger, with its fixtures as the corpus and the contract of `tests/catalogers/contract.py` as the
oracle, or `layer`, a whole layer read and stacked. Each runs in a process of its own under atheris (dependency group
`fuzz`). What crashes or hangs is kept in FOLDER as atheris names it: mend the parser, and put the bytes into its
fixtures.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

LAYER = "layer"
LONGEST = 100_000  # bytes of an input
HANG = 15  # seconds after which one input counts as a hang
MEMORY = 2048  # MiB
Target = Callable[[bytes], object]


def main() -> int:
    """Run the targets one after the other; 1 when any of them found something."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("names", nargs="*", metavar="NAME", help="targets (default: all)")
    options.add_argument("--seconds", type=int, default=60, help="for each target (default: 60)")
    options.add_argument("--crashes", type=Path, default=Path("fuzz-crashes"), metavar="FOLDER")
    options.add_argument("--one", metavar="NAME", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        fuzz(given.one, given.seconds, given.crashes)
        return 0
    bad = [name for name in given.names or sorted(names()) if not _passes(name, given.seconds, given.crashes)]
    print(f"found something: {', '.join(bad)}" if bad else "nothing found")
    return 1 if bad else 0


def names() -> Iterable[str]:
    """Every target."""
    from tests.catalogers.contract import CATALOGERS

    return [*CATALOGERS, LAYER]


def fuzz(name: str, seconds: int, crashes: Path) -> None:
    """Fuzz one target in this process, and end it."""
    import atheris

    with atheris.instrument_imports(include=["hullmark"]):
        target, corpus = _layer() if name == LAYER else _cataloger(name)
    crashes.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        for number, data in enumerate(corpus):
            (Path(folder) / f"seed-{number}").write_bytes(data)
        flags = (
            f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-timeout={HANG}", f"-rss_limit_mb={MEMORY}",
            f"-artifact_prefix={crashes}/{name}-", "-verbosity=0", "-print_final_stats=1", folder,
        )  # fmt: skip
        atheris.Setup([sys.argv[0], *flags], target)
        atheris.Fuzz()


def _passes(name: str, seconds: int, crashes: Path) -> bool:
    command = (sys.executable, "-m", "tests.fuzz", "--one", name, "--seconds", str(seconds), "--crashes", str(crashes))
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    runs = [line.rpartition(" ")[2] for line in done.stderr.splitlines() if "number_of_executed_units" in line]
    print(
        f"{name}: {runs[-1] if runs else '?'} inputs, {'sound' if done.returncode == 0 else 'FOUND SOMETHING'}", flush=True
    )
    if done.returncode:
        print("\n".join(done.stderr.splitlines()[-25:]), flush=True)
    return done.returncode == 0


def _cataloger(name: str) -> tuple[Target, list[bytes]]:
    """The first byte of an input says which path the rest lies at."""
    from tests.catalogers.contract import CATALOGERS, check, seeds

    cataloger = CATALOGERS[name]
    paths = sorted({path for path, _ in seeds(name)})

    def target(data: bytes) -> None:
        if data:
            check(cataloger, paths[data[0] % len(paths)], data[1:])

    return target, [bytes([paths.index(path)]) + data for path, data in seeds(name)]


def _layer() -> tuple[Target, list[bytes]]:
    from hullmark.errors import HullmarkError
    from hullmark.inventory import assemble
    from hullmark.settings import Limits
    from tests.conftest import SHARED
    from tests.inventory.stacks import IMAGE, read_bytes

    def target(data: bytes) -> None:
        try:
            layer = read_bytes(data, Limits(layer_bytes=1 << 24, layer_entries=10_000))
        except HullmarkError:
            return
        assemble(IMAGE, [layer])

    files = sorted(path for path in (SHARED / "fixtures" / "images").rglob("*") if path.is_file())
    return target, [path.read_bytes() for path in files if path.stat().st_size < LONGEST]


if __name__ == "__main__":
    sys.exit(main())
