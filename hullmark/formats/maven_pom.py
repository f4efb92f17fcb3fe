"""Who a Maven project is, from its pom.xml (maven.apache.org/pom.html): group, artifact, version, licences.

Read with expat in one pass. A document type is refused before anything of it is read, so entities cannot expand.
"""

from dataclasses import dataclass, field
from xml.parsers import expat

from hullmark.errors import CorruptData

MOST_BYTES = 1024 * 1024

_OWN = {
    ("project", "groupId"): "group",
    ("project", "artifactId"): "artifact",
    ("project", "version"): "version",
    ("project", "parent", "groupId"): "parent_group",
    ("project", "parent", "version"): "parent_version",
    ("project", "licenses", "license", "name"): "licence",
}
_DEPTH = 64


@dataclass(slots=True)
class Project:
    """Texts as written, placeholders such as `${revision}` too; group and version come from the parent where missing."""

    group: str = ""
    artifact: str = ""
    version: str = ""
    licences: list[str] = field(default_factory=list)


def parse(data: bytes) -> Project:
    """The project that a pom.xml describes; raises CorruptData when it is no XML, has a document type or is too deep."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(data[:MOST_BYTES], True)
    except (expat.ExpatError, UnicodeError, LookupError, ValueError):
        raise CorruptData("the pom.xml is no well-formed XML") from None
    return reader.project()


def _refuse(*_: object) -> None:
    raise CorruptData("the pom.xml has a document type, which is not read")


class _Reader:
    def __init__(self) -> None:
        self._path: list[str] = []
        self._found: dict[str, list[str]] = {}
        self._text: list[str] = []

    def start(self, name: str, _: object) -> None:
        if len(self._path) >= _DEPTH:
            raise CorruptData(f"the pom.xml has more than {_DEPTH} levels")
        self._path.append(name.rpartition(" ")[2])
        self._text.clear()

    def text(self, text: str) -> None:
        self._text.append(text)

    def end(self, _: str) -> None:
        key = _OWN.get(tuple(self._path))
        if key:
            self._found.setdefault(key, []).append("".join(self._text).strip())
        self._path.pop()
        self._text.clear()

    def project(self) -> Project:
        first = {key: values[0] for key, values in self._found.items()}
        return Project(
            group=first.get("group") or first.get("parent_group", ""),
            artifact=first.get("artifact", ""),
            version=first.get("version") or first.get("parent_version", ""),
            licences=self._found.get("licence", []),
        )
