"""What a scanner's report lists, in one form for all: (purl type, name, version), each once."""

from collections.abc import Iterable
from dataclasses import dataclass

import orjson
from packageurl import PackageURL

SYSTEMS = frozenset({"deb", "apk", "rpm"})

Identity = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """The packages of one report."""

    packages: frozenset[Identity] = frozenset()


def of_hullmark(document: bytes) -> Found:
    """`hullmark scan --format json`."""
    return _found(package["purl"] for package in orjson.loads(document)["packages"])


def of_cyclonedx(document: bytes) -> Found:
    """CycloneDX, as Trivy writes it; the operating system and files without a package URL are no packages."""
    return _found(component.get("purl", "") for component in orjson.loads(document).get("components", ()))


def of_trivy(document: bytes) -> Found:
    """Trivy's own JSON."""
    results = orjson.loads(document).get("Results") or ()
    packages = [package for result in results for package in result.get("Packages") or ()]
    return _found(package["Identifier"].get("PURL", "") for package in packages)


def of_syft(document: bytes) -> Found:
    """Syft's own JSON."""
    return _found(artifact.get("purl", "") for artifact in orjson.loads(document)["artifacts"])


def _found(purls: Iterable[str]) -> Found:
    return Found(frozenset(_named(purl) for purl in purls if purl))


def _named(purl: str) -> Identity:
    """Namespaces are left out of distributions' packages (they differ by taste), names are as the type compares them."""
    url = PackageURL.from_string(purl)
    name = f"{url.namespace}/{url.name}" if url.namespace and url.type not in SYSTEMS else url.name
    if url.type == "pypi":
        name = name.lower().replace("_", "-").replace(".", "-")
    version = url.version or ""
    if url.type in {"deb", "rpm"} and url.qualifiers and isinstance(url.qualifiers, dict) and "epoch" in url.qualifiers:
        version = f"{url.qualifiers['epoch']}:{version}"
    if url.type == "golang" and name == "stdlib":
        version = version.removeprefix("v")
    return url.type, name, version
