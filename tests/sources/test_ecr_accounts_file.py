"""Files of many accounts: rows, their problems, and files that are none."""

import json

import pytest

from hullmark.errors import HullmarkError
from hullmark.sources.ecr import Filters, Integration
from hullmark.sources.ecr.accounts_file import MOST_BYTES, MOST_ROWS, Defaults, parse_accounts

FIRST, SECOND = "012345678901", "444455556666"
ROLE = "role/HullmarkECRIntegrationRole"
WHOLE = Integration(
    FIRST,
    f"arn:aws:iam::{FIRST}:role/Other",
    "external-id-of-first",
    ("eu-central-1", "us-east-1"),
    Filters(("team/*", "base"), ("*/old",), ("v*",), 30, 5),
)
PLAIN = Integration(SECOND, f"arn:aws:iam::{SECOND}:{ROLE}", "external-id-of-second", ("eu-west-1",))
CSV = f"""account_id,role_arn,external_id,regions,include,exclude,tags,days,latest
{FIRST},arn:aws:iam::{FIRST}:role/Other,external-id-of-first,eu-central-1 us-east-1,team/*;base,*/old,v*,30,5
{SECOND},,external-id-of-second,eu-west-1
"""
YAML = f"""
accounts:
  - account_id: {FIRST}
    role_arn: arn:aws:iam::{FIRST}:role/Other
    external_id: external-id-of-first
    regions: [eu-central-1, us-east-1]
    include: [team/*, base]
    exclude: "*/old"
    tags: v*
    days: 30
    latest: 5
  - account_id: {SECOND}
    external_id: external-id-of-second
    regions: eu-west-1
"""


@pytest.mark.parametrize(("kind", "text"), [("csv", CSV), ("csv", "\ufeff" + CSV.replace("\n", "\r\n")), ("yaml", YAML)])
def test_every_row_is_an_integration(kind: str, text: str) -> None:
    rows = parse_accounts(text.encode(), kind)
    assert [row.values for row in rows] == [WHOLE, PLAIN]
    assert [(row.number, row.account_id, row.problem) for row in rows] == [(1, FIRST, ""), (2, SECOND, "")]


def test_what_rows_do_not_say_is_filled_in() -> None:
    (row,) = parse_accounts(f"account_id\n{FIRST}\n".encode(), "csv", Defaults("base-of-the-organization", ("cn-north-1",)))
    assert row.values is not None
    assert row.values.external_id == f"base-of-the-organization-{FIRST}"
    assert row.values.role_arn == f"arn:aws-cn:iam::{FIRST}:{ROLE}"
    assert "base-of-the-organization" not in repr(Defaults("base-of-the-organization"))


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"account_id": "12", "external_id": "an-external-id", "regions": ["eu-west-1"]}, "not 12 digits"),
        ({"account_id": FIRST, "regions": ["eu-west-1"]}, "External ID has 0 characters"),
        ({"account_id": FIRST, "external_id": "an-external-id"}, "No Region"),
        ({"account_id": FIRST, "external_id": "an-external-id", "regions": ["x"]}, "no Region"),
        ({"account_id": FIRST, "external_id": "an-external-id", "regions": ["eu-west-1"], "days": "-1"}, "days is no whole"),
        ({"account_id": FIRST, "external_id": "an-external-id", "regions": ["eu-west-1"], "colour": "red"}, "'colour'"),
        ("just text", "no mapping"),
        ({"account_id": {"deep": "er"}}, "not 12 digits"),
    ],
)
def test_a_bad_row_is_a_problem_and_the_others_stay(row: object, says: str) -> None:
    good = {"account_id": SECOND, "external_id": "external-id-of-second", "regions": ["eu-west-1"]}
    bad, other = parse_accounts(json.dumps([row, good]).encode(), "yaml")
    assert bad.values is None
    assert says in bad.problem
    assert other.values == PLAIN


def test_an_account_or_an_external_id_in_two_rows_is_refused_in_both() -> None:
    text = f"account_id,external_id,regions\n{FIRST},id-number-one,eu-west-1\n{FIRST},id-number-two,eu-west-1\n"
    assert {row.problem for row in parse_accounts(text.encode(), "csv")} == {f"Account {FIRST} stands in 2 rows."}
    text = f"account_id,external_id,regions\n{FIRST},the-same-id,eu-west-1\n{SECOND},the-same-id,eu-west-1\n"
    rows = parse_accounts(text.encode(), "csv")
    assert all("every account has its own" in row.problem and "the-same-id" not in row.problem for row in rows)
    assert all(row.values is None for row in rows)


def test_a_tag_of_yaml_makes_no_object() -> None:
    (row,) = parse_accounts(b"!!python/object/apply:os.system ['false']", "yaml")
    assert row.problem == "It is no mapping of names to values."


@pytest.mark.parametrize(
    ("data", "kind", "says"),
    [
        (b"", "csv", "no account"),
        (b"", "yaml", "no list"),
        (b"account_id,regions\n", "csv", "no account"),
        (b"account,regions\n1,2\n", "csv", "'account'"),
        (b'account_id\n"1', "csv", "no CSV"),
        (b"\xff\xfe\x00", "csv", "UTF-8"),
        (b"a: [1", "yaml", "no YAML"),
        (b"a: 1", "yaml", "no list"),
        (b"- &a {account_id: x}\n- *a\n", "yaml", "aliases"),
        (b"[" * 3000, "yaml", "no YAML"),
        (b"x" * (MOST_BYTES + 1), "csv", "split it"),
        (b"account_id\n" + b"1\n" * (MOST_ROWS + 1), "csv", "split it"),
    ],
)
def test_a_file_that_is_none_is_one_sentence(data: bytes, kind: str, says: str) -> None:
    with pytest.raises(HullmarkError, match=says):
        parse_accounts(data, kind)
