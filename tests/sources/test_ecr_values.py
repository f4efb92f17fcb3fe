"""Values as typed, filters, and host names of ECR."""

import pytest

from hullmark.errors import UsageError
from hullmark.sources.ecr import EcrHost, Filters, Integration, flaws, parse_ecr_host, require_valid
from hullmark.sources.ecr.onboarding import new_external_id, quick_create_url

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/HullmarkECRIntegrationRole"
SECRET = "external-id-of-a-customer"


def values(
    account: str = ACCOUNT, role: str = ROLE, external_id: str = SECRET, regions: tuple[str, ...] = ("eu-west-1",)
) -> Integration:
    return Integration(account, role, external_id, regions)


@pytest.mark.parametrize(
    "good",
    [
        values(),
        values(role=f"arn:aws:iam::{ACCOUNT}:role/path/to/Some.Role+1"),
        values(role=f"arn:aws-cn:iam::{ACCOUNT}:role/R", regions=("cn-north-1",)),
        values(role=f"arn:aws-us-gov:iam::{ACCOUNT}:role/R", regions=("us-gov-west-1",)),
        values(external_id="a:b/c@d-"),
        values(external_id="x" * 1224),
        values(regions=("ap-southeast-5", "mx-central-1")),
    ],
)
def test_well_formed_values_have_no_flaw(good: Integration) -> None:
    assert flaws(good) == ()
    assert require_valid(good) is good


@pytest.mark.parametrize(
    ("bad", "field", "says"),
    [
        (values(account="1111-2222-3333"), "account_id", "12 digits"),
        (values(account="١١١١٢٢٢٢٣٣٣٣"), "account_id", "12 digits"),
        (values(account="444455556666"), "role_arn", "belongs to account 111122223333"),
        (values(role="HullmarkECRIntegrationRole"), "role_arn", "no role ARN"),
        (values(role=f"arn:aws:iam::{ACCOUNT}:user/somebody"), "role_arn", "no role ARN"),
        (values(role=f"arn:aws-iso:iam::{ACCOUNT}:role/R"), "role_arn", "no role ARN"),
        (values(role=ROLE + "\n"), "role_arn", "no role ARN"),
        (values(external_id="short77"), "external_id", "7 characters"),
        (values(external_id="with a space"), "external_id", "not allowed"),
        (values(external_id="x" * 1225), "external_id", "1225 characters"),
        (values(external_id=""), "external_id", "0 characters"),
        (values(regions=()), "regions", "at least one"),
        (values(regions=("Frankfurt",)), "regions", "no Region"),
        (values(regions=("eu-west-1", "cn-north-1")), "regions", "partition aws-cn"),
    ],
)
def test_each_flaw_is_named_with_its_field(bad: Integration, field: str, says: str) -> None:
    found = [flaw for flaw in flaws(bad) if flaw.field == field]
    assert found
    assert says in found[0].sentence
    with pytest.raises(UsageError):
        require_valid(bad)


@pytest.mark.parametrize("external_id", ["seven-7"[:7] + " secret", "geheim wort", SECRET])
def test_no_flaw_and_no_repr_shows_the_external_id(external_id: str) -> None:
    typed = values(account="x", role="y", external_id=external_id, regions=())
    assert external_id not in repr(typed)
    assert external_id not in "".join(flaw.sentence for flaw in flaws(typed))


def test_filters_take_globs() -> None:
    filters = Filters(include=("team/*", "base"), exclude=("*/scratch", "team/old*"))
    admitted = [
        name for name in ("team/api", "team/a/b", "base", "team/scratch", "team/old-api", "other") if filters.admits(name)
    ]
    assert admitted == ["team/api", "team/a/b", "base"]
    assert filters.named == ("base",)
    assert Filters(exclude=("x",)).admits("y")
    assert not Filters(exclude=("x",)).admits("x")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        (f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com", EcrHost(ACCOUNT, "eu-west-1")),
        (f"{ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn", EcrHost(ACCOUNT, "cn-north-1")),
        (f"{ACCOUNT}.dkr.ecr-fips.us-east-1.amazonaws.com", EcrHost(ACCOUNT, "us-east-1")),
        (f"{ACCOUNT}.dkr-ecr.eu-west-1.on.aws", EcrHost(ACCOUNT, "eu-west-1")),
        (f"{ACCOUNT}.DKR.ecr.eu-west-1.amazonaws.com", EcrHost(ACCOUNT, "eu-west-1")),
        (f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com.evil.example", None),
        (f"evil.example/{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com", None),
        ("public.ecr.aws", None),
        ("12345.dkr.ecr.eu-west-1.amazonaws.com", None),
    ],
)
def test_only_ecr_hosts_are_taken_for_ecr(host: str, expected: EcrHost | None) -> None:
    assert parse_ecr_host(host) == expected


def test_external_ids_are_new_each_time_and_well_formed() -> None:
    made = {new_external_id() for _ in range(100)}
    assert len(made) == 100
    assert all(flaws(values(external_id=each)) == () for each in made)


def test_the_quick_create_link_carries_every_value() -> None:
    url = quick_create_url("eu-west-1", "https://bucket.example/t.yaml", {"ExternalId": "a b&c"})
    assert url.startswith("https://console.aws.amazon.com/cloudformation/home?region=eu-west-1#/stacks/create/review?")
    assert "templateURL=https%3A%2F%2Fbucket.example%2Ft.yaml" in url
    assert "param_ExternalId=a%20b%26c" in url
