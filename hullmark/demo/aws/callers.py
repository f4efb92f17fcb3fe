"""Who signs a request, and what they may do: account keys may do all in their account, roles what their policies allow.

Reads moto's IAM and STS state in this process; moto itself checks neither trust policies nor permissions.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from hullmark.demo.aws.policy import Effect, Request, decide
from hullmark.demo.aws.request import AwsCall, AwsFault
from hullmark.sources.ecr.regions import partition_of

_ROLE = re.compile(r"arn:(?P<partition>[^:]+):iam::(?P<account>[0-9]{12}):role/.+")
_WITHOUT_PERMISSION = "sts:GetCallerIdentity"


@dataclass(frozen=True, slots=True)
class Caller:
    """An identity: its account, its ARN, and the role behind it ("" for an account's own keys)."""

    account: str
    arn: str
    role_arn: str = ""
    session_policy: str = ""


def find_caller(call: AwsCall, keys: Mapping[str, str]) -> Caller:
    """The caller behind the access key; `keys` maps the accounts' own keys to them. Raises AwsFault as AWS words it."""
    partition = partition_of(call.region)
    if call.key in keys:
        account = keys[call.key]
        return Caller(account, f"arn:{partition}:iam::{account}:user/hullmark-demo")
    for account in list(sts_backends):
        session = sts_backends[account][partition].get_assumed_role_from_access_key(call.key)
        if session is not None:
            if session.expiration.astimezone(UTC) <= datetime.now(UTC):
                raise _expired(call)
            return Caller(account, session.arn, session.role_arn, session.policy or "")
    raise unknown_token(call)


def unknown_token(call: AwsCall) -> AwsFault:
    """What AWS says of a key that nobody has, and of every key in a Region that its account has not switched on."""
    code = "UnrecognizedClientException" if call.json_protocol else "InvalidClientTokenId"
    return AwsFault(code, "The security token included in the request is invalid.", 400 if call.json_protocol else 403)


def require_permission(caller: Caller, call: AwsCall, resource: str, resource_policies: Iterable[str] = ()) -> None:
    """Raise AwsFault unless the caller's policies allow the action on `resource` and its own policies do not deny it."""
    request = Request(call.action, resource, tuple(filter(None, (caller.arn, caller.role_arn))))
    if decide(resource_policies, request, by_principal=True) is Effect.DENY:
        raise _denied(caller, call, resource, "with an explicit deny in a resource-based policy")
    if not caller.role_arn or call.action == _WITHOUT_PERMISSION:
        return
    policies = [list(_role_policies(caller.role_arn))] + ([[caller.session_policy]] if caller.session_policy else [])
    effects = {decide(documents, request) for documents in policies}
    if Effect.DENY in effects:
        raise _denied(caller, call, resource, "with an explicit deny in an identity-based policy")
    if effects != {Effect.ALLOW}:
        raise _denied(caller, call, resource, f"because no identity-based policy allows the {call.action} action")


def require_trust(caller: Caller, call: AwsCall) -> None:
    """Raise AwsFault unless the role in an AssumeRole call trusts the caller with the External ID given, as STS does."""
    role_arn = str(call.values.get("RoleArn", ""))
    if caller.role_arn:
        require_permission(caller, call, role_arn)
    role = _find_role(role_arn)
    context = {"sts:ExternalId": str(call.values["ExternalId"])} if call.values.get("ExternalId") else {}
    request = Request("sts:AssumeRole", role_arn, tuple(filter(None, (caller.arn, caller.role_arn))), context)
    if role is None or decide([role.assume_role_policy_document], request, by_principal=True) is not Effect.ALLOW:
        raise _denied(caller, call, role_arn, "")


def _role_policies(role_arn: str) -> Iterator[str]:
    role = _find_role(role_arn)
    if role is not None:
        yield from role.policies.values()
        yield from (policy.document for policy in role.managed_policies.values())


def _find_role(arn: str) -> Any:  # noqa: ANN401  moto has no types
    match = _ROLE.fullmatch(arn)
    if match is None or match["account"] not in iam_backends:
        return None
    roles = iam_backends[match["account"]][match["partition"]].roles
    return next((role for role in roles.values() if role.arn == arn), None)


def _denied(caller: Caller, call: AwsCall, resource: str, why: str) -> AwsFault:
    message = f"User: {caller.arn} is not authorized to perform: {call.action} on resource: {resource} {why}".rstrip()
    return AwsFault("AccessDeniedException", message) if call.json_protocol else AwsFault("AccessDenied", message, 403)


def _expired(call: AwsCall) -> AwsFault:
    code = "ExpiredTokenException" if call.json_protocol else "ExpiredToken"
    return AwsFault(code, "The security token included in the request is expired", 400 if call.json_protocol else 403)
