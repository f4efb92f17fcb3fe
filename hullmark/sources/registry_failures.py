"""What a registry's refusals mean, as this house's errors; names the registry and what was asked for, never a token."""

import email.utils
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from hullmark.errors import AccessError, HullmarkError, NotFound, Throttled, TransportError

_CODE = re.compile(r"[A-Z][A-Z0-9_]{1,60}")


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer of 400 and above: the error code of the distribution spec, and whether it speaks of an expired login."""

    status: int
    code: str = ""
    expired: bool = False


class Again(Exception):
    """The request may be repeated after `after` seconds (None: as one likes); `failure` says why if it is not."""

    def __init__(self, failure: HullmarkError, after: float | None = None) -> None:
        super().__init__(str(failure))
        self.failure = failure
        self.after = after


def parse_refusal(status: int, body: bytes) -> Refusal:
    """What an error body says (distribution spec, "Error Codes"), whatever it is."""
    try:
        value = orjson.loads(body)
        first = value["errors"][0]
        code, message = str(first.get("code", "")), str(first.get("message", ""))
    except (orjson.JSONDecodeError, LookupError, TypeError, AttributeError):
        code, message = "", body[:1000].decode("utf-8", "replace")
    return Refusal(status, code if _CODE.fullmatch(code) else "", "expired" in message.lower())


def failure_of(refusal: Refusal, name: str, what: str, *, logged_in: bool) -> HullmarkError:
    """The error for `what` ("shop/api:1.0") at registry `name`."""
    status = refusal.status
    if status in (401, 403):
        return _denied(refusal, name, what, logged_in=logged_in)
    if status == 404:
        return NotFound(f"{name} has no {what}; check the name, it may have been deleted")
    if status == 429:
        return Throttled(f"{name} asks for fewer requests, so {what} was not read; try again later")
    if status >= 500 or status == 408:
        return TransportError(f"{name} failed at {what} ({status}); try again later")
    shown = f"{status} {refusal.code}".strip()
    return TransportError(f"{name} refuses {what} ({shown}); check the reference")


def _denied(refusal: Refusal, name: str, what: str, *, logged_in: bool) -> AccessError:
    if refusal.status == 401 and not logged_in:
        return AccessError(
            f"{name} wants credentials for {what}; run docker login {name}, or set HULLMARK_REGISTRY_USER and "
            "HULLMARK_REGISTRY_PASSWORD"
        )
    if refusal.expired:
        return AccessError(f"the login for {name} has expired, so {what} cannot be read; log in again")
    if refusal.status == 401:
        return AccessError(f"{name} does not accept the credentials for {what}; log in again")
    return AccessError(f"{name} denies access to {what}; allow the user or role to pull it")


def parse_retry_after(text: str) -> float | None:
    """Seconds to wait, from a number or an HTTP date (RFC 9110, 10.2.3); None when it says nothing usable."""
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        then = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (then.replace(tzinfo=then.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def words_of_system(error: BaseException) -> str:
    """The words of the system's error that lies below a library's, "" for none."""
    below = error.__cause__ or error.__context__
    if isinstance(below, BaseExceptionGroup):  # one for each address of the name
        below = below.exceptions[0]
    if isinstance(below, OSError) and below.errno:
        return os.strerror(below.errno) if below.errno > 0 else below.strerror or ""  # below 0: of the resolver
    return words_of_system(below) if below else ""
