"""Push events: what EventBridge puts into a customer's queue when an image is pushed to ECR, received, read and deleted.

Events are best effort (ECR user guide, "Amazon ECR events and EventBridge"): missing, twice or late at times. Nothing
in them is believed but that something in that repository may be new.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hullmark.errors import CorruptData, NotFound
from hullmark.sources.digest import is_digest
from hullmark.sources.ecr.discover import describe_image
from hullmark.sources.ecr.failures import calling
from hullmark.sources.ecr.listing import Listing
from hullmark.sources.ecr.session import AwsSession

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

LONGEST_WAIT = 20  # seconds, the most that SQS allows
MOST_BYTES = 1024 * 1024  # of one message, as SQS has it
MESSAGES = 10  # of one call, the most that SQS allows
_REPOSITORY = re.compile(r"[a-z0-9][a-z0-9._/-]{1,255}")


@dataclass(frozen=True, slots=True)
class Push:
    """An image or artifact that was pushed; account is "" where the event names none, as that of a stand-in does not."""

    account: str
    region: str
    repository: str
    digest: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a queue; `receipt` deletes it."""

    body: str
    receipt: str


def parse_push(body: str) -> Push | None:
    """The push in an EventBridge event, None for an event of another kind; raises CorruptData for what is no event."""
    try:
        event = json.loads(body[:MOST_BYTES])
        detail = event["detail"]
        kind = (event["source"], event["detail-type"], detail.get("action-type"), detail.get("result"))
        if kind != ("aws.ecr", "ECR Image Action", "PUSH", "SUCCESS"):
            return None
        push = Push(event.get("account", ""), event["region"], detail["repository-name"], detail["image-digest"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise CorruptData(
            "a message in the queue of push events is no event of EventBridge; check who may send to it"
        ) from None
    if not (isinstance(push.digest, str) and is_digest(push.digest)):
        raise CorruptData("a push event names no digest; check who may send to its queue")
    if not (isinstance(push.repository, str) and _REPOSITORY.fullmatch(push.repository)):
        raise CorruptData("a push event names no repository; check who may send to its queue")
    return push


def receive(session: AwsSession, region: str, url: str, wait_seconds: int = 0) -> list[Message]:
    """Up to ten messages, which others do not see until their time is over; waits so long for the first one.

    Raises AccessError, Throttled and TransportError.
    """
    client: SQSClient = session.client("sqs", region)
    with calling("sqs:ReceiveMessage", f"the queue of push events of account {session.account} in {region}"):
        answer = client.receive_message(
            QueueUrl=url, MaxNumberOfMessages=MESSAGES, WaitTimeSeconds=min(wait_seconds, LONGEST_WAIT)
        )
    return [Message(item.get("Body", ""), item["ReceiptHandle"]) for item in answer.get("Messages", [])]


def delete(session: AwsSession, region: str, url: str, messages: Iterable[Message]) -> None:
    """Delete messages that were handled; raises AccessError, Throttled and TransportError."""
    client: SQSClient = session.client("sqs", region)
    with calling("sqs:DeleteMessage", f"the queue of push events of account {session.account} in {region}"):
        for message in messages:
            client.delete_message(QueueUrl=url, ReceiptHandle=message.receipt)


def describe(session: AwsSession, pushes: Iterable[Push], registry: str) -> Iterator[Listing]:
    """What ECR lists of the pushed digests now; nothing for what is gone again. `registry` is the host of the registry."""
    for push in dict.fromkeys(pushes):
        try:
            yield describe_image(session, push.region, push.repository, registry, push.digest)
        except NotFound:
            continue
