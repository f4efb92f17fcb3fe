"""rpm databases: the three forms say the same, damage is a Problem or CorruptData, and rpm itself agrees."""

import sqlite3
import struct
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hullmark.catalogers.base import Find
from hullmark.catalogers.rpm import CATALOGER, parse, parse_source_rpm
from hullmark.errors import CorruptData
from hullmark.formats.rpm_header import MOST_ENTRIES, Header
from hullmark.model import Owned, Package, Problem
from tests.catalogers import rpm_databases as made
from tests.catalogers.cases import packages, parsed, problems
from tests.conftest import require_program, shared_folder

PATH = "var/lib/rpm/Packages"
SLOW = 5000  # milliseconds; one takes a few, and what runs in circles never ends
LARGE = "x" * 30_000  # several pages in every form
BLOBS = [
    made.package("plain", arch="x86_64", licence="MIT", vendor="Example", source_rpm="plain-1.0-1.src.rpm"),
    made.package(
        "large", "2.0~rc1", "3.el9", epoch=[7], source_rpm="big-2.5-3.el9.src.rpm",
        modularity="big:2:9020:abc:x86_64", vendor=LARGE,
        base_names=["a", "b", "c"], dir_names=["/usr/bin/", "/etc/"], dir_indexes=[0, 1, 0],
    ),
    made.package("gpg-pubkey", "fd431d51", "4ae0493b"),
    made.package("old", old_file_names=["/etc/old", "/usr/old"]),
]  # fmt: skip
SAID: list[Find] = [
    Package("rpm", "plain", "1.0-1", arch="x86_64", licence="MIT", vendor="Example"),
    Package(
        "rpm", "large", "7:2.0~rc1-3.el9", source_name="big", source_version="2.5-3.el9",
        modularity="big:2:9020:abc:x86_64", vendor=LARGE[:200],
    ),
    Owned("large", ("usr/bin/a", "etc/b", "usr/bin/c")),
    Package("rpm", "old", "1.0-1"),
    Owned("old", ("etc/old", "usr/old")),
]  # fmt: skip
FORMS: dict[str, Callable[[list[bytes]], bytes]] = {
    "sqlite of small pages": made.sqlite,
    "sqlite of large pages": lambda blobs: made.sqlite(blobs, 65536),
    "ndb": made.ndb,
    "bdb hash": made.bdb,
    "bdb of a big-endian machine": lambda blobs: made.bdb(blobs, ">"),
    "bdb tree": lambda blobs: made.bdb(blobs, tree=True),
}


@pytest.mark.parametrize("form", FORMS)
def test_all_forms_say_the_same(form: str) -> None:
    assert _by_name(parse(PATH, FORMS[form](BLOBS))) == _by_name(SAID)


def _by_name(found: Iterable[Find]) -> list[Find]:
    return sorted(found, key=repr)


def test_the_epoch_of_a_source_is_that_of_a_package_with_its_version() -> None:
    source = "perl-5.32.1-481.src.rpm"
    blobs = [
        made.package("perl-Errno", "1.30", "481", source_rpm=source),
        made.package("perl-libs", "5.32.1", "481", epoch=[4], source_rpm=source),
        made.package("other", "1", "1", source_rpm="alone-2-1.src.rpm"),
    ]
    found = {package.name: package for package in packages(list(parse(PATH, made.sqlite(blobs))))}
    assert (found["perl-Errno"].version, found["perl-Errno"].source_version) == ("1.30-481", "4:5.32.1-481")
    assert found["perl-libs"].source_version == ""
    assert found["other"].source_version == "2-1"


def test_trivys_list_of_amazon_linux_2() -> None:
    """The one golden package list of rpms whose database is in ../shared; Trivy lists the public key as well."""
    golden = shared_folder("fixtures", "trivy-golden", "packages") / "amazon-2.json"
    database = shared_folder("fixtures", "packages", "rpm-bdb", "trivy-amazonlinux2", "input") / PATH
    listed = [row for row in orjson.loads(golden.read_bytes()) if row["Name"] != "gpg-pubkey"]
    found = packages(list(parse(PATH, database.read_bytes())))
    assert sorted(map(_as_trivy, found)) == sorted(
        (row["Name"], row.get("Epoch", 0), f"{row['Version']}-{row['Release']}", row["Arch"], row["Maintainer"],
         row["SrcName"], f"{row['SrcVersion']}-{row['SrcRelease']}") for row in listed
    )  # fmt: skip
    assert len(found) == 103


