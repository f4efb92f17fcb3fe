"""The evidence bundle: what was known at a date, by hand; the same bytes each time; every change is noticed."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hullmark.analysis.past import end_of
from hullmark.commands.audit import moment_of
from hullmark.compliance.load import policy_texts
from hullmark.errors import CorruptData, HullmarkError, IntegrityError, LimitExceeded, UsageError
from hullmark.lake.store import Lake
from hullmark.reports import audit_bundle
from hullmark.reports.audit_bundle import verify_bundle, write_bundle
from tests.analysis.fleets import HOST, NOW, Image, point, write, write_images
from tests.cli.command import run
from tests.cli.sentences import assert_one_sentence

ONE, TWO, LATE = Image("app:1", "a"), Image("app:2", "b", state="deleted"), Image("app:3", "c")
END = datetime(2999, 1, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    return NOW + timedelta(days=number)


def event(image: Image, vulnerability: str, what: str, at: float, detail: str = "") -> dict[str, object]:
    event, _, cause = what.partition(" ")
    return {
        "run": f"run-{at}", "at": day(at), "event": event, "cause": cause, "image_digest": image.digest,
        "package_key": "deb|openssl|1|amd64|x", "vulnerability": vulnerability, "detail": detail,
    }  # fmt: skip


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Scans on days 1, 5 and 9; app:2 was last seen on day 5, app:3 came on day 9."""
    lake = Lake(str(tmp_path / "lake"))
    write_images(lake, ONE, TWO, LATE)
    seen = [(ONE, 1, 9), (TWO, 1, 5), (LATE, 9, 9)]
    write(lake, "images", [
        {**image.row(), "first_seen": day(first), "last_seen": day(last)} for image, first, last in seen
    ])  # fmt: skip
    write(lake, "runs", [
        {"run": f"run-{at}", "kind": "scan", "started": day(at), "finished": day(at + 0.1), "state": "completed"}
        for at in (1, 5, 9)
    ])  # fmt: skip
    point(
        lake,
        ("app:1", ONE.digest, day(1), None),
        ("app:2", TWO.digest, day(1), day(9)),
        ("app:moved", ONE.digest, day(9), None),
    )
    write(lake, "finding_events", [
        event(ONE, "CVE-1", "opened image", 1), event(ONE, "CVE-1", "changed severity", 9, "low -> critical"),
        event(ONE, "CVE-1", "changed range", 9.5, "fixed in 2, before: no version"),
        event(ONE, "CVE-2", "opened image", 1), event(ONE, "CVE-2", "closed withdrawn", 5),
        event(TWO, "CVE-3", "opened image", 1), event(TWO, "CVE-3", "closed image-deleted", 9),
        event(ONE, "CVE-4", "opened advisory", 9),
    ])  # fmt: skip
    write(lake, "findings", [{
        "image_digest": ONE.digest, "package_key": "deb|openssl|1|amd64|x", "vulnerability": "CVE-1", "severity": "critical",
        "fixed_version": "2",
    }])  # fmt: skip
    write(lake, "run_feeds", [{"run": f"run-{at}", "feed": "kev", "snapshot": f"s{at}"} for at in (1, 5, 9)])
    write(lake, "compliance", [
        {"at": day(at), "run": f"run-{at}", "rule": "HM001", "account": HOST[:12], "repository": "app", "population": 2,
         "failing": failing}
        for at, failing in ((1, 2), (5, 1), (9, 0))
    ])  # fmt: skip
    write(lake, "exceptions", [
        {"id": name, "owner": "ann", "reason": "why", "created_at": day(made), "created_by": "bob", "expires_at": day(30),
         "revoked_at": day(8), "revoked_by": "eve"}
        for name, made in (("ex-1", 2), ("ex-2", 7))
    ])  # fmt: skip
    write(lake, "vex_statements", [
        {"document": name, "row": 1, "imported_at": day(at), "status": "not_affected"} for name, at in (("d1", 3), ("d2", 7))
    ])  # fmt: skip
    write(lake, "vex_removed", [
        {"document": "d0", "row": 1, "imported_at": day(2), "status": "fixed", "removed_at": day(7), "removed_by": "eve"}
    ])  # fmt: skip
    return lake


def bundle(lake: Lake, moment: datetime) -> tuple[bytes, str]:
    target = io.BytesIO()
    with closing(lake.connect()) as connection:
        digest = write_bundle(target, connection, moment, policy_texts(), "engine-1")
    return target.getvalue(), digest


