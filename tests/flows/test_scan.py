"""The flows on a real Prefect API, the AWS stand-in and embedded registries."""

from collections import Counter
from contextvars import copy_context
from pathlib import Path
from threading import Event, Thread

import pytest
from prefect.settings import get_current_settings

from flows.advisories import advisories
from flows.nightly import nightly
from flows.scan import scan
from hullmark.errors import LakeBusy, NotFound
from hullmark.progress import reporting
from hullmark.sources.ecr.onboarding import ROLE_NAME
from tasks import hub
from tests.fleet.test_incremental import API, OTHER, broken, multi
from tests.fleet.world import image
from tests.flows.test_stopped import wait_until
from tests.flows.world import FIRST, REGION, SECOND, FlowWorld
from tests.progress import Heard


def test_the_second_run_fetches_nothing_from_a_registry(fleet: FlowWorld) -> None:
    fleet.push(FIRST, "team/api", "1", image(*API))
    fleet.push(FIRST, "team/api", "multi", multi(*OTHER, attested=True))
    fleet.push(FIRST, "legacy/reports", "1", broken())
    fleet.push(SECOND, "mirror/api", "1", image(*API))
    heard = Heard()
    with reporting(heard):
        first = scan()
    assert [stage for stage in heard.stages if stage != "Find base images"] == [
        "Discover accounts", "Ask how repositories are set up", "Look at new images", "Read layers", "Publish",
        "Refresh advisories", "Match with advisories", "Ask the rules",
    ]  # fmt: skip
    before, calls = fleet.requests(), fleet.aws.calls
    second = scan()
    assert fleet.requests() == before
    asked = Counter(action for _, _, action in (fleet.aws.calls - calls).elements() if action.startswith("ecr:"))
    pages = {"ecr:DescribeRepositories": 2, "ecr:DescribeImages": 3}
    assert asked == {**pages, "ecr:GetAuthorizationToken": 2}  # a page each, and the login that tells the registry's host
    counts = "digests, images_scanned, images_unchanged, images_failed, layers_read, findings"
    columns = f"state, detail, accounts, repositories, {counts}"
    rows = dict.fromkeys((first, second))
    for run in rows:
        rows[run] = fleet.ask(f"SELECT {columns} FROM runs WHERE run = $run", run=run)[0]  # noqa: S608
    findings = fleet.ask("SELECT count(*) FROM findings")[0][0]
    assert rows[first] == ("completed", "", 2, 3, 7, 3, 0, 1, 4, findings)
    assert rows[second] == ("completed", "", 2, 3, 7, 0, 3, 1, 0, findings)
    assert findings > 0
    assert fleet.ask("SELECT DISTINCT run, event, cause FROM finding_events") == [(first, "opened", "image")]
    failed = fleet.ask("SELECT DISTINCT repository, status, reason FROM coverage WHERE status = 'failed'")
    assert failed == [("legacy/reports", "failed", "corrupt")]


def test_no_secret_reaches_prefect(fleet: FlowWorld) -> None:
    fleet.push(FIRST, "team/api", "1", image(*API))
    fleet.push(SECOND, "legacy/reports", "1", broken())
    scan()
    fleet.aws.client("iam", SECOND, REGION).delete_role_policy(RoleName=ROLE_NAME, PolicyName="CustomerECRReadPolicy")
    scan()
    keys = [value for name, value in fleet.aws.environment().items() if "KEY" in name]
    hidden = [*fleet.external_ids, *(door.password for door in fleet.doors.values()), *keys]
    settings = get_current_settings()
    url = settings.server.database.connection_url
    assert url is not None
    database = Path(url.get_secret_value().partition("///")[2])
    kept = [*database.parent.glob(f"{database.name}*"), *_files(settings.results.local_storage_path), *_files(fleet.folder)]
    assert database in kept
    for path in kept:
        content = path.read_bytes()
        assert not [secret for secret in hidden if secret.encode() in content], path


