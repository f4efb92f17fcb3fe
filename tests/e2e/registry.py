"""Debian's docker-registry with basic auth, as the blob side of an ECR registry, and skopeo to push into it."""

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hullmark.demo.processes import free_port
from tests.conftest import require_program
from tests.e2e.debian import run

USER = "AWS"


@contextmanager
def docker_registry(folder: Path, password: str) -> Iterator[str]:
    """The URL of a registry that lets in user AWS with this password; afterwards its process is gone."""
    program, htpasswd = require_program("docker-registry"), require_program("htpasswd")
    port = free_port()
    folder.mkdir()
    (folder / "htpasswd").write_text(run(htpasswd, "-Bbn", USER, password), encoding="utf-8")
    (folder / "config.yml").write_text(
        f"""version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {folder}/data}}}}
http: {{addr: "127.0.0.1:{port}"}}
auth: {{htpasswd: {{realm: test, path: {folder}/htpasswd}}}}
""",
        encoding="utf-8",
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, "serve", str(folder / "config.yml")], stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait(f"http://127.0.0.1:{port}/v2/")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def push(layout: Path, tag: str, registry: str, name: str, password: str) -> None:
    """Push an image of a layout with skopeo."""
    host = registry.removeprefix("http://")
    credentials = ("--dest-creds", f"{USER}:{password}", "--dest-tls-verify=false", "--insecure-policy")
    run(require_program("skopeo"), "copy", "--quiet", *credentials, f"oci:{layout}:{tag}", f"docker://{host}/{name}")


def _wait(url: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(url)  # noqa: S310  our own registry
        except urllib.error.HTTPError:
            return  # it asks for a login, so it is up
        except OSError:
            time.sleep(0.1)
    raise AssertionError("docker-registry did not come up")
