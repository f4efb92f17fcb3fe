"""Tasks that several processes share. Each case is a program of its own: one with threads, as pytest is, must not fork."""

import json
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from tests.test_imports import RELEASE, STATUS, layout_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")

PROGRAM = """
import json, os, signal, sys, threading, time
from functools import partial
from hullmark.errors import CorruptData, HullmarkError, InputError, LimitExceeded
from hullmark.scan_processes import forked, may_fork

def made(number):
    return number, os.getpid()

def told(future):
    try:
        return future.result()
    except Exception as failure:
        return [type(failure).__name__, str(failure)]

"""


def run(text: str) -> object:
    """What the program prints, as JSON; it must end well, and leave no process behind."""
    done = subprocess.run([sys.executable, "-c", PROGRAM + text], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_what_is_made_comes_in_the_order_of_the_tasks() -> None:
    found = run("""
tasks = [partial(made, number) for number in range(200)]
with forked(3, tasks, lambda item: (*item, os.getpid())) as work:
    print(json.dumps([future.result() for future in work]))
""")
    assert isinstance(found, list)
    assert [number for number, _, _ in found] == list(range(200))
    assert len({kept for _, _, kept in found}) == 1, "all of it is kept by the process that asked"


def test_a_failure_is_the_task_s_own() -> None:
    found = run("""
def bad(): raise CorruptData("layer 2 is damaged")
def odd(): raise ValueError("a mistake of ours")
def barrier(number): time.sleep(0.2); return number
tasks = [partial(barrier, 1), bad, odd, partial(barrier, 4)]
with forked(2, tasks, lambda item: item) as work:
    print(json.dumps([told(future) for future in work]))
""")
    assert found == [1, ["CorruptData", "layer 2 is damaged"], ["ValueError", "a mistake of ours"], 4]


def test_what_there_is_no_room_for_is_refused_here() -> None:
    found = run("""
def keep(item):
    if item[0] == 3: raise LimitExceeded("too much")
    return item[0]
with forked(2, [partial(made, number) for number in range(5)], keep) as work:
    print(json.dumps([told(future) for future in work]))
""")
    assert found == [0, 1, 2, ["LimitExceeded", "too much"], 4]


def test_a_process_that_is_killed_loses_its_task_alone() -> None:
    found = run("""
parent, (reader, writer) = os.getpid(), os.pipe()
def die(number):
    if os.getpid() != parent:
        os.write(writer, bytes(6)); os.kill(os.getpid(), signal.SIGKILL)
    os.read(reader, 1)  # waits until the other one is about to die
    return number
with forked(2, [partial(die, number) for number in range(6)], lambda item: item) as work:
    print(json.dumps([told(future) for future in work]))
""")
    assert isinstance(found, list)
    lost = [item for item in found if isinstance(item, list)]
    assert [item for item in found if isinstance(item, int)] == [number for number in range(6) if found[number] == number]
    assert len(lost) == 1
    assert lost[0][0] == "InputError"
    assert "memory runs out" in lost[0][1]


def test_no_process_outlives_a_failure() -> None:
    found = run("""
def long(number): time.sleep(600)
try:
    with forked(3, [partial(long, number) for number in range(9)], lambda item: item):
        raise InputError("the first layer is damaged")
except InputError as failure:
    try: os.waitpid(-1, os.WNOHANG); left = "a process"
    except ChildProcessError: left = "none"
    print(json.dumps([str(failure), left])); sys.stdout.flush()
    os._exit(0)
""")
    assert found == ["the first layer is damaged", "none"]


def test_no_process_outlives_the_one_that_asked() -> None:
    """The pipe of standard output is at its end only when nobody has it open any more."""
    program = """
def long(number): time.sleep(600)
with forked(2, [partial(long, number) for number in range(4)], lambda item: item):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", PROGRAM + program], capture_output=True, check=False, timeout=300)
    assert (done.returncode, done.stdout, done.stderr) == (-9, b"", b"")


def test_a_process_with_threads_is_not_forked() -> None:
    assert run("""
one = may_fork(2, [1, 2]), may_fork(1, [1, 2]), may_fork(2, range(100_000))
ended = threading.Event(); thread = threading.Thread(target=ended.wait); thread.start()
print(json.dumps([*one, may_fork(2, [1, 2])])); ended.set(); thread.join()
""") == [True, False, False, False]


def test_an_image_is_the_same_however_it_is_read(tmp_path: Path) -> None:
    """Two layers that are large enough for a process each, the second of which upgrades a package of the first."""
    noise = Random(7)  # noqa: S311  bytes that do not shrink, the same each time
    first = {"etc/os-release": RELEASE, "var/lib/dpkg/status": STATUS, "srv/a": noise.randbytes(5_000_000)}
    second = {"var/lib/dpkg/status": STATUS.replace(b"5.2-1", b"5.2-2"), "srv/b": noise.randbytes(5_000_000)}
    image = layout_of(tmp_path / "layout", [first, second])
    reports = {count: scanned(image, count) for count in (1, 2)}
    assert reports[1] == reports[2]
    (package,) = reports[2]["packages"]
    assert package["version"] == "5.2-2"


def scanned(image: Path, workers: int) -> dict[str, list[dict[str, object]]]:
    command = [sys.executable, "-m", "hullmark", "scan", str(image), "--no-cache", "--list", "--format", "json"]
    done = subprocess.run(command, capture_output=True, check=True, env={"HULLMARK_WORKERS": str(workers)})
    report = json.loads(done.stdout)
    del report["created"]
    return dict(report)


def test_a_damaged_layer_is_named_however_it_is_read(tmp_path: Path) -> None:
    noise = Random(7)  # noqa: S311  bytes that do not shrink, the same each time
    image = layout_of(tmp_path / "layout", [{name: noise.randbytes(5_000_000)} for name in ("a", "b", "c")])
    largest = max((image / "blobs" / "sha256").iterdir(), key=lambda path: path.stat().st_size)
    content = bytearray(largest.read_bytes())
    content[2_000_000] ^= 0xFF
    largest.write_bytes(content)
    said = set()
    for workers in (1, 2, 3):
        command = [sys.executable, "-m", "hullmark", "scan", str(image), "--no-cache", "--list"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env={"HULLMARK_WORKERS": str(workers)})
        assert done.returncode == 2
        said.add(done.stderr)
    (sentence,) = said
    assert largest.name[:12] in sentence
    assert "Traceback" not in sentence
