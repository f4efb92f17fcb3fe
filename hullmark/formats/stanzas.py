"""Paragraphs of `name: value` lines with an empty line between them: deb822 (dpkg) and apk's installed database.

Source: deb822(5); apk-package(5). Only an empty line ends a paragraph, as in dpkg and apk themselves. Values that go on in
further lines are cut after the first line, since no field that a cataloger reads does so.
"""

import re
from collections.abc import Iterator

from hullmark.errors import CorruptData

Fields = list[tuple[str, str]]

MOST = 1_000_000  # paragraphs of one file; the largest real database has some ten thousand

_GAP = re.compile(rb"\n\n+")


def field_pattern(*names: str, any_case: bool = False) -> re.Pattern[str]:
    """What finds the fields `names` of a paragraph, for `stanzas`; deb822 names have no case, apk's letters have."""
    flags = re.IGNORECASE if any_case else re.NOFLAG
    joined = "|".join(re.escape(name) for name in names)
    first = "".join(sorted({letter for name in names for letter in (name[0], name[0].swapcase() if any_case else name[0])}))
    return re.compile(rf"\n(?=[{first}])({joined})[ \t]*:[ \t]*([^\n]*)", flags)  # looking at the first letter saves a fifth


def stanzas(data: bytes, pattern: re.Pattern[str]) -> Iterator[Fields]:
    """The fields of every paragraph in file order, as (name as written, value); a paragraph without any gives [].

    Bytes that are no UTF-8 become U+FFFD. Raises CorruptData after a million paragraphs.
    """
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    for count, paragraph in enumerate(_paragraphs(data)):
        if count == MOST:
            raise CorruptData(f"the file has more than {MOST:,} paragraphs; no package database is that large")
        found = pattern.findall("\n" + paragraph.decode("utf-8", "replace"))
        yield [(name, value.strip()) for name, value in found]


def _paragraphs(data: bytes) -> Iterator[bytes]:
    """One by one, so that a file of line ends alone takes no memory."""
    start = 0
    for gap in _GAP.finditer(data):
        if gap.start() > start:
            yield data[start : gap.start()]
        start = gap.end()
    if data[start:].strip():
        yield data[start:]
