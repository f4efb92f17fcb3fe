"""The run lock of a lake on S3: one object, taken and kept by conditional writes, that expires when nobody renews it.

`locks/run.json` is put with If-None-Match where there is none, and with If-Match over one that was given free or was not
renewed for `LEASE_SECONDS` by S3's own clock; of two writers one gets 412 (S3 user guide, "Conditional writes"). The holder
renews it, and learns that way when it has lost it: then every commit of its run is refused.
"""

import json
import logging
import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Event, Thread
from typing import Any

from hullmark.errors import LakeBusy, LakeError
from hullmark.lake.place import Place

NAME = "locks/run.json"
LEASE_SECONDS = 300.0  # without a renewal the lock is anybody's
BEAT_SECONDS = 30.0  # between two renewals
LAST_SECONDS = LEASE_SECONDS - 2 * BEAT_SECONDS  # without a renewal the holder gives up by itself
POLL_SECONDS = 1.0  # between two looks at first; a long wait looks less often
LONGEST_POLL_SECONDS = 15.0
_TAKEN = ("PreconditionFailed", "ConditionalRequestConflict")
_MOST_BYTES = 4096
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Held:
    """The lock as it lies there: its tag, who signed it ({}: nobody holds it), and how many seconds ago."""

    tag: str
    holder: dict[str, Any]
    age: float


class Lease:
    """The lock of one run, held by this process until it is given free or lost."""

    def __init__(self, place: Place, what: str) -> None:
        self._place = place
        self._client = _client(place)
        self._bucket, _, prefix = place.root.removeprefix("s3://").partition("/")
        self._key = f"{prefix}/{NAME}".lstrip("/")
        since = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
        self._signed = {"pid": os.getpid(), "host": socket.gethostname(), "what": what, "since": since}
        self._tag = ""
        self._renewed = 0.0
        self._lost = False
        self._ended = Event()

    def require(self) -> None:
        """Raise LakeBusy when the lock is lost: another run may write by now."""
        if self._lost:
            raise LakeBusy(
                f"this run does not hold the lake {self._place.root} any more: its lock was not renewed in time, and "
                "another one may write by now; start it again, what it had published is kept"
            )

    def take(self, wait_seconds: float) -> None:
        """Get the lock; raises LakeBusy, saying who has it, when it is not free in time, and LakeError."""
        deadline, pause = time.monotonic() + wait_seconds, POLL_SECONDS
        while (holder := self._try()) is not None:
            if time.monotonic() >= deadline:
                raise LakeBusy(_busy(self._place.root, holder))
            time.sleep(min(pause, max(0.0, deadline - time.monotonic())))
            pause = min(pause * 1.2, LONGEST_POLL_SECONDS)

    def keep(self) -> None:
        """Renew the lock until it is given free or lost; runs in a thread of its own."""
        while not self._ended.wait(BEAT_SECONDS) and not self._lost:
            try:
                self._lost = not self._put(self._signed, {"IfMatch": self._tag})
            except LakeError:  # the network; it is tried again while the lock is still ours for sure
                self._lost = time.monotonic() - self._renewed > LAST_SECONDS
            if self._lost:
                log.warning("the lock of the lake is lost", extra={"lake": self._place.root})

    def give_free(self) -> None:
        """Let the next run have it; where S3 does not answer, it expires."""
        self._ended.set()
        if not self._lost:
            with suppress(LakeError):
                self._put({}, {"IfMatch": self._tag})

    def close(self) -> None:
        """Release the sockets."""
        self._client.close()

    def _try(self) -> dict[str, Any] | None:
        """Who holds the lock, None when it is ours now."""
        held = self._look()
        if held is None:
            return None if self._put(self._signed, {"IfNoneMatch": "*"}) else {}
        if held.holder and held.age <= LEASE_SECONDS:
            return held.holder
        return None if self._put(self._signed, {"IfMatch": held.tag}) else held.holder

    def _look(self) -> _Held | None:
        with _asking(self._place.root):
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=self._key)
            except self._client.exceptions.NoSuchKey:
                return None
            body = answer["Body"].read(_MOST_BYTES)
        now = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
        return _Held(answer["ETag"], _holder(body), (now - answer["LastModified"]).total_seconds())

    def _put(self, signed: dict[str, Any], condition: dict[str, str]) -> bool:
        """Write the lock under a condition; whether it held. Each body is another one, so that a tag never comes again."""
        body = json.dumps({**signed, "beat": secrets.token_hex(8)}).encode()
        asked = time.monotonic()
        with _asking(self._place.root):
            try:
                answer = self._client.put_object(Bucket=self._bucket, Key=self._key, Body=body, **condition)
            except self._client.exceptions.ClientError as error:
                if error.response.get("Error", {}).get("Code") in (*_TAKEN, "NoSuchKey"):
                    return False
                raise
        self._tag, self._renewed = answer["ETag"], asked
        return True


@contextmanager
def hold(place: Place, what: str, wait_seconds: float = 0.0) -> Iterator[Lease]:
    """Hold the run lock while the block runs; raises LakeBusy, saying who has it, when it is not free in time."""
    lease = Lease(place, what)
    lease.take(wait_seconds)
    thread = Thread(target=lease.keep, name="lake lock", daemon=True)
    thread.start()
    try:
        yield lease
    finally:
        lease.give_free()
        thread.join()
        lease.close()


@contextmanager
def _asking(root: str) -> Iterator[None]:
    """Turn what botocore raises into LakeError; names no parameter of the call."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))[:60]
        raise LakeError(
            f"the lock of the lake {root} cannot be written ({code}); the lake needs s3:GetObject, s3:PutObject and a store "
            "that knows conditional writes"
        ) from None
    except BotoCoreError as error:
        raise LakeError(
            f"the lock of the lake {root} cannot be written ({type(error).__name__}); check the network and the credentials"
        ) from None


def _client(place: Place) -> Any:  # noqa: ANN401  botocore builds its class
    import boto3  # noqa: PLC0415  0.1 s that lakes on a folder do not pay
    from botocore.config import Config  # noqa: PLC0415

    endpoint = place.options.get("AWS_ENDPOINT_URL")
    config = Config(
        connect_timeout=10,
        read_timeout=20,
        retries={"mode": "standard", "total_max_attempts": 4},
        s3={"addressing_style": "path"} if endpoint else {},
    )
    return boto3.client("s3", endpoint_url=endpoint, region_name=place.options.get("AWS_REGION"), config=config)


def _holder(body: bytes) -> dict[str, Any]:
    """Who signed; {} for a lock that is free, or that says nothing."""
    try:
        signed = json.loads(body)
    except ValueError:
        return {"what": "a lock that is damaged"}
    return {name: value for name, value in signed.items() if name != "beat"} if isinstance(signed, dict) else {}


def _busy(root: str, holder: dict[str, Any]) -> str:
    who = "another process"
    if {"pid", "host", "what", "since"} <= holder.keys():
        who = f"process {holder['pid']} on {holder['host']} ({holder['what']}, since {holder['since']})"
    minutes = f"{LEASE_SECONDS / 60:.0f} minutes"
    return f"the lake {root} is in use by {who}; wait until it has finished: a run that died lets go of it after {minutes}"
