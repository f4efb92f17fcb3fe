from collections.abc import Mapping

import pytest

from hullmark.distro import advisory_ecosystem, choose, ecosystem, is_known, package_type, release
from hullmark.model import Distro
from tests.osrelease.roots import chosen

DEBIAN_12 = b'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\nVERSION="12 (bookworm)"\n'
UBUNTU = b"ID=ubuntu\nID_LIKE=debian\nVERSION_ID='22.04'\nVERSION_CODENAME=jammy\nPRETTY_NAME=Ubuntu\\ 22.04.3\\ LTS\n"
ALPINE = b'ID=alpine\nVERSION_ID=3.18\nPRETTY_NAME="Alpine Linux v3.18"\n'
SID = b'PRETTY_NAME="Debian GNU/Linux trixie/sid"\nNAME="Debian GNU/Linux"\nID=debian\n'
EDGE = b'ID=alpine\nVERSION_ID=3.23_alpha20250612\nPRETTY_NAME="Alpine Linux edge"\n'
FOREIGN = b'ID=tinylinux\nVERSION_ID=1\nPRETTY_NAME="Tiny \\"Linux\\" 1"\n'
RHEL = b'ID="rhel"\nVERSION_ID="9.4"\nCPE_NAME="cpe:/o:redhat:enterprise_linux:9::baseos"\n'
REDHAT = {
    "etc/redhat-release": b"Red Hat Enterprise Linux release 9.3 (Plow)\n",
    "etc/oracle-release": b"Oracle Linux Server release 9.3\n",
}

# release files -> id, version_id, OSV ecosystem of its packages
ROOTS: dict[str, tuple[Mapping[str, bytes], tuple[str, str, str]]] = {
    "debian": ({"etc/os-release": DEBIAN_12}, ("debian", "12", "Debian:12")),
    "distroless": ({"usr/lib/os-release": DEBIAN_12}, ("debian", "12", "Debian:12")),
    "debian point release": (
        {"etc/os-release": DEBIAN_12, "etc/debian_version": b"12.7\n"},
        ("debian", "12.7", "Debian:12"),
    ),
    "debian_version of another release": (
        {"etc/os-release": DEBIAN_12, "etc/debian_version": b"11.3"},
        ("debian", "12", "Debian:12"),
    ),
    "debian_version alone": ({"etc/debian_version": b"6.0.10\n"}, ("debian", "6.0.10", "Debian:6.0")),
    "testing by name": ({"etc/os-release": SID}, ("debian", "trixie/sid", "Debian:13")),
    "testing by debian_version": ({"etc/debian_version": b"forky/sid\n"}, ("debian", "forky/sid", "Debian:14")),
    "ubuntu": ({"etc/os-release": UBUNTU, "etc/debian_version": b"bookworm/sid\n"}, ("ubuntu", "22.04", "Ubuntu:22.04")),
    "ubuntu by lsb-release": (
        {
            "etc/lsb-release": b'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=10.04\nDISTRIB_DESCRIPTION="Ubuntu 10.04 LTS"\n',
            "etc/debian_version": b"squeeze/sid\n",
        },
        ("ubuntu", "10.04", "Ubuntu:10.04"),
    ),
    "alpine point release": (
        {"etc/os-release": ALPINE, "etc/alpine-release": b"3.18.4\n"},
        ("alpine", "3.18.4", "Alpine:v3.18"),
    ),
    "alpine-release alone": ({"etc/alpine-release": b"2.6.6\n"}, ("alpine", "2.6.6", "Alpine:v2.6")),
    "alpine by issue": (
        {"etc/issue": b"Welcome to Alpine Linux 3.10\nKernel \\r on an \\m (\\l)\n"},
        ("alpine", "3.10", "Alpine:v3.10"),
    ),
    "edge": (
        {"etc/os-release": EDGE, "etc/alpine-release": b"3.23_alpha20250612\n"},
        ("alpine", "3.23_alpha20250612", "Alpine:edge"),
    ),
    "wolfi": ({"etc/os-release": b"ID=wolfi\nVERSION_ID=20230201\n"}, ("wolfi", "20230201", "Wolfi")),
    "chainguard": ({"etc/os-release": b"ID=chainguard\nVERSION_ID=20230214\n"}, ("chainguard", "20230214", "Chainguard")),
    "alma": ({"etc/os-release": b'ID="almalinux"\nVERSION_ID="9.4"\n'}, ("almalinux", "9.4", "AlmaLinux:9")),
    "rocky by its own file": (
        {"etc/rocky-release": b"Rocky Linux release 8.4 (Green Obsidian)\n"},
        ("rocky", "8.4", "Rocky Linux:8"),
    ),
    "oracle, not red hat": (REDHAT, ("ol", "9.3", "")),
    "red hat": ({"etc/os-release": RHEL}, ("rhel", "9.4", "Red Hat:enterprise_linux:9")),
    "red hat by redhat-release": (
        {"etc/redhat-release": REDHAT["etc/redhat-release"]},
        ("rhel", "9.3", "Red Hat:enterprise_linux:9"),
    ),
    "foreign": ({"etc/os-release": FOREIGN}, ("tinylinux", "1", "")),
    "raspbian is no debian": ({"etc/os-release": b"ID=raspbian\nID_LIKE=debian\nVERSION_ID=12\n"}, ("raspbian", "12", "")),
    "nothing": ({}, ("", "", "")),
}


