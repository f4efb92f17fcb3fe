"""One JSON object of a file that a stranger wrote: bounded in depth, forgiving in encoding, typed where it is asked."""

from collections.abc import Iterator, Mapping

import orjson

from hullmark.errors import CorruptData

Object = Mapping[str, object]
NOTHING: Object = {}


def parse_object(data: bytes) -> Object:
    """The object that a file holds. Raises CorruptData when it holds none; orjson refuses more than 1024 levels."""
    document = parse_json(data)
    if not isinstance(document, dict):
        raise CorruptData("the file is not a JSON object")
    return document


def parse_json(data: bytes) -> object:
    """The value that a file holds. Raises CorruptData when it is no JSON.

    A byte-order mark and bytes that are no UTF-8 (a name in Latin-1) are forgiven, as most tools that write JSON do.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        pass
    try:
        return orjson.loads(data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace"))
    except orjson.JSONDecodeError:
        raise CorruptData("the file is not valid JSON") from None


def text(holder: Object, key: str) -> str:
    """The text under a key, without space around it; "" when there is none or something else."""
    value = holder.get(key)
    return value.strip() if isinstance(value, str) else ""


def child(holder: Object, key: str) -> Object:
    """The object under a key; an empty one when there is none or something else."""
    value = holder.get(key)
    return value if isinstance(value, dict) else NOTHING


def objects(value: object) -> Iterator[Object]:
    """The objects of a list, in order; none when it is no list."""
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def texts(value: object) -> list[str]:
    """A text, or those of a list, as a list."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, str)]
