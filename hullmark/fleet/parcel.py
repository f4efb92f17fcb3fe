"""What one machine hands another to resolve or read, and what comes back, as JSON in the lake: `work/<run>/<name>.json`.

Values are checked against their types when they are read. The lake is as trusted as its tables are.
"""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from hullmark.errors import LakeError
from hullmark.fleet.plan import Wanted
from hullmark.fleet.read import LayerOutcome, Resolved, WantedLayer
from hullmark.lake.place import one_line
from hullmark.lake.store import Lake


@dataclass(frozen=True, slots=True)
class Request:
    """A part of a run's work: digests to resolve, layers to read, or both."""

    wanted: tuple[Wanted, ...] = ()
    layers: tuple[WantedLayer, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a part came to: one answer for each digest and each layer."""

    resolved: tuple[Resolved, ...] = ()
    read: tuple[LayerOutcome, ...] = ()


def put_request(lake: Lake, run: str, name: str, request: Request) -> None:
    """Lay a part's work down; raises LakeError."""
    _put(lake, f"{_folder(run)}/{name}.json", Request, request)


def get_request(lake: Lake, run: str, name: str) -> Request:
    """A part's work; raises LakeError when it is not there."""
    request: Request | None = _get(lake, f"{_folder(run)}/{name}.json", Request)
    if request is None:
        raise LakeError(f"the work {name} of run {run} is not in the lake {lake.root}; its run has ended")
    return request


def put_answer(lake: Lake, run: str, name: str, answer: Answer) -> None:
    """Lay down what a part came to; raises LakeError."""
    _put(lake, f"{_folder(run)}/{name}.answer.json", Answer, answer)


def get_answer(lake: Lake, run: str, name: str) -> Answer | None:
    """What a part came to, None while nobody has answered; raises LakeError."""
    answer: Answer | None = _get(lake, f"{_folder(run)}/{name}.answer.json", Answer)
    return answer


def clear(lake: Lake, run: str) -> None:
    """Throw away the parcels of a run."""
    lake.place.remove(_folder(run))


def _folder(run: str) -> str:
    return f"work/{run}"


def _put(lake: Lake, name: str, kind: type, value: object) -> None:
    try:
        # json, not pydantic's own writer: configurations may hold halves of surrogate pairs, which only escapes can carry
        lake.place.write(name, json.dumps(_adapter(kind).dump_python(value, mode="python"), default=_plain).encode())
    except OSError as error:
        raise LakeError(
            f"{lake.place.join(name)} cannot be written: {one_line(error)}; check its permissions and space"
        ) from None


def _get(lake: Lake, name: str, kind: type) -> Any:  # noqa: ANN401  a value of `kind`
    data = lake.place.read(name)
    if data is None:
        return None
    try:
        return _adapter(kind).validate_python(json.loads(data))
    except (ValueError, ValidationError):
        raise LakeError(f"{lake.place.join(name)} is damaged; run the scan again") from None


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _plain(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
