"""The Integration Hub on a real Prefect API: connect, list, test, change, pause, resume, disconnect, and what it refuses."""

import json
import logging
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import BlockDocumentUpdate
from prefect.settings import PREFECT_API_URL, get_current_settings, temporary_settings

from hullmark.demo.aws import deploy_customer
from hullmark.errors import LakeError, NotFound, TransportError, UsageError
from hullmark.lake.store import Lake
from hullmark.sources.ecr import Filters
from hullmark.sources.ecr.discover import discover
from hullmark.sources.ecr.gone import GONE
from hullmark.sources.ecr.onboarding import ROLE_NAME, new_external_id
from hullmark.sources.ecr.session import assume
from tasks import hub
from tasks.hub.block import EcrIntegration, read_block
from tests.hub.blobs import Blobs
from tests.hub.conftest import PASSWORD, REPOSITORY, TAG
from tests.hub.emptied import forget_all
from tests.hub.world import FIRST, REGIONS, SECOND, World

HERE, THERE = REGIONS


@pytest.fixture(autouse=True)
def empty_hub(prefect_api: None) -> Iterator[None]:
    yield
    forget_all()


def drop_condition(world: World, account: str) -> None:
    """Make the customer's role one that can be assumed without an External ID."""
    statement = {"Effect": "Allow", "Principal": {"AWS": world.settings.platform_role_arn}, "Action": "sts:AssumeRole"}
    world.aws.client("iam", account, HERE).update_assume_role_policy(
        RoleName=ROLE_NAME, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )


def test_an_empty_hub_lists_nothing() -> None:
    assert hub.list() == ()
    assert hub.integrations() == ()


def test_what_is_connected_can_be_listed_and_scanned(world: World) -> None:
    values = world.connect(filters=Filters(include=("team/*",), exclude=("team/old",)))
    outcome = hub.add(values, world.settings)
    assert outcome.saved
    (shown,) = hub.list()
    assert shown == outcome.connected
    assert (shown.name, shown.account_id, shown.role_arn, shown.regions) == (FIRST, FIRST, values.role_arn, REGIONS)
    assert (shown.filters.include, shown.filters.exclude) == (("team/*",), ("team/old",))
    assert shown.healthy
    assert shown.checks == outcome.checks
    assert shown.tested_at is not None
    assert hub.integrations() == (values,)
    session = assume(hub.integration(FIRST), world.settings, "run")
    assert [(item.repository, item.tags) for item in discover(session, HERE)] == [(REPOSITORY, (TAG,))]


def test_two_accounts_are_apart_and_in_order(world: World) -> None:
    second, first = world.connect(SECOND), world.connect(FIRST)
    hub.add(second, world.settings)
    hub.add(first, world.settings)
    assert [each.account_id for each in hub.list()] == [FIRST, SECOND]
    assert hub.integrations() == (first, second)


def test_an_account_is_connected_once(world: World) -> None:
    values = world.connect()
    hub.add(values, world.settings)
    with pytest.raises(UsageError, match="already connected; update it instead"):
        hub.add(values, world.settings)


def test_what_fails_is_not_kept_unless_told_so(world: World) -> None:
    values = replace(world.connect(), external_id=new_external_id())
    assert hub.add(values, world.settings).connected is None
    assert hub.list() == ()
    kept = hub.add(values, world.settings, even_if_failing=True)
    assert kept.connected is not None
    assert not kept.connected.healthy
    assert [check.name for check in hub.list()[0].checks if not check.ok] == ["role with the External ID"]


def test_a_role_without_external_id_is_never_kept(world: World) -> None:
    values = world.connect()
    drop_condition(world, FIRST)
    outcome = hub.add(values, world.settings, even_if_failing=True)
    assert not outcome.saved
    assert hub.list() == ()
    why = next(check for check in outcome.checks if check.name == "role without an External ID")
    assert "does not insist on its External ID" in why.detail
    assert "sts:ExternalId" in why.remedy


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"account_id": SECOND}, "belongs to account 111122223333, not to 444455556666"),
        ({"account_id": "1111"}, "not 12 digits"),
        ({"external_id": "short"}, "5 characters"),
        ({"role_arn": "HullmarkECRIntegrationRole"}, "no role ARN"),
        ({"regions": ()}, "No Region"),
    ],
)
def test_malformed_values_are_never_kept(world: World, wrong: dict[str, object], says: str) -> None:
    outcome = hub.add(replace(world.connect(), **wrong), world.settings, even_if_failing=True)  # type: ignore[arg-type]
    assert not outcome.saved
    assert any(says in check.detail for check in outcome.checks if check.binding)


