"""What the policy of an integration leaves out of one repository, and why: every digest keeps its row, scanned or not."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from hullmark.model import Reason
from hullmark.sources.classify import classify_tag
from hullmark.sources.ecr.listing import Listing
from hullmark.sources.ecr.values import Filters

NEVER = datetime.min.replace(tzinfo=UTC)  # of a digest whose push ECR does not date


def left_out(listings: Sequence[Listing], filters: Filters, now: datetime) -> list[Reason]:
    """Why each digest of one repository is left out, in their order; NONE for what is to be scanned.

    Tags, age and number speak of digests with tags only, where cosign's tags of signatures and the like count for none:
    a digest without is the child of an index, evidence about another digest, or garbage.
    """
    latest = _latest(listings, filters)
    return [_reason(item, filters, latest, now) for item in listings]


def _reason(item: Listing, filters: Filters, latest: frozenset[str], now: datetime) -> Reason:
    if not filters.admits(item.repository):
        return Reason.EXCLUDED_REPOSITORY
    tags = _names(item)
    if not tags:
        return Reason.NONE
    if not any(filters.admits_tag(tag) for tag in tags):
        return Reason.EXCLUDED_TAG
    used = max(item.pushed_at or NEVER, item.pulled_at or NEVER)
    if filters.days and used < now - timedelta(days=filters.days):
        return Reason.TOO_OLD
    if filters.latest and latest.isdisjoint(tags):
        return Reason.SUPERSEDED
    return Reason.NONE


def _latest(listings: Sequence[Listing], filters: Filters) -> frozenset[str]:
    """The tags of a repository that were pushed last; those that no `tags` glob admits count not."""
    dated = sorted(_dated(listings, filters), reverse=True)
    return frozenset(tag for _, tag in dated[: filters.latest])


def _dated(listings: Sequence[Listing], filters: Filters) -> Iterator[tuple[datetime, str]]:
    for item in listings:
        yield from ((item.pushed_at or NEVER, tag) for tag in _names(item) if filters.admits_tag(tag))


def _names(item: Listing) -> list[str]:
    return [tag for tag in item.tags if classify_tag(tag) is None]
