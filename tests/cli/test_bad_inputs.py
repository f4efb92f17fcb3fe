"""Images that cannot be read, or only in part: each gets its exit status and one sentence, and what is good is shown."""

import bz2
import gzip
import lzma
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.cli.conftest import Hullmark
from tests.cli.images import (
    DEBIAN,
    FILES,
    FINDING,
    STATUS,
    digest_of,
    image,
    index_of,
    part,
    tar_of,
    write_docker_archive,
    write_layout,
    write_layout_tar,
)
from tests.cli.sentences import assert_one_sentence

PLAIN = tar_of(FILES)
BROKEN_STATUS = "Package: libssl3\nStatus: install ok installed\n\0\0garbage without a colon\n\n" + STATUS
DIST_INFO = {
    "app/lib/site-packages/requests-2.19.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: requests\nVersion: 2.19.0\n"
}


@dataclass(frozen=True, slots=True)
class Bad:
    """One input: what it is called, its arguments once it was made in a folder, and what is to come of it."""

    name: str
    make: Callable[[Path], list[str]]
    status: int
    says: str
    shows: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name.replace(" ", "-")


def layer(stored: bytes, diff_id: str = "") -> Callable[[Path], list[str]]:
    """A layout whose second layer has these stored bytes."""
    second = replace(part(), stored=stored, diff_id=diff_id or part().diff_id)
    return lambda folder: [str(write_layout(folder / "bad", image(part(), second)))]


def layout(**files: str) -> Callable[[Path], list[str]]:
    """A layout of one layer; `__` in a name stands for a slash."""
    named = {name.replace("__", "/").replace("_dash_", "-"): text for name, text in files.items()}
    return lambda folder: [str(write_layout(folder / "bad", image(part(named))))]


def file(name: str, data: bytes) -> Callable[[Path], list[str]]:
    def make(folder: Path) -> list[str]:
        (folder / name).write_bytes(data)
        return [name]

    return make


def wrong_digest(folder: Path) -> list[str]:
    other = gzip.compress(b"something else", mtime=0)
    built = image(part(), part({"a": "b"}))
    return [
        str(
            write_layout(
                folder / "bad",
                replace(built, blobs=(*built.blobs[:2], replace(built.blobs[2], data=other))),
                {digest_of(other): built.blobs[2].digest},
            )
        )
    ]


def link(name: str, target: str) -> Callable[[Path], list[str]]:
    def make(folder: Path) -> list[str]:
        (folder / name).symlink_to(target)
        return [name]

    return make


def cut(path: Path, left: int) -> str:
    path.write_bytes(path.read_bytes()[:left])
    return str(path)


UNREADABLE = (
    Bad("no such file", lambda _: ["nothing.tar"], 2, r"there is no file or folder 'nothing\.tar'; check the path$"),
    Bad("no such zstd", lambda _: ["no.tar.zst"], 2, r"there is no file or folder 'no\.tar\.zst'; check the path$"),
    Bad("a link to nothing", link("latest", "gone.tar"), 2, r"latest is a link to gone\.tar, which is not there; check the"),
    Bad("a link to itself", link("app", "app"), 2, r"app cannot be read \(Too many levels of symbolic links\); check"),
    Bad("no name", lambda _: [""], 2, "no image was named; give an archive"),
    Bad("a text file", file("notes.txt", b"to do: ship it\n" * 200), 2, r"notes\.txt is no tar archive; give an image"),
    Bad("a short file", file("x", b"x"), 2, "x is no tar archive; give an image"),
    Bad("an empty file", file("empty.tar", b""), 2, r"empty\.tar is empty; export the image again"),
    Bad("an empty gzip", file("empty.tar.gz", gzip.compress(b"")), 2, r"empty\.tar\.gz is empty; export the image again"),
    Bad("a folder", lambda folder: [str(folder)], 2, r"holds neither index\.json nor manifest\.json"),
    Bad("another tar", file("src.tar", tar_of({"README": "hello"})), 2, r"src\.tar holds neither index\.json nor manifest"),
    Bad("a cut tar", lambda to: [cut(write_layout_tar(to / "cut.tar", image()), 4000)], 2, r"cut\.tar .*; fetch or export"),
    Bad("a cut gzip", file("cut.tgz", gzip.compress(PLAIN)[:-40]), 2, r"cut\.tgz .*; fetch or export"),
    Bad("a tar in xz", file("image.tar.xz", lzma.compress(PLAIN)), 2, r"image\.tar\.xz is .*xz.*; unpack it"),
    Bad("a broken index", file("index.tar", tar_of({"index.json": "{", "oci-layout": "{}"})), 2, r"index\.json"),
    Bad("a truncated layer", layer(part().stored[:-30]), 2, r"layer 1 of .*bad \(sha256:\w+\) ends in the middle of its"),
    Bad("a damaged layer", layer(part().stored[:40] + b"\xff" * 40 + part().stored[80:]), 2, r"layer 1 of .*bad .*damaged"),
    Bad("no tar in the gzip", layer(gzip.compress(b"hello" * 500)), 2, r"layer 1 of .*bad .*damaged: a tar header"),
    Bad("a layer in xz", layer(lzma.compress(PLAIN)), 2, "layer 1 of .* is xz, neither gzip, zstd nor tar; build the"),
    Bad("a layer in bzip2", layer(bz2.compress(PLAIN)), 2, "layer 1 of .* is bzip2, neither gzip, zstd nor tar"),
    Bad("garbage as a layer", layer(b"\x07garbage" * 300), 2, "layer 1 of .* is an unknown format, neither gzip"),
    Bad("a wrong digest", wrong_digest, 2, r"layer 1 of .*bad .*should have the digest|has .* bytes"),
    Bad("a wrong diff ID", layer(part({"a": "b"}).stored, diff_id=digest_of(b"x")), 2, "layer 1 of .* sha256:2d711642"),
    Bad("an unknown platform", lambda to: [str(write_layout(to / "two", index_of("amd64", "arm64"))), "--platform",
        "linux/s390x"], 2, r"two has no image for linux/s390x; choose one that it has: linux/amd64, linux/arm64"),
    Bad("no platform", lambda to: [str(write_layout(to / "one", image())), "--platform", "arm"], 2, "'arm' is no platform"),
    Bad("a bad reference", lambda _: ["Shop/API"], 2, "'Shop/API' is neither a file here nor a valid image reference"),
    Bad("a bad tag", lambda _: ["shop/api:ü"], 2, "'shop/api:ü' is neither a file here nor a valid image reference"),
    Bad("a bad digest", lambda _: ["shop/api@sha256:1"], 2, "what follows @ is no sha256 digest"),
    Bad("no such folder", lambda to: [str(write_layout(to / "one", image())), "-o", "no/report"], 2, "no folder 'no'"),
    Bad("the image as output", lambda to: [str(write_layout_tar(to / "one.tar", image())), "-o", "one.tar"], 2, "over the"),
    Bad("a folder as output", lambda to: [str(write_layout(to / "one", image())), "-o", str(to)], 2, "could not be written"),
)  # fmt: skip

