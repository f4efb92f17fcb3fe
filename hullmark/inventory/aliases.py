"""Hard links to files that say the same by each name: one file with several names, which is reported once."""

from collections import OrderedDict
from collections.abc import Iterator

_Names = OrderedDict[str, None]  # of one file, the first of them stands for it


class Aliases:
    """The other names of files; every question takes the same time however many there are."""

    def __init__(self) -> None:
        self._files: dict[str, _Names] = {}

    def add(self, path: str, target: str) -> None:
        """Note that `path` is a hard link to `target`."""
        names = self._files.setdefault(target, OrderedDict({target: None}))
        names[path] = None
        self._files[path] = names

    def drop(self, path: str) -> str:
        """Forget a name; if it stood for its file, returns the name that does so from now on, else ""."""
        names = self._files.pop(path, None)
        if names is None:
            return ""
        stood = next(iter(names)) == path
        del names[path]
        return next(iter(names), "") if stood else ""

    def first(self, path: str) -> str:
        """The name that stands for the file of `path`: `path` itself when it has no other."""
        return next(iter(self._files.get(path, (path,))))

    def __contains__(self, path: str) -> bool:
        return path in self._files

    def pairs(self) -> Iterator[tuple[str, str]]:
        """(other name, name that stands for the file), by path."""
        for path in sorted(self._files):
            first = self.first(path)
            if first != path:
                yield path, first
