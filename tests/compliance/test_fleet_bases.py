"""The bases of a small fleet, worked out by hand: what stands on what, what comes from each, and what takes its place."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hullmark.advisories.snapshot import FeedStore
from hullmark.analysis.bases import update_bases
from hullmark.compliance.fleet_bases import fleet_bases
from hullmark.compliance.load import read_policy
from hullmark.lake.store import Lake
from tests.analysis.fleets import NOW, Image, point, write, write_images
from tests.analysis.test_remedies import finding

LATER = NOW + timedelta(days=1)
NEVER_OLD = datetime(2200, 1, 1, tzinfo=UTC)  # so that pages, which go by the clock, say the same on every day
OLD, MOVED, HIGHER = Image("base:old", "a", tagged=False, created=NEVER_OLD), Image("base:1.0", "n"), Image("base:1.1", "m")
MIDDLE, WEB = Image("mid:1", "ab", created=NEVER_OLD), Image("web:1", "ae")
APPS = [Image("app:1", "abc"), Image("app:2", "abd")]


def asked(lake: Lake) -> dict[str, dict[str, Any]]:
    with closing(lake.connect()) as connection:
        rows = fleet_bases(connection, FeedStore(lake.feeds_root), read_policy(""), LATER).to_pylist()
    return {row["digest"]: row for row in rows}


def write_family(root: str) -> Lake:
    """`a` brings lib1, `b` lib2, and one application lib3; the base's tag has moved, and a higher one is there."""
    lake = Lake(root)
    lake.create()
    write_images(lake, OLD, MOVED, HIGHER, MIDDLE, WEB, *APPS)
    point(
        lake,
        ("base:1.0", OLD.digest, NOW, LATER),
        ("base:1.0", MOVED.digest, LATER, None),
        ("base:1.1", HIGHER.digest, NOW, None),
    )
    rows = [finding(image, 1, 0, severity="high") for image in (OLD, MIDDLE, WEB, *APPS)]
    rows += [finding(image, 2, 1, kev=True) for image in (MIDDLE, *APPS)]
    write(lake, "findings", [*rows, finding(APPS[0], 3, 2), finding(HIGHER, 1, 0)])
    update_bases(lake)
    return lake


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return write_family(str(tmp_path / "lake"))


def test_what_stands_on_what_and_what_comes_from_it(lake: Lake) -> None:
    rows = asked(lake)
    counted = ("images", "below", "findings", "grave", "known_exploited")
    assert {digest: tuple(row[column] for column in counted) for digest, row in rows.items()} == {
        OLD.digest: (2, 4, 4, 4, 0),  # lib1 in mid, web and both apps
        MIDDLE.digest: (2, 2, 4, 2, 2),  # lib1 and lib2 in both apps; lib3 is the application's own
    }
    assert (rows[MIDDLE.digest]["above"], rows[OLD.digest]["above"]) == ([OLD.digest], [])
    assert (rows[MIDDLE.digest]["methods"], rows[MIDDLE.digest]["confidences"]) == (["chain"], ["certain"])


def test_an_image_with_two_successors_counts_once_and_goes_to_the_last(lake: Lake) -> None:
    base = asked(lake)[OLD.digest]
    assert [evidence.split()[0] for evidence in base["outdated"]] == ["base", "the"], "a higher tag, and one that moved"
    assert (base["images"], base["successor_name"], base["closes"], base["brings"]) == (2, "base:1.0", 2, 0)


def test_a_label_that_says_that_bases_stand_on_each_other_ends(tmp_path: Path) -> None:
    lake, label = Lake(str(tmp_path / "lake")), "org.opencontainers.image.base."
    lake.create()
    one = Image("one:1", "a", annotations={f"{label}name": "two:1", f"{label}digest": Image("two:1", "b").digest})
    two = Image("two:1", "b", annotations={f"{label}name": "one:1", f"{label}digest": one.digest})
    write_images(lake, one, two)
    update_bases(lake)
    rows = asked(lake)
    assert {digest: (row["images"], row["below"], row["above"]) for digest, row in rows.items()} == {
        one.digest: (1, 2, [two.digest]), two.digest: (1, 2, [one.digest]),
    }  # fmt: skip
