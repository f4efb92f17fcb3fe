"""List one Region of one account: every digest it has, and every gap, so that one denied repository hides only itself."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa

from hullmark.errors import AccessError, NotFound, Stopped
from hullmark.fleet.access import Access
from hullmark.fleet.listing import LISTING, all_listings, listing_table
from hullmark.fleet.posture import DESCRIBED, described_table
from hullmark.fleet.run import Record
from hullmark.sources.ecr import Filters
from hullmark.sources.ecr.discover import How, find_repositories, list_images
from hullmark.sources.ecr.login import registry_login
from hullmark.sources.ecr.session import AwsSession

LISTINGS_AT_ONCE = 4  # repositories of one Region; botocore's adaptive mode slows down where AWS throttles all the same


@dataclass(frozen=True, slots=True)
class Discovered:
    """What one Region lists; `gaps` are sentences about what could not be listed, `hidden` whose listing failed.

    `whole`: a repository that is not named is not there; else nothing is known of it. `described` are the wanted ones.
    """

    account: str
    region: str
    registry: str = ""  # host, "" when not even that could be learned
    listing: pa.Table = field(default_factory=LISTING.empty_table)
    repositories: tuple[str, ...] = ()  # those that were listed to their end
    gaps: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    whole: bool = True
    described: pa.Table = field(default_factory=DESCRIBED.empty_table)


@dataclass(frozen=True, slots=True)
class _Region:
    """What listing a repository needs to know of its Region."""

    session: AwsSession
    name: str
    host: str
    filters: Filters
    now: datetime

    def list(self, repository: str) -> pa.Table | AccessError | None:
        """The listing of a repository, None when it is gone, or why it may not be listed."""
        try:
            return listing_table([*list_images(self.session, self.name, repository, self.host)], self.filters, self.now)
        except NotFound:  # deleted since its name was listed, or named in the integration and never there
            return None
        except Stopped:  # of all repositories, not of this one
            raise
        except AccessError as error:
            return error


def discover_region(access: Access, account: str, region: str, now: datetime) -> Discovered:
    """Every digest of every repository of one Region; `now` is what the policy's days are counted from.

    A wanted repository that may not be listed is a gap; raises AccessError when nothing may, or nothing any more (Stopped),
    Throttled and TransportError.
    """
    session, filters = access.session(account), access.integrations[account].filters
    host = registry_login(session, region).host
    found = find_repositories(session, region, filters)
    names = sorted((*found.names, *found.left_out))
    place = _Region(session, region, host, filters, now)
    with ThreadPoolExecutor(LISTINGS_AT_ONCE, "listing") as pool:
        answers = dict(zip(names, pool.map(place.list, names), strict=True))
    denied = {name: str(answer) for name, answer in answers.items() if isinstance(answer, AccessError)}
    listed = {
        name: LISTING.empty_table() if answer is None else answer for name, answer in answers.items() if name not in denied
    }
    gaps = tuple(reason for name, reason in denied.items() if filters.admits(name))
    whole = found.how is not How.NAMED
    described = described_table(found, [name for name in names if answers[name] is not None], host, account, region)
    return Discovered(account, region, host, all_listings(listed.values()), (*listed,), gaps, (*denied,), whole, described)


def undiscovered(place: tuple[str, str], failure: Exception) -> Discovered:
    """The answer for a Region (account, name) that could not be listed at all."""
    account, region = place
    return Discovered(account, region, gaps=(f"Account {account} in {region} was not listed: {failure}",))


def list_found(found: Iterable[Discovered], record: Record) -> pa.Table:
    """Everything that was listed, as a table of schema LISTING; gaps and counts are noted in the record."""
    regions = sorted(found, key=lambda item: (item.account, item.region))
    record.gaps += [gap for item in regions for gap in item.gaps]
    record.counts.accounts = len({item.account for item in regions})
    record.counts.repositories = sum(len(item.repositories) for item in regions)
    return all_listings(item.listing for item in regions)


def scope(listed: Iterable[Discovered]) -> dict[str, list[str]]:
    """What can be said of what was not found: nothing in `hidden`, all in `registries`, of others all in `repositories`."""
    items = list(listed)
    return {
        "registries": [item.registry for item in items if item.registry and item.whole],
        "repositories": [f"{item.registry}/{name}" for item in items for name in item.repositories],
        "hidden": [f"{item.registry}/{name}" for item in items for name in item.hidden],
    }
