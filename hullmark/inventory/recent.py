"""The wanted files that were read last: hard links to them need no second pass."""

from collections import OrderedDict

from hullmark.settings import MIB

MOST = 4 * MIB  # of all
LARGEST = MIB // 2  # of one


class Recent:
    """Contents by path, the newest ones, at most MOST bytes."""

    def __init__(self) -> None:
        self._contents: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0

    def keep(self, path: str, data: bytes) -> None:
        """Remember the content of a path that is not remembered yet, if it is small."""
        if len(data) > LARGEST:
            return
        self._contents[path] = data
        self._bytes += len(data)
        while self._bytes > MOST:
            _, oldest = self._contents.popitem(last=False)
            self._bytes -= len(oldest)

    def get(self, path: str) -> bytes | None:
        """The content, None when it is not remembered."""
        return self._contents.get(path)

    def drop(self, path: str) -> None:
        """Forget a path."""
        data = self._contents.pop(path, None)
        if data is not None:
            self._bytes -= len(data)
