"""Installed Node.js packages: the package.json at the root of every module folder below `node_modules`.

Source: npm-package-json(5), npm-folders(5). Only `node_modules/<name>/package.json` counts, also with `@<scope>/<name>`,
however deep the `node_modules` lies: those further down are test data and `{"type": "module"}` markers. An application's
own package.json is a work tree, not an installed package. Yarn Classic is read too, which Node's official images unpack
into /opt.
"""

import re
from collections.abc import Iterator, Mapping

import orjson

from hullmark.catalogers.base import Cataloger
from hullmark.model import Package, Problem

LICENCE_CHARACTERS = 100

_NAME = re.compile(r"(?:@[A-Za-z0-9._~*!'()-]{1,214}/)?[A-Za-z0-9_~*!'()-][A-Za-z0-9._~*!'()-]{0,214}")
_VERSION = re.compile(r"[!-~]{1,256}")
_NO_MODULE = re.compile(r"(?:^|/)node_modules/[.@][^/]*/package\.json$")  # .bin, .cache, a scope's own folder


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The one package that a package.json describes; nothing when it states neither name nor version.

    A file that is no JSON object, or a package without a valid name or version, is a Problem. JSON is read by orjson, which
    refuses more than 1024 levels.
    """
    if _NO_MODULE.search(path):
        return
    document = _object(data)
    if document is None:
        yield Problem(path, "npm", "the package.json is not a JSON object")
        return
    name, version = _text(document, "name"), _text(document, "version")
    if (not name and not version) or _is_vscode_extension(document):
        return
    reason = _damage(name, version)
    yield Problem(path, "npm", reason) if reason else Package("npm", name, version, licence=_licence(document))


def _object(data: bytes) -> Mapping[str, object] | None:
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError:
        document = _repaired(data)
    return document if isinstance(document, dict) else None


def _repaired(data: bytes) -> object:
    """A second try for what npm itself forgives: a byte-order mark, and an author's name in Latin-1."""
    try:
        return orjson.loads(data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace"))
    except orjson.JSONDecodeError:
        return None


def _text(document: Mapping[str, object], key: str) -> str:
    value = document.get(key)
    return value.strip() if isinstance(value, str) else ""


def _is_vscode_extension(document: Mapping[str, object]) -> bool:
    """Extensions of Visual Studio Code have a package.json too, with names of another registry."""
    engines = document.get("engines")
    return isinstance(engines, dict) and "vscode" in engines and bool(_text(document, "publisher"))


def _damage(name: str, version: str) -> str:
    if not _NAME.fullmatch(name):
        return "the package.json has no valid name"
    if not _VERSION.fullmatch(version):
        return f"the package.json of {name[:60]} has no valid version"
    return ""


def _licence(document: Mapping[str, object]) -> str:
    """`license` as a name, else the types of the legacy object and list forms."""
    value = document.get("license") or document.get("licenses")
    items = value if isinstance(value, list) else [value]
    names = [item.get("type") if isinstance(item, dict) else item for item in items]
    return ", ".join(name for name in names if isinstance(name, str))[:LICENCE_CHARACTERS]


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
