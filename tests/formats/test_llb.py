"""What the last stage is FROM, in the steps that BuildKit writes: of several stages, of scratch, and what does not tell."""

import pytest

from hullmark.formats.llb import MOST_STEPS, Root, root_of

Said = dict[str, object]
PLATFORM: Said = {"Architecture": "arm64", "OS": "linux", "Variant": "v8"}


def steps(*made: Said) -> list[Said]:
    """The steps with their ids, and the empty one behind them."""
    ended: list[Said] = [*made, {"op": {"Op": {}}, "inputs": [f"step{len(made) - 1}:0"]}]
    return [{"id": f"step{number}", **step} for number, step in enumerate(ended)]


def source(identifier: str, platform: Said = PLATFORM) -> Said:
    return {"op": {"Op": {"source": {"identifier": identifier}}, "platform": platform, "constraints": {}}}


def run(*inputs: str, mounts: list[Said] | None = None) -> Said:
    """RUN: protobuf leaves out what is 0 in newer versions."""
    operation = {"meta": {"args": ["/bin/sh", "-c", "true"], "cwd": "/"}, "mounts": mounts or [{"dest": "/"}]}
    return {"op": {"Op": {"exec": operation}, "platform": PLATFORM}, "inputs": [*inputs]}


def copy(*inputs: str, at: int = 0, of: int = 1) -> Said:
    """COPY from `of` upon `at`."""
    return files(*inputs, actions=[{"input": at, "secondaryInput": of, "output": 0, "Action": {"copy": {"src": "/a"}}}])


def files(*inputs: str, actions: list[Said]) -> Said:
    return {"op": {"Op": {"file": {"actions": actions}}, "constraints": {}}, "inputs": [*inputs]}


def merge(*inputs: str) -> Said:
    """COPY --link."""
    return {"op": {"Op": {"merge": {"inputs": [{"input": number} for number in range(len(inputs))]}}}, "inputs": [*inputs]}


GO, BASE, CONTEXT = (
    "docker-image://docker.io/library/golang:1",
    "docker-image://debian:12@sha256:" + "b" * 64,
    "local://context",
)
TWO = [
    {"input": 0, "output": -1, "Action": {"mkdir": {}}},
    {"input": 2, "secondaryInput": 1, "output": 0, "Action": {"copy": {}}},
]
ROOT = Root(BASE, "step0:0", "linux/arm64/v8")
CASES = {
    "one stage": (steps(source(BASE), source(CONTEXT), copy("step0:0", "step1:0"), run("step2:0")), ROOT),
    "what is copied from a builder is no base": (
        steps(source(BASE), source(GO), run("step1:0"), copy("step0:0", "step2:0")), ROOT,
    ),
    "a stage that is FROM another": (steps(source(BASE), run("step0:0"), run("step1:0"), run("step2:0")), ROOT),
    "a mount from a builder": (
        steps(source(BASE), source(GO), run("step1:0", "step0:0", mounts=[
            {"input": 0, "dest": "/go", "output": -1, "readonly": True}, {"input": 1, "dest": "/", "output": 0},
        ])), ROOT,
    ),
    "linked copies": (
        steps(source(BASE), source(GO), copy("step1:0", at=-1, of=0), merge("step0:0", "step2:0"), run("step3:0")), ROOT,
    ),
    "two actions of a step": (steps(source(BASE), source(GO), files("step0:0", "step1:0", actions=TWO)), ROOT),
    "no step but the base": (steps(source(BASE)), ROOT),
    "from scratch": (steps(source(GO), run("step0:0"), copy("step1:0", at=-1, of=0)), Root("")),
    "from a folder": (steps(source(CONTEXT)), Root(CONTEXT, "step0:0", "linux/arm64/v8")),
    "a difference": (steps(source(BASE), {"op": {"Op": {"diff": {"lower": {}, "upper": {}}}}, "inputs": ["step0:0"]}), None),
    "a step that is not there": (steps(source(BASE), run("step9:0")), None),
    "a step on itself": (steps(source(BASE), run("step1:0")), None),
    "an action on itself": (steps(source(BASE), files("step0:0", actions=[{"input": 1, "output": 0}])), None),
    "an input that is not there": (steps(source(BASE), copy("step0:0", at=7)), None),
    "a number that is none": (steps(source(BASE), files("step0:0", actions=[{"input": "0", "output": 0}])), None),
    "an output that nobody makes": (steps(source(BASE), run("step0:0"), run("step1:3")), None),
    "an output that is no number": (steps(source(BASE), run("step0:-1")), None),
    "no last step": (steps(source(BASE))[:-1], None),
    "no input of the last step": ([{"id": "step0", "op": {"Op": None}}], None),
    "nothing": ([], None),
    "no list": ({"id": "step0"}, None),
    "no objects": ([1, "step0", None], None),
    "too many": (steps(*[source(BASE)] * (MOST_STEPS + 1)), None),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_the_last_stage_is_from(name: str) -> None:
    definition, expected = CASES[name]
    assert root_of(definition) == expected
