"""The permissions of a role in one Region, tried one by one on a repository that is really there.

Where there is none, a made-up name is asked for: IAM answers before ECR looks, so "no such repository" means allowed.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hullmark.errors import AccessError, HullmarkError, NotFound
from hullmark.sources.ecr.checks import STACK_REMEDY, Check, Verdict, failed, passed
from hullmark.sources.ecr.discover import How, find_repositories
from hullmark.sources.ecr.failures import calling
from hullmark.sources.ecr.login import LoginProvider, registry_login
from hullmark.sources.ecr.posture import LIFECYCLE, POLICY, SCANNING
from hullmark.sources.ecr.registry import ecr_registry
from hullmark.sources.ecr.session import AwsSession
from hullmark.sources.ecr.values import Filters, Integration
from hullmark.sources.media_types import is_index

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

_MADE_UP = "hullmark-connection-test"
MOST_LOOKED_AT = 25  # repositories whose own policies are tried, besides the first
_NO_DIGEST = f"sha256:{'0' * 64}"
_NAMING_REMEDY = "Update the stack with AllowRepositoryDiscovery=true, or name the repositories in the integration."
_OPTIONAL = "Optional, and no scan needs it: update the stack with AllowRegistryPosture=true."


@dataclass(slots=True)
class _Sample:
    """What the probes found on their way, for the next ones to use."""

    repository: str = _MADE_UP
    image: str = _NO_DIGEST
    layer: str = _NO_DIGEST
    layer_size: int = -1
    others: tuple[str, ...] = ()  # repositories whose own policies may differ from that of the first


def check_region(session: AwsSession, region: str, values: Integration) -> Iterator[Check]:
    """One line for each permission that scanning needs in `region`, and one for the registry itself.

    Only the first one when the Region is switched off in the account, where nothing else can be tried.
    """
    enabled = _check_enabled(session, region)
    yield enabled
    if not enabled.ok:
        return
    sample = _Sample()
    client: ECRClient = session.client("ecr", region)
    yield _probe("ecr:GetAuthorizationToken", region, lambda: registry_login(session, region))
    yield _check_discovery(session, region, values.filters, sample)
    on = f"repository {sample.repository} of account {session.account} in {region}"
    probes: tuple[tuple[str, Callable[[], object]], ...] = (
        ("ecr:ListImages", lambda: _list_images(client, sample)),
        ("ecr:DescribeImages", lambda: _describe_images(client, sample)),
        ("ecr:BatchGetImage", lambda: _get_image(client, sample)),
        ("ecr:GetDownloadUrlForLayer", lambda: _get_layer_url(client, sample)),
    )
    for action, call in probes:
        yield _probe(action, region, call, on)
    yield _check_download(session, region, sample)
    if len(sample.others):
        yield _check_policies(client, region, sample)
    yield _check_posture(client, region, sample, on)
    if region in values.queues:
        yield _probe(
            "sqs:GetQueueAttributes", region, lambda: _ask_queue(session, region, values.queues[region]), "the queue"
        )


def _check_enabled(session: AwsSession, region: str) -> Check:
    """That the account has the Region switched on: who one is may always be asked, except where a Region is off."""
    name = f"{region}: enabled"
    try:
        session.caller(region)
    except HullmarkError as error:
        remedy = f"Enable {region} in the account (Account, AWS Regions), or leave it out of the integration."
        return failed(name, error, remedy)
    return passed(name, "The account has this Region.")


def _probe(action: str, region: str, call: Callable[[], object], on: str = "") -> Check:
    name = f"{region}: {action}"
    try:
        with calling(action, on or region):
            call()
    except NotFound:
        return passed(name, "Allowed; there was nothing to read.")
    except HullmarkError as error:
        return failed(name, error, STACK_REMEDY)
    return passed(name, "Allowed.")


def _check_discovery(session: AwsSession, region: str, filters: Filters, sample: _Sample) -> Check:
    name = f"{region}: ecr:DescribeRepositories"
    try:
        found = find_repositories(session, region, filters)
    except HullmarkError as error:
        return failed(name, error, _NAMING_REMEDY)
    sample.repository = next(iter(found.names), _MADE_UP)
    sample.others = found.names[1 : MOST_LOOKED_AT + 1]
    count = "1 repository" if len(found.names) == 1 else f"{len(found.names)} repositories"
    if found.how is How.API:
        return passed(name, f"Allowed; {count} to scan.")
    detail = f"Denied, so {found.how.value} tell{'s' if found.how is How.CATALOG else ''} of {count} to scan."
    return Check(name, Verdict.WARNING, detail, _NAMING_REMEDY)


def _list_images(client: "ECRClient", sample: _Sample) -> None:
    client.list_images(repositoryName=sample.repository, maxResults=1)


def _describe_images(client: "ECRClient", sample: _Sample) -> None:
    details = client.describe_images(repositoryName=sample.repository, maxResults=100)["imageDetails"]
    images = (item["imageDigest"] for item in details if not is_index(item.get("imageManifestMediaType", "")))
    sample.image = next(images, sample.image)


def _get_image(client: "ECRClient", sample: _Sample) -> None:
    images = client.batch_get_image(repositoryName=sample.repository, imageIds=[{"imageDigest": sample.image}])["images"]
    for image in images:
        layers = _layers(image.get("imageManifest", ""))
        if layers:
            smallest = min(layers, key=lambda item: int(item["size"]))
            sample.layer, sample.layer_size = smallest["digest"], int(smallest["size"])


def _layers(manifest: str) -> list[dict[str, Any]]:
    try:
        layers = json.loads(manifest).get("layers", [])
        return [item for item in layers if isinstance(item["digest"], str) and isinstance(item["size"], int)]
    except (ValueError, AttributeError, TypeError, KeyError):  # a manifest that somebody else wrote may be anything
        return []


def _get_layer_url(client: "ECRClient", sample: _Sample) -> None:
    client.get_download_url_for_layer(repositoryName=sample.repository, layerDigest=sample.layer)


def _check_policies(client: "ECRClient", region: str, sample: _Sample) -> Check:
    """That no other repository's own policy denies what the first one allows; a denied one is a gap, not the end."""
    name = f"{region}: repository policies"
    denied: list[str] = []
    for repository in sample.others:
        try:
            with calling("ecr:BatchGetImage", repository):
                client.batch_get_image(repositoryName=repository, imageIds=[{"imageDigest": _NO_DIGEST}])
        except AccessError:
            denied.append(repository)
        except HullmarkError:  # no matter of policies: the scan tells of it
            continue
    if not denied:
        return passed(name, f"None of {len(sample.others) + 1} repositories denies it.")
    detail = f"{len(denied)} of {len(sample.others) + 1} repositories deny ecr:BatchGetImage, and will not be scanned: "
    remedy = "Allow it in their policies, or exclude them from the integration."
    return Check(name, Verdict.WARNING, f"{detail}{', '.join(denied[:5])}{' ...' if len(denied) > 5 else ''}.", remedy)


