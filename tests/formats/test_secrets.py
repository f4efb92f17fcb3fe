"""Secrets in text: each rule finds its kind, placeholders are none, and no evidence holds a secret."""

import random
import string
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullmark.formats.secrets import MOST, find_secrets, rules

LONG = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7"
# kind, text before the secret, the secret, text after it, how much of it may be shown
CASES = [
    ("aws-key", "key=", "AKIA" + "QXZTHRNB4LUOGPWC", "", "AKIA"),
    ("aws-secret", "aws_secret_access_key = ", "bT9/qLz3Kf0+wXr5Vn8yHs2Pd6Jm1Gc4Ra7Ue+Zk", "\n", ""),
    ("github-token", "x ", "ghp_" + "a1B2c3D4e5F6g7H8i9J0" * 2, "", "ghp_"),
    ("gitlab-token", "x ", "glpat-" + "a1B2c3D4e5F6g7H8i9J0", "", "glpat-"),
    ("slack-token", "x ", "xoxb-" + "123456789012-abcdefABCDEF", "", "xoxb-"),
    ("stripe-key", "x ", "sk_live_" + "a1B2c3D4e5F6g7H8i9J0", "", "sk_live_"),
    ("google-key", "x ", "AIza" + "a1B2c3D4e5F6g7H8i9J0-k1L2m3N4o5P6q7", "", "AIza"),
    ("npm-token", "x ", "npm_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8", "", "npm_"),
    ("npm-token", "//r/:_authToken=", "a1B2-c3D4-e5F6", "", ""),
    ("pypi-token", "x ", "pypi-AgE" + "a1B2c3D4e5F6g7H8i9J0" * 4, "", "pypi-"),
    ("azure-key", "AccountKey=", LONG + "==", ";", ""),
    ("registry-login", '{"auth": "', "dXNlcjpwYXNzd29yZDE=", '"}', ""),
    ("password-in-url", "postgres://app:", "s3cr-7Yq2", "@db/prod", ""),
    ("netrc-password", "machine h login me password ", "h8Tq-93kz", "\n", ""),
    ("password-hash", "root:", "$6$abcdefgh$Kx9Lz0QwErTyUiOpAsDf", ":19000:", ""),
    ("named-secret", "export DB_PASSWORD='", "h8Tq-93kz-LmP", "'", ""),
    ("named-secret", "spring.datasource.password=", "h8Tq-93kz-LmP", "\n", ""),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "before", "secret", "after", "shown"), CASES, ids=range(len(CASES)))
def test_each_kind_is_found_and_masked(kind: str, before: str, secret: str, after: str, shown: str) -> None:
    (found,) = find_secrets(f"\n{before}{secret}{after}")
    assert found.kind == kind
    assert found.evidence.startswith("line 2: ")
    assert found.evidence.endswith(f"{shown}… ({len(secret)} characters)")
    assert secret[len(shown) : len(shown) + 6] not in found.evidence


def test_every_rule_has_a_case() -> None:
    assert {rule.kind for rule in rules()} == {case[0] for case in CASES} | {"private-key"}


def test_the_header_of_a_key_is_no_secret() -> None:
    (found,) = find_secrets("-----BEGIN RSA " + "PRIVATE KEY-----\nMIIE\n")
    assert (found.kind, found.evidence) == ("private-key", "line 1: -----BEGIN RSA " + "PRIVATE KEY-----")


NOT_SECRETS = [
    "PASSWORD=changeme",
    "TOKEN=${TOKEN}",
    "API_KEY=<your key>",
    "SECRET=xxxxxxxx",
    "PASSWORD=********",
    "TOKEN=",
    "PASSWORD=aaaaaaaa",
    "https://user:$PASS@host/",
    "tokenizer_path: /usr/share/x",
    "password_file: /run/secrets/db",
    "PASSWORD=null",
    "a: b",
    "secret_key_base = os.environ('X')",
]


@pytest.mark.parametrize("text", NOT_SECRETS)
def test_placeholders_and_references_are_none(text: str) -> None:
    assert list(find_secrets(text)) == []


def test_many_are_counted() -> None:
    rng = random.Random(1)  # noqa: S311  a sample
    lines = [f"K{number}_TOKEN=" + "".join(rng.choices(string.ascii_letters, k=12)) for number in range(MOST + 5)]
    found = list(find_secrets("\n".join(lines)))
    assert (len(found), found[-1].kind) == (MOST + 1, "more-secrets")


@given(st.text(max_size=400))
def test_any_text(text: str) -> None:
    for item in find_secrets(text):
        assert len(item.evidence) <= 300


HOSTILE = [
    "password" * 60_000,
    "a://" * 120_000,
    "A" * 500_000,
    "machine " * 60_000,
    "-----BEGIN " * 45_000,
    "x_token=" + "y" * 500_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_takes_time_in_proportion(text: str) -> None:
    began = process_time()
    list(find_secrets(text))
    long = process_time() - began
    began = process_time()
    list(find_secrets(text[: len(text) // 8]))
    assert long < 40 * (process_time() - began) + 0.5
