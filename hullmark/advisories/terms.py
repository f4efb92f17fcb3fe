"""What a publisher says of a package beside its versions: module streams, binary packages, and that no fix will come; pure.

Debian states an `urgency`, Wolfi a `status`, Ubuntu and SUSE the binary packages, AlmaLinux, Rocky and Red Hat the module
stream in the title of an erratum ("Important: nodejs:16 security update") and by the build of its versions (".module+el8").
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hullmark.advisories.severity import informational, own_word

ANY_STREAM = "*"
STATUSES = {
    "end-of-life": "end-of-life", "out of support scope": "end-of-life", "fix-not-planned": "will-not-fix",
    "will-not-fix": "will-not-fix", "will not fix": "will-not-fix", "ignored": "will-not-fix", "wont-fix": "will-not-fix",
    "unmaintained": "will-not-fix",
}  # fmt: skip
NEVER = {"not-affected", "not affected", "false-positive-determination"}
NOTES = {
    "pending-upstream-fix": "waits for a fix upstream", "unimportant": "unimportant, says Debian",
    "deferred": "fix deferred", "fix deferred": "fix deferred", "unmaintained": "unmaintained, no flaw",
    "unsound": "unsound: misuse of it may break memory safety", "notice": "a notice, no flaw",
}  # fmt: skip
_STREAM = re.compile(r"(?<![\w:/.+-])([A-Za-z][\w.+-]*:[A-Za-z0-9][\w.+-]*)(?=[\s,]|$)")
_MODULAR = re.compile(r"\.module[+_]")


@dataclass(frozen=True, slots=True)
class Terms:
    """`modules` and `binaries` empty: no word about them; `never`: it says that the package was never affected."""

    modules: tuple[str, ...] = ()
    binaries: tuple[str, ...] = ()
    status: str = ""
    severity: str = ""
    note: str = ""
    never: bool = False

    @property
    def row(self) -> tuple[object, ...]:
        """In the order of the columns of AFFECTED."""
        return list(self.modules), list(self.binaries), self.status, self.severity, self.note


def terms_of(item: Mapping[str, Any], record: Mapping[str, Any]) -> Terms:
    """What one entry of `affected` of a record says."""
    words = [word.lower() for word in (*_words(item), informational(record))]
    modular = any(_MODULAR.search(version) for version in _fixes(item))
    return Terms(
        modules=tuple(streams(record.get("summary")) or [ANY_STREAM]) if modular else (),
        binaries=tuple(sorted(set(_binaries(item)))),
        status=next((STATUSES[word] for word in words if word in STATUSES), ""),
        severity=own_word(item),
        note="; ".join(dict.fromkeys(NOTES[word] for word in words if word in NOTES)),
        never=any(word in NEVER for word in words),
    )


def streams(title: object) -> list[str]:
    """The `name:stream` of every module that the title of an erratum names."""
    return sorted(set(_STREAM.findall(title))) if isinstance(title, str) else []


def _words(item: Mapping[str, Any]) -> Iterator[str]:
    specific = item.get("ecosystem_specific")
    for name in ("status", "urgency"):
        word = specific.get(name) if isinstance(specific, Mapping) else None
        if isinstance(word, str):
            yield word


def _fixes(item: Mapping[str, Any]) -> Iterator[str]:
    for one in _dicts(item.get("ranges")):
        for event in _dicts(one.get("events")):
            if isinstance(version := event.get("fixed"), str):
                yield version


def _binaries(item: Mapping[str, Any]) -> Iterator[str]:
    """Ubuntu writes {"binary_name": ..., "binary_version": ...}, SUSE {name: version, ...}."""
    specific = item.get("ecosystem_specific")
    for entry in _dicts(specific.get("binaries")) if isinstance(specific, Mapping) else ():
        name = entry.get("binary_name")
        if isinstance(name, str):
            yield name
        elif name is None:
            yield from (key for key, value in entry.items() if isinstance(value, str))


def _dicts(value: object) -> Iterable[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
