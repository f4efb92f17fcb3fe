"""Many accounts at once: each row its own result, a dry run that keeps nothing, and no row that another one spoils."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from hullmark.sources.ecr import Integration
from hullmark.sources.ecr.accounts_file import Row
from hullmark.sources.ecr.onboarding import ROLE_NAME, new_external_id
from tasks import hub
from tasks.hub import Fate, connect_all
from tests.hub.emptied import forget_all
from tests.hub.world import FIRST, REGIONS, SECOND, World

THIRD = "777788889999"


@pytest.fixture(autouse=True)
def empty_hub(prefect_api: None) -> Iterator[None]:
    yield
    forget_all()


def rows(*values: Integration) -> list[Row]:
    return [Row(number, item.account_id, item) for number, item in enumerate(values, 1)]


def fates(world: World, given: list[Row], **how: bool) -> dict[str, Fate]:
    return {result.account_id: result.fate for result in connect_all(given, world.settings, **how)}  # type: ignore[arg-type]


def test_each_row_is_its_own_result(world: World) -> None:
    good, bad = world.connect(FIRST), replace(world.connect(SECOND), external_id=new_external_id())
    broken = Row(3, "12", problem="The account id '12' is not 12 digits.")
    nowhere = Integration(THIRD, f"arn:aws:iam::{THIRD}:role/{ROLE_NAME}", new_external_id(), REGIONS[:1])
    given = [*rows(good, bad), broken, Row(4, THIRD, nowhere)]
    dry = [*connect_all(given, world.settings, dry_run=True)]
    assert [result.number for result in dry] == [1, 2, 3, 4]
    assert [result.fate for result in dry] == [Fate.WOULD_CONNECT, Fate.REFUSED, Fate.REFUSED, Fate.REFUSED]
    assert dry[1].why.startswith("role with the External ID: AWS denies sts:AssumeRole")
    assert dry[2].why == broken.problem
    assert hub.list() == ()
    real = {result.account_id: result.fate for result in connect_all(given, world.settings, by="the import")}
    assert [*real.values()] == [Fate.CONNECTED, Fate.REFUSED, Fate.REFUSED, Fate.REFUSED]
    (kept,) = hub.list()
    assert (kept.account_id, kept.history[0].by) == (FIRST, "the import")
    assert fates(world, given[:1]) == {FIRST: Fate.UNCHANGED}
    assert fates(world, rows(replace(good, regions=REGIONS[:1]))) == {FIRST: Fate.REFUSED}


def test_an_override_keeps_what_fails_but_never_what_is_binding(world: World) -> None:
    failing, open_door = replace(world.connect(FIRST), external_id=new_external_id()), world.connect(SECOND)
    statement = {"Effect": "Allow", "Principal": {"AWS": world.settings.platform_role_arn}, "Action": "sts:AssumeRole"}
    world.aws.client("iam", SECOND, REGIONS[0]).update_assume_role_policy(
        RoleName=ROLE_NAME, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    found = fates(world, rows(failing, open_door), even_if_failing=True)
    assert found == {FIRST: Fate.CONNECTED, SECOND: Fate.REFUSED}
    assert hub.list()[0].overridden


def test_an_external_id_of_a_connected_account_is_refused(world: World) -> None:
    first = world.connect(FIRST)
    hub.add(first, world.settings)
    second = replace(world.connect(SECOND), external_id=first.external_id)
    (result,) = connect_all(rows(second), world.settings, even_if_failing=True)
    assert result.fate is Fate.REFUSED
    assert result.why.startswith(hub.OWN_ID)
    assert first.external_id not in repr(result)
