"""Python versions: PEP 440 (the "version specifiers" specification), ordered as `packaging.version.Version` orders them.

`[N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local]`. The key is the epoch, the release without trailing zeros, and four phases,
each one byte and its number: prerelease (only-dev < a < b < rc < none), post (none < N), dev (N < none), local (none < some,
and in it text < number). Phase bytes lie below numbers, so a shorter release ends below a longer one.

A version that PEP 440 does not allow (`0.3m2`, `trunk`) is below all that it allows, as LegacyVersion of setuptools had it
until packaging 22. Its key is LEGACY and its parts: numbers as eight digits, words after `*`, both compared as text.
"""

import re

from hullmark.versions import Scheme
from hullmark.versions._encoding import MAX_LENGTH, ZERO, Pieces, number, refused, too_long

_NAME = "Python"
_VERSION = re.compile(r"\s*+[vV]?(?:(?P<epoch>[0-9]++)!)?(?P<release>[0-9]++(?:\.[0-9]++)*+)(?P<rest>[ -~\s]*+)")
_REST = re.compile(
    r"""(?:[-_.]?(?P<stage>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?P<pre>[0-9]+)?)?
        (?P<post>-(?P<implicit>[0-9]+)|[-_.]?(?:post|rev|r)[-_.]?(?P<count>[0-9]+)?)?
        (?P<dev>[-_.]?dev[-_.]?(?P<build>[0-9]+)?)?
        (?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*""",
    re.VERBOSE,
)
_LEGACY = b"\x01"
_LEGACY_TEXT = re.compile(r"[!-~]+")
_LEGACY_PARTS = re.compile(r"[0-9]+|[a-z]+|\.|-|[^0-9a-z.-]+")
_LEGACY_WORDS = {"pre": "c", "preview": "c", "-": "final-", "rc": "c", "dev": "@"}
_ONLY_DEV, _FINAL = b"\x01", b"\x05"
_STAGES = {"a": b"\x02", "alpha": b"\x02", "b": b"\x03", "beta": b"\x03"}  # all others mean rc
_RC = b"\x04"
_NO_POST, _POST = b"\x01", b"\x02"
_DEV, _NO_DEV = b"\x01", b"\x02"
_TEXT, _TEXT_END = b"\x02", b"\x01"
_NUMBERS = Pieces(number)


def key(version: str) -> bytes:
    """The order-preserving key of a Python version; raises InvalidVersion."""
    return _strict(version) or _legacy(version)


def bound(version: str) -> bytes:
    """As `key`, but only for what PEP 440 allows: below a legacy version lies nothing that pip installs."""
    made = _strict(version)
    if not made:
        raise refused(_NAME, version, "PEP 440 does not allow it, so it limits no range")
    return made


def _strict(version: str) -> bytes:
    """The key of what PEP 440 allows; empty for the rest."""
    if len(version) > MAX_LENGTH:
        raise too_long(_NAME, version)
    match = _VERSION.fullmatch(version)
    if match is None:
        return b""
    epoch, release, rest = match.groups("")
    phases = _PHASES[rest]
    return phases and _NUMBERS[epoch] + b"".join(map(_NUMBERS.__getitem__, release.split("."))).rstrip(ZERO) + phases


def _legacy(version: str) -> bytes:
    """The key of a version from before PEP 440 (packaging 21, `_legacy_cmpkey`); raises InvalidVersion."""
    text = version.strip()
    if not _LEGACY_TEXT.fullmatch(text):
        raise refused(_NAME, version, "it is empty, or has spaces or characters that are not printable ASCII")
    parts: list[str] = []
    for found in _LEGACY_PARTS.findall(text.lower()):
        part = _LEGACY_WORDS.get(found, found)
        if part == ".":
            continue
        if part[0].isdigit():
            parts.append(part.zfill(8))
        else:
            _drop_nothing(parts, part)
            parts.append(f"*{part}")
    _drop_nothing(parts, "final")
    return _LEGACY + b"".join(part.encode("ascii") + b"\x00" for part in [*parts, "*final"])


def _drop_nothing(parts: list[str], word: str) -> None:
    """Before a word up to `final`, zeros do not count, nor hyphens before a prerelease."""
    if word < "final":
        while parts and parts[-1] == "*final-":
            parts.pop()
    while parts and parts[-1] == "00000000":
        parts.pop()


def _phases(rest: str) -> bytes:
    """The four phases; empty for what PEP 440 does not allow."""
    match = _REST.fullmatch(rest.lower())
    if match is None:
        return b""
    return _prerelease(match) + _post(match) + _dev(match) + _local(match["local"])


def _prerelease(match: re.Match[str]) -> bytes:
    if match["stage"]:
        return _STAGES.get(match["stage"], _RC) + number(match["pre"] or "")
    return _ONLY_DEV if match["dev"] and not match["post"] else _FINAL


def _post(match: re.Match[str]) -> bytes:
    return _POST + number(match["implicit"] or match["count"] or "") if match["post"] else _NO_POST


def _dev(match: re.Match[str]) -> bytes:
    return _DEV + number(match["build"] or "") if match["dev"] else _NO_DEV


def _local(local: str | None) -> bytes:
    return b"".join(map(_segment, re.split(r"[-_.]", local))) if local else b""


def _segment(text: str) -> bytes:
    return number(text) if text.isdigit() else _TEXT + text.encode("ascii") + _TEXT_END


_PHASES = Pieces(_phases)

SCHEME = Scheme(name="pep440", key=key, ecosystems=("PyPI",), types=("pypi",), bound=bound)
