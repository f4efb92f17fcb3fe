"""Images that go and come back, engines and advisories that change, accounts that may not be listed: states and causes."""

import json
import zipfile

import pytest

from hullmark.advisories.snapshot import FeedStore, sync
from hullmark.errors import FeedError
from hullmark.fleet.run import Kind
from hullmark.settings import Settings
from tests.advisories.feeds import write_zip
from tests.fleet.test_incremental import API, OTHER, multi, totals_add_up
from tests.fleet.world import World, image


def states(world: World) -> dict[str, str]:
    return dict(world.ask("SELECT repository || '@' || digest, state FROM images"))


def test_the_first_run_opens_findings_because_of_their_images(world: World) -> None:
    world.first.push("a", "1", image(*API))
    world.scan()
    assert world.events() == {("opened", "image")}
    assert world.ask("SELECT count(*) FROM findings") == world.ask("SELECT count(*) FROM finding_events") != [(0,)]
    assert world.state() == ("completed", "")


@pytest.mark.parametrize(("how", "state"), [("untag", "untagged"), ("delete", "deleted")])
def test_what_goes_closes_its_findings_and_what_comes_back_opens_them(world: World, how: str, state: str) -> None:
    built = image(*API)
    digest = world.first.push("a", "1", built)
    world.scan()
    if how == "untag":
        world.first.untag("a", "1")
    else:
        world.first.delete("a", digest)
    totals_add_up(world, world.scan())
    assert states(world) == {f"a@{digest}": state}
    assert world.events() == {("closed", f"image-{state}")}
    assert world.ask("SELECT count(*) FROM findings") == [(0,)]
    world.scan()
    assert world.events() == set()
    world.first.push("a", "1", built)
    record = world.scan()
    assert states(world) == {f"a@{digest}": "present"}
    assert world.events() == {("opened", "image")}
    assert record.counts.layers_read == 0
    assert record.counts.findings > 0


def test_an_untagged_image_that_is_deleted_later_is_deleted(world: World) -> None:
    digest = world.first.push("a", "1", image(*API))
    world.scan()
    world.first.untag("a", "1")
    world.scan()
    world.first.delete("a", digest)
    world.scan()
    assert states(world) == {f"a@{digest}": "deleted"}
    assert world.events() == set()


def test_an_image_that_is_still_somewhere_keeps_its_findings(world: World) -> None:
    digest = world.first.push("a", "1", image(*API))
    world.second.push("b", "1", image(*API))
    before = world.scan().counts.findings
    world.first.delete("a", digest)
    assert world.scan().counts.findings == before
    assert states(world) == {f"a@{digest}": "deleted", f"b@{digest}": "present"}
    assert world.events() == set()


def test_an_archived_image_keeps_its_last_result(world: World) -> None:
    digest = world.first.push("a", "1", image(*API))
    before = world.scan().counts.findings
    world.first.archive("a", digest)
    record = world.scan()
    assert world.coverage("status", "reason") == [("skipped", "archived")]
    assert (states(world), record.counts.findings) == ({f"a@{digest}": "present"}, before)
    world.first.delete("a", digest)
    assert world.scan().counts.findings == 0


def test_a_moved_tag_untags_the_children_of_the_old_index(world: World) -> None:
    old, new = multi(*API), multi(*OTHER)
    world.first.push("a", "latest", old)
    world.scan()
    world.first.push("a", "latest", new)
    totals_add_up(world, world.scan())
    gone = {f"a@{child.manifest.digest}" for child in old.children}
    assert {name for name, state in states(world).items() if state == "untagged"} == gone
    assert ("closed", "image-untagged") in world.events()


def test_a_new_engine_reads_everything_again_and_says_so(world: World) -> None:
    world.engine = "older"
    world.first.push("a", "1", multi(*API))
    world.scan()
    world.ask("SELECT 1")
    _forget_a_package(world, "libssl3")
    world.engine = "newer"
    record = world.scan()
    assert record.counts.images_scanned == 2
    assert {row[0] for row in world.coverage("status")} == {"scanned"}
    assert world.ask("SELECT DISTINCT engine FROM images") == [("newer",)]
    assert world.events() == {("opened", "engine")}
    world.scan()
    assert world.events() == set()


def test_an_engine_whose_first_run_was_killed_is_still_the_cause(world: World) -> None:
    world.engine = "older"
    world.first.push("a", "1", image(*API))
    world.scan()
    _forget_a_package(world, "libssl3")
    world.engine = "newer"
    advisories = world.folder / "lake" / "feeds"
    advisories.rename(world.folder / "elsewhere")
    with pytest.raises(FeedError):
        world.scan()
    assert world.state()[0] == "failed"
    (world.folder / "elsewhere").rename(advisories)
    record = world.scan()
    assert (record.counts.images_scanned, record.counts.images_unchanged) == (0, 1)
    assert world.events() == {("opened", "engine")}


def test_an_image_whose_run_did_not_match_is_still_new(world: World) -> None:
    world.first.push("a", "1", image(*API))
    world.scan()
    advisories = world.folder / "lake" / "feeds"
    advisories.rename(world.folder / "elsewhere")
    world.first.push("a", "2", image("debian-12-1", "imaging"))
    with pytest.raises(FeedError, match="advisory snapshots of this lake are gone"):
        world.scan()
    (world.folder / "elsewhere").rename(advisories)
    world.match()
    assert world.events() == {("opened", "image")}


