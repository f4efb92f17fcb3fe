"""The history of tags, over whole runs: begun, moved, moved back, deleted, and hidden."""

from tests.fleet.world import World, image

Row = tuple[str, str, bool]


def history(world: World) -> list[Row]:
    """(tag, digest, whether it points there now), the oldest first."""
    rows = world.ask("SELECT tag, digest, until IS NULL FROM tags ORDER BY since, until NULLS LAST, tag")
    return [(tag, digest, now) for tag, digest, now in rows]


def test_a_tag_moves_and_moves_back(world: World) -> None:
    first = world.first.push("team/app", "1.0", image("debian-12-1"))
    world.scan()
    assert history(world) == [("1.0", first, True)]
    second = world.first.push("team/app", "1.0", image("debian-12-5"))
    world.scan()
    assert history(world) == [("1.0", first, False), ("1.0", second, True)]
    world.first.push("team/app", "1.0", image("debian-12-1"))
    world.scan()
    assert history(world) == [("1.0", first, False), ("1.0", second, False), ("1.0", first, True)]


def test_nothing_new_writes_nothing(world: World) -> None:
    world.first.push("team/app", "1.0", image("debian-12-1"))
    world.scan()
    version = world.lake.versions()["tags"]
    world.scan()
    assert world.lake.versions()["tags"] == version


def test_a_tag_that_is_gone_and_one_that_cannot_be_seen(world: World) -> None:
    gone = world.first.push("team/gone", "1.0", image("debian-12-1"))
    kept = world.first.push("team/kept", "1.0", image("debian-12-1"))
    other = world.second.push("team/app", "1.0", image("debian-12-5"))
    world.scan()
    world.first.delete("team/gone", gone)
    world.first.denied.add("team/kept")
    world.second.denied.add("*")
    world.scan()
    rows = world.ask("SELECT repository, digest, until IS NULL FROM tags ORDER BY repository")
    assert rows == [("team/app", other, True), ("team/gone", gone, False), ("team/kept", kept, True)]
