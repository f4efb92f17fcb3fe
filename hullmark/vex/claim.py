"""One thing that a VEX document states, as its format says it, before anybody has judged it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hullmark.formats.json_object import Object


@dataclass(frozen=True, slots=True)
class Claim:
    """One status of one vulnerability in some products, each as the names of what holds what, outermost first."""

    where: str  # in the document, as in "statements[3]"
    vulnerability: str
    status: str
    products: tuple[tuple[str, ...], ...]
    aliases: tuple[str, ...] = ()
    justification: str = ""
    detail: str = ""
    at: str = ""  # when it was made; "" for when the document was


@dataclass(frozen=True, slots=True)
class Refused:
    """A part of a document that is not believed, and why."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who issued a document, when, and under which name."""

    document_id: str
    author: str
    issued_at: str


@dataclass(frozen=True, slots=True)
class Format:
    """How documents of one format are read."""

    name: str
    recognises: Callable[[Object], bool]
    envelope: Callable[[Object], Envelope]
    claims: Callable[[Object], Iterator[Claim | Refused]]
