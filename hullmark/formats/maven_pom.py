"""Who a Maven project is, from its pom.xml (maven.apache.org/pom.html): group, artifact, version, licences."""

from dataclasses import dataclass, field

from hullmark.errors import CorruptData
from hullmark.formats.xml import walk

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
    walk(data[:MOST_BYTES], reader, "the pom.xml")
    return reader.project()


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
