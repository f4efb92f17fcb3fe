"""Globs of image paths: `*` is any part of a name, `**/` any number of folders (also none), `?` one character of a name.

Most are a whole path, or the end of one; a regular expression is made for the others alone, when a path is first compared.
"""

import re
from collections.abc import Callable
from functools import cache

WILDCARD = re.compile(r"(\*\*/|\*|\?)")

_WILD = {"**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}

Fits = Callable[[str], bool]


def glob_test(glob: str) -> Fits:
    """What says whether a whole path fits."""
    fixed, ending = glob.removeprefix("**/"), glob.removeprefix("**/*")
    if not WILDCARD.search(glob):
        return lambda path: path == glob
    if not WILDCARD.search(fixed):
        below = f"/{fixed}"
        return lambda path: path == fixed or path.endswith(below)
    if glob.startswith("**/*") and "/" not in ending and not WILDCARD.search(ending):
        return lambda path: path.endswith(ending)
    return lambda path: _pattern(glob).fullmatch(path) is not None


@cache
def _pattern(glob: str) -> re.Pattern[str]:
    return re.compile("".join(_WILD.get(part, re.escape(part)) for part in WILDCARD.split(glob)), re.DOTALL)
