"""Whom a repository's policy lets in: a table of policies, each with its answer."""

import json

import pytest

from hullmark.sources.ecr.repository_policy import MOST_CHARACTERS, Access, parse_access

OWN, OTHER = "111122223333", "444455556666"
PUBLIC, PRIVATE = Access("public", ("*",)), Access("private")


def allow(principal: object, **more: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": "ecr:BatchGetImage", "Principal": principal, **more}


def when(operator: str, key: str, value: object) -> dict[str, object]:
    return {"Condition": {operator: {key: value}}}


CASES: dict[str, tuple[list[dict[str, object]], Access]] = {
    "own account": ([allow({"AWS": OWN}), allow({"AWS": f"arn:aws:iam::{OWN}:role/ci"})], PRIVATE),
    "service": ([allow({"Service": "lambda.amazonaws.com"})], PRIVATE),
    "only a deny": ([{"Effect": "Deny", "Action": "*", "Principal": "*"}], PRIVATE),
    "everybody": ([allow("*")], PUBLIC),
    "everybody as aws": ([allow({"AWS": ["*", OWN]})], PUBLIC),
    "all but one": ([{"Effect": "Allow", "Action": "*", "NotPrincipal": {"AWS": OTHER}}], PUBLIC),
    "other account": ([allow({"AWS": [f"arn:aws:iam::{OTHER}:root", OWN]})], Access("shared", (OTHER,))),
    "other account by its number": ([allow({"AWS": OTHER})], Access("shared", (OTHER,))),
    "other partition": ([allow({"AWS": f"arn:aws-cn:sts::{OTHER}:assumed-role/a/b"})], Access("shared", (OTHER,))),
    "deleted principal": ([allow({"AWS": "AROAEXAMPLE"})], Access("shared", ("AROAEXAMPLE",))),
    "an organization": (
        [allow("*", **when("StringEquals", "aws:PrincipalOrgID", "o-1"))], Access("shared", ("aws:PrincipalOrgID = o-1",)),
    ),
    "any organization": ([allow("*", **when("StringLike", "aws:PrincipalOrgID", "*"))], PUBLIC),
    "all but an organization": ([allow("*", **when("StringNotEquals", "aws:PrincipalOrgID", "o-1"))], PUBLIC),
    "an organization if there is one": ([allow("*", **when("StringEqualsIfExists", "aws:PrincipalOrgID", "o-1"))], PUBLIC),
    "over tls": ([allow("*", **when("Bool", "aws:SecureTransport", "true"))], PUBLIC),
    "any address": ([allow("*", **when("IpAddress", "aws:SourceIp", ["10.0.0.0/8", "0.0.0.0/0"]))], PUBLIC),
    "one public statement is enough": ([allow({"AWS": OTHER}), allow("*")], PUBLIC),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_whom_a_policy_lets_in(name: str) -> None:
    statements, expected = CASES[name]
    assert parse_access(json.dumps({"Version": "2012-10-17", "Statement": statements}), OWN) == expected


def test_one_statement_may_stand_alone() -> None:
    assert parse_access(json.dumps({"Statement": allow("*")}), OWN) == PUBLIC


HOSTILE = {
    "empty": "",
    "truncated": '{"Statement": [{"Effect": "Allow"',
    "no object": "[1]",
    "no statement": "{}",
    "odd statement": '{"Statement": ["Allow"]}',
    "deep": "[" * 100_000,
    "long": json.dumps({"Statement": allow("*"), "x": "y" * MOST_CHARACTERS}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_policy_says_nothing(name: str) -> None:
    assert parse_access(HOSTILE[name], OWN) is None


def test_names_are_bounded() -> None:
    access = parse_access(json.dumps({"Statement": allow({"AWS": [f"{number:012}" for number in range(9000)]})})[:], OWN)
    assert access is None or len(access.shared_with) <= 50
    access = parse_access(json.dumps({"Statement": allow({"AWS": ["x" * 5000, *(f"{n:012}" for n in range(60))]})}), OWN)
    assert access is not None
    assert len(access.shared_with) == 50
    assert max(map(len, access.shared_with)) <= 200
