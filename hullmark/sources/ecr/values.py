"""What a person types to connect an account: account id, role ARN, External ID, Regions and repository filters."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from hullmark.errors import UsageError
from hullmark.sources.ecr.regions import partition_of

_ACCOUNT = re.compile(r"[0-9]{12}")
_ROLE_ARN = re.compile(r"arn:(aws|aws-cn|aws-us-gov):iam::([0-9]{12}):role/((?:[\x21-\x7e]+/)?[\w+=,.@-]{1,64})", re.ASCII)
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{8,1224}", re.ASCII)  # IAM allows 2; 8 is this product's own minimum
_REGION = re.compile(r"[a-z]{2,3}(?:-[a-z]+)+-[0-9]{1,2}")
_GLOB = re.compile(r"[*?\[]")
MOST_GLOB = 256  # characters of a repository name in ECR; a tag has at most 300, but nobody writes such a pattern
MOST_BOUND = 100_000
_QUEUE_URL = re.compile(r"https?://[\w.:-]+/[0-9]{12}/[\w-]{1,80}(?:\.fifo)?", re.ASCII)
MOST_REGIONS = 64


@dataclass(frozen=True, slots=True)
class Filters:
    """The policy of an integration: which repositories count, and which of their digests (see `policy.left_out`).

    Repositories are those that an `include` glob matches (none given: all) and no `exclude` glob does. Of their digests,
    those that have a tag which a `tags` glob matches (none given: any tag), that were pushed or pulled in the last `days`
    days, and whose tag is one of the `latest` that were pushed last in the repository (0: no such bound).
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    days: int = 0
    latest: int = 0

    def admits(self, repository: str) -> bool:
        """Whether `repository` is wanted; `*` also matches `/`."""
        wanted = not self.include or any(fnmatchcase(repository, glob) for glob in self.include)
        return wanted and not any(fnmatchcase(repository, glob) for glob in self.exclude)

    def admits_tag(self, tag: str) -> bool:
        """Whether a tag is one that counts."""
        return not self.tags or any(fnmatchcase(tag, glob) for glob in self.tags)

    @property
    def named(self) -> tuple[str, ...]:
        """The repositories that `include` spells out without a wildcard, as far as they are wanted."""
        return tuple(name for name in self.include if not _GLOB.search(name) and self.admits(name))


@dataclass(frozen=True, slots=True)
class Integration:
    """One connected account. `external_id` is treated as a secret: it is left out of repr, messages and logs.

    `queues` maps Regions to the URL of the SQS queue that gets their push events (output QueueUrl of push-events.yaml).
    """

    account_id: str
    role_arn: str
    external_id: str = field(repr=False)
    regions: tuple[str, ...]
    filters: Filters = Filters()
    queues: Mapping[str, str] = field(default_factory=dict)

    @property
    def partition(self) -> str:
        """The partition in the role ARN: aws, aws-cn or aws-us-gov; "" when it is no ARN."""
        match = _ROLE_ARN.fullmatch(self.role_arn)
        return match[1] if match else ""


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with one typed value, and what to type instead; never shows an External ID."""

    field: str
    sentence: str


def flaws(values: Integration) -> tuple[Flaw, ...]:
    """Everything wrong with the values as typed, before AWS is asked; empty when they are well formed."""
    return tuple(Flaw(name, sentence) for name, sentence in _flaws(values))


def require_valid(values: Integration) -> Integration:
    """`values` themselves; raises UsageError with the first flaw."""
    for flaw in flaws(values):
        raise UsageError(flaw.sentence)
    return values


def _flaws(values: Integration) -> Iterator[tuple[str, str]]:
    if not _ACCOUNT.fullmatch(values.account_id):
        yield (
            "account_id",
            f"The account id {values.account_id[:64]!r} is not 12 digits; copy it from the account menu of the AWS console.",
        )
    match = _ROLE_ARN.fullmatch(values.role_arn)
    if not match:
        yield (
            "role_arn",
            f"{values.role_arn[:200]!r} is no role ARN; copy the output RoleArn of the stack, "
            "for example arn:aws:iam::111122223333:role/HullmarkECRIntegrationRole.",
        )
    elif match[2] != values.account_id:
        yield (
            "role_arn",
            f"The role ARN belongs to account {match[2]}, not to {values.account_id[:64]}; copy both from the same account.",
        )
    if not _EXTERNAL_ID.fullmatch(values.external_id):
        yield (
            "external_id",
            f"The External ID has {len(values.external_id)} characters or one that is not allowed; use 8 to 1224 letters, "
            "digits and + = , . @ : / _ - as in the output ExternalId of the stack.",
        )
    yield from _region_flaws(values)
    yield from _filter_flaws(values.filters)
    yield from _queue_flaws(values)


def _filter_flaws(filters: Filters) -> Iterator[tuple[str, str]]:
    for name in ("include", "exclude", "tags"):
        if any(not glob or len(glob) > MOST_GLOB for glob in getattr(filters, name)):
            yield (
                name,
                f"A pattern of {name} is empty or longer than {MOST_GLOB} characters; write one as in team/* or v1.*.",
            )
    for name in ("days", "latest"):
        if not 0 <= getattr(filters, name) <= MOST_BOUND:
            yield name, f"{name} is {getattr(filters, name)}; give a number from 0 (no bound) to {MOST_BOUND}."


def _region_flaws(values: Integration) -> Iterator[tuple[str, str]]:
    if not values.regions:
        yield "regions", "No Region was given; name at least one Region that holds repositories, for example eu-central-1."
    if len(values.regions) > MOST_REGIONS:
        yield "regions", f"{len(values.regions)} Regions were given; name at most {MOST_REGIONS}, each once."
    for region in values.regions[:MOST_REGIONS]:
        if not _REGION.fullmatch(region):
            yield "regions", f"{region[:64]!r} is no Region; write it as in eu-central-1."
        elif values.partition and partition_of(region) != values.partition:
            yield (
                "regions",
                f"Region {region} is in partition {partition_of(region)}, but the role ARN is in {values.partition}; "
                "connect accounts of other partitions one by one.",
            )


def _queue_flaws(values: Integration) -> Iterator[tuple[str, str]]:
    for region, url in values.queues.items():
        if region not in values.regions:
            yield "queues", f"A queue was given for {region[:64]!r}, which is none of the Regions of this account."
        elif not _QUEUE_URL.fullmatch(url):
            yield (
                "queues",
                f"{url[:200]!r} is no address of an SQS queue; copy the output QueueUrl of the stack push-events.yaml, "
                "for example https://sqs.eu-central-1.amazonaws.com/111122223333/hullmark-ecr-push.",
            )
