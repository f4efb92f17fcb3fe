"""From an expected failure, or from what an image holds, to the status and reason of a coverage row."""

from collections.abc import Sequence
from dataclasses import dataclass

from hullmark import distro as distros
from hullmark import errors
from hullmark.inventory import Stacked
from hullmark.model import Problem, Reason, Status
from hullmark.purl import OS_TYPES
from hullmark.uncompared import leaves_unread

REASONS: tuple[tuple[type[errors.HullmarkError], Reason], ...] = (
    (errors.NotFound, Reason.VANISHED),
    (errors.IntegrityError, Reason.DIGEST_MISMATCH),
    (errors.CorruptData, Reason.CORRUPT),
    (errors.TooSlow, Reason.TIMEOUT),
    (errors.LimitExceeded, Reason.TOO_LARGE),
    (errors.Unsupported, Reason.UNSUPPORTED_COMPRESSION),
    (errors.NotAnImage, Reason.UNSUPPORTED_MEDIA_TYPE),
    (errors.InputError, Reason.CORRUPT),  # after its kinds above
    (errors.Stopped, Reason.STOPPED),
    (errors.AccessError, Reason.DENIED),
    (errors.TransportError, Reason.TRANSPORT),
)
# What lies in the image's own bytes: the same digest read by the same engine ends the same way, so it is not read again.
# A digest mismatch is not among them: the bytes that came are others than the image's, and tomorrow they may be right.
PERMANENT = frozenset({
    Reason.CORRUPT,
    Reason.FOREIGN_LAYER,
    Reason.UNKNOWN_OS,
    Reason.UNREADABLE_FILE,
    Reason.UNSUPPORTED_COMPRESSION,
    Reason.UNSUPPORTED_MEDIA_TYPE,
})  # fmt: skip
# What may lie in the image though the next try may succeed (a limit may be raised): run after run, it ends in quarantine.
COUNTED = frozenset({Reason.TRANSPORT, Reason.TIMEOUT, Reason.TOO_LARGE, Reason.DIGEST_MISMATCH, Reason.INVALID_BATCH})
# What leaves a digest out of one run and says nothing of the next.
EXCLUDED = frozenset({Reason.EXCLUDED_REPOSITORY, Reason.EXCLUDED_TAG, Reason.TOO_OLD, Reason.SUPERSEDED})
PASSING = frozenset({Reason.UNTAGGED, Reason.ARCHIVED, Reason.VANISHED}) | EXCLUDED
GRAVITY = (Status.SKIPPED, Status.UNCHANGED, Status.SCANNED, Status.PARTIAL, Status.FAILED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How far one digest was read, why not further, and one sentence about it."""

    status: Status
    reason: Reason = Reason.NONE
    detail: str = ""


def outcome_of_failure(failure: errors.HullmarkError) -> Outcome:
    """A failure of one image; re-raises what is none (a lake that cannot be written)."""
    for kind, reason in REASONS:
        if isinstance(failure, kind):
            return Outcome(Status.FAILED, reason, str(failure))
    raise failure


def outcome_of(found: Stacked) -> Outcome:
    """Whether an image was understood whole: its OS is one with advisories, and every package file could be read."""
    gap = _os_gap(found)
    if gap:
        return Outcome(Status.PARTIAL, Reason.UNKNOWN_OS, gap)
    unread = [item for item in found.problems if leaves_unread(item[1].reason)]
    if unread:
        return Outcome(Status.PARTIAL, Reason.UNREADABLE_FILE, _problems_sentence(unread))
    return Outcome(Status.SCANNED)


def _os_gap(found: Stacked) -> str:
    """Why the OS packages of an image are not judged, "" when they are, or when there is an application and no OS."""
    distro, types = found.distro, {item.package.type for item in found.packages}
    named = " ".join(part for part in (distro.id, distro.version_id) if part)
    if not distro.id and not types:
        return "There is no operating system and no package database in it, so there was nothing to compare."
    if not distro.id and types & OS_TYPES:
        return "There are OS packages but no release file, so that no advisories can be chosen for them."
    if distro.id and not distros.is_known(distro):
        return f"The operating system {named!r} has no advisories in Hullmark, so its own packages are not judged."
    if distro.id and distros.package_type(distro) not in types:
        kind = distros.package_type(distro)
        return f"The operating system is {named!r}, but no {kind} packages could be read from it, so they are not judged."
    return ""


def worst(outcomes: list[Outcome]) -> Outcome:
    """What an index as a whole comes to: its gravest child, where one that could be read softens `failed` to `partial`.

    Among equals, one that is worth another try speaks for the index, so that the index is tried again too.
    """
    if not outcomes:
        return Outcome(Status.SKIPPED, Reason.EMPTY_INDEX, "The index lists no manifest.")
    gravest = max(outcomes, key=lambda outcome: (GRAVITY.index(outcome.status), outcome.reason not in PERMANENT))
    read = any(outcome.status in (Status.SCANNED, Status.PARTIAL) for outcome in outcomes)
    if gravest.status is Status.FAILED and read:
        return Outcome(Status.PARTIAL, gravest.reason, gravest.detail)
    return gravest


def _problems_sentence(unread: Sequence[tuple[int | None, Problem]]) -> str:
    layer, first = unread[0]
    more = f" (and {len(unread) - 1} more)" if len(unread) > 1 else ""
    return f"{first.path or f'layer {layer}'}: {first.reason}{more}"
