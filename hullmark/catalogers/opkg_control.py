"""Licences of opkg's packages: the field `License` of `info/<package>.control`, which the status file does not repeat."""

from collections.abc import Iterator

from hullmark.catalogers.base import Cataloger
from hullmark.catalogers.opkg import FOLDERS
from hullmark.formats.cut import CUT, is_cut
from hullmark.formats.spdx_licences import spdx
from hullmark.formats.stanzas import field_pattern, stanzas
from hullmark.model import Licensed, Problem

_FIELDS = field_pattern("Package", "License")


def parse(path: str, data: bytes) -> Iterator[Licensed | Problem]:
    """The licence of each package in the file, of which there is one; nothing when it states none."""
    for pairs in stanzas(data, _FIELDS):
        fields = dict(pairs)
        licence = spdx(fields.get("License", ""))
        if licence and fields.get("Package"):
            yield Licensed("opkg", fields["Package"][:300], licence)
    if is_cut(data):
        yield Problem(path, CATALOGER.name, CUT)


CATALOGER = Cataloger(
    name="opkg-control",
    type="opkg",
    globs=tuple(f"{folder}/info/*.control" for folder in FOLDERS),
    parse=parse,
    follows=False,
)
