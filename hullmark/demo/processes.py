"""The processes that the demo starts: each in a session of its own, waited for until it answers, and gone when it ends."""

import random
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from hullmark.errors import TransportError, UsageError

START_SECONDS = 180.0
STOP_SECONDS = 15.0
SERVING = range(20_000, 32_000)  # below the ports that systems give to the near ends of connections
TRIES = 200


@contextmanager
def serving(
    command: Sequence[str], health: str, log: Path, environ: Mapping[str, str], name: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server while the block runs; its output goes to `log`. Raises TransportError when it does not come up."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603  our own interpreter and our own arguments
            command,
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=dict(environ),
            start_new_session=True,
        )
        try:
            _wait(process, health, name, log)
            yield process
        finally:
            stop(process)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Ask the process to end, and make it end when it does not."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def require_free(port: int, what: str) -> None:
    """Raise UsageError when 127.0.0.1:`port` has an end already: of a server, or of a connection that somebody made."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0 or not _is_free(port):
            raise UsageError(f"port {port} on this machine is in use, so {what} cannot start; stop that program first")


def free_port() -> int:
    """A port of 127.0.0.1 that is free now, and that no connection is given by chance; raises UsageError when none is."""
    for port in random.SystemRandom().sample(SERVING, TRIES):
        if _is_free(port):
            return port
    raise UsageError(
        f"no port from {SERVING.start} to {SERVING.stop - 1} on this machine is free; stop other programs first"
    )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: what ended a moment ago is no matter
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _wait(process: "subprocess.Popen[bytes]", health: str, name: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise TransportError(f"{name} ended with status {process.returncode} when it was started; see {log}")
        try:
            if httpx.get(health, timeout=2.0, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise TransportError(f"{name} did not answer within {START_SECONDS:.0f} s; see {log}")
