"""Bases outside the fleet: what a file may say of them, and what follows for images on them."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hullmark.analysis.bases import update_bases
from hullmark.analysis.known_bases import MOST_LAYERS, Told, parse_known_bases
from hullmark.analysis.outdated import outdated
from hullmark.errors import CorruptData
from hullmark.lake.store import Lake
from hullmark.reports.bases_report import known_csv
from hullmark.sources.digest import chain_ids
from tests.analysis.fleets import NOW, Image, digest, know, write_images

TOLD = Told("bases.csv", NOW, "ann")
A, B, C = map(digest, "abc")
HEADER = "name,digest,platform,created,diff_ids,chain_id,layers\n"


def test_a_file_names_layers_or_the_last_chain_id() -> None:
    lines = [f"debian:12,{A},,2026-01-02,{A} {B},,", f"alpine:3.20,{B},linux/arm64,2026-01-02T03:04:05Z,,{C},1"]
    debian, alpine = parse_known_bases((HEADER + "\n".join(lines)).encode(), TOLD).to_pylist()
    assert (debian["platform"], debian["chain_id"], debian["layers"]) == ("linux/amd64", chain_ids([A, B])[-1], 2)
    assert debian["created"] == datetime(2026, 1, 2, tzinfo=UTC)
    assert (alpine["platform"], alpine["chain_id"], alpine["layers"], alpine["imported_by"]) == ("linux/arm64", C, 1, "ann")


def test_what_is_printed_can_be_imported_again() -> None:
    first = parse_known_bases(f"{HEADER}debian:12,{A},,2026-01-02,{A} {B},,".encode(), TOLD)
    assert parse_known_bases(known_csv(first), TOLD) == first


BROKEN = {
    "empty": (b"", "names no base"),
    "only a header": (HEADER.encode(), "names no base"),
    "not text": (b"\xff\xfe\x00", "is no CSV file"),
    "truncated quote": (f'{HEADER}"debian:12,{A}'.encode(), "is no CSV file"),
    "no tag": (f"{HEADER}debian,{A},,,{A},,".encode(), "line 2 of bases.csv: a base needs a name"),
    "no digest": (f"{HEADER}debian:12,latest,,,{A},,".encode(), "a base needs a name"),
    "odd platform": (f"{HEADER}debian:12,{A},Linux,,{A},,".encode(), "a base needs a name"),
    "no layers": (f"{HEADER}debian:12,{A},,,,,".encode(), "a base needs diff_ids"),
    "odd layer": (f"{HEADER}debian:12,{A},,,a b,,".encode(), "diff_ids must be"),
    "many layers": (f"{HEADER}debian:12,{A},,,{' '.join([A] * (MOST_LAYERS + 1))},,".encode(), "diff_ids must be"),
    "layers from nowhere": (f"{HEADER}debian:12,{A},,,,{A},0".encode(), "a base needs diff_ids"),
    "no date": (f"{HEADER}debian:12,{A},,yesterday,{A},,".encode(), "created is 'yesterday'"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_says_where(name: str) -> None:
    data, sentence = BROKEN[name]
    with pytest.raises(CorruptData, match=sentence):
        parse_known_bases(data, TOLD)


def late(lake: Lake) -> list[tuple[str, str, str, str]]:
    """Reason, evidence, successor by name and digest of what is out of date on the day after."""
    update_bases(lake)
    with closing(lake.connect()) as connection:
        rows = outdated(connection, NOW + timedelta(days=1)).reasons.to_pylist()
    return [(row["reason"], row["evidence"], row["successor_name"], row["successor"]) for row in rows]


def test_the_newest_of_a_name_is_where_its_tag_points(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    write_images(lake, Image("app:1", "ab"))
    know(
        lake,
        ("docker.io/library/python:3", "old", "a", NOW - timedelta(days=30)),
        ("docker.io/library/python:3", "new", "x", NOW),
    )
    assert late(lake) == [(
        "moved", "the tag 3 of docker.io/library/python points to another image since 2026-03-01",
        "docker.io/library/python:3", "",
    )]  # fmt: skip


def test_a_higher_tag_of_its_line_and_its_age(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    write_images(lake, Image("app:1", "ab"))
    know(lake, ("python:3.11.4-slim", "old", "a", NOW - timedelta(days=100)), ("python:3.11.9-slim", "new", "x", NOW))
    assert late(lake) == [
        ("newer-tag", "python has 3.11.9-slim, which follows 3.11.4-slim", "python:3.11.9-slim", ""),
        ("old", "the base was built on 2025-11-21, 101 days ago", "", ""),
    ]


def test_a_successor_that_is_in_the_fleet_has_its_digest(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    copy = Image("mirror/python:3", "x")
    write_images(lake, Image("app:1", "ab"), copy)
    know(lake, ("python:3", "old", "a", NOW - timedelta(days=30)), ("python:3", "mirror/python:3", "x", NOW))
    assert [row[3] for row in late(lake)] == [copy.digest]
