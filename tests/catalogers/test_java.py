"""Java archives: names concluded by table, what Maven wrote, archives within archives, and hostile ones."""

import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullmark.catalogers import java
from hullmark.catalogers._java_identity import identity, stem_and_version
from hullmark.formats import jar_manifest
from hullmark.model import Origin, Package, Problem
from tests.catalogers.archives import Files, jar, manifest, properties
from tests.catalogers.cases import read_rows

HERE = Path(__file__).parent
LIBRARY = properties("g.example", "lib", "1.0")
ISC = (
    b"Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee "
    b"is hereby granted, provided that the above copyright notice appears.\n"
)


def read(data: bytes, path: str = "app.jar") -> tuple[list[tuple[str, str, str]], list[str]]:
    """Name, version and place of each package, and the reasons of the problems."""
    found = list(java.parse(path, data))
    named = [(item.name, item.version, item.inner) for item in found if isinstance(item, Package)]
    return named, [item.reason for item in found if isinstance(item, Problem)]


@pytest.mark.parametrize("row", read_rows(HERE / "java_names.tsv"), ids=lambda row: row["file"])
def test_file_names(row: dict[str, str]) -> None:
    assert stem_and_version(row["file"]) == (row["artifact"], row["version"])


@pytest.mark.parametrize("row", read_rows(HERE / "java_identities.tsv"), ids=lambda row: row["file"])
def test_identities(row: dict[str, str]) -> None:
    headers = jar_manifest.parse(row["manifest"].replace("|", "\n").encode())
    assert identity(row["file"], headers) == ((row["name"], row["version"]) if row["name"] else None)


def test_what_is_concluded_is_marked_and_what_is_stated_is_not() -> None:
    (concluded,) = java.parse("unknown-1.0.jar", jar(manifest()))
    (stated,) = java.parse("lib-1.0.jar", jar(LIBRARY))
    assert isinstance(concluded, Package)
    assert isinstance(stated, Package)
    assert (concluded.origin, stated.origin) == (Origin.BINARY, Origin.INSTALLED)


def test_the_own_artifact_of_a_shaded_jar_comes_first_and_each_swallowed_one_is_a_package() -> None:
    swallowed = properties("a.example", "alpha", "2.0") | properties("g.example", "lib-core", "1.0") | LIBRARY
    assert read(jar(swallowed), "lib-1.0.jar")[0] == [
        ("g.example:lib", "1.0", ""),
        ("a.example:alpha", "2.0", ""),
        ("g.example:lib-core", "1.0", ""),
    ]


def test_a_file_name_with_other_separators_is_of_the_artifact() -> None:
    stated = properties("org.apache.geronimo.specs", "geronimo-annotation_1.3_spec", "1.3")
    assert read(jar(stated), "geronimo-annotation-1.3-spec.jar")[0] == [
        ("org.apache.geronimo.specs:geronimo-annotation_1.3_spec", "1.3", "")
    ]


def test_a_shaded_jar_that_states_only_others_is_named_by_its_manifest() -> None:
    files = properties("a.example", "alpha", "2.0") | manifest(Implementation_Vendor_Id="b.example.tools")
    assert read(jar(files), "beta-3.1.jar")[0] == [("beta:beta", "3.1", ""), ("a.example:alpha", "2.0", "")]


def test_a_well_known_name_is_not_taken_by_the_one_artifact_that_it_swallowed() -> None:
    cglib = properties("cglib", "cglib", "3.2.12")
    own = manifest(Bundle_SymbolicName="com.google.inject", Bundle_Version="4.2.3")
    assert read(jar(cglib | own), "guice.jar")[0] == [
        ("com.google.inject:guice", "4.2.3", ""),
        ("cglib:cglib", "3.2.12", ""),
    ]
    assert read(jar(cglib | own), "unknown.jar")[0] == [("cglib:cglib", "3.2.12", "")]
    stated = properties("com.google.inject", "guice", "4.2.3")
    assert read(jar(stated | own), "guice.jar")[0] == [("com.google.inject:guice", "4.2.3", "")]


def test_places_within_archives() -> None:
    library = jar(LIBRARY)
    war = jar({"WEB-INF/lib/lib-1.0.jar": library, "WEB-INF/lib/b.jar": jar({"x/lib.jar": library})}, zipfile.ZIP_STORED)
    assert read(jar({"web.war": war}), "app.ear") == (
        [
            ("g.example:lib", "1.0", "web.war!/WEB-INF/lib/lib-1.0.jar"),
            ("g.example:lib", "1.0", "web.war!/WEB-INF/lib/b.jar!/x/lib.jar"),
        ],
        [],
    )


def test_an_executable_jar_has_a_program_before_it() -> None:
    boot = jar({"BOOT-INF/lib/lib-1.0.jar": jar(LIBRARY)}, zipfile.ZIP_STORED)
    assert read(b"#!/bin/bash\nexec java -jar $0\n" + boot)[0] == [("g.example:lib", "1.0", "BOOT-INF/lib/lib-1.0.jar")]


