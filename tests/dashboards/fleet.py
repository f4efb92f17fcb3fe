"""A made-up fleet for the dashboard's tests: 2 accounts, 12 repositories, 40 images with about 60 findings each."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any

import pyarrow as pa

from hullmark.analysis.bases import update_bases
from hullmark.lake.schema import TABLES
from hullmark.lake.store import Lake

NOW = datetime.now(UTC).replace(microsecond=0)
ENGINE = "test-1"
ACCOUNTS = ("111122223333", "444455556666")
REPOSITORIES = (
    "platform/debian-base", "platform/python", "platform/node", "payments/api", "payments/worker", "storefront/web",
    "storefront/search", "data/notebooks", "data/airflow", "edge/proxy", "edge/certificates", "legacy/reports",
)  # fmt: skip
SYSTEMS = (("debian", "12", "Debian GNU/Linux 12 (bookworm)"), ("alpine", "3.18", "Alpine Linux v3.18"),
           ("ubuntu", "22.04", "Ubuntu 22.04.4 LTS"))  # fmt: skip
PACKAGES = (
    "openssl", "glibc", "curl", "zlib1g", "libexpat1", "krb5", "perl-base", "libwebp7", "gnutls28", "nghttp2", "systemd",
    "requests", "urllib3", "jinja2", "cryptography", "pillow", "aiohttp", "lodash", "axios", "semver", "ws",
)  # fmt: skip
SEVERITIES = ("low", "medium", "medium", "high", "low", "medium", "negligible", "high", "medium", "critical", "unknown")
HOSTILE = "<img src=x onerror=alert(1)> **bold** :material/home: $x$ ![p](http://203.0.113.9/p.png) www.example.org \u202e"
Row = dict[str, Any]


def digest(word: object) -> str:
    """A digest that stands for a word."""
    return "sha256:" + sha256(str(word).encode()).hexdigest()


def write_fleet(root: str, images: int = 40, now: datetime = NOW) -> Lake:
    """A lake at `root` with the fleet in it."""
    lake = Lake(root)
    lake.create()
    made = [image(number, now) for number in range(images)]
    write(lake, "images", made)
    write(lake, "tags", [row for item in made for row in tags(item)])
    write(lake, "image_layers", [row for item in made for row in layers(item)])
    write(lake, "packages", [row for item in made for row in packages(item)])
    write(lake, "removed_packages", [row for item in made for row in removed(item)])
    write(lake, "findings", [row for item in made for row in findings(item, now)])
    write(lake, "coverage", list(coverage(made, now)))
    write(
        lake,
        "problems",
        [{"image_digest": made[3]["digest"], "layer": "", "path": HOSTILE, "cataloger": "python", "reason": "no Version"}],
    )
    write(lake, "runs", [run(number, now) for number in range(8)])
    write(lake, "finding_events", [event(number, made, now) for number in range(60)])
    write(lake, "feed_snapshots", list(feeds(now)))
    update_bases(lake)
    write(lake, "checks", [row for item in made for row in checks(item, now)])
    write(lake, "compliance", [score(repository, days, now) for repository in range(12) for days in (7, 1)])
    return lake


def write(lake: Lake, table: str, said: list[Row]) -> None:
    """Commit rows; columns that a row does not say are null."""
    schema = TABLES[table].schema
    lake.commit(table, pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in said], schema=schema))


def checks(item: Mapping[str, Any], now: datetime) -> Iterator[Row]:
    """HM001 fails where no user is set."""
    if not item["user"]:
        yield {"image_digest": item["digest"], "rule": "HM001", "evidence": "config.User is empty", "first_seen": now}


def score(repository: int, days: int, now: datetime) -> Row:
    """How a repository stood with HM001 so many days ago."""
    return {
        "at": now - timedelta(days=days), "run": f"run-{days}", "rule": "HM001", "account": ACCOUNTS[repository >= 8],
        "repository": REPOSITORIES[repository], "population": 4, "failing": 1 + days % 2,
    }  # fmt: skip


def image(number: int, now: datetime) -> Row:
    """The image of that number; the last one is hostile."""
    repository = REPOSITORIES[number % 12]
    system = SYSTEMS[number % 3]
    account, region = ACCOUNTS[number % 12 >= 8], ("eu-west-1", "us-east-1")[number % 12 >= 10]
    return {
        "registry": f"{account}.dkr.ecr.{region}.amazonaws.com", "repository": repository, "digest": digest(number),
        "account": account, "region": region, "tags": [f"{number // 12}.{number % 5}.0", "latest"][: 1 + (number > 27)],
        "platform": ("linux/amd64", "linux/arm64/v8")[number % 7 == 0], "size": 40_000_000 + 7_300_000 * number,
        "media_type": "application/vnd.oci.image.manifest.v1+json", "pushed_at": now - timedelta(days=3 * number, hours=5),
        "created_at": now - timedelta(days=3 * number, hours=6), "os_id": system[0], "os_version": system[1],
        "os_name": system[2], "user": ("", "1000", "app")[number % 3],
        "entrypoint": '["/usr/local/bin/gunicorn", "app:main"]',
        "labels": '{"org.opencontainers.image.source": "https://git.example/acme", "evil": "<script>alert(1)</script>"}',
        "index_digest": "", "engine": ENGINE, "first_seen": now - timedelta(days=20), "last_seen": now, "state": "present",
    }  # fmt: skip


def tags(item: Mapping[str, Any]) -> Iterator[Row]:
    """Each of its tags, in the order of their numbers."""
    since = item["first_seen"] - timedelta(days=100) + (item["last_seen"] - item["pushed_at"])
    for tag in item["tags"]:
        yield {name: item[name] for name in ("registry", "repository", "digest")} | {
            "tag": tag, "since": since, "until": None,
        }  # fmt: skip


def layers(item: Mapping[str, Any]) -> Iterator[Row]:
    """Four layers: the lowest one is shared by all images of the same system."""
    commands = (
        f"/bin/sh -c #(nop) ADD file:rootfs.tar.xz in / # {item['os_name']}",
        "RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl libexpat1 # buildkit",
        "RUN pip install --no-cache-dir -r requirements.txt # buildkit",
        HOSTILE,
    )
    for index, command in enumerate(commands):
        yield {
            "image_digest": item["digest"], "layer_index": index, "layer": layer_of(item, index), "created_by": command,
            "diff_id": digest(("diff", layer_of(item, index))), "size": (29_000_000, 8_400_000, 12_000_000, 4_096)[index],
            "chain_id": digest(("chain", index)), "media_type": "application/vnd.oci.image.layer.v1.tar+gzip",
        }  # fmt: skip


def layer_of(item: Mapping[str, Any], index: int) -> str:
    """The digest of a layer: shared by system, then by repository, then of the image alone."""
    return digest((index, (item["os_id"], item["os_id"], item["repository"], item["digest"])[index]))


def packages(item: Mapping[str, Any]) -> Iterator[Row]:
    """Every package of PACKAGES, system packages in the first two layers."""
    for place, name in enumerate(PACKAGES):
        system = place < 11
        index = (0 if place < 7 else 1) if system else 2
        kind = ("apk" if item["os_id"] == "alpine" else "deb") if system else ("pypi" if place < 17 else "npm")
        yield {
            "image_digest": item["digest"], "path": "var/lib/dpkg/status" if system else f"usr/local/lib/{name}",
            "type": kind,
            "name": name, "version": version_of(item, place), "arch": "amd64" if system else "",
            "purl": f"pkg:{kind}/{name}",
            "source_name": name, "source_version": "",
            "ecosystem": f"{item['os_id']}:{item['os_version']}" if system else kind, "advisory_name": name,
            "advisory_version": version_of(item, place),
            "origin": "installed", "owner": "deb/python3" if name == "requests" else "",
            "upgraded_from": "0.9" if name == "openssl" else "", "first_layer": layer_of(item, 0), "first_layer_index": 0,
            "licence": "Apache-2.0", "layer": layer_of(item, index), "layer_index": index, "engine": ENGINE,
        }  # fmt: skip
    yield {
        "image_digest": item["digest"], "path": HOSTILE, "type": "npm", "name": HOSTILE, "version": "1.0", "arch": "",
        "purl": "pkg:npm/hostile", "source_name": "", "ecosystem": "", "layer": layer_of(item, 3), "layer_index": 3,
    }  # fmt: skip


def removed(item: Mapping[str, Any]) -> Iterator[Row]:
    """Two packages of the lowest layer: one that the second layer upgraded, and one that it removed."""
    for name, after in (("openssl", version_of(item, 0)), ("gcc-12", "")):
        yield {
            "image_digest": item["digest"], "path": "var/lib/dpkg/status", "type": "deb", "name": name, "version": "0.9",
            "arch": "amd64", "purl": f"pkg:deb/{name}@0.9", "ecosystem": "", "origin": "installed",
            "layer": layer_of(item, 0), "layer_index": 0, "removed_layer": layer_of(item, 1), "removed_layer_index": 1,
            "replaced_by": after, "engine": ENGINE,
        }  # fmt: skip


def version_of(item: Mapping[str, Any], place: int) -> str:
    """A version that grows with the tag of the image."""
    return f"{1 + place % 3}.{item['tags'][0].split('.')[0]}.{place}"


def findings(item: Mapping[str, Any], now: datetime) -> Iterator[Row]:
    """About 50 findings an image; of nine images, one has none, one no grave ones, and one no critical ones."""
    kind = (now - item["pushed_at"]).days // 3 % 9
    harmless = {2: ("critical", "high", "medium"), 4: ("critical",), 6: SEVERITIES}.get(kind, ())
    numbers = count(kind)
    for place, package in enumerate(packages(item)):
        for _ in range(2 + (place + kind) % 4):
            found = finding(item, package, place * 7 + next(numbers) % 5, now)
            if found["severity"] not in harmless:
                yield found


def finding(item: Mapping[str, Any], package: Row, number: int, now: datetime) -> Row:
    """One finding; what it says of the vulnerability depends on its number alone."""
    severity = SEVERITIES[number % 11]
    exploited = severity == "critical" and number % 4 == 1
    return {
        "image_digest": item["digest"], "vulnerability": f"CVE-202{number % 5}-{10000 + number * 37}",
        "package_key": "|".join((package["type"], package["name"], package["version"], package["arch"], package["path"])),
        "aliases": [f"GHSA-aaaa-bbbb-{number:04d}"], "advisory": f"DSA-{5000 + number}-1", "type": package["type"],
        "package": package["name"], "version": package["version"], "purl": package["purl"], "path": package["path"],
        "layer": package["layer"], "layer_index": package["layer_index"],
        "fixed_version": "" if number % 5 == 3 else f"{3 + number % 2}.{number % 12}.1", "severity": severity,
        "score": {"critical": 9.8, "high": 7.5, "medium": 5.3, "low": 3.1}.get(severity),
        "vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "kev": exploited,
        "kev_due": date(2026, 12, 1) if exploited else None, "kev_ransomware": exploited,
        "epss": (number * 37 % 997) ** 3 / 997**3,
        "epss_percentile": (number * 37 % 997) / 997, "status": "open", "first_seen": now - timedelta(days=number % 30),
        "last_seen": now,
        "summary": HOSTILE if number % 50 == 7 else f"A crafted input makes {package['name']} read beyond a buffer.",
    }  # fmt: skip


def coverage(made: list[Row], now: datetime) -> Iterator[Row]:
    """A row for each image, and for three digests that are none or cannot be read."""
    for number, item in enumerate(made):
        status, reason, detail = ("scanned", "", "") if number % 3 else ("unchanged", "", "")
        if number == 3:
            status, reason, detail = "partial", "unreadable-file", "1 file could not be read."
        yield covered(item, item["digest"], now, status, reason, detail)
    others = (
        ("failed", "corrupt", "Layer 2 is no valid gzip stream; push the image again."),
        ("failed", "denied", "AccessDenied: ecr:BatchGetImage; add it to CustomerECRReadPolicy."),
        ("skipped", "signature", "A cosign signature."),
        ("skipped", "untagged", "No tag and no listed index names this digest."),
    )
    for number, (status, reason, detail) in enumerate(others):
        yield covered(made[number], digest(("other", number)), now, status, reason, detail)


def covered(item: Row, name: str, now: datetime, status: str, reason: str, detail: str) -> Row:  # noqa: PLR0917
    """One row of coverage in the place of an image."""
    said = {field: item[field] for field in ("registry", "repository", "account", "region", "tags", "media_type")}
    return {
        **said, "run": "run-7", "digest": name, "subject": "", "index_digest": "", "status": status, "reason": reason,
        "detail": detail, "at": now - timedelta(minutes=20),
    }  # fmt: skip


def run(number: int, now: datetime) -> Row:
    """One of eight daily runs."""
    started = now - timedelta(days=7 - number, minutes=21)
    return {
        "run": f"run-{number}", "kind": "nightly", "started": started, "finished": started + timedelta(seconds=74),
        "state": "completed", "accounts": 2, "repositories": 12, "digests": 44, "images_scanned": 26, "images_unchanged": 14,
        "images_failed": 2, "layers_read": 9, "layers_known": 85, "bytes_read": 210_000_000,
        "findings": (2410, 2388, 2391, 2204, 2230, 2231, 2093, 1940)[number], "engine": ENGINE, "detail": "",
    }  # fmt: skip


def event(number: int, made: list[Row], now: datetime) -> Row:
    """A finding that a run opened or closed."""
    return {
        "run": f"run-{number % 8}", "at": now - timedelta(days=7 - number % 8),
        "event": ("closed", "opened")[number % 3 == 0],
        "cause": "package", "image_digest": made[number % len(made)]["digest"], "package_key": f"deb|p{number}|1|amd64|x",
        "vulnerability": f"CVE-2026-{number}", "detail": "",
    }  # fmt: skip


def feeds(now: datetime) -> Iterator[Row]:
    """A fresh feed, one too old, one whose last refresh failed, and one that was never loaded."""
    said = {
        "url": "https://feeds.example",
        "snapshot": "s1",
        "problems": 0,
        "state": "loaded",
        "detail": "",
        "published": None,
    }
    yield {**said, "feed": "osv/Debian", "fetched_at": now - timedelta(hours=3), "records": 41_213, "problems": 2}
    yield {**said, "feed": "osv/PyPI", "fetched_at": now - timedelta(hours=61), "records": 15_870}
    yield {**said, "feed": "kev", "fetched_at": now - timedelta(hours=7), "records": 1_402}
    yield {
        **said,
        "feed": "kev",
        "fetched_at": now - timedelta(hours=1),
        "records": 0,
        "state": "failed",
        "detail": "HTTP 503",
    }
    yield {
        **said,
        "feed": "epss",
        "fetched_at": now - timedelta(hours=2),
        "records": 0,
        "state": "failed",
        "detail": "timed out",
    }
