"""Debian's security tracker (/tracker/data/json) -> rows of `advisories`, `affected` and `severities`; pure.

`{source package: {CVE: {description, releases: {codename: {status, fixed_version, urgency, nodsa, nodsa_reason}}}}}`, one
entry a release, as `_get_json` of the tracker's `bin/tracker_service.py` writes it. Status is open, resolved ("0" as the
fixed version: never affected) or undetermined. It is the source of OSV's DEBIAN-CVE records, and says more: what gets no
advisory of its own, and why.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hullmark.advisories.osv import Row, Rows, short
from hullmark.advisories.ranges import BOTTOM, NEVER, Interval
from hullmark.advisories.severity import UNJUDGED, WORDS
from hullmark.distro import DEBIAN
from hullmark.errors import InvalidVersion
from hullmark.versions import bound

PREFIX = "TRACKER-"
UNSTABLE = "sid"
# "no-dsa" is fixed in a point release at best; what is ignored is not fixed at all.
REASONS = {"": "no-dsa", "ignored": "ignored", "postponed": "postponed"}
PAGE = "https://security-tracker.debian.org/tracker/"
_ISSUE = re.compile(r"(?:CVE-\d{4}-\d{4,19}|TEMP-\d{7}-[0-9A-F]{6})")
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]{0,127}")
_SPACE = re.compile(r"[ \t\r\n]*")


@dataclass(slots=True)
class Tracker:
    """What is kept while the packages are read: rows, and the issues that have their row of `advisories`.

    `testing` is the codename of the release in preparation, through which the fixes of unstable pass.
    """

    feed: str
    testing: str
    rows: Rows = field(default_factory=Rows)
    issues: set[str] = field(default_factory=set)
    judged: set[tuple[str, str]] = field(default_factory=set)

    def add(self, package: str, issues: object) -> None:
        """The rows of one source package; what cannot be read is a problem."""
        if not isinstance(issues, Mapping) or not _PACKAGE.fullmatch(package):
            self._refuse(package, "the package is no object of issues, or has no name of a Debian package")
            return
        for issue, facts in issues.items():
            releases = facts.get("releases") if isinstance(facts, Mapping) else None
            if not isinstance(releases, Mapping) or not _ISSUE.fullmatch(issue):
                self._refuse(issue, f"what is said of {package} is no issue with releases under a CVE's id")
                continue
            stated = [
                row for codename, said in releases.items() for row in self._release(issue, package, codename, said, releases)
            ]
            if stated:
                self.rows.affected.extend(stated)
                self._advisory(issue, facts, {str(row[6]) for row in stated} & {*WORDS.values()})

    def _release(
        self, issue: str, package: str, codename: str, said: object, releases: Mapping[str, object]
    ) -> Iterator[Row]:
        if codename == UNSTABLE and self.testing in releases:
            return  # has no number: what it fixes is read with the release in preparation
        number = DEBIAN.get(self.testing if codename == UNSTABLE else codename)
        if number is None or not isinstance(said, Mapping):
            self._refuse(issue, f"{package} in {codename[:40]!r} is no release of Debian that Hullmark knows, or no object")
            return
        try:
            interval = _interval(said, releases.get(UNSTABLE) if codename == self.testing else None)
        except (InvalidVersion, ValueError) as error:
            self._refuse(issue, f"{package} in {codename}: {error}")
            return
        yield (
            PREFIX + issue, f"Debian:{number}", package, [], [], _state(said), _word(said), _note(said), "dpkg",
            interval.low, interval.high, interval.low_key, interval.high_key, interval.inclusive, interval.fixed,
        )  # fmt: skip

    def _advisory(self, issue: str, facts: Mapping[str, Any], words: set[str]) -> None:
        name = PREFIX + issue
        self.rows.severities.extend(
            (name, self.feed, "debian", "word", "", None, word) for word in sorted(words) if (name, word) not in self.judged
        )
        self.judged.update((name, word) for word in words)
        if issue not in self.issues:
            self.issues.add(issue)
            self.rows.advisories.append((
                name, self.feed, [issue], [issue], short(facts.get("description") or ""), UNJUDGED, None, "", "debian",
                None, None, None, "", [], [PAGE + issue],
            ))  # fmt: skip

    def _refuse(self, record: str, reason: str) -> None:
        self.rows.problems.append((short(record)[:200], short(reason)))


def testing_of(text: str) -> str:
    """The codename of the newest release that the file speaks of."""
    return next((name for name in reversed(DEBIAN) if f'"{name}"' in text), "")


def packages(text: str) -> Iterator[tuple[str, object]]:
    """(name, what is said of it) of each package, one at a time; raises ValueError and RecursionError for another file."""
    decode, space = json.JSONDecoder().raw_decode, _SPACE.match
    place = _after(text, 0, "{")
    while True:
        if text.startswith("}", place):
            break
        name, place = decode(text, place)
        value, place = decode(text, _after(text, place, ":"))
        if not isinstance(name, str):
            raise ValueError("a name is no string")
        yield name, value
        found = space(text, place)
        place = found.end() if found else place
        if not text.startswith("}", place):
            place = _after(text, place, ",")
    if text[place + 1 :].strip(" \t\r\n"):
        raise ValueError(f"something follows its end at {place + 1:,}")


def _after(text: str, place: int, sign: str) -> int:
    """The place after the sign and the space round it; raises ValueError where it does not stand."""
    found = re.compile(rf"[ \t\r\n]*{re.escape(sign)}[ \t\r\n]*").match(text, place)
    if found is None:
        raise ValueError(f"no {sign!r} at {place:,}")
    return found.end()


def _interval(said: Mapping[str, Any], unstable: object) -> Interval:
    """The affected versions; raises InvalidVersion for a fix that is no version, ValueError for no known status."""
    status, fixed = said.get("status"), said.get("fixed_version")
    if status in ("open", "undetermined") and isinstance(unstable, Mapping) and unstable.get("status") == "resolved":
        status, fixed = "resolved", unstable.get("fixed_version")
        if fixed == "0":  # of another package under the same name
            status = "open"
    if status in ("open", "undetermined"):
        return Interval("0", "", BOTTOM, None, inclusive=False, fixed="")
    if status != "resolved" or not isinstance(fixed, str):
        raise ValueError(f"the status {str(status)[:40]!r} is none, or names no version")
    return NEVER if fixed == "0" else Interval("0", fixed, BOTTOM, bound("dpkg", fixed), inclusive=False, fixed=fixed)


def _state(said: Mapping[str, Any]) -> str:
    if said.get("status") == "resolved":
        return ""
    if said.get("urgency") == "end-of-life":
        return "end-of-life"
    return "will-not-fix" if said.get("nodsa_reason") == "ignored" else ""


def _word(said: Mapping[str, Any]) -> str:
    return WORDS.get(str(said.get("urgency")), UNJUDGED)


def _note(said: Mapping[str, Any]) -> str:
    notes = ["unimportant, says Debian"] if said.get("urgency") == "unimportant" else []
    if said.get("status") == "undetermined":
        notes.append("undetermined: Debian does not know whether it is affected")
    if said.get("status") == "open" and isinstance(why := said.get("nodsa"), str):
        reason = REASONS.get(str(said.get("nodsa_reason") or ""), "no-dsa")
        notes.append(f"{reason}: {short(why)}" if why else reason)
    if said.get("status") == "open" and said.get("next_point_update") is True:
        notes.append("a fix comes with the next point release")
    return "; ".join(notes)
