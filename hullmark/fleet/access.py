"""The ways into the connected accounts for one run: one assumed session an account, one registry an account and Region."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from threading import BoundedSemaphore, Lock
from types import TracebackType
from typing import Self

from hullmark.errors import NotFound
from hullmark.fleet.plan import Location
from hullmark.settings import Settings
from hullmark.sources.ecr import Integration
from hullmark.sources.ecr.login import LoginProvider
from hullmark.sources.ecr.registry import ecr_registry
from hullmark.sources.ecr.session import AwsSession, assume
from hullmark.sources.registry import Registry


class Access:
    """Sessions and registries of the integrations, made when first asked for; safe between threads; a context manager.

    Credentials live in this object only. `slot` bounds how many requests one registry gets at once.
    """

    def __init__(self, integrations: Iterable[Integration], settings: Settings, run: str) -> None:
        self.integrations = {item.account_id: item for item in integrations}
        self.settings = settings
        self._run = run
        self._lock = Lock()
        self._sessions: dict[str, AwsSession] = {}
        self._registries: dict[tuple[str, str], Registry] = {}
        self._slots: dict[tuple[str, str], BoundedSemaphore] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def session(self, account: str) -> AwsSession:
        """The assumed session of a connected account; raises NotFound, AccessError, Throttled and TransportError."""
        with self._lock:
            if account not in self._sessions:
                if account not in self.integrations:
                    raise NotFound(f"account {account} is not connected; add it in the Integration Hub")
                self._sessions[account] = assume(self.integrations[account], self.settings, self._run)
            return self._sessions[account]

    def registry(self, place: Location) -> Registry:
        """The registry where a place lies; raises as `session` does."""
        session, key = self.session(place.account), (place.account, place.region)
        with self._lock:
            if key not in self._registries:
                self._registries[key] = ecr_registry(LoginProvider(session, place.region), self.settings)
            return self._registries[key]

    @contextmanager
    def slot(self, place: Location) -> Iterator[None]:
        """Wait for one of the `registry_requests` places at this registry, and hold it while the block runs."""
        with self._lock:
            limit = self._slots.setdefault((place.account, place.region), BoundedSemaphore(self.settings.registry_requests))
        with limit:
            yield

    def close(self) -> None:
        """Close every registry and forget every session."""
        with self._lock, ExitStack() as closing:
            for registry in self._registries.values():
                closing.callback(registry.close)
            self._registries.clear()
            self._sessions.clear()