PARTIAL = (
    Bad("no OS, no package", layout(app="hello"), 3, "no operating system and no package database", ("0 packages",)),
    Bad("an unknown OS", layout(etc__os_dash_release="ID=plan9\nVERSION_ID=4\n", var__lib__dpkg__status=STATUS), 3,
        "'plan9 4' has no advisories", ("plan9 4", "1 package (deb 1)", "1 package could not be compared")),
    Bad("OS packages without an OS", layout(var__lib__dpkg__status=STATUS), 3, "no release file", ("deb 1",)),
    Bad("an OS without packages", layout(etc__os_dash_release=DEBIAN), 3, "'debian 12', but no deb pack", ("debian 12",)),
    Bad("a corrupted dpkg status", layout(etc__os_dash_release=DEBIAN, var__lib__dpkg__status=BROKEN_STATUS), 3,
        "var/lib/dpkg/status: ", (FINDING, "1 problem: the report is not complete", "var/lib/dpkg/status")),
)  # fmt: skip


@pytest.mark.parametrize("bad", UNREADABLE, ids=str)
def test_what_cannot_be_read(bad: Bad, tmp_path: Path, feeds: Path, hullmark: Hullmark) -> None:
    ran = hullmark("scan", *bad.make(tmp_path), "--feeds", str(feeds))
    assert (ran.status, ran.stdout) == (bad.status, ""), ran
    assert_one_sentence(ran, bad.says)


@pytest.mark.parametrize("bad", PARTIAL, ids=str)
def test_what_can_be_read_in_part(bad: Bad, tmp_path: Path, feeds: Path, hullmark: Hullmark) -> None:
    ran = hullmark("scan", *bad.make(tmp_path), "--feeds", str(feeds))
    assert ran.status == bad.status, ran
    assert_one_sentence(ran, bad.says)
    for words in bad.shows:
        assert words in ran.stdout, ran.stdout


def test_an_application_without_an_os_is_no_gap(tmp_path: Path, feeds: Path, hullmark: Hullmark) -> None:
    layout = write_layout(tmp_path / "app", image(part(DIST_INFO)))
    ran = hullmark("scan", str(layout), "--feeds", str(feeds))
    assert (ran.status, ran.stderr) == (0, "")
    assert "pypi 1" in ran.stdout


def test_one_damaged_platform_of_two(tmp_path: Path, feeds: Path, hullmark: Hullmark) -> None:
    """The other one is reported all the same."""
    layout = write_layout(tmp_path / "two", index_of("amd64", "arm64"))
    arm = index_of("amd64", "arm64").children[1]
    (layout / "blobs" / arm.blobs[0].digest.replace(":", "/")).write_bytes(b"{}")
    ran = hullmark("scan", str(layout), "--feeds", str(feeds), "--platform", "all")
    assert ran.status == 3
    assert FINDING in ran.stdout
    assert_one_sentence(ran, f"incomplete: {arm.manifest.digest[:19]} was not scanned: ")


def test_a_layer_that_is_known_has_to_be_there_all_the_same(tmp_path: Path, feeds: Path, hullmark: Hullmark) -> None:
    layout = write_layout(tmp_path / "kept", image(part()))
    blob = layout / "blobs" / digest_of(part().stored).replace(":", "/")
    assert hullmark("scan", str(layout), "--feeds", str(feeds)).status == 0
    content = blob.read_bytes()
    said = (
        (content[:-1], rf"layer 0 of .*kept .*has {len(content) - 1} bytes, not the {len(content)} bytes of its manifest"),
        (None, r"layer 0 of .*kept .*is not in .*kept; fetch or export"),
    )
    for left, says in said:
        blob.unlink() if left is None else blob.write_bytes(left)
        ran = hullmark("scan", str(layout), "--feeds", str(feeds))
        assert (ran.status, ran.stdout) == (2, "")
        assert_one_sentence(ran, says)
    blob.write_bytes(content)
    assert hullmark("scan", str(layout), "--feeds", str(feeds)).status == 0


def test_docker_archives_too(tmp_path: Path, feeds: Path, hullmark: Hullmark) -> None:
    archive = write_docker_archive(tmp_path / "saved.tar", [PLAIN, PLAIN[:560]])
    ran = hullmark("scan", str(archive), "--feeds", str(feeds))
    assert ran.status == 2
    assert_one_sentence(ran, r"layer 1 of .*saved\.tar .*is damaged: it ends in the middle")