def test_advisories_alone_are_the_cause_when_nothing_else_changed(world: World) -> None:
    feeds = world.folder / "lake" / "feeds"
    feeds.rename(world.folder / "elsewhere")
    world.first.push("a", "1", image(*API))
    world.scan()
    feeds.mkdir(exist_ok=True)
    feeds.rmdir()
    (world.folder / "elsewhere").rename(feeds)
    record = world.match(Kind.ADVISORIES)
    assert world.events() == {("opened", "advisory")}
    assert record.counts.findings == world.ask("SELECT count(*) FROM findings")[0][0] > 0
    assert world.first.registry.requests["manifest"] == 1


def test_a_repository_that_may_not_be_listed_keeps_its_images(world: World) -> None:
    first, second = world.first.push("a", "1", image(*API)), world.first.push("b", "1", image(*OTHER))
    findings = world.scan().counts.findings
    world.first.denied.add("b")
    record = world.scan()
    assert world.state() == ("incomplete", "b may not be listed; update the role.")
    assert states(world) == {f"a@{first}": "present", f"b@{second}": "present"}
    assert (record.counts.digests, record.counts.findings) == (1, findings)
    world.first.delete("a", first)  # what was listed to its end is known, gaps elsewhere or not
    world.scan()
    assert states(world) == {f"a@{first}": "deleted", f"b@{second}": "present"}


def test_an_account_that_may_not_be_entered_hides_only_itself(world: World) -> None:
    world.first.push("a", "1", image(*API))
    digest = world.second.push("b", "1", image(*OTHER))
    world.scan()
    world.second.denied.add("*")
    world.first.push("a", "2", image(*OTHER))
    record = world.scan()
    state, detail = world.state()
    assert state == "incomplete"
    assert "444455556666" in detail
    assert "the role may not be assumed" in detail
    assert states(world)[f"b@{digest}"] == "present"
    assert (record.counts.repositories, record.counts.digests, record.counts.accounts) == (1, 2, 2)
    world.second.denied.clear()
    world.scan()
    assert world.state()[0] == "completed"


def _forget_a_package(world: World, name: str) -> None:
    """As if the engine before had not seen a package: its row and its findings are taken away."""
    for table, kept in {"packages": "name <> $name", "vulnerable_packages": "NOT contains(package_key, $name)"}.items():
        rows = world.table(f"SELECT * FROM {table} WHERE {kept}", name=name)  # noqa: S608
        whole = world.table(f"SELECT DISTINCT image_digest FROM {table}")  # noqa: S608
        world.lake.replace_scope(table, whole, rows)
    gone = world.table("SELECT vulnerability, subject FROM verdicts WHERE package = $name", name=name)
    world.lake.amend("verdicts", world.table("FROM verdicts LIMIT 0"), gone)
    told = world.table("SELECT * FROM finding_events WHERE NOT starts_with(package_key, $key)", key=f"deb|{name}|")
    (world.folder / "lake" / "tables" / "finding_events").rename(world.folder / "finding_events")
    world.lake.commit("finding_events", told)


@pytest.mark.parametrize("reason", ["withdrawn", "rejected"])
def test_what_is_taken_back_closes_findings_with_that_cause(world: World, reason: str) -> None:
    world.first.push("a", "1", image(*API))
    world.scan()
    ((advisory,),) = world.ask("SELECT min(advisory) FROM findings WHERE vulnerability LIKE 'CVE-%'")
    path = world.folder / "feeds" / "osv" / "Debian" / "all.zip"
    with zipfile.ZipFile(path) as archive:
        records = [json.loads(archive.read(name)) for name in archive.namelist()]
    change = {"withdrawn": "2026-08-20T00:00:00Z"} if reason == "withdrawn" else {"summary": "** REJECT ** Not used."}
    write_zip(path, [one | change if one["id"] == advisory else one for one in records])
    sync(FeedStore(world.lake.feeds_root), Settings(feeds=str(world.folder / "feeds")), ("Debian",))
    before = world.ask("SELECT count(*) FROM findings WHERE advisory = $advisory", advisory=advisory)
    world.match()
    assert world.events() == {("closed", reason)}
    assert world.ask("SELECT count(*) FROM finding_events WHERE cause = $cause", cause=reason) == before
    used = world.ask("SELECT count(DISTINCT snapshot) FROM run_feeds WHERE feed = 'osv/Debian'")
    assert used == [(2,)]


def test_what_is_found_in_an_image_that_comes_back_has_the_image_as_its_cause(world: World) -> None:
    """Also where an advisory said so only while the image was away: nothing was found then."""
    path = world.folder / "feeds" / "osv" / "Debian" / "all.zip"
    with zipfile.ZipFile(path) as archive:
        records = [json.loads(archive.read(name)) for name in archive.namelist()]

    def publish(change: dict[str, str]) -> None:
        write_zip(path, [one | change for one in records])
        sync(FeedStore(world.lake.feeds_root), Settings(feeds=str(world.folder / "feeds")), ("Debian",))

    publish({"withdrawn": "2026-08-20T00:00:00Z"})
    digest = world.first.push("a", "1", image(*API))
    world.first.push("a", "2", image(*OTHER))
    world.scan()
    world.first.delete("a", digest)
    world.scan()
    publish({})
    world.match()
    known = world.ask("SELECT count(*) FROM findings")
    world.first.push("a", "1", image(*API))
    world.scan()
    assert world.ask("SELECT count(*) FROM findings") > known
    assert world.events() == {("opened", "image")}
