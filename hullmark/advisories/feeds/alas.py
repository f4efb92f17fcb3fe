"""Amazon Linux Security Advisories: the updateinfo of each repository, core and extras, of releases 1, 2, 2022 and 2023.

Amazon serves a `mirror.list` for each repository, whose lines are the addresses of mirrors; below one lies
`repodata/repomd.xml`, which names the updateinfo and its digest. The extras of Amazon Linux 2 stand in extras-catalog.json.
A base has `alas/<release>/<repository>/x86_64/repodata/` instead. An advisory is the same for all architectures.
"""

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import pyarrow.compute as pc

from hullmark.advisories.asking import Asker, Held, bundle, digest_of
from hullmark.advisories.feed_tables import Tables
from hullmark.advisories.feeds import Feed, Loaded, Source
from hullmark.advisories.fetch import Absent, Fetched, Validators
from hullmark.advisories.updateinfo import parse_location, parse_updates
from hullmark.errors import CorruptData, FeedError
from hullmark.settings import Settings

ECOSYSTEM = "Amazon Linux"
MIRRORS = {
    "al1/updates": "http://repo.us-west-2.amazonaws.com/2018.03/updates/x86_64/mirror.list",
    "al2/core": "https://cdn.amazonlinux.com/2/core/latest/x86_64/mirror.list",
    "al2022/core": "https://cdn.amazonlinux.com/al2022/core/mirrors/latest/x86_64/mirror.list",
    "al2023/core": "https://cdn.amazonlinux.com/al2023/core/mirrors/latest/x86_64/mirror.list",
    "al2023/kernel-livepatch": "https://cdn.amazonlinux.com/al2023/kernel-livepatch/mirrors/latest/x86_64/mirror.list",
    "al2023/nvidia": "https://cdn.amazonlinux.com/al2023/nvidia/mirrors/latest/x86_64/mirror.list",
}
RELEASES = ("al1", "al2", "al2022", "al2023")
PREVIEWS = ("al2022",)  # which Amazon need not serve any more
EXTRA = "https://cdn.amazonlinux.com/2/extras/{}/latest/x86_64/mirror.list"
CATALOG = "https://cdn.amazonlinux.com/2/extras-catalog.json"
# The extras of Amazon Linux 2 that a base may hold, which cannot be listed.
EXTRAS = (
    "BCC", "GraphicsMagick1.3", "R3.4", "R4", "ansible2", "aws-nitro-enclaves-cli", "awscli1", "collectd",
    "collectd-python3", "corretto8", "dnsmasq", "dnsmasq2.85", "docker", "ecs", "emacs", "epel", "firecracker",
    "firefox", "gimp", "golang1.11", "golang1.19", "golang1.9", "haproxy2", "httpd_modules", "java-openjdk11",
    "kernel-5.10", "kernel-5.15", "kernel-5.4", "kernel-ng", "libreoffice", "livepatch", "lustre", "lustre2.10",
    "lynis", "mariadb10.5", "mate-desktop1.x", "memcached1.5", "mock", "mock2", "nano", "nginx1", "nginx1.12",
    "nginx1.22.1", "php7.1", "php7.2", "php7.3", "php7.4", "php8.0", "php8.1", "php8.2", "postgresql10",
    "postgresql11", "postgresql12", "postgresql13", "postgresql14", "postgresql9.6", "python3", "python3.8",
    "redis4.0", "redis6", "ruby2.4", "ruby2.6", "ruby3.0", "rust1", "selinux-ng", "squid4", "testing",
    "tomcat8.5", "tomcat9", "unbound1.13", "unbound1.17", "vim",
)  # fmt: skip
LONGEST_ADDRESS = 1000
_TOPIC = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def sources(ecosystems: Sequence[str]) -> Iterator[Source]:
    """One feed a release, when there are packages of Amazon Linux."""
    if ECOSYSTEM in ecosystems:
        for release in RELEASES:
            repository = next(name for name in MIRRORS if name.startswith(f"{release}/"))
            optional = release in PREVIEWS
            yield Source(f"alas/{release}", f"alas/{release}", MIRRORS[repository], ECOSYSTEM, optional)


@dataclass(frozen=True, slots=True)
class _Repository:
    name: str  # "core", "extras/docker"
    root: str  # the address below which repodata/ lies
    repomd: bytes


