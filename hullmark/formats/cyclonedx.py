"""The components of a CycloneDX bill of materials, as JSON or as XML (ECMA-424; cyclonedx.org/specification).

A component may hold components, to any depth that the readers of JSON and XML allow.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from hullmark.errors import CorruptData
from hullmark.formats.component import Component
from hullmark.formats.json_object import Object, child, objects, text
from hullmark.formats.spdx_licences import all_of
from hullmark.formats.xml import walk

FORMAT = "CycloneDX"
_DEEPEST = 128  # XML elements in each other
_FIELDS = frozenset({"name", "version", "purl", "cpe"})
# Components elsewhere are tools that wrote the bill, or ancestors of a component.
_PLACES = frozenset(
    {("bom", "metadata", "component"), ("bom", "components", "component"), ("component", "components", "component")}
)
_LICENCES = frozenset(
    {
        ("component", "licenses", "expression"),
        ("component", "licenses", "license", "id"),
        ("component", "licenses", "license", "name"),
    }
)


def is_cyclonedx(document: Object) -> bool:
    """Whether a JSON object is such a document."""
    return text(document, "bomFormat") == FORMAT


def parse_json(document: Object) -> Iterator[Component]:
    """Every component in the order of the document, the subject first."""
    subject = child(child(document, "metadata"), "component")
    if subject:
        yield _component(subject, is_subject=True)
    todo = [objects(document.get("components")), objects(subject.get("components"))]
    while todo:
        item = next(todo[-1], None)
        if item is None:
            todo.pop()
            continue
        yield _component(item)
        todo.append(objects(item.get("components")))


def parse_xml(data: bytes) -> Iterator[Component]:
    """As `parse_json`, a component after those that it holds. Raises CorruptData for what is no such XML."""
    reader = _Reader()
    walk(data, reader, "the bill of materials")
    return iter(reader.found)


def _component(item: Object, *, is_subject: bool = False) -> Component:
    return Component(
        name=text(item, "name"),
        version=text(item, "version"),
        purl=text(item, "purl") or _named_by_reference(item),
        cpe=text(item, "cpe"),
        licence=all_of(_licences(item)),
        is_subject=is_subject,
        kind=text(item, "type").lower(),
    )


def _named_by_reference(item: Object) -> str:
    """The package URL that an entry has for its own name in the document alone, where it is of a whole package."""
    reference = text(item, "bom-ref")
    return reference if reference.startswith("pkg:") and "#" not in reference and text(item, "version") else ""


def _licences(item: Object) -> Iterator[str]:
    for entry in objects(item.get("licenses")):
        stated = child(entry, "license")
        yield text(entry, "expression") or text(stated, "id") or text(stated, "name")


@dataclass(slots=True)
class _Frame:
    """A component whose element is open."""

    kind: str
    fields: dict[str, str] = field(default_factory=dict)
    licences: list[str] = field(default_factory=list)

    def take(self, path: list[str], text: str) -> None:
        """Keep the text of an element that closes, when it is one of the component itself."""
        if path[-2] == "component" and path[-1] in _FIELDS:
            self.fields[path[-1]] = text
        elif tuple(path[-3:]) in _LICENCES or tuple(path[-4:]) in _LICENCES:
            self.licences.append(text)

    def component(self, *, is_subject: bool) -> Component:
        """What the element said."""
        stated = {name: self.fields.get(name, "") for name in sorted(_FIELDS)}
        return Component(may_be_cut=False, **stated, licence=all_of(self.licences), is_subject=is_subject, kind=self.kind)


class _Reader:
    def __init__(self) -> None:
        self.found: list[Component] = []
        self._path: list[str] = []
        self._open: list[_Frame | None] = []  # None for a component that is not part of the bill
        self._text: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._path) >= _DEEPEST:
            raise CorruptData(f"the bill of materials has more than {_DEEPEST} levels")
        self._path.append(name.rpartition(" ")[2])
        if self._path[0] != "bom":
            raise CorruptData("the XML is no CycloneDX bill of materials")
        if self._path[-1] == "component":
            is_part = tuple(self._path[-3:]) in _PLACES and None not in self._open[-1:]
            self._open.append(_Frame(attributes.get("type", "").lower()) if is_part else None)
        self._text.clear()

    def text(self, text: str) -> None:
        self._text.append(text)

    def end(self, _: str) -> None:
        frame = self._open[-1] if self._open else None
        if self._path[-1] == "component":
            self._open.pop()
            if frame:
                self.found.append(frame.component(is_subject=self._path[-2] == "metadata"))
        elif frame:
            frame.take(self._path, "".join(self._text).strip())
        self._path.pop()
        self._text.clear()
