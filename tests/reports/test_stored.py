"""The report of an image out of the lake: what a fresh scan of it says, and what the fleet knows beside."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from jsonschema import Draft202012Validator
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

from hullmark.advisories.snapshot import FeedStore
from hullmark.commands.meant import image_meant
from hullmark.errors import NotFound, UsageError
from hullmark.exceptions import Scope, exception_row, keep_exceptions
from hullmark.reports.documents import document
from hullmark.reports.scan_report import to_json
from hullmark.scan import scan
from hullmark.settings import Settings
from hullmark.stored.named import named
from hullmark.stored.report import Stored, stored_report
from hullmark.vex.keep import keep_vex
from hullmark.vex.read import read_vex
from tests.fleet.test_attested_vex import document as vex_document
from tests.fleet.test_attested_vex import not_affected
from tests.fleet.test_incremental import API, OTHER, broken, multi
from tests.fleet.world import Account, World, image
from tests.reports.reports import fresh_reports
from tests.reports.test_scan_report import SCHEMA

NOW = datetime.now(UTC)
IMAGES = {
    "api": ("debian-12-1", "curl", "python", "imaging", "api-1", "worker"),
    "alpine": OTHER,
    "removed": ("debian-12-1", "node", "cleanup"),
    "npm": ("debian-12-1", "curl", "node", "web-1", "static"),
    "nothing": ("static",),
}


def push(account: Account, repository: str, tag: str, built: Any) -> str:  # noqa: ANN401
    """Push an image as of today: what is old weighs less in a fleet."""
    digest = account.push(repository, tag, built)
    for key, item in account.listed.items():
        account.listed[key] = replace(item, pushed_at=NOW)
    return digest


def reports(world: World, name: str, platform: str | None = None) -> list[Stored]:
    settings = Settings(lake=world.lake.root)
    store = FeedStore(world.lake.feeds_root)
    with closing(world.lake.connect()) as connection:
        return [stored_report(connection, store, place, settings) for place in named(connection, name, platform)]


def untimed(report: Any) -> Any:  # noqa: ANN401  # a JSON document
    """What no two reports have alike is left out, and what only a lake says."""
    feeds = [{**feed, "fetched_at": "", "age_hours": 0} for feed in report["feeds"]]
    findings = [{name: value for name, value in row.items() if name != "exception"} for row in report["findings"]]
    return {**report, "created": "", "feeds": feeds, "findings": findings}


@pytest.fixture
def cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.mark.usefixtures("cached")
def test_it_equals_a_fresh_scan(world: World) -> None:
    for tag, stack in IMAGES.items():
        push(world.first, "team/app", tag, image(*stack))
    push(world.first, "team/app", "multi", multi(*API, attested=True))
    world.scan()
    settings = Settings(lake=str(world.folder / "none"), feeds=str(world.folder / "feeds"))
    for tag in (*IMAGES, "multi"):
        reference = f"{world.first.registry.host}/team/app:{tag}"
        platform = "all" if tag == "multi" else "linux/amd64"
        fresh = [untimed(item) for item in fresh_reports(scan(reference, settings, platform))]
        stored = [untimed(item.report) for item in reports(world, f"team/app:{tag}", platform)]
        assert stored == fresh, tag
        assert len(stored) == (2 if tag == "multi" else 1)
    findings = [row for item in reports(world, "team/app:api") for row in item.report["findings"]]  # type: ignore[attr-defined]
    assert findings


def test_every_document_is_valid(world: World, tmp_path: Path) -> None:
    push(world.first, "team/app", "1", image(*IMAGES["api"]))
    world.scan()
    report = reports(world, "team/app:1")[0].report
    Draft202012Validator(SCHEMA).validate(json.loads(to_json([report])))
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(document("cyclonedx").write([report]).decode()) is None
    target = tmp_path / "report.spdx.json"
    target.write_bytes(document("spdx").write([report]))
    assert validate_full_spdx_document(parse_file(str(target))) == []
    assert json.loads(document("sarif").write([report]))["version"] == "2.1.0"


def test_exceptions_and_vex_are_applied(world: World, tmp_path: Path) -> None:
    push(world.first, "team/app", "1", image(*IMAGES["api"]))
    push(world.first, "team/other", "1", image(*IMAGES["api"]))
    world.scan()
    first, second, third = world.ask("SELECT DISTINCT vulnerability FROM findings ORDER BY 1 LIMIT 3")
    times = (NOW - timedelta(days=1), datetime(2099, 1, 1, tzinfo=UTC))
    rows = [
        (Scope(first[0]), "the port is closed"),
        (Scope(second[0], repository="team/other"), "in one of two places alone"),
    ]
    for scope, reason in rows:
        keep_exceptions(world.lake, exception_row(scope, reason, "ann", "bob", times))
    purls = world.ask("SELECT DISTINCT purl FROM findings WHERE vulnerability = $v", v=third[0])
    said = json.dumps(vex_document(not_affected(third[0], *({"@id": purl} for (purl,) in purls)))).encode()
    keep_vex(world.lake, read_vex(said, "vex.json", "bob", NOW))
    stored = reports(world, "team/app:1")[0].report
    Draft202012Validator(SCHEMA).validate(json.loads(to_json([stored])))
    findings: Any = stored["findings"]
    excepted = {row["id"]: row["exception"] for row in findings if row["exception"]}
    assert {key: (row["owner"], row["until"], row["reason"]) for key, row in excepted.items()} == {
        first[0]: ("ann", "2098-12-31", "the port is closed")
    }
    stated = {row["id"]: row["vex"] for row in findings if row["vex"]}
    assert {key: (row["status"], row["author"]) for key, row in stated.items()} == {third[0]: ("not_affected", "Acme")}
    results = json.loads(document("sarif").write([stored]))["runs"][0]["results"]
    assert {item["ruleId"] for item in results if "suppressions" in item} == {first[0], third[0]}
    content = document("cyclonedx").write([stored])
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(content.decode()) is None
    analyses = {
        item["id"]: item["analysis"]["state"] for item in json.loads(content)["vulnerabilities"] if "analysis" in item
    }
    assert analyses == {first[0]: "exploitable", third[0]: "not_affected"}


def test_which_image_is_meant(world: World) -> None:
    one, two = image(*API), image(*OTHER)
    mine = push(world.first, "team/app", "1", one)
    theirs = push(world.second, "team/app", "1", two)
    push(world.first, "team/copy", "2", one)
    index = push(world.first, "team/multi", "1", multi(*OTHER))
    push(world.first, "team/broken", "1", broken())
    world.scan()
    host = world.first.registry.host

    def meant(name: str, platform: str | None = None) -> list[tuple[str, str]]:
        with closing(world.lake.connect()) as connection:
            return [(place.digest, place.reference) for place in named(connection, name, platform)]

    for name in (mine, mine[:20], f"team/app@{mine}", f"{host}/team/app@{mine}", f"{host}/team/app:1"):
        assert meant(name) == [(mine, f"{host}/team/app:1")], name
    assert meant("team/copy:2") == [(mine, f"{host}/team/copy:2")]
    assert [place for _, place in meant(index, "all")] == [f"{host}/team/multi:1"] * 2
    assert len(meant("team/multi:1")) == 1
    refused = {
        "team/app:1": (UsageError, rf"names 2 images; name one of them: .*/team/app:1 \(linux/amd64, {mine[:19]}\)"),
        "team/app": (NotFound, r"team/app is a repository; name one of its tags: team/app:1$"),
        "team/nope:1": (NotFound, r"the lake knows no image team/nope:1; give repository:tag"),
        "team/broken:1": (NotFound, r"nothing is known of what is in team/broken:1, which was failed: Layer 2 of 2"),
        "sha256:": (NotFound, r"the lake knows no image sha256:;"),
        "' OR 1=1 --": (NotFound, r"the lake knows no image"),
    }
    for name, (kind, words) in refused.items():
        with pytest.raises(kind, match=words):
            meant(name)
    with pytest.raises(
        NotFound, match=r"team/multi:1 has no image for linux/s390x; choose one .*: linux/amd64, linux/arm64"
    ):
        meant("team/multi:1", "linux/s390x")
    assert theirs in str(meant(theirs))


def test_which_platform_is_meant_is_told_where_there_are_others(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """As `hullmark fixes`, `explain` and `vex export` ask."""
    push(world.first, "team/multi", "1", multi(*OTHER))
    single = push(world.first, "team/app", "1", image(*API))
    world.scan()
    capsys.readouterr()
    with closing(world.lake.connect()) as connection:
        both = {str(place.platform): place.digest for place in named(connection, "team/multi:1", "all")}
        assert len(both) == 2
        for platform, digest in both.items():
            assert image_meant(connection, "team/multi:1", platform) == digest
        assert image_meant(connection, "team/app:1", None) == single
        assert capsys.readouterr().err == ""
        chosen = image_meant(connection, "team/multi:1", None)
    (mine,) = (platform for platform, digest in both.items() if digest == chosen)
    (other,) = both.keys() - {mine}
    said = f"hullmark: note: team/multi:1 is of several platforms; this is {mine}, and --platform takes {other}\n"
    assert capsys.readouterr().err == said
    world.first.delete("team/app", single)
    world.scan()
    with (
        closing(world.lake.connect()) as connection,
        pytest.raises(NotFound, match=r"team/app:1 is deleted in its registry"),
    ):
        image_meant(connection, "team/app:1", None)


def test_what_the_report_lacks_is_said(world: World) -> None:
    digest = push(world.first, "team/app", "1", image(*API))
    push(world.first, "team/app", "2", image("static"))
    world.scan()
    assert reports(world, digest)[0].gaps == ()
    assert reports(world, "team/app:2")[0].gaps == (
        "There is no operating system and no package database in it, so there was nothing to compare",
    )
    world.lake.clear("matchings")
    assert reports(world, digest)[0].gaps == ("it was not compared with advisories yet; run `hullmark run advisories`",)
    world.first.delete("team/app", digest)
    world.scan()
    (gone,) = reports(world, digest)
    assert gone.notes == (
        f"{world.first.registry.host}/team/app:1 is deleted in its registry; this is what was last known of it",
    )