POM = """<?xml version="1.0"?><project xmlns="http://maven.apache.org/POM/4.0.0"><parent><groupId>g.example</groupId>
<version>7.0</version></parent><artifactId>lib</artifactId>{}<licenses><license><name>MIT</name></license></licenses>
<dependencies><dependency><groupId>x</groupId><artifactId>y</artifactId><version>9</version></dependency></dependencies></project>"""


@pytest.mark.parametrize(
    ("own", "expected"),
    [("<version>1.5</version>", "1.5"), ("", "7.0"), ("<version>${revision}</version>", "")],
    ids=["own", "parent", "placeholder"],
)
def test_a_pom_counts_where_no_properties_lie_beside_it(own: str, expected: str) -> None:
    pom = {"META-INF/maven/g.example/lib/pom.xml": POM.format(own).encode()}
    packages, problems = read(jar(pom))
    assert packages == ([("g.example:lib", expected, "")] if expected else [])
    assert bool(problems) != bool(expected)
    assert read(jar(pom | LIBRARY))[0] == [("g.example:lib", "1.0", "")]


APACHE = (
    b"                                 Apache License\n                        Version 2.0, January 2004\n" + b"x" * 11_000
)
BESIDE = {"META-INF/maven/g.example/lib/pom.xml": POM.format("").encode()}
LICENCES: dict[str, tuple[Files, str]] = {
    "its pom.xml": (LIBRARY | BESIDE, "MIT"),
    "its pom.xml before the text": (LIBRARY | BESIDE | {"META-INF/LICENSE": APACHE}, "MIT"),
    "a damaged pom.xml": (LIBRARY | {next(iter(BESIDE)): b"<licenses><license></licenses>"}, ""),
    "a pom.xml without an end": (LIBRARY | {next(iter(BESIDE)): b"<licenses>" * 100_000}, ""),
    "a pom.xml that ends first": (LIBRARY | {next(iter(BESIDE)): b"</licenses><licenses>"}, ""),
    "its manifest": (LIBRARY | manifest(Bundle_License="MIT") | {"LICENSE": APACHE}, "MIT"),
    "several in its manifest": (
        LIBRARY
        | manifest(
            Bundle_License='http://www.eclipse.org/legal/epl-2.0,https://www.gnu.org/software/classpath/license.html;x="a,b"'
        ),
        "EPL-2.0, GPL-2.0-only WITH Classpath-exception-2.0",
    ),
    "a comma in one": (LIBRARY | manifest(Bundle_License="Apache License, Version 2.0"), "Apache-2.0"),
    "the text": (LIBRARY | {"META-INF/LICENSE": APACHE}, "Apache-2.0"),
    "the text and more": (LIBRARY | {"LICENSE.txt": APACHE * 2}, "Apache-2.0 AND LicenseRef-others"),
    "a short text": (LIBRARY | {"META-INF/LICENSE.md": b"ISC\n" + ISC}, "ISC"),
    "two short texts": (LIBRARY | {"LICENSE": ISC + b"Altered source versions must be plainly marked as such\n"}, ""),
    "no licence": (LIBRARY | {"META-INF/LICENSE": b"\xff\xfe\0"}, ""),
    "a concluded name": (manifest() | {"META-INF/LICENSE": APACHE}, "Apache-2.0"),
}


@pytest.mark.parametrize(("files", "licence"), LICENCES.values(), ids=LICENCES)
def test_licences(files: Files, licence: str) -> None:
    found = list(java.parse("lib-1.0.jar", jar(files)))
    assert [item.licence for item in found if isinstance(item, Package)] == [licence]
    assert len(found) == 1


def test_the_text_of_a_licence_is_of_the_archive_and_not_of_what_it_swallowed() -> None:
    found = java.parse("lib-1.0.jar", jar(LIBRARY | properties("a.example", "alpha", "2.0") | {"META-INF/LICENSE": APACHE}))
    assert [item.licence for item in found if isinstance(item, Package)] == ["Apache-2.0", ""]


def test_licences_that_take_all_room_lose_no_package() -> None:
    pom = b"<project><licenses>" + b"<license><name>x</name></license>" * 3000 + b"</licenses></project>"
    files: Files = {}
    for number in range(250):
        files |= properties("g.example", f"a{number}", "1.0")
        files[f"META-INF/maven/g.example/a{number}/pom.xml"] = pom
    packages, problems = read(jar(files | {"META-INF/LICENSE": b"x" * 200_000}), "a0-1.0.jar")
    assert (len(packages), problems) == (250, [])  # of which the first 160 take all that there is for licences


