"""A scan's parts on the workers of a work pool: each is a flow run of its own, its work and its answer lie in the lake."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeVar, cast
from uuid import UUID

from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import run_deployment

from hullmark.errors import TransportError
from hullmark.fleet.parcel import Answer, Request, clear, get_answer, get_request, put_answer, put_request
from hullmark.fleet.plan import Wanted
from hullmark.fleet.read import LayerOutcome, Resolved, WantedLayer, unread, unresolved
from hullmark.fleet.scan import Reader
from hullmark.lake.store import Lake
from hullmark.progress import progress
from hullmark.settings import read_settings
from tasks.batch import Batch
from tasks.site import Ticket, join_site

DEPLOYMENT = "part/any"
POLL_SECONDS = 1.0
PART_SECONDS = 2 * 3600.0  # a part that has not ended by then is lost: its worker died, or none took it
T = TypeVar("T")
A = TypeVar("A")


@flow(name="part")
def part(run: str, accounts: list[str], name: str, paused: list[str] | None = None) -> int:
    """Work off one part of a run on this worker's threads, and lay the answer down; returns how many items it had.

    The worker's `HULLMARK_LAKE` is the run's. Raises LakeError when the run has ended meanwhile.
    """
    from flows.pools import TaskReader, threads  # noqa: PLC0415  which imports this module

    settings = read_settings()
    lake = Lake(settings.lake)
    request = get_request(lake, run, name)
    ticket = Ticket(run, (*accounts,), settings.lake, frozenset(paused or ()))
    with join_site(ticket, settings), threads() as runner:
        reader = TaskReader(runner, ticket)
        put_answer(lake, run, name, Answer((*reader.resolve(request.wanted),), (*reader.read(request.layers),)))
    return len(request.wanted) + len(request.layers)


@dataclass(frozen=True, slots=True)
class WorkerReader:
    """A `Reader` that deals what is much to the workers of the work pool, and does what is little by itself."""

    near: Reader
    ticket: Ticket
    parts: int
    least: int  # fewer items are not worth a flow run
    _numbers: Iterator[int] = field(default_factory=count)

    def resolve(self, wanted: Sequence[Wanted]) -> Iterator[Resolved]:
        """See `Reader`."""
        if len(wanted) < self.least:
            yield from self.near.resolve(wanted)
            return
        yield from self._deal(wanted, lambda items: Request(wanted=items), lambda answer: answer.resolved, unresolved)

    def read(self, layers: Sequence[WantedLayer]) -> Iterator[LayerOutcome]:
        """See `Reader`."""
        if len(layers) < self.least:
            yield from self.near.read(layers)
            return
        yield from self._deal(layers, lambda items: Request(layers=items), lambda answer: answer.read, unread)

    def close(self) -> None:
        """Throw away the parcels."""
        clear(Lake(self.ticket.lake), self.ticket.run)

    def _deal(
        self,
        items: Sequence[T],
        request: Callable[[tuple[T, ...]], Request],
        answered: Callable[[Answer], Sequence[A]],
        instead: Callable[[T, Any], A],
    ) -> Iterator[A]:
        lake = Lake(self.ticket.lake)
        waiting: dict[str, tuple[UUID, Batch[T]]] = {}
        for index in range(self.parts):
            batch = Batch(items[index :: self.parts])
            name = f"{next(self._numbers):04}"
            put_request(lake, self.ticket.run, name, request(batch.items))
            waiting[name] = (self._start(name), batch)
        for name, batch in _ended(waiting):
            answer = get_answer(lake, self.ticket.run, name)
            progress().advance(len(batch.items))
            if answer is not None:
                yield from answered(answer)
            else:
                lost = TransportError(f"the worker that had part {name} of the run was lost; the next run tries again")
                yield from (instead(item, lost) for item in batch.items)

    def _start(self, name: str) -> UUID:
        ticket = self.ticket
        parameters = {"run": ticket.run, "accounts": [*ticket.accounts], "name": name, "paused": sorted(ticket.paused)}
        key = f"{self.ticket.run}-{name}"
        started = cast("FlowRun", run_deployment(DEPLOYMENT, parameters=parameters, timeout=0, idempotency_key=key))
        return started.id


def _ended(waiting: dict[str, tuple[UUID, Batch[T]]]) -> Iterator[tuple[str, Batch[T]]]:
    """The parts as their flow runs end, well or not; those that take too long last."""
    left = dict(waiting)
    deadline = time.monotonic() + PART_SECONDS
    with get_client(sync_client=True) as client:
        while left and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
            for name, (run, batch) in list(left.items()):
                state = client.read_flow_run(run).state
                if state is not None and state.is_final():
                    del left[name]
                    yield name, batch
    yield from ((name, batch) for name, (_, batch) in left.items())
