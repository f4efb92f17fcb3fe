"""Random images: what an engine reads of each, as rows of `packages`, and as the model sees the same packages."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from packageurl import PackageURL

from tests.matching.findings import package
from tests.model.judge import Feeds, Installed
from tests.model.records import CARE, ESM, MODULAR, NAMES, PLACES, STREAMS

Row = dict[str, Any]
SYSTEMS = ("Debian:12", "Debian:12", "Debian:11", "Ubuntu:22.04", "Rocky Linux:9", "Red Hat:enterprise_linux:9")
MAIN, EUS = "rhel-9-for-x86_64-baseos-rpms", "rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_2"
DISTROS = {"deb": "debian", "rpm": "redhat"}


@dataclass(frozen=True, slots=True)
class Image:
    """An image as an engine read it: its packages, and the repositories that it states."""

    digest: str
    rows: tuple[Row, ...]
    sets: tuple[str, ...]

    def installed(self, feeds: Feeds) -> dict[str, Installed]:
        """By key, the packages that are compared; what lies in a file of an OS package is that package's."""
        owned = {f"{row['type']}/{row['name']}" for row in self.rows if row["ecosystem"]}
        return {key_of(row): self._seen(row, feeds) for row in self.rows if row.get("owner", "") not in owned}

    def _seen(self, row: Row, feeds: Feeds) -> Installed:
        place, doubt = row["ecosystem"], ""
        version = row["advisory_version"]
        if place == "Red Hat:enterprise_linux:9":
            place, doubt = self._stream(feeds.products)
        elif "tuxcare" in version:
            place = f"TuxCare:{place}"
        elif place.startswith("Ubuntu") and ("fips" in version or "+esm" in version):
            place = "Ubuntu:Pro:FIPS-updates:22.04" if "fips" in version else "Ubuntu:Pro:22.04"
        module = ":".join((row.get("modularity") or "").split(":")[:2])
        return Installed(row["name"], row["advisory_name"], version, row["ecosystem"], place, module, doubt)

    def _stream(self, products: Mapping[str, str]) -> tuple[str, str]:
        """Which of Red Hat's streams the image is of, and what it states where that is not clear."""
        main, extended = "Red Hat:enterprise_linux:9", "Red Hat:rhel_eus:9.2"
        stated = {products[name] for name in self.sets if name in products}
        if extended not in stated:
            return main, ""
        return (main, "enterprise_linux:9, rhel_eus:9.2") if main in stated else (extended, "")


def key_of(row: Row) -> str:
    """What names a package of an image in findings."""
    version = row["version"].replace("%", "%25").replace("|", "%7C")
    return "|".join([row["type"], row["name"], version, row["arch"], row["path"]])


def read_image(rng: random.Random, digest: str) -> Image:
    """What an engine reads of an image: a few packages of a system, and some of languages, which the system may own."""
    system = rng.choice(SYSTEMS)
    rows = [_of_system(rng, system, name, digest) for name in rng.sample(NAMES, 4)]
    owner = rng.choice(["", "", f"{rows[0]['type']}/{rows[0]['name']}", "deb/nobody"])
    rows += [_of_language(rng, rng.choice(["PyPI", "npm"]), name, digest, owner) for name in rng.sample(NAMES, 3)]
    sets = rng.choice([(), (MAIN,), (EUS,), (MAIN, EUS)]) if system.startswith("Red Hat") else ()
    return Image(digest, tuple(rows), sets)


def read_again(rng: random.Random, image: Image) -> Image:
    """What another engine reads of it: a package more, a package less, or a version that it reads otherwise."""
    rows = list(image.rows)
    system = rows[0]["ecosystem"]
    changed = rng.choice(["less", "more", "other", "same", "source"])
    if changed == "less":
        rows.pop(rng.randrange(1, len(rows)))
    elif changed == "more":
        rows.append(_of_system(rng, system, rng.choice(NAMES), image.digest) | {"path": "more"})
    elif changed == "other":
        rows[1] = _of_system(rng, system, rows[1]["advisory_name"], image.digest)
    elif changed == "source":  # the same package, of which advisories are found under another version
        fresh = package(system, rows[0]["name"], rng.choice(PLACES[system].versions))
        rows[0] = rows[0] | {name: fresh[name] for name in ("advisory_version", "version_key")}
    return Image(image.digest, tuple(rows), image.sets)


def _of_system(rng: random.Random, system: str, source: str, digest: str) -> Row:
    versions = PLACES[system].versions
    if system == "Ubuntu:22.04":
        versions = (*versions, *ESM)
    if system == "Debian:12":
        versions = (*versions, *CARE)
    version, more = rng.choice(versions), {}
    name = f"{source}{rng.choice(['', '', '-bin', '-doc'])}" if system.startswith(("Debian", "Ubuntu")) else source
    if system == "Rocky Linux:9" and rng.random() < 0.5:
        version, more = rng.choice(MODULAR), {"modularity": f"{rng.choice(STREAMS)}:9:{rng.randint(1, 9)}"}
    shown = f"{version}+b1" if system.startswith("Debian") and rng.random() < 0.2 else version
    kind = "rpm" if system.startswith(("R",)) else "deb"
    vendor = "ubuntu" if system.startswith("Ubuntu") else "rocky" if system.startswith("Rocky") else DISTROS[kind]
    said = {"distro": f"{vendor}-{system.rpartition(':')[2]}", **({"upstream": source} if source != name else {})}
    purl = PackageURL(kind, vendor, name, shown, said).to_string()
    row = package(
        system, name, version, image_digest=digest, advisory_name=source, arch="amd64", purl=purl, type=kind, **more
    )
    return row | {"version": shown}


def _of_language(rng: random.Random, ecosystem: str, name: str, digest: str, owner: str) -> Row:
    version = rng.choice([*PLACES[ecosystem].versions, "not a version"])
    path = f"site-{rng.randint(1, 2)}"
    return package(ecosystem, name, version, image_digest=digest, path=path, owner=owner)
