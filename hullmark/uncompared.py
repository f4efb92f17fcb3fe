"""Which problems leave something unread: all but those of what was read and cannot be compared with ranges of versions.

Such a package is listed and matched by exact equality, and its problem stands with the others; but nothing is missing, so
that no report is incomplete for it (docs/decisions/0033).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

VEX = "vex"  # the cataloger of problems of what lies beside the image, which is read whole without it
VISIBLE = re.compile(r"[!-~]{1,300}")
_READ = re.compile(  # whole reasons, as they are written below; what is in a file cannot end so
    r"[!-~]{1,300} is looked for in lists of versions only, not in ranges: .{1,2000}"
    r"; correct it in the package or advisory that states it"
    r"|\d+ more packages of this file have versions without an order"
    r"|entries without a version are compared with nothing \(\d+, first [!-~]{0,60}\)",
    re.DOTALL,
)


def leaves_unread(reason: str) -> bool:
    """Whether a problem with this reason says that something was not read."""
    return _READ.fullmatch(reason) is None


def without_order(name: str, why: object) -> str:
    """The reason of a problem: this package's version cannot be ordered, for that reason."""
    return f"{name} is looked for in lists of versions only, not in ranges: {why}"


def more_without_order(count: int) -> str:
    """The reason of a problem: so many more of a file."""
    return f"{count} more packages of this file have versions without an order"


def without_versions(names: Sequence[str]) -> str:
    """The reason of a problem: these packages of a bill of materials have no version."""
    first = names[0][:60] if VISIBLE.fullmatch(names[0]) else ""
    return f"entries without a version are compared with nothing ({len(names)}, first {first})"


def unread(problems: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those of a report's problems that leave something of the image unread, in their order."""
    return [problem for problem in problems if problem["cataloger"] != VEX and leaves_unread(problem["reason"])]