BILLION_LAUGHS = b"""<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>
<project><version>&c;</version></project>"""
EXTERNAL = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><project><version>&a;</version></project>'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BILLION_LAUGHS, "document type"),
        (EXTERNAL, "document type"),
        (b"<a>" * 100_000, "levels"),
        (b"<project><version>1</project>", "well-formed"),
        (b"", "well-formed"),
        (b'<?xml version="1.0" encoding="no-such"?><project/>', "well-formed"),
    ],
    ids=["entities", "external", "deep", "broken", "empty", "encoding"],
)
def test_xml_that_is_refused(text: bytes, reason: str) -> None:
    packages, problems = read(jar({"META-INF/maven/g.example/lib/pom.xml": text}))
    assert not packages
    assert reason in problems[0]


def test_archives_within_archives_end_at_a_depth() -> None:
    data = jar(LIBRARY)
    for _ in range(java.MOST_DEPTH + 1):
        data = jar({"a.jar": data})
    assert read(data) == (
        [],
        [f"{'!/'.join(['a.jar'] * 16)}: a.jar lies deeper than 16 archives within each other, so it is not read"],
    )


def test_a_bomb_of_archives_costs_what_a_file_of_its_size_may() -> None:
    bomb = jar({"a.jar": b"\0" * 100_000_000})
    packages, problems = read(jar({f"{number}.jar": bomb for number in range(10)} | LIBRARY, zipfile.ZIP_STORED))
    assert packages == [("g.example:lib", "1.0", "")]
    assert len(problems) == 10
    assert all("unpack to more than a file of this size may" in reason for reason in problems)


def test_the_budget_is_of_all_archives_of_a_file_together() -> None:
    bombs: Files = {f"{number}.jar": b"\0" * 60_000_000 for number in range(5)}
    _, problems = read(jar(bombs))
    assert ["unpack to more" in reason for reason in problems] == [False, True, True, True, True]


def test_entries_that_lie_over_each_other_cost_no_more_than_the_budget() -> None:
    """All entries of the directory name one body (Fifield's bomb)."""
    one = jar({"0.jar": b"\0" * 30_000_000})
    end = one.rindex(b"PK\5\6")
    start = one.index(b"PK\1\2")
    record = one[start:end]
    directory = b"".join(record.replace(b"0.jar", f"{number}.jar".encode()) for number in range(10))
    tail = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 10, 10, len(directory), start, 0)
    _, problems = read(one[:start] + directory + tail)
    assert sum("unpack to more" in reason for reason in problems) == 8


@pytest.mark.parametrize(
    ("at", "value", "reason"),
    [
        (24, 10, "is not what the directory says"),
        (24, 10_000, "is not what the directory says"),
        (24, 0xFFFFFFF0, "more than"),
        (20, 10_000_000, "ends behind the archive"),
        (42, 10_000_000, "lies outside of the archive"),
        (42, 5, "has no header"),
        (16, 1, "is not what the directory says"),
        (10, 99, "packed by a method that is not read"),
        (8, 1, "is encrypted"),
    ],
    ids=["small", "large", "huge", "packed", "outside", "elsewhere", "checksum", "method", "encrypted"],
)
def test_an_archive_that_lies(at: int, value: int, reason: str) -> None:
    data = bytearray(jar(LIBRARY))
    directory = data.rindex(b"PK\1\2")
    struct.pack_into("<H" if at in {8, 10} else "<I", data, directory + at, value)
    packages, problems = read(bytes(data))
    assert not packages
    assert reason in problems[0]


def test_a_damaged_archive_within_costs_itself_only() -> None:
    packages, problems = read(jar({"a.jar": b"no archive", "b.jar": jar(LIBRARY)}))
    assert packages == [("g.example:lib", "1.0", "b.jar")]
    assert problems == ["a.jar: the file is no zip archive, or its end is missing"]


def test_a_truncated_archive_is_a_problem() -> None:
    data = jar(LIBRARY | manifest())
    for end in range(len(data)):
        packages, problems = read(data[:end])
        assert not packages
        assert problems


def test_more_entries_than_any_archive_has_are_a_problem() -> None:
    one = jar({"a": b""})
    start, end = one.index(b"PK\1\2"), one.rindex(b"PK\5\6")
    directory = one[start:end] * 1_000_001
    tail = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, len(directory), start, 0)
    assert read(one[:start] + directory + tail) == ([], ["the archives list more than 1000000 entries"])


FAIR = jar({"a.jar": jar(LIBRARY | manifest(Implementation_Version="1")), **LIBRARY, **manifest(Bundle_Version="2")})


@given(at=st.integers(0, len(FAIR) - 1), value=st.binary(min_size=1, max_size=12))
def test_damage_anywhere_is_a_problem_or_harmless(at: int, value: bytes) -> None:
    for item in java.parse("a-1.jar", FAIR[:at] + value + FAIR[at + len(value) :]):
        assert isinstance(item, Package | Problem)
        assert not isinstance(item, Package) or (item.type, item.name.count(":")) == ("maven", 1)
