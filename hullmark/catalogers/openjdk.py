"""Java runtimes by the file `release` that each has at its top: OpenJDK and what vendors build from it.

Source: JEP 220 and OpenJDK's make/ReleaseFile.gmk. Java 8 numbers itself "1.8.0_372"; advisories and vendors since write
8.0.372, and so does this. The vendor is who built it (IMPLEMENTOR), which decides whose CPE holds.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers.base import Cataloger
from hullmark.formats.assignments import parse_assignments
from hullmark.formats.cut import CUT, is_cut
from hullmark.model import Origin, Package, Problem

MOST_BYTES = 256 * 1024

# What IMPLEMENTOR begins with, and whose product it is in the NVD's dictionary.
PRODUCTS = (
    ("Amazon", "amazon:corretto"),
    ("Azul", "azul:zulu"),
    ("BellSoft", "bell-sw:liberica_jdk"),
    ("Eclipse Adoptium", "eclipse:temurin"),
    ("GraalVM", "oracle:graalvm"),
    ("IBM", "ibm:semeru_runtime"),
    ("International Business Machines", "ibm:semeru_runtime"),
    ("Microsoft", "microsoft:build_of_openjdk"),
    ("Oracle", "oracle:jdk"),
)
OPENJDK = "oracle:openjdk"

_LEGACY = re.compile(r"1\.(\d+)\.(\d+)(?:_(\d+))?(?:-.*)?")
_VERSION = re.compile(r"\d+(?:\.\d+){0,5}(?:[-+][!-~]{1,60})?")


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The one Java runtime that the file describes; nothing when it is another program's `release`."""
    facts = parse_assignments(data)
    stated = facts.get("JAVA_VERSION", "")
    if not (stated or b"IMPLEMENTOR" in data):
        return
    if is_cut(data):
        yield Problem(path, CATALOGER.name, CUT)
    if not stated:
        return
    legacy = _LEGACY.fullmatch(stated)
    version = f"{legacy[1]}.{legacy[2]}.{legacy[3] or 0}" if legacy else stated
    if not _VERSION.fullmatch(version):
        yield Problem(path, CATALOGER.name, f"the release file has no valid JAVA_VERSION: {stated[:60]!r}")
        return
    vendor = facts.get("IMPLEMENTOR", "")
    yield Package("generic", "java", version, vendor=vendor, cpe=_cpe(vendor, version, legacy), origin=Origin.BINARY)


def _cpe(vendor: str, version: str, legacy: re.Match[str] | None) -> str:
    """The NVD numbers Java 8 as version 8 with the update in a field of its own."""
    product = next((product for prefix, product in PRODUCTS if vendor.startswith(prefix)), OPENJDK)
    number, update = (
        (legacy[1], f"update{legacy[3]}" if legacy[3] else "-") if legacy else (version.replace("+", r"\+"), "*")
    )
    return f"cpe:2.3:a:{product}:{number}:{update}:*:*:*:*:*:*"


CATALOGER = Cataloger(name="openjdk", type="generic", globs=("**/release",), parse=parse, max_bytes=MOST_BYTES)