def test_a_test_again_keeps_what_it_found(world: World) -> None:
    values = world.connect()
    before = hub.add(values, world.settings).connected
    assert before is not None
    assert before.tested_at is not None
    world.connect(FIRST)  # the stack again, with another External ID
    outcome = hub.test(FIRST, world.settings)
    assert outcome.connected is not None
    assert not outcome.connected.healthy
    assert outcome.connected.tested_at is not None
    assert outcome.connected.tested_at > before.tested_at
    assert outcome.connected.created == before.created
    assert hub.list() == (outcome.connected,)
    assert hub.integrations() == (values,)


def test_changes_are_tested_before_they_are_kept(world: World) -> None:
    old = world.connect()
    hub.add(old, world.settings)
    new = world.connect()  # the stack again: the External ID is another one
    refused = hub.update(FIRST, hub.Changes(external_id=new_external_id()), world.settings)
    assert not refused.saved
    assert hub.integration(FIRST) == old
    kept = hub.update(
        FIRST, hub.Changes(external_id=new.external_id, regions=(THERE,), include=(REPOSITORY,)), world.settings
    )
    assert kept.saved
    assert hub.integration(FIRST) == replace(new, regions=(THERE,), filters=Filters(include=(REPOSITORY,)))
    hub.update(FIRST, hub.Changes(include=()), world.settings)
    assert hub.integration(FIRST).filters == Filters()


def test_an_update_may_not_drop_the_external_id_either(world: World) -> None:
    values = world.connect()
    hub.add(values, world.settings)
    drop_condition(world, FIRST)
    assert not hub.update(FIRST, hub.Changes(regions=(THERE,)), world.settings, even_if_failing=True).saved
    assert hub.integration(FIRST) == values


def test_a_paused_account_is_kept_and_left_out(world: World) -> None:
    values = world.connect()
    hub.add(values, world.settings)
    assert hub.pause(FIRST, world.settings).paused
    assert hub.integrations() == ()
    assert hub.integration(FIRST) == values
    updated = hub.update(FIRST, hub.Changes(regions=(HERE,)), world.settings).connected
    assert updated is not None
    assert updated.paused
    assert not hub.resume(FIRST, world.settings).paused
    assert [each.regions for each in hub.integrations()] == [(HERE,)]
    assert hub.list()[0].healthy


def test_a_disconnected_account_is_not_scanned_and_the_lake_says_so(world: World, tmp_path: Path) -> None:
    settings = replace(world.settings, lake=str(tmp_path / "lake"))
    lake = Lake(settings.lake)
    lake.create()
    values = world.connect()
    hub.add(values, settings)
    gone = hub.disconnect(FIRST, settings, by="somebody")
    assert gone.disconnected is not None
    assert hub.integrations() == ()
    with pytest.raises(NotFound, match="not connected any more"):
        hub.integration(FIRST)
    assert [(row["account"], row["state"]) for row in lake.connect().sql("FROM accounts").to_arrow_table().to_pylist()] == [
        (FIRST, "disconnected")
    ]
    again = hub.add(values, settings).connected
    assert again is not None
    assert (again.disconnected, again.gone) == (None, None)
    assert [event.what for event in again.history] == ["connected", "disconnected", "connected again"]
    assert again.history[1].by == "somebody"
    assert [row["state"] for row in lake.connect().sql("FROM accounts").to_arrow_table().to_pylist()] == ["connected"]


def test_a_lake_that_cannot_be_told_does_not_keep_an_account_connected(world: World, tmp_path: Path) -> None:
    hub.add(world.connect(), world.settings)
    (tmp_path / "lake.json").write_text('{"format": 99}', encoding="utf-8")
    with pytest.raises(LakeError, match=f"Account {FIRST} is disconnected now, but the lake could not be told"):
        hub.disconnect(FIRST, replace(world.settings, lake=str(tmp_path)))
    assert hub.integrations() == ()


