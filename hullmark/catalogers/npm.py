"""Installed Node.js packages: the package.json of every module, and of what else says that it is a published package.

Source: npm-package-json(5), npm-folders(5), Debian's nodejs policy. The root of a module folder, `<name>` or
`@<scope>/<name>` in a `node_modules` at any depth (pnpm's store too) or in Debian's /usr/share/nodejs, must state a name
and a version. Elsewhere a package.json is a claim that may be none: it counts when it states both and is not `private`,
which npm refuses to publish, so that no advisory can speak of it. That is how modules are found that others carry inside
(`next/dist/compiled/react-is`), browser extensions of Python packages, Yarn in /opt, and a published application that was
unpacked without a package manager.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers.base import Cataloger
from hullmark.errors import CorruptData
from hullmark.formats.json_object import Object, parse_object, text
from hullmark.formats.spdx_licences import any_of
from hullmark.model import Package, Problem

_NAME = re.compile(r"(?:@[A-Za-z0-9._~*!'()-]{1,214}/)?[A-Za-z0-9_~*!'()-][A-Za-z0-9._~*!'()-]{0,214}")
_VERSION = re.compile(r"[!-~]{1,256}")
_NO_MODULE = re.compile(r"(?:^|/)node_modules/[.@][^/]*/package\.json$")  # .bin, .cache, a scope's own folder
_ROOT = re.compile(r"(?:^|/)(?:node_modules|usr/(?:share|lib(?:/[^/]+)?)/nodejs)/(?:@[^/]+/)?[^/]+/package\.json$")
_INSIDE = re.compile(r".*(?:^|/)(?:node_modules|nodejs|site-packages|dist-packages)/((?:@[^/]+/)?[^/]+)/(.*)", re.DOTALL)
_TRIAL = re.compile(r"(?:^|/)(?:tests?|__tests__|spec|fixtures?|__fixtures__|examples?|benchmarks?)/")


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The one package that a package.json describes; nothing when it describes none.

    At a module's root what is no JSON object raises CorruptData, and a missing name or version is a Problem.
    """
    if _NO_MODULE.search(path):
        return
    if _ROOT.search(path):
        yield from _module(path, data)
    else:
        yield from _claim(path, data)


def _module(path: str, data: bytes) -> Iterator[Package | Problem]:
    document = parse_object(data)
    name, version = text(document, "name"), text(document, "version")
    if (not name and not version) or _is_vscode_extension(document):
        return
    reason = _damage(name, version)
    yield Problem(path, "npm", reason) if reason else Package("npm", name, version, licence=_licence(document))


def _claim(path: str, data: bytes) -> Iterator[Package]:
    inside = _INSIDE.fullmatch(path)
    if inside and _TRIAL.search(inside[2]):
        return
    try:
        document = parse_object(data)
    except CorruptData:
        return
    name, version = text(document, "name"), text(document, "version")
    is_module_itself = inside is not None and inside[1] == name  # "dist/esm/package.json" of a module repeats it
    is_published = not document.get("private") and not _is_vscode_extension(document)
    if is_published and not is_module_itself and not _damage(name, version):
        yield Package("npm", name, version, licence=_licence(document))


def _is_vscode_extension(document: Object) -> bool:
    """Extensions of Visual Studio Code have a package.json too, with names of another registry."""
    engines = document.get("engines")
    return isinstance(engines, dict) and "vscode" in engines and bool(text(document, "publisher"))


def _damage(name: str, version: str) -> str:
    if not _NAME.fullmatch(name):
        return "the package.json has no valid name"
    if not _VERSION.fullmatch(version):
        return f"the package.json of {name[:60]} has no valid version"
    return ""


def _licence(document: Object) -> str:
    """`license` as an expression, else the types of the legacy object and list forms, of which one may choose."""
    value = document.get("license") or document.get("licenses")
    items = value if isinstance(value, list) else [value]
    names = [item.get("type") if isinstance(item, dict) else item for item in items]
    return any_of(name for name in names if isinstance(name, str))


CATALOGER = Cataloger(
    name="npm",
    type="npm",
    globs=("**/package.json",),
    parse=parse,
    max_bytes=4 * 1024 * 1024,
)
