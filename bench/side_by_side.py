"""Package lists side by side: what only Hullmark, only Trivy or only Syft reports of an image, one package a line.

`python -m bench.side_by_side --scanners VENV --feeds FOLDER LAYOUT...`; the same arguments as `bench.cold_scan`.
Trivy does not read jars here: it names them by a database that only the internet has, and fails without.
"""

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bench.cold_scan import Tool, hullmark, measure, scanners, trivy
from bench.packages_found import Identity

MOST = 60  # lines of one kind; the rest is counted


def main() -> None:
    """Print the differences of every layout."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("layouts", nargs="+", type=Path, metavar="LAYOUT")
    options.add_argument("--scanners", type=Path, required=True, metavar="VENV")
    options.add_argument("--feeds", type=Path, required=True, metavar="FOLDER")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="side-by-side-") as home:
        rivals = {tool.name: tool for tool in scanners(given.scanners, None, None)}
        if "trivy" in rivals:
            rivals["trivy"] = trivy(given.scanners / "bin" / "trivy", "--skip-files", "**/*.jar")
        tools = (hullmark("hullmark", Path(home), "--feeds", given.feeds), *rivals.values())
        for layout in given.layouts:
            print(f"\n# {layout.name}")
            for line in compared(tools, layout):
                print(line)


def compared(tools: tuple[Tool, ...], layout: Path) -> Iterator[str]:
    """The counts by type, then what each scanner is alone with."""
    found = {tool.name: measure(tool, layout)[1].packages for tool in tools}
    kinds = sorted({kind for packages in found.values() for kind, _, _ in packages})
    yield f"{'':20}" + "".join(f"{name:>10}" for name in found)
    for kind in kinds:
        yield f"{kind:20}" + "".join(f"{sum(item[0] == kind for item in packages):>10}" for packages in found.values())
    holders: dict[Identity, frozenset[str]] = {}
    for item in set().union(*found.values()):
        holders[item] = frozenset(name for name, packages in found.items() if item in packages)
    for who, count in sorted(Counter(holders.values()).items(), key=lambda pair: sorted(pair[0])):
        if len(who) == len(found):
            continue
        yield f"## {' and '.join(sorted(who))} alone: {count}"
        items = sorted(item for item, names in holders.items() if names == who)
        yield from ("  {} {} {}".format(*item) for item in items[:MOST])
        if count > MOST:
            yield f"  ... and {count - MOST} more"


if __name__ == "__main__":
    main()
