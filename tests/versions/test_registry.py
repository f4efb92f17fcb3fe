"""Finding a scheme, and the keys of many versions."""

from collections import Counter

import pytest

from hullmark.errors import UsageError
from hullmark.versions import key, keys, scheme_of_ecosystem, scheme_of_type, schemes

ECOSYSTEMS = {
    "Debian:12": "dpkg", "Ubuntu:Pro:22.04:LTS": "dpkg", "Alpine:v3.20": "apk", "Wolfi": "apk", "Chainguard": "apk",
    "Alpaquita:stream": "apk", "PyPI": "pep440", "npm": "npm", "Go": "golang", "crates.io": "semver",
    "Red Hat:enterprise_linux:9::appstream": "rpm", "AlmaLinux:9": "rpm", "Rocky Linux:9": "rpm",
    "SUSE:Linux Enterprise Server 15 SP5": "rpm", "Amazon Linux:2023": "rpm", "Maven": "maven", "RubyGems": "rubygems",
    "NuGet": "nuget", "Packagist": "packagist",
    "CRAN": "cran", "Hex": "semver", "Pub": "semver", "SwiftURL": "semver", "": None, "debian": None,
}  # fmt: skip
TYPES = {
    "deb": "dpkg", "apk": "apk", "pypi": "pep440", "npm": "npm", "golang": "golang", "cargo": "semver", "rpm": "rpm",
    "maven": "maven", "gem": "rubygems", "nuget": "nuget", "composer": "packagist",
    "cran": "cran", "hex": "semver", "pub": "semver", "swift": "semver", "generic": None,
}  # fmt: skip


def test_the_scheme_of_an_ecosystem_with_or_without_its_release() -> None:
    assert {ecosystem: scheme_of_ecosystem(ecosystem) for ecosystem in ECOSYSTEMS} == ECOSYSTEMS


def test_the_scheme_of_a_purl_type() -> None:
    assert {purl_type: scheme_of_type(purl_type) for purl_type in TYPES} == TYPES


def test_no_two_schemes_claim_the_same_packages() -> None:
    claims = Counter(claim for scheme in schemes().values() for claim in (*scheme.ecosystems, *scheme.types))
    assert [claim for claim, times in claims.items() if times > 1 and claim != "npm"] == []
    assert claims["npm"] == 2  # OSV's name and purl's are the same word


def test_shared_modules_are_no_schemes() -> None:
    assert list(schemes()) == [
        "apk",
        "cran",
        "dpkg",
        "golang",
        "maven",
        "npm",
        "nuget",
        "packagist",
        "pep440",
        "rpm",
        "rubygems",
        "semver",
    ]


def test_keys_keep_their_places() -> None:
    wanted = [key("dpkg", "1.0-1"), None, key("dpkg", "2"), None, key("dpkg", "1.0-1")]
    assert keys("dpkg", ["1.0-1", None, "2", "1.0-", "1.0-1"]) == wanted
    assert keys("dpkg", iter(())) == []


def test_an_unknown_scheme_is_named() -> None:
    for ask in (lambda: key("calver", "1"), lambda: keys("calver", [])):
        with pytest.raises(UsageError, match=r"no version scheme 'calver'; name one of apk, cran, dpkg"):
            ask()
