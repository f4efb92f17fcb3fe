"""What a publisher says of a package beside its versions: module streams, binary packages, and that no fix will come; pure.

Debian states an `urgency`, Wolfi a `status`, Ubuntu and SUSE the binary packages, AlmaLinux, Rocky and Red Hat the module
stream in the title of an erratum ("Important: nodejs:16 security update") and by the build of its versions (".module+el8").
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from hullmark.advisories.severity import own_word

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
# A name with a letter somewhere ("389-ds:1.4"), so that no time and no version with an epoch is one.
_STREAM = re.compile(r"(?<![\w:/.+-])((?=[0-9.+-]*[A-Za-z])[A-Za-z0-9][\w.+-]*:[A-Za-z0-9][\w.+-]*)(?=[\s,]|$)")
_MODULAR = re.compile(r"\.module[+_]")


class Terms(NamedTuple):
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


def terms_of(item: Mapping[str, Any], record: Mapping[str, Any], kind: str) -> Terms:
    """What one entry of `affected` of a record says; `kind` is the word for what tells of no flaw (`informational`)."""
    specific = item.get("ecosystem_specific")
    specific = specific if isinstance(specific, dict) else {}
    words = [word.lower() for word in (specific.get("status"), specific.get("urgency"), kind) if isinstance(word, str)]
    modular = any(_MODULAR.search(version) for version in _fixes(item))
    return Terms(
        modules=tuple(streams(record.get("summary")) or [ANY_STREAM]) if modular else (),
        binaries=tuple(sorted(set(_binaries(specific)))),
        status=next((STATUSES[word] for word in words if word in STATUSES), ""),
        severity=own_word(item),
        note="; ".join(dict.fromkeys(NOTES[word] for word in words if word in NOTES)),
        never=any(word in NEVER for word in words),
    )


def streams(title: object) -> list[str]:
    """The `name:stream` of every module that the title of an erratum names."""
    return sorted(set(_STREAM.findall(title))) if isinstance(title, str) else []


def _fixes(item: Mapping[str, Any]) -> Iterator[str]:
    for one in _dicts(item.get("ranges")):
        for event in _dicts(one.get("events")):
            if isinstance(version := event.get("fixed"), str):
                yield version


def _binaries(specific: Mapping[str, Any]) -> Iterator[str]:
    """Ubuntu writes {"binary_name": ..., "binary_version": ...}, SUSE {name: version, ...}."""
    for entry in _dicts(specific.get("binaries")):
        name = entry.get("binary_name")
        if isinstance(name, str):
            yield name
        elif name is None:
            yield from (key for key, value in entry.items() if isinstance(value, str))


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
