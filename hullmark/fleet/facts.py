"""What the tables keep of an image's configuration, bounded: whoever may push decides how large it is.

Environment variables may hold secrets and are left where they are.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hullmark.model import Image

MOST_TEXT = (
    64 * 1024
)  # characters of all labels, of all annotations, and of a command; buildpacks' labels come to some 20,000
MOST_STEP = 16 * 1024  # characters of the step that made a layer
MOST_PORTS = 1000
MOST_USER = 300


@dataclass(frozen=True, slots=True)
class Facts:
    """Columns of the table `images`, and the fields of which not all is in them."""

    columns: Mapping[str, object]
    cut: tuple[str, ...]


def facts(image: Image) -> Facts:
    """What is kept of an image; the shortest labels and annotations first, where not all are."""
    stated = image.config.get("config")
    config: Mapping[str, object] = stated if isinstance(stated, Mapping) else {}
    ports = config.get("ExposedPorts")
    named = sorted(text_of(str(port))[:40] for port in ports) if isinstance(ports, Mapping) else []
    words = [*_words(config.get("Entrypoint")), *_words(config.get("Cmd"))]
    user = config.get("User")
    told = text_of(user) if isinstance(user, str) else ""
    labels, annotations, command = _pairs(config.get("Labels")), _pairs(image.annotations), _within(words)
    whole = {
        "config.Labels": len(labels) == _count(config.get("Labels")),
        "annotations": len(annotations) == len(image.annotations),
        "config.Entrypoint": len(command) == len(words),
        "config.ExposedPorts": len(named) <= MOST_PORTS,
        "config.User": len(told) <= MOST_USER,
    }
    columns = {
        "created_at": _created(image.config.get("created")),
        "user": told[:MOST_USER],
        "healthcheck": _has_healthcheck(config.get("Healthcheck")),
        "ports": named[:MOST_PORTS],
        "entrypoint": json.dumps(command),
        "labels": json.dumps(labels, sort_keys=True),
        "annotations": json.dumps(annotations, sort_keys=True),
    }
    return Facts(columns, tuple(name for name, all_of_it in whole.items() if not all_of_it))


def text_of(text: str) -> str:
    """Text of a configuration, whose JSON may hold halves of surrogate pairs, which no table can."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _pairs(stated: object) -> dict[str, str]:
    """The names with text for values, the shortest first, as far as they fit."""
    pairs = stated.items() if isinstance(stated, Mapping) else ()
    texts = [(str(name), value) for name, value in pairs if isinstance(value, str)]
    texts.sort(key=lambda pair: (len(pair[0]) + len(pair[1]), pair))
    return dict(_fitting(texts, lambda pair: len(pair[0]) + len(pair[1])))


def _within(words: Iterable[str]) -> list[str]:
    return list(_fitting(words, len))


def _fitting(items: Iterable[Any], size: Any) -> Iterable[Any]:  # noqa: ANN401
    left = MOST_TEXT
    for item in items:
        left -= size(item) + 1
        if left < 0:
            return
        yield item


def _count(stated: object) -> int:
    return len(stated) if isinstance(stated, Mapping) else 0


def _has_healthcheck(stated: object) -> bool:
    test = stated.get("Test") if isinstance(stated, Mapping) else None
    return bool(_words(test)) and _words(test)[0] != "NONE"


def _words(value: object) -> list[str]:
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []


def _created(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if moment is None or moment.year < 1971:  # reproducible builds write the epoch, which says nothing
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
