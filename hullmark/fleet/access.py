"""The ways into the connected accounts for one run: one assumed session an account, one registry an account and Region."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from threading import BoundedSemaphore, Lock
from types import TracebackType
from typing import Self

from hullmark.errors import NotFound, Stopped
from hullmark.fleet.plan import Location
from hullmark.settings import Settings
from hullmark.sources.ecr import Integration
from hullmark.sources.ecr.login import LoginProvider
from hullmark.sources.ecr.regions import sts_region
from hullmark.sources.ecr.registry import ecr_registry
from hullmark.sources.ecr.session import AwsSession, assume, platform_session
from hullmark.sources.registry import Registry


class Access:
    """Sessions and registries of the integrations, made when first asked for; safe between threads; a context manager.

    Credentials live in this object only. `registry` hands out at most `registry_requests` places at one registry, and
    `reading` at most `workers` places for layers that are inflated at once.
    """

    def __init__(self, integrations: Iterable[Integration], settings: Settings, run: str) -> None:
        self.integrations = {item.account_id: item for item in integrations}
        self.settings = settings
        self.reading = BoundedSemaphore(settings.threads)
        self._run = run
        self._lock = Lock()
        self._platforms: dict[str, AwsSession] = {}  # by partition
        self._sessions: dict[str, AwsSession] = {}
        self._places: dict[str, set[tuple[str, str]]] = {}  # what an account's session may read, where that is known
        self._registries: dict[tuple[str, str], Registry] = {}
        self._slots: dict[tuple[str, str], BoundedSemaphore] = {}
        self._making: dict[tuple[str, ...], Lock] = {}
        self._left: list[Registry] = []
        self._stopped: dict[str, str] = {}  # account: why nobody enters it any more

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def regions(self) -> list[tuple[str, str]]:
        """Every account with every Region that is connected, in order."""
        return [(item.account_id, region) for item in self.integrations.values() for region in item.regions]

    def session(self, account: str) -> AwsSession:
        """The assumed session of a connected account; raises NotFound, AccessError, Throttled and TransportError."""
        with self._one_maker(account):
            self._require_open(account)
            if account not in self._sessions:
                if account not in self.integrations:
                    raise NotFound(f"account {account} is not connected; add it in the Integration Hub")
                values, places = self.integrations[account], self._places.get(account, ())
                self._sessions[account] = assume(values, self.settings, self._run, self._platform(values), places)
            return self._sessions[account]

    def narrow(self, wanted: Iterable[tuple[str, str, str]]) -> None:
        """From now on read only in these repositories (account, Region, name): the next sessions are assumed for them alone.

        Nobody may be reading while this is called.
        """
        places: dict[str, set[tuple[str, str]]] = {}
        for account, region, repository in wanted:
            places.setdefault(account, set()).add((region, repository))
        self._drop()
        self._places = places

    @contextmanager
    def registry(self, place: Location) -> Iterator[Registry]:
        """The registry where a place lies, once it has a place for one more; raises as `session` does."""
        self._require_open(place.account)
        with self._slot(place):
            yield self._registry(place)

    @property
    def stopped(self) -> Mapping[str, str]:
        """The accounts that nobody enters any more, and why."""
        return dict(self._stopped)

    def stop(self, account: str, reason: str) -> None:
        """Leave an account: its session and logins are forgotten now, and whoever is in it, or enters, gets Stopped.

        A layer that is being read ends with its next piece.
        """
        self._stopped[account] = reason
        with self._one_maker(account):
            session = self._sessions.pop(account, None)
        if session:
            session.stop(reason)
        for region in self.integrations[account].regions if account in self.integrations else ():
            with self._one_maker(account, region):
                registry = self._registries.pop((account, region), None)
            if registry:
                registry.stop(reason)
                self._left.append(registry)  # somebody may still read, so its sockets close in the end

    def close(self) -> None:
        """Close every registry and forget every session."""
        self._drop()
        with self._lock:
            self._platforms.clear()

    def _drop(self) -> None:
        with self._lock, ExitStack() as closing:
            for registry in (*self._registries.values(), *self._left):
                closing.callback(registry.close)
            self._registries.clear()
            self._left.clear()
            self._sessions.clear()

    def _registry(self, place: Location) -> Registry:
        session, key = self.session(place.account), (place.account, place.region)
        with self._one_maker(*key):
            self._require_open(place.account)
            if key not in self._registries:
                self._registries[key] = ecr_registry(LoginProvider(session, place.region), self.settings)
            return self._registries[key]

    def _require_open(self, account: str) -> None:
        if account in self._stopped:
            raise Stopped(self._stopped[account])

    def _platform(self, values: Integration) -> AwsSession:
        """The session of the platform's role in the account's partition: one for all accounts."""
        with self._one_maker("platform", values.partition):
            if values.partition not in self._platforms:
                self._platforms[values.partition] = platform_session(self.settings, sts_region(values.regions), self._run)
            return self._platforms[values.partition]

    def _one_maker(self, *key: str) -> Lock:
        """The lock of one session or registry: an account that answers slowly holds up no other."""
        with self._lock:
            return self._making.setdefault(key, Lock())

    def _slot(self, place: Location) -> BoundedSemaphore:
        with self._lock:
            key = (place.account, place.region)
            return self._slots.setdefault(key, BoundedSemaphore(self.settings.registry_requests))
