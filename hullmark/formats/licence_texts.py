"""Licences told by sentences of their own text, lower case and in one line, whoever holds the copyright.

Source: the texts and templates of the SPDX licence list, which say what may differ from one copy to another.
"""

import re
from collections.abc import Iterator

_GRANT = "permission is hereby granted, free of charge, to any person obtaining a copy"
_NO_NAMES = "except as contained in this notice, the name"
_OPEN_GROUP = "except as contained in this notice, the name of the open group shall not be used"
_BSD = "redistribution and use in source and binary forms, with or without modification"
_ENDORSE = "to endorse or promote products"
_ACKNOWLEDGE = "following acknowledg"
_ADVERTISE = "all advertising materials mentioning features or use"
_SENTENCES: tuple[tuple[str, str], ...] = (
    ("HPND-sell-variant", "permission to use, copy, modify, distribute, and sell this software and its documentation for"),
    ("TCL", "grant permission to use, copy, modify, distribute, and license this software and its documentation for"),
    ("Zlib", "altered source versions must be plainly marked as such"),
    ("BSL-1.0", "boost software license - version 1.0"),
    ("Info-ZIP", "of the info-zip license"),
    ("Apache-2.0", "licensed under the apache license, version 2.0"),
    ("MPL-2.0", "the terms of the mozilla public license, v. 2.0"),
    ("OFL-1.1", "sil open font license, version 1.1"),
)  # fmt: skip
_HPND = re.compile(
    r"permission to use, copy, modify,? and distribute this software and its documentation for any purpose and without fee"
)
_ISC = re.compile(
    r"permission to use, copy, modify,? and(?:/or)? distribute this software for any purpose with or without fee is hereby "
    r"granted(, provided)?"
)
_GNU = re.compile(
    r"gnu (lesser |library |affero )?general public licen[sc]e,?(?: as published by the free software foundation[;,])?"
    r"(?: either)? version (\d(?:\.\d)?) ?(?:of the licen[sc]e)?,? ?\(?or,? \(?at your option\)?,? any later version"
)
_FAMILIES = {"lesser": "LGPL", "library": "LGPL", "affero": "AGPL", "": "GPL"}
_HEADINGS = (
    ("Apache-2.0", "apache license version 2.0, january 2004"),
    ("EPL-1.0", "eclipse public license - v 1.0"),
    ("EPL-2.0", "eclipse public license - v 2.0"),
    ("MPL-2.0", "mozilla public license version 2.0"),
    ("CDDL-1.0", "common development and distribution license (cddl) version 1.0"),
    ("CDDL-1.1", "common development and distribution license (cddl) version 1.1"),
)
_HEAD, _ALONE = 400, 13_000  # bytes in which a heading stands, and of a text that holds no more than one licence
_MARGINS = (" * ", " # ", " // ", " | ")  # of comments in source code


def one_line(text: str) -> str:
    """A text in lower case and one line, without the margins of comments."""
    words = " ".join(text.lower().split())
    for margin in _MARGINS:
        words = words.replace(margin, " ")
    return words


def licence_file(data: bytes) -> str:
    """The licence that a file of a licence's text is about; "" where that is none of these, or more than one."""
    head = one_line(data[:_HEAD].decode("utf-8", "replace"))
    headed = next((licence for licence, heading in _HEADINGS if heading in head), "")
    if headed:
        return headed if len(data) <= _ALONE else f"{headed} AND LicenseRef-others"
    found = licences_in(one_line(data.decode("utf-8", "replace"))) if len(data) <= _ALONE else []
    return found[0] if len(found) == 1 else ""


def licences_in(words: str) -> list[str]:
    """The SPDX identifiers of the licences whose words stand in such a line, each once."""
    return list(dict.fromkeys([*_of_mit(words), *_of_bsd(words), *_of_isc(words), *_others(words), *_of_gnu(words)]))


def _of_mit(words: str) -> Iterator[str]:
    """MIT, and what has a sentence on the use of names behind it: X11's, or that of The Open Group."""
    grants, named, group = words.count(_GRANT), words.count(_NO_NAMES), words.count(_OPEN_GROUP)
    if grants > named:
        yield "MIT"
    if grants and group:
        yield "MIT-open-group"
    if grants and named > group:
        yield "X11"


def _of_bsd(words: str) -> Iterator[str]:
    """Not those that Apache, OpenSSL and PHP made of it, which ask for more than an acknowledgement in advertisements."""
    if words.count(_ACKNOWLEDGE) > words.count(_ADVERTISE) or "may not be called" in words:
        return
    grants, endorse = words.count(_BSD), words.count(_ENDORSE)
    if grants > endorse:
        yield "BSD-2-Clause"
    if grants and endorse:
        yield "BSD-4-Clause" if _ADVERTISE in words else "BSD-3-Clause"


def _of_isc(words: str) -> Iterator[str]:
    for grant in _ISC.finditer(words):
        if not grant[1]:
            yield "0BSD"
        else:
            yield "curl" if _NO_NAMES in words else "ISC"


def _others(words: str) -> Iterator[str]:
    yield from (licence for licence, sentence in _SENTENCES if sentence in words)
    if _HPND.search(words):
        yield "HPND"


def _of_gnu(words: str) -> Iterator[str]:
    """Those of GNU where the text says which version, and that later ones will do."""
    for stated in _GNU.finditer(words):
        number = stated[2] if "." in stated[2] else f"{stated[2]}.0"
        yield f"{_FAMILIES[(stated[1] or '').strip()]}-{number}-or-later"
