"""The embedded AWS stand-in as a thread of this process: IAM, STS, CloudFormation and ECR of several accounts."""

import logging
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from email.utils import format_datetime
from threading import Lock, Thread
from types import TracebackType
from typing import Any, ClassVar, Self

from moto.core.base_backend import BackendDict
from moto.ecr.models import ecr_backends
from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import BaseWSGIServer, make_server

from hullmark.demo.aws.ecr_api import BlobSide, EcrApi
from hullmark.demo.aws.gateway import Gateway
from hullmark.demo.aws.request import AwsFault
from hullmark.settings import Settings
from hullmark.sources.ecr.regions import partition_of
from hullmark.sources.ecr.session import static_session

ACCOUNTS = ("111122223333", "444455556666")  # the customers
PLATFORM_ACCOUNT = "999900001111"  # where Hullmark runs; always there
_POLL_SECONDS = 0.05  # how long stop() may take
log = logging.getLogger(__name__)
_UNSET = "http://127.0.0.1:1"  # nothing listens there: a registry that nobody set fails at once, and on this machine


class DemoAws:
    """AWS on 127.0.0.1, for the demo and for tests; a context manager, or start() and stop().

    moto keeps the state, which is the process's own: start() empties it unless another DemoAws is running. What moto
    does not check or answers wrongly is corrected (`gateway.py`, `callers.py`, `ecr_api.py`).
    """

    _running: ClassVar[int] = 0
    _counting: ClassVar[Lock] = Lock()

    def __init__(self, accounts: Sequence[str] = ACCOUNTS, port: int = 0, session_seconds: int | None = None) -> None:
        self.accounts = tuple(accounts)
        self._port = port
        self._keys = {
            account: (f"AKIADEMO{account}", secrets.token_urlsafe(30)) for account in (*accounts, PLATFORM_ACCOUNT)
        }
        self._sides: dict[tuple[str, str], BlobSide] = {}
        self._ecr = EcrApi(self._side)
        self._gateway = Gateway(self._ecr, {key: account for account, (key, _) in self._keys.items()}, session_seconds)
        self._server: BaseWSGIServer | None = None
        self._thread: Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Listen on 127.0.0.1; returns when requests are answered."""
        with DemoAws._counting:
            if DemoAws._running == 0:
                BackendDict.reset()
            DemoAws._running += 1
        self._server = make_server("127.0.0.1", self._port, self._gateway, threaded=True, request_handler=_Quiet)
        self._thread = Thread(target=self._server.serve_forever, args=(_POLL_SECONDS,), name="demo-aws", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the port and end the thread; harmless when it is not running."""
        server, thread = self._server, self._thread
        self._server = self._thread = None
        if server is None or thread is None:
            return
        server.shutdown()
        thread.join()
        server.server_close()
        with DemoAws._counting:
            DemoAws._running -= 1

    @property
    def url(self) -> str:
        """The endpoint URL for `Settings.aws_endpoint_url`; raises RuntimeError when it is not running."""
        if self._server is None:
            raise RuntimeError("the AWS stand-in is not running")
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def calls(self) -> Counter[tuple[str, str, str]]:
        """How often each (account, Region, action) was asked, refused ones included; actions as `ecr:ListImages`."""
        return self._gateway.calls.copy()

    def environment(self, account: str = PLATFORM_ACCOUNT) -> dict[str, str]:
        """Environment variables that make an account's own keys the credentials of this process."""
        key, secret = self._keys[account]
        return {
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_EC2_METADATA_DISABLED": "true",
            "HULLMARK_AWS_ENDPOINT_URL": self.url,
        }

    def client(self, service: str, account: str, region: str) -> Any:  # noqa: ANN401  boto3 builds a class a service
        """A boto3 client with an account's own keys, which may do everything in it."""
        key, secret = self._keys[account]
        return static_session(key, secret, Settings(aws_endpoint_url=self.url), account).client(service, region)

    def deploy(self, account: str, region: str, stack: str, template: str, parameters: Mapping[str, str]) -> dict[str, str]:
        """Deploy a stack by CloudFormation, in place of the one of that name; its outputs.

        The old stack is deleted first: moto's update of a role leaves its trust policy as it was. The partition is filled in
        here, since moto takes every one for `aws`.
        """
        client = self.client("cloudformation", account, region)
        client.delete_stack(StackName=stack)
        client.create_stack(
            StackName=stack,
            TemplateBody=template.replace("${AWS::Partition}", partition_of(region)),
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        outputs = client.describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
        return {item["OutputKey"]: item["OutputValue"] for item in outputs}

    def set_registry(self, account: str, region: str, url: str, password: str = "") -> str:
        """Say where the registry of an account in a Region answers; the password that its tokens hold (user `AWS`)."""
        side = BlobSide(url.rstrip("/"), password or secrets.token_urlsafe(24))
        self._sides[account, region] = side
        return side.password

    def archive(self, account: str, region: str, repository: str, digest: str) -> None:
        """Make an image ARCHIVED, as ECR's archive storage class does."""
        self._ecr.archived.add((account, region, repository, digest))

    def delay(self, seconds: float) -> None:
        """Let every answer take so long from now on, as those of AWS do."""
        self._gateway.delay_seconds = seconds

    def fail(self, action: str, code: str, status: int = 400, times: int = 1) -> None:
        """Answer the next `times` calls of `action` (`ecr:DescribeImages`) with an error."""
        self._gateway.fail(action, AwsFault(code, "made to fail", status), times)

    def close_region(self, account: str, region: str) -> None:
        """Switch a Region off in an account: it knows none of the account's credentials from now on."""
        self._gateway.closed.add((account, region))

    def set_registry_policy(self, account: str, region: str, text: str) -> None:
        """Give a registry a policy of its own; moto's own call takes those of replication only."""
        ecr_backends[account][region].registry_policy = text

    def set_clock(self, ahead_seconds: float) -> None:
        """Let its clock be ahead of this machine's by so many seconds (negative: behind)."""
        self._gateway.ahead_seconds = ahead_seconds

    def _side(self, account: str, region: str) -> BlobSide:
        return self._sides.get((account, region), BlobSide(_UNSET, "unset"))


class _Quiet(MotoRequestHandler):
    """No line per request; a fault of the stand-in itself goes to the log. Answers are dated by the gateway's clock."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Date header."""
        return format_datetime(self.server.app.now(), usegmt=True)  # type: ignore[attr-defined]  # it is our Gateway

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002  werkzeug's own parameter name
        """Hand on errors only."""
        if type == "error":
            log.error("the AWS stand-in failed", extra={"reason": message % args if args else message})
