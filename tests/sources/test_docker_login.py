import base64
import json
import logging
from pathlib import Path

import pytest

from hullmark.sources.docker_login import find_login

AUTH = base64.b64encode(b"reader:secret").decode()
HUB = "https://index.docker.io/v1/"


def _find(host: str, home: Path, config: object, **environ: str) -> tuple[str, str] | None:
    (home / "config.json").write_text(config if isinstance(config, str) else json.dumps(config), encoding="utf-8")
    login = find_login(host, {"DOCKER_CONFIG": str(home), "PATH": f"{home}:/usr/bin:/bin", **environ})()
    return (login.user, login.token) if login else None


@pytest.mark.parametrize(
    ("host", "auths", "found"),
    [
        ("registry.test", {"registry.test": {"auth": AUTH}}, True),
        ("registry.test", {"https://registry.test": {"auth": AUTH}}, True),
        ("registry.test", {"https://registry.test/v1/": {"auth": AUTH}}, True),
        ("registry.test", {"registry.test": {"username": "reader", "password": "secret"}}, True),
        ("registry.test:5000", {"registry.test": {"auth": AUTH}}, False),
        ("registry.test", {"registry.test:5000": {"auth": AUTH}}, False),
        ("evil-registry.test", {"registry.test": {"auth": AUTH}}, False),
        ("registry.test.evil", {"registry.test": {"auth": AUTH}}, False),
        ("registry.test", {HUB: {"auth": AUTH}}, False),
        ("docker.io", {HUB: {"auth": AUTH}}, True),
        ("docker.io", {"docker.io": {"auth": AUTH}}, True),
        ("registry.test", {"registry.test": {}}, False),
        ("registry.test", {"registry.test": {"identitytoken": "x"}}, False),
        ("registry.test", {"registry.test": {"auth": "no base64!"}}, False),
        ("registry.test", {"registry.test": {"auth": base64.b64encode(b"\xff\xfe:x").decode()}}, False),
        ("registry.test", {"registry.test": 3}, False),
        ("registry.test", [], False),
    ],
)
def test_auths(host: str, auths: object, found: bool, tmp_path: Path) -> None:
    assert _find(host, tmp_path, {"auths": auths}) == (("reader", "secret") if found else None)


@pytest.mark.parametrize(
    "config", ["", "{", "[]", '"x"', '{"auths": null, "credHelpers": 3, "credsStore": []}', "[" * 100_000]
)
def test_a_damaged_configuration_counts_as_none(config: str, tmp_path: Path) -> None:
    assert _find("registry.test", tmp_path, config) is None


def test_no_configuration(tmp_path: Path) -> None:
    assert find_login("registry.test", {"HOME": str(tmp_path)})() is None


def test_the_environment_wins(tmp_path: Path) -> None:
    more = {"HULLMARK_REGISTRY_USER": "env", "HULLMARK_REGISTRY_PASSWORD": "word"}
    assert _find("registry.test", tmp_path, {"auths": {"registry.test": {"auth": AUTH}}}, **more) == ("env", "word")


def _program(home: Path, name: str, script: str) -> None:
    path = home / f"docker-credential-{name}"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


ANSWER = 'read host; [ "$1 $host" = "get registry.test" ] && echo \'{"Username":"reader","Secret":"secret"}\' || exit 1'


@pytest.mark.parametrize("config", [{"credsStore": "test"}, {"credHelpers": {"registry.test": "test"}}])
def test_a_credential_program_is_asked_for_the_host(config: dict[str, object], tmp_path: Path) -> None:
    _program(tmp_path, "test", ANSWER)
    assert _find("registry.test", tmp_path, config) == ("reader", "secret")
    assert _find("other.test", tmp_path, config) is None


@pytest.mark.parametrize(
    "script", ["exit 1", "echo nonsense", "echo []", 'echo \'{"Username":"<token>","Secret":"x"}\'', "kill -9 $$"]
)
def test_a_credential_program_that_fails_leaves_the_rest(script: str, tmp_path: Path) -> None:
    _program(tmp_path, "test", script)
    config = {"credsStore": "test", "auths": {"registry.test": {"auth": AUTH}}}
    assert _find("registry.test", tmp_path, config) == ("reader", "secret")


def test_a_credential_program_that_is_missing_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert _find("registry.test", tmp_path, {"credsStore": "missing"}) is None
    assert [record.message for record in caplog.records] == ["a credential program failed"]


@pytest.mark.parametrize("name", ["../../bin/sh", "a/b", "", " ", "-x"])
def test_names_of_programs_are_no_paths(name: str, tmp_path: Path) -> None:
    assert _find("registry.test", tmp_path, {"credsStore": name}) is None


def test_the_token_is_left_out_of_repr(tmp_path: Path) -> None:
    environ = {"HULLMARK_REGISTRY_USER": "reader", "HULLMARK_REGISTRY_PASSWORD": "hidden"}
    assert "hidden" not in repr(find_login("registry.test", environ)())
