"""Go programs in every format of file and of build information, whole, damaged and hostile."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from hullmark.catalogers import go_binary
from hullmark.catalogers._go_main import module_of_package
from hullmark.errors import CorruptData
from hullmark.model import Package, Problem
from tests.catalogers.programs import Sections, elf, go_inline, go_pointers, macho, pe

MODULES = "path\tx.example/app\nmod\tx.example/app\tv1.2.3\th1:x=\ndep\tx.example/lib\tv0.1.0\th1:y=\n"
EXPECTED = [("x.example/app", "v1.2.3"), ("x.example/lib", "v0.1.0"), ("stdlib", "1.16.4")]
BASE = 0x500000
UNTAGGED = "v0.0.0-20250422202024-9eeb4a7a08b6+dirty"
DATA = ".data"


def found(data: bytes) -> list[tuple[str, str]]:
    return [(item.name, item.version) for item in go_binary.parse("app", data) if isinstance(item, Package)]


def program(modules: str, release: str = "go1.22.1") -> bytes:
    return elf({".go.buildinfo": (BASE, go_inline(release, modules))})


@pytest.mark.parametrize(
    ("make", "pointer", "order"),
    [
        (elf, 8, "<"),
        (lambda sections: elf(sections, wide=False), 4, "<"),
        (lambda sections: elf(sections, wide=False, order=">"), 4, ">"),
        (lambda sections: elf(sections, order=">"), 8, ">"),
        (pe, 8, "<"),
        (macho, 8, "<"),
    ],
    ids=["elf64", "elf32", "elf32-big", "elf64-big", "pe", "macho"],
)
def test_both_formats_in_every_kind_of_file(make: Callable[[Sections], bytes], pointer: int, order: str) -> None:
    assert found(make({DATA: (BASE, go_pointers("go1.16.4", MODULES, BASE, pointer, order))})) == EXPECTED
    assert found(make({DATA: (BASE, go_inline("go1.16.4", MODULES))})) == EXPECTED


@pytest.mark.parametrize(
    ("release", "version"),
    [
        ("go1.22.1 X:loopvar", "1.22.1"),
        ("go1.21rc2", "1.21rc2"),
        ("go1.22.4-1 X:boringcrypto", "1.22.4"),
        ("go1.4", "1.4"),
        ("go1.22-20231128-RC02 cl/586117301 +6111acc8e6 X:fieldtrack,boringcrypto", "1.22.0-20231128-RC02"),
    ],
)
def test_releases(release: str, version: str) -> None:
    assert found(program("", release)) == [("stdlib", version)]


def test_a_development_release_is_a_problem() -> None:
    (problem,) = go_binary.parse("app", program("", "devel go1.23-0123456 Tue Feb 6 2024"))
    assert isinstance(problem, Problem)
    assert "no release of Go" in problem.reason


@pytest.mark.parametrize(
    ("lines", "name", "version"),
    [
        ("dep\ta.example/b\tv1.0.0\n=>\tc.example/d\tv2.0.0\th1:x=\n", "c.example/d", "v2.0.0"),
        ("dep\ta.example/b\tv1.0.0\n=>\t./staging/b\t(devel)\t\n", "a.example/b", "(devel)"),
        ("dep\ta.example/b\tv0.0.0\n=>\t../b\t\t\n", "a.example/b", "(devel)"),
        ("dep\ta.example/b\tv1.0.0+incompatible\n", "a.example/b", "v1.0.0+incompatible"),
        ("mod\ta.example/b\t(devel)\t\n", "a.example/b", "(devel)"),
        ("mod\ta.example/b\t(devel)\t\nbuild\tvcs.revision=0123456789abcdef0123\n", "a.example/b", "0123456789abcdef0123"),
        ("path\tgithub.com/a/b/cmd/c\nbuild\t-ldflags=-X=main.version=1.2.3\n", "github.com/a/b", "v1.2.3"),
        ("path\tgithub.com/a/b/cmd/c\n", "github.com/a/b", "(devel)"),
        ("path\tcommand-line-arguments\n", "stdlib", "1.22.1"),
        (f"mod\ta.example/b\t{UNTAGGED}\t\nbuild\t-ldflags=-X=main.version=1.2.3\n", "a.example/b", "v1.2.3"),
        (f"mod\ta.example/b\t{UNTAGGED}\t\nbuild\tvcs.revision=0123456789abcdef0123\n", "a.example/b", UNTAGGED),
    ],
    ids=[
        "replaced",
        "replaced-by-folder",
        "replaced-by-folder-without-version",
        "incompatible",
        "devel",
        "commit",
        "package",
        "package-devel",
        "no-package",
        "untagged-told",
        "untagged",
    ],
)
def test_lines(lines: str, name: str, version: str) -> None:
    assert found(program(lines))[0] == (name, version)


@pytest.mark.parametrize(
    ("flags", "version", "variable"),
    [
        ('"-w -X main.version=v1.0.0"', "v1.0.0", "-X main.version"),
        ("-X=main.Version=1.2.3-rc.1", "v1.2.3-rc.1", "-X main.Version"),
        ("-s -X 'a.example/b/internal.buildVersion=4.5.6'", "v4.5.6", "-X a.example/b/internal.buildVersion"),
        ("-X a.example/b/v.Version=1.0.0 -X main.version=2.0.0", "v2.0.0", "-X main.version"),
        ("-X a.example/b/v.Version=1.0.0 -X a.example/b/w.Version=2.0.0", "(devel)", ""),
        ("-X main.goVersion=go1.22", "(devel)", ""),
        (r'"-w \t\t-X \"main.version=1.23.2\""', "v1.23.2", "-X main.version"),
        (
            "-X github.com/prometheus/common/version.Version=2.45.0",
            "v2.45.0",
            "-X github.com/prometheus/common/version.Version",
        ),
        ("-X main.version=latest", "(devel)", ""),
        ("-X other.example/lib.Version=1.0.0", "(devel)", ""),
        ("-X main.commit=1.0.0", "(devel)", ""),
        ("-X 'unclosed", "(devel)", ""),
    ],
)
def test_what_the_linker_was_told(flags: str, version: str, variable: str) -> None:
    (main, _) = go_binary.parse("app", program(f"mod\ta.example/b\t(devel)\t\nbuild\t-ldflags={flags}\n"))
    assert isinstance(main, Package)
    assert (main.version, main.inner) == (version, variable)


RELEASE = b"\0\0go1.22.1\0\0\0"
COMMIT = "build\tvcs.revision=0123456789abcdef0123\n"
BESIDE: dict[str, tuple[bytes, str, str, str]] = {
    "as gh has it": (b"\0\x01\0002.23.0\0\0" + bytes(3741) + RELEASE, "", "v2.23.0", "-X"),
    "as Docker has it": (RELEASE + b"20.10.24+dfsg1\0", "", "v20.10.24+dfsg1", "-X"),
    "before the commit": (RELEASE + b"v1.2.3\0", COMMIT, "v1.2.3", "-X"),
    "one version and a longer one": (RELEASE + b"1.1.5+ds1-1\0" + b"1.1.5+ds1\0", "", "v1.1.5+ds1", "-X"),
    "two versions": (RELEASE + b"1.1.5\0" + b"1.1.6\0", COMMIT, "0123456789abcdef0123", ""),
    "no version of Go's, as umoci of Debian": (RELEASE + b"0.4.7+ds-3+b7\0" + b"2023.01.05\0", "", "(devel)", ""),
    "too far": (RELEASE + bytes(9000) + b"1.1.5\0", "", "(devel)", ""),
    "not between zeros": (RELEASE + b"x1.1.5\0" + b"1.1.5 \0", "", "(devel)", ""),
    "no text of the release": (b"\0v1.2.3\0", "", "(devel)", ""),
    "the flags are known": (RELEASE + b"v1.2.3\0", "build\t-ldflags=-w\n", "(devel)", ""),
}


@pytest.mark.parametrize(("data", "settings", "version", "inner"), BESIDE.values(), ids=BESIDE)
def test_what_lies_beside_the_release(data: bytes, settings: str, version: str, inner: str) -> None:
    modules = f"mod\ta.example/b\t(devel)\t\n{settings}"
    sections = {".go.buildinfo": (BASE, go_inline("go1.22.1", modules)), ".rodata": (BASE + 1024, data)}
    (main, _) = go_binary.parse("app", elf(sections))
    assert isinstance(main, Package)
    assert (main.version, main.inner) == (version, inner)


@pytest.mark.parametrize(
    ("package", "module"),
    [
        ("go.etcd.io/etcd", "go.etcd.io/etcd"),
        ("k8s.io/kubernetes/cmd/kubelet", "k8s.io/kubernetes"),
        ("golang.org/x/tools/gopls", "golang.org/x/tools"),
        ("k8s.io", ""),
        ("cmd/go", ""),
        ("example.com/a/b", ""),
    ],
)
def test_repositories_of_packages(package: str, module: str) -> None:
    assert module_of_package(package) == module


def test_a_program_that_reads_go_programs_holds_the_magic_text_too() -> None:
    text = b"\xff Go buildinf:" + b"\x08\x02" + b"\0" * 16 + b"\x05hello\x00"
    assert found(elf({".rodata": (BASE, text), DATA: (BASE + 64, go_inline("go1.16.4", MODULES))})) == EXPECTED
    assert found(elf({".rodata": (BASE, b"x" + text)})) == []


@pytest.mark.parametrize("data", [b"", b"\x7fELF", b"MZ", elf({DATA: (BASE, b"")}), b"#!/bin/sh\n"])
def test_other_files_are_none(data: bytes) -> None:
    assert list(go_binary.parse("app", data)) == []


@pytest.mark.parametrize("data", [program(MODULES, "go1.16.4"), elf({DATA: (BASE, go_pointers("go1.16.4", MODULES, BASE))})])
def test_a_truncated_program_gives_nothing_or_an_error(data: bytes) -> None:
    for end in range(0, len(data), 7):
        with suppress(CorruptData):
            assert set(found(data[:end])) <= set(EXPECTED)


def test_lengths_that_are_not_there_are_refused() -> None:
    with pytest.raises(CorruptData, match="claims"):
        list(go_binary.parse("app", elf({DATA: (BASE, go_inline("go1.16.4", MODULES)[:60])})[:140]))
    huge = go_inline("", "")[:32] + b"\xff\xff\xff\xff\x7f"
    with pytest.raises(CorruptData, match="claims"):
        list(go_binary.parse("app", elf({DATA: (BASE, huge)})))
    with pytest.raises(CorruptData, match="no length"):
        list(go_binary.parse("app", elf({DATA: (BASE, huge[:32] + b"\xff" * 9)})))


def test_a_list_of_more_modules_than_any_program_has_is_refused() -> None:
    with pytest.raises(CorruptData, match="more than 20000"):
        list(go_binary.parse("app", program("dep\ta.example/b\tv1\n" * 20_001)))


def test_a_million_magic_texts_are_not_all_followed() -> None:
    assert found(b"\x7fELF" + (b"\xff Go buildinf:\x08\x02" + b"\0" * 16) * 1_000_000) == []
