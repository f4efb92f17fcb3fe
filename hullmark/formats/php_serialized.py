"""PHP's serialize() format, of plain values: null, booleans, numbers, strings and arrays; objects are refused.

Source: php.net, serialize(); ext/standard/var.c. Nothing is constructed but dicts, texts and numbers. Bounded in depth and
items.
"""

import re

from hullmark.errors import CorruptData

MOST_DEPTH = 64
MOST_ITEMS = 200_000

Value = str | int | float | bool | None | dict[str | int, "Value"]

_SCALAR = re.compile(rb"(?:([idb]):([^;]{1,60})|(N));")
_SIZED = re.compile(rb"([sa]):(\d{1,9}):([\"{])")


def unserialize(data: bytes) -> Value:
    """The one value that the bytes hold; strings that are no UTF-8 get U+FFFD. Raises CorruptData."""
    return _Reader(data).value(0)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._items = 0

    def value(self, depth: int) -> Value:
        """The value at the current place, which moves behind it."""
        self._items += 1
        if depth > MOST_DEPTH or self._items > MOST_ITEMS:
            raise CorruptData("the serialized value is too deep or too large")
        scalar = _SCALAR.match(self._data, self._at)
        if scalar:
            self._at = scalar.end()
            return _scalar(scalar[1], scalar[2])
        sized = _SIZED.match(self._data, self._at)
        if sized is None or (sized[1] == b"s") != (sized[3] == b'"'):
            raise CorruptData("the file is no serialized PHP value")
        self._at = sized.end()
        return self._string(int(sized[2])) if sized[1] == b"s" else self._array(int(sized[2]), depth)

    def _string(self, size: int) -> str:
        end = self._at + size
        if self._data[end : end + 2] != b'";':
            raise CorruptData("a serialized string ends elsewhere than it says")
        found = self._data[self._at : end].decode("utf-8", "replace")
        self._at = end + 2
        return found

    def _array(self, count: int, depth: int) -> dict[str | int, Value]:
        found: dict[str | int, Value] = {}
        for _ in range(count):
            key = self.value(depth + 1)
            if not isinstance(key, str | int):
                raise CorruptData("a serialized array has a key that is none")
            found[key] = self.value(depth + 1)
        if self._data[self._at : self._at + 1] != b"}":
            raise CorruptData("a serialized array ends elsewhere than it says")
        self._at += 1
        return found


def _scalar(kind: bytes | None, digits: bytes) -> Value:
    if kind is None:
        return None
    try:
        return float(digits) if kind == b"d" else int(digits)
    except ValueError:
        raise CorruptData("a serialized number is none") from None