def _as_trivy(package: Package) -> tuple[str | int, ...]:
    epoch, _, version = package.version.rpartition(":")
    source = package.source_version.rpartition(":")[2] or version
    return package.name, int(epoch or 0), version, package.arch, package.vendor, package.source_name or package.name, source


def test_a_tree_of_many_pages_is_read_in_order() -> None:
    names = [f"p{number:05}" for number in range(3000)]
    found = packages(list(parse(PATH, made.sqlite([made.package(name) for name in names]))))
    assert [package.name for package in found] == names


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_database_is_no_package_and_no_problem(form: str) -> None:
    assert list(parse(PATH, FORMS[form]([]))) == []


@pytest.mark.parametrize("form", FORMS)
@settings(deadline=SLOW)
@given(share=st.floats(0, 0.999))
def test_a_truncated_database_says_so(form: str, share: float) -> None:
    data = FORMS[form](BLOBS)
    found = _found(data[: int(len(data) * share)])
    assert problems(found)
    assert all(item in SAID for item in found if not isinstance(item, Problem))


@pytest.mark.parametrize("form", FORMS)
@settings(deadline=SLOW)
@given(data=st.data())
def test_damage_is_contained(form: str, data: st.DataObject) -> None:
    """Any bytes anywhere; the limits of the parsers keep time and memory small, the test's own limit sees to it."""
    database = bytearray(FORMS[form](BLOBS[:2]))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(database) - 1) | st.integers(0, 200))
        word = data.draw(st.sampled_from([b"\0", b"\xff" * 4, b"\x7f\xff\xff\xff", b"\0\0\0\1"]) | st.binary(max_size=4))
        database[at : at + len(word)] = word
    for item in _found(bytes(database)):
        assert isinstance(item, Owned | Problem) or (isinstance(item, Package) and item.name)


def _found(data: bytes) -> list[Find]:
    return parsed(CATALOGER, PATH, data)


def _changed(data: bytes, at: int, value: bytes) -> bytes:
    return data[:at] + value + data[at + len(value) :]


