"""Which product the packages of a Red Hat repository are of: repository-to-cpe.json (Red Hat's guide for scanning vendors).

`{"data": {"rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_2": {"cpes": ["cpe:/o:redhat:rhel_eus:9.2::baseos"], ...}}}`. A CPE and
an OSV ecosystem name a product with the same words; the channel behind them ("::baseos") is left out, as in advisories.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import orjson
import pyarrow as pa

from hullmark.advisories.feeds import Feed, Loaded, Source
from hullmark.distro import advisory_ecosystem
from hullmark.errors import FeedError
from hullmark.lake.schema import FEED_PROBLEMS, PRODUCT_REPOSITORIES
from hullmark.settings import Settings

NAME = "redhat-repositories"
URL = "https://security.access.redhat.com/data/metrics/repository-to-cpe.json"
MOST_PRODUCTS = 500  # of one repository; those that are not of a minor release are of some twenty
MOST_PROBLEMS = 1000  # that are kept
_CPE = re.compile(r"cpe:/[aho]:redhat:([a-z0-9][a-z0-9._-]{0,99}:[a-z0-9][a-z0-9._-]{0,49})(?::.{0,200})?")
_LABEL = re.compile(r"[!-~]{1,200}")


def sources(ecosystems: Sequence[str]) -> Iterator[Source]:
    """The one file, where packages of Red Hat are."""
    if "Red Hat" in ecosystems:
        yield Source(NAME, "redhat/repository-to-cpe.json", URL, ecosystem="Red Hat", optional=True)


def load(file: Path, source: Source, settings: Settings) -> Loaded:
    """Parse every repository; one that is none, and a CPE that names no product, is a problem. Raises FeedError."""
    if file.stat().st_size > settings.limits.record_bytes:
        raise FeedError(f"the feed {source.feed} is larger than {settings.limits.record_bytes:,} bytes; check its address")
    try:
        data = orjson.loads(file.read_bytes())["data"]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise FeedError(
            f"the feed {source.feed} is no list of repositories ({str(error)[:120]}); fetch it again later"
        ) from None
    rows: list[dict[str, str]] = []
    problems: list[dict[str, str]] = []
    for label, entry in data.items() if isinstance(data, Mapping) else ():
        products, reason = _products(label, entry)
        rows += ({"repository": label, "ecosystem": product} for product in products)
        if reason:
            problems.append({"feed": source.feed, "record": label[:200], "reason": reason})
    if not rows:
        raise FeedError(f"the feed {source.feed} lists no repository; fetch it again later")
    tables = {
        "product_repositories": pa.Table.from_pylist(rows, schema=PRODUCT_REPOSITORIES),
        "problems": pa.Table.from_pylist(problems[:MOST_PROBLEMS], schema=FEED_PROBLEMS),
    }
    return Loaded(tables, len({row["repository"] for row in rows}))


def _products(label: str, entry: object) -> tuple[list[str], str]:
    """The products of one repository, sorted, and what of it could not be read."""
    cpes = entry.get("cpes") if isinstance(entry, Mapping) else None
    if not _LABEL.fullmatch(label) or not isinstance(cpes, list):
        return [], "it is no repository with a list of CPEs"
    named = [_CPE.fullmatch(cpe) if isinstance(cpe, str) else None for cpe in cpes[:MOST_PRODUCTS]]
    products = sorted({advisory_ecosystem(f"Red Hat:{found[1]}") for found in named if found})
    left_out = len(cpes) - sum(1 for found in named if found)
    return products, f"{left_out:,} of its CPEs name no product of Red Hat" if left_out else ""


FEED = Feed(NAME, sources, load)