def test_access_is_verified_to_be_gone_when_the_stack_is(world: World) -> None:
    values = world.connect()
    hub.add(values, world.settings)
    with pytest.raises(UsageError, match="disconnect it before"):
        hub.verify_gone(FIRST, world.settings)
    hub.disconnect(FIRST, world.settings)
    still = hub.verify_gone(FIRST, world.settings)
    assert [check.name for check in still.checks if not check.ok] == [GONE]
    assert "Delete the stack hullmark-ecr-integration" in still.checks[0].remedy
    world.aws.client("cloudformation", FIRST, HERE).delete_stack(StackName="hullmark-ecr-integration")
    gone = hub.verify_gone(FIRST, world.settings)
    assert gone.ok
    assert gone.connected is not None
    assert gone.connected.gone is not None
    assert read_block(FIRST).external_id.get_secret_value() == ""
    with pytest.raises(UsageError, match="External ID of account 111122223333 was forgotten"):
        hub.verify_gone(FIRST, world.settings)
    assert hub.verify_gone(FIRST, world.settings, values.external_id).ok


def test_a_refusal_of_an_external_id_that_never_worked_proves_nothing(world: World) -> None:
    values = replace(world.connect(), external_id=new_external_id())
    hub.add(values, world.settings, even_if_failing=True)
    hub.disconnect(FIRST, world.settings)
    outcome = hub.verify_gone(FIRST, world.settings)
    assert outcome.connected is not None
    assert outcome.connected.gone is None
    assert [check.name for check in outcome.checks if check.verdict is hub.Verdict.WARNING] == [hub.PROOF]


def test_what_is_forgotten_leaves_nothing(world: World) -> None:
    hub.add(world.connect(), world.settings)
    with pytest.raises(UsageError, match="disconnect it before you forget it"):
        hub.forget(FIRST)
    hub.disconnect(FIRST, world.settings)
    hub.forget(FIRST)
    assert hub.list() == ()
    with get_client(sync_client=True) as client:
        assert client.read_block_documents_by_type(EcrIntegration.get_block_type_slug(), include_secrets=True) == []


def test_an_external_id_belongs_to_one_account(world: World) -> None:
    first = world.connect(FIRST)
    hub.add(first, world.settings)
    outputs = deploy_customer(world.aws, SECOND, HERE, world.settings.platform_role_arn, first.external_id)
    second = replace(first, account_id=SECOND, role_arn=outputs["RoleArn"])
    refused = hub.add(second, world.settings, even_if_failing=True)
    (line,) = refused.checks
    assert not refused.saved
    assert (line.name, line.binding) == (hub.OWN_ID, True)
    assert f"Account {FIRST} uses this External ID already" in line.detail
    assert hub.add(world.connect(SECOND), world.settings).saved
    update = hub.update(SECOND, hub.Changes(external_id=first.external_id), world.settings, even_if_failing=True)
    assert not update.saved


def test_history_says_who_changed_what_and_never_the_secret(world: World) -> None:
    old = world.connect()
    hub.add(old, world.settings, by="alice")
    new = world.connect()
    changes = hub.Changes(external_id=new.external_id, regions=(HERE,), exclude=("*/scratch",), days=30)
    hub.update(FIRST, changes, world.settings, by="bob")
    hub.pause(FIRST, world.settings)
    history = hub.list()[0].history
    assert [(event.by, event.what) for event in history] == [
        ("alice", "connected"),
        ("bob", "updated"),
        (hub.whoami(), "paused"),
    ]
    told = {change.name: (change.before, change.after) for change in history[1].changes}
    assert told == {
        "External ID": ("", "another one"),
        "regions": (f"{HERE}, {THERE}", HERE),
        "exclude": ("", "*/scratch"),
        "days": ("0", "30"),
    }
    assert old.external_id not in repr(history)
    assert new.external_id not in repr(history)


def test_an_override_stays_visible_until_a_test_passes(world: World) -> None:
    values = world.connect()
    wrong = replace(values, external_id=new_external_id())
    kept = hub.add(wrong, world.settings, even_if_failing=True).connected
    assert kept is not None
    assert kept.overridden
    assert kept.history[-1].what == "connected, although lines failed"
    assert hub.list()[0].overridden
    hub.test(FIRST, world.settings)
    assert hub.list()[0].overridden
    hub.update(FIRST, hub.Changes(external_id=values.external_id), world.settings)
    assert not hub.list()[0].overridden
    world.connect()  # the External ID in the account is another one from now on
    hub.test(FIRST, world.settings)
    assert not hub.list()[0].healthy
    assert not hub.list()[0].overridden  # nobody overrode this


