"""One AWS request as it comes over HTTP, taken apart; and answers as the JSON and query protocols shape them."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4
from xml.sax.saxutils import escape

from werkzeug.wrappers import Request, Response

_CREDENTIAL = re.compile(r"Credential=(?P<key>[^/,\s]+)/[0-9]{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")


@dataclass(frozen=True, slots=True)
class AwsCall:
    """Who asks which action of which service in which Region; `action` as IAM names it, `ecr:ListImages`."""

    key: str
    region: str
    service: str
    action: str
    values: Mapping[str, Any]
    json_protocol: bool
    body: bytes = b""
    signed_at: datetime | None = None


class AwsFault(Exception):
    """An answer that is an error: its code and HTTP status as AWS gives them."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(code, message, status)
        self.code = code
        self.message = message
        self.status = status


def parse_call(request: Request) -> AwsCall | None:
    """The call in a signed request; None for what is no AWS request (moto's own pages)."""
    signature = _CREDENTIAL.search(request.headers.get("Authorization", ""))
    if signature is None:
        return None
    target = request.headers.get("X-Amz-Target", "")
    body = request.get_data()  # of a stream: nobody can read it a second time
    values: dict[str, Any] = json.loads(body or b"{}") if target else dict(parse_qsl(body.decode(), keep_blank_values=True))
    name = target.rpartition(".")[2] if target else str(values.get("Action", ""))
    action = f"{signature['service']}:{name}"
    return AwsCall(
        signature["key"], signature["region"], signature["service"], action, values, bool(target), body, _signed_at(request)
    )


def _signed_at(request: Request) -> datetime | None:
    try:
        return datetime.strptime(request.headers.get("X-Amz-Date", ""), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def answer_json(value: Mapping[str, object], status: int = 200) -> Response:
    """An answer of the JSON 1.1 protocol; times are epoch seconds."""
    return Response(json.dumps(value), status, content_type="application/x-amz-json-1.1")


def answer_fault(fault: AwsFault, json_protocol: bool) -> Response:
    """An error in the shape of the protocol."""
    if json_protocol:
        return answer_json({"__type": fault.code, "message": fault.message}, fault.status)
    kind = "Sender" if fault.status < 500 else "Receiver"
    text = (
        f"<ErrorResponse><Error><Type>{kind}</Type><Code>{escape(fault.code)}</Code>"
        f"<Message>{escape(fault.message)}</Message></Error><RequestId>{uuid4()}</RequestId></ErrorResponse>"
    )
    return Response(text, fault.status, content_type="text/xml")
