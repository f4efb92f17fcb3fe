"""What Python's tarfile writes and reads, the walker reads alike: names, kinds, sizes, links, contents."""

import io
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.layers.tars import Member, hardlink, symlink, tar_of, walk

KINDS = {
    tarfile.REGTYPE: "file",
    tarfile.AREGTYPE: "file",
    tarfile.DIRTYPE: "folder",
    tarfile.SYMTYPE: "symlink",
    tarfile.LNKTYPE: "hardlink",
}

PARTS = st.text(st.characters(blacklist_characters="/\0", blacklist_categories=["Cs"]), min_size=1, max_size=12).filter(
    lambda text: text not in {".", ".."}
)
NAMES = st.lists(PARTS, min_size=1, max_size=4).map("/".join)
LONG = st.builds(lambda name, count: "/".join([name] * count)[:600].rstrip("/") or "x", PARTS, st.integers(1, 60))
PATHS = st.one_of(NAMES, LONG)
MEMBERS: st.SearchStrategy[Member] = st.one_of(st.binary(max_size=1500), st.none(), PATHS.map(symlink), PATHS.map(hardlink))


def _oracle(data: bytes) -> list[tuple[str, str, int, str, bytes]]:
    found = []
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        for info in tar:
            content = b""
            if info.isreg():
                file = tar.extractfile(info)
                content = file.read() if file else b""
            found.append(
                (info.name, KINDS.get(info.type, "other"), info.size if info.isreg() else 0, info.linkname, content)
            )
    return found


def _walked(data: bytes, size: int) -> list[tuple[str, str, int, str, bytes]]:
    return [
        (entry.name.rstrip("/"), entry.kind, entry.size if entry.kind == "file" else 0, entry.link, content)
        for entry, content in walk(data, size)
    ]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(PATHS, MEMBERS), max_size=6),
    st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]),
    st.sampled_from([1, 100, 511, 512, 513, 4096, 1 << 20]),
)
def test_same_entries(members: list[tuple[str, Member]], tar_format: int, size: int) -> None:
    data = tar_of(members, tar_format)
    assert _walked(data, size) == [(name.rstrip("/"), *rest) for name, *rest in _oracle(data)]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.text("abc/", min_size=1, max_size=180).filter(lambda name: name.strip("/")), st.binary(max_size=99))
    )
)
def test_same_entries_of_ustar(members: list[tuple[str, bytes]]) -> None:
    fits = [(name, content) for name, content in members if _fits(name)]
    data = tar_of(list(fits), tarfile.USTAR_FORMAT)
    assert _walked(data, 1 << 20) == [(name.rstrip("/"), *rest) for name, *rest in _oracle(data)]


def _fits(name: str) -> bool:
    try:
        tar_of({name: b""}, tarfile.USTAR_FORMAT)
    except ValueError:
        return False
    return True


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 3000), st.integers(0, 255))
def test_a_changed_byte_never_raises_what_is_not_expected(at: int, value: int) -> None:
    data = bytearray(tar_of({"a": b"1" * 600, "é" * 80: b"2", "b": symlink("c" * 150), "d": None}))
    data[at % len(data)] = value
    try:
        walk(bytes(data))
    except Exception as error:  # the point is its type
        assert type(error).__name__ in {"CorruptData", "LimitExceeded"}


@pytest.mark.parametrize("tar_format", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_names_that_are_no_utf8_become_escapes(tar_format: int) -> None:
    data = tar_of({"caf\udce9": b"x", "ordinary-é": b"y"}, tar_format)
    assert [entry.name for entry, _ in walk(data)] == ["caf\\xe9", "ordinary-é"]
