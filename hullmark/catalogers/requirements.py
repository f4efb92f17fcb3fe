"""Pinned requirements of pip: the `name==version` lines of `requirements.txt`.

Source: pip's requirements file format, PEP 508. A line with a range, an address or an option pins nothing: what pip chose
for it is known only from what is installed, so it is no Problem here.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers._locked import locked
from hullmark.catalogers.base import Cataloger
from hullmark.model import Package, Problem

_PIN = re.compile(
    r"^[ \t]{0,20}([A-Za-z0-9](?:[A-Za-z0-9._-]{0,198}[A-Za-z0-9])?)[ \t]{0,20}(?:\[[^\]\n]{0,300}\][ \t]{0,20})?"
    r"={2,3}[ \t]{0,20}([A-Za-z0-9.!+_-]{1,200})[ \t]{0,20}(?=$|[;#\\]|--)",
    re.MULTILINE,
)


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The exact pins, in file order."""
    source = _text(data).replace("\r\n", "\n")
    return locked(path, "requirements", "pypi", ((found[1], found[2]) for found in _PIN.finditer(source)))


def _text(data: bytes) -> str:
    """UTF-8, or the UTF-16 that `pip freeze > file` gives in PowerShell."""
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return data.decode("utf-16" if wide else "utf-8-sig", "replace")


CATALOGER = Cataloger(name="requirements", type="pypi", globs=("**/requirements.txt",), parse=parse, max_bytes=1024 * 1024)
