"""Packages of Julia's environments: `Manifest.toml`, the exact versions that Pkg has resolved and installed.

Source: Pkg.jl documentation, "Manifest.toml": tables `[[deps.Name]]` (format 2) or `[[Name]]` (format 1). Packages of the
standard library are Julia's own and have no tree hash; one that is developed from a folder has none either.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers._locked import MOST_BYTES, locked
from hullmark.catalogers.base import Cataloger
from hullmark.formats.cut import is_cut, to_the_end
from hullmark.formats.package_tables import unquoted
from hullmark.model import Package, Problem

_TABLE = re.compile(r"\[\[(?:deps\.)?([A-Za-z0-9_]{1,200})\]\]")
_PAIR = re.compile(r"([A-Za-z0-9-]{1,40})[ \t]*=[ \t]*(.{0,300})")


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """What the environment holds of registered packages."""
    return locked(path, CATALOGER.name, "julia", to_the_end(_pins(data.decode("utf-8", "replace")), is_cut(data)))


def _pins(text: str) -> Iterator[tuple[str, str]]:
    name, facts = "", {}  # type: str, dict[str, str]
    for line in map(str.strip, [*text.split("\n"), "[end]"]):
        if line.startswith("["):
            if "version" in facts and "git-tree-sha1" in facts:
                yield name, facts["version"]
            table = _TABLE.fullmatch(line)
            name, facts = table[1] if table else "", {}
        elif name and (pair := _PAIR.fullmatch(line)):
            facts[pair[1]] = unquoted(pair[2])


CATALOGER = Cataloger(
    name="julia-manifest",
    type="julia",
    globs=("**/Manifest.toml", "**/Manifest-v*.toml"),
    parse=parse,
    max_bytes=MOST_BYTES,
)