@contextmanager
def fetch(asker: Asker, source: Source, held: Held) -> Iterator[Fetched | None]:
    """The updateinfo of every repository of a release as one bundle; None when their repomd.xml are those that we know."""
    release = source.feed.removeprefix("alas/")
    found = list(_repositories(asker, release))
    if not any(one.name in {"core", "updates"} for one in found):
        raise Absent(
            f"{asker.url(source.path, source.url)} has no repository of Amazon Linux; check the address of the feeds"
        )
    stamp = digest_of(b"".join(one.name.encode() + one.repomd for one in found))
    if held.validators.etag == stamp:
        yield None
        return
    files = ((f"{one.name}.xml.gz", content) for one in found if (content := _updateinfo(asker, one)) is not None)
    with bundle(files, Validators(stamp)) as fetched:
        yield fetched


def load(file: Path, source: Source, settings: Settings) -> Loaded:
    """Parse every update; one that is broken is a problem, and so is a repository. Raises FeedError."""
    release = source.feed.removeprefix("alas/")
    tables, records = Tables(source.feed, ECOSYSTEM), 0
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            repository = name.removesuffix(".xml.gz")
            try:
                with archive.open(name) as packed, gzip.open(packed) as stream:
                    bounded = _Bounded(stream, settings.limits.feed_bytes)
                    for record in parse_updates(bounded, f"{ECOSYSTEM}:{release.removeprefix('al')}", repository):
                        records += 1
                        tables.add(record)
            except (CorruptData, OSError, EOFError, zlib.error) as error:
                tables.refuse(repository, f"the updateinfo of the repository cannot be read on: {str(error)[:160]}")
    loaded = tables.finish()
    if not loaded["advisories"].num_rows:
        raise FeedError(f"the feed {source.feed} holds no advisory that could be read; fetch it again later")
    return Loaded(loaded, records, pc.max(loaded["advisories"]["modified"]).as_py())


class _Bounded:
    """A stream that ends with an error when it gives more than it may."""

    def __init__(self, stream: gzip.GzipFile, most: int) -> None:
        self._stream, self._left = stream, most

    def read(self, size: int, /) -> bytes:
        content = self._stream.read(size)
        self._left -= len(content)
        if self._left < 0:
            raise CorruptData("it unpacks to more than a feed may have")
        return content


def _repositories(asker: Asker, release: str) -> Iterator[_Repository]:
    """Every repository that is there; raises FeedError when one that is cannot be read."""
    for name, mirrors in _named(asker, release):
        try:
            below = f"alas/{release}/{name}/x86_64"
            root = asker.url(below, "") if asker.base else _mirror(asker.read(mirrors), mirrors)
            yield _Repository(name, root.rstrip("/"), asker.read(f"{root.rstrip('/')}/repodata/repomd.xml"))
        except Absent:
            continue


def _mirror(content: bytes, mirrors: str) -> str:
    """The first address of a list of mirrors; raises FeedError when it is none, such as a path of this machine."""
    line = content.decode("ascii", "replace").strip().partition("\n")[0].strip().replace("$basearch", "x86_64")
    parts = urlsplit(line)
    schemes = ("https",) if mirrors.startswith("https:") else ("http", "https")
    if parts.scheme not in schemes or not parts.hostname or len(line) > LONGEST_ADDRESS:
        raise FeedError(f"{mirrors} lists no mirror that is reached by {schemes[0]}; try again later")
    return line


def _named(asker: Asker, release: str) -> Iterator[tuple[str, str]]:
    for name, mirrors in MIRRORS.items():
        if name.startswith(f"{release}/"):
            yield name.partition("/")[2], mirrors
    if release == "al2":
        for topic in EXTRAS if asker.base else _topics(asker.read(CATALOG)):
            yield f"extras/{topic}", EXTRA.format(topic)


def _topics(catalog: bytes) -> list[str]:
    try:
        stated = [topic["n"] for topic in orjson.loads(catalog)["topics"]]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise FeedError(f"{CATALOG} is no catalogue of extras; try again later") from None
    return [topic for topic in stated if isinstance(topic, str) and _TOPIC.fullmatch(topic)]


def _updateinfo(asker: Asker, repository: _Repository) -> bytes | None:
    """The bytes, None where there are no advisories; raises FeedError when they are not those that repomd.xml names."""
    try:
        found = parse_location(io.BytesIO(repository.repomd))
    except CorruptData as error:
        raise FeedError(f"{repository.root}/repodata/repomd.xml cannot be read: {error}; try again later") from None
    if found is None:
        return None
    location, digest = found
    content = asker.read(f"{repository.root}/{location}")
    if digest and digest_of(content) != f"sha256:{digest}":
        raise FeedError(f"{repository.root}/{location} is not what its repomd.xml says; try again later")
    return content


FEED = Feed("alas", sources, load, fetch)