def _check_posture(client: "ECRClient", region: str, sample: _Sample, on: str) -> Check:
    """Whether the role may also ask how repositories are set up, which scanning does not need."""
    name = f"{region}: repository settings"
    probes: tuple[tuple[str, Callable[[], object]], ...] = (
        (LIFECYCLE, lambda: client.get_lifecycle_policy(repositoryName=sample.repository)),
        (POLICY, lambda: client.get_repository_policy(repositoryName=sample.repository)),
        (SCANNING, client.get_registry_scanning_configuration),
    )
    denied = []
    for action, call in probes:
        try:
            with calling(action, on):
                call()
        except NotFound:
            continue
        except AccessError:
            denied.append(action)
        except HullmarkError as error:
            return Check(name, Verdict.WARNING, str(error), "Test again.")
    if not denied:
        return passed(name, "Allowed; rules about registries can be asked.")
    return Check(
        name, Verdict.SKIPPED, f"{', '.join(denied)} denied, so some rules about registries stay unknown.", _OPTIONAL
    )


def _ask_queue(session: AwsSession, region: str, url: str) -> None:
    session.client("sqs", region).get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])


def _check_download(session: AwsSession, region: str, sample: _Sample) -> Check:
    """That this machine reaches the registry and the storage behind it: the first byte of the smallest layer of an image."""
    name = f"{region}: layer download"
    if sample.layer == _NO_DIGEST:
        return Check(name, Verdict.SKIPPED, "There was no image to try it with.")
    try:
        with (
            closing(ecr_registry(LoginProvider(session, region), session.settings)) as registry,
            registry.open_blob(sample.repository, sample.layer, sample.layer_size) as stream,
        ):
            stream.read(1)
    except AccessError as error:
        return failed(name, error, STACK_REMEDY)
    except HullmarkError as error:
        remedy = "Let this machine reach the registry and the S3 of this Region, directly or by a proxy."
        return Check(name, Verdict.FAILED, str(error), remedy)
    return passed(name, "A layer can be downloaded.")
