"""The second pass: the content of wanted hard links whose target came earlier and was not wanted by itself."""

from collections.abc import Iterable

from hullmark.inventory.contents import Contents
from hullmark.inventory.globs import Matcher
from hullmark.layers.names import clean
from hullmark.layers.tar import FILE, HARDLINK, Tar

MOST_HOPS = 40


def unread(contents: Contents) -> dict[str, str]:
    """The wanted hard links that have no content yet, each with its target."""
    return {path: contents.targets.get(path, "") for path in sorted(contents.unread)}


def worth_a_pass(contents: Contents) -> bool:
    """Whether a second pass would find anything: some target is a file of this very layer."""
    return any(_origin(target, contents) for target in unread(contents).values())


def _origin(path: str, contents: Contents) -> str:
    """The file that a chain of hard links leads to, "" when there is none in the layer."""
    for _ in range(MOST_HOPS):
        kind = contents.names.get(path)
        if kind != HARDLINK:
            return path if kind == FILE else ""
        path = contents.targets.get(path, "")
    return ""


def read_links(contents: Contents, matcher: Matcher, tar: Tar, most: int, room: int) -> None:
    """Read the links' content in a second walk, in the tar's own order: a link has what its target held right then.

    `most` bytes of one file and `room` bytes of all are read; what does not fit stays unread.
    """
    links = unread(contents)
    asked = _chains(links.values(), contents) | links.keys()
    found: dict[str, bytes] = {}
    for entry in tar:
        path = clean(entry.name)
        if path not in asked:
            continue
        found.pop(path, None)
        if entry.kind == FILE and entry.size <= min(most, room):
            found[path] = tar.body()
            room -= entry.size
        elif entry.kind == HARDLINK and clean(entry.link) in found:
            found[path] = found[clean(entry.link)]
    first: dict[int, str] = {}  # of the links to one file
    for path in sorted(links.keys() & found.keys()):
        contents.unread.discard(path)
        contents.facts[path] = (len(found[path]), contents.facts[path][1])
        readers = contents.readers_of_link(path, matcher.catalogers_of(path))
        other = first.setdefault(id(found[path]), path)
        if other != path and matcher.read_alike(path, other, readers):
            contents.twins.add(path, other)
        else:
            contents.found.read(path, found[path], readers)


def _chains(targets: Iterable[str], contents: Contents) -> set[str]:
    chains: set[str] = set()
    for target in targets:
        path = target
        while path and path not in chains:
            chains.add(path)
            path = contents.targets.get(path, "") if contents.names.get(path) == HARDLINK else ""
    return chains


def report_unread(contents: Contents, matcher: Matcher, again: bool) -> None:
    """A Problem for every link that is still without content, of each cataloger that wants it."""
    for path, target in unread(contents).items():
        why = "could not be read" if target in contents.names and again else "is not in the same layer"
        if target in contents.names and not again:
            why = "would need a second pass over the layer, which this source does not allow"
        reason = f"it is a hard link to {target[:200] or 'nothing'}, which {why}"
        for cataloger in contents.readers_of_link(path, matcher.catalogers_of(path)):
            contents.found.report(path, cataloger.name, reason)
