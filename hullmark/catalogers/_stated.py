"""A package as a file states it: fit to be named and compared, or a Problem that says what is missing."""

import re

from hullmark.model import Package, Problem

NAME = re.compile(r"[!-~]{1,300}")
VERSION = re.compile(r"[!-~]{1,256}")


def stated(path: str, cataloger: str, package: Package, names: re.Pattern[str] = NAME) -> Package | Problem:
    """The package when its name is one of `names` and its version can be written; else a Problem in its place."""
    if not names.fullmatch(package.name):
        return Problem(path, cataloger, f"an entry {_called(package.name)}has no valid name")
    if not VERSION.fullmatch(package.version):
        return Problem(path, cataloger, f"the entry {package.name[:60]} has no valid version")
    return package


def _called(name: str) -> str:
    return f"({name[:60]}) " if name and name.isprintable() else ""
