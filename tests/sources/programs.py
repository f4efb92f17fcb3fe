"""Debian's docker-registry with basic auth as a process of the test, and skopeo to push to it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_connection, socket
from time import monotonic, sleep

from tests.conftest import require_program

USER, PASSWORD = "AWS", "a-registry-token"


@contextmanager
def docker_registry(folder: Path) -> Iterator[str]:
    """The host and port of a registry that holds nothing; user AWS."""
    program, htpasswd = require_program("docker-registry"), require_program("htpasswd")
    users = folder / "users"
    users.write_bytes(subprocess.run([htpasswd, "-Bbn", USER, PASSWORD], check=True, capture_output=True).stdout)
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = folder / "config.yml"
    config.write_text(
        f"version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {folder}/data\nhttp:\n  addr: 127.0.0.1:{port}\n"
        f"auth:\n  htpasswd:\n    realm: test\n    path: {users}\nlog:\n  level: error\n",
        encoding="utf-8",
    )
    with subprocess.Popen([program, "serve", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(port)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()


def skopeo_push(source: str, host: str, name: str, password: str, *more: str) -> None:
    """Copy an image to a registry that speaks plain http on this machine."""
    program = require_program("skopeo")
    target = [f"--dest-creds={USER}:{password}", "--dest-tls-verify=false", source, f"docker://{host}/{name}"]
    done = subprocess.run(
        [program, "--insecure-policy", "copy", *more, *target], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def _wait(port: int) -> None:
    deadline = monotonic() + 20
    while monotonic() < deadline:
        try:
            create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            sleep(0.02)
        else:
            return
    raise AssertionError("docker-registry does not listen")
