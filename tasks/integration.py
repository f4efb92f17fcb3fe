"""The Prefect block that keeps one connected account, and its keeping: read, write, delete.

Prefect encrypts the External ID; set PREFECT_SERVER_ENCRYPTION_KEY, or the key lies beside it in the same database.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus

import httpx
from prefect.blocks.core import Block
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import BlockDocument
from prefect.exceptions import ObjectNotFound, PrefectException
from pydantic import BaseModel, Field, SecretStr

from hullmark.errors import NotFound, TransportError
from hullmark.sources.ecr.checks import Verdict

_PAGE = 200


class TestLine(BaseModel):
    """One line of a connection test as it is kept; see `hullmark.sources.ecr.checks.Check`."""

    __test__ = False  # pytest: it is no test of ours
    name: str
    verdict: Verdict
    detail: str
    remedy: str = ""
    binding: bool = False


class TestRecord(BaseModel):
    """The last test of a connection, when it ended (UTC), and its lines."""

    __test__ = False
    at: datetime
    lines: list[TestLine]


def _now() -> datetime:
    return datetime.now(UTC)


class EcrIntegration(Block):
    """One AWS account that Hullmark reads; the block is named after the account id."""

    _block_type_name = "Hullmark ECR integration"
    _block_type_slug = "hullmark-ecr"
    _description = "An AWS account whose ECR repositories Hullmark scans, by a role that needs an External ID."

    account_id: str = Field(title="AWS account id", description="12 digits")
    role_arn: str = Field(title="Role ARN", description="output RoleArn of the stack")
    external_id: SecretStr = Field(title="External ID", description="output ExternalId of the stack")
    regions: list[str] = Field(title="Regions")
    include: list[str] = Field(default_factory=list, description="repository globs; none means all")
    exclude: list[str] = Field(default_factory=list, description="repository globs that are left out")
    queues: dict[str, str] = Field(default_factory=dict, description="Region: output QueueUrl of its push-events stack")
    paused: bool = False
    created: datetime = Field(default_factory=_now)
    updated: datetime = Field(default_factory=_now)
    last_test: TestRecord | None = None


def write_block(block: EcrIntegration) -> None:
    """Save a block under its account id, over the one that is there; raises TransportError."""
    with _prefect():
        block.save(block.account_id, overwrite=True, _sync=True)  # type: ignore[call-arg]  # an option of async_dispatch


def read_block(account_id: str) -> EcrIntegration:
    """The block of an account; raises NotFound and TransportError."""
    with _prefect(), get_client(sync_client=True) as client:
        try:
            document = client.read_block_document_by_name(
                account_id, EcrIntegration.get_block_type_slug(), include_secrets=True
            )
        except ObjectNotFound:
            raise NotFound(
                f"Account {account_id[:64]} is not connected; see which ones are in the Integration Hub."
            ) from None
    return EcrIntegration.model_validate(document.data)


def read_blocks() -> list[tuple[str, dict[str, object]]]:
    """(block name, values) of every connected account by name, as stored and not validated; raises TransportError."""
    found: list[tuple[str, dict[str, object]]] = []
    with _prefect(), get_client(sync_client=True) as client:
        while True:
            page = _read_page(client, len(found))
            found += [(document.name or "", document.data) for document in page]
            if len(page) < _PAGE:
                return sorted(found, key=lambda item: item[0])


def _read_page(client: SyncPrefectClient, offset: int) -> list[BlockDocument]:
    try:
        return client.read_block_documents_by_type(
            EcrIntegration.get_block_type_slug(), offset=offset, limit=_PAGE, include_secrets=True
        )
    except httpx.HTTPStatusError as error:
        # No block of this type was ever saved. Any other 404 means that this address is no Prefect API.
        if error.response.status_code == HTTPStatus.NOT_FOUND and "Block type" in error.response.text:
            return []
        raise


def delete_block(account_id: str) -> None:
    """Delete the block of an account, and the External ID with it; raises NotFound and TransportError."""
    with _prefect(), get_client(sync_client=True) as client:
        try:
            document = client.read_block_document_by_name(
                account_id, EcrIntegration.get_block_type_slug(), include_secrets=False
            )
            client.delete_block_document(document.id)
        except ObjectNotFound:
            raise NotFound(f"Account {account_id[:64]} is not connected; there is nothing to disconnect.") from None


@contextmanager
def _prefect() -> Iterator[None]:
    try:
        yield
    except (httpx.HTTPError, PrefectException) as error:
        raise TransportError(
            f"The Prefect API does not answer for integrations ({type(error).__name__}); start it, or check PREFECT_API_URL."
        ) from None
