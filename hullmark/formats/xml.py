"""A file of XML in one pass with expat. A document type is refused before anything of it is read: no entity can expand."""

from typing import Protocol
from xml.parsers import expat

from hullmark.errors import CorruptData


class Reader(Protocol):
    """What is told of the elements, in their order; names begin with their namespace and a space where they have one."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""

    def text(self, text: str) -> None:
        """Text of the element that is open, possibly a part of it."""

    def end(self, name: str) -> None:
        """The element closes."""


def walk(data: bytes, reader: Reader, called: str) -> None:
    """Tell `reader` the elements of a file; raises CorruptData, as of what is `called` so, for no well-formed XML."""

    def refuse(*_: object) -> None:
        raise CorruptData(f"{called} has a document type, which is not read")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, UnicodeError, LookupError, ValueError):
        raise CorruptData(f"{called} is no well-formed XML") from None
