"""Which module and version a Go program itself is, where Go's build information does not say it outright.

A program built from a work tree has the version `(devel)`, or a pseudo-version of v0.0.0 when no tag was at hand. What the
linker was told (`-X main.version=...`) is what the program shows of itself, so it counts first; then the commit, as the
package-url specification asks. Where the program does not say with which flags it was linked (`-trimpath`, GOPATH), the
text that `-X` set still lies beside the one in which the linker keeps Go's own release. Built outside of module mode
(Debian, Docker) a program names no module, only the package of its `main`; on the known hosts the repository is the
beginning of that path.
"""

import re
import shlex
from collections.abc import Callable, Iterator, Mapping

from hullmark.model import Package

NEAR = 8192  # bytes to either side of Go's release in which a version that `-X` set lies; the linker sorts texts by length
DEVELOPED = "(devel)"  # Go's own word for what was built from a folder

_UNTAGGED = re.compile(r"v0\.0\.0-\d{14}-[0-9a-f]{12}.*")
_REPOSITORY = re.compile(
    r"(?:github\.com|gitlab\.com|bitbucket\.org)/[^/]+/[^/]+|golang\.org/x/[^/]+"
    r"|(?:k8s\.io|sigs\.k8s\.io|go\.etcd\.io|google\.golang\.org|istio\.io|knative\.dev)/[^/]+"
)
_VERSION = re.compile(r"v?(\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?)")
_NUMBER = rb"(?:0|[1-9]\d{0,5})"
_TEXT = re.compile(  # only what is a version of Go's, as another could not be compared
    rb"(?<=\x00)v?(%b\.%b\.%b)((?:-[0-9A-Za-z.-]{1,64})?(?:\+[0-9A-Za-z.-]{1,64})?)(?=\x00)" % (_NUMBER, _NUMBER, _NUMBER)
)
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_VARIABLE = re.compile(r"(?P<package>.+)\.(?:[A-Za-z]*version|ver)", re.IGNORECASE)
# Packages of others whose variables speak of the program that links them.
_SHARED = ("github.com/prometheus/common/version", "k8s.io/client-go/pkg/version", "k8s.io/component-base/version")


def main_module(name: str, version: str, settings: Mapping[str, str], linked: Callable[[], str]) -> Package:
    """The main module with the best version there is; `inner` names the linker's variable when that told it.

    `linked` gives the version of `version_beside`; it is asked only where nothing else tells one.
    """
    if version not in {"", DEVELOPED} and not _UNTAGGED.fullmatch(version):
        return Package("golang", name, version)
    told = _told(name, settings.get("-ldflags", ""))
    if told:
        return Package("golang", name, told[1], inner=f"-X {told[0]}")
    beside = "" if "-ldflags" in settings else linked()
    if beside:
        return Package("golang", name, beside, inner="-X")
    commit = settings.get("vcs.revision", "")
    unknown = commit if _COMMIT.fullmatch(commit) else DEVELOPED
    return Package("golang", name, unknown if version in {"", DEVELOPED} else version)


def module_of_package(path: str) -> str:
    """The repository of a package on a known host, "" elsewhere: "github.com/docker/cli/cmd/docker" is of docker/cli."""
    found = _REPOSITORY.match(path)
    return found[0] if found else ""


def version_beside(release: str, data: bytes) -> str:
    """The one version that lies between zeros beside the text of Go's release; "" when there is none, or several."""
    text = b"\0%b\0" % release.encode("utf-8", "replace")
    at = data.find(text)
    if at < 0 or not release:
        return ""
    found = _TEXT.findall(data[max(0, at - NEAR) : at + NEAR])
    told = sorted((number + suffix for number, suffix in found), key=len)
    return f"v{told[0].decode()}" if len({number for number, _ in found}) == 1 else ""


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