SQLITE, NDB, BDB = made.sqlite(BLOBS), made.ndb(BLOBS), made.bdb(BLOBS)
ROOT_PAGE = 512  # of the table, in SQLITE; page 1 is the schema
LIES = {
    "sqlite: size of a page": (SQLITE, 16, b"\x01\xf4", "states pages of 500 bytes"),
    "sqlite: root page": (SQLITE, ROOT_PAGE, b"\x0a", "is no page of a table"),
    "sqlite: number of cells": (SQLITE, ROOT_PAGE + 3, b"\xff\xff", "states 65535 cells"),
    "sqlite: a child": (SQLITE, ROOT_PAGE + 8, b"\xff\xff", "lies beyond its end"),
    "sqlite: place of a cell": (SQLITE, ROOT_PAGE + 12, b"\xff\xff", "goes beyond its page"),
    "ndb: version": (NDB, 4, b"\x09", "states version 9"),
    "ndb: pages of slots": (NDB, 12, b"\xff\xff\xff\xff", "4294967295 pages of slots"),
    "ndb: slot": (NDB, 48, b"Slut", "a slot of the NDB file is damaged"),
    "ndb: blocks": (NDB, 32 + 12, b"\xff\xff\xff\x7f", "larger than the file"),
    "ndb: first block": (NDB, 32 + 8, b"\xff\xff\xff\xff", "package 1 of the NDB file lies beyond its end"),
    "ndb: length": (NDB, made.PAGE + 12, b"\xff\xff\xff\xff", "package 1 of the NDB file has a damaged head"),
    "bdb: size of a page": (BDB, 20, b"\x64\0\0\0", "states pages of 100 bytes"),
    "bdb: encryption": (BDB, 24, b"\x01", "is encrypted"),
    "bdb: last page": (BDB, 32, b"\xff\xff\xff\x7f", "is cut short"),
    "bdb: number of items": (BDB, made.PAGE + 20, b"\xff\xff", "states 65535 items"),
    "bdb: place of an item": (BDB, made.PAGE + 26, b"\xff\xff", "lies beyond its page"),
    "bdb: kind of an item": (BDB, BDB.index(b"\x03\0\0\0\x02\0\0\0", made.PAGE), b"\x02", "a way that rpm does not use"),
    "bdb: size of a value": (
        BDB,
        BDB.index(b"\x03\0\0\0\x02\0\0\0", made.PAGE) + 8,
        b"\xff\xff\xff\xff",
        "larger than the file",
    ),
    "bdb: an empty page of a value": (BDB, 2 * made.PAGE + 22, b"\0\0", "should hold a package and is empty"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_in_the_structure_is_told(name: str) -> None:
    data, at, value, reason = LIES[name]
    reasons = [item.reason for item in problems(_found(_changed(data, at, value)))]
    assert any(reason in one for one in reasons), reasons


def test_a_page_of_sqlite_that_leads_to_itself() -> None:
    data = made.sqlite([made.package(f"p{number}") for number in range(200)])
    root = next(at for at in range(512, len(data), 512) if data[at] == 5)  # the first inner page is the table's root
    with pytest.raises(CorruptData, match="stands twice in one tree"):
        list(parse(PATH, _changed(data, root + 8, struct.pack(">I", root // 512 + 1))))


def test_overflow_pages_that_lead_to_themselves_end_with_the_stated_size() -> None:
    data = made.bdb([made.package("large", vendor=LARGE)])
    following = 2 * made.PAGE + 16
    looped = packages(_found(_changed(data, following, struct.pack("<I", 2))))
    assert [package.name for package in looped] == ["large"]  # its first page eight times over
    beyond = _found(_changed(data, following, struct.pack("<I", 999)))
    assert [item.reason for item in beyond if isinstance(item, Problem)] == [
        "a package of the Berkeley DB goes on at page 999, which is none of it"
    ]


def test_many_packages_on_the_same_pages_are_refused() -> None:
    data = made.bdb([made.package("large", vendor=LARGE)] * 5)
    first = [at for at in range(made.PAGE, 2 * made.PAGE) if data[at : at + 4] == b"\3\0\0\0"]
    for at in first:
        data = _changed(data, at + 8, struct.pack("<I", len(data)))
    with pytest.raises(CorruptData, match="larger than the file"):
        list(parse(PATH, data))


def test_a_package_of_ndb_with_a_wrong_checksum_costs_itself_only() -> None:
    data = made.ndb(BLOBS)
    found = _found(data.replace(b"plain\0", b"prain\0"))
    assert [item.reason for item in problems(found)] == ["package 1 of the NDB file does not have its checksum"]
    assert _by_name(item for item in found if not isinstance(item, Problem)) == _by_name(SAID[1:])


@pytest.mark.parametrize(
    ("blob", "reason"),
    [
        (made.package("no spaces"), "a package has no valid name ('no spaces')"),
        (made.package("café"), "a package has no valid name ('café')"),
        (made.package("a", ""), "the package a has no valid version ('-1')"),
        (made.package("a", "1:2"), "the package a has no valid version ('1:2-1')"),
        (made.package("a")[:-1], "package 1 of the database: the header states 64 bytes and has 63"),
        (
            made.package("a", base_names=["x"], dir_names=["/"], dir_indexes=[1]),
            "package 1 of the database: its list of files is damaged, so what lies in them is not known to be the package's",
        ),
        (
            made.header({made.NAME: [5]}),
            "package 1 of the database: tag 1000 of the header has the type 4, which holds no text",
        ),
        (struct.pack(">II", MOST_ENTRIES + 1, 0), f"package 1 of the database: the header states {MOST_ENTRIES + 1} tags"),
        (
            struct.pack(">IIIIiI", 1, 4, made.NAME, 6, -1, 1) + b"abc\0",
            "package 1 of the database: tag 1000 of the header states 1 values at -1",
        ),
        (
            struct.pack(">IIIIiI", 1, 4, made.NAME, 8, 0, 0xFFFFFFFF) + b"abc\0",
            "package 1 of the database: tag 1000 of the header states 4294967295 values at 0",
        ),
    ],
)
def test_a_package_that_cannot_be_read_is_a_problem(blob: bytes, reason: str) -> None:
    found = list(parse(PATH, made.sqlite([blob, made.package("sound")])))
    assert [item.reason for item in problems(found)] == [reason]
    assert packages(found)[-1].name == "sound"


def test_one_long_folder_of_many_files_is_bounded() -> None:
    names = ["f"] * 10_000
    blob = made.package("a", base_names=names, dir_names=["/" + "x" * 4000 + "/"], dir_indexes=[0] * len(names))
    found = list(parse(PATH, made.sqlite([blob])))
    assert [package.name for package in packages(found)] == ["a"]
    assert len(problems(found)) == 1
    assert not [item for item in found if isinstance(item, Owned)]


def test_text_that_is_no_utf8_is_no_problem() -> None:
    blob = made.package("a", vendor="caf?").replace(b"caf?", b"caf\xe9")
    assert Header(blob).text(made.VENDOR) == "caf\ufffd"


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("util-linux-2.32.1-42.el8_8.src.rpm", ("util-linux", "2.32.1-42.el8_8")),
        ("java-1.8.0-openjdk-1.8.0.402-1.nosrc.rpm", ("java-1.8.0-openjdk", "1.8.0.402-1")),
        ("(none)", ("", "")),
        ("a-1.src.rpm", ("", "")),
        ("", ("", "")),
    ],
)
def test_source_rpm(text: str, source: tuple[str, str]) -> None:
    assert parse_source_rpm(text) == source


SPEC = """
Name: {name}
Epoch: {epoch}
Version: {version}
Release: 1.el9
Summary: made for a test
License: MIT
Vendor: Example
ModularityLabel: made:1:2:3:noarch
BuildArch: noarch
%description
made for a test
%install
mkdir -p %{{buildroot}}/usr/share/{name}
echo {name} > %{{buildroot}}/usr/share/{name}/file
{files}
%files
/usr/share/{name}
%package extra
Summary: made for a test
%description extra
made for a test
%files extra
"""
QUERY = "%{NAME}|%|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}|%{ARCH}|%{VENDOR}|%{LICENSE}|%{SOURCERPM}\n"


@pytest.fixture(scope="module")
def rpms(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Real packages, made by rpmbuild: one with an epoch, one with more files than a page of a database holds."""
    folder = tmp_path_factory.mktemp("rpmbuild")
    many = "for i in $(seq 2000); do touch %{buildroot}/usr/share/many/a-file-with-a-long-name-$i; done"
    for name, epoch, version, files in (("one", 2, "1.0~rc1", ""), ("many", 0, "3.4", many)):
        spec = folder / f"{name}.spec"
        spec.write_text(SPEC.format(name=name, epoch=epoch, version=version, files=files))
        command = [require_program("rpmbuild"), "--quiet", "-bb", "--define", f"_topdir {folder}", str(spec)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    return sorted(folder.rglob("*.rpm"))


@pytest.mark.slow
def test_rpm_itself_says_the_same(rpms: list[Path], tmp_path: Path) -> None:
    """Of SQLite alone: Debian's rpm reads Berkeley DB (see reference.tsv in ../shared) and writes neither that nor NDB."""
    rpm = [require_program("rpm"), "--root", str(tmp_path), "--dbpath", "/var/lib/rpm"]
    justdb = ["--nodeps", "--noscripts", "--justdb", "--ignorearch", "--ignoreos"]
    subprocess.run([*rpm, "-i", *justdb, *map(str, rpms)], check=True, capture_output=True, timeout=60)
    listed = subprocess.run([*rpm, "-qa", "--qf", QUERY], check=True, capture_output=True, text=True, timeout=60).stdout
    owned = subprocess.run([*rpm, "-qla"], check=True, capture_output=True, text=True, timeout=60).stdout
    found = list(parse("var/lib/rpm/rpmdb.sqlite", _checkpointed(tmp_path / "var/lib/rpm/rpmdb.sqlite")))
    assert problems(found) == []
    assert sorted(map(_queried, packages(found))) == sorted(listed.splitlines())
    assert len(packages(found)) == 4
    paths = [path for item in found if isinstance(item, Owned) for path in item.paths]
    folders = {"/usr/share/one", "/usr/share/many"}
    assert sorted(paths) == sorted(line[1:] for line in owned.splitlines() if line.startswith("/") and line not in folders)


def _checkpointed(file: Path) -> bytes:
    """The database with what its write-ahead log may still hold."""
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA journal_mode = delete")
    connection.close()
    return file.read_bytes()


def _queried(package: Package) -> str:
    """A package as QUERY prints it; rpm prints an epoch of 0 where the package states one."""
    epoch, _, rest = package.version.rpartition(":")
    source = f"{package.source_name or package.name}-{package.source_version or rest}.src.rpm"
    assert package.modularity == "made:1:2:3:noarch"
    fields = (package.name, epoch or "0", rest, package.arch, package.vendor, package.licence, source)
    return "|".join((f"{fields[0]}|{fields[1]}:{fields[2]}", *fields[3:]))
