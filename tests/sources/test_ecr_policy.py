"""What a policy leaves out of a repository, and why: a table of policies over one repository."""

from datetime import UTC, datetime, timedelta

import pytest

from hullmark.sources.ecr import Filters, Integration, Listing, flaws
from hullmark.sources.ecr.policy import left_out

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SIGNATURE = "sha256-" + "a" * 64 + ".sig"


def listing(name: str, *tags: str, pushed: int | None = 0, pulled: int | None = None) -> Listing:
    """A digest that was pushed and pulled so many days ago."""
    days = [None if ago is None else NOW - timedelta(days=ago) for ago in (pushed, pulled)]
    return Listing(
        "host", "team/api", f"sha256:{name}", "111122223333", "eu-west-1", tags, pushed_at=days[0], pulled_at=days[1]
    )


REPOSITORY = (
    listing("new", "v3", "latest", pushed=1),
    listing("middle", "v2", pushed=10),
    listing("old", "v1", pushed=100, pulled=2),
    listing("attic", "v0", pushed=100, pulled=50),
    listing("dev", "dev-7", pushed=0),
    listing("undated", "x", pushed=None),
    listing("child", pushed=300),
    listing("signature", SIGNATURE, pushed=300),
)
CASES = [
    (Filters(), {}),
    (Filters(exclude=("team/*",)), {item.digest[7:]: "excluded-repository" for item in REPOSITORY}),
    (Filters(include=("other",)), {item.digest[7:]: "excluded-repository" for item in REPOSITORY}),
    (Filters(tags=("v*",)), {"dev": "excluded-tag", "undated": "excluded-tag"}),
    (Filters(tags=("latest", "v[01]")), {"middle": "excluded-tag", "dev": "excluded-tag", "undated": "excluded-tag"}),
    (Filters(days=30), {"attic": "too-old", "undated": "too-old"}),
    (Filters(days=3), {"middle": "too-old", "attic": "too-old", "undated": "too-old"}),
    (Filters(latest=3), dict.fromkeys(("middle", "old", "attic", "undated"), "superseded")),
    (
        Filters(tags=("v*",), latest=2),  # tags that do not count take no place among the latest
        {"dev": "excluded-tag", "undated": "excluded-tag", "old": "superseded", "attic": "superseded"},
    ),
    (Filters(latest=100, days=100_000), {"undated": "too-old"}),
]


@pytest.mark.parametrize(("filters", "expected"), CASES, ids=[str(number) for number in range(len(CASES))])
def test_what_is_left_out(filters: Filters, expected: dict[str, str]) -> None:
    reasons = left_out(REPOSITORY, filters, NOW)
    assert {item.digest[7:]: str(reason) for item, reason in zip(REPOSITORY, reasons, strict=True) if reason} == expected


def test_an_empty_repository() -> None:
    assert left_out((), Filters(latest=1), NOW) == []


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        (Filters(include=("",)), "include"),
        (Filters(exclude=("x" * 257,)), "exclude"),
        (Filters(tags=("v*", "")), "tags"),
        (Filters(days=-1), "days"),
        (Filters(latest=1_000_001), "latest"),
    ],
)
def test_a_malformed_policy_is_a_flaw(filters: Filters, field: str) -> None:
    values = Integration("111122223333", "arn:aws:iam::111122223333:role/R", "external-id", ("eu-west-1",), filters)
    assert [flaw.field for flaw in flaws(values)] == [field]
