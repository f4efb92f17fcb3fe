"""Finding a scheme, and the keys of many versions."""

from collections import Counter

import pytest

from hullmark.errors import InvalidVersion, UsageError
from hullmark.versions import REPACKAGERS, bound, key, keys, scheme_of_ecosystem, scheme_of_type, schemes

ECOSYSTEMS = {
    "Debian:12": "dpkg", "Ubuntu:Pro:22.04:LTS": "dpkg", "Alpine:v3.20": "apk", "Wolfi": "apk", "Chainguard": "apk",
    "Alpaquita:stream": "apk", "PyPI": "pep440", "npm": "npm", "Go": "golang", "crates.io": "semver",
    "Red Hat:enterprise_linux:9::appstream": "rpm", "AlmaLinux:9": "rpm", "Rocky Linux:9": "rpm",
    "SUSE:Linux Enterprise Server 15 SP5": "rpm", "Amazon Linux:2023": "rpm", "Maven": "maven", "RubyGems": "rubygems",
    "NuGet": "nuget", "Packagist": "packagist", "Bitnami": "bitnami", "Hex": "semver", "Pub": "pub", "Hackage": "hackage",
    "CRAN": "cran", "Bioconductor": "cran", "SwiftURL": "semver", "GitHub Actions": "semver", "openEuler:24.03-LTS": "rpm",
    "Docker Hardened Images:Alpine:3.23": "apk", "Docker Hardened Images:Debian:trixie": "dpkg", "TuxCare:Red Hat": "rpm",
    "Root:PyPI": "pep440", "Root:npm": "npm", "Docker Hardened Images": None, "TuxCare:TuxCare:npm": None, "Linux": None,
    "": None, "debian": None,
}  # fmt: skip
TYPES = {
    "deb": "dpkg", "apk": "apk", "pypi": "pep440", "npm": "npm", "golang": "golang", "cargo": "semver", "rpm": "rpm",
    "maven": "maven", "gem": "rubygems", "nuget": "nuget", "composer": "packagist", "pear": "packagist",
    "bitnami": "bitnami", "alpm": "alpm", "ebuild": "ebuild", "hex": "semver", "pub": "pub", "cran": "cran",
    "hackage": "hackage", "swift": "semver", "conda": "conda", "opkg": "dpkg", "generic": "bitnami", "luarocks": "generic",
    "": None,
}  # fmt: skip

SAME_WORD = {"npm", "opam"}  # as OSV's name and as purl's


def test_the_scheme_of_an_ecosystem_with_or_without_its_release() -> None:
    assert {ecosystem: scheme_of_ecosystem(ecosystem) for ecosystem in ECOSYSTEMS} == ECOSYSTEMS


def test_the_scheme_of_a_purl_type() -> None:
    assert {purl_type: scheme_of_type(purl_type) for purl_type in TYPES} == TYPES


def test_no_two_schemes_claim_the_same_packages() -> None:
    claims = Counter(claim for scheme in schemes().values() for claim in (*scheme.ecosystems, *scheme.types))
    assert [claim for claim, times in claims.items() if times > 1 and claim not in SAME_WORD] == []
    assert all(claims[claim] == 2 for claim in SAME_WORD)


def test_every_ecosystem_that_another_repackages_has_an_order() -> None:
    repackaged = [f"{name}:{inner}" for name, known in REPACKAGERS.items() for inner in known]
    assert [ecosystem for ecosystem in repackaged if scheme_of_ecosystem(ecosystem) is None] == []


def test_shared_modules_are_no_schemes() -> None:
    assert list(schemes()) == [
        "alpm", "apk", "bitnami", "conda", "cran", "dpkg", "ebuild", "generic", "golang", "hackage", "maven", "npm", "nuget",
        "packagist", "pep440", "pub", "rpm", "rubygems", "semver",
    ]  # fmt: skip


def test_keys_keep_their_places() -> None:
    wanted = [key("dpkg", "1.0-1"), None, key("dpkg", "2"), None, key("dpkg", "1.0-1")]
    assert keys("dpkg", ["1.0-1", None, "2", "1.0-", "1.0-1"]) == wanted
    assert keys("dpkg", iter(())) == []


def test_a_version_from_before_pep_440_limits_no_range() -> None:
    assert bound("pep440", "1.0.dev0") == key("pep440", "1.0.dev0") > key("pep440", "2.6.0-NA")
    with pytest.raises(InvalidVersion, match=r"'2.6.0-NA' is no Python version: .* so it limits no range; correct it"):
        bound("pep440", "2.6.0-NA")
    assert bound("dpkg", "1.0-1") == key("dpkg", "1.0-1")


def test_an_unknown_scheme_is_named() -> None:
    for ask in (lambda: key("calver", "1"), lambda: keys("calver", []), lambda: bound("calver", "1")):
        with pytest.raises(UsageError, match=r"no version scheme 'calver'; name one of alpm, apk, bitnami"):
            ask()
