"""The world of the demo: an AWS stand-in, a registry for each account and Region, and the ports that they keep."""

import json
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from hullmark.demo.aws.server import PLATFORM_ACCOUNT, DemoAws
from hullmark.demo.fleet import Fleet, Place
from hullmark.demo.processes import free_port, require_free
from hullmark.demo.registry import DemoRegistry
from hullmark.progress import progress


@dataclass(frozen=True, slots=True)
class World:
    """A running stand-in with the fleet pushed into it."""

    aws: DemoAws
    places: tuple[Place, ...]

    @property
    def accounts(self) -> dict[str, tuple[str, ...]]:
        """The customers' accounts with their Regions."""
        accounts = sorted({account for account, _ in self.places})
        return {account: tuple(region for owner, region in self.places if owner == account) for account in accounts}

    def environment(self) -> dict[str, str]:
        """What makes this process (and its children) act as the platform in this world."""
        return self.aws.environment(PLATFORM_ACCOUNT)


@contextmanager
def running(state: Path) -> Iterator[World]:
    """Start everything and push the fleet; ports are kept in `state`, so that a second run knows the registries again."""
    fleet = Fleet()
    ports = _ports(state / "ports.json", fleet.places)
    progress().begin("Push the demo fleet", fleet.tags)
    with ExitStack() as stack:
        aws = stack.enter_context(DemoAws())
        registries: dict[Place, DemoRegistry] = {}
        for place, port in ports.items():
            password = secrets.token_urlsafe(24)
            registries[place] = stack.enter_context(DemoRegistry(password, port))
            aws.set_registry(*place, registries[place].url, password)
        fleet.push(aws, registries, progress().advance)
        yield World(aws, tuple(fleet.places))


def _ports(path: Path, places: list[Place]) -> dict[Place, int]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        kept = {}
    ports = {place: int(kept.get("/".join(place), 0)) for place in places}
    for place, port in ports.items():
        if port:
            require_free(port, f"the demo's registry of account {place[0]} in {place[1]}")
        else:
            ports[place] = free_port()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"/".join(place): port for place, port in ports.items()}, indent=1), encoding="utf-8")
    return ports
