"""The rows, chains and refusals that the version tests loop over."""

from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent


def sign(left: bytes, right: bytes) -> str:
    return "<" if left < right else ">" if left > right else "="


def table_rows(path: Path) -> Iterator[list[str]]:
    """The rows of a tab-separated table without its header."""
    with path.open(encoding="utf-8", newline="\n") as lines:
        next(lines)
        for line in lines:
            yield line.rstrip("\n").split("\t")


def chains(scheme: str) -> Iterator[list[tuple[str, int]]]:
    """Each line of laws/SCHEME.txt as versions and their ranks: `a < b = c` is (a, 0), (b, 1), (c, 1)."""
    for line in (HERE / "laws" / f"{scheme}.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            words = line.split(" ")
            ranks = [0]
            for operator in words[1::2]:
                ranks.append(ranks[-1] + {"<": 1, "=": 0}[operator])
            yield list(zip(words[::2], ranks, strict=True))


def refused_versions(scheme: str) -> list[str]:
    return (HERE / "refused" / f"{scheme}.txt").read_text("utf-8").splitlines()
