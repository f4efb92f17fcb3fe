"""The WSGI application before moto: counts, authenticates and authorises every call, corrects ECR, hands on the rest."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from threading import Lock
from time import sleep
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.wrappers import Request, Response

from hullmark.demo.aws.callers import Caller, find_caller, require_permission, require_trust, unknown_token
from hullmark.demo.aws.ecr_api import EcrApi, resource_policies
from hullmark.demo.aws.request import AwsCall, AwsFault, answer_fault, answer_json, parse_call
from hullmark.sources.ecr.narrowing import queue_arn
from hullmark.sources.ecr.regions import partition_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_SIGNED_FOR = timedelta(minutes=5)  # how long a signature is good, before and after


@dataclass(slots=True)
class Gateway:
    """A WSGI application; `keys` maps access keys to accounts, `calls` counts (account, Region, action)."""

    ecr: EcrApi
    keys: Mapping[str, str]
    session_seconds: int | None = None  # how long assumed-role sessions last, whatever was asked for
    delay_seconds: float = 0.0  # how long each answer takes, as those of AWS do
    calls: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    closed: set[tuple[str, str]] = field(default_factory=set)  # (account, Region) that the account has not switched on
    ahead_seconds: float = 0.0  # by how much its clock is ahead of this machine's
    _faults: dict[str, list[AwsFault]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _moto: Any = field(default_factory=lambda: DomainDispatcherApplication(create_backend_app))

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        call = parse_call(Request(environ))
        if call is None:
            fault = AwsFault("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
            return answer_fault(fault, json_protocol=False)(environ, start_response)
        sleep(self.delay_seconds)
        try:
            self._require_fresh(call)
            response = self._answer(environ, call)
        except AwsFault as fault:
            response = answer_fault(fault, call.json_protocol)
        return response(environ, start_response)

    def fail(self, action: str, fault: AwsFault, times: int) -> None:
        """Answer the next `times` calls of `action` with `fault`."""
        with self._lock:
            self._faults.setdefault(action, []).extend([fault] * times)

    def now(self) -> datetime:
        """What its clock says, which the server puts into each answer."""
        return datetime.now(UTC) + timedelta(seconds=self.ahead_seconds)

    def _require_fresh(self, call: AwsCall) -> None:
        """Refuse what was signed too early or too late, as AWS does."""
        if call.signed_at is not None and abs(self.now() - call.signed_at) > _SIGNED_FOR:
            code = "InvalidSignatureException" if call.json_protocol else "SignatureDoesNotMatch"
            raise AwsFault(code, "Signature expired", 400 if call.json_protocol else 403)

    def _answer(self, environ: "WSGIEnvironment", call: AwsCall) -> Response:
        caller = find_caller(call, self.keys)
        if (caller.account, call.region) in self.closed:
            raise unknown_token(call)
        with self._lock:
            self.calls[caller.account, call.region, call.action] += 1
            pending = self._faults.get(call.action)
            if pending:
                raise pending.pop()
        if call.action == "sts:AssumeRole":
            require_trust(caller, call)
            return self._forward(environ, caller, self._shortened(call))
        policies = resource_policies(caller.account, call.region, call.values) if call.service == "ecr" else []
        require_permission(caller, call, _resource(caller, call), policies)
        if call.service == "ecr":
            value = self.ecr.answer(call.action.partition(":")[2], caller.account, call.region, call.values)
            if value is not None:
                return answer_json(value)
        return self._forward(environ, caller, call.body)

    def _forward(self, environ: "WSGIEnvironment", caller: Caller, body: bytes) -> Response:
        handed = {
            **environ,
            "wsgi.input": BytesIO(body),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_X_MOTO_ACCOUNT_ID": caller.account,
        }
        handed.pop("werkzeug.request", None)
        return Response.from_app(self._moto, handed)

    def _shortened(self, call: AwsCall) -> bytes:
        if self.session_seconds is None:
            return call.body
        return urlencode({**call.values, "DurationSeconds": str(self.session_seconds)}).encode()


def _resource(caller: Caller, call: AwsCall) -> str:
    """The resource that IAM checks an action on."""
    if call.service == "sqs" and "QueueUrl" in call.values:
        return queue_arn(partition_of(call.region), call.region, str(call.values["QueueUrl"]))
    if call.service != "ecr" or call.action == "ecr:GetAuthorizationToken":
        return "*"
    name = call.values.get("repositoryName", "*")
    return f"arn:{partition_of(call.region)}:ecr:{call.region}:{caller.account}:repository/{name}"
