"""Go programs: the modules that were linked in, and the Go release as `stdlib`, from the program's build information.

Source: Go's runtime/debug (mod.go: the lines `path`, `mod`, `dep`, `=>`, `build`) and the package-url specification.
Versions keep their `v`; `stdlib` has none, as in Go's vulnerability database. What a `replace` names is what was linked
in. A folder that replaces a module has no version, nor has a main module that was built from a work tree: that one takes
the version that the linker was told (`-X main.version=...`, which is what the program itself shows; `inner` then names
the variable), else the commit that the build states, as the package-url specification asks.
"""

import re
import shlex
from collections.abc import Iterator

from hullmark.catalogers._stated import VERSION, stated
from hullmark.catalogers.base import Cataloger
from hullmark.errors import CorruptData
from hullmark.formats.executable import MAGIC
from hullmark.formats.go_buildinfo import read
from hullmark.formats.problems import bound_problems
from hullmark.model import Package, Problem

DEVELOPED = "(devel)"  # Go's own word for what was built from a folder
MOST_MODULES = 20_000

_RELEASE = re.compile(r"go(\d+(?:\.\d+)*(?:(?:alpha|beta|rc)\d+)?)")
_PATH = re.compile(r"[A-Za-z0-9._~/!+-]{1,512}")
_STATED = re.compile(r"v?(\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?)")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_VARIABLE = re.compile(r"(?P<package>.+)\.(?P<name>[A-Za-z]*version|ver)", re.IGNORECASE)


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The main module, its dependencies in the order of the program's list, then `stdlib`; nothing of other programs."""
    info = read(data)
    if info is None:
        return
    yield from bound_problems(_modules(path, info.modules))
    release = _RELEASE.match(info.release)
    if release:
        yield Package("golang", "stdlib", release[1])
    else:
        yield Problem(path, CATALOGER.name, f"{info.release[:60]!r} is no release of Go, so stdlib is not compared")


def _modules(path: str, text: str) -> Iterator[Package | Problem]:
    lines = [line.split("\t") for line in text.split("\n")]
    if len(lines) > MOST_MODULES:
        raise CorruptData(f"the program lists {len(lines)} modules and settings, more than {MOST_MODULES}")
    for line, following in zip(lines, [*lines[1:], [""]], strict=False):
        if line[0] in {"mod", "dep"}:
            name, version = _linked(line, following)
            develops = line[0] == "mod" and version == DEVELOPED
            package = _main(name, dict(_settings(lines))) if develops else Package("golang", name, version)
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


def _main(name: str, settings: dict[str, str]) -> Package:
    variable, version = _told(name, settings.get("-ldflags", ""))
    if version:
        return Package("golang", name, version, inner=f"-X {variable}")
    commit = settings.get("vcs.revision", "")
    return Package("golang", name, commit if _COMMIT.fullmatch(commit) else DEVELOPED)


def _told(module: str, flags: str) -> tuple[str, str]:
    """The variable and the version that the linker was told; blank when there is none or when several disagree."""
    try:
        words = shlex.split(shlex.split(flags)[0]) if flags.startswith(('"', "'")) else shlex.split(flags)
    except ValueError:
        return "", ""
    told = {}
    for word, following in zip(words, [*words[1:], ""], strict=False):
        variable, _, value = (following if word == "-X" else word.removeprefix("-X=")).partition("=")
        found, stated = _VARIABLE.fullmatch(variable), _STATED.fullmatch(value)
        if word.startswith("-X") and found and stated and f"{found['package']}/".startswith(("main/", f"{module}/")):
            told[variable] = f"v{stated[1]}"
    best = {variable: version for variable, version in told.items() if variable.lower() == "main.version"} or told
    return next(iter(best.items())) if len(set(best.values())) == 1 else ("", "")


CATALOGER = Cataloger(name="go-binary", type="golang", globs=(), parse=parse, magic=MAGIC)
