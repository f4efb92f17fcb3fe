"""The session policy: what one session may do and on which repositories, however much the role allows.

STS takes at most 2048 characters (API reference, AssumeRole), and refuses what packs too large. So there is a row of
policies from the narrowest to the widest, and the first one that is taken counts.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from urllib.parse import urlsplit

from hullmark.sources.ecr.values import Integration

MOST_CHARACTERS = 2048
LOGIN_ACTION = "ecr:GetAuthorizationToken"
DISCOVERY_ACTION = "ecr:DescribeRepositories"
REPOSITORY_ACTIONS = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:DescribeImages", "ecr:ListImages")
POSTURE_ACTIONS = ("ecr:GetLifecyclePolicy", "ecr:GetRepositoryPolicy")  # optional: how repositories are set up
REGISTRY_ACTION = "ecr:GetRegistryScanningConfiguration"  # optional as well, and of the registry
READ_ACTIONS = (LOGIN_ACTION, *REPOSITORY_ACTIONS)
QUEUE_ACTIONS = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes")


def session_policies(values: Integration, places: Collection[tuple[str, str]] = ()) -> tuple[str, ...]:
    """Session policies (JSON) for an account, narrowest first, the last one for all of its repositories.

    `places` are the (Region, repository) pairs that the session works on; none means all, as for listing them.
    """
    fitting: dict[str, None] = {}
    for resources in _resources(values, places):
        policy = _policy(values, sorted(set(resources)), listing=not places)
        if len(policy) <= MOST_CHARACTERS:
            fitting[policy] = None
    return tuple(fitting)


def queue_arn(partition: str, region: str, url: str) -> str:
    """The ARN of the queue at an SQS queue URL."""
    account, name = urlsplit(url).path.strip("/").split("/")[-2:]
    return f"arn:{partition}:sqs:{region}:{account}:{name}"


def _resources(values: Integration, places: Collection[tuple[str, str]]) -> Iterator[list[str]]:
    """The repositories as ARNs: each one, each name anywhere, first words of names, all in the Regions, all."""
    names = sorted({name for _, name in places})
    if places:
        yield [_arn(values, region, name) for region, name in places]
        yield [_arn(values, "*", name) for name in names]
        yield [_arn(values, "*", name) for name in _by_first_word(names)]
    yield [_arn(values, region, "*") for region in values.regions]
    yield [_arn(values, "*", "*")]


def _by_first_word(names: Iterable[str]) -> list[str]:
    return [f"{name.partition('/')[0]}/*" if "/" in name else name for name in names]


def _arn(values: Integration, region: str, repository: str) -> str:
    return f"arn:{values.partition}:ecr:{region}:{values.account_id}:repository/{repository}"


def _policy(values: Integration, resources: list[str], *, listing: bool) -> str:
    everywhere, found = ([LOGIN_ACTION], [DISCOVERY_ACTION])
    if listing:
        everywhere, found = [*everywhere, REGISTRY_ACTION], [*found, *POSTURE_ACTIONS]
    statements: list[dict[str, object]] = [
        {"Effect": "Allow", "Action": everywhere, "Resource": "*"},
        {"Effect": "Allow", "Action": found, "Resource": _arn(values, "*", "*")},
        {"Effect": "Allow", "Action": [*REPOSITORY_ACTIONS], "Resource": resources},
    ]
    if values.queues:
        queues = [queue_arn(values.partition, region, url) for region, url in sorted(values.queues.items())]
        statements.append({"Effect": "Allow", "Action": [*QUEUE_ACTIONS], "Resource": queues})
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
