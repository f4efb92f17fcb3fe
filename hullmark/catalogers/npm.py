"""Installed Node.js packages: the package.json at the root of every module folder below `node_modules`.

Source: npm-package-json(5), npm-folders(5). Only `node_modules/<name>/package.json` counts, also with `@<scope>/<name>`,
however deep the `node_modules` lies: those further down are test data and `{"type": "module"}` markers. An application's
own package.json is a work tree, not an installed package. Yarn Classic is read too, which Node's official images unpack
into /opt.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers.base import Cataloger
from hullmark.formats.json_object import Object, parse_object, text
from hullmark.formats.spdx_licences import any_of
from hullmark.model import Package, Problem

_NAME = re.compile(r"(?:@[A-Za-z0-9._~*!'()-]{1,214}/)?[A-Za-z0-9_~*!'()-][A-Za-z0-9._~*!'()-]{0,214}")
_VERSION = re.compile(r"[!-~]{1,256}")
_NO_MODULE = re.compile(r"(?:^|/)node_modules/[.@][^/]*/package\.json$")  # .bin, .cache, a scope's own folder


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The one package that a package.json describes; nothing when it states neither name nor version.

    A package without a valid name or version is a Problem. Raises CorruptData for a file that is no JSON object.
    """
    if _NO_MODULE.search(path):
        return
    document = parse_object(data)
    name, version = text(document, "name"), text(document, "version")
    if (not name and not version) or _is_vscode_extension(document):
        return
    reason = _damage(name, version)
    yield Problem(path, "npm", reason) if reason else Package("npm", name, version, licence=_licence(document))


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
    globs=(
        "**/node_modules/*/package.json",
        "**/node_modules/@*/*/package.json",
        "opt/yarn-*/package.json",
    ),
    parse=parse,
    max_bytes=4 * 1024 * 1024,
)
