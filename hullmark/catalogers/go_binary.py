"""Go programs: the modules that were linked in, and the Go release as `stdlib`, from the program's build information.

Source: Go's runtime/debug (mod.go: the lines `path`, `mod`, `dep`, `=>`, `build`) and the package-url specification.
Versions keep their `v`; `stdlib` has none, as in Go's vulnerability database. What a `replace` names is what was linked
in; a folder that replaces a module has no version. `_go_main.py` says what the program itself is.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial

from hullmark.catalogers._go_main import DEVELOPED, main_module, module_of_package, version_beside
from hullmark.catalogers._stated import VERSION, stated
from hullmark.catalogers.base import Cataloger
from hullmark.errors import CorruptData
from hullmark.formats.executable import MAGIC
from hullmark.formats.go_buildinfo import read
from hullmark.formats.problems import bound_problems
from hullmark.model import Package, Problem

MOST_MODULES = 20_000

_RELEASE = re.compile(r"go(\d+(?:\.\d+)*(?:(?:alpha|beta|rc)\d+)?)(-\d+-RC\d+)?")
_PATH = re.compile(r"[A-Za-z0-9._~/!+-]{1,512}")


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The main module, its dependencies in the order of the program's list, then `stdlib`; nothing of other programs."""
    info = read(data)
    if info is None:
        return
    yield from bound_problems(_modules(path, info.modules, partial(version_beside, info.release, data)))
    release = _RELEASE.match(info.release)
    if release and release[2]:  # Google's own builds of what became that release
        yield Package("golang", "stdlib", f"{release[1]}.0{release[2]}")
    elif release:
        yield Package("golang", "stdlib", release[1])
    else:
        yield Problem(path, CATALOGER.name, f"{info.release[:60]!r} is no release of Go, so stdlib is not compared")


def _modules(path: str, text: str, beside: Callable[[], str]) -> Iterator[Package | Problem]:
    lines = [line.split("\t") for line in text.split("\n")]
    if len(lines) > MOST_MODULES:
        raise CorruptData(f"the program lists {len(lines)} modules and settings, more than {MOST_MODULES}")
    settings, packages = dict(_settings(lines)), {line[0]: line[-1] for line in lines if line[0] in {"path", "mod"}}
    if "mod" not in packages and module_of_package(packages.get("path", "")):
        package = main_module(module_of_package(packages["path"]), "", settings, beside)
        yield stated(path, CATALOGER.name, package, _PATH)
    for line, following in zip(lines, [*lines[1:], [""]], strict=False):
        if line[0] in {"mod", "dep"}:
            name, version = _linked(line, following)
            package = main_module(name, version, settings, beside) if line[0] == "mod" else Package("golang", name, version)
            yield stated(path, CATALOGER.name, package, _PATH)


def _linked(line: list[str], following: list[str]) -> tuple[str, str]:
    """Path and version of the module that was linked in: of its replacement, if there is one with a version."""
    name, version = [*line[1:3], "", ""][:2]
    if following[0] == "=>" and len(following) > 2:
        replaced, other = following[1:3]
        return (replaced, other) if VERSION.fullmatch(other) and replaced[:1] not in "./" else (name, DEVELOPED)
    return name, version or DEVELOPED


def _settings(lines: list[list[str]]) -> Iterator[tuple[str, str]]:
    for line in lines:
        if line[0] == "build" and len(line) > 1:
            key, _, value = line[1].partition("=")
            yield key, value


CATALOGER = Cataloger(name="go-binary", type="golang", globs=(), parse=parse, magic=MAGIC)
