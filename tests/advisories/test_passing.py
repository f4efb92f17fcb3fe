"""What is fetched of a feed is gone when its process is: at once, or with the next sync where it was killed."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from hullmark.advisories.passing import passing, sweep
from tests.advisories.listening import listening
from tests.cli.command import HULLMARK

NOW = datetime.now(UTC)


class Slow(BaseHTTPRequestHandler):
    """A publisher whose files do not end."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(10**9))
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"x" * 1000)
                time.sleep(0.01)
        except OSError:
            pass

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@contextmanager
def syncing(temporary: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A sync that waits for a slow publisher."""
    environ = os.environ | {"TMPDIR": str(temporary), "HULLMARK_LAKE": str(temporary.parent / "lake")}
    with listening(Slow) as url:
        line = [str(HULLMARK), "feeds", "sync", "--feeds", url, "--ecosystem", "PyPI"]
        with subprocess.Popen(line, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            until = time.monotonic() + 30
            while not [*temporary.glob("*/feed")] and time.monotonic() < until:
                time.sleep(0.02)
            yield process
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_sync_that_is_ended_leaves_nothing(temporary: Path, number: signal.Signals) -> None:
    with syncing(temporary) as process:
        assert [*temporary.iterdir()]
        process.send_signal(number)
        assert process.communicate(timeout=20) == (b"", b"")
        assert process.returncode == 130
    assert [*temporary.iterdir()] == []


def test_what_a_sync_that_was_killed_left_goes_and_what_one_holds_stays(temporary: Path) -> None:
    with syncing(temporary) as process:
        sweep(NOW)
        held = [*temporary.iterdir()]
        assert held, "it lives"
        process.kill()
        process.wait()
        assert [*temporary.iterdir()] == held
        with passing() as mine:
            sweep(NOW)
            assert [*temporary.iterdir()] == [mine]
    assert [*temporary.iterdir()] == []


def test_what_older_ones_left_goes_after_a_day_and_nothing_else(temporary: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    for name in ("hullmark-feed-old", "hullmark-feed-young", "another"):
        (temporary / name).mkdir()
        (temporary / name / "feed").write_text("")
    (temporary / "hullmark-feed-held-link").symlink_to(precious)
    (temporary / "hullmark-feed-held-file").write_text("")
    precious.mkdir()
    old = (NOW - timedelta(days=2)).timestamp()
    for name in ("hullmark-feed-old", "another"):
        os.utime(temporary / name, (old, old))
    sweep(NOW)
    left = {"another", "hullmark-feed-young", "hullmark-feed-held-link", "hullmark-feed-held-file"}
    assert {item.name for item in temporary.iterdir()} == left
    assert precious.is_dir()


def test_a_temporary_folder_that_is_not_there_is_no_failure_of_sweeping(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    sweep(NOW)
