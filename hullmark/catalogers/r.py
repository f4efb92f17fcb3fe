"""Installed R packages: the DESCRIPTION file of each package in a library, base and recommended ones included.

Source: Writing R Extensions, 1.1.1; `Built:` is what R CMD INSTALL adds, so
a source tree outside of a library is none. A package that comes
from Bioconductor's repositories says so (`git_url`) and has a type of its own.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers._stated import stated
from hullmark.catalogers.base import Cataloger
from hullmark.formats.cut import CUT, is_cut
from hullmark.formats.spdx_licences import spdx
from hullmark.formats.stanzas import field_pattern, stanzas
from hullmark.model import Package, Problem

LONGEST = 1000  # characters of a licence
NAMES = re.compile(r"[A-Za-z][A-Za-z0-9.]{0,199}")

_LIBRARY = re.compile(r"(?:^|/)(?:site-)?library/[^/]+/DESCRIPTION$")
_FIELDS = field_pattern("Package", "Version", "License", "Built", "git_url")
_FILE = re.compile(r"\s*[+|]\s*file\s+LICEN[SC]E")
_EXACTLY = re.compile(r"\s*\(\s*==\s*(\d[\d.]{0,9})\s*\)")
_AT_LEAST = re.compile(r"\s*\(\s*>=\s*(\d[\d.]{0,9})\s*\)")


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The one package; nothing for a DESCRIPTION elsewhere than in a library that says no such thing."""
    fields = dict(next(stanzas(data, _FIELDS), []))
    in_library = _LIBRARY.search(path) is not None
    if "Package" in fields and ("Built" in fields or in_library):
        is_bioconductor = "git.bioconductor.org" in fields.get("git_url", "")
        kind = "bioconductor" if is_bioconductor else "cran"
        package = Package(kind, fields["Package"], fields.get("Version", ""), licence=_licence(fields.get("License", "")))
        yield stated(path, "r", package, NAMES)
        if is_cut(data):
            yield Problem(path, "r", CUT)
    elif in_library:
        yield Problem(path, "r", "the file does not describe an installed R package")


def _licence(statement: str) -> str:
    """R's own notation: "GPL (>= 2)", "MIT + file LICENSE"."""
    if statement.startswith("Part of R "):  # its base packages; so says R's license()
        return "GPL-2.0-only OR GPL-3.0-only"
    statement = " ".join(statement[:LONGEST].split())  # a run of blanks would be looked at from each of them
    return spdx(_EXACTLY.sub(r" \1", _AT_LEAST.sub(r" \1 or later", _FILE.sub("", statement))))


CATALOGER = Cataloger(name="r", type="cran", globs=("**/DESCRIPTION",), parse=parse, max_bytes=1024 * 1024)