def rows(content: bytes, name: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return list(csv.DictReader(io.StringIO(archive.read(f"{name}.csv").decode())))


def test_what_was_known_on_day_six(lake: Lake) -> None:
    content, _ = bundle(lake, day(6))
    assert [(row["digest"], row["tags"]) for row in rows(content, "images")] == [
        (digest, tags) for digest, tags in sorted([(ONE.digest, "1"), (TWO.digest, "2")])
    ]
    found = {
        (row["vulnerability"], row["severity"], row["fixed_version"], row["opened"][:10])
        for row in rows(content, "findings")
    }
    assert found == {("CVE-1", "low", "", "2026-03-02"), ("CVE-3", "", "", "2026-03-02")}
    assert [row["snapshot"] for row in rows(content, "feeds")] == ["s5"]
    assert [(row["rule"], row["failing"]) for row in rows(content, "compliance")] == [("HM001", "1")]
    assert [(row["id"], row["state"], row["revoked_by"]) for row in rows(content, "exceptions")] == [("ex-1", "active", "")]
    assert [(row["document"], row["status"]) for row in rows(content, "vex")] == [("d0", "fixed"), ("d1", "not_affected")]
    assert [row["run"] for row in rows(content, "runs")] == ["run-1", "run-5"]


def test_what_was_known_in_the_end(lake: Lake) -> None:
    content, _ = bundle(lake, day(20))
    assert {row["tags"] for row in rows(content, "images")} == {"1 moved", ""}
    assert [row["document"] for row in rows(content, "vex")] == ["d1", "d2"], "d0 was taken out"
    found = {(row["vulnerability"], row["severity"], row["fixed_version"]) for row in rows(content, "findings")}
    assert found == {("CVE-1", "critical", "2"), ("CVE-4", "", "")}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert json.loads(archive.read("population.json"))["findings"] == 2
        assert archive.read("policy/rules/HM001_runs_as_root.sql").decode() == policy_texts()["rules/HM001_runs_as_root.sql"]


def test_the_same_lake_and_day_give_the_same_bytes(lake: Lake) -> None:
    first = bundle(lake, day(6))
    lake.compact()
    assert bundle(lake, day(6)) == first
    assert verify_bundle(io.BytesIO(first[0]))[0] == first[1]
    assert bundle(lake, day(7))[1] != first[1]


def test_what_comes_later_does_not_change_the_past(lake: Lake) -> None:
    before, _ = bundle(lake, day(6))
    write(lake, "finding_events", [event(ONE, "CVE-9", "opened advisory", 10)])
    write(lake, "runs", [{"run": "run-10", "kind": "scan", "started": day(10), "finished": day(11), "state": "completed"}])
    assert bundle(lake, day(6))[0] == before


def test_a_time_before_the_first_run(lake: Lake) -> None:
    with pytest.raises(UsageError, match=r"knows nothing before its first run, which ended on 2026-03-02 at [0-9:]{5} UTC"):
        bundle(lake, day(0))


def changed(archive: zipfile.ZipFile, copy: zipfile.ZipFile) -> None:
    for name in archive.namelist():
        copy.writestr(name, archive.read(name).replace(b"CVE-1", b"CVE-7") if name == "findings.csv" else archive.read(name))


def longer(archive: zipfile.ZipFile, copy: zipfile.ZipFile) -> None:
    for name in archive.namelist():
        copy.writestr(name, archive.read(name) + (b"x" if name == "runs.csv" else b""))


def added(archive: zipfile.ZipFile, copy: zipfile.ZipFile) -> None:
    for name in archive.namelist():
        copy.writestr(name, archive.read(name))
    copy.writestr("more.csv", b"")


def removed(archive: zipfile.ZipFile, copy: zipfile.ZipFile) -> None:
    for name in archive.namelist():
        if name != "images.csv":
            copy.writestr(name, archive.read(name))


@pytest.mark.parametrize(
    ("damage", "said"),
    [(changed, "findings.csv"), (longer, "runs.csv"), (added, "more.csv"), (removed, "images.csv of the bundle is missing")],
)
def test_every_change_is_noticed(lake: Lake, damage: Callable[..., None], said: str) -> None:
    content, _ = bundle(lake, day(6))
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(target, "w") as copy:
        damage(archive, copy)
    with pytest.raises(IntegrityError, match=said):
        verify_bundle(target)


def zipped(name: str, content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return target.getvalue()


BAD: list[tuple[bytes, type[HullmarkError]]] = [
    (b"", CorruptData), (b"PK\x03\x04", CorruptData), (zipped("x", b""), CorruptData),
    (zipped("manifest.json", b"{"), CorruptData),
    (zipped("manifest.json", b"[]"), CorruptData), (zipped("manifest.json", b'{"files": [{"path": 1}]}'), CorruptData),
    (zipped("manifest.json", b'{"files": [{"path": "x", "size": "big", "sha256": ""}]}'), CorruptData),
    (zipped("manifest.json", b" " * (audit_bundle.LARGEST_MANIFEST + 1)), LimitExceeded),
]  # fmt: skip


@pytest.mark.parametrize(("content", "error"), BAD, ids=range(len(BAD)))
def test_what_is_no_bundle(content: bytes, error: type[HullmarkError]) -> None:
    with pytest.raises(error):
        verify_bundle(io.BytesIO(content))


def test_a_bundle_that_is_cut_short(lake: Lake) -> None:
    content, _ = bundle(lake, day(6))
    with pytest.raises(CorruptData):
        verify_bundle(io.BytesIO(content[: len(content) // 2]))


@pytest.mark.usefixtures("lake")
def test_from_the_command_line(tmp_path: Path) -> None:
    made = run(tmp_path, ["audit", "--as-of", "2026-03-07", "-o", "bundle.zip"])
    assert (made.status, made.stderr) == (0, "")
    checked = run(tmp_path, ["audit", "--verify", "bundle.zip"])
    assert checked.status == 0
    assert checked.stdout.splitlines()[-1] == made.stdout.splitlines()[-1]
    assert made.stdout.splitlines()[-1].startswith("sha256:")


def test_a_day_that_is_not_over_is_told_up_to_now(lake: Lake, tmp_path: Path) -> None:
    """The bundle says until when it speaks; what comes later that day is in no bundle of the same time."""
    now = datetime(2026, 3, 11, 15, 4, 5, 678, tzinfo=UTC)
    assert moment_of("2026-03-11", now) == now.replace(microsecond=0)
    assert moment_of("2026-03-10", now) == moment_of("20260310", now) == end_of(now.date() - timedelta(days=1))
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    made = run(tmp_path, ["audit", "--as-of", today])
    if f"{datetime.now(UTC):%Y-%m-%d}" != today:
        return  # midnight has come meanwhile
    (written,) = tmp_path.glob("hullmark-audit-*.zip")
    said, again, digest = made.stdout.splitlines()
    assert said.startswith(f"{written.name} holds what was known on {today} ")
    moment = re.search(r"--as-of (\S+)`", again)
    assert moment
    assert verify_bundle(io.BytesIO(written.read_bytes()))[1]["as_of"] == f"{moment[1]}+00:00"
    write(lake, "runs", [{"run": "later", "started": END, "finished": END, "state": "completed"}])
    second = run(tmp_path, ["audit", "--as-of", moment[1], "-o", "again.zip"])
    assert second.stdout.splitlines()[-1] == digest


def test_a_run_that_is_under_way_is_waited_for(lake: Lake, tmp_path: Path) -> None:
    """What it finds counts from its start, so that a bundle made now would differ from one made later."""
    started = datetime.now(UTC) - timedelta(minutes=2)
    row = {"run": "now", "kind": "scan", "started": started, "finished": None, "state": "running"}
    write(lake, "runs", [{**row, "heartbeat": datetime.now(UTC) + timedelta(days=1)}])
    refused = run(tmp_path, ["audit", "--as-of", f"{started:%Y-%m-%dT%H:%M:%S.%f}"])
    assert_one_sentence(refused, rf"a run that began on {started:%Y-%m-%d at %H:%M:%S} UTC is under way, and what it finds")
    assert refused.status == 2
    before = started - timedelta(seconds=1)
    assert run(tmp_path, ["audit", "--as-of", f"{before:%Y-%m-%dT%H:%M:%S}"]).status == 0
    write(lake, "runs", [{**row, "heartbeat": started - timedelta(days=1)}])  # it was killed
    assert run(tmp_path, ["audit", "--as-of", f"{started:%Y-%m-%dT%H:%M:%S.%f}"]).status == 0


BAD_LINES = [
    (["audit", "--as-of", "yesterday"], "hullmark: 'yesterday' is no date"),
    (["audit", "--as-of", "2999-01-01"], "hullmark: 2999-01-01 has not come yet"),
    (["audit", "--as-of", "2020-01-01"], "hullmark: the lake knows nothing before its first run"),
    (["audit", "--as-of", "2026-03-07", "-o", "missing/file"], "hullmark: the bundle could not be written to missing/file"),
    (["audit", "--verify", "none.zip"], "hullmark: the bundle none.zip cannot be read"),
    (
        ["audit", "--verify", "/dev/null"],
        "hullmark: /dev/null: it is no evidence bundle, or not a whole one; ask for it again",
    ),
    (["audit"], "hullmark: one of the arguments --as-of --verify is required"),
]


@pytest.mark.usefixtures("lake")
@pytest.mark.parametrize(("arguments", "sentence"), BAD_LINES, ids=range(len(BAD_LINES)))
def test_bad_lines(tmp_path: Path, arguments: list[str], sentence: str) -> None:
    ran = run(tmp_path, arguments)
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith(sentence)
    assert not list(tmp_path.glob("*.part"))