def test_one_registry_gets_so_many_requests_at_once(fleet: FlowWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HULLMARK_REGISTRY_REQUESTS", "2")
    for number, stack in enumerate((API, OTHER, ("debian-12-5",), ("debian-12-1", "imaging"), ("alpine-3-18", "proxy"))):
        fleet.push(FIRST, "team/api", str(number), image(*stack))
        fleet.push(SECOND, "team/api", str(number), image(*stack, architecture="arm64"))
    for door in fleet.doors.values():
        door.seconds = 0.05
    scan()
    assert [fleet.doors[account].most for account in (FIRST, SECOND)] == [2, 2]
    assert fleet.ask("SELECT status, count(*) FROM coverage GROUP BY ALL") == [("scanned", 10)]


def test_every_account_is_listed_at_the_same_time_by_its_catalog_where_describing_is_denied(fleet: FlowWorld) -> None:
    for account in (FIRST, SECOND):
        fleet.push(account, "team/api", "1", image(*API))
        iam = fleet.aws.client("iam", account, REGION)
        iam.delete_role_policy(RoleName=ROLE_NAME, PolicyName="CustomerECRDiscoveryPolicy")
    gate, context, runs = Event(), copy_context(), list[str]()  # the context holds the settings of Prefect's client
    for door in fleet.doors.values():
        door.gate = gate
    thread = Thread(target=lambda: runs.append(context.run(scan)))
    thread.start()
    try:
        wait_until(lambda: all(door.now for door in fleet.doors.values()))  # each asked, before any was answered
    finally:
        gate.set()
        thread.join()
    assert fleet.ask("SELECT state, accounts, repositories, digests FROM runs WHERE run = $run", run=runs[0]) == [
        ("completed", 2, 2, 2)
    ]


def test_a_second_run_at_once_is_refused_and_advisories_are_refreshed_all_the_same(fleet: FlowWorld) -> None:
    fleet.push(FIRST, "team/api", "1", image(*API))
    heard = Heard()
    with fleet.lake.lock("scan run"):
        with pytest.raises(LakeBusy, match="scan run"):
            scan()
        with reporting(heard):
            assert not advisories()
        assert not fleet.ask("FROM runs")
    assert "Not matched now" in heard.notes[0]
    assert {row[0] for row in fleet.ask("SELECT state FROM feed_snapshots")} == {"fresh"}


def test_an_account_that_may_not_be_entered_makes_the_run_incomplete(fleet: FlowWorld) -> None:
    fleet.push(FIRST, "team/api", "1", image(*API))
    fleet.push(SECOND, "team/api", "1", image(*OTHER))
    scan()
    iam = fleet.aws.client("iam", SECOND, REGION)
    for name in iam.list_role_policies(RoleName=ROLE_NAME)["PolicyNames"]:
        iam.delete_role_policy(RoleName=ROLE_NAME, PolicyName=name)
    run = scan()
    state, detail = fleet.ask("SELECT state, detail FROM runs WHERE run = $run", run=run)[0]
    assert state == "incomplete"
    assert SECOND in detail
    assert fleet.external_ids[1] not in detail
    assert fleet.ask("SELECT DISTINCT state FROM images") == [("present",)]
    assert fleet.ask("SELECT count(DISTINCT image_digest) FROM current_findings") == [(2,)]


def test_only_the_account_that_was_named_is_scanned(fleet: FlowWorld) -> None:
    fleet.push(FIRST, "team/api", "1", image(*API))
    fleet.push(SECOND, "team/api", "1", image(*OTHER))
    hub.pause(SECOND, fleet.settings)
    scan()
    assert fleet.ask("SELECT DISTINCT account FROM coverage") == [(FIRST,)]
    run = scan([SECOND])
    assert fleet.ask("SELECT account FROM coverage WHERE run = $run", run=run) == [(SECOND,)]
    assert fleet.ask("SELECT DISTINCT state FROM images") == [("present",)]


def test_without_an_account_there_is_nothing_to_scan(fleet: FlowWorld) -> None:
    for account in (FIRST, SECOND):
        hub.pause(account, fleet.settings)
    with pytest.raises(NotFound, match="no account is connected"):
        scan()
    assert not fleet.lake.exists() or not fleet.ask("FROM runs")


def test_the_night_does_it_all(fleet: FlowWorld) -> None:
    fleet.push(FIRST, "team/api", "1", image(*API))
    scan()
    run = nightly()
    kinds = fleet.ask("SELECT kind, state FROM runs ORDER BY started")
    assert kinds == [("scan", "completed"), ("advisories", "completed"), ("scan", "completed")]
    assert fleet.ask("SELECT run FROM runs ORDER BY started DESC LIMIT 1") == [(run,)]
    commits = fleet.folder / "lake" / "tables" / "runs" / "_delta_log"
    assert any('"OPTIMIZE"' in path.read_text() for path in commits.glob("*.json"))


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
