"""What is worth a retry: the network and throttling, with exponential backoff and full jitter; nothing else.

A task that does one thing leaves it to Prefect (`NETWORK`); one that has a batch tries its items by itself (`answered`), so
that one unreachable registry does not repeat what went well.
"""

import random
from collections.abc import Callable
from time import sleep
from typing import Any, TypedDict, TypeVar

from prefect import Task
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import exponential_backoff

from hullmark.errors import HullmarkError, TransportError

RETRIES = 4
FIRST_DELAY_SECONDS = 2.0  # doubles with each retry, and jitter spreads it to at most twice as much

T = TypeVar("T")


def answered(action: Callable[[], T], instead: Callable[[HullmarkError], T], first_delay: float = FIRST_DELAY_SECONDS) -> T:
    """What the action gives, tried again as `NETWORK` says, or else what `instead` makes of its expected failure."""
    for attempt in range(RETRIES):
        try:
            return action()
        except TransportError:
            sleep(first_delay * 2**attempt * random.uniform(1.0, 2.0))  # noqa: S311  jitter
        except HullmarkError as failure:
            return instead(failure)
    try:
        return action()
    except HullmarkError as failure:
        return instead(failure)


def is_transient(task: Task[Any, Any], run: TaskRun, state: State[Any]) -> bool:
    """Whether the failure was of the network or of a registry that asked for fewer requests."""
    try:
        state.result()
    except TransportError:
        return True
    except Exception:  # whatever else it was, it is not worth a retry
        return False
    return False


class Retrying(TypedDict):
    """The retry options of a task."""

    retries: int
    retry_delay_seconds: Any  # Prefect's own type names a callable that its stubs do not export
    retry_jitter_factor: float
    retry_condition_fn: Any


NETWORK: Retrying = {
    "retries": RETRIES,
    "retry_delay_seconds": exponential_backoff(FIRST_DELAY_SECONDS),
    "retry_jitter_factor": 1.0,
    "retry_condition_fn": is_transient,
}
