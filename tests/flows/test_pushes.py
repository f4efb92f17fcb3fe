"""Push events, from EventBridge through a customer's queue to findings: within the minute, once, and reconciled."""

import json
from collections.abc import Iterator
from contextvars import copy_context
from threading import Thread
from typing import Any

import pytest

from flows.pushes import pushes
from flows.scan import scan
from hullmark.demo.aws import deploy_push_events
from hullmark.demo.images import Built
from hullmark.errors import CorruptData
from hullmark.sources.ecr.push_events import Push, parse_push
from tasks import hub
from tests.fleet.test_incremental import API, OTHER, multi
from tests.fleet.world import image
from tests.flows.test_stopped import wait_until
from tests.flows.world import FIRST, REGION, FlowWorld

# moto makes no policy of queues
pytestmark = pytest.mark.filterwarnings("ignore:Tried to parse AWS..SQS..QueuePolicy:UserWarning")
DIGEST = "sha256:" + "a" * 64


def detail(repository: str, digest: str, **more: str) -> dict[str, str]:
    said = {"action-type": "PUSH", "result": "SUCCESS", "repository-name": repository, "image-digest": digest}
    return {**said, "image-tag": "1", **more}


def event(account: str = FIRST, kind: str = "ECR Image Action", **more: str) -> dict[str, Any]:
    body = {"source": "aws.ecr", "detail-type": kind, "account": account, "region": REGION}
    return {**body, "detail": detail("team/api", DIGEST, **more)}


@pytest.fixture
def queue(fleet: FlowWorld) -> Iterator[str]:
    url = deploy_push_events(fleet.aws, FIRST, REGION)["QueueUrl"]
    hub.update(FIRST, hub.Changes(queues={REGION: url}), fleet.settings, even_if_failing=True)
    yield url


def push(fleet: FlowWorld, repository: str, tag: str, built: Built, times: int = 1) -> str:
    """Push an image; ECR tells EventBridge of each manifest."""
    digest = fleet.push(FIRST, repository, tag, built)
    entries = [
        {
            "Source": "aws.ecr",
            "DetailType": "ECR Image Action",
            "Detail": json.dumps(detail(repository, item.manifest.digest)),
        }
        for item in (*built.children, *[built] * times)
    ]
    answer = fleet.aws.client("events", FIRST, REGION).put_events(Entries=entries)
    assert answer["FailedEntryCount"] == 0
    return digest


def left(fleet: FlowWorld, url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = fleet.aws.client("sqs", FIRST, REGION).get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


def test_a_pushed_image_is_scanned_once(fleet: FlowWorld, queue: str) -> None:
    old = push(fleet, "team/api", "1", image(*OTHER))
    scan()
    assert pushes(seconds=0) != []  # the event of what the scan had seen already
    new = push(fleet, "team/web", "1", multi(*API), times=3)
    before = fleet.requests()
    (run,) = pushes(seconds=0)
    assert left(fleet, queue) == 0
    assert fleet.ask("SELECT kind, state, images_scanned FROM runs WHERE run = $run", run=run) == [("push", "completed", 2)]
    rows = fleet.ask("SELECT DISTINCT repository, status FROM coverage WHERE run = $run", run=run)
    assert rows == [("team/web", "scanned")]
    assert ("opened", "image") in fleet.ask("SELECT event, cause FROM finding_events WHERE run = $run", run=run)
    assert fleet.requests() > before
    before = fleet.requests()
    assert pushes(seconds=0) == []
    scan()  # the hourly run finds all as it is, and what no event told
    assert fleet.requests() == before
    assert {row[0] for row in fleet.ask("SELECT digest FROM images WHERE state = 'present'")} >= {old}
    assert fleet.ask('SELECT status FROM coverage WHERE digest = $d ORDER BY "at"', d=new)[-1] == ("unchanged",)


def test_what_is_pushed_while_it_listens_is_scanned_at_once(fleet: FlowWorld, queue: str) -> None:
    """Not when the listening ends: that would be in a quarter of an hour."""
    fleet.lake.create()
    runs, context = list[str](), copy_context()  # which holds the settings of Prefect's client
    thread = Thread(target=lambda: runs.extend(context.run(pushes, 900)))
    thread.start()
    try:
        wait_until(lambda: fleet.aws.calls[FIRST, REGION, "sqs:ReceiveMessage"] > 0)
        digest = push(fleet, "team/api", "1", image(*API))
        asked = "SELECT status, count(*) FROM coverage WHERE digest = $d GROUP BY ALL"
        wait_until(lambda: fleet.ask(asked, d=digest) == [("scanned", 1)] and left(fleet, queue) == 0)
        assert thread.is_alive()
    finally:
        hub.pause(FIRST, fleet.settings)
        fleet.aws.client("sqs", FIRST, REGION).send_message(QueueUrl=queue, MessageBody="so that it looks up")
        thread.join()
    assert fleet.ask("SELECT run, kind, state FROM runs") == [(runs[0], "push", "completed")]


def test_messages_wait_while_a_scan_holds_the_lake(fleet: FlowWorld, queue: str) -> None:
    push(fleet, "team/api", "1", image(*API))
    with fleet.lake.lock("scan run"):
        assert pushes(seconds=0) == []
    assert left(fleet, queue) == 1
    assert len(pushes(seconds=0)) == 1


def test_what_is_no_push_event_stays_for_the_dead_letters(fleet: FlowWorld, queue: str) -> None:
    sqs = fleet.aws.client("sqs", FIRST, REGION)
    bodies = ("no JSON", json.dumps(event(**{"action-type": "DELETE"})), json.dumps(event(account="999999999999")))
    for body in bodies:
        sqs.send_message(QueueUrl=queue, MessageBody=body)
    push(fleet, "gone/again", "1", image(*API))
    fleet.aws.client("ecr", FIRST, REGION).delete_repository(repositoryName="gone/again", force=True)
    (run,) = pushes(seconds=0)
    assert left(fleet, queue) == 1
    assert fleet.ask("SELECT state, digests FROM runs WHERE run = $run", run=run) == [("completed", 0)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (event(), Push(FIRST, REGION, "team/api", DIGEST)),
        (event(kind="ECR Image Scan"), None),
        (event(result="FAILURE"), None),
    ],
)
def test_events(body: dict[str, Any], expected: Push | None) -> None:
    assert parse_push(json.dumps(body)) == expected


DAMAGED = {
    "empty": "",
    "open": "{",
    "list": "[]",
    "null": "null",
    "bare": "{}",
    "truncated": json.dumps(event())[:-20],
    "detail": '{"detail": 1}',
    "deep": "[" * 100_000,
    "digest": json.dumps(event(**{"image-digest": "latest"})),
    "repository": json.dumps(event(**{"repository-name": "../x"})),
}


@pytest.mark.parametrize("body", DAMAGED.values(), ids=DAMAGED)
def test_what_is_no_event(body: str) -> None:
    with pytest.raises(CorruptData):
        parse_push(body)
