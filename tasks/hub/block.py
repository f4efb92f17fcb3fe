"""The Prefect block that keeps one account, and its keeping: read, write, delete.

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


class FieldChange(BaseModel):
    """One value that a change set: before and after in words; of an External ID only that it is another one."""

    name: str
    before: str
    after: str


class Event(BaseModel):
    """What somebody did to an integration, when (UTC), and which values it set."""

    at: datetime
    by: str
    what: str
    changes: list[FieldChange] = Field(default_factory=list)


def _now() -> datetime:
    return datetime.now(UTC)


class EcrIntegration(Block):
    """One AWS account that Hullmark reads or has read; the block is named after the account id."""

    _block_type_name = "Hullmark ECR integration"
    _block_type_slug = "hullmark-ecr"
    _description = "An AWS account whose ECR repositories Hullmark scans, by a role that needs an External ID."

    account_id: str = Field(title="AWS account id", description="12 digits")
    role_arn: str = Field(title="Role ARN", description="output RoleArn of the stack")
    external_id: SecretStr = Field(title="External ID", description="output ExternalId of the stack")
    regions: list[str] = Field(title="Regions")
    include: list[str] = Field(default_factory=list, description="repository globs; none means all")
    exclude: list[str] = Field(default_factory=list, description="repository globs that are left out")
    tags: list[str] = Field(default_factory=list, description="tag globs; none means any tag")
    days: int = Field(default=0, description="pushed or pulled in the last so many days; 0 means ever")
    latest: int = Field(default=0, description="only so many tags of a repository, those pushed last; 0 means all")
    queues: dict[str, str] = Field(default_factory=dict, description="Region: output QueueUrl of its push-events stack")
    paused: bool = False
    overridden: bool = Field(default=False, description="kept although lines of its test failed")
    disconnected: datetime | None = Field(default=None, description="when it was disconnected; nothing is read since")
    gone: datetime | None = Field(default=None, description="when AWS was seen to refuse Hullmark the role")
    created: datetime = Field(default_factory=_now)
    updated: datetime = Field(default_factory=_now)
    last_test: TestRecord | None = None
    history: list[Event] = Field(default_factory=list)


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
                f"Account {account_id[:64]} is not connected; `hullmark integrations list` shows which are."
            ) from None
    return EcrIntegration.model_validate(document.data)


def read_blocks(*, secrets: bool = True) -> list[tuple[str, dict[str, object]]]:
    """(block name, values) of every account by name, as stored and not validated; raises TransportError.

    Without `secrets` an External ID is a row of stars.
    """
    found: list[tuple[str, dict[str, object]]] = []
    with _prefect(), get_client(sync_client=True) as client:
        while True:
            page = _read_page(client, len(found), secrets)
            found += [(document.name or "", document.data) for document in page]
            if len(page) < _PAGE:
                return sorted(found, key=lambda item: item[0])


def _read_page(client: SyncPrefectClient, offset: int, secrets: bool) -> list[BlockDocument]:
    try:
        return client.read_block_documents_by_type(
            EcrIntegration.get_block_type_slug(), offset=offset, limit=_PAGE, include_secrets=secrets
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
            raise NotFound(f"Account {account_id[:64]} is not connected; there is nothing to forget.") from None


@contextmanager
def _prefect() -> Iterator[None]:
    try:
        yield
    except (httpx.HTTPError, PrefectException) as error:
        raise TransportError(
            f"The Prefect API does not answer for integrations ({type(error).__name__}); start it, or check PREFECT_API_URL."
        ) from None
