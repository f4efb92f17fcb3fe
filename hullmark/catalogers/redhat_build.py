"""What Red Hat's build system writes into an image: the repositories that it was built from, and the name of the build.

Source: atomic-reactor's content_manifest.json, hermeto's content-sets.json (`content_sets`, a list of repositories);
`labels.json` and the `Dockerfile-<name>-<version>-<release>` beside them, whose labels name component and architecture. In
root/buildinfo, since 2024 in usr/share/buildinfo. Each image of a stack adds its own files.
"""

import posixpath
import re
from collections.abc import Iterator

from hullmark.catalogers.base import Cataloger
from hullmark.errors import CorruptData
from hullmark.formats.json_object import Object, parse_object, text, texts
from hullmark.model import Distro, Problem

MOST_SETS = 2_000  # the products of one subscription have some hundred
LABELS = "labels.json"

_SET = re.compile(r"[!-~]{1,200}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+~-]{0,199}")
_LABEL = re.compile(
    r"""["']?(com\.redhat\.component|BZComponent|architecture)["']?=("[^"\n]{1,200}"|'[^'\n]{1,200}'|[^\s"']{1,200})"""
)
_VARIABLE = re.compile(r"^(?:ENV|ARG)\s+([A-Za-z_]\w*)[= ]([\w.-]{1,100})\s*$", re.MULTILINE)
_VERSION = re.compile(r".*-([^-]+-[^-]+)")


def parse(path: str, data: bytes) -> Iterator[Distro | Problem]:
    """A Distro with nothing but repositories or the name of the build; nothing when the file tells neither."""
    name = posixpath.basename(path)
    if name.startswith("Dockerfile"):
        build = _of_dockerfile(name, data.decode("utf-8", "replace"))
        if build:
            yield Distro(build=build)
        return
    document = parse_object(data)
    if name == LABELS:
        build = _named(text(document, "com.redhat.component"), _release(document), text(document, "architecture"))
        if build:
            yield Distro(build=build)
        return
    yield from _repositories(path, document)


def _repositories(path: str, document: Object) -> Iterator[Distro | Problem]:
    """The content sets. Raises CorruptData when there are more than any image has."""
    stated = texts(document.get("content_sets") or [])
    if len(stated) > MOST_SETS:
        raise CorruptData(f"the file lists {len(stated)} repositories, more than {MOST_SETS}")
    valid = [name for name in stated if _SET.fullmatch(name)]
    if len(valid) < len(stated):
        yield Problem(path, CATALOGER.name, f"{len(stated) - len(valid)} names of repositories are none")
    if valid:
        yield Distro(repositories=tuple(valid))


def _of_dockerfile(name: str, lines: str) -> str:
    variables = dict(_VARIABLE.findall(lines))
    labels = {key.lower(): value.strip("\"'") for key, value in _LABEL.findall(lines)}
    architecture = labels.get("architecture", "")
    architecture = variables.get(architecture.strip("${}"), "") if architecture.startswith("$") else architecture
    component = labels.get("com.redhat.component") or labels.get("bzcomponent", "")
    version = _VERSION.fullmatch(name.removeprefix("Dockerfile"))
    return _named(component, version[1] if version else "", architecture)


def _release(labels: Object) -> str:
    version, release = text(labels, "version"), text(labels, "release")
    return f"{version}-{release}" if version and release else ""


def _named(component: str, version: str, architecture: str) -> str:
    build = "-".join(filter(None, (component, version))) + (f".{architecture}" if architecture else "")
    return build if component and _NAME.fullmatch(build) else ""


CATALOGER = Cataloger(
    name="redhat-build",
    type="",
    globs=(
        "root/buildinfo/Dockerfile*",
        "root/buildinfo/labels.json",
        "root/buildinfo/content_manifests/*.json",
        "usr/share/buildinfo/*.json",
        "usr/share/buildinfo/content_manifests/*.json",
    ),
    parse=parse,
    max_bytes=16 * 1024 * 1024,  # image_contents lists every package of every language
    follows=False,
)
