"""Which module and version a Go program itself is, where Go's build information does not say it outright.

A program built from a work tree has the version `(devel)`, or a pseudo-version of v0.0.0 when no tag was at hand. What the
linker was told (`-X main.version=...`) is what the program shows of itself, so it counts first; then the commit, as the
package-url specification asks. Built outside of module mode (Debian, Docker) a program names no module, only the package of
its `main`; on the known hosts the repository is the beginning of that path.
"""

import re
import shlex
from collections.abc import Iterator, Mapping

from hullmark.model import Package

DEVELOPED = "(devel)"  # Go's own word for what was built from a folder

_UNTAGGED = re.compile(r"v0\.0\.0-\d{14}-[0-9a-f]{12}.*")
_REPOSITORY = re.compile(r"(?:github\.com|gitlab\.com|bitbucket\.org)/[^/]+/[^/]+")
_VERSION = re.compile(r"v?(\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?)")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_VARIABLE = re.compile(r"(?P<package>.+)\.(?:[A-Za-z]*version|ver)", re.IGNORECASE)
# Packages of others whose variables speak of the program that links them.
_SHARED = ("github.com/prometheus/common/version", "k8s.io/client-go/pkg/version", "k8s.io/component-base/version")


def main_module(name: str, version: str, settings: Mapping[str, str]) -> Package:
    """The main module with the best version there is; `inner` names the linker's variable when that told it."""
    if version not in {"", DEVELOPED} and not _UNTAGGED.fullmatch(version):
        return Package("golang", name, version)
    told = _told(name, settings.get("-ldflags", ""))
    if told:
        return Package("golang", name, told[1], inner=f"-X {told[0]}")
    commit = settings.get("vcs.revision", "")
    unknown = commit if _COMMIT.fullmatch(commit) else DEVELOPED
    return Package("golang", name, unknown if version in {"", DEVELOPED} else version)


def module_of_package(path: str) -> str:
    """The repository of a package on a known host, "" elsewhere: "github.com/docker/cli/cmd/docker" is of docker/cli."""
    found = _REPOSITORY.match(path)
    return found[0] if found else ""


def _told(module: str, flags: str) -> tuple[str, str] | None:
    """The variable and the version that the linker was told; None when there is none or when several disagree."""
    told = {}
    for variable, value in _assignments(flags):
        found, stated = _VARIABLE.fullmatch(variable), _VERSION.fullmatch(value)
        if found and stated and f"{found['package']}/".startswith(("main/", f"{module}/", *_SHARED)):
            told[variable] = f"v{stated[1]}"
    best = {variable: version for variable, version in told.items() if variable.lower() == "main.version"} or told
    return next(iter(best.items())) if len(set(best.values())) == 1 else None


def _assignments(flags: str) -> Iterator[tuple[str, str]]:
    """The variables that `-X` sets; flags with blanks in them are quoted once more, as Go writes text."""
    try:
        text = shlex.split(flags)[0].replace(r"\t", " ").replace(r"\n", " ") if flags.startswith(('"', "'")) else flags
        words = shlex.split(text)
    except (ValueError, IndexError):
        return
    for word, following in zip(words, [*words[1:], ""], strict=False):
        if word.startswith("-X"):
            variable, _, value = (following if word == "-X" else word.removeprefix("-X=")).partition("=")
            yield variable, value
