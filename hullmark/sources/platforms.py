"""Platforms: what a person asks for, what this machine is, and whether the two agree."""

import platform as machine

from hullmark.errors import UsageError
from hullmark.model import Platform

_GO_NAMES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64", "armv7l": "arm", "i686": "386"}


def parse_platform(text: str) -> Platform:
    """`os/arch[/variant]` as a Platform; raises UsageError."""
    parts = text.lower().split("/")
    if len(parts) not in (2, 3) or not all(parts):
        raise UsageError(f"{text!r} is no platform; write it like linux/amd64, linux/arm64/v8 or all")
    architecture = _GO_NAMES.get(parts[1], parts[1])
    return Platform(parts[0], architecture, parts[2] if len(parts) == 3 else "")


def stored_platform(text: str) -> Platform:
    """What the lake keeps of a platform, `str()` of it, as a Platform again; "" is one of which nothing is known."""
    system, _, rest = text.partition("/")
    architecture, _, variant = rest.partition("/")
    return Platform(system, architecture, variant)


def host_platform() -> Platform:
    """Linux on the architecture of this machine, in Go's names."""
    name = machine.machine().lower()
    return Platform("linux", _GO_NAMES.get(name, name))


def matches(wanted: Platform, found: Platform) -> bool:
    """Whether `found` is what was asked for; a variant counts only where both name one."""
    same = (wanted.os, wanted.architecture) == (found.os, found.architecture)
    return same and (not wanted.variant or not found.variant or wanted.variant == found.variant)