def test_an_unknown_account_is_told_by_every_verb(world: World) -> None:
    verbs = (
        lambda: hub.test(SECOND, world.settings),
        lambda: hub.update(SECOND, hub.Changes(regions=(HERE,)), world.settings),
        lambda: hub.pause(SECOND, world.settings),
        lambda: hub.resume(SECOND, world.settings),
        lambda: hub.disconnect(SECOND, world.settings),
        lambda: hub.integration(SECOND),
    )
    for verb in verbs:
        with pytest.raises(NotFound, match=f"Account {SECOND} is not connected"):
            verb()


def test_a_block_edited_elsewhere_into_nonsense_is_shown_with_its_problem(world: World) -> None:
    hub.add(world.connect(FIRST), world.settings)
    second = world.connect(SECOND)
    hub.add(second, world.settings)
    with get_client(sync_client=True) as client:
        document = client.read_block_document_by_name(FIRST, EcrIntegration.get_block_type_slug())
        edited = BlockDocumentUpdate(
            block_schema_id=document.block_schema_id, data={"regions": 7}, merge_existing_data=False
        )
        client.update_block_document(document.id, edited)
    broken, whole = hub.list()
    assert (broken.name, broken.healthy, whole.healthy) == (FIRST, False, True)
    assert "forget it and add it again" in broken.problem
    assert hub.integrations() == (second,)
    with pytest.raises(NotFound, match="forget it and add it again"):
        hub.pause(FIRST, world.settings)
    hub.forget(FIRST)
    assert [each.name for each in hub.list()] == [SECOND]


def test_prefect_that_is_not_there_is_a_transport_error() -> None:
    with (
        temporary_settings(updates={PREFECT_API_URL: "http://127.0.0.1:1/api"}),
        pytest.raises(TransportError, match="PREFECT_API_URL") as caught,
    ):
        hub.list()
    assert caught.value.__suppress_context__


def test_nothing_shows_the_external_id(world: World, caplog: pytest.LogCaptureFixture, blobs: Blobs) -> None:
    values = world.connect()
    with caplog.at_level(logging.DEBUG):
        outcome = hub.add(values, world.settings)
        changes = hub.Changes(external_id="a-changed-external-id", regions=(HERE,))
        refused = hub.update(FIRST, changes, world.settings)
        with pytest.raises(UsageError) as caught:
            hub.add(values, world.settings)
        shown = repr((outcome, refused, changes, hub.list(), hub.integrations(), caught.value))
        block = read_block(FIRST)
        shown += repr(block) + str(block) + block.model_dump_json()
    with get_client(sync_client=True) as client:
        document = client.read_block_document_by_name(FIRST, EcrIntegration.get_block_type_slug(), include_secrets=False)
    shown += repr(document)
    for secret in (values.external_id, "a-changed-external-id", PASSWORD):
        assert secret not in shown
        assert secret not in caplog.text


def test_what_may_be_shown_has_no_field_for_a_secret() -> None:
    assert not any("external" in item.name or "secret" in item.name for item in fields(hub.Connected))


def test_prefects_database_holds_no_external_id_in_clear(world: World) -> None:
    old, wrong = world.connect(), "an-external-id-that-is-refused"
    hub.add(old, world.settings)
    new = world.connect()
    hub.update(FIRST, hub.Changes(external_id=wrong), world.settings, even_if_failing=True)
    hub.update(FIRST, hub.Changes(external_id=new.external_id), world.settings)
    hub.disconnect(FIRST, world.settings)
    hub.verify_gone(FIRST, world.settings)
    url = get_current_settings().server.database.connection_url
    assert url is not None
    place = url.get_secret_value().partition(":///")[2]
    files = [path for path in Path(place).parent.glob(f"{Path(place).name}*") if path.is_file()]
    assert files
    written = b"".join(path.read_bytes() for path in files)
    assert FIRST.encode() in written  # it is the database that is looked at
    assert [secret for secret in (old.external_id, wrong, new.external_id) if secret.encode() in written] == []
