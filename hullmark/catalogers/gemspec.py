"""Installed Ruby gems: the `.gemspec` that RubyGems writes into a `specifications` folder, default and bundled gems too.

Source: Gem::Specification#to_ruby. The file is Ruby, and only text is read of it: the attributes `name`, `version` and
`licenses` where they are literals, as RubyGems always writes them. The one of a gem that Bundler checked out of git is its
author's, whose version may be computed; then it is a Problem.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers._stated import stated
from hullmark.catalogers.base import Cataloger
from hullmark.errors import CorruptData
from hullmark.formats.cut import CUT, is_cut
from hullmark.formats.spdx_licences import any_of
from hullmark.model import Package, Problem

NAMES = re.compile(r"[A-Za-z0-9._-]{1,200}")  # Gem::Specification::VALID_NAME_PATTERN

GENERATED = "/specifications/"  # the folder of what RubyGems writes; authors may end theirs with a remark

_BLOCK = re.compile(r"^[ \t]*(?:\w+[ \t]*=[ \t]*)?Gem::Specification\.new\b[^\n|]{0,200}\|[ \t]*(\w{1,60})", re.MULTILINE)
_TEXT = re.compile(r"[\"'<{(\[]([^\"'<>{}()\[\]\n]{0,300})[\"'>})\]]")
_LITERAL = r"(?:\"[^\"\n]{0,300}\"|'[^'\n]{0,300}'|%q[<{(\[][^>})\]\n]{0,300}[>})\]])"
_VALUE = rf"(?:Gem::Version\.new[ \t]?\(?[ \t]?)?({_LITERAL}|\[[^\]]{{0,2000}}\])"


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The one gem of a specification; a Problem when its name or version is no literal. Raises CorruptData without one."""
    source = data.decode("utf-8", "replace")
    block = _BLOCK.search(source)
    if block is None:
        raise CorruptData("the file holds no Gem::Specification")
    body = source[block.end() :]
    name, version = (_first(body, block[1], attribute) for attribute in ("name", "version"))
    licences = _texts(body, block[1], "licenses?")
    yield stated(path, "gemspec", Package("gem", name, version, licence=any_of(licences)), NAMES)
    if GENERATED in path and is_cut(data, b"end"):
        yield Problem(path, "gemspec", CUT)


def _first(body: str, block: str, attribute: str) -> str:
    return next(iter(_texts(body, block, attribute)), "")


def _texts(body: str, block: str, attribute: str) -> list[str]:
    """The literals on the right side of an assignment."""
    found = re.search(rf"^[ \t]*{block}\.{attribute}[ \t]*=[ \t]*{_VALUE}", body, re.MULTILINE)
    return _TEXT.findall(found[1].removeprefix("[")) if found else []


CATALOGER = Cataloger(
    name="gemspec",
    type="gem",
    globs=("**/specifications/**/*.gemspec", "**/bundler/gems/*/*.gemspec"),
    parse=parse,
    max_bytes=2 * 1024 * 1024,
)
