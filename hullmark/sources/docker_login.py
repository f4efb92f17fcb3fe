"""Logins for a registry host: from the environment, else from Docker's own configuration and its credential programs.

Docker's config.json: `credHelpers` by host, then `credsStore`, then `auths` (docker CLI reference, "Credential stores").
Identity tokens are not supported. Whatever is wrong with the configuration is logged and counts as no login, so that
public images can be read all the same.
"""

import base64
import binascii
import logging
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import orjson

from hullmark.sources.reference import DOCKER_HUB

_CONFIG_LIMIT = 4 * 1024 * 1024
_SECONDS = 15
_PROGRAM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HUB_NAMES = ("https://index.docker.io/v1/", "index.docker.io", "registry-1.docker.io")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoredLogin:
    """A user and a password (or token) for one registry host; the token is left out of repr."""

    user: str
    token: str = field(repr=False)


def find_login(host: str, environ: Mapping[str, str]) -> Callable[..., StoredLogin | None]:
    """A function that looks for the login of `host` when it is called; it is called only when the registry asks for one.

    HULLMARK_REGISTRY_USER and HULLMARK_REGISTRY_PASSWORD win, and go to the host of the reference that was typed.
    """
    return partial(_find, host, environ)


def _find(host: str, environ: Mapping[str, str], *, renew: bool = False) -> StoredLogin | None:
    user, password = environ.get("HULLMARK_REGISTRY_USER"), environ.get("HULLMARK_REGISTRY_PASSWORD")
    if user and password:
        return StoredLogin(user, password)
    config = _read_config(environ)
    names = (host, *_HUB_NAMES) if host == DOCKER_HUB else (host,)
    helpers = config.get("credHelpers")
    for name in names:
        program = helpers.get(name) if isinstance(helpers, dict) else None
        login = _ask(program or config.get("credsStore"), name, environ) or _stored(config.get("auths"), name)
        if login is not None:
            return login
    return None


def _read_config(environ: Mapping[str, str]) -> dict[str, object]:
    home = environ.get("HOME") or str(Path.home())
    path = Path(environ.get("DOCKER_CONFIG") or Path(home, ".docker")) / "config.json"
    try:
        with path.open("rb") as file:
            value = orjson.loads(file.read(_CONFIG_LIMIT))
    except FileNotFoundError:
        return {}
    except (OSError, orjson.JSONDecodeError):
        log.warning("Docker's configuration cannot be read", extra={"path": str(path)})
        return {}
    return value if isinstance(value, dict) else {}


def _ask(program: object, name: str, environ: Mapping[str, str]) -> StoredLogin | None:
    """What `docker-credential-<program> get` says of a registry."""
    if not isinstance(program, str) or not _PROGRAM.fullmatch(program):
        return None
    command = [f"docker-credential-{program}", "get"]
    try:
        done = subprocess.run(  # noqa: S603  a program that the user's own configuration names
            command, input=name.encode(), capture_output=True, timeout=_SECONDS, check=False, env=dict(environ)
        )
        value = orjson.loads(done.stdout) if done.returncode == 0 else {}
    except (OSError, subprocess.TimeoutExpired, orjson.JSONDecodeError) as error:
        log.warning("a credential program failed", extra={"program": command[0], "kind": type(error).__name__})
        return None
    return _login(value.get("Username"), value.get("Secret")) if isinstance(value, dict) else None


def _stored(auths: object, name: str) -> StoredLogin | None:
    entries = auths.items() if isinstance(auths, dict) else ()
    for key, entry in entries:
        if isinstance(entry, dict) and _bare(key) == _bare(name):
            return _decoded(entry.get("auth")) or _login(entry.get("username"), entry.get("password"))
    return None


def _decoded(auth: object) -> StoredLogin | None:
    try:
        text = base64.b64decode(auth, validate=True).decode() if isinstance(auth, str) else ""
    except (binascii.Error, UnicodeDecodeError):
        return None
    user, _, token = text.partition(":")
    return _login(user, token.rstrip("\0"))


def _login(user: object, token: object) -> StoredLogin | None:
    usable = isinstance(user, str) and isinstance(token, str) and user and token and user != "<token>"
    return StoredLogin(str(user), str(token)) if usable else None


def _bare(key: str) -> str:
    """The host of a key of `auths`, which may be a URL."""
    return re.sub(r"\Ahttps?://", "", key).partition("/")[0].lower()
