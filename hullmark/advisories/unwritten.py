"""What cannot be written: an error that says to what, why, and what helps; a full disk is no matter of permissions."""

import errno

from hullmark.errors import LakeError
from hullmark.lake.place import one_line

FULL = (errno.ENOSPC, errno.EDQUOT)


def is_full(error: OSError) -> bool:
    """Whether there is no space left, on the disk or for this user."""
    return error.errno in FULL


def unwritten(what: str, root: str, error: OSError) -> LakeError:
    """The error for `what` in the store `root`."""
    helps = "free some space there" if is_full(error) else "make it writable"
    return LakeError(f"{what} cannot be written to {root}: {one_line(error)}; {helps}")
