"""AWS failures as this house's errors; names the action that failed, never a parameter of it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConfigNotFound,
    CredentialRetrievalError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
from botocore.parsers import ResponseParserError

from hullmark.errors import AccessError, HullmarkError, NotFound, Throttled, TransportError, UsageError

_THROTTLED = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "RequestThrottled",
    "RequestThrottledException",
    "LimitExceededException",
    "SlowDown",
    "TOOMANYREQUESTS",
}
_DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "OptInRequired",
    "RegionDisabledException",
}
_BAD_CREDENTIALS = {
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "IncompleteSignature",
    "MissingAuthenticationToken",
    "InvalidAccessKeyId",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "AuthFailure",
}
_PERHAPS_REGION = {"InvalidClientTokenId", "UnrecognizedClientException"}  # also said by Regions that are not enabled
_NOT_FOUND = {
    "RepositoryNotFoundException",
    "ImageNotFoundException",
    "LayersNotFoundException",
    "LifecyclePolicyNotFoundException",
    "RepositoryPolicyNotFoundException",
}
_NO_CREDENTIALS = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    TokenRetrievalError,
    SSOError,
    ProfileNotFound,
    ConfigNotFound,
)
_TIME_MATTERS = {
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "AuthFailure",
}
_SKEWED = 120.0  # seconds from which a signature that is refused is put down to the clock
_BECAUSE = re.compile(r"(?:because|with) (?:no|an? explicit deny in an?) [a-z -]{1,60}policy")


@contextmanager
def calling(action: str, where: str) -> Iterator[None]:
    """Turn what botocore raises inside into AccessError, Throttled, TransportError, NotFound or UsageError.

    `action` is the IAM name ("ecr:ListImages"), `where` says on what in words ("account 1111 in eu-west-1").
    """
    try:
        yield
    except ClientError as error:
        raise translate(error, action, where) from None
    except _NO_CREDENTIALS as error:
        raise AccessError(
            f"AWS was not asked for {action} on {where}: no usable AWS credentials were found ({type(error).__name__}); "
            "give Hullmark's own role, profile or keys to this process."
        ) from None
    except RuntimeError as error:
        if "still expired" not in str(error):
            raise
        raise AccessError(
            f"AWS was not asked for {action} on {where}: new credentials are expired; set this machine's clock."
        ) from None
    except NoRegionError:
        raise UsageError(f"AWS was not asked for {action} on {where}: no Region is set.") from None
    except (BotoCoreError, ResponseParserError) as error:
        raise TransportError(
            f"AWS did not answer {action} on {where} ({type(error).__name__}); check the network and the endpoint."
        ) from None


def translate(error: ClientError, action: str, where: str) -> HullmarkError:
    """The error of this house for an answer of AWS."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in _THROTTLED or status == 429:
        return Throttled(f"AWS throttles {action} on {where} ({code}); the request was repeated in vain, try again later.")
    if code in _BAD_CREDENTIALS:
        return AccessError(f"AWS does not accept {_unaccepted(error, code, action, where)}.")
    if code in _DENIED or status in (401, 403):
        return AccessError(f"AWS denies {action} on {where}{_because(error)}; allow it to the role that Hullmark uses.")
    if code in _NOT_FOUND:
        return NotFound(
            f"AWS has no such repository, image, layer or policy for {action} on {where} ({code}); it may have been deleted."
        )
    if status >= 500:
        return TransportError(f"AWS failed at {action} on {where} ({code or status}); try again later.")
    return UsageError(f"AWS refuses {action} on {where} ({code or status}); check the values of the integration.")


def _unaccepted(error: ClientError, code: str, action: str, where: str) -> str:
    """What of a request's credentials is not accepted, and what to do."""
    skew = clock_skew(error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date"))
    if code in _TIME_MATTERS and abs(skew) >= _SKEWED:
        direction = "behind" if skew > 0 else "before"
        return f"the signature of {action} on {where}: this machine's clock is {abs(skew):.0f} s {direction} AWS's; set it"
    remedy = "renew them, or enable the Region in the account" if code in _PERHAPS_REGION else "renew them"
    return f"the credentials for {action} on {where} ({code}); {remedy}"


def clock_skew(date: str | None) -> float:
    """By how many seconds the Date header of an answer is ahead of this machine's clock; 0 when there is none."""
    try:
        return (parsedate_to_datetime(date or "") - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return 0.0


def _because(error: ClientError) -> str:
    """The part of AWS's message that tells which kind of policy decided; the rest is not ours to show."""
    match = _BECAUSE.search(str(error.response.get("Error", {}).get("Message", "")))
    return f" {match[0]}" if match else ""
