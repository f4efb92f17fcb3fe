"""Modules of Go that a source tree requires: `go.mod`. What was built of it says for itself what is in it (`go-binary`).

Source: The Go Authors, "Go Modules Reference", go.mod files. A file for Go 1.17 and later names every module that the
build needs; an older one those that the tree imports itself.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers._locked import MOST_BYTES, locked
from hullmark.catalogers.base import Cataloger
from hullmark.formats.cut import is_cut, to_the_end
from hullmark.model import Package, Problem

_BLOCK = re.compile(r"(require|replace|exclude|retract|tool|godebug|ignore)[ \t]*\([ \t]*")
_WORD = re.compile(r'"[^"]*"|`[^`]*`|[^\s"`]+')
_NAME = re.compile(r"[A-Za-z0-9._~!/-]{1,300}")
_LINE = 2048  # characters; longer ones are no directives


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The modules that are required, or what replaces them; a folder that replaces one has no version."""
    text = data.decode("utf-8", "replace")
    required: dict[str, str] = {}
    replaced: dict[str, tuple[str, str]] = {}
    for words in _directives(text):
        if words[0] == "require" and len(words) == 3:
            required[words[1]] = words[2]
        elif words[0] == "replace" and "=>" in words[2:4]:
            at = words.index("=>")
            name, version = [*words[at + 1 :], "", ""][:2]
            replaced["@".join(words[1:at])] = name, version
    return locked(
        path, CATALOGER.name, "golang", to_the_end(_pins(required, replaced), is_cut(data) or _is_open(text)), _NAME
    )


def _directives(text: str) -> Iterator[list[str]]:
    """Each directive as its words, those in a block with the block's word before them."""
    block = ""
    for written in text.split("\n"):
        line = written[:_LINE].partition("//")[0].strip()
        opened = _BLOCK.fullmatch(line)
        if opened:
            block = opened[1]
        elif line == ")":
            block = ""
        elif line:
            words = [word.strip('"`') for word in _WORD.findall(line)]
            if words:  # none in a line of a single quote
                yield [block, *words] if block else words


def _is_open(text: str) -> bool:
    """Whether a block has no end."""
    lines = (line[:_LINE].partition("//")[0].strip() for line in text.split("\n"))
    marks = [line for line in lines if line == ")" or _BLOCK.fullmatch(line)]
    return bool(marks) and marks[-1] != ")"


def _pins(required: dict[str, str], replaced: dict[str, tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for name, version in required.items():
        pin = replaced.get(f"{name}@{version}") or replaced.get(name) or (name, version)
        if pin[1]:
            yield pin


CATALOGER = Cataloger(name="go-mod", type="golang", globs=("**/go.mod",), parse=parse, max_bytes=MOST_BYTES)
