"""List one Region of one account: every digest it has, and every gap, so that one denied repository hides only itself."""

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from hullmark.errors import AccessError, NotFound
from hullmark.fleet.access import Access
from hullmark.fleet.listing import listing_table
from hullmark.fleet.run import Record
from hullmark.sources.ecr import Listing
from hullmark.sources.ecr.discover import find_repositories, list_images
from hullmark.sources.ecr.login import registry_login


@dataclass(frozen=True, slots=True)
class Discovered:
    """What one Region lists; `gaps` are sentences about what could not be listed, `hidden` whose listing failed."""

    account: str
    region: str
    registry: str = ""  # host, "" when not even that could be learned
    listings: tuple[Listing, ...] = ()
    repositories: tuple[str, ...] = ()  # those that were listed to their end
    gaps: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()


def discover_region(access: Access, account: str, region: str) -> Discovered:
    """Every digest of every wanted repository of one Region.

    A repository that may not be listed is a gap; raises AccessError when nothing may, Throttled and TransportError.
    """
    session, filters = access.session(account), access.integrations[account].filters
    host = registry_login(session, region).host
    listings: list[Listing] = []
    done: list[str] = []
    gaps: dict[str, str] = {}
    for name in find_repositories(session, region, filters).names:
        try:
            listings.extend(list_images(session, region, name, host))
        except NotFound:  # deleted since its name was listed, or named in the integration and never there
            continue
        except AccessError as error:
            gaps[name] = str(error)
        else:
            done.append(name)
    return Discovered(account, region, host, tuple(listings), tuple(done), tuple(gaps.values()), tuple(gaps))


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
    return listing_table(item for region in regions for item in region.listings)
