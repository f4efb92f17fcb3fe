"""Elements of one name from an XML document, a small tree each, as it is read; bounded, without entities and doctypes."""

import xml.parsers.expat
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from hullmark.errors import CorruptData

CHUNK = 1 << 18
DEEPEST = 32
MOST_NODES = 200_000  # of one element
MOST_TEXT = 8 * 1024 * 1024  # characters of one element


class Readable(Protocol):
    """What gives bytes, b"" at its end."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes."""


@dataclass(slots=True)
class Element:
    """A tag without its namespace, its attributes, its text without that of its children, and its children in order."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def all(self, *path: str) -> Iterator["Element"]:
        """The elements at a path of tags below this one."""
        if not path:
            yield self
            return
        for child in self.children:
            if child.tag == path[0]:
                yield from child.all(*path[1:])

    def first(self, *path: str) -> str:
        """The text of the first element at a path, stripped; "" when there is none."""
        return next((found.text.strip() for found in self.all(*path)), "")


def elements(stream: Readable, tag: str) -> Iterator[Element]:
    """Every element of that name, outermost ones; raises CorruptData for what is no XML or is beyond the bounds."""
    reader = _Reader(tag)
    while chunk := stream.read(CHUNK):
        reader.feed(chunk, last=False)
        yield from reader.taken()
    reader.feed(b"", last=True)
    yield from reader.taken()


class _Reader:
    def __init__(self, tag: str) -> None:
        self._tag, self._open, self._done = tag, [], []  # type: tuple[str, list[Element], list[Element]]
        self._depth = self._nodes = self._size = 0
        self._parser = xml.parsers.expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse

    def feed(self, chunk: bytes, *, last: bool) -> None:
        try:
            self._parser.Parse(chunk, last)
        except xml.parsers.expat.ExpatError as error:
            raise CorruptData(f"it is no well-formed XML ({error})") from None

    def taken(self) -> list[Element]:
        done, self._done = self._done, []
        return done

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise CorruptData(f"its elements are nested more than {DEEPEST} deep")
        tag = name.rpartition(" ")[2]
        if not self._open and tag != self._tag:
            return
        self._nodes = self._nodes + 1 if self._open else 1
        self._size = self._size + sum(map(len, attributes.values())) if self._open else 0
        self._check()
        element = Element(tag, attributes)
        if self._open:
            self._open[-1].children.append(element)
        self._open.append(element)

    def _end(self, _name: str) -> None:
        self._depth -= 1
        if self._open:
            element = self._open.pop()
            if not self._open:
                self._done.append(element)

    def _text(self, text: str) -> None:
        if self._open:
            self._size += len(text)
            self._check()
            self._open[-1].text += text

    def _check(self) -> None:
        if self._nodes > MOST_NODES or self._size > MOST_TEXT:
            raise CorruptData(f"one {self._tag} has more than {MOST_NODES:,} parts or {MOST_TEXT:,} characters")

    def _refuse(self, *_facts: object) -> None:
        raise CorruptData("it declares a document type or an entity, which no publisher of advisories does")
