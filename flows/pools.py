"""Who resolves and reads for a scan: tasks on threads or on Dask, or flow runs on the workers of a work pool."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from prefect import Task
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows.gather import gather
from flows.parts import WorkerReader
from hullmark.fleet.plan import Wanted
from hullmark.fleet.read import LayerOutcome, Resolved, WantedLayer, unread, unresolved
from hullmark.fleet.scan import Reader
from hullmark.settings import Settings
from tasks.batch import Batch, dealt
from tasks.images import resolve_images
from tasks.layers import read_layers
from tasks.site import Ticket

REQUESTS_AT_ONCE = 16  # of one process, over all registries; one registry gets `registry_requests` of them
Runner = TaskRunner[Any]
T = TypeVar("T")
A = TypeVar("A")


@dataclass(slots=True)
class TaskReader:
    """A `Reader` whose work is tasks of a runner with so many slots; it reads only in the repositories of what is wanted."""

    runner: Runner
    ticket: Ticket
    slots: int = REQUESTS_AT_ONCE

    def resolve(self, wanted: Sequence[Wanted]) -> Iterator[Resolved]:
        """See `Reader`."""
        self._narrow(wanted)
        self.ticket = replace(self.ticket, part=self.ticket.part + 1)
        return self._each(resolve_images, wanted, unresolved)

    def read(self, layers: Sequence[WantedLayer]) -> Iterator[LayerOutcome]:
        """See `Reader`."""
        self._narrow(layers)
        return self._each(read_layers, layers, unread)

    def _narrow(self, items: Sequence[Wanted] | Sequence[WantedLayer]) -> None:
        places = frozenset((place.account, place.region, place.repository) for item in items for place in item.locations)
        if not places <= (self.ticket.places or frozenset()):  # layers lie where their images do
            self.ticket = replace(self.ticket, places=places)

    def _each(self, task: Task[..., list[A]], items: Sequence[T], instead: Callable[[T, Any], A]) -> Iterator[A]:
        futures = {
            self.runner.submit(task, {"ticket": self.ticket, "batch": batch}): batch for batch in dealt(items, self.slots)
        }
        for answers in gather(futures, partial(_all_failed, instead), lambda batch: len(batch.items)):
            yield from answers


@contextmanager
def reader(ticket: Ticket, settings: Settings) -> Iterator[Reader]:
    """The reader that the settings choose, while the block runs."""
    if settings.pool == "workers":
        with threads() as runner:
            far = WorkerReader(TaskReader(runner, ticket), ticket, settings.pool_size, settings.part_least)
            try:
                yield far
            finally:
                far.close()
    elif settings.pool == "dask":
        with _dask(settings) as runner:
            yield TaskReader(runner, ticket, REQUESTS_AT_ONCE * settings.pool_size)
    else:
        with threads() as runner:
            yield TaskReader(runner, ticket)


def threads() -> Runner:
    """Threads of this process: inflating and hashing release the GIL, and the rest is waiting for the network."""
    return ThreadPoolTaskRunner(max_workers=REQUESTS_AT_ONCE)


def _dask(settings: Settings) -> Runner:
    from prefect_dask.task_runners import DaskTaskRunner  # noqa: PLC0415  a second of imports that only this pool pays for

    if settings.dask_scheduler:
        return DaskTaskRunner(address=settings.dask_scheduler)
    cluster = {
        "n_workers": settings.pool_size, "threads_per_worker": REQUESTS_AT_ONCE, "processes": True,
        "dashboard_address": None, "host": "127.0.0.1",
    }  # fmt: skip
    return DaskTaskRunner(cluster_kwargs=cluster)


def _all_failed(instead: Callable[[T, Any], A], batch: Batch[T], failure: Exception) -> list[A]:
    return [instead(item, failure) for item in batch.items]