@pytest.mark.parametrize("name", ROOTS)
def test_root(name: str) -> None:
    files, expected = ROOTS[name]
    distro, unread = chosen(files)
    own = ecosystem(distro, package_type(distro))
    assert (distro.id, distro.version_id, own) == expected
    assert is_known(distro) == bool(expected[2])
    assert unread == []


DAMAGED = {
    "etc/os-release": b"",
    "usr/lib/os-release": b"\x7fELF\x00\xff",
    "etc/alpine-release": b"x",
    "etc/debian_version": b"",
    "etc/redhat-release": b"centos-release",
    "etc/system-release": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("path", DAMAGED)
def test_a_damaged_release_file_is_a_problem(path: str) -> None:
    distro, unread = chosen({path: DAMAGED[path]})
    assert distro == Distro()
    assert [problem.path for problem in unread] == [path]


def test_a_damaged_file_hides_no_sound_one() -> None:
    distro, unread = chosen({"etc/os-release": b"\xff", "usr/lib/os-release": DEBIAN_12})
    assert (distro.id, len(unread)) == ("debian", 1)


@pytest.mark.parametrize("text", [b"", b"Authorised users only 24 hours\n", b"\\S\nKernel \\r on an \\m\n"])
def test_an_issue_that_names_no_known_system_says_nothing(text: bytes) -> None:
    assert chosen({"etc/issue": text}) == (Distro(), [])


def test_values_are_bounded_and_not_expanded() -> None:
    distro, _ = chosen({"etc/os-release": b'ID=x\nVERSION_ID="$(id)`id`"\nPRETTY_NAME="' + b"n" * 5000 + b'"\n'})
    assert distro.version_id == "$(id)`id`"
    assert len(distro.name) == 256


def test_missing_facts_come_from_files_of_the_same_system_only() -> None:
    merged = choose(
        {
            "etc/os-release": Distro(id="ubuntu", name="Ubuntu"),
            "etc/lsb-release": Distro(id="ubuntu", version_id="24.04", codename="noble"),
            "etc/debian_version": Distro(id="debian", version_id="trixie/sid", cpe="cpe:/o:debian"),
        }
    )
    assert merged == Distro(id="ubuntu", name="Ubuntu", version_id="24.04", codename="noble")


def test_a_codename_stands_for_a_missing_number() -> None:
    assert release(Distro(id="ubuntu", codename="jammy")) == "22.04"
    assert release(Distro(id="debian", codename="bookworm")) == "12"
    assert not is_known(Distro(id="debian", version_id="sid"))


@pytest.mark.parametrize(
    ("package_type", "expected"),
    [
        ("pypi", "PyPI"),
        ("npm", "npm"),
        ("golang", "Go"),
        ("cargo", "crates.io"),
        ("swift", "SwiftURL"),
        ("bitnami", "Bitnami"),
        ("nix", ""),
        ("apk", ""),
        ("deb", "Debian:12"),
    ],
)
def test_the_ecosystem_depends_on_the_package_type(package_type: str, expected: str) -> None:
    assert ecosystem(Distro(id="debian", version_id="12"), package_type) == expected


# id, VERSION_ID, PRETTY_NAME -> purl type and ecosystem of the system's own packages
SYSTEMS = [
    ("almalinux", "9.4", "", "rpm", "AlmaLinux:9"),
    ("rocky", "8.10", "", "rpm", "Rocky Linux:8"),
    ("rhel", "7.9", "", "rpm", "Red Hat:enterprise_linux:7"),
    ("centos", "7", "CentOS Linux 7 (Core)", "rpm", "Red Hat:enterprise_linux:7"),
    ("centos", "8", "CentOS Linux 8", "rpm", "Red Hat:enterprise_linux:8"),
    ("centos", "8", "CentOS Stream 8", "rpm", ""),
    ("centos", "9", "CentOS Stream 9", "rpm", ""),
    ("amzn", "2018.03", "", "rpm", "Amazon Linux:1"),
    ("amzn", "2", "", "rpm", "Amazon Linux:2"),
    ("amzn", "2022", "", "rpm", "Amazon Linux:2022"),
    ("amzn", "2023", "", "rpm", "Amazon Linux:2023"),
    ("sles", "12.5", "", "rpm", "SUSE:Linux Enterprise 12 SP5"),
    ("sles", "15", "", "rpm", "SUSE:Linux Enterprise 15"),
    ("sles", "15.6", "", "rpm", "SUSE:Linux Enterprise 15 SP6"),
    ("sles", "16.0", "", "rpm", "SUSE:Linux Enterprise 16.0"),
    ("sles", "x", "", "rpm", ""),
    ("sle-micro", "5.4", "", "rpm", "SUSE:Linux Enterprise Micro 5.4"),
    ("sl-micro", "6.0", "", "rpm", "SUSE:Linux Micro 6.0"),
    ("opensuse-leap", "15.6", "", "rpm", "openSUSE:Leap 15.6"),
    ("opensuse", "42.3", "", "rpm", "openSUSE:Leap 42.3"),
    ("opensuse-leap-micro", "5.5", "", "rpm", "openSUSE:Leap Micro 5.5"),
    ("opensuse-tumbleweed", "20240101", "", "rpm", "openSUSE:Tumbleweed"),
    ("mariner", "2.0", "", "rpm", "Azure Linux:2"),
    ("azurelinux", "3.0", "", "rpm", "Azure Linux:3"),
    ("photon", "5.0", "", "rpm", "Photon OS:5.0"),
    ("mageia", "9", "", "rpm", "Mageia:9"),
    ("openeuler", "22.03", "openEuler 22.03 (LTS-SP3)", "rpm", "openEuler:22.03-LTS-SP3"),
    ("openeuler", "23.09", "openEuler 23.09", "rpm", "openEuler:23.09"),
    ("fedora", "42", "", "rpm", ""),
    ("ol", "9.3", "", "rpm", ""),
    ("arch", "", "", "alpm", ""),
    ("gentoo", "", "", "ebuild", ""),
    ("openwrt", "24.10.0", "", "opkg", ""),
]


@pytest.mark.parametrize(("system", "version", "name", "kind", "expected"), SYSTEMS)
def test_the_ecosystem_of_a_system(system: str, version: str, name: str, kind: str, expected: str) -> None:
    distro = Distro(id=system, version_id=version, name=name)
    assert (package_type(distro), ecosystem(distro, kind)) == (kind, expected)
    assert is_known(distro) == bool(expected)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("Ubuntu:22.04:LTS", "Ubuntu:22.04"),
        ("Ubuntu:Pro:18.04:LTS", "Ubuntu:Pro:18.04"),
        ("Red Hat:enterprise_linux:9::appstream", "Red Hat:enterprise_linux:9"),
        ("Red Hat:rhel_eus:9.2::baseos", "Red Hat:rhel_eus:9.2"),
        ("Red Hat:enterprise_linux:10.1", "Red Hat:enterprise_linux:10"),
        ("Red Hat:rhel_eus:10.0", "Red Hat:rhel_eus:10.0"),
        ("SUSE:Linux Enterprise Server 15 SP4-LTSS", "SUSE:Linux Enterprise 15 SP4"),
        ("SUSE:Linux Enterprise Module for Basesystem 15 SP5", "SUSE:Linux Enterprise 15 SP5"),
        ("SUSE:Linux Enterprise Server for SAP Applications 12 SP5", "SUSE:Linux Enterprise 12 SP5"),
        ("SUSE:Linux Enterprise High Performance Computing 15 SP4-ESPOS", "SUSE:Linux Enterprise 15 SP4"),
        ("SUSE:Linux Enterprise Server 16.0", "SUSE:Linux Enterprise 16.0"),
        ("SUSE:Linux Enterprise Micro 5.4", "SUSE:Linux Enterprise Micro 5.4"),
        ("SUSE:Package Hub 12", "SUSE:Package Hub 12"),
        ("Debian:12", "Debian:12"),
        ("clnstrt:3.20", "CleanStart"),
        ("CLEANSTART", "CleanStart"),
        ("cleanstartish", "cleanstartish"),
        ("Root:Alpine:3.18", "Root:Alpine:v3.18"),
        ("Root:npm", "Root:npm"),
        ("TuxCare:Ubuntu:18.04:LTS", "TuxCare:Ubuntu:18.04"),
        ("TuxCare:CentOS:8.4", "TuxCare:Red Hat:enterprise_linux:8.4"),
        ("TuxCare:CentOS-Stream:8", "TuxCare:CentOS:Stream 8"),
        ("TuxCare:RHEL:7", "TuxCare:Red Hat:enterprise_linux:7"),
        ("TuxCare:OracleLinux:7", "TuxCare:Oracle Linux:7"),
        ("TuxCare:AlmaLinux:9.2", "TuxCare:AlmaLinux:9.2"),
    ],
)
def test_an_advisory_names_the_ecosystem_as_packages_do(stated: str, expected: str) -> None:
    assert advisory_ecosystem(stated) == expected


def test_language_packages_need_no_system() -> None:
    assert ecosystem(Distro(), "pypi") == "PyPI"
