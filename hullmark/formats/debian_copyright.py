"""The licences that a Debian package states in its `copyright` file, as one SPDX expression.

Source: Debian's "Machine-readable debian/copyright file" 1.0 (DEP-5) and Debian Policy 12.5. Of a machine-readable file the
header's licence counts, else those of all its Files paragraphs together; what speaks of the packaging alone (`debian/*`) is
not in the package. Of free text what names a licence beyond doubt; unless it is one licence and a short text, OTHERS stands
for the rest of it. A name that SPDX does not know is a `LicenseRef-`.
"""

import re
from functools import lru_cache

from hullmark.formats.licence_texts import licences_in, one_line
from hullmark.formats.spdx_licences import is_spdx, spdx

OTHERS = "LicenseRef-others"  # stands for licences that were not understood, or cut off
LONGEST = 1000  # letters of an expression; more than that is cut between licences
MOST_PARAGRAPHS = 5_000
MOST_PIECES = 16  # of a licence line, between commas
SHORT = 8192  # letters of a text that may speak of one licence alone

_LICENCE = re.compile(rb"\nLicense:[ \t]*([^\n]{1,500})")
_FILES = re.compile(rb"^(?:Files|Format|Format-Specification):[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)", re.MULTILINE)
_REFERENCE = re.compile(r"/usr/share/common-licenses/([A-Za-z]+(?:-\d+(?:\.\d+)*)?)")
_LATER = re.compile(r"version (\d(?:\.\d)?)(?: of the licen[sc]e)?,? or \(?at your option\)?,? any later")
_COMMA = re.compile(r",\s*(and|or)\s+|,\s*", re.IGNORECASE)
_OR, _AND = re.compile(r"\s+or\s+", re.IGNORECASE), re.compile(r"\s+and\s+", re.IGNORECASE)
_EXCEPTION = re.compile(r"(.+?)[\s-]+with[\s-]+(.+?)[\s-]+exception", re.IGNORECASE)
_INVARIANTS = re.compile(r"GFDL-NIV-(1\.[123])(\+?)", re.IGNORECASE)  # no invariant sections and no cover texts
# Debian's names that SPDX has under another: Artistic is the text of Perl's, as in /usr/share/common-licenses.
_NAMES = {"artistic": "Artistic-1.0-Perl", "bsd": "BSD-3-Clause", "cc0": "CC0-1.0", "gpl-1+": "GPL-1.0-or-later"}
_EXCEPTIONS = {
    "bison": "Bison-exception-2.2", "classpath": "Classpath-exception-2.0", "font": "Font-exception-2.0",
    "libtool": "Libtool-exception", "linux-syscall-note": "Linux-syscall-note", "llvm": "LLVM-exception",
    "texinfo": "Texinfo-exception",
}  # fmt: skip
_FAMILIES = {"GPL", "LGPL", "GFDL"}  # whose texts may be taken in a later version, which a reference does not say


def licence_of(data: bytes) -> str:
    """The expression; "" when the file states no licence that can be named."""
    stated = _of_paragraphs(data) if data[:512].lstrip().lower().startswith(b"format") else _of_text(data)
    return _all_of(list(dict.fromkeys(stated)))


def _of_paragraphs(data: bytes) -> list[str]:
    found: list[str] = []
    header: list[str] = []
    data = data.replace(b"\r\n", b"\n")
    for number, hit in enumerate(_LICENCE.finditer(data)):
        if number == MOST_PARAGRAPHS:
            break
        start = data.rfind(b"\n\n", 0, hit.start())
        about = _FILES.search(data, start + 1, hit.start())
        if about is None or about[1].split() == [b"debian/*"]:
            continue
        licence = expression_of(" ".join(hit[1].decode("utf-8", "replace").split()))
        (header if about[0].startswith(b"Format") else found).append(licence)
    return [licence for licence in header or found if licence]


def _of_text(data: bytes) -> list[str]:
    text = data[:65536].decode("utf-8", "replace")
    named = list(dict.fromkeys(_REFERENCE.findall(text)))
    words = one_line(text)
    later = {number.removesuffix(".0") for number in _LATER.findall(words)}
    found = [_referred(name, named, later) for name in named]
    told = licences_in(words)
    found += [licence for licence in told if licence.partition("-")[0] not in {name.partition("-")[0] for name in named}]
    return found if len(found) < 2 and len(text) <= SHORT else [*found, OTHERS]


def _referred(name: str, named: list[str], later: set[str]) -> str:
    """What a text means by a licence of /usr/share/common-licenses."""
    family, _, number = name.partition("-")
    if family not in _FAMILIES:
        return _one(name)
    alike = [other for other in named if other.partition("-")[2].removesuffix(".0") == number.removesuffix(".0")]
    if number and number.removesuffix(".0") in later and len(alike) == 1:
        return _one(f"{name}+")
    return _reference(name)


@lru_cache(maxsize=4096)
def expression_of(text: str) -> str:
    """A Debian licence line: names joined by and, or and, binding least, a comma."""
    if text.lower() in {"", "none"}:
        return ""
    pieces = _COMMA.split(text)
    if len(pieces) > 2 * MOST_PIECES:
        return OTHERS
    made = _alternatives(pieces[0])
    for operator, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        made = f"{_grouped(made)} {(operator or 'and').upper()} {_grouped(_alternatives(piece))}"
    return made


def _alternatives(text: str) -> str:
    choices = [[_one(name.strip(" ()")) for name in _AND.split(choice)] for choice in _OR.split(text)]
    joined = [" AND ".join(dict.fromkeys(filter(None, names))) for names in choices]
    return " OR ".join(f"({names})" if " AND " in names and len(joined) > 1 else names for names in dict.fromkeys(joined))


def _one(name: str) -> str:
    """One licence, perhaps with an exception."""
    exception = _EXCEPTION.fullmatch(name)
    if exception and exception[2].lower() in _EXCEPTIONS:
        whole = f"{_one(exception[1])} WITH {_EXCEPTIONS[exception[2].lower()]}"
        return whole if is_spdx(whole) else _reference(name)
    invariants = _INVARIANTS.fullmatch(name)
    if invariants:
        return f"GFDL-{invariants[1]}-no-invariants-{'or-later' if invariants[2] else 'only'}"
    found = _NAMES.get(name.lower()) or spdx(name)
    return found if is_spdx(found) and " " not in found else _reference(name)


def _reference(name: str) -> str:
    """A licence that SPDX does not list, under the name that the file gives it."""
    plain = re.sub(r"[^A-Za-z0-9.]+", "-", re.sub(r"\+(?!\w)", "-or-later", name)).strip("-.")[:80]
    return f"LicenseRef-{plain}" if plain else ""


def _grouped(expression: str) -> str:
    return f"({expression})" if " OR " in expression or " AND " in expression else expression


def _all_of(licences: list[str]) -> str:
    terms = list(dict.fromkeys(term for one in licences for term in _terms(one, len(licences) > 1)))
    if terms == [OTHERS]:
        return ""
    whole = " AND ".join(terms)
    while len(whole) > LONGEST:
        terms = [*terms[: -2 if terms[-1] == OTHERS else -1], OTHERS]
        whole = " AND ".join(terms)
    return whole if is_spdx(whole) else ""


def _terms(licence: str, several: bool) -> list[str]:
    """The licences that one expression joins by AND, else the expression itself, grouped where it stands among others."""
    if " OR " not in licence:
        return licence.split(" AND ")
    return [f"({licence})" if several else licence]
