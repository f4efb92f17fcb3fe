"""What the last stage of a BuildKit build is FROM: its root file system, followed down through the steps of the build.

`llbDefinition` of provenance in mode max (https://docs.docker.com/build/metadata/attestations/slsa-definitions/) holds LLB
operations as JSON (moby/buildkit, solver/pb/ops.proto and json.go). The last step is empty, and its input is the result.
"""

from dataclasses import dataclass
from itertools import islice

from hullmark.formats.json_object import Object, child, objects, text, texts

MOST_STEPS = 20_000  # that are read; a build of more says nothing


@dataclass(frozen=True, slots=True)
class Root:
    """What the result stands on: a source such as `docker-image://docker.io/library/debian:12@sha256:...`, "" for scratch.

    place: the step and its output, as "step0:0"; platform: as "linux/arm64/v8", "" where not stated.
    """

    source: str
    place: str = ""
    platform: str = ""


def root_of(definition: object) -> Root | None:
    """What the result of a build stands on; None where the steps do not tell, as where the root is a difference of two."""
    steps = list(islice(objects(definition), MOST_STEPS + 1))
    if not steps or len(steps) > MOST_STEPS or _operation(steps[-1]):
        return None
    named = {text(step, "id"): step for step in steps}
    below: str | None = next(iter(texts(steps[-1].get("inputs"))), None)
    for _ in steps:  # a step that stands on itself ends too
        name, _, output = (below or "").partition(":")
        step = named.get(name)
        if below is None or step is None or not (output.isascii() and output.isdecimal()):
            return None
        operation = _operation(step)
        if "source" in operation:
            return Root(
                text(child(operation, "source"), "identifier"), below, _platform(child(child(step, "op"), "platform"))
            )
        inputs = texts(step.get("inputs"))
        index = _input(operation, int(output), len(inputs))
        if index is not None and index < 0:
            return Root("")
        below = inputs[index] if index is not None and index < len(inputs) else None
    return None


def _operation(step: Object) -> Object:
    return child(child(step, "op"), "Op")


def _input(operation: Object, output: int, inputs: int) -> int | None:
    """Which input of a step becomes this output, with changes: -1 for scratch, None where that is not said."""
    if "exec" in operation:
        mounts = objects(child(operation, "exec").get("mounts"))
        return next((_number(mount, "input") for mount in mounts if _number(mount, "output") == output), None)
    if "merge" in operation:
        lowest = next(objects(child(operation, "merge").get("inputs")), None)
        return None if lowest is None else _number(lowest, "input")
    actions = list(objects(child(operation, "file").get("actions")))
    index = next((_number(action, "input") for action in actions if _number(action, "output") == output), None)
    for _ in actions:  # what is no input is the result of an action of the same step
        if index is None or index < inputs:
            return index
        index = _number(actions[index - inputs], "input") if index - inputs < len(actions) else None
    return None


def _number(holder: Object, key: str) -> int | None:
    """A number, 0 where it is left out as protobuf does; None for anything else."""
    value = holder.get(key, 0)
    return value if type(value) is int else None


def _platform(stated: Object) -> str:
    parts = (text(stated, "OS"), text(stated, "Architecture"), text(stated, "Variant"))
    return "/".join(filter(None, parts)) if all(parts[:2]) else ""
