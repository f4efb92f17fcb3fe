"""How repositories are set up: what ECR says of each, what a role may not ask, how seldom it is asked, and the rules."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hullmark.compliance.evaluate import evaluate
from hullmark.compliance.load import read_policy
from hullmark.fleet.access import Access
from hullmark.fleet.discovery import Discovered, discover_region, scope
from hullmark.fleet.posture import all_described, ask_region, due_repositories, note_repositories
from hullmark.lake.store import Lake
from hullmark.sources.ecr import Filters, Integration
from tests.hub.blobs import Blobs
from tests.hub.world import FIRST, REGIONS, SECOND, World, make_world

HERE, THERE = REGIONS
AT = datetime(2026, 3, 1, tzinfo=UTC)
ASKING = ("ecr:GetLifecyclePolicy", "ecr:GetRepositoryPolicy", "ecr:GetRegistryScanningConfiguration")
KEY = f"arn:aws:kms:{HERE}:{FIRST}:key/0b1c2d3e"
LIFECYCLE = json.dumps({"rules": [{
    "rulePriority": 1, "action": {"type": "expire"},
    "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 9},
}]})  # fmt: skip


def policy(principal: object) -> str:
    return json.dumps({"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "ecr:BatchGetImage"}]})


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """Four repositories in the first account: as AWS makes them, well kept, shared, and open to everybody."""
    with make_world() as made:
        ecr = made.aws.client("ecr", FIRST, HERE)
        for account, region, name in (
            (FIRST, HERE, "team/plain"), (FIRST, HERE, "team/shared"), (FIRST, HERE, "team/open"),
            (FIRST, HERE, "team/kept"), (SECOND, THERE, "other"),
        ):  # fmt: skip
            kept = {
                "imageTagMutability": "IMMUTABLE",
                "imageScanningConfiguration": {"scanOnPush": True},
                "encryptionConfiguration": {"encryptionType": "KMS", "kmsKey": KEY},
            }
            client = made.aws.client("ecr", account, region)
            client.create_repository(repositoryName=name, **(kept if name == "team/kept" else {}))
            made.push(account, region, name, "1")
        ecr.put_lifecycle_policy(repositoryName="team/kept", lifecyclePolicyText=LIFECYCLE)
        ecr.set_repository_policy(repositoryName="team/shared", policyText=policy({"AWS": SECOND}))
        ecr.set_repository_policy(repositoryName="team/open", policyText=policy("*"))
        yield made


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def look(world: World, lake: Lake, values: Integration, at: datetime) -> dict[str, Any]:
    """List and ask as a scan does; the rows of the lake by repository."""
    with Access([values], world.settings, "run") as access:
        found: list[Discovered] = [discover_region(access, values.account_id, region, at) for region in values.regions]
        described = all_described(item.described for item in found)
        asked = [ask_region(access, *place, names) for place, names in due_repositories(lake, described, at).items()]
        note_repositories(lake, described, asked, scope(found)["registries"], at)
    with closing(lake.connect()) as connection:
        rows = connection.sql("SELECT * FROM repositories ORDER BY repository").to_arrow_table().to_pylist()
    return {row["repository"]: row for row in rows}


def shown(row: dict[str, Any]) -> tuple[object, ...]:
    names = ("tag_mutability", "scanning", "encryption", "kms_key", "lifecycle_rules", "access", "shared_with", "unknown")
    return tuple(row[name] for name in names)


def test_what_ecr_says(world: World, lake: Lake) -> None:
    rows = look(world, lake, world.connect(posture=True), AT)
    assert {name: shown(row) for name, row in rows.items()} == {
        "team/kept": ("immutable", "on-push", "kms", KEY, 1, "private", [], []),
        "team/open": ("mutable", "manual", "aes256", "", 0, "public", ["*"], []),
        "team/plain": ("mutable", "manual", "aes256", "", 0, "private", [], []),
        "team/shared": ("mutable", "manual", "aes256", "", 0, "shared", [SECOND], []),
    }


def test_a_rule_of_the_registry_has_its_repositories_scanned(world: World, lake: Lake) -> None:
    client = world.aws.client("ecr", FIRST, HERE)
    filters = [{"filter": "team/o*", "filterType": "WILDCARD"}]
    rules = [{"scanFrequency": "CONTINUOUS_SCAN", "repositoryFilters": filters}]
    client.put_registry_scanning_configuration(scanType="ENHANCED", rules=rules)
    rows = look(world, lake, world.connect(posture=True), AT)
    client.put_registry_scanning_configuration(scanType="BASIC", rules=[])
    said = {name: row["scanning"] for name, row in rows.items()}
    # enhanced scanning takes no heed of what a repository says itself
    assert said == {"team/kept": "manual", "team/open": "continuous", "team/plain": "manual", "team/shared": "manual"}


def test_what_the_role_may_not_ask_is_unknown_with_the_reason(world: World, lake: Lake) -> None:
    values = world.connect()
    before = world.aws.calls
    rows = look(world, lake, values, AT)
    calls = world.aws.calls - before
    assert shown(rows["team/plain"]) == (
        "mutable", "", "aes256", "", None, "", [],
        ["access: AWS denies ecr:GetRepositoryPolicy", "lifecycle: AWS denies ecr:GetLifecyclePolicy",
         "scanning: AWS denies ecr:GetRegistryScanningConfiguration"],
    )  # fmt: skip
    assert rows["team/kept"]["scanning"] == "on-push", "its own setting is known, and enough"
    assert all(calls[FIRST, HERE, action] <= 4 for action in ASKING)


def test_a_denied_action_is_not_tried_for_every_repository(world: World, lake: Lake) -> None:
    client = world.aws.client("ecr", SECOND, HERE)
    for number in range(40):
        client.create_repository(repositoryName=f"many/{number}")
    before = world.aws.calls
    rows = look(world, lake, world.connect(SECOND), AT)
    calls = world.aws.calls - before
    assert len(rows) == 41
    assert 3 <= calls[SECOND, HERE, "ecr:GetLifecyclePolicy"] <= 8, "three, and those that were under way"
    for number in range(40):
        client.delete_repository(repositoryName=f"many/{number}")
    again = look(world, lake, world.connect(SECOND), AT + timedelta(hours=1))
    assert {row["state"] for name, row in again.items() if name != "other"} == {"gone"}
    assert again["other"]["state"] == "present"


def test_they_are_asked_once_a_day_and_what_listing_says_is_always_new(world: World, lake: Lake) -> None:
    values, client = world.connect(posture=True), world.aws.client("ecr", FIRST, HERE)
    look(world, lake, values, AT)
    before, version = world.aws.calls, lake.versions()["repositories"]
    look(world, lake, values, AT + timedelta(hours=19))
    assert not any((world.aws.calls - before)[FIRST, region, action] for region in REGIONS for action in ASKING)
    assert lake.versions()["repositories"] == version, "nothing changed"
    client.put_image_tag_mutability(repositoryName="team/plain", imageTagMutability="IMMUTABLE")
    rows = look(world, lake, values, AT + timedelta(hours=19))
    client.put_image_tag_mutability(repositoryName="team/plain", imageTagMutability="MUTABLE")
    assert shown(rows["team/plain"])[:5] == ("immutable", "manual", "aes256", "", 0)
    before = world.aws.calls
    look(world, lake, values, AT + timedelta(hours=21))
    calls = world.aws.calls - before
    assert [calls[FIRST, HERE, action] for action in ASKING] == [4, 4, 1]


def test_where_nobody_may_list_repositories_their_settings_are_unknown(world: World, lake: Lake) -> None:
    with Blobs("another-token") as side, Blobs("another-token") as other_side:
        for region, registry in zip(REGIONS, (side, other_side), strict=True):  # whose catalog is denied as well
            world.aws.set_registry(FIRST, region, registry.url, "secret-token")
        rows = look(world, lake, world.connect(discovery=False, filters=Filters(include=("team/kept",))), AT)
    assert [*rows] == ["team/kept"], "the other Region has none of that name"
    assert shown(rows["team/kept"])[:4] == ("", "", "", "")
    assert rows["team/kept"]["unknown"] == [
        "access: AWS denies ecr:GetRepositoryPolicy", "encryption: AWS denies ecr:DescribeRepositories",
        "lifecycle: AWS denies ecr:GetLifecyclePolicy", "scanning: AWS denies ecr:DescribeRepositories",
        "tags: AWS denies ecr:DescribeRepositories",
    ]  # fmt: skip


RULES = ("HM027", "HM028", "HM029", "HM030", "HM031", "HM032")


def answers(lake: Lake) -> tuple[dict[str, set[str]], dict[str, tuple[int, int, int]]]:
    """Which repositories fail each rule, and the population of each, how many fail, and of how many it does not know."""
    evaluate(lake, read_policy(), "run", AT)
    with closing(lake.connect()) as connection:
        failing = connection.sql(
            "SELECT rule, list(split_part(image_digest, '/', 3)) FROM checks WHERE NOT unknown GROUP BY rule"
        ).fetchall()
        counts = connection.sql(
            "SELECT rule, sum(population)::INT, sum(failing)::INT, sum(unknown)::INT FROM compliance GROUP BY rule"
        ).fetchall()
    return {rule: set(names) for rule, names in failing}, {rule: (asked, bad, dark) for rule, asked, bad, dark in counts}


def test_rules_about_repositories(world: World, lake: Lake) -> None:
    look(world, lake, world.connect(posture=True), AT)
    failing, counts = answers(lake)
    careless = {"plain", "shared", "open"}
    assert {rule: failing.get(rule, set()) for rule in RULES} == {
        "HM027": careless, "HM028": careless, "HM029": careless, "HM030": careless, "HM031": {"open"}, "HM032": {"shared"},
    }  # fmt: skip
    assert counts["HM027"] == (4, 3, 0)
    assert counts["HM031"] == (4, 1, 0)


def test_what_is_denied_is_unknown_and_never_a_pass(world: World, lake: Lake) -> None:
    look(world, lake, world.connect(), AT)
    failing, counts = answers(lake)
    assert "HM029" not in failing
    assert counts["HM029"] == counts["HM031"] == (0, 0, 4)
    assert counts["HM028"] == (1, 0, 3)
    with closing(lake.connect()) as connection:
        reasons = connection.sql("SELECT DISTINCT evidence FROM checks WHERE unknown AND rule = 'HM031'").fetchall()
    assert reasons == [("access: AWS denies ecr:GetRepositoryPolicy",)]
