"""Look, while a run reads, whether its accounts are still connected, and have it leave those that are not any more."""

from collections.abc import Container, Iterable
from contextlib import suppress
from contextvars import copy_context
from threading import Event, Thread

from hullmark.errors import TransportError
from hullmark.fleet.access import Access
from tasks import hub

LOOK_SECONDS = 10.0  # between two looks: for so long at most a run goes on with an account that was disconnected


class Watch:
    """A thread that looks until it is closed; `paused` accounts were so when the run began, which asked for them by name."""

    def __init__(self, access: Access, paused: Container[str]) -> None:
        self._access = access
        self._paused = paused
        self._ended = Event()
        context = copy_context()  # which holds the settings of Prefect's client
        self._thread = Thread(target=lambda: context.run(self._look), name="accounts", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            with suppress(TransportError):  # where Prefect does not answer, nothing can be disconnected either
                leave(self._access, hub.left(self._access.integrations, self._paused).items())


def leave(access: Access, reasons: Iterable[tuple[str, str]]) -> None:
    """Stop at these accounts (account, why), unless that was done already."""
    for account, reason in reasons:
        if account not in access.stopped:
            access.stop(account, reason)
