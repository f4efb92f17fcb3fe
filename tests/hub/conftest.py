"""A connected world for each test: the AWS stand-in, two customers with an image in every Region, and their blobs."""

from collections.abc import Iterator

import pytest

from hullmark.demo.aws import ACCOUNTS
from tests.hub.blobs import Blobs
from tests.hub.world import REGIONS, World, digest, make_world

REPOSITORY, TAG = "team/api", "v1"
PASSWORD = "registry-token-of-the-stand-in"


@pytest.fixture
def blobs() -> Iterator[Blobs]:
    with Blobs(PASSWORD) as side:
        side.catalog = [REPOSITORY]
        layer = f"{REPOSITORY}:{TAG}:".encode()
        side.blobs[digest(layer)] = layer
        yield side


@pytest.fixture
def world(blobs: Blobs) -> Iterator[World]:
    with make_world() as made:
        for account in ACCOUNTS:
            for region in REGIONS:
                made.aws.set_registry(account, region, blobs.url, PASSWORD)
                made.push(account, region, REPOSITORY, TAG)
        yield made
