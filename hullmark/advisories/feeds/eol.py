"""End-of-life dates of operating systems and runtimes: endoflife.date, API v0 (`/api/all.json`, `/api/<product>.json`)."""

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from hullmark.advisories.asking import Asker, Held, bundle, digest_of
from hullmark.advisories.feeds import Feed, Loaded, Source
from hullmark.advisories.fetch import Absent, Fetched, Validators
from hullmark.errors import FeedError
from hullmark.lake.schema import END_OF_LIFE, FEED_PROBLEMS
from hullmark.settings import Settings

PUBLISHER = "https://endoflife.date/api"
# The releases of these are ecosystems of advisories, named so with a cycle put in.
ECOSYSTEMS = {
    "almalinux": "AlmaLinux:{}", "alpine-linux": "Alpine:v{}", "amazon-linux": "Amazon Linux:{}", "debian": "Debian:{}",
    "opensuse": "openSUSE:Leap {}", "oracle-linux": "Oracle Linux:{}", "rhel": "Red Hat:enterprise_linux:{}",
    "rocky-linux": "Rocky Linux:{}", "ubuntu": "Ubuntu:{}",
}  # fmt: skip
RUNTIMES = (
    "amazon-corretto", "apache-http-server", "bottlerocket", "centos", "centos-stream", "cos", "dotnet",
    "eclipse-temurin", "fedora", "go", "linuxmint", "mariadb", "mysql", "nginx", "nodejs", "oracle-jdk", "php",
    "photon", "postgresql", "python", "redis", "ruby", "sles", "spring-boot", "tomcat",
)  # fmt: skip
PUBLIC_EXTENSION = {"debian"}  # whose extended support gives its fixes to everybody
REQUESTS = 8  # at once
MOST_CYCLES = 2_000  # of one product
_PRODUCT = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")


def sources(_ecosystems: Sequence[str]) -> Iterator[Source]:
    """The one feed."""
    yield Source("eol", "eol/api/all.json", f"{PUBLISHER}/all.json", optional=True)


@contextmanager
def fetch(asker: Asker, source: Source, held: Held) -> Iterator[Fetched | None]:
    """The products that Hullmark knows, of those that all.json lists, as one bundle."""
    try:
        listed = orjson.loads(asker.read(asker.url(source.path, source.url)))
    except orjson.JSONDecodeError:
        raise FeedError(f"the feed {source.feed} has no list of products; fetch it again later") from None
    known = {*ECOSYSTEMS, *RUNTIMES}
    names = [name for name in listed if isinstance(name, str) and name in known] if isinstance(listed, list) else []
    with ThreadPoolExecutor(REQUESTS) as pool:
        contents = list(pool.map(partial(_product, asker), names))
    stamp = digest_of(b"".join(contents))
    if stamp == held.validators.etag:
        yield None
        return
    files = ((f"{name}.json", content) for name, content in zip(names, contents, strict=True))
    with bundle(files, Validators(stamp)) as fetched:
        yield fetched


def _product(asker: Asker, name: str) -> bytes:
    """The cycles of one product; none, which is a problem later, where it is listed and not there."""
    try:
        return asker.read(asker.url(f"eol/api/{name}.json", f"{PUBLISHER}/{name}.json"))
    except Absent:
        return b""


def load(file: Path, source: Source, _settings: Settings) -> Loaded:
    """Parse the cycles of every product; what cannot be read is a problem. Raises FeedError."""
    rows: list[dict[str, object]] = []
    problems: list[dict[str, str]] = []
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            product = name.removesuffix(".json")
            try:
                rows += parse_product(product, archive.read(name))
            except ValueError as error:
                problems.append({"feed": source.feed, "record": product, "reason": str(error)[:200]})
    if not rows:
        raise FeedError(f"the feed {source.feed} states no release; fetch it again later")
    tables = {
        "end_of_life": pa.Table.from_pylist(rows, schema=END_OF_LIFE),
        "problems": pa.Table.from_pylist(problems, schema=FEED_PROBLEMS),
    }
    return Loaded(tables, len(rows))


def parse_product(product: str, content: bytes) -> list[dict[str, object]]:
    """The cycles of one product as rows of END_OF_LIFE, in its order; raises ValueError for what is no list of cycles."""
    try:
        cycles = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise ValueError("the product cannot be read as JSON") from None
    if not isinstance(cycles, list) or len(cycles) > MOST_CYCLES or not _PRODUCT.fullmatch(product):
        raise ValueError(f"the product is no list of at most {MOST_CYCLES:,} cycles")
    return [_row(product, one) for one in cycles if isinstance(one, Mapping) and "cycle" in one]


def _row(product: str, cycle: Mapping[str, Any]) -> dict[str, object]:
    name = str(cycle["cycle"])
    ends, extended = _date(cycle.get("eol")), _date(cycle.get("extendedSupport"))
    if product in PUBLIC_EXTENSION and ends and extended:
        ends = max(ends, extended)
    return {
        "product": product, "cycle": name, "codename": _text(cycle.get("codename")),
        "label": _text(cycle.get("releaseLabel")), "ecosystem": _ecosystem(product, name),
        "released": _date(cycle.get("releaseDate")), "support_ends": _date(cycle.get("support")), "ends": ends,
        "ended": cycle.get("eol") is True, "extended_ends": extended, "lts": bool(cycle.get("lts")),
        "latest": _text(cycle.get("latest")), "latest_released": _date(cycle.get("latestReleaseDate")),
        "link": _text(cycle.get("link")),
    }  # fmt: skip


def _ecosystem(product: str, cycle: str) -> str:
    """Amazon Linux 1 had a cycle twice a year, and one repository; the last one ends it."""
    if product == "amazon-linux" and "." in cycle:
        return "Amazon Linux:1" if cycle == "2018.03" else ""
    pattern = ECOSYSTEMS.get(product, "")
    return pattern.format(cycle) if pattern else ""


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _text(value: object) -> str:
    return value[:300] if isinstance(value, str) else ""


FEED = Feed("eol", sources, load, fetch)
