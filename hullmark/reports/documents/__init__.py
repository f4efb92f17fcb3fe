"""The reports of a scan as documents: one module a format, by its name, with a constant `DOCUMENT`; one more edits no other.

Only the module that is asked for is imported, since a scan is over in a second.
"""

import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from hullmark.errors import UsageError

Report = Mapping[str, Any]  # see hullmark.reports.scan_report


@dataclass(frozen=True, slots=True)
class Document:
    """`write` makes the bytes of a document from the reports of one reference, a platform each.

    The same reports give the same bytes. Not `several`: a document is of one image, and so of one platform. `check` is asked
    before anything is read; it raises UsageError for a reference of which there cannot be such a document.
    """

    write: Callable[[Sequence[Report]], bytes]
    several: bool = True
    check: Callable[[str], None] = lambda _reference: None


def document_names() -> list[str]:
    """What `--format` may name, sorted."""
    return sorted(item.name for item in pkgutil.iter_modules(__path__))


def document(name: str) -> Document:
    """The format of that name; raises UsageError for an unknown one."""
    if name not in document_names():
        raise UsageError(f"there is no format {name}; name one of {', '.join(document_names())}")
    found: Document = import_module(f"{__name__}.{name}").DOCUMENT
    return found
