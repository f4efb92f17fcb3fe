"""From which layer to which each package was there, and which package took the place of which.

A span is one package (path, type, name, version, architecture) over layers that follow each other, in each of which the
stack of the layers so far has the package. What is there at the top has a span that ends with the number of layers.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hullmark.inventory.value import FoundPackage
from hullmark.inventory.versions import Version

NUMBERED = re.compile(r"[0-9][^/]*")  # of a path: what may change with a version


@dataclass(slots=True, eq=False)
class Span:
    """One package over some layers."""

    found: FoundPackage  # in its last layer
    version: Version  # of the file, in that layer
    rank: int  # of that find among all
    since: int  # the first layer that has it
    before: "Span | None" = None  # whose place it took in the layer `since`, with another version
    after: "Span | None" = None  # which took its place

    @property
    def path(self) -> str:
        """Where it is, with the links followed."""
        return self.version.real

    @property
    def until(self) -> int:
        """The first layer that has it no more."""
        return self.version.until

    @property
    def first(self) -> int:
        """The layer that brought the package, in whatever version."""
        span = self
        while span.before:
            span = span.before
        return span.since


def spans_of(packages: Iterable[tuple[Version, FoundPackage]], layers: int) -> list[Span]:
    """The spans of packages, each with the version of its file that it is in, lowest layer first; in the order of their last
    finds."""
    spans: list[Span] = []
    newest: dict[tuple[object, ...], Span] = {}
    for rank, (version, found) in enumerate(packages):
        package = found.package
        key = (version.real, version.run, package.type, package.name, package.version, package.arch)
        span = newest.get(key)
        if span and version.number - span.version.number <= 1:
            span.found, span.version, span.rank = found, version, rank
        else:
            newest[key] = Span(found, version, rank, version.layer)
            spans.append(newest[key])
    spans.sort(key=lambda span: span.rank)
    _link(spans, layers)
    return spans


def _link(spans: Sequence[Span], layers: int) -> None:
    """Pair those that ended in a layer with those that began in it, of the same name at the same place, in their order."""
    ended: dict[tuple[str, ...], list[Span]] = defaultdict(list)
    for span in spans:
        if span.until < layers:
            ended[_same(span, span.until)].append(span)
    turn: dict[tuple[str, ...], int] = defaultdict(int)
    for span in spans if ended else ():
        if not span.since:
            continue
        key = _same(span, span.since)
        one, turn[key] = turn[key], turn[key] + 1
        if one < len(ended.get(key, ())):
            before = ended[key][one]
            if before.found.package.version != span.found.package.version:
                span.before, before.after = before, span


def _same(span: Span, layer: int) -> tuple[str, ...]:
    package = span.found.package
    return (package.type, package.name, package.arch, NUMBERED.sub("*", span.path), str(layer))
