"""From an expected failure to the status and reason of a coverage row."""

from hullmark import errors
from hullmark.model import Reason

REASONS: tuple[tuple[type[errors.HullmarkError], Reason], ...] = (
    (errors.NotFound, Reason.VANISHED),
    (errors.IntegrityError, Reason.DIGEST_MISMATCH),
    (errors.CorruptData, Reason.CORRUPT),
    (errors.LimitExceeded, Reason.TOO_LARGE),
    (errors.Unsupported, Reason.UNSUPPORTED_COMPRESSION),
    (errors.NotAnImage, Reason.UNSUPPORTED_MEDIA_TYPE),
    (errors.AccessError, Reason.DENIED),
    (errors.TransportError, Reason.TRANSPORT),
)


def reason_of(failure: errors.HullmarkError) -> Reason:
    """The documented reason of a failure; re-raises what is no failure of one image (a lake that cannot be written)."""
    for kind, reason in REASONS:
        if isinstance(failure, kind):
            return reason
    raise failure
