"""Every failure Hullmark expects, as one tree; each message is one sentence: what happened, to what, what to do.

HullmarkError
├── UsageError              the caller asked for something impossible        exit 2
├── InputError              the image, archive or file cannot be read        exit 2
│   ├── NotFound            no such file, image, tag or repository
│   ├── NotAnImage          it exists, but is no container image
│   ├── IntegrityError      a digest, size or diff ID is not what was promised
│   ├── CorruptData         truncated or damaged bytes
│   ├── Unsupported         a media type or compression that Hullmark does not read
│   └── LimitExceeded       a size, count, ratio or depth bound was hit
│       └── TooSlow         a time bound was hit; another time it may not be
├── AccessError             credentials are missing, expired or denied
│   └── Stopped             the account was disconnected or paused meanwhile
├── TransportError          the network or the far side failed; worth a retry
│   └── Throttled           the far side asked for fewer requests
├── FeedError               an advisory feed cannot be fetched or parsed
├── InvalidVersion          a version string that its scheme does not allow
└── LakeError               the lake cannot be read or written
    └── LakeBusy            another run holds the lake
"""


class HullmarkError(Exception):
    """Root of all expected failures; `str()` of it is fit for a user."""

    exit_status = 2


class UsageError(HullmarkError):
    """The caller asked for something impossible."""


class InputError(HullmarkError):
    """The image, archive or file cannot be read."""


class NotFound(InputError):
    """No such file, image, tag or repository."""


class NotAnImage(InputError):
    """The input exists, but is no container image."""


class IntegrityError(InputError):
    """A digest, size or diff ID is not what was promised."""


class CorruptData(InputError):
    """Truncated or damaged bytes."""


class Unsupported(InputError):
    """A media type or compression that Hullmark does not read."""


class LimitExceeded(InputError):
    """A size, count, ratio or depth bound was hit."""


class TooSlow(LimitExceeded):
    """A time bound was hit; another time it may not be."""


class AccessError(HullmarkError):
    """Credentials are missing, expired or denied."""


class Stopped(AccessError):
    """The account was disconnected or paused while a run read it."""


class TransportError(HullmarkError):
    """The network or the far side failed; worth a retry."""


class Throttled(TransportError):
    """The far side asked for fewer requests."""


class FeedError(HullmarkError):
    """An advisory feed cannot be fetched or parsed."""


class InvalidVersion(HullmarkError):
    """A version string that its scheme does not allow."""


class LakeError(HullmarkError):
    """The lake cannot be read or written."""


class LakeBusy(LakeError):
    """Another run holds the lake."""
