"""Where answers are written: readers that go, full disks, closed streams, locales that know few letters."""

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cli.command import HULLMARK
from tests.cli.images import image, part, write_layout

GATE = ("--fail-on", "LOW")
FORMS = ("table", "json", "sarif")


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An image with findings."""
    return write_layout(tmp_path_factory.mktemp("streams") / "layout", image(part()))


def command(layout: Path, feeds: Path, *arguments: str) -> list[str]:
    return [str(HULLMARK), "scan", str(layout), "--feeds", str(feeds), "--no-cache", *arguments]


def environ(home: Path, **more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(home), "COLUMNS": "100", **more}


@pytest.mark.parametrize("form", FORMS)
def test_a_reader_that_has_gone_changes_no_status(layout: Path, feeds: Path, tmp_path: Path, form: str) -> None:
    def status(arguments: Sequence[str], unbuffered: str) -> int:
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "wb") as gone:
            done = subprocess.run(
                command(layout, feeds, "--format", form, *arguments),
                stdout=gone,
                stderr=subprocess.PIPE,
                env=environ(tmp_path, PYTHONUNBUFFERED=unbuffered),
                check=False,
            )
        assert done.stderr == b""
        return done.returncode

    assert [status(arguments, mode) for arguments in ((), GATE) for mode in ("", "1")] == [0, 0, 1, 1]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_said_and_is_no_success(
    layout: Path, feeds: Path, tmp_path: Path, form: str, unbuffered: str
) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command(layout, feeds, "--format", form),
            stdout=full,
            stderr=subprocess.PIPE,
            env=environ(tmp_path, PYTHONUNBUFFERED=unbuffered),
            check=False,
            text=True,
        )
    assert done.returncode == 2
    assert done.stderr == (
        "hullmark: the answer could not be written to standard output: No space left on device; write it elsewhere\n"
    )


def test_closed_streams_are_no_traceback(layout: Path, feeds: Path, tmp_path: Path) -> None:
    asked = " ".join(command(layout, feeds, *GATE))
    both = subprocess.run(["sh", "-c", f"{asked} >&- 2>&-"], env=environ(tmp_path), check=False)
    out = subprocess.run(["sh", "-c", f"{asked} >&-"], env=environ(tmp_path), capture_output=True, check=False)
    assert (both.returncode, out.returncode, out.stderr) == (1, 1, b"")


def test_a_locale_that_cannot_say_a_name_gets_its_code(layout: Path, feeds: Path, tmp_path: Path) -> None:
    plain = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    for arguments in ((), ("--format", "json"), ("--list",)):
        done = subprocess.run(
            command(layout, feeds, *arguments), env=environ(tmp_path, **plain), capture_output=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout
    done = subprocess.run(
        command(layout, feeds, "--format", "json"), env=environ(tmp_path), capture_output=True, check=False
    )
    assert json.loads(done.stdout)


def test_a_terminal_without_columns_shows_all(layout: Path, feeds: Path, tmp_path: Path) -> None:
    shown = [
        subprocess.run(command(layout, feeds), env=environ(tmp_path) | width, capture_output=True, check=True).stdout
        for width in ({"COLUMNS": "0"}, {"COLUMNS": "1"}, {"COLUMNS": "80"})
    ]
    assert shown[0] == shown[1] == shown[2]
    assert b"CVE-" in shown[0]
